use crate::domain::{Claim, Kept, Kind, Known, Part, Plans, Profile, Standing, Subject, World};
use crate::model::{Label, Timestamp};
use crate::store::fold::{entity_rows, regrouped};
use crate::store::{StoreError, Tx, follow};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Joins what another state knows with what this one has, and writes it. `counted`: how often the events that only the other one
/// took were counted, by entity.
///
/// # Errors
/// Those of the store; nothing was written then.
pub fn carry<T: Tx>(
    mut tx: T,
    plans: &Plans,
    known: Known,
    counted: &BTreeMap<Subject, BTreeMap<Label, u64>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut world = load(&mut tx, plans, &known)?;
    let before: HashMap<Subject, Arc<Standing>> = world.walkers.iter().map(|(s, k)| (s.clone(), k.standing.clone())).collect();
    let mut touched: BTreeSet<Subject> = known.walkers.iter().map(|(subject, _)| subject.clone()).collect();
    touched.extend(known.profiles.iter().map(|(subject, _)| subject.clone()));
    let parts: BTreeSet<Part> = follow::claimed(&known.walkers).into_iter().collect();
    let moved = world.join(known.walkers, known.claims, plans);
    touched.extend(moved.into_iter().map(|moved| moved.subject));
    for (subject, theirs) in known.profiles {
        let profile = world.profiles.entry(subject.clone()).or_default();
        profile.merge(&theirs);
        // Without an audit nobody can say what both counted: the greater count is what is known.
        if counted.get(&subject).is_none_or(BTreeMap::is_empty) {
            for (name, count) in &theirs.counts {
                let ours = profile.counts.entry(name.clone()).or_default();
                *ours = (*ours).max(*count);
            }
        }
        // An event's effect is what it was counted as, where it was counted.
        let counted = counted.get(&subject).into_iter().flatten().filter(|(name, _)| theirs.counts.contains_key(*name));
        for (name, count) in counted {
            *profile.counts.entry(name.clone()).or_default() += count;
        }
    }
    let mut rows = entity_rows(&world, &before, &touched, plans)?;
    rows.version = tx.version()?;
    rows.now = now;
    rows.claims = parts.into_iter().filter_map(|part| Some((part.clone(), world.claims.get(&part)?.clone()))).collect();
    tx.write(&rows)?;
    tx.regroup(&regrouped(&world, &before, now))?;
    tx.commit()
}

/// What this state has of the entities, and of whoever claims their parts.
fn load<T: Tx>(tx: &mut T, plans: &Plans, known: &Known) -> Result<World, StoreError> {
    let claims = tx.claims(&follow::claimed(&known.walkers))?;
    let mut subjects: BTreeSet<Subject> = known.walkers.iter().map(|(subject, _)| subject.clone()).collect();
    let theirs: HashMap<&Part, &Claim> = known.claims.iter().map(|(part, claim)| (part, claim)).collect();
    for (subject, walker) in &known.walkers {
        for part in walker.parts() {
            let claimants = claims.get(part).into_iter().chain(theirs.get(part).copied()).flat_map(Claim::claimants);
            subjects.extend(claimants.map(|id| Subject { kind: subject.kind, id: id.clone() }));
        }
    }
    let walkers = tx.walkers(&subjects.into_iter().collect::<Vec<_>>())?;
    let profiles: Vec<Subject> = known.profiles.iter().map(|(subject, _)| subject.clone()).collect();
    let profiles: HashMap<Subject, Profile> = tx.profiles(&profiles)?;
    let kept = |(subject, walker): (Subject, _)| {
        let standing = match subject.kind {
            Kind::Walker(pipeline) => Arc::new(Standing::of(&walker, pipeline, plans)),
            _ => Arc::default(),
        };
        (subject, Kept { walker, standing })
    };
    Ok(World {
        walkers: walkers.into_iter().map(kept).collect(),
        profiles: profiles.into_iter().collect(),
        claims: claims.into_iter().collect(),
    })
}
