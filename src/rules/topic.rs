use super::{Context, Delays, Judgement, Rule, RulesConfig, Usual};
use crate::model::{Code, Fact, Level, Reason, Timestamp};
use crate::snapshot::Topic;
use std::sync::Arc;

/// What the rules on a topic look at.
#[derive(Clone, Debug)]
pub struct TopicInput {
    pub topic: Arc<Topic>,
    /// Records and errors of the last minute.
    pub window: (u64, u64),
    /// When a record last came.
    pub moved_at: Option<Timestamp>,
    /// Records a minute over the hour before that, as far as it is known (at least ten minutes of it).
    pub before_per_minute: Option<f64>,
    pub usual: Result<Usual, Reason>,
    /// Why not all log ends are known: what comes there is not seen.
    pub unread: Option<Reason>,
    pub open_transaction: Option<OpenTransaction>,
}

/// A partition whose last stable offset stands below its log end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenTransaction {
    pub partition: i32,
    pub since: Timestamp,
    pub records: u64,
}

pub const RULES: &[Rule<TopicInput>] = &[
    Rule { code: Code::Offline, delays: at_once, judge: offline },
    Rule { code: Code::UnderMinIsr, delays: at_once, judge: under_min_isr },
    Rule {
        code: Code::TopicErrors,
        delays: |c| Delays { raise_after_s: c.errors.raise_after_s, clear_after_s: c.errors.clear_after_s },
        judge: errors,
    },
    Rule {
        code: Code::TopicLatency,
        delays: |c| Delays { raise_after_s: c.latency.raise_after_s, clear_after_s: c.latency.clear_after_s },
        judge: latency,
    },
    Rule {
        code: Code::UnderReplicated,
        delays: |c| Delays { raise_after_s: c.cluster.under_replicated_after_s, clear_after_s: c.cluster.clear_after_s },
        judge: under_replicated,
    },
    Rule { code: Code::OpenTransaction, delays: at_once, judge: open_transaction },
    Rule {
        code: Code::TopicSilent,
        delays: |c| Delays { raise_after_s: 0.0, clear_after_s: c.silence.clear_after_s },
        judge: silent,
    },
    Rule {
        code: Code::TopicUnusual,
        delays: |c| Delays { raise_after_s: c.unusual.raise_after_s, clear_after_s: c.unusual.clear_after_s },
        judge: unusual,
    },
    Rule {
        code: Code::TopicClockOffset,
        delays: |c| Delays { raise_after_s: c.latency.offset_after_s, clear_after_s: c.latency.clear_after_s },
        judge: clock_offset,
    },
    Rule {
        code: Code::PartitionSkew,
        delays: |c| Delays { raise_after_s: c.skew.raise_after_s, clear_after_s: c.skew.clear_after_s },
        judge: super::skew::skew,
    },
];

fn at_once(config: &RulesConfig) -> Delays {
    Delays { raise_after_s: 0.0, clear_after_s: config.cluster.clear_after_s }
}

fn offline(input: &TopicInput, _: &Context, _: &RulesConfig) -> Judgement {
    let offsets = &input.topic.offsets;
    if offsets.is_empty() {
        return Judgement::CannotJudge(Code::NotKnownYet.into());
    }
    let mut without = offsets.iter().filter(|p| p.leader.is_none());
    let Some(first) = without.next() else { return Judgement::Clear };
    let reason = counted(Code::Offline, 1 + without.count(), offsets.len(), first.partition);
    Judgement::firing(Level::Critical, reason)
}

fn counted(code: Code, count: usize, of: usize, first: i32) -> Reason {
    Reason::new(code)
        .with("partitions", Fact::Count(count as u64))
        .with("of", Fact::Count(of as u64))
        .with("partition", Fact::Count(first.unsigned_abs().into()))
}

fn under_min_isr(input: &TopicInput, _: &Context, _: &RulesConfig) -> Judgement {
    let config = input.topic.config.as_ref();
    let Some(least) = config.and_then(|c| c.min_insync_replicas) else {
        let why = config.and_then(|c| c.reason.clone());
        return Judgement::CannotJudge(why.unwrap_or_else(|| Code::NotKnownYet.into()));
    };
    // Brokers ask for no more replicas in sync than there are.
    let needed = |p: &crate::snapshot::PartitionOffsets| i64::from(least).min(p.replicas.len() as i64);
    let below = |p: &&crate::snapshot::PartitionOffsets| p.leader.is_some() && (p.isr.len() as i64) < needed(p);
    let mut below = input.topic.offsets.iter().filter(below);
    let Some(first) = below.next() else { return Judgement::Clear };
    let reason = counted(Code::UnderMinIsr, 1 + below.count(), input.topic.offsets.len(), first.partition)
        .with("in_sync", Fact::Count(first.isr.len() as u64))
        .with("needed", Fact::Count(needed(first).unsigned_abs()));
    Judgement::firing(Level::Critical, reason)
}

fn under_replicated(input: &TopicInput, _: &Context, _: &RulesConfig) -> Judgement {
    let offsets = &input.topic.offsets;
    if offsets.is_empty() {
        return Judgement::CannotJudge(Code::NotKnownYet.into());
    }
    let mut below = offsets.iter().filter(|p| p.isr.len() < p.replicas.len());
    let Some(first) = below.next() else { return Judgement::Clear };
    let reason = counted(Code::UnderReplicated, 1 + below.count(), offsets.len(), first.partition)
        .with("in_sync", Fact::Count(first.isr.len() as u64))
        .with("replicas", Fact::Count(first.replicas.len() as u64));
    Judgement::firing(Level::Warning, reason)
}

fn latency(input: &TopicInput, _: &Context, config: &RulesConfig) -> Judgement {
    let (latency, rules) = (&input.topic.latency_ms, &config.latency);
    if latency.inflated {
        return Judgement::CannotJudge(Code::Inflated.into());
    }
    let Some(p99) = latency.p99 else { return Judgement::CannotJudge(Code::NoRecords.into()) };
    let (level, threshold) = match p99 {
        p if p > rules.p99_critical_ms => (Level::Critical, rules.p99_critical_ms),
        p if p > rules.p99_warning_ms => (Level::Warning, rules.p99_warning_ms),
        _ => return Judgement::Clear,
    };
    let reason = Reason::new(Code::TopicLatency)
        .with("p99_ms", Fact::Millis(p99 as f64))
        .with("threshold_ms", Fact::Millis(threshold as f64))
        .with("records", Fact::Count(latency.count));
    Judgement::firing(level, reason)
}

fn clock_offset(input: &TopicInput, _: &Context, config: &RulesConfig) -> Judgement {
    let latency = &input.topic.latency_ms;
    if latency.inflated {
        return Judgement::CannotJudge(Code::Inflated.into());
    }
    let Some(min) = latency.min else { return Judgement::CannotJudge(Code::NoRecords.into()) };
    if min <= config.latency.offset_ms {
        return Judgement::Clear;
    }
    let reason = Reason::new(Code::TopicClockOffset)
        .with("min_ms", Fact::Millis(min as f64))
        .with("threshold_ms", Fact::Millis(config.latency.offset_ms as f64));
    Judgement::firing(Level::Warning, reason)
}

fn errors(input: &TopicInput, _: &Context, config: &RulesConfig) -> Judgement {
    let (records, errors) = input.window;
    let Some(rate) = input.topic.error_rate else {
        let why = input.topic.error_rate_reason.clone();
        return Judgement::CannotJudge(why.unwrap_or_else(|| Code::NoRecords.into()));
    };
    if records < config.errors.least_records {
        return Judgement::CannotJudge(Code::NoRecords.into());
    }
    let (level, threshold) = match rate {
        r if r > config.errors.critical => (Level::Critical, config.errors.critical),
        r if r > config.errors.warning => (Level::Warning, config.errors.warning),
        _ => return Judgement::Clear,
    };
    let reason = Reason::new(Code::TopicErrors)
        .with("error_rate", Fact::Ratio(rate))
        .with("threshold", Fact::Ratio(threshold))
        .with("errors", Fact::Count(errors))
        .with("records", Fact::Count(records));
    Judgement::firing(level, reason)
}

fn open_transaction(input: &TopicInput, context: &Context, config: &RulesConfig) -> Judgement {
    if input.topic.offsets.iter().all(|p| p.last_stable.is_none()) {
        return Judgement::CannotJudge(Code::NotKnownYet.into());
    }
    let Some(open) = input.open_transaction else { return Judgement::Clear };
    let stands = context.now.since_s(open.since);
    if stands < config.cluster.open_transaction_after_s {
        return Judgement::Clear;
    }
    let reason = Reason::new(Code::OpenTransaction)
        .with("partition", Fact::Count(open.partition.unsigned_abs().into()))
        .with("records", Fact::Count(open.records))
        .with("stands_s", Fact::Seconds(stands));
    Judgement::firing(Level::Warning, reason)
}

/// Why nothing can be said about silence, or about what is usual, just now.
fn deaf(input: &TopicInput, context: &Context, config: &RulesConfig) -> Option<Reason> {
    let unread = || input.unread.clone().filter(|_| context.connected());
    unread().or_else(|| context.deaf(config))
}

fn silent(input: &TopicInput, context: &Context, config: &RulesConfig) -> Judgement {
    if let Some(reason) = deaf(input, context, config) {
        return Judgement::CannotJudge(reason);
    }
    let (Some(moved_at), Some(before)) = (input.moved_at, input.before_per_minute) else {
        return Judgement::CannotJudge(Code::TooFewReadings.into());
    };
    let quiet = context.now.since_s(moved_at);
    if quiet < config.silence.after_s || before < config.silence.least_per_minute {
        return Judgement::Clear;
    }
    let reason =
        Reason::new(Code::TopicSilent).with("silent_s", Fact::Seconds(quiet)).with("usual_per_s", Fact::PerSecond(before / 60.0));
    Judgement::firing(Level::Silent, reason)
}

fn unusual(input: &TopicInput, context: &Context, config: &RulesConfig) -> Judgement {
    if let Some(reason) = deaf(input, context, config) {
        return Judgement::CannotJudge(reason);
    }
    let usual = match &input.usual {
        Ok(usual) => usual,
        Err(reason) => return Judgement::CannotJudge(reason.clone()),
    };
    let Some(rate) = input.topic.throughput.records_per_s.m1 else {
        return Judgement::CannotJudge(Code::TooFewReadings.into());
    };
    let rules = &config.unusual;
    // What chance alone does to a count of one minute.
    let chance = (usual.median.max(rate) * 60.0).sqrt() / 60.0;
    let far = usual.distance(rate, chance) > rules.deviations;
    let times = if usual.median > 0.0 { rate / usual.median } else { f64::INFINITY };
    if !far || (times < rules.factor && times > 1.0 / rules.factor) {
        return Judgement::Clear;
    }
    let reason = Reason::new(Code::TopicUnusual)
        .with("per_s", Fact::PerSecond(rate))
        .with("usual_per_s", Fact::PerSecond(usual.median))
        .with("deviation_per_s", Fact::PerSecond(usual.deviation));
    Judgement::firing(Level::Warning, reason)
}
