use super::happening::Subject;
use crate::model::{Label, Stamp};
use serde::{Deserialize, Serialize};

/// Who says that a part is its own: the earliest is believed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Ids of entities with the earliest event of each that names the part; sorted by id.
    claimants: Vec<(Label, Stamp)>,
}

impl Claim {
    /// Returns whether anything became different.
    pub fn put(&mut self, entity: &Label, stamp: &Stamp) -> bool {
        match self.claimants.binary_search_by(|(id, _)| id.cmp(entity)) {
            Ok(at) if self.claimants[at].1 <= *stamp => false,
            Ok(at) => {
                self.claimants[at].1 = *stamp;
                true
            }
            Err(at) => {
                self.claimants.insert(at, (entity.clone(), *stamp));
                true
            }
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (entity, stamp) in &other.claimants {
            self.put(entity, stamp);
        }
    }

    pub fn owner(&self) -> Option<&Label> {
        self.claimants.iter().min_by(|a, b| a.1.cmp(&b.1)).map(|(id, _)| id)
    }

    pub fn claimants(&self) -> impl Iterator<Item = &Label> {
        self.claimants.iter().map(|(id, _)| id)
    }

    /// A part under its entity's own id can be nobody else's.
    pub fn is_needed(subject: &Subject, part: &super::Part) -> bool {
        subject.id != part.id
    }
}
