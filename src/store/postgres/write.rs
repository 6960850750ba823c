//! One statement a table, whatever the number of rows.

use super::super::batch::Progress;
use super::super::rows::{AuditRow, DeadLetterRow, GroupStatus, PartRow, ProfileRow, Rows, WalkerRow, kind_name};
use super::super::{StoreError, memory};
use super::columns::{Column, Of, insert, portions};
use super::link::Session;
use super::tx::part_key;
use crate::domain::{Plans, Rejection};
use crate::model::Place;
use postgres::types::Type;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

type Done = Result<(), StoreError>;
pub type Places = HashMap<(Arc<str>, i32), i64>;

pub fn entities(session: &mut Session<'_>, rows: &Rows, plans: &Plans) -> Done {
    gone_parts(session, rows, plans)?;
    for walkers in portions(&rows.walkers, |row| row.memory.len()) {
        let columns = walkers_columns(walkers, rows.version);
        session.insert(&insert("walkers", &columns, &["pipeline", "id"]), &columns)?;
    }
    // Of two with one key the later counts, as if they were written one after the other.
    let parts: BTreeMap<_, &PartRow> = rows.parts.iter().map(|row| (part_key(&row.part, plans), row)).collect();
    let parts: Vec<&PartRow> = parts.into_values().collect();
    if !parts.is_empty() {
        let columns = parts_columns(&parts, plans, rows.version);
        session.insert(&insert("parts", &columns, &["pipeline", "id"]), &columns)?;
    }
    for profiles in portions(&rows.profiles, |row| row.memory.len()) {
        let counts = counts(profiles)?;
        let columns = profiles_columns(profiles, &counts, rows.version);
        session.insert(&insert("profiles", &columns, &["kind", "id"]), &columns)?;
    }
    claims(session, rows, plans)
}

/// Only where it is still this entity's: another one may have written it as its own.
fn gone_parts(session: &mut Session<'_>, rows: &Rows, plans: &Plans) -> Done {
    if rows.gone_parts.is_empty() {
        return Ok(());
    }
    let named: Vec<_> = rows.gone_parts.iter().map(|(part, owner)| (part, owner, kind_name(owner.kind, plans))).collect();
    let of = Of(&named);
    let columns = [
        of.text("pipeline", |(part, ..)| plans.get(part.pipeline).name.as_ref()),
        of.key("id", |(part, ..)| part.id.as_ref()),
        of.text("owner_pipeline", |(.., kind)| kind.as_ref()),
        of.key("owner", |(_, owner, _)| owner.id.as_ref()),
    ];
    let sql = "DELETE FROM vigie.parts AS p USING unnest($1, $2, $3, $4) AS n (pipeline, id, owner_pipeline, owner)
               WHERE p.pipeline = n.pipeline AND p.id = n.id AND p.owner_pipeline = n.owner_pipeline AND p.owner = n.owner";
    session.insert(sql, &columns).map(|_| ())
}

fn walkers_columns(rows: &[WalkerRow], version: i64) -> Vec<Column<'_>> {
    let of = Of(rows);
    vec![
        of.text("pipeline", |r| r.pipeline.as_ref()),
        of.key("id", |r| r.subject.id.as_ref()),
        of.text("state", |r| r.state.as_deref()),
        of.long("since_ms", |r| r.since.map(|t| t.0)),
        of.flag("ended", |r| r.ended),
        of.flag("gap", |r| r.gap),
        of.flag("conflict", |r| r.conflict),
        of.key("customer", |r| r.customer.as_deref()),
        of.text("shop", |r| r.shop.as_deref()),
        of.made("amount", "::numeric", |r| r.amount.map(|a| a.to_string())),
        of.text("currency", |r| r.currency.as_deref()),
        of.text("district", |r| r.district.as_deref()),
        of.long("last_at_ms", |r| r.last.as_ref().map(|s| s.at.0)),
        of.text("last_topic", |r| r.last.as_ref().map(|s| s.place.topic.as_ref())),
        of.int("last_partition", |r| r.last.as_ref().map(|s| s.place.partition)),
        of.long("last_offset", |r| r.last.as_ref().map(|s| s.place.offset)),
        of.bytes("memory", |r| r.memory.as_slice()),
        of.long("version", |_| version),
    ]
}

fn parts_columns<'a>(rows: &'a [&'a PartRow], plans: &Plans, version: i64) -> Vec<Column<'a>> {
    let of = Of(rows);
    vec![
        of.text("pipeline", |r| r.pipeline.as_ref()),
        of.key("id", |r| r.part.id.as_ref()),
        of.made("owner_pipeline", "", |r| Some(kind_name(r.owner.kind, plans).to_string())),
        of.key("owner", |r| r.owner.id.as_ref()),
        of.text("state", |r| r.state.as_deref()),
        of.long("since_ms", |r| r.since.map(|t| t.0)),
        of.flag("ended", |r| r.ended),
        of.made("amount", "::numeric", |r| r.amount.map(|a| a.to_string())),
        of.text("currency", |r| r.currency.as_deref()),
        of.text("method", |r| r.method.as_deref()),
        of.text("country", |r| r.country.as_deref()),
        of.text("customer", |r| r.customer.as_deref()),
        of.text("courier", |r| r.courier.as_deref()),
        of.text("reason", |r| r.reason.as_deref()),
        of.real("lat", |r| r.position.map(|(p, _)| p.lat)),
        of.real("lon", |r| r.position.map(|(p, _)| p.lon)),
        of.long("position_at_ms", |r| r.position.map(|(_, at)| at.0)),
        of.real("to_lat", |r| r.destination.map(|p| p.lat)),
        of.real("to_lon", |r| r.destination.map(|p| p.lon)),
        of.long("eta_at_ms", |r| r.eta.map(|t| t.0)),
        of.real("remaining_m", |r| r.remaining_m),
        of.long("version", |_| version),
    ]
}

fn counts(rows: &[ProfileRow]) -> Result<Vec<String>, StoreError> {
    let unreadable = |e: serde_json::Error| StoreError::Unreadable { what: "what was counted", why: e.to_string() };
    rows.iter().map(|row| serde_json::to_string(&row.counts).map_err(unreadable)).collect()
}

fn profiles_columns<'a>(rows: &'a [ProfileRow], counts: &'a [String], version: i64) -> Vec<Column<'a>> {
    let of = Of(rows);
    vec![
        of.text("kind", |r| r.kind),
        of.key("id", |r| r.subject.id.as_ref()),
        of.text("title", |r| r.title.as_deref()),
        of.text("shop", |r| r.shop.as_deref()),
        of.long("level", |r| r.level),
        of.long("threshold", |r| r.threshold),
        of.real("lat", |r| r.position.map(|(p, _)| p.lat)),
        of.real("lon", |r| r.position.map(|(p, _)| p.lon)),
        of.long("position_at_ms", |r| r.position.map(|(_, at)| at.0)),
        of.text("about", |r| r.about.as_deref()),
        Of(counts).made("counts", "::json", |text| Some(text.clone())),
        of.long("first_at_ms", |r| r.first.map(|t| t.0)),
        of.long("last_at_ms", |r| r.last.map(|t| t.0)),
        of.bytes("memory", |r| r.memory.as_slice()),
        of.long("version", |_| version),
    ]
}

fn claims(session: &mut Session<'_>, rows: &Rows, plans: &Plans) -> Done {
    let claims = rows.claims.iter().map(|(part, claim)| Ok((part, memory::keep(claim)?)));
    let claims: Vec<_> = claims.collect::<Result<_, StoreError>>()?;
    for claims in portions(&claims, |(_, memory)| memory.len()) {
        let of = Of(claims);
        let columns = [
            of.text("pipeline", |(part, _)| plans.get(part.pipeline).name.as_ref()),
            of.key("id", |(part, _)| part.id.as_ref()),
            of.bytes("memory", |(_, memory)| memory.as_slice()),
        ];
        session.insert(&insert("claims", &columns, &["pipeline", "id"]), &columns)?;
    }
    Ok(())
}

/// The audit and the dead letters.
pub fn records(session: &mut Session<'_>, rows: &Rows, places: &Places, plans: &Plans) -> Done {
    let number = |place: &Place| places.get(&(place.topic.shared().clone(), place.partition)).copied();
    let audit = rows.audit.iter().map(|row| Ok((row, row.original.as_ref().map(memory::keep).transpose()?)));
    let audit: Vec<(&AuditRow, Option<Vec<u8>>)> = audit.collect::<Result<_, StoreError>>()?;
    for audit in portions(&audit, |(row, original)| row.says.len() + original.as_ref().map_or(0, Vec::len)) {
        let columns = audit_columns(audit, number, rows.now.0, plans);
        session.insert(&insert("audit", &columns, &[]), &columns)?;
    }
    let letters = rows.dead_letters.iter().map(|row| Ok((row, memory::keep(&row.original)?)));
    let letters: Vec<(&DeadLetterRow, Vec<u8>)> = letters.collect::<Result<_, StoreError>>()?;
    for letters in portions(&letters, |(row, original)| row.detail.len() + original.len()) {
        let of = Of(letters);
        let columns = [
            of.long("place", |(r, _)| number(&r.place)),
            of.long("offset", |(r, _)| r.place.offset),
            of.text("reason", |(r, _)| r.reason.as_str()),
            of.text("detail", |(r, _)| r.detail.as_str()),
            of.long("recorded_at_ms", |(r, _)| r.recorded_at.map(|t| t.0)),
            of.long("rejected_at_ms", |_| rows.now.0),
            of.bytes("original", |(_, original)| original.as_slice()),
        ];
        session.insert(&insert("dead_letters", &columns, &[]), &columns)?;
    }
    Ok(())
}

fn audit_columns<'a>(
    rows: &'a [(&'a AuditRow, Option<Vec<u8>>)],
    number: impl Fn(&Place) -> Option<i64>,
    now: i64,
    plans: &'a Plans,
) -> Vec<Column<'a>> {
    let of = Of(rows);
    vec![
        of.long("place", |(r, _)| number(&r.place)),
        of.long("offset", |(r, _)| r.place.offset),
        of.long("at_ms", |(r, _)| r.at.map(|t| t.0)),
        of.long("recorded_at_ms", |(r, _)| r.recorded_at.map(|t| t.0)),
        of.made("kind", "", |(r, _)| r.subject.as_ref().map(|s| kind_name(s.kind, plans).to_string())),
        of.key("subject", |(r, _)| r.subject.as_ref().map(|s| s.id.as_ref())),
        of.key("about", |(r, _)| r.about.as_deref()),
        of.text("part_pipeline", |(r, _)| r.group.part.as_ref().map(|p| plans.get(p.pipeline).name.as_ref())),
        of.key("part", |(r, _)| r.group.part.as_ref().map(|p| p.id.as_ref())),
        of.key("currency", |(r, _)| r.group.currency.as_deref()),
        of.text("effect", |(r, _)| r.effect.as_str()),
        of.text("outcome", |(r, _)| r.outcome.code()),
        of.text("rejected", |(r, _)| r.rejected.as_deref()),
        of.made("says", "::json", |(r, _)| Some(r.says.clone())),
        of.long("applied_at_ms", |_| now),
        of.bytes("original", |(_, original)| original.as_deref()),
    ]
}

pub fn progress(session: &mut Session<'_>, progress: &[Progress]) -> Done {
    let of = Of(progress);
    let columns = [
        of.text("topic", |p| p.partition.topic.as_ref()),
        of.int("partition", |p| p.partition.partition),
        of.long("next", |p| p.next),
        of.long("first", |p| p.first),
    ];
    let sql = "UPDATE vigie.partitions AS p SET next_offset = n.next, first_offset = coalesce(p.first_offset, n.first)
               FROM unnest($1, $2, $3, $4) AS n (topic, partition, next, first)
               WHERE p.topic = n.topic AND p.partition = n.partition";
    session.insert(sql, &columns).map(|_| ())
}

/// The audit rows whose group counts no more, or counts again. They are this transaction's own: whoever writes them holds their
/// entity. (Asked alone, for joined with the letters it was planned from those: all that wait, times all groups.)
const CHANGED: &str = "SELECT a.place, a.\"offset\", g.rejected
    FROM unnest($1, $2, $3, $4, $5, $6) AS g (subject, kind, part_pipeline, part, currency, rejected)
    JOIN vigie.audit AS a ON a.subject = g.subject AND a.kind = g.kind AND a.part_pipeline IS NOT DISTINCT FROM g.part_pipeline
        AND a.part IS NOT DISTINCT FROM g.part AND a.currency IS NOT DISTINCT FROM g.currency
        AND a.rejected IS DISTINCT FROM g.rejected";

/// Their letters, in the order in which the relay locks them too: whoever sends them holds others of them.
const LOCKED: &str =
    "SELECT FROM unnest($1, $2) AS n (place, at) JOIN vigie.dead_letters AS d ON d.place = n.place AND d.\"offset\" = n.at
    ORDER BY d.seq FOR UPDATE OF d";

/// What then becomes of them and of their dead letters: those that were rejected before may be so for another reason now, or have
/// been taken back; what is on its way cannot be taken back, it is only said of it.
const JUDGED_ANEW: [&str; 4] = [
    "UPDATE vigie.audit AS a SET rejected = n.rejected FROM unnest($1, $2, $3) AS n (place, at, rejected)
     WHERE a.place = n.place AND a.\"offset\" = n.at",
    "UPDATE vigie.dead_letters AS d SET reason = n.rejected, withdrawn_at_ms = NULL
     FROM unnest($1, $2, $3) AS n (place, at, rejected)
     WHERE d.place = n.place AND d.\"offset\" = n.at AND n.rejected IS NOT NULL",
    "DELETE FROM vigie.dead_letters AS d USING unnest($1, $2, $3) AS n (place, at, rejected)
     WHERE d.place = n.place AND d.\"offset\" = n.at AND d.batch IS NULL AND n.rejected IS NULL",
    "UPDATE vigie.dead_letters AS d SET withdrawn_at_ms = $4 FROM unnest($1, $2, $3) AS n (place, at, rejected)
     WHERE d.place = n.place AND d.\"offset\" = n.at AND n.rejected IS NULL",
];
const NEW_LETTERS: &str =
    "INSERT INTO vigie.dead_letters (place, \"offset\", reason, detail, recorded_at_ms, rejected_at_ms, original)
    SELECT a.place, a.\"offset\", n.rejected, '', a.recorded_at_ms, $4, a.original
    FROM unnest($1, $2, $3) AS n (place, at, rejected) JOIN vigie.audit AS a ON a.place = n.place AND a.\"offset\" = n.at
    WHERE n.rejected IS NOT NULL AND a.original IS NOT NULL ON CONFLICT DO NOTHING";

pub fn regroup(session: &mut Session<'_>, statuses: &[GroupStatus], plans: &Plans) -> Result<u64, StoreError> {
    let Some(GroupStatus { now, .. }) = statuses.first() else { return Ok(0) };
    let of = Of(statuses);
    let columns = [
        of.key("subject", |g| g.subject.id.as_ref()),
        of.made("kind", "", |g| Some(kind_name(g.subject.kind, plans).to_string())),
        of.text("part_pipeline", |g| g.key.part.as_ref().map(|p| plans.get(p.pipeline).name.as_ref())),
        of.key("part", |g| g.key.part.as_ref().map(|p| p.id.as_ref())),
        of.key("currency", |g| g.key.currency.as_deref()),
        of.text("rejected", |g| g.rejected.as_ref().map(Rejection::code)),
    ];
    let rows = session.query(CHANGED, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
    if rows.is_empty() {
        return Ok(0);
    }
    let of = Of(&rows);
    let columns = [
        of.long("place", |row| row.get::<_, i64>(0)),
        of.long("at", |row| row.get::<_, i64>(1)),
        of.text("rejected", |row| row.get::<_, Option<&str>>(2)),
    ];
    let mut parameters: Vec<_> = columns.iter().map(Column::parameter).collect();
    session.query(LOCKED, &parameters[..2])?;
    parameters.push((&now.0, Type::INT8));
    for sql in JUDGED_ANEW {
        let used = if sql.contains("$4") { 4 } else { 3 };
        session.execute(sql, &parameters[..used])?;
    }
    session.execute(NEW_LETTERS, &parameters)
}
