//! The tables, made and brought up to date by whoever comes first.

use super::super::StoreError;
use super::address::PostgresAddress;
use super::error::{failed, reading};
use super::link::qualified;
use postgres::Client;
use postgres::types::{ToSql, Type};

/// Asked of the catalogue's tables, not with `to_regclass`: what a session remembers of names may be older than the lock.
const IS_THERE: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1),
    EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = 'meta')";

/// What brings the tables from each version to the next.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];
/// Any number, the same for every vigie: who makes tables is alone.
const DOOR: i64 = 0x0076_6967_6965;

/// Whether the schema is there, and whether our tables are in it.
fn is_there(client: &mut Client, address: &PostgresAddress) -> Result<(bool, bool), StoreError> {
    let rows = client.query_typed(IS_THERE, &[(&address.schema, Type::TEXT)]).map_err(reading)?;
    Ok(rows.first().map_or((false, false), |row| (row.get(0), row.get(1))))
}

/// The version of the tables, where there are some that were made with these pipelines.
fn found(client: &mut Client, address: &PostgresAddress, fingerprint: &str) -> Result<Option<i64>, StoreError> {
    match tables(client, address)? {
        Some((_, pipelines)) if pipelines.as_deref().is_some_and(|kept| kept != fingerprint) => Err(StoreError::OtherPipelines),
        found => Ok(found.map(|(version, _)| version)),
    }
}

/// The version of the tables, and the pipelines that they were made with, where there are some.
fn tables(client: &mut Client, address: &PostgresAddress) -> Result<Option<(i64, Option<String>)>, StoreError> {
    if !is_there(client, address)?.1 {
        return Ok(None);
    }
    let sql = qualified("SELECT name, value FROM vigie.meta", &address.quoted_schema());
    let rows = client.query_typed(&sql, &[]).map_err(reading)?;
    let value = |name: &str| rows.iter().find(|row| row.get::<_, &str>(0) == name).map(|row| row.get::<_, String>(1));
    let version = value("version").and_then(|v| v.parse().ok()).unwrap_or(0);
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(StoreError::Version { found: version, known });
    }
    Ok(Some((version, value("pipelines"))))
}

/// The pipelines that tables of this version were made with, whichever those are.
pub fn pipelines(client: &mut Client, address: &PostgresAddress) -> Result<String, StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    match tables(client, address)? {
        Some((version, Some(pipelines))) if version == known => Ok(pipelines),
        Some((version, _)) => Err(StoreError::Version { found: version, known }),
        None => Err(StoreError::Nothing(address.to_string())),
    }
}

/// Holds the tables against what this vigie knows.
pub fn look(client: &mut Client, address: &PostgresAddress, fingerprint: &str) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    match found(client, address, fingerprint)? {
        None => Err(StoreError::Nothing(address.to_string())),
        Some(version) if version < known => Err(StoreError::Version { found: version, known }),
        Some(_) => Ok(()),
    }
}

pub fn migrate(client: &mut Client, address: &PostgresAddress, fingerprint: &str) -> Result<(), StoreError> {
    // Most of the time nothing is to do, and then nothing is locked, nor any right needed.
    if found(client, address, fingerprint)? == i64::try_from(MIGRATIONS.len()).ok() {
        return Ok(());
    }
    let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_catalog.pg_advisory_xact_lock({DOOR})");
    client.batch_execute(&begin).map_err(failed("cannot be made ready"))?;
    // Another one may have made them while we waited.
    let made = make(client, address, fingerprint);
    let end = if made.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = client.batch_execute(end).map_err(failed("cannot be made ready"));
    made.and(ended)
}

fn make(client: &mut Client, address: &PostgresAddress, fingerprint: &str) -> Result<(), StoreError> {
    let at = usize::try_from(found(client, address, fingerprint)?.unwrap_or(0)).unwrap_or(0);
    let (failed, schema) = (failed("cannot be made ready"), address.quoted_schema());
    // CREATE SCHEMA IF NOT EXISTS would ask for the right to create also where the schema is there.
    if !is_there(client, address)?.0 {
        client.batch_execute(&format!("CREATE SCHEMA {schema}")).map_err(&failed)?;
    }
    for migration in MIGRATIONS.iter().skip(at) {
        client.batch_execute(&qualified(migration, &schema)).map_err(&failed)?;
    }
    let note = "INSERT INTO vigie.meta VALUES ('version', $1), ('pipelines', $2)
                ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value";
    let version = MIGRATIONS.len().to_string();
    let values: [(&(dyn ToSql + Sync), Type); 2] = [(&version, Type::TEXT), (&fingerprint, Type::TEXT)];
    client.execute_typed(&qualified(note, &schema), &values).map_err(&failed)?;
    Ok(())
}
