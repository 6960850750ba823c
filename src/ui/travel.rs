//! Back and forth through the pictures that are kept. The whole dashboard shows one of them, until somebody returns to now.

use super::frozen::Frozen;
use super::update::Ui;
use crate::model::Timestamp;
use crate::text::{Word, word};

/// A wide step, in ms.
pub const WIDE_MS: i64 = 60_000;

impl Ui {
    /// To the picture before the one that is shown, or the last one at least `ms` older.
    pub(super) fn step_back(&mut self, ms: i64) {
        let shown = self.shown_moment();
        let moments = &self.newest.moments;
        let before = moments.partition_point(|m| m.at < shown && shown.since_ms(m.at) >= ms);
        match moments.get(before.saturating_sub(1)).filter(|m| m.at < shown) {
            Some(moment) => self.travel(moment.at),
            None => self.say(word(Word::NothingOlder).to_owned()),
        }
    }

    /// To the next picture, or the first one at least `ms` younger; past the newest it is now again.
    pub(super) fn step_forward(&mut self, ms: i64) {
        let shown = self.shown_moment();
        let moments = &self.newest.moments;
        let next = moments.partition_point(|m| m.at <= shown || m.at.since_ms(shown) < ms);
        match moments.get(next).map(|m| m.at) {
            Some(at) if self.state.frozen.is_some() => self.travel(at),
            _ => self.go_live(),
        }
    }

    /// Shows the moment as soon as the engine has told it; until then what was shown before.
    pub(super) fn travel(&mut self, at: Timestamp) {
        self.state.frozen.get_or_insert_with(|| Frozen::of(&self.newest));
        self.state.travel = Some(at);
        self.move_on();
        self.follow_moment();
        self.take_past();
        self.carry_searches();
    }

    /// The whole dashboard.
    pub(super) fn go_live(&mut self) {
        self.state.travel = None;
        self.state.frozen = None;
        self.leave_moment();
        self.follow_moment();
    }

    /// The engine's answer takes the place of what is shown.
    pub(super) fn take_past(&mut self) {
        let Some(past) = self.newest.past.as_ref().filter(|past| Some(past.asked) == self.state.travel) else { return };
        if let Some(frozen) = self.state.frozen.as_mut() {
            frozen.show(past);
        }
    }

    /// A picture that stands still shows what is found in the meantime.
    pub(super) fn carry_searches(&mut self) {
        if let Some(frozen) = self.state.frozen.as_mut() {
            frozen.carry(&self.newest.focus.searches);
        }
    }

    fn shown_moment(&self) -> Timestamp {
        self.state.travel.unwrap_or(self.shown().snapshot.taken_at)
    }
}
