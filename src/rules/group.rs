use super::{Context, Delays, Judgement, Rule, RulesConfig};
use crate::model::{Code, Fact, Level, Reason};
use crate::snapshot::{LagQuality, Status};
use std::sync::Arc;

/// What the rules on a group look at. Abandoned groups are not judged.
#[derive(Clone, Debug)]
pub struct GroupInput {
    pub name: Arc<str>,
    pub status: Status,
    /// The evidence of `status`.
    pub reason: Reason,
    pub lag_records: Option<u64>,
    pub lag_s: Option<f64>,
    pub quality: LagQuality,
    /// Why the lag in time is not known.
    pub lag_reason: Option<Reason>,
    pub commit_interval_s: Option<f64>,
    pub deleted_unread: u64,
    pub retention_danger_s: Option<f64>,
    /// The retention of the topic that is in danger, in seconds.
    pub retention_s: Option<f64>,
    /// Topic and partition whose unread records are in danger, or were deleted.
    pub danger_at: Option<(Arc<str>, i32)>,
}

pub const RULES: &[Rule<GroupInput>] = &[
    Rule { code: Code::DeletedUnread, delays: retention, judge: deleted_unread },
    Rule { code: Code::GroupStopped, delays: group, judge: |i, _, _| by_status(i, Status::Stopped, Level::Critical) },
    Rule { code: Code::GroupStalled, delays: group, judge: |i, _, _| by_status(i, Status::Stalled, Level::Warning) },
    Rule { code: Code::GroupRewound, delays: at_once, judge: |i, _, _| by_status(i, Status::Rewound, Level::Warning) },
    Rule { code: Code::GroupLagging, delays: group, judge: |i, _, _| by_status(i, Status::Lagging, Level::Warning) },
    Rule {
        code: Code::GroupLag,
        delays: |c| Delays { raise_after_s: c.group.lag_raise_after_s, clear_after_s: c.group.clear_after_s },
        judge: lag,
    },
    Rule { code: Code::RetentionDanger, delays: retention, judge: retention_danger },
];

fn group(config: &RulesConfig) -> Delays {
    Delays { raise_after_s: config.group.raise_after_s, clear_after_s: config.group.clear_after_s }
}

fn at_once(config: &RulesConfig) -> Delays {
    Delays { raise_after_s: 0.0, clear_after_s: config.group.clear_after_s }
}

fn retention(config: &RulesConfig) -> Delays {
    Delays { raise_after_s: 0.0, clear_after_s: config.retention.clear_after_s }
}

fn by_status(input: &GroupInput, status: Status, level: Level) -> Judgement {
    match input.status {
        Status::Unknown => Judgement::CannotJudge(input.reason.clone()),
        found if found == status => Judgement::firing(level, input.reason.clone()),
        _ => Judgement::Clear,
    }
}

fn unknown(input: &GroupInput) -> Judgement {
    Judgement::CannotJudge(input.lag_reason.clone().unwrap_or_else(|| Code::LagUnknown.into()))
}

fn lag(input: &GroupInput, _: &Context, config: &RulesConfig) -> Judgement {
    let Some(seconds) = input.lag_s else { return unknown(input) };
    // A group that commits every two minutes is always up to two minutes behind.
    let interval = input.commit_interval_s.unwrap_or(0.0);
    let (warning, critical) = (config.group.lag_warning_s.max(interval), config.group.lag_critical_s.max(interval));
    let (level, threshold) = match seconds {
        s if s > critical => (Level::Critical, critical),
        s if s > warning => (Level::Warning, warning),
        _ => return Judgement::Clear,
    };
    let mut reason =
        Reason::new(Code::GroupLag).with("lag_s", Fact::Seconds(seconds)).with("threshold_s", Fact::Seconds(threshold));
    if let Some(records) = input.lag_records {
        reason = reason.with("lag", Fact::Count(records));
    }
    Judgement::firing(level, reason)
}

fn at(reason: Reason, place: Option<&(Arc<str>, i32)>) -> Reason {
    match place {
        Some((topic, partition)) => {
            reason.with("topic", Fact::Text(topic.clone())).with("partition", Fact::Count(partition.unsigned_abs().into()))
        }
        None => reason,
    }
}

fn deleted_unread(input: &GroupInput, _: &Context, _: &RulesConfig) -> Judgement {
    match input.deleted_unread {
        0 if input.lag_records.is_none() => unknown(input),
        0 => Judgement::Clear,
        n => {
            let reason = Reason::new(Code::DeletedUnread).with("records", Fact::Count(n));
            Judgement::firing(Level::Critical, at(reason, input.danger_at.as_ref()))
        }
    }
}

fn retention_danger(input: &GroupInput, _: &Context, config: &RulesConfig) -> Judgement {
    if input.deleted_unread > 0 {
        return Judgement::Clear;
    }
    let Some(left) = input.retention_danger_s else {
        return if input.lag_records.is_some() { Judgement::Clear } else { unknown(input) };
    };
    let whole = input.retention_s.unwrap_or(f64::INFINITY);
    let level = match left {
        s if s < config.retention.critical_s.min(whole / 16.0) => Level::Critical,
        s if s < config.retention.warning_s.min(whole / 4.0) => Level::Warning,
        _ => return Judgement::Clear,
    };
    let reason = Reason::new(Code::RetentionDanger).with("deleted_in_s", Fact::Seconds(left));
    Judgement::firing(level, at(reason, input.danger_at.as_ref()))
}
