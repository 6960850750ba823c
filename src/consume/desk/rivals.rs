//! Partitions that another process claimed while the group still gives them to us.
//!
//! Most often the group is about to take them: we were frozen, and somebody replaced us. Else a consumer of another group works on the
//! same store: each then claims what the other has, and both go on, slowly. Nothing is applied twice either way.

use super::{Desk, name_of};
use crate::model::{ConsumerReading, TopicPartition};
use std::time::{Duration, Instant};

/// So long the group has to take from us what another one claimed. Longer than a member that was replaced needs to hear of it.
const PATIENCE: Duration = Duration::from_secs(10);

impl Desk {
    /// What was read of it is left to whoever has it.
    pub(super) fn taken_over(&mut self, partition: TopicPartition) {
        tracing::debug!(partition = name_of(&partition), "taken over by another process");
        if self.lost.is_empty() {
            tracing::warn!(
                first = name_of(&partition),
                "another process took over partitions of ours; if the group does not take them from us they are claimed again in {} s",
                PATIENCE.as_secs()
            );
            self.reclaim_at = Instant::now() + PATIENCE;
        }
        self.ours.remove(&partition);
        self.told.remove(&partition);
        self.keep_batch(|p| *p != partition);
        self.member.set_paused(std::slice::from_ref(&partition), true);
        self.meter.figures.stopped.insert(name_of(&partition), "another process has claimed it".into());
        self.lost.insert(partition);
    }

    /// What the group has not taken meanwhile is ours all the same.
    pub(super) fn claim_again(&mut self) {
        if !self.lost.is_empty() && Instant::now() >= self.reclaim_at {
            let lost: Vec<_> = std::mem::take(&mut self.lost).into_iter().collect();
            tracing::warn!(count = lost.len(), "partitions that another process took over are claimed again");
            self.given.push(lost);
        }
    }

    /// Says once that somebody of another group works on this store.
    pub(super) fn look_for_rivals(&mut self, all: &[ConsumerReading]) {
        let ours = &self.config.member.group;
        let Some(rival) = all.iter().find(|other| other.group != *ours && other.at > self.begun_at) else { return };
        if !std::mem::replace(&mut self.told_of_rival, true) {
            tracing::error!(
                instance = rival.instance,
                group = rival.group,
                "a consumer of another group works on this store: each takes the other's partitions away, over and over; stop one, or give \
                 it a store of its own"
            );
        }
    }
}
