use super::meter::{Meter, by_window};
use super::topic::{Sums, TopicState};
use crate::model::Timestamp;
use crate::snapshot::{ByWindow, Throughput};

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

/// The rates of what was added in `seconds`. Offsets are the truth where each is a record. Where markers, aborted or removed
/// records have offsets too (`gaps`), the tail's own count is, if it read all (`whole`); else the offsets are corrected by the
/// share of records among those that it read.
pub fn figures(added: &Sums, seconds: f64, gaps: bool, whole: bool, size_before: Option<f64>) -> Rates {
    let all_read = whole && added.skipped == 0;
    let sample = (added.passed > 0).then(|| added.records as f64 / added.passed as f64);
    let offsets = added.offsets as f64;
    let records = match (gaps, all_read) {
        (false, _) => offsets,
        (true, true) => added.read as f64,
        (true, false) => offsets * sample.unwrap_or(1.0).min(1.0),
    };
    let size = (added.passed > 0).then(|| added.bytes as f64 / added.passed as f64).or(size_before);
    let bytes = if added.offsets == 0 { Some(0.0) } else { size.map(|size| size * offsets / seconds) };
    Rates { records: records / seconds, bytes, estimated: gaps && !all_read }
}

impl TopicState {
    pub fn throughput(&self, now: Timestamp) -> Throughput {
        let (whole, size) = (self.whole(), self.bytes_per_offset());
        let over = |meter: &Meter<{ Sums::LEN }>, window| {
            meter.over(window, now).map(|p| figures(&Sums::of(p.added), p.seconds, self.gaps, whole, size))
        };
        let mut estimated = false;
        let records_per_s = by_window(|window| {
            let rates = over(&self.meter, window)?;
            estimated |= rates.estimated;
            Some(rates.records)
        });
        let bytes_per_s = by_window(|window| over(&self.meter, window)?.bytes);
        Throughput { records_per_s, bytes_per_s, estimated }
    }
}

/// Adds up figures of several topics: what is known of them; `None` where nothing is.
pub fn add(total: &mut Throughput, one: &Throughput) {
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

    fn sums(offsets: u64, records: u64, passed: u64, skipped: u64) -> Sums {
        Sums { offsets, read: records, passed, records, bytes: records * 100, skipped }
    }

    #[test]
    fn a_plain_topic_is_its_offsets_also_when_sampled() {
        let rates = figures(&sums(1_000, 10, 10, 990), 10.0, false, true, None);
        assert_eq!((rates.records, rates.bytes, rates.estimated), (100.0, Some(10_000.0), false));
    }

    #[test]
    fn markers_do_not_count_where_all_is_read() {
        let rates = figures(&sums(1_000, 900, 1_000, 0), 10.0, true, true, None);
        assert_eq!((rates.records, rates.estimated), (90.0, false));
    }

    #[test]
    fn a_sample_corrects_and_says_so() {
        let rates = figures(&sums(1_000, 90, 100, 900), 10.0, true, true, None);
        assert_eq!((rates.records, rates.estimated), (90.0, true));
        let nothing_read = figures(&sums(1_000, 0, 0, 0), 10.0, true, false, None);
        assert_eq!((nothing_read.records, nothing_read.bytes, nothing_read.estimated), (100.0, None, true));
    }
}
