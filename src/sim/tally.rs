//! What was written so far, for those who ask from other threads.

use crate::kafka::publish::Delivered;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the town does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TownReport {
    /// What the brokers said about all records.
    pub delivered: Delivered,
    pub by_topic: BTreeMap<&'static str, TopicReport>,
    /// The last thing that went wrong.
    pub trouble: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicReport {
    /// Handed to the client.
    pub sent: u64,
    /// Refused by the client.
    pub failed: u64,
    /// Not written: the cluster has no such topic.
    pub skipped: u64,
}

#[derive(Default)]
pub(super) struct Tally(Mutex<TownReport>);

impl Tally {
    fn report(&self) -> MutexGuard<'_, TownReport> {
        // Every write to it is whole in itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn told(&self) -> TownReport {
        self.report().clone()
    }

    pub fn sent(&self, topic: &'static str) {
        self.report().by_topic.entry(topic).or_default().sent += 1;
    }

    pub fn skipped(&self, topic: &'static str) {
        self.report().by_topic.entry(topic).or_default().skipped += 1;
    }

    pub fn refused(&self, topic: &'static str, why: String) {
        let mut report = self.report();
        report.by_topic.entry(topic).or_default().failed += 1;
        report.trouble = Some(why);
    }

    pub fn delivered(&self, delivered: Delivered) {
        self.report().delivered = delivered;
    }

    pub fn trouble(&self, what: String) {
        self.report().trouble = Some(what);
    }
}
