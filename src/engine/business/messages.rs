//! Which messages went out about an order: its channel, when, and the record that said so.

use crate::model::{Label, Stamp};
use crate::snapshot::{LastEvent, StepTold};
use std::collections::{HashMap, VecDeque};

/// Messages that are remembered; the oldest go first.
const MOST: usize = 100_000;

type Told = (Label, Stamp);

/// By order. What was sent is no state of the order: it is not in the domain.
#[derive(Default)]
pub struct Messages {
    by_order: HashMap<Label, Vec<Told>, foldhash::fast::RandomState>,
    queue: VecDeque<Label>,
}

impl Messages {
    pub fn sent(&mut self, order: &Label, channel: &Label, stamp: Stamp) {
        let of = self.by_order.entry(order.clone()).or_default();
        of.push((channel.clone(), stamp));
        self.queue.push_back(order.clone());
        if self.queue.len() <= MOST {
            return;
        }
        let Some(oldest) = self.queue.pop_front() else { return };
        if let Some(of) = self.by_order.get_mut(&oldest) {
            // Each is in the queue once, in the order in which they came.
            of.remove(0);
            if of.is_empty() {
                self.by_order.remove(&oldest);
            }
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
