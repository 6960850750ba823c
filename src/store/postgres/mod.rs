//! The state in PostgreSQL: for several processes on several machines.
//!
//! Plain SQL that any hosted PostgreSQL runs, also behind a pooler in transaction mode. A batch is one transaction of some
//! fifteen statements, whatever its size: rows go as arrays, a column each.

mod active;
mod address;
mod beside;
mod columns;
mod door;
mod error;
mod follow;
mod letters;
mod link;
mod make;
mod partitions;
mod read;
mod retention;
#[cfg(test)]
mod tests;
pub(super) mod text;
mod tls;
mod tx;
mod whole;
mod write;

pub use address::PostgresAddress;
pub(super) use text::{key as short_key, plain as plain_text};

use super::batch::{Applied, Batch, Claimed};
use super::{REPORTS_MS, Store, StoreError, fold, memory};
use crate::domain::Plans;
use crate::model::{ConsumerReading, TopicPartition};
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

    /// Connects when it is first needed, to what is there.
    ///
    /// # Errors
    /// The address's certificates cannot be read.
    pub fn unconnected(address: PostgresAddress, plans: Plans) -> Result<Self, StoreError> {
        Self::new(address, plans)
    }

    fn new(address: PostgresAddress, plans: Plans) -> Result<Self, StoreError> {
        let link = RefCell::new(Link::new(address, memory::fingerprint(&plans))?);
        Ok(Self { link, plans, confirmed: HashMap::new() })
    }

    /// A transaction beside others.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub fn begin(&mut self) -> Result<tx::PostgresTx<'_>, StoreError> {
        Ok(tx::PostgresTx::new(self.link.get_mut().begin()?, &self.plans, &self.confirmed))
    }

    fn note(&mut self, batch: &Batch) {
        for progress in &batch.progress {
            let confirmed = self.confirmed.entry(progress.partition.clone()).or_insert(progress.next);
            *confirmed = progress.next.max(*confirmed);
        }
    }
}

impl Store for Postgres {
    fn claim(&mut self, instance: &str, of: &[TopicPartition]) -> Result<Vec<Claimed>, StoreError> {
        let link = self.link.get_mut();
        let claimed = partitions::claim(link, instance, of);
        if claimed.is_err() {
            link.close();
        }
        for partition in of {
            self.confirmed.remove(partition);
        }
        claimed
    }

    fn note_topics(&mut self, ids: &[(TopicPartition, i64, String)]) -> Result<(), StoreError> {
        let link = self.link.get_mut();
        let noted = partitions::note_topics(link, ids);
        if noted.is_err() {
            link.close();
        }
        noted
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
