use super::super::batch::Progress;
use super::super::rows::{GroupStatus, Rows, kind_name, profile_kind};
use super::super::{StoreError, Tx, memory};
use super::columns::{Column, Of};
use super::link::Session;
use super::text::key;
use super::write;
use crate::domain::{Claim, Part, Plans, Profile, Subject, Walker};
use crate::model::{Label, TopicPartition};
use serde::de::DeserializeOwned;
use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A transaction beside others: it locks the rows that it reads, also those that are not there yet.
///
/// Locks are taken in one order, by all: partitions, claims, walkers, profiles, each by the bytes of its keys. A row that is not
/// there is put there empty, which locks its key; others that want it wait for our end. (Advisory locks would do the same
/// without the rows, but the server has room for some thousands of them, for all its clients together, and a batch may need
/// that many.)
pub struct PostgresTx<'a> {
    session: Session<'a>,
    plans: &'a Plans,
    confirmed: &'a HashMap<TopicPartition, i64>,
    /// The numbers that stand for partitions in the audit.
    places: HashMap<(Arc<str>, i32), i64>,
    /// Rows that hold a place only, so far.
    blank: BTreeSet<(Table, Key)>,
}

/// A partition's number, epoch and next offset.
type Known = (i64, i64, Option<i64>);

/// A pipeline or a kind, and an id.
type Key = (Arc<str>, Arc<str>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Claims,
    Walkers,
    Profiles,
}

impl Table {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Claims => ("claims", "pipeline"),
            Self::Walkers => ("walkers", "pipeline"),
            Self::Profiles => ("profiles", "kind"),
        }
    }
}

impl<'a> PostgresTx<'a> {
    pub fn new(session: Session<'a>, plans: &'a Plans, confirmed: &'a HashMap<TopicPartition, i64>) -> Self {
        Self { session, plans, confirmed, places: HashMap::new(), blank: BTreeSet::new() }
    }

    /// Locks these keys, and reads what is kept for them.
    fn locked<K: Clone + Eq + std::hash::Hash, T: DeserializeOwned>(
        &mut self,
        table: Table,
        asked: &[K],
        key_of: impl Fn(&K) -> Key,
    ) -> Result<HashMap<K, T>, StoreError> {
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let mut keys: Vec<(Key, &K)> = asked.iter().map(|k| (key_of(k), k)).collect();
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        let of = Of(&keys);
        let columns = [of.text("of", |(k, _)| k.0.as_ref()), of.text("id", |(k, _)| k.1.as_ref())];
        let (name, kind) = table.names();
        // The condition never holds: a row that is there is locked and left as it is.
        let lock = format!(
            "INSERT INTO vigie.{name} ({kind}, id) SELECT * FROM unnest($1, $2)
             ON CONFLICT ({kind}, id) DO UPDATE SET memory = EXCLUDED.memory WHERE false"
        );
        self.session.insert(&lock, &columns)?;
        // A statement of its own: only so does it see what those wrote that were waited for.
        let read = format!(
            "SELECT n.at, t.memory FROM unnest($1, $2) WITH ORDINALITY AS n (of, id, at)
             JOIN vigie.{name} AS t ON t.{kind} = n.of AND t.id = n.id WHERE t.memory <> ''"
        );
        let rows = self.session.query(&read, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            let at = usize::try_from(row.get::<_, i64>(0) - 1).unwrap_or(usize::MAX);
            let Some((_, k)) = keys.get(at) else { continue };
            found.insert((*k).clone(), memory::recall(row.get(1))?);
        }
        let missing = keys.iter().filter(|(_, k)| !found.contains_key(*k));
        self.blank.extend(missing.map(|(key, _)| (table, key.clone())));
        Ok(found)
    }

    /// Rows that hold a place and got nothing are taken away again.
    fn clear<K: Borrow<Key>>(&mut self, table: Table, written: impl Iterator<Item = K>) -> Result<(), StoreError> {
        for key in written {
            self.blank.remove(&(table, key.borrow().clone()));
        }
        let left: Vec<&Key> = self.blank.iter().filter(|(of, _)| *of == table).map(|(_, key)| key).collect();
        if left.is_empty() {
            return Ok(());
        }
        let of = Of(&left);
        let columns = [of.text("of", |k| k.0.as_ref()), of.text("id", |k| k.1.as_ref())];
        let (name, kind) = table.names();
        let sql = format!(
            "DELETE FROM vigie.{name} AS t USING unnest($1, $2) AS n (of, id)
             WHERE t.{kind} = n.of AND t.id = n.id AND t.memory = ''"
        );
        self.session.insert(&sql, &columns).map(|_| ())
    }
}

pub fn subject_key(subject: &Subject, plans: &Plans) -> Key {
    (kind_name(subject.kind, plans), short(&subject.id))
}

pub fn part_key(part: &Part, plans: &Plans) -> Key {
    (plans.get(part.pipeline).name.clone(), short(&part.id))
}

fn short(id: &Label) -> Arc<str> {
    match key(id) {
        std::borrow::Cow::Borrowed(_) => id.into(),
        std::borrow::Cow::Owned(short) => short.into(),
    }
}

impl Tx for PostgresTx<'_> {
    fn fence(&mut self, progress: &[Progress]) -> Result<Vec<Option<i64>>, StoreError> {
        let mut sorted: Vec<&TopicPartition> = progress.iter().map(|p| &p.partition).collect();
        sorted.sort();
        let of = Of(&sorted);
        let columns = [of.text("topic", |p| p.topic.as_ref()), of.int("partition", |p| p.partition)];
        let rows = self.session.query(
            "SELECT p.topic, p.partition, p.id, p.epoch, p.next_offset
             FROM unnest($1, $2) WITH ORDINALITY AS n (topic, partition, at)
             JOIN vigie.partitions AS p ON p.topic = n.topic AND p.partition = n.partition ORDER BY n.at FOR UPDATE OF p",
            &columns.iter().map(Column::parameter).collect::<Vec<_>>(),
        )?;
        let found: HashMap<(Arc<str>, i32), Known> =
            rows.iter().map(|row| ((Arc::from(row.get::<_, &str>(0)), row.get(1)), (row.get(2), row.get(3), row.get(4)))).collect();
        let mut known = Vec::with_capacity(progress.len());
        for Progress { partition, epoch, .. } in progress {
            match found.get(&(partition.topic.clone(), partition.partition)) {
                Some((id, ours, next)) if ours == epoch => {
                    self.places.insert((partition.topic.clone(), partition.partition), *id);
                    known.push(still_known(self.confirmed, partition, *next)?);
                }
                _ => return Err(StoreError::Fenced(partition.clone())),
            }
        }
        Ok(known)
    }

    fn claims(&mut self, parts: &[Part]) -> Result<HashMap<Part, Claim>, StoreError> {
        let plans = self.plans;
        self.locked(Table::Claims, parts, |part| part_key(part, plans))
    }

    fn walkers(&mut self, subjects: &[Subject]) -> Result<HashMap<Subject, Walker>, StoreError> {
        let plans = self.plans;
        self.locked(Table::Walkers, subjects, |subject| subject_key(subject, plans))
    }

    fn profiles(&mut self, subjects: &[Subject]) -> Result<HashMap<Subject, Profile>, StoreError> {
        self.locked(Table::Profiles, subjects, |subject| (profile_kind(subject.kind).into(), short(&subject.id)))
    }

    fn version(&mut self) -> Result<i64, StoreError> {
        self.session.next_version()
    }

    fn write(&mut self, rows: &Rows) -> Result<(), StoreError> {
        let plans = self.plans;
        write::entities(&mut self.session, rows, plans)?;
        write::records(&mut self.session, rows, &self.places, plans)?;
        write::progress(&mut self.session, &rows.progress)?;
        self.clear(Table::Claims, rows.claims.iter().map(|(part, _)| part_key(part, plans)))?;
        self.clear(Table::Walkers, rows.walkers.iter().map(|row| subject_key(&row.subject, plans)))?;
        self.clear(Table::Profiles, rows.profiles.iter().map(|row| (Arc::from(row.kind), short(&row.subject.id))))
    }

    fn regroup(&mut self, statuses: &[GroupStatus]) -> Result<u64, StoreError> {
        write::regroup(&mut self.session, statuses, self.plans)
    }

    fn commit(self) -> Result<(), StoreError> {
        self.session.commit()
    }
}

/// A server that took over may not have all that the one before it confirmed: what lies between would be lost in silence.
fn still_known(
    confirmed: &HashMap<TopicPartition, i64>,
    partition: &TopicPartition,
    next: Option<i64>,
) -> Result<Option<i64>, StoreError> {
    match confirmed.get(partition) {
        Some(had) if next.is_none_or(|next| next < *had) => {
            Err(StoreError::WentBack { partition: partition.clone(), had: *had, found: next.unwrap_or(0) })
        }
        _ => Ok(next),
    }
}
