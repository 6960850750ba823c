use super::clock::Step;
use super::curves::GroupCurves;
use super::group_part::Measured;
use super::lag::PartitionLag;
use super::meter::Meter;
use crate::model::{GroupKind, GroupReading, GroupState as State, Member, Reason, Timestamp};
use crate::snapshot::Group;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// For how long rebalances are told.
const REBALANCES_MS: i64 = 600_000;
/// Without members and without a commit for so long, a group is abandoned.
const ABANDONED_MS: i64 = 600_000;
/// For how long what a group committed is still taken as it was last read: one slow coordinator is no gap.
const GRACE_MS: i64 = 10_000;
/// For how long readings of the lag are kept for the status.
pub const STATUS_WINDOW_MS: i64 = 120_000;

/// A group's commits on one partition.
#[derive(Clone, Debug)]
pub struct Commit {
    pub committed: Option<i64>,
    /// When it was first seen, or last seen to change.
    pub changed_at: Timestamp,
    /// The log end at the newest reading.
    pub end: Option<i64>,
    /// The log end when it last changed.
    pub end_at_change: Option<i64>,
    pub rewound: Option<Rewound>,
    pub lag: PartitionLag,
    pub reading: u64,
}

/// A commit that went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewound {
    pub at: Timestamp,
    pub from: i64,
    pub to: i64,
}

/// The time between two commits of a group, as readings show it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Interval {
    last: Option<Timestamp>,
    /// Since the last commit a reading found nothing to commit: the time until the next says nothing.
    idle: bool,
    mean_ms: Option<f64>,
}

impl Interval {
    fn committed(&mut self, at: Timestamp) {
        if let (Some(last), false) = (self.last, self.idle) {
            let ms = at.since_ms(last) as f64;
            self.mean_ms = Some(self.mean_ms.map_or(ms, |mean| mean * 0.7 + ms * 0.3));
        }
        (self.last, self.idle) = (Some(at), false);
    }

    /// Seconds; `None` before two commits were seen.
    pub fn seconds(&self) -> Option<f64> {
        self.mean_ms.map(|ms| ms / 1_000.0)
    }
}

/// All that is known of one group.
pub struct GroupState {
    pub name: Arc<str>,
    pub kind: GroupKind,
    pub state: State,
    pub members: Option<Vec<Member>>,
    pub members_missing: Option<Reason>,
    /// Why what it committed is not known.
    pub offsets_missing: Option<Reason>,
    /// The newest reading that brought what it committed.
    pub offsets_at: Option<Timestamp>,
    pub known_since: Timestamp,
    pub commits: BTreeMap<(Arc<str>, i32), Commit>,
    pub last_commit: Option<Timestamp>,
    pub interval: Interval,
    /// Offsets committed and offsets added to the log, summed.
    pub sums: [u64; 2],
    pub meter: Meter<2>,
    /// (when, lag in records) at each reading of the status window.
    pub lags: VecDeque<(Timestamp, u64)>,
    pub rebalances: VecDeque<Timestamp>,
    pub processing: super::processing::Processing,
    pub curves: Option<Box<GroupCurves>>,
    /// As it was measured at the newest reading.
    pub measured: Option<Measured>,
    pub part: Arc<Group>,
    pub reading: u64,
}

impl GroupState {
    pub fn new(name: Arc<str>, at: Timestamp) -> Self {
        Self {
            name,
            kind: GroupKind::Unknown,
            state: State::Unknown,
            members: None,
            members_missing: None,
            offsets_missing: None,
            offsets_at: None,
            known_since: at,
            commits: BTreeMap::new(),
            last_commit: None,
            interval: Interval::default(),
            sums: [0; 2],
            meter: Meter::default(),
            lags: VecDeque::new(),
            rebalances: VecDeque::new(),
            processing: super::processing::Processing::default(),
            curves: None,
            measured: None,
            part: Arc::default(),
            reading: 0,
        }
    }

    /// Takes what the reading says of members and state; counts a rebalance when one began, or happened in between.
    pub fn read_state(&mut self, reading: &GroupReading, at: Timestamp) {
        let began = rebalancing(reading.state) && !rebalancing(self.state) && self.reading > 0;
        let moved = match (&self.members, &reading.members) {
            (Some(before), Some(now)) => {
                !rebalancing(reading.state) && !rebalancing(self.state) && assignments(before) != assignments(now)
            }
            _ => false,
        };
        if began || moved {
            self.rebalances.push_back(at);
        }
        while self.rebalances.front().is_some_and(|t| at.since_ms(*t) > REBALANCES_MS) {
            self.rebalances.pop_front();
        }
        self.kind = reading.kind;
        self.state = reading.state;
        self.members = reading.members.clone();
        self.members_missing = reading.members_missing.clone();
    }

    /// A reading did not bring what it committed. After a while nothing that was known holds.
    pub fn miss_offsets(&mut self, why: &Reason, at: Timestamp) {
        // The time between the commits around the gap says nothing.
        self.interval.idle = true;
        if self.offsets_at.is_some_and(|known| at.since_ms(known) < GRACE_MS) {
            return;
        }
        self.offsets_missing = Some(why.clone());
        self.lags.clear();
        for commit in self.commits.values_mut() {
            commit.lag = PartitionLag::default();
        }
    }

    /// Takes one partition's commit; returns the offsets that it passed since the last reading.
    pub fn read_commit(
        &mut self,
        topic: &Arc<str>,
        partition: i32,
        committed: Option<i64>,
        at: Timestamp,
        end: Option<i64>,
        reading: u64,
    ) -> Option<(i64, i64)> {
        let place = (topic.clone(), partition);
        let fresh = self.reading > 0;
        let commit = self.commits.entry(place).or_insert_with(|| Commit {
            committed: if fresh { None } else { committed },
            changed_at: at,
            end,
            end_at_change: end,
            rewound: None,
            lag: PartitionLag::default(),
            reading,
        });
        commit.reading = reading;
        if let (Some(before), Some(now)) = (commit.end, end) {
            self.sums[1] += u64::try_from(now - before).unwrap_or(0);
        }
        commit.end = end.or(commit.end);
        if commit.committed == committed {
            return None;
        }
        let before = commit.committed;
        commit.committed = committed;
        (commit.changed_at, commit.end_at_change) = (at, end);
        let (before, now) = (before?, committed?);
        if now < before {
            // A log that is shorter than the old commit was made anew: nobody went back.
            if end.is_none_or(|end| end < before) {
                return None;
            }
            commit.rewound = Some(Rewound { at, from: before, to: now });
            return None;
        }
        if commit.rewound.is_some_and(|r| now >= r.from) {
            commit.rewound = None;
        }
        self.sums[0] += (now - before).unsigned_abs();
        Some((before, now))
    }

    /// Ends a reading: what the group committed in it is known, and its lag.
    pub fn end_reading(&mut self, at: Timestamp, reading: u64, moved: bool) {
        self.offsets_missing = None;
        let known = self.offsets_at.replace(at);
        self.commits.retain(|_, commit| commit.reading == reading);
        let before = self.meter.newest().copied();
        // Before the first commit there is nothing to divide by time.
        if !self.commits.is_empty() {
            self.meter.push(at, self.sums);
        }
        if moved {
            self.last_commit = Some(at);
            self.interval.committed(at);
        }
        let lag = self.lag_records();
        self.interval.idle |= lag == Some(0);
        // A sum that lacks a partition would look like a lag that fell.
        if let Some(lag) = lag.filter(|_| self.commits.values().all(|c| c.committed.is_none() || c.lag.records.is_some())) {
            self.lags.push_back((at, lag));
        }
        while self.lags.len() > 2 && self.lags.get(1).is_some_and(|(t, _)| at.since_ms(*t) >= STATUS_WINDOW_MS) {
            self.lags.pop_front();
        }
        self.write_curves(before, known, at, lag);
        self.reading = reading;
    }

    fn write_curves(&mut self, before: Option<(Timestamp, [u64; 2])>, known: Option<Timestamp>, at: Timestamp, lag: Option<u64>) {
        let seconds = self.lag_seconds(at);
        let (Some(curves), Some((from, sums))) = (self.curves.as_mut(), before) else { return };
        let (start, end, took) = (super::past::second(from), super::past::second(at), at.since_s(from));
        if took <= 0.0 {
            return;
        }
        let rate = |i: usize| (self.sums[i].saturating_sub(sums[i]) as f64 / took) as f32;
        curves.consume.fill(start, end, rate(0));
        curves.produce.fill(start, end, rate(1));
        // What was committed in a gap is spread over it; the lag in a gap is not known.
        let start = if known.is_some_and(|known| at.since_ms(known) < GRACE_MS) { start } else { end - 1 };
        curves.lag.fill(start, end, lag.map_or(f32::NAN, |l| l as f32));
        curves.lag_s.fill(start, end, seconds.map_or(f32::NAN, |s| s as f32));
    }

    pub fn step_back(&mut self, step: Step) {
        step.moment(&mut self.known_since);
        for at in [&mut self.offsets_at, &mut self.last_commit, &mut self.interval.last] {
            step.moments(at);
        }
        for commit in self.commits.values_mut() {
            step.moment(&mut commit.changed_at);
            step.moments(commit.rewound.iter_mut().map(|back| &mut back.at));
        }
        self.meter.step_back(step);
        step.moments(self.lags.iter_mut().map(|(at, _)| at).chain(&mut self.rebalances));
        self.processing.step_back(step);
        if let Some(curves) = self.curves.as_mut() {
            curves.step_back(step);
        }
    }

    /// Sum over the partitions with a commit; `None` when there is none.
    pub fn lag_records(&self) -> Option<u64> {
        self.commits.values().filter_map(|c| c.lag.records).reduce(|a, b| a + b)
    }

    /// The worst partition's; `None` when none is known.
    pub fn lag_seconds(&self, now: Timestamp) -> Option<f64> {
        self.commits.values().filter_map(|c| c.lag.seconds(now)).reduce(f64::max)
    }

    pub fn without_members(&self) -> bool {
        matches!(self.state, State::Empty | State::Dead) || self.members.as_ref().is_some_and(Vec::is_empty)
    }

    pub fn abandoned(&self, now: Timestamp) -> bool {
        self.without_members() && now.since_ms(self.last_commit.unwrap_or(self.known_since)) >= ABANDONED_MS
    }
}

fn rebalancing(state: State) -> bool {
    matches!(state, State::PreparingRebalance | State::CompletingRebalance | State::Assigning | State::Reconciling)
}

/// Who has what, by member, whatever the order.
fn assignments(members: &[Member]) -> BTreeMap<&str, Vec<&(Arc<str>, i32)>> {
    members
        .iter()
        .map(|m| {
            let mut assigned: Vec<_> = m.assigned.iter().collect();
            assigned.sort();
            (m.id.as_ref(), assigned)
        })
        .collect()
}
