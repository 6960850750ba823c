use super::batch::{Applied, Batch, Progress, Refusal, Taken, What};
use super::rows::{self, AuditRow, DeadLetterRow, GroupStatus, Rows};
use super::{StoreError, Tx, memory};
use crate::domain::{Claim, GroupKey, Happening, Kept, Kind, Moved, Outcome, Part, Plans, Rejection, Standing, Subject, World};
use crate::model::{Timestamp, TopicPartition};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

/// Applies a batch in the transaction, and commits it.
///
/// # Errors
/// Those of the store; nothing was written then.
pub fn fold<T: Tx>(mut tx: T, plans: &Plans, batch: &Batch) -> Result<Applied, StoreError> {
    let known = tx.fence(&batch.progress)?;
    let (events, skipped) = new_ones(batch, &known);
    let mut world = load(&mut tx, &events)?;
    stand(&mut world, plans);
    let before: HashMap<Subject, Arc<Standing>> = world.walkers.iter().map(|(s, k)| (s.clone(), k.standing.clone())).collect();
    let mut applied = Applied { skipped, ..Applied::default() };
    let mut touched: BTreeSet<Subject> = BTreeSet::new();
    let mut outcomes = Vec::with_capacity(events.len());
    for taken in &events {
        outcomes.push(match &taken.what {
            What::Happened(happening) => {
                let change = world.take(happening, plans);
                touched.insert(happening.subject.clone());
                touched.extend(change.moved.into_iter().map(|Moved { subject, .. }| subject));
                change.outcome
            }
            What::Deletion => Outcome::Applied,
            What::Refused(_) => Outcome::Rejected,
        });
    }
    let mut rows = entity_rows(&world, &before, &touched, plans)?;
    rows.progress = onward(&batch.progress, &known, &events);
    rows.now = batch.now;
    rows.version = tx.version()?;
    rows.claims =
        events.iter().filter_map(|t| claimed(t)).filter_map(|p| Some((p.clone(), world.claims.get(p)?.clone()))).collect();
    rows.claims.sort_by(|a, b| a.0.cmp(&b.0));
    rows.claims.dedup_by(|a, b| a.0 == b.0);
    for (taken, outcome) in events.iter().zip(outcomes) {
        let audit = audit_row(taken, outcome, &world, plans);
        *applied.outcomes.entry(audit.outcome).or_default() += 1;
        if let Some(dead) = dead_letter(taken, &audit) {
            *applied.dead_letters.entry(dead.reason.clone()).or_default() += 1;
            rows.dead_letters.push(dead);
        }
        rows.audit.push(audit);
    }
    tx.write(&rows)?;
    let changed = regrouped(&world, &before, batch.now);
    let late = tx.regroup(&changed)?;
    if late > 0 {
        *applied.dead_letters.entry("later".into()).or_default() += late;
    }
    let begun = Instant::now();
    tx.commit()?;
    applied.commit = begun.elapsed();
    applied.changes = rows.into();
    Ok(applied)
}

/// The events that the store does not have yet: an offset below the next one was applied before.
fn new_ones<'a>(batch: &'a Batch, known: &[Option<i64>]) -> (Vec<&'a Taken>, u64) {
    let next: HashMap<(&str, i32), i64> = (batch.progress.iter().zip(known))
        .filter_map(|(p, next)| Some(((p.partition.topic.as_ref(), p.partition.partition), (*next)?)))
        .collect();
    let is_new = |t: &&Taken| next.get(&(t.place.topic.as_ref(), t.place.partition)).is_none_or(|n| t.place.offset >= *n);
    let events: Vec<&Taken> = batch.events.iter().filter(is_new).collect();
    let skipped = (batch.events.len() - events.len()) as u64;
    (events, skipped)
}

/// A partition never goes back. Where it begins is known with its first records.
fn onward(progress: &[Progress], known: &[Option<i64>], events: &[&Taken]) -> Vec<Progress> {
    let first = |p: &TopicPartition| {
        let of = events.iter().filter(|t| t.place.topic.as_ref() == p.topic.as_ref() && t.place.partition == p.partition);
        of.map(|t| t.place.offset).min()
    };
    let on = |(p, known): (&Progress, &Option<i64>)| match known {
        Some(known) => Progress { next: p.next.max(*known), ..p.clone() },
        None => Progress { first: first(&p.partition), ..p.clone() },
    };
    progress.iter().zip(known).map(on).collect()
}

/// The part whose owner has to be known for this event.
fn claimed(taken: &Taken) -> Option<&Part> {
    let What::Happened(happening) = &taken.what else { return None };
    happening.part.as_ref().map(|p| &p.part).filter(|p| Claim::is_needed(&happening.subject, p))
}

/// Reads, locked and in the order of their keys, all that the batch touches: the claims, whoever made them, and the subjects.
fn load<T: Tx>(tx: &mut T, events: &[&Taken]) -> Result<World, StoreError> {
    let parts: BTreeSet<Part> = events.iter().filter_map(|t| claimed(t)).cloned().collect();
    let mut subjects: BTreeSet<Subject> = happenings(events).map(|h| h.subject.clone()).collect();
    let kinds: HashMap<&Part, Kind> = happenings(events).filter_map(|h| Some((&h.part.as_ref()?.part, h.subject.kind))).collect();
    let claims = tx.claims(&parts.iter().cloned().collect::<Vec<_>>())?;
    for (part, claim) in &claims {
        let Some(kind) = kinds.get(part) else { continue };
        subjects.extend(claim.claimants().map(|id| Subject { kind: *kind, id: id.clone() }));
    }
    let (walkers, others): (Vec<_>, Vec<_>) = subjects.into_iter().partition(|s| matches!(s.kind, Kind::Walker(_)));
    let walkers = tx.walkers(&walkers)?;
    let profiles = tx.profiles(&others)?;
    let kept = |(subject, walker)| (subject, Kept { walker, standing: Arc::default() });
    Ok(World {
        walkers: walkers.into_iter().map(kept).collect(),
        profiles: profiles.into_iter().collect(),
        claims: claims.into_iter().collect(),
    })
}

fn happenings<'a>(events: &'a [&Taken]) -> impl Iterator<Item = &'a Happening> {
    events.iter().filter_map(|t| match &t.what {
        What::Happened(happening) => Some(happening),
        _ => None,
    })
}

fn stand(world: &mut World, plans: &Plans) {
    for (subject, kept) in &mut world.walkers {
        if let Kind::Walker(pipeline) = subject.kind {
            kept.standing = Arc::new(Standing::of(&kept.walker, pipeline, plans));
        }
    }
}

pub(super) fn entity_rows(
    world: &World,
    before: &HashMap<Subject, Arc<Standing>>,
    touched: &BTreeSet<Subject>,
    plans: &Plans,
) -> Result<Rows, StoreError> {
    let mut rows = Rows::default();
    for subject in touched {
        if let Some(kept) = world.walkers.get(subject) {
            rows.walkers.extend(rows::walker_row(subject, kept, plans, memory::keep(&kept.walker)?));
            rows.parts.extend(kept.standing.parts.iter().map(|part| rows::part_row(subject, kept, part, plans)));
            let had = before.get(subject).into_iter().flat_map(|s| &s.parts).map(|p| &p.part);
            let gone = had.filter(|part| kept.standing.parts.iter().all(|p| p.part != **part));
            rows.gone_parts.extend(gone.map(|part| (part.clone(), subject.clone())));
        } else if let Some(profile) = world.profiles.get(subject) {
            rows.profiles.push(rows::profile_row(subject, profile, memory::keep(profile)?));
        }
    }
    Ok(rows)
}

fn audit_row(taken: &Taken, outcome: Outcome, world: &World, plans: &Plans) -> AuditRow {
    let What::Happened(happening) = &taken.what else { return rows::audit_of_refused(taken) };
    let group = GroupKey::of(happening);
    let rejected = rejection(world, happening, &group);
    AuditRow {
        place: taken.place,
        at: Some(happening.stamp.at),
        recorded_at: taken.recorded_at,
        subject: Some(happening.subject.clone()),
        about: happening.about.clone(),
        effect: rows::effect(happening, plans),
        outcome: if rejected.is_some() { Outcome::Rejected } else { outcome },
        rejected: rejected.map(|r| r.code().to_owned()),
        says: rows::says(happening),
        original: taken.original.clone(),
        group,
    }
}

/// Whether the event's group counts, by all that the batch brought.
fn rejection(world: &World, happening: &Happening, group: &GroupKey) -> Option<Rejection> {
    let kept = world.walkers.get(&happening.subject)?;
    let at = kept.walker.groups.binary_search_by(|g| g.key.cmp(group)).ok()?;
    kept.standing.rejection(at).cloned()
}

fn dead_letter(taken: &Taken, audit: &AuditRow) -> Option<DeadLetterRow> {
    let detail = match &taken.what {
        What::Refused(refusal) => Refusal::detail(refusal),
        _ => String::new(),
    };
    Some(DeadLetterRow {
        place: taken.place,
        reason: audit.rejected.clone()?,
        detail,
        recorded_at: taken.recorded_at,
        original: taken.original.clone().unwrap_or_default(),
    })
}

/// Groups with events of earlier batches that count no more since this one, or count again.
pub(super) fn regrouped(world: &World, before: &HashMap<Subject, Arc<Standing>>, now: Timestamp) -> Vec<GroupStatus> {
    let mut out = Vec::new();
    for (subject, kept) in &world.walkers {
        let Some(before) = before.get(subject) else { continue };
        if before.rejected.is_empty() && kept.standing.rejected.is_empty() {
            continue;
        }
        out.extend(kept.walker.groups.iter().enumerate().map(|(at, group)| GroupStatus {
            subject: subject.clone(),
            key: group.key.clone(),
            rejected: kept.standing.rejection(at).cloned(),
            now,
        }));
    }
    out.sort_by(|a, b| a.subject.cmp(&b.subject).then_with(|| a.key.cmp(&b.key)));
    out
}

impl Progress {
    pub fn of(partition: &TopicPartition, epoch: i64, next: i64) -> Self {
        Self { partition: partition.clone(), epoch, next, first: None }
    }
}
