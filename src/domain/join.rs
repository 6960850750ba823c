use super::claim::Claim;
use super::happening::{Kind, Part, Subject};
use super::plan::Plans;
use super::walker::Walker;
use super::world::{Moved, World};
use std::collections::BTreeSet;

impl World {
    /// Takes walkers and claims that another world made of the same events, as if those events had come here: what both know
    /// changes nothing. Says who stands elsewhere by it, each once; who is new has no `before`.
    ///
    /// The claims on the parts that the walkers name must come along.
    pub fn join(&mut self, walkers: Vec<(Subject, Walker)>, claims: Vec<(Part, Claim)>, plans: &Plans) -> Vec<Moved> {
        let mut touched: BTreeSet<Subject> = BTreeSet::new();
        for (part, theirs) in claims {
            self.claims.entry(part).or_default().merge(&theirs);
        }
        let mut new = BTreeSet::new();
        for (subject, theirs) in walkers {
            if !self.walkers.contains_key(&subject) {
                new.insert(subject.clone());
            }
            let kept = self.walkers.entry(subject.clone()).or_default();
            kept.walker.merge(&theirs);
            for part in kept.walker.parts().filter(|part| Claim::is_needed(&subject, part)) {
                let Some(first) = kept.walker.claim(part) else { continue };
                self.claims.entry(part.clone()).or_default().put(&subject.id, first);
            }
            touched.insert(subject);
        }
        for subject in touched.clone() {
            touched.extend(self.settle(&subject));
        }
        touched.into_iter().filter_map(|subject| self.restand(subject, &new, plans)).collect()
    }

    /// Whose the parts of a walker are, by all the claims that are known; returns the others who lost or won one.
    fn settle(&mut self, subject: &Subject) -> Vec<Subject> {
        let Some(kept) = self.walkers.get(subject) else { return Vec::new() };
        let parts: BTreeSet<Part> = kept.walker.parts().filter(|part| Claim::is_needed(subject, part)).cloned().collect();
        let mut others = Vec::new();
        for part in parts {
            let Some(claim) = self.claims.get(&part) else { continue };
            for id in claim.claimants() {
                let claimant = Subject { kind: subject.kind, id: id.clone() };
                let foreign = claim.owner() != Some(id);
                if self.walkers.get_mut(&claimant).is_some_and(|kept| kept.walker.set_foreign(&part, foreign)) {
                    others.push(claimant);
                }
            }
        }
        others
    }

    fn restand(&mut self, subject: Subject, new: &BTreeSet<Subject>, plans: &Plans) -> Option<Moved> {
        let Kind::Walker(pipeline) = subject.kind else { return None };
        let kept = self.walkers.get_mut(&subject)?;
        let before = kept.standing.clone();
        kept.stand_anew(pipeline, plans);
        let after = kept.standing.clone();
        let is_new = new.contains(&subject);
        (is_new || !std::sync::Arc::ptr_eq(&before, &after)).then(|| Moved { before: (!is_new).then_some(before), subject, after })
    }
}
