//! Where the partitions' logs begin, end, and have the moment that is asked for.

use super::{PATIENCE, SearchDesk};
use crate::kafka::native::{At, Isolation, Led, PartitionList, Reply};
use crate::model::{Code, LookupId, Start, TopicPartition};
use rdkafka::types::RDKafkaErrorCode as E;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What was asked of the brokers.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Asked {
    Low,
    End,
    Start,
}

impl SearchDesk {
    /// Asks for what is not known of the partitions' logs.
    pub(super) fn ask_bounds(&mut self, id: LookupId) {
        let Some(job) = self.jobs.iter_mut().find(|j| j.id == id) else { return };
        let homeless: Vec<usize> = job.lanes.awaited().filter(|(_, l)| l.leader < 0).map(|(i, _)| i).collect();
        homeless.into_iter().for_each(|lane| job.lanes.fail(lane, Code::Offline.into()));
        let at_start = match job.start {
            Start::End => Some(i64::MAX),
            Start::Offset { offset, .. } => Some(offset),
            Start::Time(_) => None,
        };
        let awaited: Vec<(usize, TopicPartition, i32)> = job.lanes.awaited().map(|(i, l)| (i, l.place.clone(), l.leader)).collect();
        if let Some(start) = at_start {
            awaited.iter().for_each(|(lane, ..)| job.lanes.set_start(*lane, start));
        }
        let time = match job.start {
            Start::Time(at) => Some(at),
            _ => None,
        };
        let led = Led::new(awaited.iter().map(|(_, place, leader)| (Arc::clone(&place.topic), place.partition, *leader)));
        for (_, chunk) in led.chunks() {
            let mut asks = vec![(Asked::Low, At::Earliest), (Asked::End, At::Latest)];
            asks.extend(time.map(|at| (Asked::Start, At::Time(at.0))));
            for (what, at) in asks {
                self.tag += 1;
                let list = PartitionList::of(chunk, at.spec());
                self.bounds.list_offsets(self.tag, &list, Isolation::Committed, PATIENCE);
                let places = chunk.iter().map(|(topic, p)| TopicPartition { topic: Arc::clone(topic), partition: *p });
                self.asked.insert(self.tag, (id, what, places.collect()));
            }
        }
        self.asked_at = Instant::now();
    }

    pub(super) fn take_bounds(&mut self) {
        while let Some(reply) = (!self.asked.is_empty()).then(|| self.bounds.next(Duration::from_millis(1))).flatten() {
            self.bound(&reply);
        }
        // Who did not answer by then does not answer: librdkafka ends its calls itself, and this is for a reply that got lost.
        if !self.asked.is_empty() && self.asked_at.elapsed() > PATIENCE * 2 {
            let late: Vec<_> = self.asked.drain().map(|(_, asked)| asked).collect();
            late.iter().for_each(|(id, _, places)| self.fail(*id, places, E::OperationTimedOut));
        }
    }

    fn bound(&mut self, reply: &Reply) {
        let Some((id, what, places)) = self.asked.remove(&reply.tag()) else { return };
        if let Some(refusal) = reply.refusal() {
            return self.fail(id, &places, refusal.code);
        }
        let mut wrong = Vec::new();
        if let Some(job) = self.jobs.iter_mut().find(|j| j.id == id) {
            reply.each_offset(|topic, partition, result| {
                let Some(lane) = job.lanes.of(topic, partition) else { return };
                match (what, result) {
                    (Asked::Low, Ok(offset)) => job.lanes.set_low(lane, offset),
                    (Asked::End, Ok(offset)) => job.lanes.set_end(lane, offset),
                    (Asked::Start, Ok(offset)) => job.lanes.set_start(lane, offset),
                    // No record is as young.
                    (Asked::Start, Err(E::NoOffset)) => {
                        let here =
                            |(place, _): &&(TopicPartition, i64)| place.partition == partition && place.topic.as_ref() == topic;
                        let hint = job.hints.iter().find(here).map_or(i64::MAX, |(_, offset)| *offset);
                        job.lanes.set_start(lane, hint);
                    }
                    (_, Err(code)) => wrong.push((TopicPartition { topic: topic.into(), partition }, code)),
                }
            });
        }
        wrong.into_iter().for_each(|(place, code)| self.fail(id, &[place], code));
    }
}
