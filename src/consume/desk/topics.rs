//! Whether a topic is still the one that was read: its name may have been given to another one, made anew.
//!
//! librdkafka reads such a topic on at the old offset, without a word where the offset is in its log. So a claim is held against
//! the topic's id in the store, and every batch against the id that a broker tells after the batch was read.

use super::{BOUNDS, Desk, Ours, name_of};
use crate::kafka::member::{Refusal, TopicIds};
use crate::model::TopicPartition;
use crate::store::{Batch, Claimed, StoreError};
use std::collections::BTreeSet;

impl Desk {
    /// The ids of the topics of these partitions, now.
    pub(super) fn ids_of<'a>(&self, partitions: impl Iterator<Item = &'a TopicPartition>) -> Result<TopicIds, Refusal> {
        let topics: BTreeSet<&str> = partitions.map(|p| p.topic.as_ref()).collect();
        self.member.topic_ids(&topics.into_iter().collect::<Vec<_>>(), BOUNDS)
    }

    /// Notes what is new to the store: from now on these are the topics that are read.
    pub(super) fn note_topics(&mut self, claimed: &[Claimed], ids: &TopicIds) -> Result<(), StoreError> {
        let new = |claim: &&Claimed| claim.topic_id.is_none() || claim.next.is_none();
        let told = |claim: &Claimed| {
            let id = ids.get(claim.partition.topic.as_ref())?.as_ref().ok()?.clone()?;
            Some((claim.partition.clone(), claim.epoch, id))
        };
        let new: Vec<_> = claimed.iter().filter(new).filter_map(told).collect();
        if new.is_empty() { Ok(()) } else { self.store.note_topics(&new) }
    }

    /// Partitions of the batch whose topic is another one by now.
    pub(super) fn strangers(&self, batch: &Batch) -> Result<Vec<(TopicPartition, String)>, Refusal> {
        let known: Vec<(&TopicPartition, &Ours, &str)> = batch
            .progress
            .iter()
            .filter_map(|p| self.ours.get_key_value(&p.partition))
            .filter_map(|(partition, ours)| Some((partition, ours, ours.topic_id.as_deref()?)))
            .collect();
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let ids = self.ids_of(known.iter().map(|(partition, ..)| *partition))?;
        let mut strangers = Vec::new();
        for (partition, ours, id) in known {
            match ids.get(partition.topic.as_ref()) {
                Some(Err(refusal)) => return Err(refusal.clone()),
                Some(Ok(Some(told))) if told != id => {
                    strangers.push((partition.clone(), made_anew(partition, ours.next, id, told)));
                }
                // What was read of a topic that is gone by now was its own.
                Some(Ok(_)) | None => {}
            }
        }
        Ok(strangers)
    }

    /// A partition is read no more until a person has settled it.
    pub(super) fn stop(&mut self, partition: &TopicPartition, why: String) {
        tracing::error!("{why}");
        self.meter.figures.stopped.insert(name_of(partition), why);
        if self.ours.remove(partition).is_some() {
            self.member.set_paused(std::slice::from_ref(partition), true);
        }
        self.told.remove(partition);
        self.keep_batch(|p| p != partition);
    }
}

/// Why a claimed partition is not read: something was read of another topic of its name.
pub(super) fn stranger(claim: &Claimed, told: Option<&str>) -> Option<String> {
    let (next, kept, told) = (claim.next?, claim.topic_id.as_deref()?, told?);
    (kept != told).then(|| made_anew(&claim.partition, next, kept, told))
}

fn made_anew(partition: &TopicPartition, next: i64, kept: &str, told: &str) -> String {
    format!(
        "the state was applied up to offset {next} of {}/{} of the topic with the id {kept}, but the topic of this name has the id {told} \
         now: it was removed and made anew; nothing of it is read until that is settled (`vigie state rebuild` makes the state anew)",
        partition.topic, partition.partition
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_of_another_topic_is_strange() {
        let claim = |next, topic_id: Option<&str>| Claimed {
            partition: TopicPartition { topic: "t".into(), partition: 0 },
            epoch: 1,
            next,
            topic_id: topic_id.map(str::to_owned),
        };
        assert_eq!(stranger(&claim(Some(7), Some("a")), Some("a")), None);
        assert_eq!(stranger(&claim(Some(7), Some("a")), None), None, "the brokers tell no ids");
        assert_eq!(stranger(&claim(Some(7), None), Some("a")), None, "they did not, before");
        assert_eq!(stranger(&claim(None, Some("a")), Some("b")), None, "nothing was read of it");
        let why = stranger(&claim(Some(7), Some("a")), Some("b")).unwrap();
        for word in ["offset 7", "t/0", "the id a", "the id b", "rebuild"] {
            assert!(why.contains(word), "{word}: {why}");
        }
    }
}
