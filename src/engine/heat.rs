use super::clock::Step;
use super::curves::line;
use super::latency::upper_ms;
use crate::history::{Fold, Series};
use crate::model::{ChartSpan, Timestamp};
use crate::snapshot::{Distribution, Heat};

/// Upper bounds of the bands, in ms.
pub const BOUNDS_MS: &[u32] = &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];
const BANDS: usize = BOUNDS_MS.len() + 1;

/// How many records came with which latency, second by second: a curve for each band.
pub struct LatencyHeat {
    bands: Vec<Series>,
}

impl LatencyHeat {
    pub const SERIES: usize = BANDS;

    pub fn new() -> Self {
        Self { bands: (0..BANDS).map(|_| Series::new(Fold::Mean)).collect() }
    }

    /// Writes what a second held, from its latencies' cells.
    pub fn write(&mut self, second: i64, cells: &[(u16, u32)]) {
        let mut counts = [0_u32; BANDS];
        for (cell, count) in cells {
            counts[band(upper_ms(usize::from(*cell)))] += count;
        }
        for (series, count) in self.bands.iter_mut().zip(counts) {
            series.set(second, count as f32);
        }
    }

    pub fn step_back(&mut self, step: Step) {
        self.bands.iter_mut().for_each(|series| series.step_back(step.seconds()));
    }

    pub fn view(&self, span: ChartSpan, now: Timestamp) -> Heat {
        Heat { bounds_ms: BOUNDS_MS, bands: self.bands.iter().map(|series| line(Some(series), span, now)).collect() }
    }

    /// The minute that ended at `now`, as far as the bands tell it.
    pub fn distribution(&self, now: Timestamp) -> Distribution {
        let sum = |series| {
            let minute = line(Some(series), ChartSpan::Minute, now);
            minute.points.iter().filter(|rate| rate.is_finite()).sum::<f32>().round() as u64
        };
        let counts: Vec<u64> = self.bands.iter().map(sum).collect();
        let (Some(first), Some(last)) = (counts.iter().position(|n| *n > 0), counts.iter().rposition(|n| *n > 0)) else {
            return Distribution::default();
        };
        let bound = |band: usize| BOUNDS_MS.get(band).map_or(u64::from(super::latency::LONGEST_MS), |ms| u64::from(*ms));
        Distribution { buckets: (first..=last).map(|band| (bound(band), counts[band])).collect() }
    }
}

fn band(ms: u64) -> usize {
    BOUNDS_MS.partition_point(|bound| u64::from(*bound) < ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::latency::Latencies;

    #[test]
    fn a_second_with_two_kinds_of_latency_shows_two_bands() {
        let (mut latencies, mut heat) = (Latencies::default(), LatencyHeat::new());
        for second in 1_000..1_060 {
            latencies.roll(second);
            (0..9).for_each(|_| latencies.record(4));
            latencies.record(1_700);
            latencies.roll(second + 1);
            heat.write(second, latencies.newest_cells());
        }
        let now = Timestamp(1_060_000);
        let view = heat.view(ChartSpan::Minute, now);
        let newest: Vec<f32> = view.bands.iter().map(|line| line.points[59]).collect();
        assert_eq!((newest[2], newest[10], newest.iter().sum::<f32>()), (9.0, 1.0, 10.0), "up to 5 ms and up to 2 s");
        let told = heat.distribution(now).buckets;
        assert_eq!((told[0], told[told.len() - 1], told.len()), ((5, 540), (2_000, 60), 9));
    }

    #[test]
    fn bounds_belong_to_their_band() {
        assert_eq!((band(0), band(1), band(2), band(60_000), band(60_001)), (0, 0, 1, 14, 15));
    }
}
