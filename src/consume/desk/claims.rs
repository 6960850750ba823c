//! Partitions that come to us: claimed in the store, held against what the cluster tells of them, and read from where the store says.

use super::super::ConsumeError;
use super::super::start::{Start, start};
use super::topics::stranger;
use super::{BOUNDS, Desk, LAST_RETRY, Ours, name_of};
use crate::kafka::member::TopicIds;
use crate::model::TopicPartition;
use crate::store::Claimed;
use std::time::Instant;

/// Where a partition is read from.
enum Found {
    At(i64),
    /// Not at all, and why was told.
    Nowhere,
    /// Its leader does not say what the log has: asked again later.
    Unknown,
}

impl Desk {
    pub(super) fn claim_given(&mut self) -> Result<(), ConsumeError> {
        if self.given.is_empty() || self.is_away() || Instant::now() < self.claim_after {
            return Ok(());
        }
        let given = self.given.remove(0);
        let claimed = match self.store.claim(&self.config.instance, &given) {
            Ok(claimed) => claimed,
            Err(error) if error.is_passing() => {
                self.given.insert(0, given);
                self.store_failed(&error);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let ids = self.ids_of(given.iter()).unwrap_or_else(|error| {
            tracing::warn!(%error, "which topics these are is not known");
            TopicIds::new()
        });
        match self.note_topics(&claimed, &ids) {
            Ok(()) => self.store_works(),
            Err(error) if error.is_passing() => {
                self.given.insert(0, given);
                self.store_failed(&error);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        self.begin(claimed, &ids);
        Ok(())
    }

    /// Begins to read what was claimed, each where the store says.
    fn begin(&mut self, claimed: Vec<Claimed>, ids: &TopicIds) {
        let (mut starts, mut later) = (Vec::new(), Vec::new());
        for claim in claimed {
            let Some(Ok(topic_id)) = ids.get(claim.partition.topic.as_ref()) else {
                tracing::warn!(partition = name_of(&claim.partition), "which topic this is is not known yet");
                later.push(claim.partition);
                continue;
            };
            if let Some(why) = stranger(&claim, topic_id.as_deref()) {
                self.stop(&claim.partition, why);
                continue;
            }
            match self.start(&claim.partition, claim.next) {
                Found::At(next) => {
                    starts.push((claim.partition.clone(), next));
                    self.ours.insert(claim.partition, Ours { epoch: claim.epoch, next, topic_id: topic_id.clone() });
                }
                Found::Nowhere => {}
                Found::Unknown => later.push(claim.partition),
            }
        }
        if !later.is_empty() {
            self.given.push(later);
            self.claim_after = Instant::now() + LAST_RETRY;
        }
        tracing::info!(count = starts.len(), "partitions given");
        starts.iter().for_each(|(partition, _)| _ = self.meter.figures.stopped.remove(&name_of(partition)));
        let (known, new): (Vec<_>, Vec<_>) = starts.iter().cloned().partition(|(partition, _)| self.assigned.contains(partition));
        // Also without any: it ends the rebalance.
        if (!new.is_empty() || known.is_empty())
            && let Err(error) = self.member.begin(&new)
        {
            tracing::warn!(%error, "partitions that were given to us");
        }
        for (partition, next) in &known {
            if let Err(error) = self.member.seek(partition, *next) {
                tracing::warn!(%error, partition = name_of(partition), "reading on where the other process left it");
            }
        }
        self.assigned.extend(new.into_iter().map(|(partition, _)| partition));
        // One that was taken while it was paused would stay so.
        let given: Vec<_> = starts.into_iter().map(|(partition, _)| partition).collect();
        self.member.set_paused(&given, self.away.is_some());
    }

    fn start(&mut self, partition: &TopicPartition, next: Option<i64>) -> Found {
        let bounds = match self.member.bounds(partition, BOUNDS) {
            Ok(bounds) => bounds,
            Err(error) => {
                tracing::warn!(%error, partition = name_of(partition), "what the log has is not known");
                return Found::Unknown;
            }
        };
        match start(partition, next, self.config.from, bounds) {
            Start::At(offset) => Found::At(offset),
            Start::After(lost) => {
                let count = lost.to - lost.from;
                tracing::error!(
                    partition = name_of(partition),
                    from = lost.from,
                    to = lost.to,
                    "{count} records were removed unread"
                );
                self.meter.figures.lost += count.unsigned_abs();
                Found::At(lost.to)
            }
            Start::Never(why) => {
                tracing::error!("{why}");
                self.meter.figures.stopped.insert(name_of(partition), why);
                Found::Nowhere
            }
        }
    }

    /// Some partition stands outside of its log: each is held against it.
    pub(super) fn find_again(&mut self) {
        let all: Vec<(TopicPartition, i64)> = self.ours.iter().map(|(p, ours)| (p.clone(), ours.next)).collect();
        for (partition, next) in all {
            match self.start(&partition, Some(next)) {
                Found::Unknown => self.look_again = Some(Instant::now() + LAST_RETRY),
                // Also where it stands right: after such an error nothing is fetched before a seek.
                Found::At(start) => {
                    // What was read of it lies before what is gone, or comes again.
                    self.keep_batch(|p| *p != partition);
                    if let Some(ours) = self.ours.get_mut(&partition) {
                        ours.next = start;
                    }
                    if let Err(error) = self.member.seek(&partition, start) {
                        tracing::warn!(%error, "going on behind what was removed");
                    }
                }
                Found::Nowhere => {
                    self.ours.remove(&partition);
                    self.keep_batch(|p| *p != partition);
                }
            }
        }
    }
}
