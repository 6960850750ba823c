//! The table: where each order goes, who brings it, and whether it is over. From events keyed by order, which no member has together
//! with the positions of its couriers.

use super::super::core::{point, text};
use crate::domain::{Happening, Kind, PipelineId, Plan, Step};
use crate::model::{Label, Meaning, Point};
use std::collections::{HashMap, HashSet, VecDeque};

/// Orders on their way, and orders that ended, the newest each: topics are read side by side, so an end may come before its beginning.
const MOST: usize = 200_000;
/// Places in the order that stand for none on its way are kept up to so many, and up to as many as there are on their way.
const STALE: usize = 1_024;

/// Where an order is brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    pub courier: Option<Label>,
    pub pickup: Option<Point>,
    pub destination: Option<Point>,
    /// The furthest stage that was told, and the one in which the courier was named.
    stage: Option<Step>,
    assigned: Option<Step>,
}

/// A delivery is over.
pub struct Change {
    pub courier: Label,
    /// As it should be.
    pub arrived: bool,
}

pub struct Orders {
    pipeline: PipelineId,
    plan: Plan,
    ways: HashMap<Label, Way>,
    /// Oldest first; one that ended may still have its place here.
    begun: VecDeque<Label>,
    /// By courier, the order that was given to it last.
    given: HashMap<Label, Label>,
    ended: HashSet<Label>,
    ended_first: VecDeque<Label>,
}

impl Way {
    /// The courier has the goods, by what was told.
    pub fn is_picked_up(&self) -> bool {
        self.pickup.is_none() || self.stage > self.assigned
    }
}

impl Orders {
    pub fn new(pipeline: PipelineId, plan: Plan) -> Self {
        Self {
            pipeline,
            plan,
            ways: HashMap::new(),
            begun: VecDeque::new(),
            given: HashMap::new(),
            ended: HashSet::new(),
            ended_first: VecDeque::new(),
        }
    }

    /// Of an order that is on its way.
    pub fn way(&self, order: &str) -> Option<&Way> {
        self.ways.get(order).filter(|way| way.destination.is_some())
    }

    /// What the courier has to bring.
    pub fn of(&self, courier: &str) -> Option<Label> {
        self.given.get(courier).filter(|order| self.ways.contains_key(*order)).cloned()
    }

    /// `None`: no delivery ended with it.
    pub fn learn(&mut self, happening: &Happening) -> Option<Change> {
        let id = &happening.subject.id;
        if happening.subject.kind != Kind::Walker(self.pipeline) || self.ended.contains(id) {
            return None;
        }
        if let Some(step) = happening.step.filter(|step| self.plan.has_ended(*step)) {
            return self.end(id, text(happening, Meaning::Courier), step == self.plan.end());
        }
        if !self.ways.contains_key(id) {
            self.begun.push_back(id.clone());
            self.make_room();
        }
        let way = self.ways.entry(id.clone()).or_default();
        way.pickup = point(happening, Meaning::Pickup).or(way.pickup);
        way.destination = point(happening, Meaning::Destination).or(way.destination);
        way.stage = way.stage.max(happening.step);
        if let Some(courier) = text(happening, Meaning::Courier) {
            way.assigned = match (way.assigned, happening.step) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            way.courier = Some(courier.clone());
            self.given.insert(courier.clone(), id.clone());
        }
        None
    }

    fn end(&mut self, id: &Label, courier: Option<&Label>, arrived: bool) -> Option<Change> {
        self.ended.insert(id.clone());
        self.ended_first.push_back(id.clone());
        if self.ended_first.len() > MOST
            && let Some(oldest) = self.ended_first.pop_front()
        {
            self.ended.remove(&oldest);
        }
        let way = self.ways.remove(id);
        self.tidy();
        let courier = way.and_then(|way| way.courier).or_else(|| courier.cloned())?;
        if self.given.get(&courier) == Some(id) {
            self.given.remove(&courier);
        }
        Some(Change { courier, arrived })
    }

    /// Not from the front only: the oldest may be one that never ends.
    fn tidy(&mut self) {
        if self.begun.len() > self.ways.len() * 2 + STALE {
            let ways = &self.ways;
            self.begun.retain(|id| ways.contains_key(id));
        }
    }

    fn make_room(&mut self) {
        while self.begun.len() > MOST
            && let Some(oldest) = self.begun.pop_front()
        {
            self.ways.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::trial::Events;
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::domain::Plans;

    #[test]
    fn of_orders_that_ended_no_place_is_kept_for_long_whoever_stands_before_them() {
        let plans = Plans::new(&Catalogue::builtin());
        let pipeline = plans.id("order").unwrap();
        let (mut events, mut orders) = (Events::new(), Orders::new(pipeline, plans.get(pipeline).clone()));
        let mut tell = |topic: &str, order: usize| {
            orders.learn(&events.read(topic, &format!(r#"{{"orderId":"A{order}","courierId":"k1"}}"#)));
            (orders.ways.len(), orders.begun.len())
        };
        tell("delivery.assigned", 0);
        for order in 1..STALE * 3 {
            tell("delivery.assigned", order);
            let (ways, begun) = tell("delivery.delivered", order);
            assert!(ways == 1 && begun <= STALE + 2, "{ways} {begun}");
        }
    }
}
