use super::group::GroupState;
use super::retention::danger_s;
use super::topics::Topics;
use crate::model::{Code, Fact, Level, Member, Reason, Timestamp};
use crate::rules::{GroupInput, GroupRules};
use crate::snapshot::{CatchUp, Group, GroupLag, GroupPartition, GroupStatus, Health, LagQuality, Status};
use std::collections::BTreeSet;
use std::sync::Arc;

const MINUTE_MS: i64 = 60_000;
/// A lag in time below this is no falling behind, whatever the rates of a minute say.
const ON_ITS_WAY_S: f64 = 5.0;

/// What a reading, and time, change in a group's picture.
pub struct Measured {
    pub group: Group,
    pub input: GroupInput,
}

/// Measures a group after a reading or an answer; its health is judged after.
pub fn measured(state: &mut GroupState, topics: &Topics, now: Timestamp, rules: &GroupRules) -> Measured {
    let (status, reason) = super::status::status(state, now, rules);
    let lag = group_lag(state, now);
    let danger = danger(state, topics, now);
    let passed = state.meter.over(MINUTE_MS, now).filter(|_| state.offsets_missing.is_none());
    let rate = |i: usize| passed.and_then(|p| p.added.get(i).map(|n| *n as f64 / p.seconds));
    let (consume, produce) = (rate(0), rate(1));
    let abandoned = state.abandoned(now);
    let members = state.members.as_ref().map(Vec::len).or((matches!(state.state, crate::model::GroupState::Empty)).then_some(0));
    let input = GroupInput {
        name: state.name.clone(),
        status,
        reason: reason.clone(),
        lag_records: lag.records,
        lag_s: lag.seconds,
        quality: lag.quality,
        lag_reason: lag.reason.clone(),
        commit_interval_s: state.interval.seconds(),
        deleted_unread: danger.deleted,
        retention_danger_s: danger.seconds,
        retention_s: danger.retention_s,
        danger_at: danger.at,
    };
    let group = Group {
        name: state.name.clone(),
        kind: state.kind,
        state: state.state,
        members,
        catch_up: catch_up(&lag, consume, produce, state.interval.seconds()),
        lag,
        processing_ms: state.processing.figures(now),
        abandoned,
        consume_per_s: consume,
        produce_per_s: produce,
        status: GroupStatus { status, level: Level::Unknown, reason },
        retention_danger_s: danger.seconds,
        rebalances: u32::try_from(state.rebalances.len()).unwrap_or(u32::MAX),
        topics: state.commits.keys().map(|(topic, _)| topic).collect::<BTreeSet<_>>().len(),
        partitions: partitions(state, now),
    };
    Measured { group, input }
}

/// The status with what the rules made of it: the worst finding's words where one fires.
pub fn judged(mut group: Group, health: Option<Health>) -> Group {
    match health {
        Some(health) if health.level > Level::Unknown => {
            (group.status.level, group.status.reason) = (health.level, health.reason);
        }
        Some(health) if group.status.status != Status::Unknown => group.status.level = health.level,
        _ => group.status.level = Level::Unknown,
    }
    group
}

fn group_lag(state: &GroupState, now: Timestamp) -> GroupLag {
    let committed = || state.commits.values().filter(|c| c.committed.is_some());
    let quality = committed().map(|c| c.lag.quality).max_by_key(|q| doubt(*q));
    let reason = if let Some(reason) = &state.offsets_missing {
        Some(reason.clone())
    } else if quality.is_none() {
        Some(Code::NeverCommitted.into())
    } else if let lost @ 1.. = committed().filter(|c| c.lag.records.is_none()).count() {
        let of = Fact::Count(committed().count() as u64);
        Some(Reason::new(Code::LogEndUnknown).with("partitions", Fact::Count(lost as u64)).with("of", of))
    } else if quality == Some(LagQuality::Unknown) {
        Some(Reason::new(Code::LagUnknown))
    } else {
        None
    };
    let seconds = committed().filter_map(|c| c.lag.seconds(now)).reduce(f64::max);
    GroupLag {
        records: state.lag_records(),
        // Where one partition's is not known, the worst is not known either, unless the known ones are all there is to tell.
        seconds: seconds.filter(|s| quality != Some(LagQuality::Unknown) || *s > 0.0),
        quality: quality.unwrap_or_default(),
        open_transaction: committed().map(|c| c.lag.open_transaction).sum(),
        reason,
    }
}

/// The order in which one partition's doubt becomes the group's.
fn doubt(quality: LagQuality) -> u8 {
    match quality {
        LagQuality::CaughtUp => 0,
        LagQuality::Exact => 1,
        LagQuality::Estimated => 2,
        LagQuality::Unknown => 3,
    }
}

fn catch_up(lag: &GroupLag, consume: Option<f64>, produce: Option<f64>, interval_s: Option<f64>) -> CatchUp {
    let (Some(records), Some(consume), Some(produce)) = (lag.records, consume, produce) else { return CatchUp::Unknown };
    if records == 0 || lag.quality == LagQuality::CaughtUp {
        return CatchUp::CaughtUp;
    }
    // What is read but not yet committed is no backlog: its time to catch up would be noise over noise.
    let on_its_way = ON_ITS_WAY_S.max(2.0 * interval_s.unwrap_or(0.0));
    if lag.seconds.is_some_and(|seconds| seconds <= on_its_way) {
        return CatchUp::CaughtUp;
    }
    if consume > produce {
        return CatchUp::Seconds(records as f64 / (consume - produce));
    }
    CatchUp::FallingBehind
}

#[derive(Default)]
struct Danger {
    deleted: u64,
    seconds: Option<f64>,
    retention_s: Option<f64>,
    at: Option<(Arc<str>, i32)>,
}

fn danger(state: &GroupState, topics: &Topics, now: Timestamp) -> Danger {
    let mut danger = Danger::default();
    for (place @ (name, partition), commit) in &state.commits {
        let Some(topic) = topics.get(name) else { continue };
        danger.deleted += commit.lag.deleted_unread;
        let Some(seconds) = danger_s(topic, *partition, commit, now) else { continue };
        if danger.seconds.is_none_or(|worst| seconds < worst) {
            danger.seconds = Some(seconds);
            danger.at = Some(place.clone());
            let retention = topic.config.as_ref().and_then(|c| c.retention_ms).filter(|ms| *ms >= 0);
            danger.retention_s = retention.map(|ms| ms as f64 / 1_000.0);
        }
    }
    danger
}

/// Client and host; where another member has both, its id's beginning beside them.
fn member_name(member: &Member, all: &[Member]) -> Arc<str> {
    let Member { id, client_id, host, .. } = member;
    let name = format!("{client_id}@{}", host.trim_start_matches('/'));
    if all.iter().filter(|other| other.client_id == *client_id && other.host == *host).count() < 2 {
        return name.into();
    }
    let own = id.strip_prefix(client_id.as_ref()).unwrap_or(id).trim_start_matches('-');
    format!("{name}-{}", own.chars().take(8).collect::<String>()).into()
}

fn partitions(state: &GroupState, now: Timestamp) -> Arc<Vec<GroupPartition>> {
    let member = |topic: &Arc<str>, partition: i32| {
        let has = |m: &&Member| m.assigned.iter().any(|(t, p)| t == topic && *p == partition);
        let all = state.members.as_ref()?;
        Some(member_name(all.iter().find(has)?, all))
    };
    let row = |((topic, partition), commit): (&(Arc<str>, i32), &super::group::Commit)| GroupPartition {
        topic: topic.clone(),
        partition: *partition,
        committed: commit.committed,
        end: commit.end,
        lag: commit.lag.records,
        lag_s: commit.lag.seconds(now),
        quality: commit.lag.quality,
        only_markers: commit.lag.only_markers,
        member: member(topic, *partition),
    };
    Arc::new(state.commits.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_one_client_on_one_host_are_told_apart_by_their_ids() {
        let member = |id: &str, client: &str| Member {
            id: id.into(),
            client_id: client.into(),
            host: "/127.0.0.1".into(),
            assigned: Vec::new(),
        };
        let all = [member("me@vm-4f1c2d3e-aa", "me@vm"), member("me@vm-77aa1b2c-bb", "me@vm"), member("other-1", "other")];
        let names = all.each_ref().map(|m| member_name(m, &all).to_string());
        assert_eq!(names, ["me@vm@127.0.0.1-4f1c2d3e", "me@vm@127.0.0.1-77aa1b2c", "other@127.0.0.1"]);
    }
}
