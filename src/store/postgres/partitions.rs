//! Partitions that come to a process. Locked in the order in which fences lock them too.

use super::super::StoreError;
use super::super::batch::Claimed;
use super::columns::{Column, Of};
use super::link::Link;
use crate::model::TopicPartition;
use std::collections::HashMap;

pub fn claim(link: &mut Link, instance: &str, partitions: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError> {
    let pipelines = link.fingerprint().to_owned();
    let mut session = link.begin()?;
    // It may have been made anew, with another catalogue, since we connected.
    let made_with = session.query("SELECT value FROM vigie.meta WHERE name = 'pipelines'", &[])?;
    if made_with.first().is_none_or(|row| row.get::<_, &str>(0) != pipelines) {
        return Err(StoreError::OtherPipelines);
    }
    let mut sorted: Vec<&TopicPartition> = partitions.iter().collect();
    sorted.sort();
    sorted.dedup();
    let of = Of(&sorted);
    let columns = [of.text("topic", |p| p.topic.as_ref()), of.int("partition", |p| p.partition), of.text("owner", |_| instance)];
    let parameters: Vec<_> = columns.iter().map(Column::parameter).collect();
    let rows = session.query(
        "INSERT INTO vigie.partitions AS p (topic, partition, epoch, owner)
         SELECT n.topic, n.partition, 1, n.owner FROM unnest($1, $2, $3) AS n (topic, partition, owner)
         ON CONFLICT (topic, partition) DO UPDATE SET epoch = p.epoch + 1, owner = EXCLUDED.owner
         RETURNING p.topic, p.partition, p.epoch, p.next_offset, p.topic_id",
        &parameters,
    )?;
    session.commit()?;
    let found: HashMap<(&str, i32), _> =
        rows.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3), row.get(4)))).collect();
    let claimed = |partition: &TopicPartition| {
        let (epoch, next, topic_id) = found.get(&(partition.topic.as_ref(), partition.partition))?.clone();
        Some(Claimed { partition: partition.clone(), epoch, next, topic_id })
    };
    Ok(partitions.iter().filter_map(claimed).collect())
}

pub fn note_topics(link: &mut Link, ids: &[(TopicPartition, i64, String)]) -> Result<(), StoreError> {
    let mut session = link.begin()?;
    let mut sorted: Vec<_> = ids.iter().collect();
    sorted.sort();
    let of = Of(&sorted);
    let columns = [
        of.text("topic", |(p, ..)| p.topic.as_ref()),
        of.int("partition", |(p, ..)| p.partition),
        of.long("epoch", |(_, epoch, _)| *epoch),
        of.text("topic_id", |(.., id)| id.as_str()),
    ];
    let parameters: Vec<_> = columns.iter().map(Column::parameter).collect();
    session.query(
        "SELECT FROM unnest($1, $2) WITH ORDINALITY AS n (topic, partition, at)
         JOIN vigie.partitions AS p ON p.topic = n.topic AND p.partition = n.partition ORDER BY n.at FOR UPDATE OF p",
        &parameters[..2],
    )?;
    session.execute(
        "UPDATE vigie.partitions AS p SET topic_id = n.topic_id FROM unnest($1, $2, $3, $4) AS n (topic, partition, epoch, topic_id)
         WHERE p.topic = n.topic AND p.partition = n.partition AND p.epoch = n.epoch
             AND (p.topic_id IS NULL OR p.next_offset IS NULL)",
        &parameters,
    )?;
    session.commit()
}
