//! What is remembered of a cluster: where one was, how lists were sorted and filtered. A file a cluster, in the state folder.
//!
//! Filters of orders, payments, customers and records are left out: people type ids and names of persons there.

use super::atomic::replace;
use super::filter::NameFilter;
use super::panels::PanelId;
use super::state::{Screen, UiState};
use crate::model::ChartSpan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum MemoryError {
    #[error("what was remembered of this cluster cannot be used: {}: {what}", file.display())]
    Bad { file: PathBuf, what: String },
    #[error("what was remembered of this cluster cannot be read: {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
}

/// Names that are not known any more are passed over: the program may have changed since.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    screen: String,
    topic: Option<String>,
    group: Option<String>,
    span_s: u32,
    /// By screen.
    focus: BTreeMap<String, String>,
    /// By panel.
    sort: BTreeMap<String, Sort>,
    /// By panel.
    filter: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Sort {
    column: String,
    reverse: bool,
}

impl Memory {
    /// # Errors
    /// The file cannot be read or understood; one that is not there is an empty memory.
    pub fn load(file: &Path) -> Result<Self, MemoryError> {
        match std::fs::read_to_string(file) {
            Ok(text) => toml::from_str(&text).map_err(|e| MemoryError::Bad { file: file.into(), what: e.message().to_owned() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(MemoryError::Unreadable { file: file.into(), source }),
        }
    }

    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, file: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        replace(file, &text)
    }
}

/// Lists whose filters name things of the cluster, not of persons.
const FILTERS: &[PanelId] = &[
    PanelId::Topics,
    PanelId::Groups,
    PanelId::GroupPartitions,
    PanelId::Partitions,
    PanelId::Readers,
    PanelId::Alerts,
    PanelId::Brokers,
    PanelId::AtRisk,
    PanelId::Stock,
];

const SPANS: [ChartSpan; 4] = [ChartSpan::Minute, ChartSpan::TenMinutes, ChartSpan::Hour, ChartSpan::SixHours];

fn name(of: impl std::fmt::Debug) -> String {
    format!("{of:?}").to_lowercase()
}

fn panel(text: &str) -> Option<PanelId> {
    PanelId::ALL.iter().copied().find(|p| name(p) == text)
}

impl UiState {
    /// What is worth keeping of this cluster.
    pub fn memory(&self) -> Memory {
        // One order is looked at for a while, a list for days; and its id is nobody's business.
        let screen = match self.screen {
            Screen::Order => Screen::Orders,
            Screen::Delivery => Screen::Deliveries,
            Screen::Compare => Screen::Topic,
            Screen::Follow => Screen::Overview,
            screen => screen,
        };
        let chosen = self.orders.iter().zip(PanelId::ALL).filter(|(order, _)| order.column.is_some() || order.reverse);
        let sort = |(order, panel): (&super::list::Order, &PanelId)| {
            (name(panel), Sort { column: order.column.unwrap_or_default().to_owned(), reverse: order.reverse })
        };
        let filters = FILTERS.iter().map(|panel| (name(panel), self.filter(*panel).text.clone()));
        Memory {
            screen: name(screen),
            topic: self.topic.as_deref().map(str::to_owned),
            group: self.group.as_deref().map(str::to_owned),
            span_s: self.span.seconds(),
            focus: self.focus.iter().map(|(screen, panel)| (name(screen), name(panel))).collect(),
            sort: chosen.map(sort).collect(),
            filter: filters.filter(|(_, text)| !text.is_empty()).collect(),
        }
    }

    /// Takes up what was kept.
    pub fn recall(&mut self, memory: &Memory) {
        self.topic = memory.topic.as_deref().map(Into::into);
        self.group = memory.group.as_deref().map(Into::into);
        let stands = |screen: Screen| match screen {
            Screen::Topic => self.topic.is_some(),
            Screen::Group => self.group.is_some(),
            Screen::Order | Screen::Delivery | Screen::Compare | Screen::Follow => false,
            _ => true,
        };
        if let Some(screen) = Screen::ALL.iter().copied().find(|s| name(s) == memory.screen && stands(*s)) {
            self.screen = screen;
        }
        if let Some(span) = SPANS.into_iter().find(|span| span.seconds() == memory.span_s) {
            self.span = span;
        }
        for screen in Screen::ALL {
            let kept = memory.focus.get(&name(screen)).and_then(|text| panel(text));
            if let Some(panel) = kept.filter(|panel| super::layout::panels(*screen).contains(panel)) {
                self.focus.insert(*screen, panel);
            }
        }
        for (panel, sort) in memory.sort.iter().filter_map(|(text, sort)| Some((panel(text)?, sort))) {
            let known = panel.list().and_then(|list| (list.sorts)().into_iter().find(|c| *c == sort.column));
            let order = &mut self.orders[panel as usize];
            (order.column, order.reverse) = (known, sort.reverse);
        }
        for (panel, text) in memory.filter.iter().filter_map(|(name, text)| Some((panel(name)?, text))) {
            if let Ok(filter) = NameFilter::parse(text) {
                self.filters[panel as usize] = filter;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::{Keymap, UiConfig};

    fn state() -> UiState {
        UiState::new(UiConfig::default().look(|_| None).unwrap(), Keymap::default())
    }

    fn filter(state: &mut UiState, panel: PanelId, text: &str) {
        state.filters[panel as usize] = NameFilter::parse(text).unwrap();
    }

    #[test]
    fn what_was_chosen_comes_back_from_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clusters").join("prod.toml");
        let mut left = state();
        (left.screen, left.topic, left.span) = (Screen::Topic, Some("orders.created".into()), ChartSpan::Hour);
        left.orders[PanelId::Topics as usize].column = Some("lag");
        left.orders[PanelId::Topics as usize].reverse = true;
        left.focus.insert(Screen::Overview, PanelId::Alerts);
        filter(&mut left, PanelId::Topics, "!/^test/");
        left.memory().save(&file).unwrap();
        let mut back = state();
        back.recall(&Memory::load(&file).unwrap());
        assert_eq!((back.screen, back.topic.as_deref(), back.span), (Screen::Topic, Some("orders.created"), ChartSpan::Hour));
        let order = back.order(PanelId::Topics);
        assert_eq!((order.column, order.reverse), (Some("lag"), true));
        assert_eq!(back.focus.get(&Screen::Overview), Some(&PanelId::Alerts));
        assert_eq!(back.filter(PanelId::Topics).text, "!/^test/");
        assert_eq!(back.memory(), left.memory());
    }

    #[test]
    fn ids_and_names_of_persons_are_not_written() {
        let mut state = state();
        (state.screen, state.order) = (Screen::Order, Some("o-4711".into()));
        state.tail_filter_text = "key:o-4711".into();
        for panel in PanelId::ALL.iter().filter(|p| !FILTERS.contains(p)) {
            filter(&mut state, *panel, "o-4711");
        }
        let text = toml::to_string(&state.memory()).unwrap();
        assert!(!text.contains("4711") && text.contains("screen = \"orders\""), "{text}");
    }

    #[test]
    fn a_screen_is_kept_only_with_what_it_shows() {
        let left = |screen, topic: Option<&str>| {
            let mut left = state();
            (left.screen, left.topic, left.order) = (screen, topic.map(Into::into), Some("o-4711".into()));
            let mut back = state();
            back.recall(&left.memory());
            back.screen
        };
        assert_eq!(left(Screen::Delivery, None), Screen::Deliveries);
        assert_eq!((left(Screen::Compare, Some("orders.created")), left(Screen::Compare, None)), (Screen::Topic, Screen::Overview));
        for screen in Screen::ALL {
            let mut old = state();
            old.recall(&Memory { screen: name(screen), ..Memory::default() });
            let alone = [Screen::Topic, Screen::Compare, Screen::Group, Screen::Order, Screen::Delivery, Screen::Follow];
            assert_eq!(old.screen == *screen, *screen == Screen::Overview || !alone.contains(screen), "{screen:?}");
        }
    }

    #[test]
    fn a_file_that_is_broken_or_of_another_day_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("prod.toml");
        assert_eq!(Memory::load(&file).unwrap(), Memory::default(), "none yet");
        std::fs::write(&file, "screen = [").unwrap();
        assert!(Memory::load(&file).unwrap_err().to_string().contains("prod.toml"));
        let odd = "screen = \"holodeck\"\nspan_s = 7\nnew = 1\n[focus]\noverview = \"tail\"\n[sort.topics]\ncolumn = \"x\"\n[filter]\ntopics = \"/(/\"\n";
        std::fs::write(&file, odd).unwrap();
        let (mut state, untouched) = (state(), state());
        state.recall(&Memory::load(&file).unwrap());
        assert_eq!(state.memory(), untouched.memory());
    }
}
