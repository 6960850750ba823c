//! What a worker remembers, by unit and key, and what of it is not written yet.

use super::unit::Unit;
use crate::model::Label;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeSet, HashMap};

/// After so many events it is looked what may be forgotten.
const SWEEP_EVERY: u32 = 4_096;

/// One entry as it lies on the memory's topic; without a value it is forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub unit: Unit,
    pub key: Label,
    pub value: Option<Vec<u8>>,
}

pub struct Memory<V> {
    units: HashMap<Unit, HashMap<Label, V>>,
    unwritten: BTreeSet<(Unit, Label)>,
    events: u32,
}

/// A memory, whatever it is of.
pub trait Keeps {
    /// An entry of the memory's topic, in the order in which they lie there.
    fn restore(&mut self, unit: Unit, key: &str, value: Option<&[u8]>);
    fn clear(&mut self);
    fn has_unwritten(&self) -> bool;
    /// What changed since it was last asked.
    fn changes(&mut self) -> Vec<Entry>;
}

impl<V> Default for Memory<V> {
    fn default() -> Self {
        Self { units: HashMap::new(), unwritten: BTreeSet::new(), events: 0 }
    }
}

impl<V> Memory<V> {
    pub fn get(&self, unit: Unit, key: &str) -> Option<&V> {
        self.units.get(&unit)?.get(key)
    }

    /// To be written with the next transaction.
    pub fn put(&mut self, unit: Unit, key: &Label, value: V) {
        self.hold(unit, key, value);
        self.unwritten.insert((unit, key.clone()));
    }

    /// Known from now on, and not worth a record yet.
    pub fn hold(&mut self, unit: Unit, key: &Label, value: V) {
        self.units.entry(unit).or_default().insert(key.clone(), value);
    }

    pub fn remove(&mut self, unit: Unit, key: &Label) {
        if self.units.get_mut(&unit).and_then(|of| of.remove(key)).is_some() {
            self.unwritten.insert((unit, key.clone()));
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Unit, &Label, &V)> {
        self.units.iter().flat_map(|(unit, of)| of.iter().map(|(key, value)| (*unit, key, value)))
    }

    /// Called once an event; now and then what is old is forgotten. Returns whether it was the time for that.
    pub fn sweep(&mut self, is_old: impl Fn(&V) -> bool) -> bool {
        self.events = self.events.wrapping_add(1);
        if !self.events.is_multiple_of(SWEEP_EVERY) {
            return false;
        }
        let old: Vec<(Unit, Label)> =
            self.iter().filter(|(.., value)| is_old(value)).map(|(unit, key, _)| (unit, key.clone())).collect();
        for (unit, key) in old {
            self.remove(unit, &key);
        }
        true
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.units.values().map(HashMap::len).sum()
    }
}

impl<V: Serialize + DeserializeOwned> Keeps for Memory<V> {
    fn restore(&mut self, unit: Unit, key: &str, value: Option<&[u8]>) {
        match value.map(serde_json::from_slice) {
            Some(Ok(value)) => self.hold(unit, &key.into(), value),
            None => {
                self.units.get_mut(&unit).and_then(|of| of.remove(key));
            }
            // Of a later vigie, perhaps: it is written anew when the entity is heard of.
            Some(Err(error)) => {
                tracing::warn!(%error, %unit, key = %key.escape_debug(), "an entry of the memory is not understood")
            }
        }
    }

    fn clear(&mut self) {
        self.units.clear();
        self.unwritten.clear();
    }

    fn has_unwritten(&self) -> bool {
        !self.unwritten.is_empty()
    }

    fn changes(&mut self) -> Vec<Entry> {
        let entry = |(unit, key): (Unit, Label)| {
            let value = match self.units.get(&unit).and_then(|of| of.get(&key)).map(serde_json::to_vec) {
                Some(Ok(value)) => Some(value),
                None => None,
                Some(Err(error)) => {
                    // Plain numbers and texts: it does not happen, and would cost one entity's memory.
                    tracing::error!(%error, "an entry of the memory");
                    None
                }
            };
            Entry { unit, key, value }
        };
        std::mem::take(&mut self.unwritten).into_iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Unit = Unit { of: 2, partition: 1 };

    #[test]
    fn what_was_written_comes_back() {
        let mut memory = Memory::<i64>::default();
        memory.put(UNIT, &"a".into(), 1);
        memory.put(UNIT, &"a".into(), 2);
        memory.put(UNIT, &"b".into(), 3);
        memory.hold(UNIT, &"c".into(), 4);
        memory.remove(UNIT, &"b".into());
        let changes = memory.changes();
        assert_eq!(changes.len(), 2, "once each, the newest, and nothing that is only held");
        assert!(!memory.has_unwritten());
        let mut again = Memory::<i64>::default();
        again.restore(UNIT, "b", Some(b"3"));
        again.restore(UNIT, "x", Some(b"{?"));
        for entry in &changes {
            again.restore(entry.unit, &entry.key, entry.value.as_deref());
        }
        assert_eq!((again.get(UNIT, "a"), again.len()), (Some(&2), 1));
        again.clear();
        assert_eq!(again.len(), 0);
    }
}
