//! Orders one by one, for those who look for them.

use super::{Business, rows};
use crate::domain::{Kind, Known, Subject, World};
use crate::model::{Label, Timestamp};
use crate::snapshot::Order;

impl Business {
    /// The ids of all orders that are known, also of those that have ended, the newest change last.
    pub fn order_ids(&self) -> Vec<Label> {
        let Some(way) = self.special.order.and_then(|id| self.ways.get(usize::from(id.0))) else { return Vec::new() };
        let stand = way.state.steps.iter().flat_map(|step| step.standers.oldest_first());
        let mut all: Vec<(Timestamp, &Label)> = stand.filter(|(_, e)| e.owner.is_none()).map(|(at, e)| (at, &e.id)).collect();
        // Each step's are in order already: they are only merged.
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, id)| id.clone()).collect()
    }

    /// One of them as the list has it.
    pub fn order(&self, id: &Label) -> Option<Order> {
        let pipeline = self.special.order?;
        rows::order(&self.world, pipeline, self.plans.get(pipeline), id)
    }

    /// An order that a store was asked for: it is shown, and counted nowhere.
    pub(super) fn keep_sought(&mut self, known: Known) {
        let mut sought = World::default();
        sought.join(known.walkers, known.claims, &self.plans);
        self.sought = sought;
    }

    /// Whether the order is in memory.
    pub fn knows_order(&self, id: &str) -> bool {
        let subject = self.special.order.map(|pipeline| Subject { kind: Kind::Walker(pipeline), id: id.into() });
        subject.is_some_and(|subject| self.world.walkers.contains_key(&subject))
    }
}
