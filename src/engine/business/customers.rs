use super::knowledge::Counts;
use super::store::StoreSide;
use crate::domain::Map;
use crate::engine::clock::Step;
use crate::engine::sliding::Sliding;
use crate::model::{Label, Reason, Timestamp};
use crate::snapshot::{Customer, CustomerSections, Customers as Figures};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Customers that are kept; those seen longest ago go first.
const MOST: usize = 200_000;
const SHOWN: usize = 1_000;

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    orders: u64,
    last_seen: Timestamp,
    visited: bool,
    bought: bool,
}

/// Customers by when they were last seen, and what they did in the shop.
#[derive(Default)]
pub struct Customers {
    rows: Map<Label, Row>,
    recent: BTreeSet<(Timestamp, Label)>,
    steps: Vec<(Label, u64, Sliding)>,
    visitors: u64,
    buyers: u64,
    pub changed: bool,
}

impl Customers {
    /// A step of the journey. Returns a customer that memory has to let go.
    pub fn step(&mut self, id: &Label, step: &Label, at: Timestamp, live: Option<i64>) -> Option<Label> {
        let place = self.steps.iter().position(|(name, ..)| name == step).unwrap_or_else(|| {
            self.steps.push((step.clone(), 0, Sliding::default()));
            self.steps.len() - 1
        });
        let (_, count, window) = &mut self.steps[place];
        *count += 1;
        if let Some(second) = live {
            window.record(second);
        }
        self.visited(id, at, step.as_ref() == "purchase")
    }

    /// An order of theirs began.
    pub fn ordered(&mut self, id: &Label, at: Timestamp) -> Option<Label> {
        self.seen(id, at, |row| row.orders += 1)
    }

    /// A customer as a store knows it. Returns one that memory has to let go.
    pub fn known(&mut self, id: &Label, last: Timestamp, counts: &BTreeMap<Label, u64>) -> Option<Label> {
        if counts.is_empty() {
            return self.seen(id, last, |_| {});
        }
        self.visited(id, last, counts.contains_key("purchase"))
    }

    fn visited(&mut self, id: &Label, at: Timestamp, buys: bool) -> Option<Label> {
        let (mut visitor, mut buyer) = (false, false);
        let gone = self.seen(id, at, |row| {
            (visitor, buyer) = (!row.visited, buys && !row.bought);
            row.visited = true;
            row.bought |= buys;
        });
        // One that is let go at once is nobody's visit: it would be counted again each time.
        if gone.as_ref() != Some(id) {
            self.visitors += u64::from(visitor);
            self.buyers += u64::from(buyer);
        }
        gone
    }

    pub fn step_back(&mut self, step: Step) {
        self.steps.iter_mut().for_each(|(.., window)| window.step_back(step));
    }

    fn seen(&mut self, id: &Label, at: Timestamp, note: impl FnOnce(&mut Row)) -> Option<Label> {
        self.changed = true;
        let row = match self.rows.entry(id.clone()) {
            Entry::Occupied(known) => {
                let row = known.into_mut();
                note(row);
                if at <= row.last_seen {
                    return None;
                }
                self.recent.remove(&(row.last_seen, id.clone()));
                row
            }
            Entry::Vacant(place) => {
                let row = place.insert(Row::default());
                note(row);
                row
            }
        };
        row.last_seen = at;
        self.recent.insert((at, id.clone()));
        if self.rows.len() <= MOST {
            return None;
        }
        let (_, gone) = self.recent.pop_first()?;
        self.rows.remove(&gone);
        Some(gone)
    }

    pub fn sections(&self, known: Result<Counts, Reason>, store: Option<&StoreSide>) -> CustomerSections {
        let store = store.filter(|_| known == Ok(Counts::OfStore));
        let ours = |name: &str| self.steps.iter().find(|(step, ..)| step.as_ref() == name).map_or(0, |(_, count, _)| *count);
        let count = |name: &str| known.is_ok().then(|| store.map_or_else(|| ours(name), |s| s.counted("customer", name)));
        let customers = Figures {
            logins: count("login"),
            page_views: count("page-view"),
            searches: count("search"),
            purchases: count("purchase"),
            conversion: (known.is_ok() && self.visitors > 0).then(|| self.buyers as f64 / self.visitors as f64),
            reason: known.err().or_else(|| (self.visitors == 0).then(|| crate::model::Code::NoRecords.into())),
        };
        let newest = self.recent.iter().rev().take(SHOWN);
        let mut rows: Vec<Customer> = newest
            .filter_map(|(_, id)| {
                let row = self.rows.get(id)?;
                Some(Customer { id: id.into(), orders: row.orders, last_seen: row.last_seen })
            })
            .collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        CustomerSections { customers, customer_rows: rows, customers_known: self.rows.len() }
    }
}
