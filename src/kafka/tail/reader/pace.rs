//! Keeps to the budget: stretches are read, then a rest, then a jump to the ends.

use super::{BETWEEN, Class, ENDS_PATIENCE, GOLDEN, Reader, Stretch};
use crate::kafka::native;
use crate::kafka::tail::scout::{Asked, Request, Why};
use crate::model::{Input, Slot};
use rdkafka::TopicPartitionList;
use std::sync::atomic::Ordering;
use std::time::Instant;

impl Reader {
    pub(super) fn keep_to_budget(&mut self, now: Instant) {
        if self.warm_up.judge(self.places.warming(), now) {
            let past = self.places.asked(|p| p.warming);
            past.iter().for_each(|(slot, ..)| self.places.warmed(*slot));
            self.hold(&past);
            self.cut.extend_from_slice(&past);
            self.ask(Request::Ends(Why::WarmUpCut, past));
        }
        if self.config.budget == Some(0) {
            return;
        }
        self.budget.spent_elsewhere(self.config.elsewhere.load(Ordering::Relaxed));
        self.budget.refill(now);
        if let Some((_, others)) = self.resume_later.take_if(|(at, _)| *at <= now) {
            native::pause(self.queue.client(), &others, false);
        }
        for class in Class::ALL {
            match self.stretches[class as usize] {
                Stretch::Reading if self.budget.exhausted(class) => self.rest(class),
                // The past is read slower, not left out.
                Stretch::Resting if self.budget.ready(class) && !self.warm_up.done() => self.go_on(class),
                Stretch::Resting if self.budget.ready(class) => {
                    self.stretches[class as usize] = Stretch::Asked(now);
                    let asked = self.places.asked(|p| p.class == class);
                    self.ask(Request::Ends(Why::Stretch(class), asked));
                }
                Stretch::Asked(since) if now.saturating_duration_since(since) > ENDS_PATIENCE => {
                    self.stretches[class as usize] = Stretch::Resting;
                }
                _ => {}
            }
        }
    }

    fn rest(&mut self, class: Class) {
        self.stretches[class as usize] = Stretch::Resting;
        if let Some((_, waiting)) = self.resume_later.take() {
            native::pause(self.queue.client(), &waiting, false);
        }
        self.hold(&self.places.asked(|p| p.class == class));
    }

    /// Stops fetching. On its own, librdkafka would go on from the position after the last thing that it told, and takes the end of a
    /// partition for one more record: it would ask for an offset that does not exist. So it is told where we stand.
    fn hold(&self, partitions: &[Asked]) {
        native::pause(self.queue.client(), &list(partitions), true);
        for (slot, _, partition) in partitions {
            let Some(place) = self.places.get(*slot) else { continue };
            if self.places.topic(place).is_some_and(|topic| !topic.seek(*partition, place.position)) {
                tracing::warn!(topic = %place.topic.escape_debug(), partition, "librdkafka refuses to keep its place");
            }
        }
    }

    /// Jumps to the ends and reads on from there.
    pub(super) fn go_on_from(&mut self, why: Why, ends: &[(Slot, i64)]) {
        for (slot, end) in ends {
            let Some(place) = self.places.get(*slot).filter(|p| p.position < *end) else { continue };
            if self.places.topic(place).is_some_and(|t| t.seek(place.partition, *end)) {
                self.jumped(*slot, *end);
            }
        }
        match why {
            Why::Stretch(class) => self.go_on(class),
            Why::WarmUpCut => {
                let mut cut = std::mem::take(&mut self.cut);
                // Where a class rests, its next stretch wakes them.
                cut.retain(|(slot, ..)| self.places.get(*slot).is_some_and(|p| self.reads(p.class)));
                native::pause(self.queue.client(), &list(&cut), false);
            }
        }
    }

    pub(super) fn reads(&self, class: Class) -> bool {
        matches!(self.stretches[class as usize], Stretch::Reading)
    }

    /// Brokers fill their answers in the order in which partitions are asked for, and librdkafka asks in a fixed one: so each
    /// stretch begins with others.
    fn go_on(&mut self, class: Class) {
        self.stretches[class as usize] = Stretch::Reading;
        self.turn = (self.turn + GOLDEN).fract();
        let (others, these) = self.places.lists(class, self.turn);
        native::pause(self.queue.client(), &these, false);
        let before = self.resume_later.replace((Instant::now() + BETWEEN, others));
        if let Some((_, waiting)) = before {
            native::pause(self.queue.client(), &waiting, false);
        }
    }

    pub(super) fn jumped(&mut self, slot: Slot, to: i64) {
        let Some(place) = self.places.get_mut(slot) else { return };
        let from = std::mem::replace(&mut place.position, to);
        if to <= from {
            return;
        }
        let past = place.live_from.min(to).saturating_sub(from);
        self.warm_up.left_out(u64::try_from(past).unwrap_or_default());
        self.skipped = true;
        self.send(Input::Skipped { slot, from, to });
    }

    pub(super) fn resting(&self) -> bool {
        self.warm_up.done() && !Class::ALL.iter().all(|c| self.reads(*c))
    }
}

fn list(asked: &[Asked]) -> TopicPartitionList {
    let mut list = TopicPartitionList::with_capacity(asked.len());
    for (_, topic, partition) in asked {
        list.add_partition(topic, *partition);
    }
    list
}
