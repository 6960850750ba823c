use super::group::{Commit, GroupState, STATUS_WINDOW_MS};
use crate::model::{Code, Fact, GroupKind, Reason, Timestamp};
use crate::rules::GroupRules;
use crate::snapshot::Status;
use std::sync::Arc;

/// A status with its evidence, before any rule says how grave it is.
pub type Judged = (Status, Reason);

/// How a group does, judged over a window by its commits, as Burrow does. Never finer than its own commit interval.
pub fn status(group: &GroupState, now: Timestamp, rules: &GroupRules) -> Judged {
    if group.kind == GroupKind::Share {
        return (Status::Unknown, Code::GroupKindOpaque.into());
    }
    if let Some(reason) = &group.offsets_missing {
        return (Status::Unknown, reason.clone());
    }
    if group.abandoned(now) {
        let since = group.last_commit.unwrap_or(group.known_since);
        return (Status::Unknown, Reason::new(Code::Abandoned).with("since_s", Fact::Seconds(now.since_s(since))));
    }
    if group.commits.values().all(|c| c.committed.is_none()) {
        return (Status::Unknown, Code::NeverCommitted.into());
    }
    rewound(group, now, rules)
        .or_else(|| stopped(group, now, rules))
        .or_else(|| stalled(group, now, rules))
        .or_else(|| lagging(group, now, rules))
        .unwrap_or_else(|| well(group, now))
}

/// How long without a commit is remarkable for this group, in seconds.
fn patience(group: &GroupState, least_s: f64) -> f64 {
    least_s.max(3.0 * group.interval.seconds().unwrap_or(0.0))
}

fn place(reason: Reason, topic: &Arc<str>, partition: i32) -> Reason {
    reason.with("topic", Fact::Text(topic.clone())).with("partition", Fact::Count(partition.unsigned_abs().into()))
}

fn rewound(group: &GroupState, now: Timestamp, rules: &GroupRules) -> Option<Judged> {
    let newest = group.commits.iter().filter_map(|(place, c)| Some((place, c.rewound?))).max_by_key(|(_, r)| r.at)?;
    let ((topic, partition), back) = newest;
    let ago = now.since_s(back.at);
    (ago <= rules.rewound_for_s).then(|| {
        let reason = place(Reason::new(Code::GroupRewound), topic, *partition)
            .with("from", Fact::Offset(back.from))
            .with("to", Fact::Offset(back.to))
            .with("records", Fact::Count((back.from - back.to).unsigned_abs()))
            .with("since_s", Fact::Seconds(ago));
        (Status::Rewound, reason)
    })
}

/// The log moved on since the last commit, and something is left to be read.
fn left_behind(commit: &Commit) -> bool {
    waiting(commit) && commit.end_at_change.is_some_and(|end| commit.committed.unwrap_or(0) + waiting_records(commit) > end)
}

fn waiting_records(commit: &Commit) -> i64 {
    commit.lag.records.and_then(|r| i64::try_from(r).ok()).unwrap_or(0)
}

fn waiting(commit: &Commit) -> bool {
    waiting_records(commit) > 0 && !commit.lag.only_markers && commit.lag.open_transaction < commit.lag.records.unwrap_or(0)
}

fn stopped(group: &GroupState, now: Timestamp, rules: &GroupRules) -> Option<Judged> {
    let moves = group.commits.values().any(left_behind);
    let since = group.last_commit.unwrap_or(group.known_since);
    let quiet = now.since_s(since);
    let gone = group.without_members();
    let silent = quiet >= patience(group, rules.stopped_after_s);
    (moves && (gone || silent)).then(|| {
        let mut reason = Reason::new(Code::GroupStopped).with("since_s", Fact::Seconds(quiet));
        if let Some(lag) = group.lag_records() {
            reason = reason.with("lag", Fact::Count(lag));
        }
        if gone {
            reason = reason.with("members", Fact::Count(0));
        }
        (Status::Stopped, commit_interval(reason, group))
    })
}

fn stalled(group: &GroupState, now: Timestamp, rules: &GroupRules) -> Option<Judged> {
    // Before one commit was seen nothing is known of its pace: as long as for "stopped" then.
    let least = if group.last_commit.is_some() { rules.stalled_after_s } else { rules.stopped_after_s };
    let least = patience(group, least);
    // Waiting records that came after a long idle time are not a stall yet.
    let waited = |c: &Commit| c.lag.seconds(now).unwrap_or(f64::INFINITY).min(now.since_s(c.changed_at));
    let stuck = group.commits.iter().filter(|(_, c)| c.committed.is_some() && waiting(c) && waited(c) >= least);
    let (mut count, mut lag, mut worst) = (0, 0, None::<(&(Arc<str>, i32), &Commit)>);
    for (place, commit) in stuck {
        count += 1;
        lag += commit.lag.records.unwrap_or(0);
        // On a quiet topic the commit stands for longer, and says less.
        if worst.is_none_or(|(_, w)| waiting_records(commit) > waiting_records(w)) {
            worst = Some((place, commit));
        }
    }
    let ((topic, partition), commit) = worst?;
    let reason = place(Reason::new(Code::GroupStalled), topic, *partition)
        .with("since_s", Fact::Seconds(waited(commit)))
        .with("lag", Fact::Count(lag))
        .with("partitions", Fact::Count(count));
    Some((Status::Stalled, commit_interval(reason, group)))
}

/// The lag did not fall over the window, and is more than what is on its way between two commits.
fn lagging(group: &GroupState, now: Timestamp, rules: &GroupRules) -> Option<Judged> {
    let (from, first) = group.lags.front()?;
    let (to, last) = group.lags.back()?;
    let window = to.since_ms(*from);
    if window < STATUS_WINDOW_MS * 9 / 10 || group.lags.len() < 6 || group.lags.iter().any(|(_, lag)| *lag == 0) {
        return None;
    }
    let seconds = group.lag_seconds(now);
    let natural = (3.0 * group.interval.seconds().unwrap_or(0.0)).max(rules.lagging_least_s);
    if seconds.is_some_and(|s| s < natural) {
        return None;
    }
    let third = group.lags.len() / 3;
    let mean = |skip: usize| group.lags.iter().skip(skip).take(third).map(|(_, lag)| *lag as f64).sum::<f64>() / third as f64;
    let (early, middle, late) = (mean(0), mean(third), mean(group.lags.len() - third));
    (middle >= early * 0.95 && late >= middle * 0.95 && late >= early).then(|| {
        let mut reason = Reason::new(Code::GroupLagging)
            .with("lag", Fact::Count(*last))
            .with("lag_before", Fact::Count(*first))
            .with("window_s", Fact::Seconds(window as f64 / 1_000.0));
        if let Some(seconds) = seconds {
            reason = reason.with("lag_s", Fact::Seconds(seconds));
        }
        (Status::Lagging, commit_interval(reason, group))
    })
}

fn well(group: &GroupState, now: Timestamp) -> Judged {
    if group.lags.len() < 2 {
        return (Status::Unknown, Code::TooFewReadings.into());
    }
    let lag = group.lag_records().unwrap_or(0);
    if lag == 0 || group.lag_seconds(now) == Some(0.0) {
        return (Status::Ok, Code::CaughtUp.into());
    }
    let mut reason = Reason::new(Code::KeepingUp).with("lag", Fact::Count(lag));
    if let Some(seconds) = group.lag_seconds(now) {
        reason = reason.with("lag_s", Fact::Seconds(seconds));
    }
    (Status::Ok, reason)
}

fn commit_interval(reason: Reason, group: &GroupState) -> Reason {
    match group.interval.seconds() {
        Some(seconds) => reason.with("commit_interval_s", Fact::Seconds(seconds)),
        None => reason,
    }
}
