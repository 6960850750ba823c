//! The picture for others: JSON for programs, a table for a script's reader, one line for monitoring plugins.

mod check;
mod limits;
mod rows;
mod table;

pub use check::{Subject, Verdict, check};
pub use limits::{Limits, LimitsError};
pub use rows::{Cell, rows};
pub use table::table;

use crate::snapshot::Snapshot;
use crate::text;

/// One JSON object on one line: the contract of `docs/snapshot.md`. What could steer a terminal stands as `\uXXXX`.
pub fn json(snapshot: &Snapshot) -> Result<String, serde_json::Error> {
    serde_json::to_string(snapshot).map(|json| text::escaped_json(&json).into_owned())
}
