//! Choosing what stands on the screen: the columns of a table, the panels of Overview. Each step shows at once.

use super::layout;
use super::panels::PanelId;
use super::state::{Layer, Screen, UiState};
use super::update::Ui;
use crate::text::{Word, word};

/// What is chosen from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Of {
    Columns(PanelId),
    Overview,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// A column's id, a panel's name.
    pub id: &'static str,
    pub label: &'static str,
    pub stands: bool,
    panel: Option<PanelId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Chooser {
    pub of: Of,
    pub entries: Vec<Entry>,
    pub selected: usize,
}

impl Chooser {
    pub fn open(of: Of, state: &UiState) -> Self {
        let entries = match of {
            Of::Columns(panel) => columns(panel, state),
            Of::Overview => layout::panels(Screen::Overview).iter().map(|p| overview_entry(*p, state)).collect(),
        };
        Self { of, entries, selected: 0 }
    }

    pub fn step(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.entries.len().saturating_sub(1));
    }

    fn toggle(&mut self) {
        let standing = self.entries.iter().filter(|e| e.stands).count();
        if let Some(entry) = self.entries.get_mut(self.selected)
            && (!entry.stands || standing > 1)
        {
            entry.stands = !entry.stands;
        }
    }

    /// Only columns have an order.
    fn shift(&mut self, by: isize) {
        let to = self.selected.saturating_add_signed(by).min(self.entries.len().saturating_sub(1));
        if matches!(self.of, Of::Columns(_)) && to != self.selected {
            self.entries.swap(self.selected, to);
            self.selected = to;
        }
    }
}

/// The columns that stand in their order, then the others as they are shipped.
fn columns(panel: PanelId, state: &UiState) -> Vec<Entry> {
    let all = panel.list().map(|list| (list.columns)()).unwrap_or_default();
    let chosen: Vec<&'static str> =
        state.chosen.columns(panel).map_or_else(|| all.iter().map(|column| column.id).collect(), <[_]>::to_vec);
    let others = all.iter().map(|column| column.id).filter(|id| !chosen.contains(id));
    let label = |id: &'static str| {
        let words = all.iter().find(|column| column.id == id).map(|column| word(column.words)).unwrap_or_default();
        if words.is_empty() { id } else { words }
    };
    let entry = |id: &'static str| Entry { id, label: label(id), stands: chosen.contains(&id), panel: None };
    chosen.iter().copied().chain(others).map(entry).collect()
}

fn overview_entry(panel: PanelId, state: &UiState) -> Entry {
    Entry { id: "", label: word(panel.panel().title), stands: state.chosen.stands(panel), panel: Some(panel) }
}

impl Ui {
    pub(super) fn choose_columns(&mut self) {
        let panel = self.state.focused_panel();
        if panel.list().is_some() {
            self.state.layers.push(Layer::Choose(Chooser::open(Of::Columns(panel), &self.state)));
        }
    }

    pub(super) fn choose_panels(&mut self) {
        self.go(Screen::Overview);
        self.state.layers.push(Layer::Choose(Chooser::open(Of::Overview, &self.state)));
    }

    pub(super) fn change_chooser(&mut self, change: Change) {
        let Some(Layer::Choose(chooser)) = self.state.layers.last_mut() else { return };
        match change {
            Change::Toggle => chooser.toggle(),
            Change::Shift(by) => chooser.shift(by),
            Change::Shipped => {
                let of = chooser.of;
                match of {
                    Of::Columns(panel) => self.state.chosen.set_columns(panel, None),
                    Of::Overview => self.state.chosen.set_overview(layout::panels(Screen::Overview).to_vec()),
                }
                let shipped = Chooser::open(of, &self.state);
                if let Some(Layer::Choose(chooser)) = self.state.layers.last_mut() {
                    *chooser = shipped;
                }
                return;
            }
        }
        let standing = chooser.entries.iter().filter(|e| e.stands);
        match chooser.of {
            Of::Columns(panel) => {
                let ids = standing.map(|e| e.id).collect();
                self.state.chosen.set_columns(panel, Some(ids));
            }
            Of::Overview => self.state.chosen.set_overview(standing.filter_map(|e| e.panel).collect()),
        }
    }

    pub(super) fn pin(&mut self) {
        if self.state.focused_panel() != PanelId::Topics {
            return;
        }
        let (view, place) = (self.shown(), self.place(PanelId::Topics));
        let rows = super::list::ordered::<super::panels::TopicRows>(&view, &self.state);
        let Some(topic) = place.and_then(|place| rows.get(place)) else { return };
        let pinned = self.state.chosen.toggle_pin(&topic.name);
        // The hand stays on the topic that it moved.
        self.select_key(PanelId::Topics, super::list::RowKey::Name(topic.name.clone()));
        let said = word(if pinned { Word::Pinned } else { Word::LetGo });
        self.say(format!("{said}: {}", crate::text::visible(&topic.name)));
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    Toggle,
    Shift(isize),
    Shipped,
}
