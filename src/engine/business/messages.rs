//! Which messages went out about an order: its channel, when, and the record that said so.

use crate::model::{Label, Stamp};
use crate::snapshot::{LastEvent, StepTold};
use std::collections::{HashMap, VecDeque};

/// Messages that are remembered; the oldest go first.
const MOST: usize = 100_000;
/// Places in the queue that stand for nothing are kept up to so many, and up to as many as there are messages.
const STALE: usize = 4_096;

type Told = (Label, Stamp);

/// By order. What was sent is no state of the order: it is not in the domain.
#[derive(Default)]
pub struct Messages {
    by_order: HashMap<Label, Vec<Told>, foldhash::fast::RandomState>,
    queue: VecDeque<Label>,
    held: usize,
}

impl Messages {
    pub fn sent(&mut self, order: &Label, channel: &Label, stamp: Stamp) {
        let of = self.by_order.entry(order.clone()).or_default();
        of.push((channel.clone(), stamp));
        self.held += 1;
        self.queue.push_back(order.clone());
        self.tidy();
        if self.queue.len() <= MOST {
            return;
        }
        let Some(oldest) = self.queue.pop_front() else { return };
        if let Some(of) = self.by_order.get_mut(&oldest) {
            // Each is in the queue once, in the order in which they came.
            of.remove(0);
            self.held -= 1;
            if of.is_empty() {
                self.by_order.remove(&oldest);
            }
        }
    }

    /// Nobody asks any more: the order is forgotten.
    pub fn forget(&mut self, order: &Label) {
        self.held -= self.by_order.remove(order).map_or(0, |of| of.len());
    }

    fn tidy(&mut self) {
        if self.queue.len() > self.held * 2 + STALE {
            self.queue.retain(|order| self.by_order.contains_key(order));
        }
    }

    /// By their time.
    pub fn of(&self, order: &str) -> Vec<StepTold> {
        let told = |(channel, stamp): &Told| StepTold {
            name: channel.into(),
            at: stamp.at,
            told: LastEvent { topic: stamp.place.topic.into(), partition: stamp.place.partition, offset: stamp.place.offset },
        };
        let mut messages: Vec<StepTold> = self.by_order.get(order).into_iter().flatten().map(told).collect();
        messages.sort_by_key(|message| message.at);
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, Timestamp};

    #[test]
    fn what_is_forgotten_leaves_nothing_behind_and_the_rest_stays() {
        let mut messages = Messages::default();
        let stamp = |s: i64| {
            let place = Place { topic: "notifications.sms".into(), partition: 0, offset: s };
            Stamp { at: Timestamp(s * 1_000), place }
        };
        messages.sent(&"kept".into(), &"sms".into(), stamp(0));
        for n in 0..50_000 {
            let order: Label = format!("o-{n}").into();
            messages.sent(&order, &"sms".into(), stamp(n));
            messages.sent(&order, &"push".into(), stamp(n));
            messages.forget(&order);
        }
        assert_eq!((messages.by_order.len(), messages.held, messages.of("kept").len()), (1, 1, 1));
        assert!(messages.queue.len() <= STALE + 4, "{}", messages.queue.len());
        messages.sent(&"o-1".into(), &"sms".into(), stamp(60_000));
        assert_eq!(messages.of("o-1").len(), 1, "one that comes late is told");
    }
}
