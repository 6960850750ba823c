//! Filters: the line in which one is typed, and what it does to its list.

use super::filter::{NameFilter, parse_tail};
use super::layout;
use super::line::LineEdit;
use super::panels::PanelId;
use super::state::{Layer, Popup, Prompt};
use super::update::Ui;

impl Ui {
    pub(super) fn open_filter(&mut self) {
        if let Some(over) = self.state.layers.last() {
            if let Layer::Popup(Popup::Help { find, .. }) = over {
                let line = LineEdit::new(find);
                self.state.layers.push(Layer::Prompt { prompt: Prompt::Find, line });
            }
            return;
        }
        let focused = self.state.focused_panel();
        let fallback = layout::standing(&self.state).into_iter().find(|p| p.list().is_some()).unwrap_or(focused);
        let panel = if focused.list().is_some() { focused } else { fallback };
        self.focus(panel);
        let before = self.filter_text(panel).unwrap_or_default();
        self.state.layers.push(Layer::Filter { panel, line: LineEdit::new(&before), before });
    }

    /// The help shows the lines that have these words, from the top.
    pub(super) fn find_in_help(&mut self, words: &str) {
        let help = self.state.layers.iter_mut().rev().find_map(|layer| match layer {
            Layer::Popup(Popup::Help { scroll, find }) => Some((scroll, find)),
            _ => None,
        });
        if let Some((scroll, find)) = help {
            *scroll = 0;
            words.clone_into(find);
        }
    }

    /// The help is open already.
    pub(super) fn helps(&self) -> bool {
        self.state.layers.iter().any(|layer| matches!(layer, Layer::Popup(Popup::Help { .. })))
    }

    pub(super) fn set_filter_quietly(&mut self, panel: PanelId, text: &str) -> Result<(), String> {
        if panel == PanelId::Tail { Ok(()) } else { self.set_filter(panel, text) }
    }

    pub(super) fn filter_text(&self, panel: PanelId) -> Option<String> {
        let text = if panel == PanelId::Tail { &self.state.tail_filter_text } else { &self.state.filter(panel).text };
        (!text.is_empty()).then(|| text.clone())
    }

    pub(super) fn history(&mut self, by: isize) {
        let Some(Layer::Filter { line, .. }) = self.state.layers.last_mut() else { return };
        let past = &self.state.filter_history;
        let at = past.iter().position(|t| t == line.text());
        let next = match (at, by > 0) {
            (None, true) => Some(0),
            (Some(i), true) => Some((i + 1).min(past.len().saturating_sub(1))),
            (Some(i), false) => i.checked_sub(1),
            (None, false) => None,
        };
        *line = LineEdit::new(next.and_then(|i| past.get(i)).map_or("", String::as_str));
        self.apply_filter();
    }

    /// The filter as typed so far takes effect at once; a pattern that is not valid yet leaves the last one.
    pub(super) fn apply_filter(&mut self) {
        let Some(Layer::Filter { panel, line, .. }) = self.state.layers.last() else { return };
        let (panel, text) = (*panel, line.text().to_owned());
        if panel == PanelId::Tail {
            // The engine starts its ring anew for each filter: only when it is accepted.
            return;
        }
        if let Ok(filter) = NameFilter::parse(&text) {
            self.state.filters[panel as usize] = filter;
        }
    }

    pub(super) fn set_filter(&mut self, panel: PanelId, text: &str) -> Result<(), String> {
        if panel == PanelId::Tail {
            parse_tail(text)?;
            self.set_tail_filter(text);
            return Ok(());
        }
        self.state.filters[panel as usize] = NameFilter::parse(text)?;
        Ok(())
    }

    pub(super) fn set_tail_filter(&mut self, text: &str) {
        if let Ok(filter) = parse_tail(text) {
            self.state.tail_filter = filter;
            self.state.tail_filter_text = text.into();
            self.state.lists[PanelId::Tail as usize].selected = None;
            self.search_again();
        }
    }
}
