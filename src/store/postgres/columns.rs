//! Rows as columns: each goes as one array, so that a table takes one statement however many rows there are.

use super::text;
use postgres::types::{ToSql, Type};
use std::borrow::Cow;

/// One column of the rows that a statement writes.
pub struct Column<'a> {
    name: &'static str,
    /// What the text is to become, where it goes as text.
    cast: &'static str,
    kind: Type,
    values: Box<dyn ToSql + Sync + 'a>,
}

pub type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

impl<'a> Column<'a> {
    fn new(name: &'static str, kind: Type, values: impl ToSql + Sync + 'a) -> Self {
        Self { name, cast: "", kind, values: Box::new(values) }
    }

    pub fn parameter(&self) -> Parameter<'_> {
        (self.values.as_ref(), self.kind.clone())
    }
}

/// Makes columns of the same rows.
pub struct Of<'a, R>(pub &'a [R]);

impl<'a, R> Of<'a, R> {
    fn all<T>(&self, value: impl FnMut(&'a R) -> T) -> Vec<T> {
        self.0.iter().map(value).collect()
    }

    pub fn text<T: Into<Option<&'a str>>>(&self, name: &'static str, value: impl Fn(&'a R) -> T) -> Column<'a> {
        Column::new(name, Type::TEXT_ARRAY, self.all(|row| value(row).into().map(text::plain)))
    }

    pub fn key<T: Into<Option<&'a str>>>(&self, name: &'static str, value: impl Fn(&'a R) -> T) -> Column<'a> {
        Column::new(name, Type::TEXT_ARRAY, self.all(|row| value(row).into().map(text::key)))
    }

    /// A text that is made for the statement.
    pub fn made(&self, name: &'static str, cast: &'static str, value: impl Fn(&'a R) -> Option<String>) -> Column<'a> {
        let values: Vec<Option<Cow<'a, str>>> = self.all(|row| value(row).map(Cow::Owned));
        Column { cast, ..Column::new(name, Type::TEXT_ARRAY, values) }
    }

    pub fn long<T: Into<Option<i64>>>(&self, name: &'static str, value: impl Fn(&'a R) -> T) -> Column<'a> {
        Column::new(name, Type::INT8_ARRAY, self.all(|row| value(row).into()))
    }

    pub fn int<T: Into<Option<i32>>>(&self, name: &'static str, value: impl Fn(&'a R) -> T) -> Column<'a> {
        Column::new(name, Type::INT4_ARRAY, self.all(|row| value(row).into()))
    }

    pub fn real(&self, name: &'static str, value: impl Fn(&'a R) -> Option<f64>) -> Column<'a> {
        Column::new(name, Type::FLOAT8_ARRAY, self.all(value))
    }

    pub fn flag(&self, name: &'static str, value: impl Fn(&'a R) -> bool) -> Column<'a> {
        Column::new(name, Type::BOOL_ARRAY, self.all(value))
    }

    pub fn bytes<T: Into<Option<&'a [u8]>>>(&self, name: &'static str, value: impl Fn(&'a R) -> T) -> Column<'a> {
        Column::new(name, Type::BYTEA_ARRAY, self.all(|row| value(row).into()))
    }
}

/// `INSERT … SELECT … FROM unnest(…)` of all rows; rows that are there are replaced where `keys` name what makes them the same.
pub fn insert(table: &str, columns: &[Column<'_>], keys: &[&str]) -> String {
    let quoted = |column: &Column<'_>| format!("\"{}\"", column.name);
    let names: Vec<_> = columns.iter().map(quoted).collect();
    let values: Vec<_> = columns.iter().map(|c| format!("n.{}{}", quoted(c), c.cast)).collect();
    let numbers: Vec<_> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let (names, values, numbers) = (names.join(", "), values.join(", "), numbers.join(", "));
    let mut sql = format!("INSERT INTO vigie.{table} ({names}) SELECT {values} FROM unnest({numbers}) AS n ({names})");
    if !keys.is_empty() {
        let set = columns.iter().filter(|c| !keys.contains(&c.name)).map(|c| format!("\"{0}\" = EXCLUDED.\"{0}\"", c.name));
        sql += &format!(" ON CONFLICT ({}) DO UPDATE SET {}", keys.join(", "), set.collect::<Vec<_>>().join(", "));
    }
    sql
}

/// Slices of rows that together weigh no more than this, for one message has to hold them: at least one row each.
const HEAVIEST: usize = 8 << 20;

pub fn portions<R>(rows: &[R], weight: impl Fn(&R) -> usize) -> Vec<&[R]> {
    let (mut out, mut from, mut sum) = (Vec::new(), 0, 0);
    for (at, row) in rows.iter().enumerate() {
        let next = weight(row);
        if at > from && sum + next > HEAVIEST {
            out.push(&rows[from..at]);
            (from, sum) = (at, 0);
        }
        sum += next;
    }
    if from < rows.len() {
        out.push(&rows[from..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_names_every_column_once() {
        let rows = [(1_i64, "a")];
        let of = Of(&rows);
        let columns = [of.long("id", |r| r.0), of.text("name", |r| r.1), of.made("amount", "::numeric", |_| None)];
        assert_eq!(
            insert("t", &columns, &["id"]),
            "INSERT INTO vigie.t (\"id\", \"name\", \"amount\") SELECT n.\"id\", n.\"name\", n.\"amount\"::numeric FROM unnest($1, $2, $3) AS n \
             (\"id\", \"name\", \"amount\") ON CONFLICT (id) DO UPDATE SET \"name\" = EXCLUDED.\"name\", \"amount\" = EXCLUDED.\"amount\""
        );
    }

    #[test]
    fn portions_hold_all_rows_in_their_order() {
        let rows = [HEAVIEST, 1, 1, HEAVIEST - 1, 2, HEAVIEST * 2];
        let portions: Vec<usize> = portions(&rows, |w| *w).into_iter().map(<[_]>::len).collect();
        assert_eq!(portions, [1, 2, 1, 1, 1].to_vec());
        let none: [usize; 0] = [];
        assert!(super::portions(&none, |w| *w).is_empty());
    }
}
