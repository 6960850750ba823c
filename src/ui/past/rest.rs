//! The records of a moment that the dashboard rests at: they are read as `@` reads them, though nobody asked.

use super::{Goto, open};
use crate::model::{LinkState, Start};
use crate::ui::panels::PanelId;
use crate::ui::state::Screen;
use crate::ui::update::Ui;

/// Who steps on within this is on the way to somewhere else.
const REST_MS: i64 = 700;
/// Read by itself each way: what a person sees at once is found within, and a narrow filter reads no whole topic.
const MOST_BYTES: u64 = 8 << 20;

impl Ui {
    /// The dashboard shows another moment: what is read of the one before is not wanted any more. What is whole stays until the next
    /// is read, under its own place.
    pub(in crate::ui) fn move_on(&mut self) {
        self.leave_unread();
        self.unread();
    }

    /// Now has a tail of its own.
    pub(in crate::ui) fn leave_moment(&mut self) {
        if self.state.past.as_ref().is_some_and(|past| past.by_itself) {
            self.leave_past();
        }
    }

    pub(in crate::ui) fn unread(&mut self) {
        self.state.unread_since = Some(self.state.live_at);
    }

    /// Reads the records of the moment, once the dashboard rests there with the tail in sight.
    pub(in crate::ui) fn read_moment(&mut self) {
        let (Some(at), Some(since)) = (self.state.travel, self.state.unread_since) else { return self.give_up_unread() };
        let steps = (0..REST_MS).contains(&self.state.live_at.since_ms(since));
        if steps || !self.has_room_for_moment() || !self.may_read() {
            return;
        }
        self.go_into_past(Goto::At(Start::Time(at)), "", Some(MOST_BYTES));
        if let Some(past) = &mut self.state.past {
            past.by_itself = true;
        }
    }

    /// Whoever left the screen before all was read has it read anew when he is back.
    fn give_up_unread(&mut self) {
        if open(&self.state).is_none() && self.leave_unread() {
            self.unread();
        }
    }

    /// `false`: it is read, or somebody asked for it.
    fn leave_unread(&mut self) -> bool {
        let unread = self.state.past.as_ref().is_some_and(|past| past.by_itself && self.is_busy(past.id));
        if unread {
            self.leave_past();
        }
        unread
    }

    /// The tail is in sight, nothing lies over it, and it has no place that somebody went to.
    fn has_room_for_moment(&self) -> bool {
        let state = &self.state;
        let in_sight = state.screen == Screen::Topic && state.topic.is_some() && self.hits.drew(&[PanelId::Tail]);
        in_sight && state.layers.is_empty() && state.past.as_ref().is_none_or(|past| past.by_itself)
    }

    /// Who wants nothing to be read has to ask for it.
    fn may_read(&self) -> bool {
        let snapshot = &self.newest.snapshot;
        let connected = matches!(snapshot.source.state, LinkState::Connected | LinkState::Degraded);
        connected && snapshot.viewer.read_budget != Some(0)
    }
}
