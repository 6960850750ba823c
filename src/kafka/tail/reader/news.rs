//! What the scout found out: partitions come, go, and are lost.

use super::{Class, Reader};
use crate::kafka::native;
use crate::kafka::tail::scout::{Doubt, Found, News, Request};
use crate::model::{Assignment, Input, Slot};
use std::sync::Arc;
use std::time::Instant;

impl Reader {
    pub(super) fn hear(&mut self, news: News) {
        match news {
            News::Found(found) => self.assign(found),
            News::Listed => self.warm_up.listed(),
            News::Gone(places) => {
                let slots: Vec<_> = places.iter().filter_map(|(topic, p)| self.places.slot_of(topic, *p)).collect();
                for place in slots.iter().filter_map(|slot| self.places.remove(*slot)).filter(|p| p.refused) {
                    self.causes.topic(&place.topic, false);
                }
                self.send(Input::Revoked(slots));
            }
            News::Ends(why, ends) => self.go_on_from(why, &ends),
            News::Lost { slot, low, end, doubt } => self.find_again(slot, low, end, doubt),
            News::Check(ends) => ends.iter().for_each(|(topic, p, end)| self.check(topic, *p, *end)),
        }
    }

    fn assign(&mut self, found: Vec<Found>) {
        let nothing = self.config.budget == Some(0);
        let mut assigned = Vec::with_capacity(found.len());
        for mut found in found {
            if nothing {
                found.start = found.live_from;
            }
            let class = Class::of(self.first.contains(found.topic.as_ref()));
            assigned.extend(self.places.add(self.queue.client(), &found, class));
        }
        // Before the first record of any.
        self.send(Input::Assigned(assigned.clone()));
        if !nothing {
            self.warm_up.begin(Instant::now());
            assigned.iter().for_each(|a| self.begin(a));
        }
    }

    fn begin(&mut self, assignment: &Assignment) {
        let Some(place) = self.places.get(assignment.slot) else { return };
        let started = self.places.topic(place).is_some_and(|t| t.start(place.partition, place.position, &self.queue));
        if !started {
            tracing::warn!(topic = %place.topic.escape_debug(), partition = place.partition, "librdkafka refuses to read");
        }
        // librdkafka keeps a pause over a stop, for a topic of the same name too.
        let mut list = rdkafka::TopicPartitionList::new();
        list.add_partition(&place.topic, place.partition);
        native::pause(self.queue.client(), &list, !self.reads(place.class));
    }

    fn check(&mut self, topic: &Arc<str>, partition: i32, end: i64) {
        let slot = self.places.slot_of(topic, partition);
        let Some((slot, place)) = slot.and_then(|s| Some((s, self.places.get(s)?))) else { return };
        // What came in since the end was asked for is no reason: only a second look is.
        if place.position > end {
            self.ask(Request::Lost((slot, Arc::clone(topic), partition), Doubt::Beyond(place.position)));
        }
    }

    /// The position exists no more: retention was faster than we, or the topic is another one of the same name.
    fn find_again(&mut self, slot: Slot, low: i64, end: i64, doubt: Doubt) {
        let Some(place) = self.places.get(slot) else { return };
        // An end that was asked for later than we read up to it lies behind only in another log.
        if matches!(doubt, Doubt::Beyond(position) if position <= end) {
            return;
        }
        // Behind its beginning it was retention; everywhere else the log is not the one that we read.
        if place.position >= low {
            let class = place.class;
            let found = Found { topic: Arc::clone(&place.topic), partition: place.partition, start: low, live_from: end };
            self.places.remove(slot);
            self.send(Input::Revoked(vec![slot]));
            if let Some(assignment) = self.places.add(self.queue.client(), &found, class) {
                self.send(Input::Assigned(vec![assignment.clone()]));
                self.begin(&assignment);
            }
        } else {
            if let Some(topic) = self.places.topic(place) {
                topic.stop(place.partition);
                topic.start(place.partition, low, &self.queue);
            }
            self.jumped(slot, low);
        }
    }
}
