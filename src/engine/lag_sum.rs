use super::group_part::Measured;
use super::groups::Groups;
use crate::model::{Code, Reason};
use crate::snapshot::{Group, TopicLag};
use std::sync::Arc;

/// A group's lag on one topic, or on all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lag {
    pub records: Option<u64>,
    pub seconds: Option<f64>,
    /// A partition that has a commit is left out: its lag is not known.
    pub short: bool,
}

/// A group's lag by topic.
pub fn by_topic(measured: &Measured) -> Vec<(&Arc<str>, Lag)> {
    let mut lags: Vec<(&Arc<str>, Lag)> = Vec::new();
    // The rows are sorted by topic.
    for row in measured.group.partitions.iter() {
        let short = row.committed.is_some() && (row.lag.is_none() || row.lag_s.is_none());
        let one = Lag { records: row.lag, seconds: row.lag_s, short };
        match lags.last_mut() {
            Some((topic, lag)) if *topic == &row.topic => {
                lag.records = add(lag.records, one.records);
                lag.seconds = worst(lag.seconds, one.seconds);
                lag.short |= short;
            }
            _ => lags.push((&row.topic, one)),
        }
    }
    lags
}

/// A sum over groups, and why it is not whole.
#[derive(Default)]
pub struct LagSum {
    lag: TopicLag,
    never: Option<Reason>,
}

impl LagSum {
    pub fn add(&mut self, group: &Group, one: Lag) {
        let sum = &mut self.lag;
        let worse = match (sum.seconds, one.seconds) {
            (None, Some(_)) => true,
            (Some(a), Some(b)) => b > a,
            (Some(_), None) => false,
            (None, None) => sum.worst_group.is_none(),
        };
        if worse && (one.records.is_some() || one.seconds.is_some()) {
            sum.worst_group = Some(group.name.clone());
        }
        sum.records = add(sum.records, one.records);
        sum.seconds = worst(sum.seconds, one.seconds);
        let named = |reason: Reason| reason.text("subject", group.name.clone());
        if one.short {
            let why = || named(group.lag.reason.clone().unwrap_or_else(|| Code::LagUnknown.into()));
            sum.reason.get_or_insert_with(why);
        } else if one.records.is_none() {
            self.never.get_or_insert_with(|| named(Code::NeverCommitted.into()));
        }
    }

    /// The sum. A group that never committed leaves nothing out of it.
    pub fn told(self, groups: &Groups) -> TopicLag {
        let mut lag = self.lag;
        if lag.records.is_none() && lag.reason.is_none() {
            lag.reason = Some(self.never.unwrap_or_else(|| groups.none()));
        }
        lag
    }
}

fn add(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    a.map_or(b, |a| Some(a + b.unwrap_or(0)))
}

fn worst(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    [a, b].into_iter().flatten().reduce(f64::max)
}
