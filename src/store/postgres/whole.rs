use super::super::whole::{
    Cell, Form, Key, Moments, Name, Numbered, Removed, Row, Table, Whole, cuts, firsts_of, marks_of, page_of_records,
};
use super::super::{Marks, StoreError, memory, whole};
use super::Postgres;
use super::columns::{Column, Of};
use super::error::reading;
use super::link::Session;
use crate::domain::Claim;
use crate::model::TopicPartition;
use postgres::types::Type;
use std::collections::BTreeSet;

/// One transaction for all of it: behind a pooler no two need be of one session, nor of one moment.
struct Moment<'a> {
    session: Session<'a>,
    partitions: Vec<Numbered>,
}

impl Moments for Postgres {
    fn moment(&mut self) -> Result<Box<dyn Whole + '_>, StoreError> {
        let mut session = self.link.get_mut().begin_moment()?;
        let rows = session.query("SELECT topic, partition, id, next_offset, first_offset FROM vigie.partitions", &[])?;
        let numbered = |row: &postgres::Row| Numbered {
            partition: TopicPartition { topic: row.get::<_, &str>(0).into(), partition: row.get(1) },
            place: row.get(2),
            next: row.get(3),
            first: row.get(4),
        };
        let mut partitions: Vec<Numbered> = rows.iter().map(numbered).collect();
        partitions.sort_by(|a, b| a.partition.cmp(&b.partition));
        Ok(Box::new(Moment { session, partitions }))
    }
}

/// The columns of a table; numbers and flags go as texts.
fn names(table: Table) -> String {
    let name = |c: &whole::Column| match c.form {
        Form::Real | Form::Memory => format!("\"{}\"", c.name),
        _ => format!("\"{}\"::text", c.name),
    };
    table.columns().iter().map(name).collect::<Vec<_>>().join(", ")
}

fn cells(table: Table, row: &postgres::Row, first: usize) -> Result<Vec<Cell>, StoreError> {
    let cell = |(at, column): (usize, &whole::Column)| {
        let at = first + at;
        let cell = match column.form {
            Form::Real => row.try_get::<_, Option<f64>>(at)?.map(Cell::of_real),
            Form::Memory => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Cell::Memory),
            form => row.try_get::<_, Option<&str>>(at)?.map(|text| Cell::of_text(form, text)),
        };
        Ok(cell.unwrap_or(Cell::Null))
    };
    table.columns().iter().enumerate().map(cell).collect::<Result<_, postgres::Error>>().map_err(reading)
}

impl Moment<'_> {
    fn entities(&mut self, table: Table, after: Option<&Key>, limit: i64) -> Result<Vec<Row>, StoreError> {
        let (of, id) = match after {
            Some(Key::Entity(name)) => (name.of.as_str(), name.id.as_str()),
            _ => ("", ""),
        };
        let (kind, name) = (table.kind_column(), table.name());
        // Rows without a memory hold a place only.
        let is_real = if table == Table::Parts { "" } else { "memory <> '' AND" };
        let sql = format!(
            "SELECT {kind}, id, {} FROM vigie.{name} WHERE {is_real} ({kind}, id) > ($1, $2) ORDER BY {kind}, id LIMIT $3",
            names(table)
        );
        let rows = self.session.query(&sql, &[(&of, Type::TEXT), (&id, Type::TEXT), (&limit, Type::INT8)])?;
        let row = |row: &postgres::Row| {
            Ok(Row { key: Key::Entity(Name { of: row.get(0), id: row.get(1) }), cells: cells(table, row, 2)? })
        };
        rows.iter().map(row).collect()
    }
}

fn records(session: &mut Session<'_>, table: Table, of: &Numbered, after: i64, limit: i64) -> Result<Vec<Row>, StoreError> {
    let from = match table {
        // A letter that was on its way when it turned out right stays, and says so.
        Table::DeadLetters => {
            "vigie.dead_letters LEFT JOIN vigie.audit USING (place, \"offset\") WHERE withdrawn_at_ms IS NULL AND"
        }
        _ => "vigie.audit WHERE",
    };
    let sql =
        format!("SELECT \"offset\", {} FROM {from} place = $1 AND \"offset\" > $2 ORDER BY \"offset\" LIMIT $3", names(table));
    let rows = session.query(&sql, &[(&of.place, Type::INT8), (&after, Type::INT8), (&limit, Type::INT8)])?;
    let row = |row: &postgres::Row| Ok(Row { key: Key::Record(of.partition.clone(), row.get(0)), cells: cells(table, row, 1)? });
    rows.iter().map(row).collect()
}

/// Which of those that were asked for the rows name.
fn asked<'a>(rows: &'a [postgres::Row], names: &'a [Name]) -> impl Iterator<Item = (&'a postgres::Row, &'a Name)> {
    rows.iter().filter_map(|row| Some((row, names.get(usize::try_from(row.get::<_, i64>(0) - 1).ok()?)?)))
}

impl Whole for Moment<'_> {
    fn marks(&self) -> Marks {
        marks_of(&self.partitions)
    }

    fn firsts(&self) -> Marks {
        firsts_of(&self.partitions)
    }

    fn page(&mut self, table: Table, after: Option<&Key>, limit: usize) -> Result<Vec<Row>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        if table.is_of_records() {
            let session = &mut self.session;
            return page_of_records(&self.partitions, after, |of, after| records(session, table, of, after, limit));
        }
        self.entities(table, after, limit)
    }

    fn claims(&mut self, parts: &[Name]) -> Result<Vec<(Name, Claim)>, StoreError> {
        let of = Of(parts);
        let columns = [of.text("of", |p| p.of.as_str()), of.key("id", |p| p.id.as_str())];
        let sql = "SELECT n.at, c.memory FROM unnest($1, $2) WITH ORDINALITY AS n (of, id, at)
                   JOIN vigie.claims AS c ON c.pipeline = n.of AND c.id = n.id WHERE c.memory <> ''";
        let rows = self.session.query(sql, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
        // What cannot be read names nobody.
        Ok(asked(&rows, parts).filter_map(|(row, part)| Some((part.clone(), memory::recall(row.get(1)).ok()?))).collect())
    }

    fn removed(&mut self) -> Result<Removed, StoreError> {
        let rows = self.session.query("SELECT name, value FROM vigie.meta", &[])?;
        Ok(Removed::of(rows.iter().map(|row| (row.get(0), row.get(1)))))
    }

    fn walkers_among(&mut self, entities: &[Name]) -> Result<BTreeSet<Name>, StoreError> {
        let of = Of(entities);
        let columns = [of.text("of", |e| e.of.as_str()), of.key("id", |e| e.id.as_str())];
        let sql = "SELECT n.at FROM unnest($1, $2) WITH ORDINALITY AS n (of, id, at)
                   JOIN vigie.walkers AS w ON w.pipeline = n.of AND w.id = n.id WHERE w.memory <> ''";
        let rows = self.session.query(sql, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
        Ok(asked(&rows, entities).map(|(_, name)| name.clone()).collect())
    }

    fn cut(&mut self, entities: &[Name], below: &Marks) -> Result<BTreeSet<Name>, StoreError> {
        let cuts: Vec<(i64, i64)> = cuts(&self.partitions, below).collect();
        let (of, of_cuts) = (Of(entities), Of(&cuts));
        let columns = [
            of.text("of", |e| e.of.as_str()),
            of.key("id", |e| e.id.as_str()),
            of_cuts.long("place", |c| c.0),
            of_cuts.long("low", |c| c.1),
        ];
        let sql = "SELECT n.at FROM unnest($1, $2) WITH ORDINALITY AS n (of, id, at)
                   WHERE EXISTS (SELECT FROM vigie.audit AS a JOIN unnest($3, $4) AS c (place, low) ON a.place = c.place
                                 WHERE a.subject = n.id AND a.kind = n.of AND a.\"offset\" < c.low)";
        let rows = self.session.query(sql, &columns.iter().map(Column::parameter).collect::<Vec<_>>())?;
        Ok(asked(&rows, entities).map(|(_, name)| name.clone()).collect())
    }
}
