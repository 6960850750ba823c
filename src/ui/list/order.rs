//! The order that a list keeps from beat to beat.

use super::{RowKey, Rows};
use crate::model::Timestamp;
use std::collections::HashMap;

#[derive(Clone, Debug, Default)]
pub struct Order {
    /// Chosen by the person; else the list's own.
    pub column: Option<&'static str>,
    pub reverse: bool,
    /// The rows in the order of the last beat, and the place of each.
    pub(super) kept: Vec<RowKey>,
    places: HashMap<RowKey, usize, foldhash::fast::RandomState>,
    pub(super) sorted_at: Timestamp,
    /// Last time somebody moved in this list.
    pub touched_at: Timestamp,
}

impl Order {
    /// The rows that there were at the last beat, in their order. Some may be gone.
    pub fn kept(&self) -> impl Iterator<Item = &RowKey> {
        self.kept.iter()
    }

    pub(super) fn keep(&mut self, kept: Vec<RowKey>, at: Timestamp) {
        self.places = kept.iter().enumerate().map(|(place, key)| (key.clone(), place)).collect();
        (self.kept, self.sorted_at) = (kept, at);
    }

    /// The rows at their places; those that came since stand at the end. Nothing is compared: this is done for every frame.
    pub(super) fn arranged<L: Rows>(&self, rows: Vec<L::Row>) -> Vec<L::Row> {
        if self.kept.is_empty() {
            return rows;
        }
        let mut placed: Vec<Option<L::Row>> = std::iter::repeat_with(|| None).take(self.kept.len()).collect();
        let mut arranged = Vec::with_capacity(rows.len());
        let mut new = Vec::new();
        for row in rows {
            match self.places.get(&L::key(&row)).and_then(|place| placed.get_mut(*place)) {
                Some(place @ None) => *place = Some(row),
                _ => new.push(row),
            }
        }
        arranged.extend(placed.into_iter().flatten().chain(new));
        arranged
    }
}
