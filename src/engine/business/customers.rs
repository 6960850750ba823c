use super::knowledge::Counts;
use super::store::StoreSide;
use crate::domain::Map;
use crate::engine::clock::Step;
use crate::engine::sliding::Sliding;
use crate::model::{Label, Reason, Timestamp};
use crate::snapshot::{Customer, CustomerSections, Customers as Figures};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Customers that are kept; those seen longest ago go first.
const MOST: usize = 200_000;
const SHOWN: usize = 1_000;
/// Places in the order that stand for nobody are kept up to so many, and up to as many as there are customers.
const STALE: usize = 4_096;

/// Who tells of a customer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Event,
    /// It knows those of long ago: a new one stands before all that events told of.
    Store,
}

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    orders: u64,
    last_seen: Timestamp,
    /// Its place in `recent`.
    told: u64,
    visited: bool,
    bought: bool,
}

/// Customers in the order in which they were last told of, and what they did in the shop.
#[derive(Default)]
pub struct Customers {
    rows: Map<Label, Row>,
    /// One that was told of again stands further back once more: where it stood before, its number is not its row's any more.
    recent: VecDeque<(u64, Label)>,
    told: u64,
    steps: Vec<(Label, u64, Sliding)>,
    visitors: u64,
    buyers: u64,
    pub changed: bool,
}

impl Customers {
    /// A step of the journey.
    pub fn step(&mut self, id: &Label, step: &Label, at: Timestamp, live: Option<i64>) {
        let place = self.steps.iter().position(|(name, ..)| name == step).unwrap_or_else(|| {
            self.steps.push((step.clone(), 0, Sliding::default()));
            self.steps.len() - 1
        });
        let (_, count, window) = &mut self.steps[place];
        *count += 1;
        if let Some(second) = live {
            window.record(second);
        }
        self.visited(id, at, By::Event, step.as_ref() == "purchase");
    }

    /// An order of theirs began.
    pub fn ordered(&mut self, id: &Label, at: Timestamp) {
        self.seen(id, at, By::Event, |row| row.orders += 1);
    }

    /// A customer as a store knows it.
    pub fn known(&mut self, id: &Label, last: Timestamp, counts: &BTreeMap<Label, u64>) {
        if counts.is_empty() {
            self.seen(id, last, By::Store, |_| {});
        } else {
            self.visited(id, last, By::Store, counts.contains_key("purchase"));
        }
    }

    fn visited(&mut self, id: &Label, at: Timestamp, by: By, buys: bool) {
        let (mut visitor, mut buyer) = (false, false);
        let gone = self.seen(id, at, by, |row| {
            (visitor, buyer) = (!row.visited, buys && !row.bought);
            row.visited = true;
            row.bought |= buys;
        });
        // One that is let go at once is nobody's visit: it would be counted again each time.
        if gone.as_ref() != Some(id) {
            self.visitors += u64::from(visitor);
            self.buyers += u64::from(buyer);
        }
    }

    pub fn step_back(&mut self, step: Step) {
        self.steps.iter_mut().for_each(|(.., window)| window.step_back(step));
    }

    /// Returns one that had to be let go.
    fn seen(&mut self, id: &Label, at: Timestamp, by: By, note: impl FnOnce(&mut Row)) -> Option<Label> {
        self.changed = true;
        let (row, new) = match self.rows.entry(id.clone()) {
            Entry::Occupied(known) => (known.into_mut(), false),
            Entry::Vacant(place) => (place.insert(Row::default()), true),
        };
        note(row);
        row.last_seen = row.last_seen.max(at);
        match by {
            // It stands last already.
            By::Event if !new && row.told == self.told => {}
            By::Event => {
                self.told += 1;
                row.told = self.told;
                self.recent.push_back((self.told, id.clone()));
            }
            By::Store if new => self.recent.push_front((row.told, id.clone())),
            By::Store => {}
        }
        self.tidy();
        if self.rows.len() > MOST { self.let_go() } else { None }
    }

    /// Whom nobody told of for the longest time.
    fn let_go(&mut self) -> Option<Label> {
        while let Some((told, id)) = self.recent.pop_front() {
            if self.rows.get(&id).is_some_and(|row| row.told == told) {
                self.rows.remove(&id);
                return Some(id);
            }
        }
        None
    }

    fn tidy(&mut self) {
        if self.recent.len() > self.rows.len() * 2 + STALE {
            let rows = &self.rows;
            self.recent.retain(|(told, id)| rows.get(id).is_some_and(|row| row.told == *told));
        }
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
        let newest = self.recent.iter().rev().filter_map(|(told, id)| {
            let row = self.rows.get(id).filter(|row| row.told == *told)?;
            Some(Customer { id: id.into(), orders: row.orders, last_seen: row.last_seen })
        });
        let mut rows: Vec<Customer> = newest.take(SHOWN).collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        CustomerSections { customers, customer_rows: rows.into_iter().map(Arc::new).collect(), customers_known: self.rows.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::properties::{START, tell};
    use super::super::{Business, StoreNews};
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::domain::{Kind, Known, Profile, Subject};
    use crate::engine::topics::Topics;
    use crate::history::Budget;
    use crate::model::{Place, Stamp};

    /// So their number is bounded by ours, whatever is begun anew.
    #[test]
    fn of_customers_no_profile_is_kept_whoever_tells_of_them() {
        let mut business = Business::new(Catalogue::builtin());
        tell(&mut business, "user.login", 1, 1_000, 1_000, r#"{"userId":"c1"}"#);
        tell(&mut business, "orders.created", 1, 1_000, 1_000, r#"{"id":"o1","customerId":"c2","total":5,"currency":"GNF"}"#);
        let last = Stamp { at: Timestamp(START), place: Place { topic: "user.login".into(), partition: 0, offset: 0 } };
        let profile = Profile { last: Some(last), ..Profile::default() };
        let subject = Subject { kind: Kind::Customer, id: "c3".into() };
        let known = Known { profiles: vec![(subject, profile)], ..Known::default() };
        let topics = Topics::new(Catalogue::builtin(), Budget::new(1 << 20), Timestamp(START));
        business.take_store(StoreNews::Known(known), &topics, Timestamp(START + 2_000));
        let section = business.customers.sections(Ok(Counts::OfTail), None);
        assert_eq!((section.customers_known, section.customers.logins), (3, Some(1)));
        assert!(business.world.profiles.is_empty());
    }
}
