//! The statements that both stores run. `live.` is the state in use, `fresh.` the one beside it. `fresh.lows` says from where on
//! the topics still have their records, `fresh.cut` which entities have events before that.

/// What the databases say differently.
pub struct Dialect {
    /// Empties a table.
    pub empty: &'static str,
    /// Behind the columns of an insert that brings its own numbers.
    pub own_numbers: &'static str,
    /// What to do with a row that is there already.
    pub or_leave: &'static str,
    /// Of tables whose numbers the database gives: the next one.
    pub renumber: &'static [&'static str],
}

/// Whether a record of the state in use is not on its topic any more.
const IS_CUT: &str = "FROM live.partitions AS p JOIN live.TABLE AS r ON r.place = p.id
    LEFT JOIN fresh.lows AS l ON l.topic = p.topic AND l.partition = p.partition
    WHERE (l.low IS NULL OR r.\"offset\" < l.low)";

/// Entities that have lost events; and those of whose events nothing is known.
pub const CUT: &[&str] = &[
    "INSERT INTO fresh.cut (kind, id) SELECT DISTINCT r.kind, r.subject IS_CUT(audit) AND r.subject IS NOT NULL",
    "INSERT INTO fresh.cut (kind, id) SELECT w.pipeline, w.id FROM live.walkers AS w WHERE w.memory <> ''
        AND NOT EXISTS (SELECT 1 FROM live.audit AS a WHERE a.subject = w.id AND a.kind = w.pipeline)
        AND NOT EXISTS (SELECT 1 FROM fresh.cut AS c WHERE c.kind = w.pipeline AND c.id = w.id)",
    "INSERT INTO fresh.cut (kind, id) SELECT w.kind, w.id FROM live.profiles AS w WHERE w.memory <> ''
        AND NOT EXISTS (SELECT 1 FROM live.audit AS a WHERE a.subject = w.id AND a.kind = w.kind)
        AND NOT EXISTS (SELECT 1 FROM fresh.cut AS c WHERE c.kind = w.kind AND c.id = w.id)",
];

/// Records that the topics have no more: the audit, then the dead letters. Their partitions come first.
pub const CARRY: [&str; 3] = [
    "INSERT INTO fresh.partitions (topic, partition, topic_id, first_offset, next_offset, epoch, owner)
     SELECT o.topic, o.partition, o.topic_id, o.first_offset,
         CASE WHEN EXISTS (SELECT 1 FROM fresh.lows AS l WHERE l.topic = o.topic AND l.partition = o.partition) THEN NULL
             ELSE o.next_offset END, o.epoch, o.owner
     FROM live.partitions AS o
     WHERE NOT EXISTS (SELECT 1 FROM fresh.partitions AS f WHERE f.topic = o.topic AND f.partition = o.partition)
         AND EXISTS (SELECT 1 IS_CUT(audit) AND r.place = o.id)",
    "INSERT INTO fresh.audit (place, \"offset\", at_ms, recorded_at_ms, kind, subject, about, part_pipeline, part, currency, effect,
         outcome, rejected, says, applied_at_ms, original)
     SELECT (SELECT f.id FROM fresh.partitions AS f WHERE f.topic = p.topic AND f.partition = p.partition), r.\"offset\", r.at_ms,
         r.recorded_at_ms, r.kind, r.subject, r.about, r.part_pipeline, r.part, r.currency, r.effect, r.outcome, r.rejected, r.says,
         r.applied_at_ms, r.original
     IS_CUT(audit) OR_LEAVE",
    "INSERT INTO fresh.dead_letters (place, \"offset\", reason, detail, recorded_at_ms, rejected_at_ms, original, batch, sent_at_ms,
         withdrawn_at_ms, retried_at_ms, retried_partition, retried_offset)
     SELECT (SELECT f.id FROM fresh.partitions AS f WHERE f.topic = p.topic AND f.partition = p.partition), r.\"offset\", r.reason,
         r.detail, r.recorded_at_ms, r.rejected_at_ms, r.original, r.batch, r.sent_at_ms, r.withdrawn_at_ms, r.retried_at_ms,
         r.retried_partition, r.retried_offset
     IS_CUT(dead_letters) OR_LEAVE",
];

/// A partition's topic was removed and made again: an offset of the one stands for nothing in the other. So `fresh.lows` says.
const IS_ANEW: &str = "EXISTS (SELECT 1 FROM fresh.lows AS l WHERE l.topic = sp.topic AND l.partition = sp.partition
     AND l.low = 9223372036854775807)";

const SAME_RECORD: &str = "FROM live.dead_letters AS s JOIN live.partitions AS sp ON sp.id = s.place
     JOIN fresh.partitions AS fp ON fp.topic = sp.topic AND fp.partition = sp.partition AND NOT IS_ANEW";

/// The fresh state takes the place of the other. NOW is the moment, FENCE what the epochs are raised by.
pub const SWAP: &[&str] = &[
    // What was sent stays sent.
    "UPDATE fresh.dead_letters AS f SET batch = s.batch, sent_at_ms = s.sent_at_ms, withdrawn_at_ms = s.withdrawn_at_ms,
         retried_at_ms = s.retried_at_ms, retried_partition = s.retried_partition, retried_offset = s.retried_offset,
         rejected_at_ms = s.rejected_at_ms
     SAME_RECORD WHERE f.place = fp.id AND f.\"offset\" = s.\"offset\"",
    // What was on its way and is no dead letter any more was taken back.
    "INSERT INTO fresh.dead_letters (place, \"offset\", reason, detail, recorded_at_ms, rejected_at_ms, original, batch, sent_at_ms,
         withdrawn_at_ms, retried_at_ms, retried_partition, retried_offset)
     SELECT fp.id, s.\"offset\", s.reason, s.detail, s.recorded_at_ms, s.rejected_at_ms, s.original, s.batch, s.sent_at_ms,
         coalesce(s.withdrawn_at_ms, NOW), s.retried_at_ms, s.retried_partition, s.retried_offset
     SAME_RECORD WHERE s.batch IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM fresh.dead_letters AS f WHERE f.place = fp.id AND f.\"offset\" = s.\"offset\")",
    // What retention has removed since it was sent is not sent again.
    "UPDATE fresh.dead_letters AS f SET batch = 0, sent_at_ms = NOW
     FROM live.partitions AS sp JOIN fresh.partitions AS fp ON fp.topic = sp.topic AND fp.partition = sp.partition AND NOT IS_ANEW
     WHERE f.place = fp.id AND f.batch IS NULL AND f.\"offset\" < sp.next_offset
         AND EXISTS (SELECT 1 FROM live.meta AS m WHERE m.name = 'audit_removed_before_ms')
         AND NOT EXISTS (SELECT 1 FROM live.audit AS a WHERE a.place = sp.id AND a.\"offset\" = f.\"offset\")
         AND NOT EXISTS (SELECT 1 FROM live.dead_letters AS d WHERE d.place = sp.id AND d.\"offset\" = f.\"offset\")",
    "UPDATE fresh.partitions AS f SET epoch = sp.epoch + FENCE, owner = sp.owner,
         topic_id = CASE WHEN IS_ANEW THEN NULL ELSE sp.topic_id END
     FROM live.partitions AS sp WHERE sp.topic = f.topic AND sp.partition = f.partition",
    "EMPTY live.audit",
    "EMPTY live.dead_letters",
    // Readers hold it before the other tables: an exclusive lock on it now could close a circle with them.
    "DELETE FROM live.partitions",
    "EMPTY live.walkers",
    "EMPTY live.parts",
    "EMPTY live.profiles",
    "EMPTY live.claims",
    "INSERT INTO live.partitions (id, topic, partition, topic_id, first_offset, next_offset, epoch, owner) OWN_NUMBERS
     SELECT id, topic, partition, topic_id, first_offset, next_offset, epoch, owner FROM fresh.partitions",
    "INSERT INTO live.walkers SELECT * FROM fresh.walkers",
    "INSERT INTO live.parts SELECT * FROM fresh.parts",
    "INSERT INTO live.profiles SELECT * FROM fresh.profiles",
    "INSERT INTO live.claims SELECT * FROM fresh.claims",
    "INSERT INTO live.audit SELECT * FROM fresh.audit",
    "INSERT INTO live.dead_letters (seq, place, \"offset\", reason, detail, recorded_at_ms, rejected_at_ms, original, batch, sent_at_ms,
         withdrawn_at_ms, retried_at_ms, retried_partition, retried_offset) OWN_NUMBERS
     SELECT seq, place, \"offset\", reason, detail, recorded_at_ms, rejected_at_ms, original, batch, sent_at_ms, withdrawn_at_ms,
         retried_at_ms, retried_partition, retried_offset FROM fresh.dead_letters",
    "UPDATE live.meta SET value = (SELECT f.value FROM fresh.meta AS f WHERE f.name = 'pipelines') WHERE name = 'pipelines'",
    "DELETE FROM live.meta WHERE name = 'made_anew_at_ms'",
    "INSERT INTO live.meta VALUES ('made_anew_at_ms', 'NOW')",
];

/// Entities that the state in use has and the fresh one has not.
pub const GONE: &str = "SELECT
    (SELECT count(*) FROM live.walkers AS o WHERE o.memory <> ''
         AND NOT EXISTS (SELECT 1 FROM fresh.walkers AS f WHERE f.pipeline = o.pipeline AND f.id = o.id))
    + (SELECT count(*) FROM live.profiles AS o WHERE o.memory <> ''
         AND NOT EXISTS (SELECT 1 FROM fresh.profiles AS f WHERE f.kind = o.kind AND f.id = o.id))";

impl Dialect {
    /// A statement as this database has it.
    pub fn say(&self, sql: &str) -> String {
        let cut = |table: &str| IS_CUT.replace("TABLE", table);
        sql.replace("IS_CUT(audit)", &cut("audit"))
            .replace("IS_CUT(dead_letters)", &cut("dead_letters"))
            .replace("SAME_RECORD", SAME_RECORD)
            .replace("IS_ANEW", IS_ANEW)
            .replace("EMPTY", self.empty)
            .replace("OWN_NUMBERS", self.own_numbers)
            .replace("OR_LEAVE", self.or_leave)
    }

    /// The statements of [`SWAP`].
    pub fn swap(&self, now_ms: i64, fence: bool) -> Vec<String> {
        let fence = if fence { "1" } else { "0" };
        let said = SWAP.iter().map(|sql| self.say(sql).replace("NOW", &now_ms.to_string()).replace("FENCE", fence));
        said.chain(self.renumber.iter().map(|sql| (*sql).to_owned())).collect()
    }
}
