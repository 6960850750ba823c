//! Which messages went out, and which of them about an order: the channel, when, and the record that said so.

use crate::model::{Label, Place, Stamp};
use crate::snapshot::{LastEvent, Message, StepTold};
use std::cmp::Ordering;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Messages that are remembered; the oldest go first.
const MOST: usize = 100_000;
/// The newest that a picture has.
const MOST_SHOWN: usize = 100;
/// Places in the queue that stand for nothing are kept up to so many, and up to as many as there are messages.
const STALE: usize = 4_096;

type Told = (Label, Stamp);

/// By order. What was sent is no state of the order: it is not in the domain.
#[derive(Default)]
pub struct Messages {
    by_order: HashMap<Label, Vec<Told>, foldhash::fast::RandomState>,
    queue: VecDeque<Label>,
    /// The newest of all as they came, those that name no order too.
    newest: VecDeque<(Option<Label>, Told)>,
    held: usize,
}

impl Messages {
    pub fn sent(&mut self, order: Option<&Label>, channel: &Label, stamp: Stamp) {
        if self.newest.len() == MOST_SHOWN {
            self.newest.pop_front();
        }
        self.newest.push_back((order.cloned(), (channel.clone(), stamp)));
        if let Some(order) = order {
            self.about(order, channel, stamp);
        }
    }

    fn about(&mut self, order: &Label, channel: &Label, stamp: Stamp) {
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
        let told = |(channel, stamp): &Told| StepTold { name: channel.into(), at: stamp.at, told: record(stamp.place) };
        let mut messages: Vec<StepTold> = self.by_order.get(order).into_iter().flatten().map(told).collect();
        messages.sort_by_key(|message| message.at);
        messages
    }

    /// The newest, by their time, the last first.
    pub fn newest(&self) -> Vec<Arc<Message>> {
        let row = |(order, (channel, stamp)): &(Option<Label>, Told)| Message {
            at: stamp.at,
            channel: channel.into(),
            order: order.as_ref().map(Into::into),
            told: record(stamp.place),
        };
        let mut rows: Vec<Arc<Message>> = self.newest.iter().rev().map(row).map(Arc::new).collect();
        rows.sort_by(|a, b| newer_first(a, b));
        rows
    }
}

/// The order in which they are told.
pub fn newer_first(a: &Message, b: &Message) -> Ordering {
    let place = |m: &Message| (m.told.partition, m.told.offset);
    b.at.cmp(&a.at).then_with(|| place(b).cmp(&place(a))).then_with(|| a.told.topic.cmp(&b.told.topic))
}

fn record(place: Place) -> LastEvent {
    LastEvent { topic: place.topic.into(), partition: place.partition, offset: place.offset }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, TopicName};

    #[test]
    fn the_newest_hundred_are_told_by_their_time_those_without_an_order_too() {
        let mut messages = Messages::default();
        let topic = TopicName::new("notifications.sms");
        for n in 0..150 {
            let place = Place { topic, partition: 0, offset: n };
            // Partitions have no common order: every second one is told a moment late.
            let stamp = Stamp { at: Timestamp(n * 10 - (n % 2) * 15), place };
            let order = (n % 3 != 0).then(|| Label::from(format!("A{n}")));
            messages.sent(order.as_ref(), &"sms".into(), stamp);
        }
        let newest = messages.newest();
        assert_eq!(newest.len(), MOST_SHOWN);
        assert!(newest.windows(2).all(|w| w[0].at >= w[1].at));
        let offsets: Vec<i64> = newest.iter().take(4).map(|m| m.told.offset).collect();
        assert_eq!(offsets, [148, 149, 146, 147]);
        assert!(newest.iter().all(|m| m.order.is_some() == (m.told.offset % 3 != 0)), "{newest:?}");
        assert_eq!(messages.of("A149").len(), 1);
    }

    #[test]
    fn what_is_forgotten_leaves_nothing_behind_and_the_rest_stays() {
        let mut messages = Messages::default();
        let stamp = |s: i64| {
            let place = Place { topic: "notifications.sms".into(), partition: 0, offset: s };
            Stamp { at: Timestamp(s * 1_000), place }
        };
        messages.sent(Some(&"kept".into()), &"sms".into(), stamp(0));
        for n in 0..50_000 {
            let order: Label = format!("o-{n}").into();
            messages.sent(Some(&order), &"sms".into(), stamp(n));
            messages.sent(Some(&order), &"push".into(), stamp(n));
            messages.forget(&order);
        }
        assert_eq!((messages.by_order.len(), messages.held, messages.of("kept").len()), (1, 1, 1));
        assert!(messages.queue.len() <= STALE + 4, "{}", messages.queue.len());
        messages.sent(Some(&"o-1".into()), &"sms".into(), stamp(60_000));
        assert_eq!(messages.of("o-1").len(), 1, "one that comes late is told");
    }
}
