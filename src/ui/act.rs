//! What each action does.

use super::chooser::Change;
use super::keymap::Action;
use super::layout;
use super::palette::Palette;
use super::panels::PanelId;
use super::popups::value_of;
use super::state::{Layer, Popup, Prompt, Screen};
use super::update::{Effect, Ui};
use crate::model::{Ask, Level};
use crate::text::{Word, labelled, visible_bytes, word};

const HISTORY: usize = 20;

impl Ui {
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Own(place) => self.run_own(place),
            Action::Quit => self.effects.push(Effect::Leave),
            Action::Suspend => self.effects.push(Effect::Suspend),
            Action::Redraw => self.effects.push(Effect::Redraw),
            Action::Back => self.back(),
            Action::Overview => self.go_straight(Screen::Overview),
            Action::Topic => self.go_straight(Screen::Topic),
            Action::Groups => self.go_straight(Screen::Groups),
            Action::Orders => self.go_straight(Screen::Orders),
            Action::Deliveries => self.go_straight(Screen::Deliveries),
            Action::Payments => self.go_straight(Screen::Payments),
            Action::Stock => self.go_straight(Screen::Stock),
            Action::Customers => self.go_straight(Screen::Customers),
            Action::Channels => self.go_straight(Screen::Channels),
            Action::Cluster => self.go_straight(Screen::Cluster),
            Action::Log => self.go_straight(Screen::Log),
            Action::Compare => self.compare(),
            Action::Alerts => self.go_straight(Screen::Alerts),
            Action::Acknowledge => self.acknowledge(),
            Action::Silence => self.silence(),
            Action::Explain => self.explain(),
            Action::Open => self.open(),
            Action::NextPanel => self.next_panel(1),
            Action::PrevPanel => self.next_panel(-1),
            Action::Zoom => self.state.zoom = !self.state.zoom,
            Action::Freeze => self.freeze(),
            Action::TimeBack => self.step_back(0),
            Action::TimeForward => self.step_forward(0),
            Action::MinuteBack => self.step_back(super::travel::WIDE_MS),
            Action::MinuteForward => self.step_forward(super::travel::WIDE_MS),
            Action::Sort => self.sort_next(),
            Action::Reverse => self.reverse(),
            Action::Filter => self.open_filter(),
            Action::Palette => {
                let palette = Palette::open(&self.shown(), &self.state);
                self.state.layers.retain(|l| !matches!(l, Layer::Palette(_)));
                self.state.layers.push(Layer::Palette(palette));
            }
            Action::Help if self.helps() => {}
            Action::Help => self.state.layers.push(Layer::Popup(Popup::Help { scroll: 0, find: String::new() })),
            Action::Theme => self.next_theme(),
            Action::Utc => self.state.look.utc = !self.state.look.utc,
            Action::Language => self.next_language(),
            Action::Privacy => self.next_privacy(),
            Action::Save => self.effects.push(Effect::Save),
            Action::Copy => self.copy(),
            Action::Follow => self.follow(),
            Action::Goto => self.open_goto(),
            Action::Write => self.open_write(),
            Action::SpanLonger => self.longer(1),
            Action::SpanShorter => self.longer(-1),
            Action::Columns => self.choose_columns(),
            Action::Panels => self.choose_panels(),
            Action::Pin => self.pin(),
            Action::SaveLayout => self.effects.push(Effect::SaveLayout),
            Action::Toggle => self.change_chooser(Change::Toggle),
            Action::Later => self.change_chooser(Change::Shift(1)),
            Action::Earlier => self.change_chooser(Change::Shift(-1)),
            Action::Shipped => self.change_chooser(Change::Shipped),
            Action::MapNearer
            | Action::MapFurther
            | Action::MapFit
            | Action::MapFollow
            | Action::MapLeft
            | Action::MapRight
            | Action::MapUp
            | Action::MapDown => self.act_on_map(action),
            Action::ItsOrder => {
                if let Some(order) = self.order_in_sight() {
                    self.open_order(order);
                }
            }
            Action::ItsDelivery => {
                if let Some(order) = self.order_selected() {
                    self.open_delivery(order);
                }
            }
            Action::Accept => self.accept(),
            Action::Older => self.history(1),
            Action::Newer => self.history(-1),
            Action::NextProblem => self.next_problem(true),
            Action::PrevProblem => self.next_problem(false),
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::HalfUp => self.step(-(self.page() / 2).max(1)),
            Action::HalfDown => self.step((self.page() / 2).max(1)),
            Action::PageUp => self.step(-self.page()),
            Action::PageDown => self.step(self.page()),
            Action::Top => self.step(isize::MIN / 2),
            Action::Bottom => self.step(isize::MAX / 2),
        }
    }

    fn page(&self) -> isize {
        let rows = match (self.hits.popup_lines, self.state.layers.is_empty()) {
            (Some((_, page)), false) => page,
            _ => self.state.list(self.state.focused_panel()).page,
        };
        isize::try_from(rows).unwrap_or(1).max(1)
    }

    fn step(&mut self, by: isize) {
        if !self.state.layers.is_empty() {
            return self.step_layer(by);
        }
        let panel = self.state.focused_panel();
        if let Some(place) = self.place(panel) {
            self.select(panel, place.saturating_add_signed(by));
            self.load_on_at_end(panel, place, by);
        }
    }

    pub(super) fn step_layer(&mut self, by: isize) {
        let last = self.hits.popup_lines.map_or(0, |(last, _)| last);
        match self.state.layers.last_mut() {
            Some(Layer::Popup(
                Popup::Help { scroll, .. }
                | Popup::Record { scroll, .. }
                | Popup::Alert { scroll, .. }
                | Popup::Log { scroll, .. }
                | Popup::Notice { scroll, .. },
            )) => {
                *scroll = (*scroll).min(last).saturating_add_signed(by).min(last);
            }
            Some(Layer::Palette(palette)) => palette.step(by),
            Some(Layer::Choose(chooser)) => chooser.step(by),
            Some(Layer::Popup(Popup::Silence { selected, .. })) => {
                *selected = selected.saturating_add_signed(by).min(super::alerts::SILENCES.len() - 1);
            }
            _ => {}
        }
    }

    /// Takes away the topmost thing: a layer, a zoom, a filter, a drill-down. Never the program.
    fn back(&mut self) {
        let panel = self.state.focused_panel();
        match self.state.layers.pop() {
            Some(Layer::Filter { panel, before, .. }) => {
                // It was valid when it was set.
                let _ = self.set_filter_quietly(panel, &before);
            }
            Some(Layer::Popup(Popup::Record { lookup: Some(id), .. })) => self.effects.push(Effect::Ask(Ask::Cancel(id))),
            Some(Layer::Prompt { prompt: Prompt::Find, .. }) => self.find_in_help(""),
            Some(Layer::Popup(Popup::Help { find, .. })) if !find.is_empty() => self.act(Action::Help),
            Some(_) => {}
            None if self.state.zoom => self.state.zoom = false,
            None if self.stop_search() => {}
            None if super::past::went(&self.state) => self.step_out_of_past(),
            None if self.filter_text(panel).is_some() => {
                let _ = self.set_filter(panel, "");
            }
            None if self.turn_back() => {}
            None if self.state.screen == Screen::Follow => self.back_from_follow(),
            None => self.go_back(),
        }
    }

    fn next_panel(&mut self, by: isize) {
        let panels = &layout::standing(&self.state);
        let lists: Vec<PanelId> = panels.iter().copied().filter(|p| p.list().is_some() || self.state.zoom).collect();
        let panels = if self.hits.pages.len() < lists.len() { &lists } else { panels };
        let at = panels.iter().position(|p| *p == self.state.focused_panel()).unwrap_or(0);
        let next = (at as isize + by).rem_euclid(panels.len() as isize) as usize;
        self.focus(panels[next]);
    }

    fn accept(&mut self) {
        if matches!(self.state.layers.last(), Some(Layer::Palette(_))) {
            return self.choose();
        }
        match self.state.layers.pop() {
            Some(Layer::Filter { panel, line, before }) => {
                let text = line.text().to_owned();
                if let Err(why) = self.set_filter(panel, &text) {
                    self.state.layers.push(Layer::Filter { panel, line, before });
                    self.say(labelled(word(Word::BadPattern), &why));
                    return;
                }
                if !text.is_empty() {
                    self.state.filter_history.retain(|t| *t != text);
                    self.state.filter_history.insert(0, text);
                    self.state.filter_history.truncate(HISTORY);
                }
            }
            Some(layer @ Layer::Popup(Popup::Silence { .. })) => {
                self.state.layers.push(layer);
                self.choose_silence();
            }
            Some(Layer::Prompt { prompt, line }) => {
                let text = line.text().to_owned();
                let done = match prompt {
                    Prompt::Goto => text.trim().is_empty() || self.go_to(&text),
                    Prompt::Write(panel) => {
                        self.write(panel, &text);
                        true
                    }
                    // It was found while it was typed.
                    Prompt::Find => true,
                };
                if !done {
                    self.state.layers.push(Layer::Prompt { prompt, line });
                }
            }
            Some(layer) => self.state.layers.push(layer),
            None => {}
        }
    }

    fn sort_next(&mut self) {
        let panel = self.state.focused_panel();
        let Some(list) = panel.list() else { return };
        // A column that has no room cannot explain the order that it gives.
        let mut sorts = (list.sorts)();
        sorts.retain(|column| self.hits.shows(panel, column));
        let current = self.state.order(panel).column.or(list.default_sort);
        let at = sorts.iter().position(|c| Some(*c) == current);
        let Some(next) = sorts.get(at.map_or(0, |i| (i + 1) % sorts.len().max(1))) else { return };
        let order = &mut self.state.orders[panel as usize];
        order.column = Some(*next);
        order.reverse = false;
        self.show_top(panel);
    }

    fn reverse(&mut self) {
        let panel = self.state.focused_panel();
        let order = &mut self.state.orders[panel as usize];
        order.reverse = !order.reverse;
        self.show_top(panel);
    }

    fn next_theme(&mut self) {
        self.use_theme(self.state.look.theme + 1);
    }

    pub(super) fn use_theme(&mut self, index: usize) {
        self.state.look.theme = index % self.state.look.themes.len();
        let name = self.state.theme().name.clone();
        self.say(labelled(word(Word::Theme), &name));
    }

    fn next_language(&mut self) {
        self.state.look.language = self.state.look.language.next();
        self.say_word(Word::LanguageName);
    }

    /// The next row that is not well; with none, it stays.
    fn next_problem(&mut self, forward: bool) {
        let focused = self.state.focused_panel();
        // The map's couriers are the table's rows.
        let panel = if focused == PanelId::Map { PanelId::Deliveries } else { focused };
        let (Some(list), Some(place)) = (panel.list(), self.place(panel)) else { return };
        let keys = (list.keys)(&self.shown(), &self.state);
        let n = keys.len();
        let bad = |i: &usize| keys.get(*i).is_some_and(|(_, level)| *level > Level::Unknown);
        let found = if forward { (1..n).map(|d| (place + d) % n).find(bad) } else { (1..n).map(|d| (place + n - d) % n).find(bad) };
        if let Some(index) = found {
            self.select(panel, index);
            self.show_selected_on_map();
        }
    }

    fn copy(&mut self) {
        // A line of a chooser is nothing to be taken elsewhere.
        if matches!(self.state.layers.last(), Some(Layer::Choose(_))) {
            return;
        }
        if let Some(Layer::Popup(popup)) = self.state.layers.last() {
            let text = match popup {
                Popup::Record { row, answer, .. } => visible_lines(value_of(row, answer.as_deref()).unwrap_or_default()),
                Popup::Alert { alert, .. } => crate::text::visible(&crate::text::sentence(&alert.0.reason)).into_owned(),
                Popup::Log { line, .. } => crate::text::visible(&line.text).into_owned(),
                Popup::Notice { text, .. } => visible_lines(text.as_bytes()),
                Popup::Help { .. } | Popup::Silence { .. } => return,
            };
            self.effects.push(Effect::Copy(text));
            return;
        }
        let panel = self.state.focused_panel();
        let view = self.shown();
        let text = self.place(panel).and_then(|place| (panel.list()?.copy)(&view, &self.state, place));
        if let Some(text) = text {
            self.effects.push(Effect::Copy(text));
        }
    }
}

/// For the clipboard: line breaks stay, everything else that could steer a terminal is made visible.
fn visible_lines(bytes: &[u8]) -> String {
    bytes.split(|b| *b == b'\n').map(visible_bytes).collect::<Vec<_>>().join("\n")
}
