use super::super::StoreError;
use super::error::failed;
use crate::model::{Place, TopicPartition};
use rusqlite::{Transaction, params};
use std::collections::HashMap;
use std::sync::Arc;

/// The numbers that stand for partitions in the audit.
#[derive(Default)]
pub struct Places(HashMap<(Arc<str>, i32), i64>);

impl Places {
    pub fn note(&mut self, partition: &TopicPartition, id: i64) {
        self.0.insert((partition.topic.clone(), partition.partition), id);
    }

    /// The number of a record's partition, made where it is new.
    pub fn id(&mut self, tx: &Transaction<'_>, place: &Place) -> Result<i64, StoreError> {
        let key = (place.topic.shared().clone(), place.partition);
        if let Some(id) = self.0.get(&key) {
            return Ok(*id);
        }
        let failed = failed("does not number a partition");
        let sql = "INSERT INTO partitions (topic, partition) VALUES (?1, ?2)
                   ON CONFLICT (topic, partition) DO UPDATE SET topic = topic RETURNING id";
        let mut statement = tx.prepare_cached(sql).map_err(&failed)?;
        let id = statement.query_row(params![place.topic.as_ref(), place.partition], |row| row.get(0)).map_err(&failed)?;
        self.0.insert(key, id);
        Ok(id)
    }
}
