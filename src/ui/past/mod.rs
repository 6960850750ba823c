//! The past of the topic on the screen: going there, loading on at its ends, coming back.

mod goto;
mod rest;
pub mod told;

pub use goto::Goto;

use super::line::LineEdit;
use super::panels::PanelId;
use super::state::{Layer, Prompt, Screen, UiState};
use super::update::{Effect, Ui};
use crate::model::{Ask, Extent, LookupId, Rest, Scope, Search, Start, TailFilter, Timestamp, Way};
use crate::snapshot::{SearchView, View};
use crate::text::{self, Word, word};
use std::sync::Arc;

/// Records that are read on at an end of the list.
const PAGE: usize = 200;
/// Found records after which a search with a filter rests.
const MATCHES: usize = 100;
/// An end is not asked for twice within this.
const PAUSE_MS: i64 = 300;

/// Whether an end may be asked for again. Where the clock was set back since, nobody can say how long ago it was: it may.
pub(super) fn paused(since: Timestamp, now: Timestamp) -> bool {
    !(0..PAUSE_MS).contains(&now.since_ms(since))
}

/// A place in the past of a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub id: LookupId,
    pub topic: Arc<str>,
    pub goto: Goto,
    /// As it was typed; empty where nobody did.
    pub asked: String,
    /// It was read because the dashboard rests at that moment, and goes with it.
    by_itself: bool,
    /// The filter was set here, after the place.
    narrowed: bool,
    /// The place is to be selected as soon as it is read.
    land: bool,
    extended_at: Timestamp,
}

/// The past on the screen, where one is open.
pub fn open(state: &UiState) -> Option<&Past> {
    state.past.as_ref().filter(|p| state.screen == Screen::Topic && Some(&p.topic) == state.topic.as_ref())
}

/// Somebody went there, or searches there, and has to come back. What was read by itself costs nobody a way back.
pub fn went(state: &UiState) -> bool {
    open(state).is_some_and(|past| past.narrowed || !past.by_itself)
}

/// What the search of the open past, or of the followed key, has.
pub fn found<'a>(view: &'a View, state: &UiState) -> Option<&'a Arc<SearchView>> {
    view.focus.searches.get(&searching(state)?)
}

fn searching(state: &UiState) -> Option<LookupId> {
    match state.screen {
        Screen::Follow => state.follow.as_ref().map(|f| f.id),
        _ => open(state).map(|p| p.id),
    }
}

impl Ui {
    pub(super) fn open_goto(&mut self) {
        if self.state.topic.is_some() {
            self.focus(PanelId::Tail);
            // Whoever looks at a moment wants its records.
            let moment = self.state.travel.map(|at| super::time::moment(&self.state, at)).unwrap_or_default();
            self.state.layers.push(Layer::Prompt { prompt: Prompt::Goto, line: LineEdit::new(&moment) });
        }
    }

    /// Goes to what was typed. `false`: it is no place.
    pub(super) fn go_to(&mut self, text: &str) -> bool {
        let zone = if self.state.look.utc { jiff::tz::TimeZone::UTC } else { self.state.look.zone.clone() };
        let Some(goto) = goto::parse(text, self.state.live_at, &zone, self.state.look.language) else {
            self.say(word(Word::NoSuchPlace).to_owned());
            return false;
        };
        if let Some(has) = self.not_there(&goto) {
            self.say(has);
            return false;
        }
        self.go_into_past(goto, text.trim(), None);
        true
    }

    /// A partition that the topic does not have, and which it has instead. What is not known yet the search finds out.
    fn not_there(&self, goto: &Goto) -> Option<String> {
        let Goto::At(Start::Offset { partition: Some(wanted), .. }) = goto else { return None };
        let topic = self.newest.snapshot.topic(self.state.topic.as_deref()?)?;
        let last = i32::try_from(topic.partitions).ok()?.checked_sub(1).filter(|last| *last >= 0 && wanted > last)?;
        let has =
            if last == 0 { word(Word::PartitionZeroOnly).to_owned() } else { format!("{} {last}", word(Word::PartitionsUpTo)) };
        Some(text::labelled(&format!("{} {wanted}", word(Word::NoPartitionNumber)), &has))
    }

    fn go_into_past(&mut self, goto: Goto, asked: &str, most_bytes: Option<u64>) {
        self.leave_past();
        self.state.unread_since = None;
        let Some(topic) = self.state.topic.clone() else { return };
        let start = match &goto {
            Goto::Live => return self.go_live(),
            Goto::At(start) => start.clone(),
            Goto::Last(_) => Start::End,
        };
        let id = self.next_lookup();
        let search = Search { scope: Scope::Topic(topic.clone()), start, filter: self.state.tail_filter.clone() };
        self.effects.push(Effect::Ask(Ask::Search(id, search)));
        match goto {
            Goto::Last(count) => self.extend(id, Way::Back, count, most_bytes),
            _ => {
                self.extend(id, Way::Forward, self.portion(), most_bytes);
                self.extend(id, Way::Back, self.portion(), most_bytes);
            }
        }
        let land = matches!(goto, Goto::At(_));
        let (asked, extended_at) = (asked.to_owned(), self.state.live_at);
        self.state.past = Some(Past { id, topic, goto, asked, by_itself: false, narrowed: false, land, extended_at });
    }

    fn portion(&self) -> usize {
        if self.state.tail_filter == TailFilter::All { PAGE } else { MATCHES }
    }

    fn extend(&mut self, id: LookupId, way: Way, most: usize, most_bytes: Option<u64>) {
        let extent = Extent { way, most, back_to: None, most_bytes };
        self.effects.push(Effect::Ask(Ask::Extend(id, extent)));
    }

    /// Back to the live tail.
    pub(super) fn leave_past(&mut self) {
        if let Some(past) = self.state.past.take() {
            self.effects.push(Effect::Ask(Ask::Cancel(past.id)));
        }
        self.state.lists[PanelId::Tail as usize].selected = None;
    }

    /// The filter changed: the same place under the new one.
    pub(super) fn search_again(&mut self) {
        if let Some(past) = open(&self.state).cloned() {
            self.go_into_past(past.goto, &past.asked, None);
            let narrowed = self.state.tail_filter != TailFilter::All;
            if let Some(again) = &mut self.state.past {
                (again.by_itself, again.narrowed) = (past.by_itself, narrowed);
            }
        }
    }

    /// Takes away what came last: a filter that was set in the past, else the past itself.
    pub(super) fn step_out_of_past(&mut self) {
        match open(&self.state) {
            Some(past) if past.narrowed => self.set_tail_filter(""),
            _ => self.leave_past(),
        }
    }

    /// Stops what is being read. `false`: nothing is.
    pub(super) fn stop_search(&mut self) -> bool {
        let Some(id) = searching(&self.state) else { return false };
        let running = self.newest.focus.searches.get(&id).is_some_and(|s| s.progress.running.is_some());
        if running {
            self.effects.push(Effect::Ask(Ask::Rest(id)));
        }
        running
    }

    /// Reads on where the list ends, when somebody goes there.
    pub(super) fn load_on(&mut self, panel: PanelId, way: Way) {
        match panel {
            PanelId::Follow if way == Way::Back => self.follow_on(),
            PanelId::Tail => self.past_on(way),
            _ => {}
        }
    }

    fn past_on(&mut self, way: Way) {
        let Some(past) = open(&self.state) else { return };
        let (id, since) = (past.id, past.extended_at);
        let Some(found) = self.newest.focus.searches.get(&id) else { return };
        let over = way == Way::Back && found.progress.back.whole && !found.older_cut;
        if over || self.is_busy(id) || !paused(since, self.state.live_at) {
            return;
        }
        if let Some(past) = &mut self.state.past {
            past.extended_at = self.state.live_at;
            past.land = false;
        }
        self.extend(id, way, self.portion(), None);
    }

    /// It reads, or will.
    fn is_busy(&self, id: LookupId) -> bool {
        let found = self.newest.focus.searches.get(&id);
        found.is_none_or(|s| s.progress.running.is_some() || s.progress.rests == Rest::NotBegun)
    }

    /// Whoever moves in the list is not taken elsewhere any more.
    pub(super) fn stay_here(&mut self, panel: PanelId) {
        if let Some(past) = self.state.past.as_mut().filter(|_| panel == PanelId::Tail) {
            past.land = false;
        }
    }

    /// Selects the place that was asked for, once what lies there is read.
    pub(super) fn land(&mut self) {
        let Some(past) = open(&self.state).filter(|p| p.land) else { return };
        let Some(found) = self.newest.focus.searches.get(&past.id) else { return };
        // Forward comes first; while it goes on the place may still move.
        if found.progress.running == Some(Way::Forward) || found.rows.is_empty() {
            return;
        }
        let Goto::At(start) = &past.goto else { return };
        let here = |row: &crate::snapshot::TailRow| match start {
            Start::Time(at) => row.time.is_some_and(|t| t.at >= *at),
            Start::Offset { offset, .. } => row.offset >= *offset,
            Start::End => false,
        };
        let place = found.rows.iter().rposition(|row| here(row)).unwrap_or(0);
        let over = found.progress.running.is_none() && found.progress.rests != Rest::NotBegun;
        self.select(PanelId::Tail, place);
        if let Some(past) = self.state.past.as_mut().filter(|_| over) {
            past.land = false;
        }
    }
}
