//! The state in PostgreSQL: for several processes on several machines.
//!
//! Plain SQL that any hosted PostgreSQL runs, also behind a pooler in transaction mode. A batch is one transaction of some
//! fifteen statements, whatever its size: rows go as arrays, a column each.

mod address;
mod columns;
mod error;
mod follow;
mod link;
mod make;
mod read;
#[cfg(test)]
mod tests;
pub(super) mod text;
mod tls;
mod tx;
mod whole;
mod write;

pub use address::PostgresAddress;

use super::batch::{Applied, Batch, Claimed};
use super::{REPORTS_MS, Store, StoreError, fold, memory};
use crate::domain::Plans;
use crate::model::{ConsumerReading, TopicPartition};
use columns::Of;
use link::Link;
use postgres::types::Type;
use std::cell::RefCell;
use std::collections::HashMap;

pub struct Postgres {
    link: RefCell<Link>,
    plans: Plans,
    /// How far each partition was when the store last confirmed a batch.
    confirmed: HashMap<TopicPartition, i64>,
}

impl Postgres {
    /// Connects, and makes schema and tables where they are not there.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; the tables are those of another vigie or another catalogue.
    pub fn open(address: PostgresAddress, plans: Plans) -> Result<Self, StoreError> {
        let store = Self::new(address, plans)?;
        store.link.borrow_mut().make()?;
        Ok(store)
    }

    /// Connects to what is there, and makes nothing.
    ///
    /// # Errors
    /// As [`open`](Self::open), and where there are no tables.
    pub fn open_existing(address: PostgresAddress, plans: Plans) -> Result<Self, StoreError> {
        let store = Self::new(address, plans)?;
        store.link.borrow_mut().session()?;
        Ok(store)
    }

    fn new(address: PostgresAddress, plans: Plans) -> Result<Self, StoreError> {
        let link = RefCell::new(Link::new(address, memory::fingerprint(&plans))?);
        Ok(Self { link, plans, confirmed: HashMap::new() })
    }

    fn note(&mut self, batch: &Batch) {
        for progress in &batch.progress {
            let confirmed = self.confirmed.entry(progress.partition.clone()).or_insert(progress.next);
            *confirmed = progress.next.max(*confirmed);
        }
    }
}

impl Store for Postgres {
    fn claim(&mut self, instance: &str, partitions: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError> {
        let link = self.link.get_mut();
        let claimed = claim(link, instance, partitions);
        if claimed.is_err() {
            link.close();
        }
        for partition in partitions {
            self.confirmed.remove(partition);
        }
        claimed
    }

    fn apply(&mut self, batch: &Batch) -> Result<Applied, StoreError> {
        let link = self.link.get_mut();
        let applied =
            link.begin().and_then(|session| fold(tx::PostgresTx::new(session, &self.plans, &self.confirmed), &self.plans, batch));
        match &applied {
            Ok(_) => self.note(batch),
            Err(StoreError::Fenced(_)) => {}
            Err(_) => link.close(),
        }
        applied
    }

    fn report(&mut self, ours: &ConsumerReading) -> Result<Vec<ConsumerReading>, StoreError> {
        let link = self.link.get_mut();
        let all = report(link, ours);
        if all.is_err() {
            link.close();
        }
        all
    }
}

/// Each statement for itself: nobody waits for anybody's figures.
fn report(link: &mut Link, ours: &ConsumerReading) -> Result<Vec<ConsumerReading>, StoreError> {
    let json = |e: serde_json::Error| StoreError::Unreadable { what: "figures", why: e.to_string() };
    let figures = serde_json::to_string(ours).map_err(json)?;
    let since = ours.at.0 - REPORTS_MS;
    let mut session = link.session()?;
    session.execute(
        "INSERT INTO vigie.consumers VALUES ($1, $2, $3::text::json)
         ON CONFLICT (instance) DO UPDATE SET at_ms = EXCLUDED.at_ms, figures = EXCLUDED.figures",
        &[(&ours.instance, Type::TEXT), (&ours.at.0, Type::INT8), (&figures, Type::TEXT)],
    )?;
    session.execute("DELETE FROM vigie.consumers WHERE at_ms < $1", &[(&since, Type::INT8)])?;
    let rows = session.query("SELECT figures::text FROM vigie.consumers ORDER BY instance COLLATE \"C\"", &[])?;
    rows.iter().map(|row| serde_json::from_str(row.get(0)).map_err(json)).collect()
}

fn claim(link: &mut Link, instance: &str, partitions: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError> {
    let mut session = link.begin()?;
    // In the order in which fences lock them too.
    let mut sorted: Vec<&TopicPartition> = partitions.iter().collect();
    sorted.sort();
    sorted.dedup();
    let of = Of(&sorted);
    let columns = [of.text("topic", |p| p.topic.as_ref()), of.int("partition", |p| p.partition), of.text("owner", |_| instance)];
    let parameters: Vec<_> = columns.iter().map(columns::Column::parameter).collect();
    let rows = session.query(
        "INSERT INTO vigie.partitions AS p (topic, partition, epoch, owner)
         SELECT n.topic, n.partition, 1, n.owner FROM unnest($1, $2, $3) AS n (topic, partition, owner)
         ON CONFLICT (topic, partition) DO UPDATE SET epoch = p.epoch + 1, owner = EXCLUDED.owner
         RETURNING p.topic, p.partition, p.epoch, p.next_offset",
        &parameters,
    )?;
    session.commit()?;
    let found: HashMap<(String, i32), (i64, Option<i64>)> =
        rows.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3)))).collect();
    let claimed = |partition: &TopicPartition| {
        let (epoch, next) = *found.get(&(partition.topic.to_string(), partition.partition))?;
        Some(Claimed { partition: partition.clone(), epoch, next })
    };
    Ok(partitions.iter().filter_map(claimed).collect())
}
