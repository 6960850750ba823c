use super::happening::Happening;
use super::registers::Registers;
use crate::model::{Label, Stamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An entity that walks no pipeline: an article, a courier, a customer, a channel. Its newest values, and what was counted.
///
/// Counts are right where each event is taken once: whoever folds looks after that, by the place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub values: Registers,
    pub counts: BTreeMap<Label, u64>,
    pub first: Option<Stamp>,
    pub last: Option<Stamp>,
}

impl Profile {
    /// Returns whether anything but first and last became different.
    pub fn take(&mut self, happening: &Happening) -> bool {
        let stamp = &happening.stamp;
        let mut changed = false;
        for (meaning, value) in &happening.values {
            changed |= self.values.set(*meaning, stamp, value.clone());
        }
        if let Some(name) = &happening.counted {
            *self.counts.entry(name.clone()).or_default() += 1;
            changed = true;
        }
        if self.first.as_ref().is_none_or(|first| stamp < first) {
            self.first = Some(*stamp);
        }
        if self.last.as_ref().is_none_or(|last| stamp > last) {
            self.last = Some(*stamp);
        }
        changed
    }

    /// Takes what another state of the same entity knows, but for what it counted: nobody can say which events both counted.
    pub fn merge(&mut self, other: &Self) {
        self.values.merge(&other.values);
        self.first = [self.first.take(), other.first].into_iter().flatten().min();
        self.last = self.last.take().max(other.last);
    }

    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }
}
