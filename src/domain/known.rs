use super::claim::Claim;
use super::happening::{Part, Subject};
use super::profile::Profile;
use super::walker::Walker;

/// What somebody else who took the same events knows of some entities.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub walkers: Vec<(Subject, Walker)>,
    /// On the parts that the walkers name.
    pub claims: Vec<(Part, Claim)>,
    pub profiles: Vec<(Subject, Profile)>,
}

impl Known {
    pub fn is_empty(&self) -> bool {
        self.walkers.is_empty() && self.profiles.is_empty()
    }
}
