use super::latency::Latencies;
use super::past::second;
use super::topic::TopicState;
use crate::history::{COARSE_S, Series};
use crate::model::{Code, Reason, Timestamp, TimestampKind};
use crate::rules::{OpenTransaction, RulesConfig, TopicInput, Usual, usual};
use crate::snapshot::{Latency, Topic};
use std::sync::Arc;

/// Points of ten seconds in an hour.
const HOUR: usize = 360;

/// Whether anything is read at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The read budget is 0.
    pub nothing: bool,
    /// Nothing is read, and the cluster may have transactions: any topic may have markers that nobody sees.
    pub markers: bool,
}

impl TopicState {
    /// The topic as the snapshot has it; the same `Arc` as before when nothing changed.
    pub fn picture(&mut self, now: Timestamp, reading: Reading) -> Arc<Topic> {
        self.latency_second(second(now));
        self.window.roll(second(now));
        self.age(now);
        let (error_rate, error_rate_reason) = match self.error_rate(reading) {
            Ok(rate) => (Some(rate), None),
            Err(reason) => (None, Some(reason)),
        };
        let part = Topic {
            name: self.name.clone(),
            role: self.role.clone(),
            internal: self.internal,
            partitions: self.partitions.len(),
            throughput: self.throughput(now, reading),
            records: self.records,
            latency_ms: latency(&self.latency, self.inflated(now), self.timestamp, reading),
            lag: self.lag.clone(),
            error_rate,
            error_rate_reason,
            health: self.health.clone(),
            offsets: self.offsets.clone(),
            config: self.config.clone(),
        };
        if *self.part != part {
            self.part = Arc::new(part);
        }
        self.part.clone()
    }

    /// # Errors
    /// Why the content is not judged.
    fn error_rate(&self, reading: Reading) -> Result<f64, Reason> {
        if self.decoder.is_none() {
            return Err(if self.role.is_some() { Code::NotSupported } else { Code::NoCatalogueEntry }.into());
        }
        match self.window.sums() {
            (0, 0) if reading.nothing => Err(Code::NotReading.into()),
            (0, 0) => Err(Code::NoRecords.into()),
            (records, errors) => Ok(ratio(errors, records)),
        }
    }

    /// What the rules look at.
    pub fn rule_input(&mut self, part: Arc<Topic>, now: Timestamp, rules: &RulesConfig) -> TopicInput {
        TopicInput {
            window: self.window.sums(),
            moved_at: self.moved_at,
            before_per_minute: self.before_silence(now, rules),
            usual: self.usual(now, rules),
            open_transaction: self.open_transaction(),
            unread: self.unread(),
            topic: part,
        }
    }

    /// What is usual changes slowly: it is worked out every ten seconds.
    fn usual(&mut self, now: Timestamp, rules: &RulesConfig) -> Result<Usual, Reason> {
        let Some(curves) = self.curves.as_ref() else { return Err(Code::TooFewReadings.into()) };
        let turn = second(now).div_euclid(COARSE_S);
        if let Some((_, usual)) = self.usual.as_ref().filter(|(at, _)| *at == turn) {
            return usual.clone();
        }
        // The last minutes are what is judged: they are not part of what is usual.
        let points = curves.records.points((turn - 12) * COARSE_S - 1, COARSE_S, HOUR);
        let usual = usual(&points, COARSE_S as f64, &rules.unusual);
        self.usual.insert((turn, usual)).1.clone()
    }

    /// Records a minute before the topic fell silent; not looked for while it is not.
    fn before_silence(&self, now: Timestamp, rules: &RulesConfig) -> Option<f64> {
        let moved = self.moved_at?;
        if now.since_s(moved) < rules.silence.after_s {
            return Some(0.0);
        }
        per_minute_before(&self.curves.as_ref()?.records, moved)
    }

    fn open_transaction(&self) -> Option<OpenTransaction> {
        let open = |p: &super::partition::Partition| {
            let records = u64::try_from(p.high? - p.last_stable?).ok()?;
            Some(OpenTransaction { partition: p.number, since: p.held_since?, records })
        };
        self.partitions.iter().filter_map(open).min_by_key(|o| o.since)
    }
}

/// Errors of records, 0..1: dead letters may name more than was read.
pub fn ratio(errors: u64, records: u64) -> f64 {
    (errors as f64 / records.max(1) as f64).min(1.0)
}

/// Records a minute over the hour before `moved`, where at least ten minutes of it are known.
fn per_minute_before(series: &Series, moved: Timestamp) -> Option<f64> {
    let end = (second(moved) + 1).div_euclid(COARSE_S) * COARSE_S - 1;
    let points = series.points(end, COARSE_S, HOUR);
    let known = points.iter().filter(|p| !p.is_nan());
    let (sum, count) = known.fold((0.0, 0), |(sum, count), p| (sum + f64::from(*p), count + 1));
    (count >= 60).then(|| sum / f64::from(count) * 60.0)
}

/// Latency of the last minute.
pub fn latency(latencies: &Latencies, inflated: bool, timestamp: Option<TimestampKind>, reading: Reading) -> Latency {
    let tally = latencies.tally();
    let missing = match tally {
        _ if reading.nothing => Code::NotReading,
        tally if tally.out_of_range > 0 => Code::OutOfRange,
        _ => Code::NoRecords,
    };
    let some = |value: u64| (tally.count > 0).then_some(value);
    let [p50, p90, p99, p999] = if tally.count > 0 { latencies.quantiles(&tally, [0.5, 0.9, 0.99, 0.999]) } else { [0; 4] };
    Latency {
        window: "1m",
        count: tally.count,
        min: some(tally.min.into()),
        p50: some(p50),
        p90: some(p90),
        p99: some(p99),
        p999: some(p999),
        max: some(tally.max.into()),
        clock_skew: tally.clock_skew,
        out_of_range: tally.out_of_range,
        inflated,
        timestamp,
        reason: (tally.count == 0).then(|| missing.into()),
    }
}
