//! Dead letters beside other transactions. Whoever is the relay locks its row first, then letters by their numbers; a batch that
//! judges letters anew locks them in that order too. Letters that a batch holds at the moment are left for the next time.

use super::super::batch::Original;
use super::super::letters::{
    Bundle, LONGEST_LEASE_MS, Letter, LetterFilter, LetterLine, Letters, Relay, Retried, Settled, lease_ms,
};
use super::super::read::Place;
use super::super::{StoreError, memory};
use super::Postgres;
use super::columns::Parameter;
use super::link::Session;
use super::text::plain;
use crate::model::Timestamp;
use postgres::Row;
use postgres::types::Type;
use std::time::Duration;

/// The server's clock: those who want to be the relay need not agree on the time. `clock_timestamp`, for who waited for a lock.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

const LINE: &str =
    "SELECT topic, partition, \"offset\", reason, detail, recorded_at_ms, rejected_at_ms, sent_at_ms, withdrawn_at_ms,
        retried_at_ms, retried_partition, retried_offset, original
    FROM vigie.dead_letters AS d JOIN vigie.partitions AS p ON p.id = d.place";

const OF_PLACE: &str = "place = (SELECT id FROM vigie.partitions WHERE topic = $1 AND partition = $2) AND \"offset\" = $3";

fn line(row: &Row) -> LetterLine {
    let retried = |at_ms| Retried { at_ms, partition: row.get(10), offset: row.get(11) };
    LetterLine {
        place: place(row),
        reason: row.get(3),
        detail: row.get(4),
        recorded_at_ms: row.get(5),
        rejected_at_ms: row.get(6),
        sent_at_ms: row.get(7),
        withdrawn_at_ms: row.get(8),
        retried: row.get::<_, Option<i64>>(9).map(retried),
    }
}

fn place(row: &Row) -> Place {
    Place { topic: row.get(0), partition: row.get(1), offset: row.get(2) }
}

fn of_place(place: &Place) -> [Parameter<'_>; 3] {
    [(&place.topic, Type::TEXT), (&place.partition, Type::INT4), (&place.offset, Type::INT8)]
}

fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Postgres {
    /// A statement that is a transaction of its own.
    fn one(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64, StoreError> {
        let mut link = self.link.borrow_mut();
        let done = link.session().and_then(|mut session| session.execute(sql, parameters));
        if done.is_err() {
            link.close();
        }
        done
    }

    /// A transaction in which we are the relay, and stay it; `work` commits it, where there is something to keep.
    fn as_relay<T>(&mut self, epoch: i64, work: impl FnOnce(Session<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let link = self.link.get_mut();
        let done = link.begin().and_then(|mut session| {
            let rows = session.query("SELECT epoch FROM vigie.relay FOR UPDATE", &[])?;
            let found: Option<i64> = rows.first().map(|row| row.get(0));
            if found == Some(epoch) { work(session) } else { Err(StoreError::Relieved) }
        });
        if !matches!(done, Ok(_) | Err(StoreError::Relieved)) {
            link.close();
        }
        done
    }

    fn has_letters_to_send(&self) -> Result<bool, StoreError> {
        let rows = self.query("SELECT EXISTS (SELECT FROM vigie.dead_letters WHERE sent_at_ms IS NULL)", &[])?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }
}

impl Letters for Postgres {
    fn take_relay(&mut self, instance: &str, name: &str, lease: Duration) -> Result<Option<Relay>, StoreError> {
        let sql = format!(
            "INSERT INTO vigie.relay AS r VALUES (1, $1, 1, $2, {NOW} + $3, 0)
             ON CONFLICT (one) DO UPDATE SET epoch = r.epoch + 1, owner = EXCLUDED.owner, until_ms = {NOW} + $3
             WHERE r.owner = EXCLUDED.owner OR r.until_ms <= {NOW} OR r.until_ms > {NOW} + $4
             RETURNING r.epoch, r.name"
        );
        let (instance, name, lease) = (plain(instance), plain(name), lease_ms(lease));
        let parameters: [Parameter<'_>; 4] =
            [(&name, Type::TEXT), (&instance, Type::TEXT), (&lease, Type::INT8), (&LONGEST_LEASE_MS, Type::INT8)];
        Ok(self.query(&sql, &parameters)?.first().map(|row| Relay { epoch: row.get(0), name: row.get(1) }))
    }

    fn keep_relay(&mut self, epoch: i64, lease: Duration) -> Result<(), StoreError> {
        let sql = format!("UPDATE vigie.relay SET until_ms = {NOW} + $2 WHERE epoch = $1");
        match self.one(&sql, &[(&epoch, Type::INT8), (&lease_ms(lease), Type::INT8)])? {
            0 => Err(StoreError::Relieved),
            _ => Ok(()),
        }
    }

    fn leave_relay(&mut self, epoch: i64) -> Result<(), StoreError> {
        self.one("UPDATE vigie.relay SET until_ms = 0 WHERE epoch = $1", &[(&epoch, Type::INT8)]).map(drop)
    }

    fn settle(&mut self, epoch: i64, batch: i64, now: Timestamp) -> Result<Settled, StoreError> {
        self.as_relay(epoch, |session| settle(session, batch, now))
    }

    fn prepare(&mut self, epoch: i64, letters: usize, bytes: usize) -> Result<Option<Bundle>, StoreError> {
        // Asked often, and seldom is there anything.
        if !self.has_letters_to_send()? {
            return Ok(None);
        }
        self.as_relay(epoch, |session| prepare(session, letters, bytes))
    }

    fn letters(&self, filter: &LetterFilter) -> Result<Vec<LetterLine>, StoreError> {
        let sql = format!("{LINE} WHERE ($1 IS NULL OR reason = $1) AND ($2 IS NULL OR topic = $2) ORDER BY seq DESC LIMIT $3");
        let (reason, topic) = (filter.reason.as_deref().map(plain), filter.topic.as_deref().map(plain));
        let rows = self.query(&sql, &[(&reason, Type::TEXT), (&topic, Type::TEXT), (&limit(filter.limit), Type::INT8)])?;
        Ok(rows.iter().map(line).collect())
    }

    fn letter(&self, place: &Place) -> Result<Option<(LetterLine, Original)>, StoreError> {
        let rows = self.query(&format!("{LINE} WHERE topic = $1 AND partition = $2 AND \"offset\" = $3"), &of_place(place))?;
        rows.first().map(|row| Ok((line(row), memory::recall(row.get(12))?))).transpose()
    }

    fn begin_retry(&mut self, place: &Place, again: bool, now: Timestamp) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE vigie.dead_letters SET retried_at_ms = $4, retried_partition = NULL, retried_offset = NULL
             WHERE {OF_PLACE} AND ($5 OR retried_at_ms IS NULL)"
        );
        let more: [Parameter<'_>; 2] = [(&now.0, Type::INT8), (&again, Type::BOOL)];
        Ok(self.one(&sql, &[&of_place(place)[..], &more].concat())? > 0)
    }

    fn end_retry(&mut self, place: &Place, now_at: Option<(i32, i64)>) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE vigie.dead_letters SET retried_at_ms = CASE WHEN $4 IS NULL THEN NULL ELSE retried_at_ms END,
                 retried_partition = $4, retried_offset = $5 WHERE {OF_PLACE}"
        );
        let (partition, offset) = now_at.unzip();
        let more: [Parameter<'_>; 2] = [(&partition, Type::INT4), (&offset, Type::INT8)];
        self.one(&sql, &[&of_place(place)[..], &more].concat()).map(drop)
    }
}

fn settle(mut session: Session<'_>, batch: i64, now: Timestamp) -> Result<Settled, StoreError> {
    let under_way = "SELECT FROM vigie.dead_letters WHERE sent_at_ms IS NULL AND batch IS NOT NULL ORDER BY seq FOR UPDATE";
    session.query(under_way, &[])?;
    let sent = session.execute(
        "UPDATE vigie.dead_letters SET sent_at_ms = $2 WHERE sent_at_ms IS NULL AND batch <= $1",
        &[(&batch, Type::INT8), (&now.0, Type::INT8)],
    )?;
    // What turned out right meanwhile need not go any more.
    session.execute(
        "DELETE FROM vigie.dead_letters WHERE sent_at_ms IS NULL AND batch IS NOT NULL AND withdrawn_at_ms IS NOT NULL",
        &[],
    )?;
    let again =
        session.execute("UPDATE vigie.dead_letters SET batch = NULL WHERE sent_at_ms IS NULL AND batch IS NOT NULL", &[])?;
    // A store that was restored counts on from where Kafka is.
    session.execute("UPDATE vigie.relay SET batch = greatest(batch, $1)", &[(&batch, Type::INT8)])?;
    session.commit()?;
    Ok(Settled { sent, again })
}

fn prepare(mut session: Session<'_>, letters: usize, bytes: usize) -> Result<Option<Bundle>, StoreError> {
    let under_way = "SELECT FROM vigie.dead_letters WHERE sent_at_ms IS NULL AND batch IS NOT NULL LIMIT 1";
    if !session.query(under_way, &[])?.is_empty() {
        return Err(StoreError::Unreadable { what: "dead letters on their way", why: "they were not settled".into() });
    }
    let chosen = choose(&mut session, letters, bytes)?;
    if chosen.is_empty() {
        return Ok(None);
    }
    let rows = session.query("UPDATE vigie.relay SET batch = batch + 1 RETURNING batch", &[])?;
    let Some(batch) = rows.first().map(|row| row.get::<_, i64>(0)) else { return Err(StoreError::Relieved) };
    let rows = session.query(
        "UPDATE vigie.dead_letters AS d SET batch = $1 FROM vigie.partitions AS p WHERE p.id = d.place AND d.seq = ANY ($2)
         RETURNING p.topic, p.partition, d.\"offset\", d.reason, d.detail, d.rejected_at_ms, d.original, d.seq",
        &[(&batch, Type::INT8), (&chosen, Type::INT8_ARRAY)],
    )?;
    let mut letters = rows.iter().map(|row| Ok((row.get(7), letter(row)?))).collect::<Result<Vec<(i64, _)>, StoreError>>()?;
    letters.sort_by_key(|(seq, _)| *seq);
    session.commit()?;
    Ok(Some(Bundle { batch, letters: letters.into_iter().map(|(_, letter)| letter).collect() }))
}

/// The oldest letters that nobody holds, locked: at least one, and not many more bytes.
fn choose(session: &mut Session<'_>, letters: usize, bytes: usize) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT seq, octet_length(original)::bigint FROM vigie.dead_letters WHERE sent_at_ms IS NULL AND batch IS NULL
               ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED";
    let rows = session.query(sql, &[(&limit(letters), Type::INT8)])?;
    let (mut chosen, mut size) = (Vec::new(), 0);
    for row in rows {
        size += usize::try_from(row.get::<_, i64>(1)).unwrap_or(usize::MAX);
        if size > bytes && !chosen.is_empty() {
            break;
        }
        chosen.push(row.get(0));
    }
    Ok(chosen)
}

fn letter(row: &Row) -> Result<Letter, StoreError> {
    let (reason, detail, rejected_at) = (row.get(3), row.get(4), Timestamp(row.get(5)));
    Ok(Letter { place: place(row), reason, detail, rejected_at, original: memory::recall(row.get(6))? })
}
