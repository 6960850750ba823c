//! What the engine is asked. Its channel may be full for a moment: what was asked waits here, in its order, and is not lost.

use crate::model::Ask;
use crossbeam_channel::{Sender, TrySendError};
use std::collections::VecDeque;

/// Keys that somebody pressed while the engine took nothing: more than this nobody waits for.
const MOST: usize = 64;

#[derive(Default)]
pub struct Asks {
    waiting: VecDeque<Ask>,
}

impl Asks {
    /// `false`: too many wait already, and it is not asked.
    pub fn put(&mut self, ask: Ask, to: &Sender<Ask>) -> bool {
        if self.waiting.len() >= MOST {
            return false;
        }
        self.waiting.push_back(ask);
        self.send(to);
        true
    }

    /// Sends what waits. `false`: some of it still does.
    pub fn send(&mut self, to: &Sender<Ask>) -> bool {
        while let Some(ask) = self.waiting.pop_front() {
            match to.try_send(ask) {
                Ok(()) => {}
                Err(TrySendError::Full(ask)) => {
                    self.waiting.push_front(ask);
                    return false;
                }
                // The engine is gone and the program ends; nobody is left to ask.
                Err(TrySendError::Disconnected(_)) => self.waiting.clear(),
            }
        }
        true
    }

    /// They were for another cluster's engine.
    pub fn forget(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LookupId;
    use crossbeam_channel::bounded;

    fn ask(n: u64) -> Ask {
        Ask::Rest(LookupId(n))
    }

    #[test]
    fn what_finds_the_channel_full_is_asked_later_and_in_its_order() {
        let (to, engine) = bounded(1);
        let mut asks = Asks::default();
        assert!((1..=3).all(|n| asks.put(ask(n), &to)));
        assert!(!asks.send(&to), "two wait");
        let mut got = Vec::new();
        while let Ok(ask) = engine.try_recv() {
            got.push(ask);
            asks.send(&to);
        }
        assert_eq!(got, [ask(1), ask(2), ask(3)]);
        assert!(asks.send(&to));
    }

    #[test]
    fn who_takes_nothing_is_not_asked_without_end() {
        let (to, engine) = bounded(1);
        let mut asks = Asks::default();
        let taken = (0..1_000).filter(|n| asks.put(ask(*n), &to)).count();
        assert_eq!(taken, MOST + 1, "one in the channel");
        asks.forget();
        assert!(asks.send(&to));
        drop(engine);
        assert!(asks.put(ask(7), &to) && asks.send(&to), "a dead engine keeps nothing waiting");
    }
}
