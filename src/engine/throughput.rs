use super::meter::by_window;
use super::partition::Partition;
use super::topic::{Sums, TopicState};
use super::topic_part::Reading;
use crate::model::{Code, Reason, Timestamp};
use crate::snapshot::{ByWindow, Throughput};
use std::sync::Arc;

/// Rates between two readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    pub records: f64,
    /// `None`: nothing was read that would tell the size.
    pub bytes: Option<f64>,
    /// Offsets that are no records may be counted in.
    pub estimated: bool,
}

pub fn difference(before: &Sums, after: &Sums) -> Sums {
    let (before, after) = (before.array(), after.array());
    Sums::of(std::array::from_fn(|i| after[i].saturating_sub(before[i])))
}

/// The rates of the `offsets` that were added in `seconds`, of which `added` tells what was read. Offsets are the truth where
/// each is a record. Where markers, aborted or removed records have offsets too (`gaps`), the tail's own count is, if it read all
/// (`whole`); else the offsets are corrected by the share of records among those that it read.
pub fn figures(offsets: f64, added: &Sums, seconds: f64, gaps: bool, whole: bool, size_before: Option<f64>) -> Rates {
    let all_read = whole && added.skipped == 0;
    let sample = (added.passed > 0).then(|| added.records as f64 / added.passed as f64);
    let records = match (gaps, all_read) {
        (false, _) => offsets,
        (true, true) => added.read as f64,
        (true, false) => offsets * sample.unwrap_or(1.0).min(1.0),
    };
    let size = (added.passed > 0).then(|| added.bytes as f64 / added.passed as f64).or(size_before);
    let bytes = if offsets <= 0.0 { Some(0.0) } else { size.map(|size| size * offsets / seconds) };
    Rates { records: records / seconds, bytes, estimated: gaps && !all_read }
}

impl TopicState {
    pub fn throughput(&self, now: Timestamp, mode: Reading) -> Throughput {
        let mut estimated = false;
        let records_per_s = by_window(|window| {
            let rates = self.rates_over(window, now, mode)?;
            estimated |= rates.estimated;
            Some(rates.records)
        });
        let bytes_per_s = by_window(|window| self.rates_over(window, now, mode)?.bytes);
        let reason = self.unread().or_else(|| missing(&records_per_s, &bytes_per_s, self.meter.is_new(), mode));
        Throughput { records_per_s, bytes_per_s, estimated, reason }
    }

    fn rates_over(&self, window_ms: i64, now: Timestamp, mode: Reading) -> Option<Rates> {
        let passed = self.meter.over(window_ms, now)?;
        let added = Sums::of(passed.added);
        if self.whole_at(passed.from) {
            return Some(self.figures(added.offsets as f64, &added, passed.seconds, self.whole(mode), mode));
        }
        self.rates_of_parts(&added, passed.seconds, mode, |p| p.rate_over(window_ms))
    }

    /// The rates since the last reading.
    pub fn rates_since(&self, from: Timestamp, before: &Sums, at: Timestamp, mode: Reading) -> Option<Rates> {
        let seconds = at.since_s(from);
        (seconds > 0.0).then_some(())?;
        let added = difference(before, &self.sums);
        if self.whole_at(from) {
            return Some(self.figures(added.offsets as f64, &added, seconds, self.whole(mode), mode));
        }
        self.rates_of_parts(&added, seconds, mode, Partition::newest_rate)
    }

    fn whole_at(&self, from: Timestamp) -> bool {
        self.whole_since.is_some_and(|since| since <= from)
    }

    /// Where log ends were not known for a while, the sums hold zeros and then a jump: each partition's own rate over the time in
    /// which it was read is added up instead. `None` where none is known.
    fn rates_of_parts(&self, added: &Sums, seconds: f64, mode: Reading, rate: impl Fn(&Partition) -> Option<f64>) -> Option<Rates> {
        let offsets = self.partitions.iter().filter_map(rate).reduce(|a, b| a + b)? * seconds;
        Some(self.figures(offsets, added, seconds, false, mode))
    }

    fn figures(&self, offsets: f64, added: &Sums, seconds: f64, whole: bool, mode: Reading) -> Rates {
        figures(offsets, added, seconds, self.gaps || mode.markers, whole, self.bytes_per_offset())
    }
}

/// Why a rate is not known though all log ends are.
fn missing(records: &ByWindow, bytes: &ByWindow, new: bool, mode: Reading) -> Option<Reason> {
    let known = |w: &ByWindow| w.s10.is_some() && w.m1.is_some() && w.m5.is_some();
    match () {
        () if !known(records) && new => Some(Code::TooFewReadings.into()),
        () if !known(records) => Some(Code::LogEndUnknown.into()),
        () if !known(bytes) && mode.nothing => Some(Code::NotReading.into()),
        () if !known(bytes) => Some(Code::SizesUnknown.into()),
        () => None,
    }
}

/// Adds up figures of several topics: what is known of them; `None` where nothing is. The first topic of which not all is known
/// is named.
pub fn add(total: &mut Throughput, name: &Arc<str>, one: &Throughput) {
    if let (None, Some(reason)) = (&total.reason, &one.reason) {
        total.reason = Some(reason.clone().text("subject", name.clone()));
    }
    add_windows(&mut total.records_per_s, &one.records_per_s);
    add_windows(&mut total.bytes_per_s, &one.bytes_per_s);
    total.estimated |= one.estimated;
}

fn add_windows(total: &mut ByWindow, one: &ByWindow) {
    for (sum, value) in [(&mut total.s10, one.s10), (&mut total.m1, one.m1), (&mut total.m5, one.m5)] {
        if let Some(value) = value {
            *sum = Some(sum.unwrap_or(0.0) + value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(records: u64, passed: u64, skipped: u64) -> Sums {
        Sums { offsets: 1_000, read: records, passed, records, bytes: records * 100, skipped }
    }

    #[test]
    fn a_plain_topic_is_its_offsets_also_when_sampled() {
        let rates = figures(1_000.0, &sums(10, 10, 990), 10.0, false, true, None);
        assert_eq!((rates.records, rates.bytes, rates.estimated), (100.0, Some(10_000.0), false));
    }

    #[test]
    fn markers_do_not_count_where_all_is_read() {
        let rates = figures(1_000.0, &sums(900, 1_000, 0), 10.0, true, true, None);
        assert_eq!((rates.records, rates.estimated), (90.0, false));
    }

    #[test]
    fn a_sample_corrects_and_says_so() {
        let rates = figures(1_000.0, &sums(90, 100, 900), 10.0, true, true, None);
        assert_eq!((rates.records, rates.estimated), (90.0, true));
        let nothing_read = figures(1_000.0, &sums(0, 0, 0), 10.0, true, false, None);
        assert_eq!((nothing_read.records, nothing_read.bytes, nothing_read.estimated), (100.0, None, true));
    }
}
