use super::clock::Step;
use crate::history::{Fold, Series};
use crate::model::ChartSpan;
use crate::model::Timestamp;
use crate::snapshot::Line;

/// The curves of a topic.
pub struct TopicCurves {
    pub records: Series,
    pub bytes: Series,
    pub p50: Series,
    pub p99: Series,
    pub lag: Series,
    pub errors: Series,
}

impl TopicCurves {
    pub const SERIES: usize = 6;

    pub fn new() -> Self {
        let (mean, max) = (|| Series::new(Fold::Mean), || Series::new(Fold::Max));
        Self { records: mean(), bytes: mean(), p50: max(), p99: max(), lag: max(), errors: mean() }
    }
}

impl TopicCurves {
    pub fn step_back(&mut self, step: Step) {
        for series in [&mut self.records, &mut self.bytes, &mut self.p50, &mut self.p99, &mut self.lag, &mut self.errors] {
            series.step_back(step.seconds());
        }
    }
}

/// The curves of all watched topics together.
pub struct TotalCurves {
    pub topics: TopicCurves,
    pub lag_s: Series,
}

impl TotalCurves {
    pub const SERIES: usize = TopicCurves::SERIES + 1;

    pub fn new() -> Self {
        Self { topics: TopicCurves::new(), lag_s: Series::new(Fold::Max) }
    }
}

/// The curves of a group.
pub struct GroupCurves {
    pub lag: Series,
    pub lag_s: Series,
    pub consume: Series,
    pub produce: Series,
}

impl GroupCurves {
    pub const SERIES: usize = 4;

    pub fn new() -> Self {
        let (mean, max) = (|| Series::new(Fold::Mean), || Series::new(Fold::Max));
        Self { lag: max(), lag_s: max(), consume: mean(), produce: mean() }
    }
}

impl GroupCurves {
    pub fn step_back(&mut self, step: Step) {
        for series in [&mut self.lag, &mut self.lag_s, &mut self.consume, &mut self.produce] {
            series.step_back(step.seconds());
        }
    }
}

/// How far the newest point may lie back before the curve shows a gap up to now, in seconds.
const PATIENCE_S: i64 = 15;

/// The last `span` of a curve as points: of 1 s up to ten minutes, of 10 s beyond.
pub fn line(series: Option<&Series>, span: ChartSpan, now: Timestamp) -> Line {
    let step = if span.seconds() <= 600 { 1 } else { 10 };
    let count = (i64::from(span.seconds()) / step) as usize;
    let last = super::past::second(now) - 1;
    let Some(series) = series else {
        return Line { step_s: step as u32, end: ends(last), points: vec![f32::NAN; count].into() };
    };
    let newest = series.head().filter(|head| (last - PATIENCE_S..=last).contains(head)).unwrap_or(last);
    let end = (newest + 1).div_euclid(step) * step - 1;
    Line { step_s: step as u32, end: ends(end), points: series.points(end, step, count).into() }
}

fn ends(second: i64) -> Timestamp {
    Timestamp((second + 1) * 1_000)
}
