use super::super::whole::{Row, Table, Whole};
use super::judge::owners;
use super::{Side, StoreError, Suspect};
use crate::domain::Plans;
use std::collections::BTreeSet;

/// Leaves out what the store may have let go because of its age: what only the topics make, and whose entity ended before the
/// store's limit, or is not in the store (which is judged where the entity itself is).
pub fn not_aged(table: Table, suspects: Vec<Suspect>, store: &mut dyn Whole, plans: &Plans) -> Result<Vec<Suspect>, StoreError> {
    let aged = store.removed()?;
    let Some(ended_before_ms) = aged.ended_before_ms else { return Ok(suspects) };
    let is_record = matches!(table, Table::Audit | Table::DeadLetters);
    if table == Table::Profiles || is_record && !aged.audit {
        return Ok(suspects);
    }
    let (mut left, mut open) = (Vec::new(), Vec::new());
    for suspect in suspects {
        match &suspect.topics {
            Some(row) if suspect.found() == Side::OnlyInTopics => {
                let is_aged = table == Table::Walkers && ended_before(row, ended_before_ms);
                if table != Table::Walkers {
                    open.push(suspect);
                } else if !is_aged {
                    left.push(suspect);
                }
            }
            _ => left.push(suspect),
        }
    }
    let named: Vec<BTreeSet<_>> = open.iter().map(|suspect| owners(table, suspect, plans)).collect();
    let all: Vec<_> = named.iter().flatten().collect::<BTreeSet<_>>().into_iter().cloned().collect();
    let there = if all.is_empty() { BTreeSet::new() } else { store.walkers_among(&all)? };
    left.extend(open.into_iter().zip(named).filter(|(_, names)| !names.is_disjoint(&there)).map(|(suspect, _)| suspect));
    left.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(left)
}

fn ended_before(row: &Row, before_ms: i64) -> bool {
    let since = row.text(Table::Walkers, "since_ms").and_then(|ms| ms.parse::<i64>().ok());
    row.text(Table::Walkers, "ended") == Some("true") && since.is_some_and(|since| since < before_ms)
}
