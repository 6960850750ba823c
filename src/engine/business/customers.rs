use super::knowledge::Counts;
use super::seen::number;
use super::store::StoreSide;
use crate::domain::Map;
use crate::engine::clock::Step;
use crate::engine::sliding::Sliding;
use crate::model::{Reason, Timestamp};
use crate::snapshot::{Customer, CustomerSections, Customers as Figures};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    rows: Map<Arc<str>, Row>,
    recent: BTreeSet<(Timestamp, u64, Arc<str>)>,
    steps: Vec<(Arc<str>, u64, Sliding)>,
    visitors: u64,
    buyers: u64,
    pub changed: bool,
}

impl Customers {
    /// A step of the journey. Returns a customer that memory has to let go.
    pub fn step(&mut self, id: &Arc<str>, step: &Arc<str>, at: Timestamp, live: Option<i64>) -> Option<Arc<str>> {
        let place = self.steps.iter().position(|(name, ..)| name == step).unwrap_or_else(|| {
            self.steps.push((step.clone(), 0, Sliding::default()));
            self.steps.len() - 1
        });
        let (_, count, window) = &mut self.steps[place];
        *count += 1;
        if let Some(second) = live {
            window.record(second);
        }
        let gone = self.seen(id, at);
        self.visited(id, step.as_ref() == "purchase");
        gone
    }

    /// An order of theirs began.
    pub fn ordered(&mut self, id: &Arc<str>, at: Timestamp) -> Option<Arc<str>> {
        let gone = self.seen(id, at);
        if let Some(row) = self.rows.get_mut(id) {
            row.orders += 1;
        }
        gone
    }

    /// A customer as a store knows it. Returns one that memory has to let go.
    pub fn known(&mut self, id: &Arc<str>, last: Timestamp, counts: &BTreeMap<Arc<str>, u64>) -> Option<Arc<str>> {
        let gone = self.seen(id, last);
        if !counts.is_empty() {
            self.visited(id, counts.contains_key("purchase"));
        }
        gone
    }

    fn visited(&mut self, id: &Arc<str>, buys: bool) {
        let Some(row) = self.rows.get_mut(id) else { return };
        self.visitors += u64::from(!row.visited);
        row.visited = true;
        self.buyers += u64::from(buys && !row.bought);
        row.bought |= buys;
    }

    pub fn step_back(&mut self, step: Step) {
        self.steps.iter_mut().for_each(|(.., window)| window.step_back(step));
    }

    fn seen(&mut self, id: &Arc<str>, at: Timestamp) -> Option<Arc<str>> {
        self.changed = true;
        let row = match self.rows.get_mut(id) {
            Some(row) if at <= row.last_seen => return None,
            Some(row) => {
                self.recent.remove(&(row.last_seen, number(id), id.clone()));
                row
            }
            None => self.rows.entry(id.clone()).or_default(),
        };
        row.last_seen = at;
        self.recent.insert((at, number(id), id.clone()));
        if self.rows.len() <= MOST {
            return None;
        }
        let (.., gone) = self.recent.pop_first()?;
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
            .filter_map(|(.., id)| {
                let row = self.rows.get(id)?;
                Some(Customer { id: id.clone(), orders: row.orders, last_seen: row.last_seen })
            })
            .collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        CustomerSections { customers, customer_rows: rows, customers_known: self.rows.len() }
    }
}
