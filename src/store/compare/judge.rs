//! Whether a row that differs can be judged: not where it may come of an event that the topics do not have any more.

use super::super::memory;
use super::super::whole::{Cell, Key, Name, Row, Table, Whole};
use super::aged::not_aged;
use super::{Comparison, Side, StoreError, Suspect, differ};
use crate::domain::{Claim, Plans, Walker};
use std::collections::BTreeSet;

/// Those that differ although the topics have all that they come of, and the store let none of it go.
pub fn guilty(
    table: Table,
    suspects: Vec<Suspect>,
    store: &mut dyn Whole,
    by: &Comparison<'_>,
) -> Result<Vec<Suspect>, StoreError> {
    let suspects = not_aged(table, suspects, store, by.plans)?;
    if by.below.values().all(|low| *low <= 0) {
        return Ok(suspects);
    }
    let (mut guilty, mut open) = (Vec::new(), Vec::new());
    for suspect in suspects.into_iter().filter(|s| !is_cut_itself(&s.key, by)) {
        if may_come_of_others(table, &suspect) { open.push(suspect) } else { guilty.push(suspect) }
    }
    let open = without_cut(open, store, by, |suspect| owners(table, suspect, by.plans))?;
    // Whose a part is depends on all who claim it.
    let shared: Vec<Name> = open.iter().flat_map(|s| parts(table, s, by.plans)).collect::<BTreeSet<_>>().into_iter().collect();
    let claims = if shared.is_empty() { Vec::new() } else { store.claims(&shared)? };
    let open = without_cut(open, store, by, |suspect| {
        let of = parts(table, suspect, by.plans);
        let asked = claims.iter().filter(|(part, _)| of.contains(part)).map(|(_, claim)| claim.clone());
        asked.flat_map(|claim| claimants(&claim, by.plans)).collect()
    })?;
    guilty.extend(open);
    guilty.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(guilty)
}

fn is_cut_itself(key: &Key, by: &Comparison<'_>) -> bool {
    match key {
        Key::Record(partition, offset) => by.below.get(partition).is_some_and(|low| offset < low),
        Key::Entity(_) => false,
    }
}

/// Whether events that are not there any more could explain it.
fn may_come_of_others(table: Table, suspect: &Suspect) -> bool {
    match (table, &suspect.store, &suspect.topics) {
        // What an event said depends on no other; whether it counts does.
        (Table::Audit, Some(store), Some(topics)) => differ::names(table, store, topics).all(|name| name == "rejected"),
        (Table::Audit, ..) => false,
        // A part or a letter of some of the events may be none of all of them.
        (Table::Parts | Table::DeadLetters, ..) => true,
        // The store had all events that the topics have, and so what they are about.
        (Table::Walkers | Table::Profiles | Table::Claims, ..) => suspect.found() != Side::OnlyInTopics,
    }
}

/// Leaves out those where one of the named has an event that is cut off.
fn without_cut(
    suspects: Vec<Suspect>,
    store: &mut dyn Whole,
    by: &Comparison<'_>,
    names: impl Fn(&Suspect) -> BTreeSet<Name>,
) -> Result<Vec<Suspect>, StoreError> {
    let named: Vec<BTreeSet<Name>> = suspects.iter().map(names).collect();
    let all: Vec<Name> = named.iter().flatten().collect::<BTreeSet<_>>().into_iter().cloned().collect();
    let cut = if all.is_empty() { BTreeSet::new() } else { store.cut(&all, by.below)? };
    Ok(suspects.into_iter().zip(named).filter(|(_, names)| names.is_disjoint(&cut)).map(|(suspect, _)| suspect).collect())
}

fn rows(suspect: &Suspect) -> impl Iterator<Item = &Row> {
    suspect.store.iter().chain(&suspect.topics)
}

/// The entities whose row it is; of a claim, those who make it.
pub fn owners(table: Table, suspect: &Suspect, plans: &Plans) -> BTreeSet<Name> {
    let of = |kind: &str, id: &str| -> BTreeSet<Name> { rows(suspect).filter_map(|row| name(table, row, kind, id)).collect() };
    match table {
        Table::Walkers => of("pipeline", "id"),
        Table::Profiles => of("kind", "id"),
        Table::Parts => of("owner_pipeline", "owner"),
        Table::Audit | Table::DeadLetters => of("kind", "subject"),
        Table::Claims => own_claims(table, suspect).iter().flat_map(|claim| claimants(claim, plans)).collect(),
    }
}

fn name(table: Table, row: &Row, kind: &str, id: &str) -> Option<Name> {
    Some(Name::new(row.text(table, kind)?, row.text(table, id)?))
}

/// The parts that it names and that another entity may have.
fn parts(table: Table, suspect: &Suspect, plans: &Plans) -> BTreeSet<Name> {
    match table {
        Table::Walkers => rows(suspect).filter_map(|row| recalled::<Walker>(table, row)).flat_map(|w| named(&w, plans)).collect(),
        Table::Parts => rows(suspect).filter_map(|row| name(table, row, "pipeline", "id")).collect(),
        Table::Audit | Table::DeadLetters => rows(suspect).filter_map(|row| name(table, row, "part_pipeline", "part")).collect(),
        Table::Profiles | Table::Claims => BTreeSet::new(),
    }
}

fn named(walker: &Walker, plans: &Plans) -> Vec<Name> {
    // A pipeline that is not there is nobody's: bytes may have been tampered with.
    let known = |part: &&crate::domain::Part| plans.iter().any(|(id, _)| id == part.pipeline);
    walker.parts().filter(known).map(|part| Name::new(&plans.get(part.pipeline).name, &part.id)).collect()
}

fn own_claims(table: Table, suspect: &Suspect) -> Vec<Claim> {
    if table == Table::Claims { rows(suspect).filter_map(|row| recalled(table, row)).collect() } else { Vec::new() }
}

fn recalled<T: serde::de::DeserializeOwned>(table: Table, row: &Row) -> Option<T> {
    match row.cell(table, "memory")? {
        // What cannot be read names nobody.
        Cell::Memory(bytes) => memory::recall(bytes).ok(),
        _ => None,
    }
}

/// A claim does not say of which pipeline those are who made it.
fn claimants(claim: &Claim, plans: &Plans) -> Vec<Name> {
    claim.claimants().flat_map(|id| plans.iter().map(move |(_, plan)| Name::new(&plan.name, id))).collect()
}
