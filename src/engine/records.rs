use super::business::{Business, Told};
use super::dead_letter::{Once, Origin, origin};
use super::past::second;
use super::searches::Searches;
use super::spotlight::Spotlight;
use super::topic::TopicState;
use super::topics::Topics;
use super::totals::Totals;
use crate::decode::Outcome;
use crate::model::{Record, RecordBatch, Timestamp};
use crate::snapshot::Verdict;
use std::sync::Arc;

/// What a record's way through the engine touches.
pub struct Intake<'a> {
    pub topics: &'a mut Topics,
    pub totals: &'a mut Totals,
    pub once: &'a mut Once,
    pub business: &'a mut Business,
    pub spotlight: Option<&'a mut Spotlight>,
    /// Followed keys, where there are any.
    pub follows: Option<&'a mut Searches>,
    /// Records stamped before it do not enter the latency.
    pub latency_from: Timestamp,
}

/// An error that belongs to another topic's record.
struct Rejection {
    topic: Arc<str>,
    partition: i32,
    offset: i64,
    live: bool,
}

impl Intake<'_> {
    pub fn take(&mut self, batch: &dyn RecordBatch, at: Timestamp) {
        let sec = second(at);
        for index in 0..batch.len() {
            self.record(&batch.get(index), at, sec);
        }
    }

    fn record(&mut self, record: &Record<'_>, at: Timestamp, sec: i64) {
        let Some((slot, topic)) = self.topics.of_slot(record.slot) else { return };
        let Some(step) = slot.step(record.offset, at) else { return };
        let (partition, number, place) = (slot.partition, slot.number, slot.topic);
        // What retention deleted before we came to it is no sign of markers.
        topic.gaps |= step.gap > 0 && topic.partitions.get(partition).is_none_or(|p| p.low.is_none_or(|low| step.reach >= low));
        topic.records.seen += 1;
        if let (Some(time), Some(state)) = (record.time, topic.partitions.get_mut(partition)) {
            state.times.push(record.offset, time.at, step.reach, super::partition::RECORD_POINTS);
        }
        if step.live {
            count(topic, self.totals, record, step.gap, sec, at);
            if record.time.is_none_or(|time| time.at >= self.latency_from) {
                measure(topic, self.totals, record, sec, at);
            }
        }
        let (verdict, error) = judge(topic, record);
        let rejected = match topic.decoder.as_ref().filter(|_| verdict == Verdict::Event) {
            Some(decoder) => {
                let told = Told { record, decoder, place, topic: &topic.name, partition: number, live: step.live };
                self.business.take(&told, at)
            }
            None => false,
        };
        let error = (error || rejected) && self.once.first(topic.serial, number, record.offset);
        topic.records.rejected += u64::from(error && rejected);
        if error && step.live {
            topic.window.error(sec);
            self.totals.window.error(sec);
        }
        if !step.live {
            remember_past(topic, self.totals, record, error);
        }
        let rejection = rejection(topic, number, record, step.live);
        if let Some(follows) = self.follows.as_deref_mut() {
            follows.offer(&topic.name, record, number, &verdict, at);
        }
        if let Some(spotlight) = self.spotlight.as_deref_mut().filter(|s| s.ring.topic() == &topic.name) {
            spotlight.offer(record, number, step.live, verdict, at);
        }
        if let Some(rejection) = rejection {
            self.reject(&rejection, at);
        }
    }

    /// Counts a dead letter against the topic that it comes from.
    fn reject(&mut self, rejection: &Rejection, at: Timestamp) {
        let place = self.topics.place(&rejection.topic);
        let Some(topic) = place.and_then(|place| self.topics.at(place)) else { return };
        if !self.once.first(topic.serial, rejection.partition, rejection.offset) {
            return;
        }
        topic.records.rejected += 1;
        if rejection.live {
            topic.window.error(second(at));
            if topic.decoder.is_some() {
                self.totals.window.error(second(at));
            }
        }
    }
}

/// A live record enters the windows.
fn count(topic: &mut TopicState, totals: &mut Totals, record: &Record<'_>, gap: i64, sec: i64, at: Timestamp) {
    topic.sums.read += 1;
    topic.sums.records += 1;
    topic.sums.passed += 1 + gap.unsigned_abs();
    topic.sums.bytes += record.size() as u64;
    topic.moved_at = Some(at);
    topic.window.record(sec);
    if topic.decoder.is_some() {
        totals.window.record(sec);
    }
}

/// Its latency enters the histograms.
fn measure(topic: &mut TopicState, totals: &mut Totals, record: &Record<'_>, sec: i64, at: Timestamp) {
    topic.latency_second(sec);
    totals.latency_second(sec);
    match record.time {
        Some(time) => {
            topic.timestamp = Some(time.kind);
            let ms = at.since_ms(time.at);
            topic.latency.record(ms);
            totals.latency.record(ms);
        }
        None => {
            topic.latency.out_of_range();
            totals.latency.out_of_range();
        }
    }
}

fn remember_past(topic: &mut TopicState, totals: &mut Totals, record: &Record<'_>, error: bool) {
    let Some(time) = record.time else { return };
    if let Some(past) = topic.past.as_mut() {
        past.add(time.at, record.size(), u32::from(error));
        totals.past(|past| past.add(time.at, record.size(), u32::from(error)));
    }
}

/// What the record is by its catalogue entry, counted; and whether it is an error.
fn judge(topic: &mut TopicState, record: &Record<'_>) -> (Verdict, bool) {
    if record.value.is_none() {
        topic.records.deletions += 1;
        return (Verdict::Deletion, false);
    }
    if let Some(schema) = record.value.and_then(schema_id) {
        topic.records.undecoded += 1;
        return (Verdict::Undecoded { schema }, false);
    }
    let Some(decoder) = topic.decoder.as_mut() else { return (Verdict::Unjudged, false) };
    match decoder.judge(record) {
        Outcome::Event => (Verdict::Event, false),
        Outcome::Deletion => {
            topic.records.deletions += 1;
            (Verdict::Deletion, false)
        }
        Outcome::Undecoded { schema } => {
            topic.records.undecoded += 1;
            (Verdict::Undecoded { schema }, false)
        }
        Outcome::Malformed(why) => {
            topic.records.malformed += 1;
            (Verdict::Malformed(why.into()), true)
        }
        Outcome::Contract(why) => {
            topic.records.contract += 1;
            (Verdict::Contract(why.into()), true)
        }
    }
}

/// The schema's id of a value in the Confluent wire format: byte 0, then the id in four bytes. No registry numbers one 0.
fn schema_id(value: &[u8]) -> Option<u32> {
    match value {
        [0, a, b, c, d, ..] => Some(u32::from_be_bytes([*a, *b, *c, *d])).filter(|id| *id > 0),
        _ => None,
    }
}

/// The record that a dead letter stands for: named by its headers, else the topic by a pattern (then every dead letter is one).
fn rejection(topic: &TopicState, number: i32, record: &Record<'_>, live: bool) -> Option<Rejection> {
    let dead = topic.dead_letters.as_ref()?;
    if let Some(Origin { topic, partition, offset }) = origin(record.headers) {
        return Some(Rejection { topic: topic.into(), partition, offset, live });
    }
    // No offset of the source is known: the dead letter's own, told apart from real ones by the sign.
    dead.source.clone().map(|topic| Rejection { topic, partition: -1 - number, offset: record.offset, live })
}
