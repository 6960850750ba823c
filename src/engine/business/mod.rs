//! The business half of the picture from the tail alone: every decoded event goes into one [`World`], and what it moves is counted
//! where it happens. Pictures are made of the counts and of sets that are kept in order, never by a walk over all entities.
//!
//! An event's way: `readers` knows what it means, the world takes it, `pipeline` moves who moved from one step's `standers` to
//! another's and closes its `waits`; `customers`, `stock`, `channels` and `payments` count beside it; `memory` says who may go.
//! Once a second `picture` lays the sections down, each with what `knowledge` says of its topics. Where there is a store, what it
//! knows joins the same world (`store`), and `coverage` says what of the tail's gaps it stands for.

mod channels;
mod coverage;
mod crowd;
mod customers;
mod entity;
mod find;
mod knowledge;
mod lately;
mod look;
mod memory;
mod messages;
mod payments;
mod picture;
mod pipeline;
mod pipeline_part;
#[cfg(test)]
pub(super) mod properties;
mod rates;
mod readers;
mod rows;
mod seen;
mod standers;
mod stock;
mod store;
mod suspicion;
mod trails;
mod waits;
mod watch;

use super::clock::Step;
use super::past::second;
use super::topic::TopicState;
use crate::catalogue::{Catalogue, Role};
use crate::decode::Decoder;
use crate::domain::{Happening, Kind, Moved, Outcome, Part, PipelineId, Plans, Subject, World};
use crate::model::{Label, Meaning, Place, Record, Timestamp, Value};
use crate::rules::PaymentRules;
use knowledge::Knowledge;
use pipeline::Moment;
use seen::{Entity, Seen};
use std::sync::Arc;

pub use picture::Gaze;
pub use store::{Stand, StoreNews};

/// All that the events told so far.
pub struct Business {
    catalogue: Arc<Catalogue>,
    plans: Plans,
    world: World,
    readers: readers::Readers,
    ways: Vec<Way>,
    ended: memory::Ended,
    most_open: usize,
    special: Special,
    payments: payments::Payments,
    payment_rules: PaymentRules,
    customers: customers::Customers,
    couriers: crowd::Crowd,
    articles: crowd::Crowd,
    stock: stock::Stock,
    trails: trails::Trails,
    channels: channels::Channels,
    messages: messages::Messages,
    /// What a store was asked for by its id.
    sought: World,
    shop: Knowledge,
    shelves: Knowledge,
    live: rates::Live,
    since: Option<Timestamp>,
    store: Option<store::StoreSide>,
    picture: picture::Picture,
}

/// A pipeline of the catalogue: what is counted, and what of it is known.
struct Way {
    frame: pipeline_part::Frame,
    state: pipeline::PipelineState,
    knowledge: Knowledge,
}

/// Pipelines with a section of their own.
#[derive(Clone, Copy)]
struct Special {
    order: Option<PipelineId>,
    delivery: Option<PipelineId>,
    payment: Option<PipelineId>,
}

/// A record that was judged to be an event.
pub struct Told<'a> {
    pub record: &'a Record<'a>,
    pub decoder: &'a Decoder,
    /// Of the topic.
    pub place: usize,
    pub topic: &'a Arc<str>,
    pub partition: i32,
    pub live: bool,
}

impl Business {
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let plans = Plans::new(&catalogue);
        let way = |(id, plan): (PipelineId, &crate::domain::Plan)| Way {
            frame: pipeline_part::Frame::new(&catalogue, id, plan),
            state: pipeline::PipelineState::new(plan),
            knowledge: Knowledge::of_pipeline(&catalogue, &plan.name),
        };
        let special = Special { order: plans.id("order"), delivery: plans.id("delivery"), payment: plans.id("payment") };
        Self {
            world: World::default(),
            readers: readers::Readers::default(),
            ways: plans.iter().map(way).collect(),
            ended: memory::Ended::default(),
            most_open: memory::MOST_OPEN,
            special,
            payments: payments::Payments::default(),
            payment_rules: PaymentRules::default(),
            customers: customers::Customers::default(),
            couriers: crowd::Crowd::default(),
            articles: crowd::Crowd::default(),
            stock: stock::Stock::default(),
            trails: trails::Trails::default(),
            channels: channels::Channels::new(&catalogue),
            messages: messages::Messages::default(),
            sought: World::default(),
            shop: Knowledge::of(&catalogue, |entry| matches!(entry.role, Role::Journey { .. })),
            shelves: Knowledge::of(&catalogue, |entry| matches!(entry.role, Role::StockLevel)),
            live: rates::Live::default(),
            since: None,
            store: None,
            picture: picture::Picture::default(),
            plans,
            catalogue,
        }
    }

    /// When a payment is suspicious.
    pub fn suspect_by(&mut self, rules: PaymentRules) {
        self.payment_rules = rules;
    }

    /// Takes a record; returns whether it contradicts its entity for good.
    pub fn take(&mut self, told: &Told<'_>, at: Timestamp) -> bool {
        let Some((topic, reader)) = self.readers.of(told.place, told.topic, &self.catalogue, &self.plans) else { return false };
        let place = Place { topic, partition: told.partition, offset: told.record.offset };
        self.since.get_or_insert(at);
        if told.live {
            self.live.began(at);
        }
        match told.decoder.with_event(told.record, |event| reader.read(place, event)) {
            Some(Ok(happening)) => self.happen(&happening, Moment { now: at, live: told.live.then(|| second(at)) }),
            Some(Err(_)) => true,
            None => false,
        }
    }

    /// Nothing of the past is read any more: rates count from here on.
    pub fn live_from(&mut self, at: Timestamp) {
        self.live.began(at);
    }

    /// Records of a topic were passed over.
    pub fn skipped(&mut self, topic: &TopicState, past: bool, now: Timestamp) {
        self.knowledge().for_each(|knowledge| knowledge.skipped(&topic.name, past, now));
    }

    fn knowledge(&mut self) -> impl Iterator<Item = &mut Knowledge> {
        let ways = self.ways.iter_mut().map(|way| &mut way.knowledge);
        ways.chain(self.channels.knowledge()).chain([&mut self.shop, &mut self.shelves])
    }

    /// The clock was set back: moments of receipt go with it, the events' own times stay.
    pub fn step_back(&mut self, step: Step) {
        step.moments(&mut self.since);
        self.ended.step_back(step);
        self.live.step_back(step);
        self.customers.step_back(step);
        self.channels.step_back(step);
        self.picture.step_back(step);
        for way in &mut self.ways {
            for state in &mut way.state.steps {
                state.window.step_back(step);
                state.standers.step_back();
            }
        }
        self.knowledge().for_each(|knowledge| knowledge.step_back(step));
        self.store.iter_mut().for_each(|store| store.step_back(step));
    }

    fn happen(&mut self, happening: &Happening, moment: Moment) -> bool {
        if happening.subject.kind == Kind::Customer {
            self.visit(happening, moment);
            return false;
        }
        let (walkers, profiles) = (self.world.walkers.len(), self.world.profiles.len());
        let change = self.world.take(happening, &self.plans);
        let new = self.world.walkers.len() > walkers;
        if change.outcome != Outcome::Rejected {
            self.trails.note(happening);
        }
        match happening.subject.kind {
            Kind::Walker(pipeline) => self.walk(happening, pipeline, &change.moved, new, moment),
            _ => self.note_profile(happening, self.world.profiles.len() > profiles, moment),
        }
        change.outcome == Outcome::Rejected
    }

    fn walk(&mut self, happening: &Happening, pipeline: PipelineId, moved: &[Moved], new: bool, moment: Moment) {
        if let Some(way) = self.way(pipeline) {
            way.state.changed = true;
        }
        let before = moved.iter().find(|m| m.subject == happening.subject);
        for moved in moved {
            self.note(moved, moment);
        }
        if new
            && before.is_none()
            && let Some(kept) = self.world.walkers.get(&happening.subject)
        {
            // So far it is known by a page or a position only.
            self.ended.push(happening.subject.clone(), kept.standing.clone(), moment.now);
        }
        if let Some(moved) = before {
            self.note_customer(moved);
        }
        self.stay_small(moment.now);
    }

    fn way(&mut self, id: PipelineId) -> Option<&mut Way> {
        self.ways.get_mut(usize::from(id.0))
    }

    /// A walker and its parts stand anew.
    fn note(&mut self, moved: &Moved, moment: Moment) {
        let Kind::Walker(pipeline) = moved.subject.kind else { return };
        let (before, after) = (moved.before.as_deref(), moved.after.as_ref());
        if moved.before.as_ref().is_some_and(|before| Arc::ptr_eq(before, &moved.after)) {
            return;
        }
        self.restand(pipeline, &moved.subject, None, before.map(Seen::from), Some(after.into()), moment);
        let parts = before.map_or(&[][..], |b| &b.parts);
        for gone in parts.iter().filter(|p| after.parts.iter().all(|a| a.part != p.part)) {
            self.restand(gone.part.pipeline, &moved.subject, Some(&gone.part), Some(gone.into()), None, moment);
        }
        for part in &after.parts {
            let before = parts.iter().find(|p| p.part == part.part);
            if before != Some(part) {
                self.restand(
                    part.part.pipeline,
                    &moved.subject,
                    Some(&part.part),
                    before.map(Seen::from),
                    Some(part.into()),
                    moment,
                );
            }
        }
        if memory::is_over(after, &moved.subject, &self.plans) {
            self.ended.push(moved.subject.clone(), moved.after.clone(), moment.now);
        }
    }

    fn restand(
        &mut self,
        pipeline: PipelineId,
        subject: &Subject,
        part: Option<&Part>,
        before: Option<Seen<'_>>,
        after: Option<Seen<'_>>,
        moment: Moment,
    ) {
        let Kind::Walker(owner) = subject.kind else { return };
        let entity = part.map_or_else(|| Entity::walker(&subject.id), |p| Entity::part(&p.id, owner, &subject.id));
        let plan = self.plans.get(pipeline);
        if let Some(way) = self.ways.get_mut(usize::from(pipeline.0)) {
            way.state.moved(plan, &entity, before, after, moment);
        }
        if Some(pipeline) == self.special.payment
            && payments::Payments::counts(plan, before.as_ref(), after.as_ref())
            && let Some(kept) = self.world.walkers.get(subject)
        {
            let look = look::Look { kept, id: &subject.id };
            let order = part.map(|_| &subject.id);
            let moved = payments::Moved { id: &entity.id, part, order, look, plan, before, after };
            self.payments.moved(&moved, &self.payment_rules, moment.now);
        }
    }

    /// A customer's order was seen to begin.
    fn note_customer(&mut self, moved: &Moved) {
        if !matches!(moved.subject.kind, Kind::Walker(pipeline) if Some(pipeline) == self.special.order) {
            return;
        }
        let began = Seen::from(moved.after.as_ref()).entered();
        if !began || moved.before.as_deref().is_some_and(|before| Seen::from(before).entered()) {
            return;
        }
        let Some(kept) = self.world.walkers.get(&moved.subject) else { return };
        let customer = look::text(look::Look { kept, id: &moved.subject.id }.own(Meaning::Customer));
        let at = moved.after.since_at().unwrap_or_default();
        if let Some(customer) = customer {
            self.customers.ordered(&customer, at);
        }
    }

    /// What a customer did is counted beside the world, which keeps no profile of them: nobody asks for one.
    fn visit(&mut self, happening: &Happening, moment: Moment) {
        if let Some(step) = &happening.counted {
            self.customers.step(&happening.subject.id, step, happening.stamp.at, moment.live);
        }
    }

    fn note_profile(&mut self, happening: &Happening, new: bool, moment: Moment) {
        let id = &happening.subject.id;
        let gone = match happening.subject.kind {
            Kind::Channel => {
                self.channels.sent(id, moment.live);
                self.messages.sent(happening.about.as_ref(), id, happening.stamp);
                None
            }
            Kind::Article => {
                let level = happening.values.iter().find(|(meaning, _)| *meaning == Meaning::Level);
                if let Some((_, Value::Integer(level))) = level {
                    self.stock.level(id, happening.stamp.at, *level);
                }
                new.then(|| self.articles.push(id.clone())).flatten()
            }
            Kind::Courier => new.then(|| self.couriers.push(id.clone())).flatten(),
            Kind::Customer | Kind::Walker(_) => None,
        };
        if let (Kind::Article, Some(gone)) = (happening.subject.kind, &gone) {
            self.stock.forget(gone);
        }
        self.forget_profile(happening.subject.kind, gone);
    }

    fn forget_profile(&mut self, kind: Kind, id: Option<Label>) {
        if let Some(id) = id {
            let subject = Subject { kind, id };
            self.world.profiles.remove(&subject);
            self.trails.forget(&subject);
        }
    }

    /// What ended goes in time; of what is on its way in one pipeline the oldest goes when there is too much.
    fn stay_small(&mut self, now: Timestamp) {
        while let Some((subject, standing)) = self.ended.pop(now) {
            if self.world.walkers.get(&subject).is_some_and(|kept| Arc::ptr_eq(&kept.standing, &standing)) {
                self.forget(&subject);
            }
        }
        if self.world.walkers.len() <= self.most_open {
            return;
        }
        let full = self.ways.iter().find_map(|way| {
            let plan = self.plans.get(way.frame.id);
            let oldest = (way.state.standing(plan) > self.most_open).then(|| way.state.oldest(plan)).flatten();
            oldest.map(|(_, entity)| entity.subject(way.frame.id))
        });
        if let Some(subject) = full {
            self.forget(&subject);
        }
    }

    /// Memory lets go of a walker with all of its parts.
    fn forget(&mut self, subject: &Subject) {
        let Kind::Walker(pipeline) = subject.kind else { return };
        let Some(kept) = self.world.walkers.remove(subject) else { return };
        self.trails.forget(subject);
        if Some(pipeline) == self.special.order {
            self.messages.forget(&subject.id);
        }
        let plan = self.plans.get(pipeline);
        if let Some(way) = self.ways.get_mut(usize::from(pipeline.0)) {
            way.state.forget(plan, &Entity::walker(&subject.id), &Seen::from(kept.standing.as_ref()));
        }
        for part in &kept.standing.parts {
            let plan = self.plans.get(part.part.pipeline);
            let entity = Entity::part(&part.part.id, pipeline, &subject.id);
            if let Some(way) = self.ways.get_mut(usize::from(part.part.pipeline.0)) {
                way.state.forget(plan, &entity, &Seen::from(part));
            }
        }
        for part in kept.walker.groups.iter().filter_map(|g| g.key.part.as_ref()) {
            // A claim is of use while somebody who makes it is known.
            let known = |id: &Label| self.world.walkers.contains_key(&Subject { kind: subject.kind, id: id.clone() });
            if self.world.claims.get(part).is_some_and(|claim| !claim.claimants().any(known)) {
                self.world.claims.remove(part);
            }
        }
    }
}
