//! What two rows of one key differ in.

use super::super::whole::{Cell, Row, Table};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Values of one memory that are told.
const MOST: usize = 5;

/// A column, or a value of the memory, that the two do not agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// `state`, `memory/groups/0/first/at`.
    pub what: String,
    /// `None`: nothing.
    pub store: Option<String>,
    pub topics: Option<String>,
}

/// Whether two rows of one key are the same in all that is compared.
pub fn is_same(table: Table, store: &Row, topics: &Row) -> bool {
    columns(table, store, topics).all(|(_, one, other)| is_same_cell(table, one, other))
}

/// The columns that are compared and do not agree.
pub fn names<'a>(table: Table, store: &'a Row, topics: &'a Row) -> impl Iterator<Item = &'static str> + 'a {
    columns(table, store, topics).filter(move |(_, one, other)| !is_same_cell(table, one, other)).map(|(name, ..)| name)
}

pub fn differing(table: Table, store: &Row, topics: &Row) -> Vec<Differing> {
    let mut out = Vec::new();
    for (name, one, other) in columns(table, store, topics).filter(|(_, one, other)| !is_same_cell(table, one, other)) {
        match (one, other) {
            (Cell::Memory(one), Cell::Memory(other)) => memories(table, name, one, other, &mut out),
            _ => out.push(Differing { what: name.to_owned(), store: shown(one), topics: shown(other) }),
        }
    }
    out
}

fn columns<'a>(table: Table, store: &'a Row, topics: &'a Row) -> impl Iterator<Item = (&'static str, &'a Cell, &'a Cell)> {
    let cells = store.cells.iter().zip(&topics.cells);
    table.columns().iter().zip(cells).filter(|(c, _)| c.is_compared).map(|(c, (one, other))| (c.name, one, other))
}

fn is_same_cell(table: Table, one: &Cell, other: &Cell) -> bool {
    match (one, other) {
        // Other bytes may mean the same.
        (Cell::Memory(a), Cell::Memory(b)) if a != b => match (table.recall(a), table.recall(b)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        },
        _ => one == other,
    }
}

fn shown(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Text(text) => Some(text.clone()),
        Cell::Memory(bytes) => Some(format!("{} bytes", bytes.len())),
    }
}

fn memories(table: Table, name: &str, store: &[u8], topics: &[u8], out: &mut Vec<Differing>) {
    match (table.recall(store), table.recall(topics)) {
        (Ok(store), Ok(topics)) => {
            let most = out.len() + MOST;
            values(name, Some(&store), Some(&topics), most, out);
        }
        (store, topics) => {
            let said = |read: Result<Value, String>| Some(read.map_or_else(|why| why, |_| "can be read".to_owned()));
            out.push(Differing { what: name.to_owned(), store: said(store), topics: said(topics) });
        }
    }
}

/// The innermost values that differ.
fn values(path: &str, one: Option<&Value>, other: Option<&Value>, most: usize, out: &mut Vec<Differing>) {
    if one == other || out.len() >= most {
        return;
    }
    match (one, other) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                values(&format!("{path}/{key}"), a.get(key), b.get(key), most, out);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for at in 0..a.len().max(b.len()) {
                values(&format!("{path}/{at}"), a.get(at), b.get(at), most, out);
            }
        }
        _ => {
            let text = |value: Option<&Value>| value.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
            out.push(Differing { what: path.to_owned(), store: text(one), topics: text(other) });
        }
    }
}
