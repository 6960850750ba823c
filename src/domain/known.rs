use super::claim::Claim;
use super::happening::{Part, Subject};
use super::profile::Profile;
use super::walker::Walker;
use std::collections::HashSet;

/// What somebody else who took the same events knows of some entities.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub walkers: Vec<(Subject, Walker)>,
    /// On the parts that the walkers name.
    pub claims: Vec<(Part, Claim)>,
    pub profiles: Vec<(Subject, Profile)>,
}

impl Known {
    /// Leaves walkers out, and the claims on parts that nobody who stays names.
    pub fn retain(&mut self, stays: impl Fn(&Subject, &Walker) -> bool) {
        self.walkers.retain(|(subject, walker)| stays(subject, walker));
        let named: HashSet<&Part> = self.walkers.iter().flat_map(|(_, walker)| walker.parts()).collect();
        self.claims.retain(|(part, _)| named.contains(part));
    }

    pub fn is_empty(&self) -> bool {
        self.walkers.is_empty() && self.profiles.is_empty()
    }
}
