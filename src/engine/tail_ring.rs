use super::clock::Step;
use super::filter::Filter;
use crate::model::{Reason, Record, TailFilter, Timestamp};
use crate::snapshot::{TailRow, TailView, Verdict};
use std::collections::VecDeque;
use std::sync::Arc;

const MOST_ROWS: usize = 2_000;
const MOST_BYTES: usize = 4 << 20;
const MOST_VALUE: usize = 16 << 10;
/// A row's own size and that of its place, about.
const ROW_BYTES: usize = 160;
const DROPPED_WINDOW_S: i64 = 10;

/// The newest records of the topic in focus that its filter let pass.
pub struct TailRing {
    topic: Arc<str>,
    asked: TailFilter,
    filter: Filter,
    /// The newest first; each with its running number.
    rows: VecDeque<(u64, usize, Arc<TailRow>)>,
    bytes: usize,
    matched: u64,
    passed: u64,
    /// Rows up to this number were in a view.
    shown: u64,
    /// (second, rows pushed out unseen in it).
    dropped: VecDeque<(i64, u64)>,
    view: Option<TailView>,
}

impl TailRing {
    pub fn new(topic: Arc<str>, asked: &TailFilter) -> Self {
        Self {
            topic,
            asked: asked.clone(),
            filter: Filter::new(asked),
            rows: VecDeque::new(),
            bytes: 0,
            matched: 0,
            passed: 0,
            shown: 0,
            dropped: VecDeque::new(),
            view: None,
        }
    }

    /// The same topic under another filter. What one just saw unfiltered is searched too; what another filter left out is gone,
    /// so that the ring begins anew rather than with a gap that nobody can see.
    pub fn under(&self, asked: &TailFilter) -> Self {
        let mut ring = Self::new(self.topic.clone(), asked);
        if self.asked == TailFilter::All {
            ring.passed = self.rows.len() as u64;
            for (_, bytes, row) in self.rows.iter().filter(|(_, _, row)| ring.filter.passes_row(row)) {
                ring.rows.push_back((0, *bytes, row.clone()));
                ring.bytes += bytes;
            }
            ring.matched = ring.rows.len() as u64;
        }
        ring
    }

    pub fn topic(&self) -> &Arc<str> {
        &self.topic
    }

    /// What is in it, newest first.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<TailRow>> {
        self.rows.iter().map(|(_, _, row)| row)
    }

    pub fn is_for(&self, topic: &str, filter: &TailFilter) -> bool {
        self.topic.as_ref() == topic && &self.asked == filter
    }

    /// Copies the record when the filter lets it pass.
    pub fn offer(&mut self, record: &Record<'_>, partition: i32, verdict: Verdict, at: Timestamp) {
        self.passed += 1;
        self.view = None;
        if !self.filter.passes(record) {
            return;
        }
        self.matched += 1;
        let row = copy(self.topic.clone(), record, partition, verdict, Some(at));
        let bytes = size(&row);
        self.bytes += bytes;
        self.rows.push_front((self.matched, bytes, Arc::new(row)));
        while self.rows.len() > MOST_ROWS || self.bytes > MOST_BYTES {
            let Some((number, bytes, _)) = self.rows.pop_back() else { break };
            self.bytes -= bytes;
            if number > self.shown {
                self.note_dropped(super::past::second(at));
            }
        }
    }

    fn note_dropped(&mut self, second: i64) {
        match self.dropped.back_mut() {
            Some((last, count)) if *last == second => *count += 1,
            _ => self.dropped.push_back((second, 1)),
        }
    }

    pub fn step_back(&mut self, step: Step) {
        self.dropped.iter_mut().for_each(|(second, _)| step.second(second));
    }

    pub fn view(&mut self, now: Timestamp, reason: Option<Reason>) -> TailView {
        let oldest = super::past::second(now) - DROPPED_WINDOW_S;
        while self.dropped.front().is_some_and(|(second, _)| *second <= oldest) {
            self.dropped.pop_front();
            self.view = None;
        }
        self.shown = self.matched;
        let view = self.view.get_or_insert_with(|| TailView {
            rows: self.rows.iter().map(|(_, _, row)| row.clone()).collect(),
            matched: self.matched,
            passed: self.passed,
            dropped: self.dropped.iter().map(|(_, n)| n).sum(),
            reason: None,
        });
        view.reason = reason.filter(|_| view.rows.is_empty());
        view.clone()
    }
}

/// A record as the tail keeps it. `at`: when it came, if it was not looked up.
pub fn copy(topic: Arc<str>, record: &Record<'_>, partition: i32, verdict: Verdict, at: Option<Timestamp>) -> TailRow {
    TailRow {
        topic,
        partition,
        offset: record.offset,
        time: record.time,
        received_at: at,
        key: record.key.map(Into::into),
        value: record.value.map(|value| value.get(..MOST_VALUE).unwrap_or(value).into()),
        value_len: record.value.map_or(0, <[u8]>::len),
        headers: (0..).map_while(|i| record.headers.get(i)).map(|h| (h.name.into(), h.value.map(Into::into))).collect(),
        verdict,
    }
}

/// What a row costs in memory, in bytes, about.
pub fn size(row: &TailRow) -> usize {
    let headers = row.headers.iter().map(|(name, value)| name.len() + value.as_ref().map_or(0, |v| v.len()) + 40);
    ROW_BYTES + row.key.as_ref().map_or(0, |k| k.len()) + row.value.as_ref().map_or(0, |v| v.len()) + headers.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OwnedRecord, Slot};

    fn offer(ring: &mut TailRing, offset: i64, value: Vec<u8>) {
        let record = OwnedRecord { slot: Slot(0), offset, time: None, key: None, value: Some(value), headers: Vec::new() };
        ring.offer(&record.borrow(), 0, Verdict::Unjudged, Timestamp(5_000));
    }

    #[test]
    fn what_nobody_saw_is_counted_for_ten_seconds() {
        let mut ring = TailRing::new("t".into(), &TailFilter::All);
        for offset in 0..2_500 {
            offer(&mut ring, offset, b"x".to_vec());
        }
        let view = ring.view(Timestamp(5_200), None);
        assert_eq!((view.rows.len(), view.matched, view.dropped), (2_000, 2_500, 500));
        assert_eq!(view.rows[0].offset, 2_499);
        for offset in 2_500..3_000 {
            offer(&mut ring, offset, b"x".to_vec());
        }
        assert_eq!(ring.view(Timestamp(5_400), None).dropped, 500, "those had been on the screen");
        assert_eq!(ring.view(Timestamp(15_100), None).dropped, 0);
    }

    #[test]
    fn a_filter_searches_what_was_just_seen() {
        let mut ring = TailRing::new("t".into(), &TailFilter::All);
        for offset in 0..10 {
            offer(&mut ring, offset, format!("order {offset}").into_bytes());
        }
        let mut found = ring.under(&TailFilter::Text("order 7".into()));
        offer(&mut found, 10, b"order 77".to_vec());
        let view = found.view(Timestamp(5_200), None);
        assert_eq!(view.rows.iter().map(|r| r.offset).collect::<Vec<_>>(), [10, 7], "newest first");
        assert_eq!((view.matched, view.passed, view.dropped), (2, 11, 0));
        assert!(found.under(&TailFilter::All).view(Timestamp(5_200), None).rows.is_empty(), "no gap that cannot be seen");
    }

    #[test]
    fn great_records_are_cut_and_bounded() {
        let mut ring = TailRing::new("t".into(), &TailFilter::All);
        for offset in 0..1_000 {
            offer(&mut ring, offset, vec![b'x'; 100_000]);
        }
        let view = ring.view(Timestamp(5_200), None);
        assert!(view.rows.len() < 260 && view.rows.len() > 200);
        assert_eq!(view.rows[0].value_len, 100_000);
    }
}
