//! A store beside the tail. Its walkers join those that the tail made: both are made of the same events, so what both know
//! changes nothing. What it counted counts in place of ours, for it saw all of it.

use super::pipeline::Moment;
use super::{Business, memory};
use crate::domain::{Kind, Known, Profile, Subject, Walker};
use crate::engine::clock::Step;
use crate::engine::topics::Topics;
use crate::model::{Code, Meaning, Reason, Timestamp, TopicPartition};
use crate::snapshot::StoreSource;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is read of a store, in the order of reading.
pub enum StoreNews {
    /// Some of what it knows.
    Known(Known),
    /// All that it has up to here was told.
    Stands(Stand),
    /// An order that was asked for by its id, and stands in no memory.
    Sought(Known),
    /// It is another state than the one that was told: nothing of that holds any more.
    Anew,
    /// It cannot be read.
    Away(String),
}

pub struct Stand {
    /// The offset that each partition goes on with.
    pub marks: BTreeMap<TopicPartition, i64>,
    /// Of all customers, and of all channels: kind, what, how often.
    pub counted: BTreeMap<(String, String), u64>,
    /// What ended before is not in it.
    pub since: Timestamp,
}

/// How the store is doing, as the dashboard sees it.
#[derive(Default)]
pub struct StoreSide {
    /// Told to its end once.
    told: bool,
    away: Option<Arc<str>>,
    counted: BTreeMap<(String, String), u64>,
    since: Option<Timestamp>,
}

impl StoreSide {
    pub fn counted(&self, kind: &str, what: &str) -> u64 {
        self.counted.iter().find(|((k, w), _)| k == kind && w == what).map_or(0, |(_, n)| *n)
    }

    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    pub fn source(&self) -> StoreSource {
        let state = match (&self.away, self.told) {
            (Some(_), _) => "down",
            (None, false) => "reading",
            (None, true) => "ok",
        };
        let reason = self.away.as_ref().map(|why| Reason::new(Code::StoreAway).text("error", why.clone()));
        StoreSource { state, reason }
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(&mut self.since);
    }
}

impl Business {
    /// There is a store, which will be told of.
    pub fn follow_store(&mut self) {
        self.store.get_or_insert_default();
    }

    pub fn take_store(&mut self, news: StoreNews, topics: &Topics, now: Timestamp) {
        self.follow_store();
        match news {
            StoreNews::Known(known) => self.join(known, topics, now),
            StoreNews::Sought(known) => self.keep_sought(known),
            StoreNews::Stands(stand) => self.stands(stand, topics, now),
            StoreNews::Anew => self.begin_again(now),
            StoreNews::Away(why) => {
                if let Some(store) = &mut self.store {
                    store.away = Some(why.into());
                }
            }
        }
    }

    /// What the tail saw cannot be told from what the store told: both go.
    fn begin_again(&mut self, now: Timestamp) {
        let (picture, live) = (std::mem::take(&mut self.picture), self.live);
        // What was set stays: only what was seen goes.
        let (payment_rules, most_open) = (self.payment_rules.clone(), self.most_open);
        *self = Self { picture, live, payment_rules, most_open, ..Self::new(self.catalogue.clone()) };
        self.follow_store();
        self.knowledge().for_each(|knowledge| knowledge.forgets(now));
    }

    fn stands(&mut self, stand: Stand, topics: &Topics, now: Timestamp) {
        self.knowledge().for_each(|knowledge| knowledge.stands(&stand.marks, topics, now));
        self.customers.changed = true;
        let Some(store) = &mut self.store else { return };
        store.told = true;
        store.away = None;
        store.counted = stand.counted;
        store.since = Some(stand.since);
    }

    fn join(&mut self, mut known: Known, topics: &Topics, now: Timestamp) {
        known.retain(|subject, walker| self.is_news(subject, walker, topics, now));
        let moment = Moment { now, live: None };
        for moved in self.world.join(known.walkers, known.claims, &self.plans) {
            if let Kind::Walker(pipeline) = moved.subject.kind
                && let Some(way) = self.way(pipeline)
            {
                way.state.changed = true;
            }
            self.note(&moved, moment);
            self.note_customer(&moved);
        }
        for (subject, profile) in known.profiles {
            self.join_profile(subject, &profile);
        }
        self.stay_small(now);
    }

    /// What ended long ago was told and counted, and is forgotten: neither a late event nor a store that catches up with its
    /// beginning brings it back.
    fn is_news(&self, subject: &Subject, walker: &Walker, topics: &Topics, now: Timestamp) -> bool {
        let told = self.store.as_ref().is_some_and(|store| store.told);
        let Kind::Walker(pipeline) = subject.kind else { return false };
        if !told || self.world.walkers.contains_key(subject) {
            return true;
        }
        if self.saw_all_of(walker, topics) {
            return false;
        }
        let standing = crate::domain::Standing::of(walker, pipeline, &self.plans);
        !memory::is_over(&standing, subject, &self.plans) || standing.since_at().is_none_or(|since| memory::remembers(since, now))
    }

    /// The tail read every event that this is made of, and did not give up what it knew since.
    fn saw_all_of(&self, walker: &Walker, topics: &Topics) -> bool {
        let anew = self.ways.iter().filter_map(|way| way.knowledge.begun_anew()).max();
        walker.stamps().all(|stamp| anew.is_none_or(|anew| stamp.at > anew) && topics.has_read(&stamp.place))
    }

    fn join_profile(&mut self, subject: Subject, theirs: &Profile) {
        let id = subject.id.clone();
        if subject.kind == Kind::Customer {
            if let Some(last) = &theirs.last {
                self.customers.known(&id, last.at, &theirs.counts);
            }
            return;
        }
        let new = !self.world.profiles.contains_key(&subject);
        self.world.profiles.entry(subject.clone()).or_default().merge(theirs);
        let gone = match subject.kind {
            Kind::Article => {
                if let (Some(level), Some((_, stamp))) = (theirs.values.integer(Meaning::Level), theirs.values.get(Meaning::Level))
                {
                    self.stock.level(&id, stamp.at, level);
                }
                new.then(|| self.articles.push(id)).flatten()
            }
            Kind::Courier => new.then(|| self.couriers.push(id)).flatten(),
            Kind::Customer | Kind::Channel | Kind::Walker(_) => None,
        };
        if let (Kind::Article, Some(gone)) = (subject.kind, &gone) {
            self.stock.forget(gone);
        }
        self.forget_profile(subject.kind, gone);
    }
}

#[cfg(test)]
mod tests {
    use super::super::properties::{START, tell};
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::history::Budget;
    use crate::model::{Assignment, Slot};
    use crate::rules::PaymentRules;

    fn at(ms: i64) -> Timestamp {
        Timestamp(START + ms)
    }

    /// A store has told all that it has.
    fn stands(business: &mut Business, topics: &Topics, ms: i64) {
        let stand = Stand { marks: BTreeMap::new(), counted: BTreeMap::new(), since: at(0) };
        business.take_store(StoreNews::Stands(stand), topics, at(ms));
    }

    fn followed(topics: &Topics) -> Business {
        let mut business = Business::new(Catalogue::builtin());
        stands(&mut business, topics, 0);
        business
    }

    /// All that one knows who took such events.
    fn known(business: &Business) -> Known {
        Known {
            walkers: business.world.walkers.iter().map(|(s, kept)| (s.clone(), kept.walker.clone())).collect(),
            claims: business.world.claims.iter().map(|(part, claim)| (part.clone(), claim.clone())).collect(),
            profiles: business.world.profiles.iter().map(|(s, profile)| (s.clone(), profile.clone())).collect(),
        }
    }

    fn pays(order: &str) -> String {
        format!(r#"{{"paymentId":"p-{order}","orderId":"{order}","amount":5,"currency":"GNF"}}"#)
    }

    /// The tail read these offsets, and began with the first.
    fn read(topics: &[&str], from: i64, to: i64) -> Topics {
        let mut all = Topics::new(Catalogue::builtin(), Budget::new(1 << 20), at(0));
        for (slot, topic) in (0..).map(Slot).zip(topics) {
            let assignment = Assignment { slot, topic: (*topic).into(), partition: 0, start: from, live_from: from };
            all.assigned(&[assignment], at(0));
            all.reached(slot, to);
        }
        all
    }

    fn ids(business: &Business) -> Vec<String> {
        business.world.walkers.keys().map(|subject| subject.id.to_string()).collect()
    }

    /// The tail sees an order begin and end, and forgets it; the store, which stood still meanwhile, comes to its beginning.
    #[test]
    fn an_order_that_the_tail_saw_end_stays_gone_when_the_store_catches_up() {
        let (begun, ended) = (["orders.created", "payments.initiated"], ["payments.failed", "orders.cancelled"]);
        let topics = read(&[begun, ended].concat(), 10, 20);
        let (mut tail, mut store) = (followed(&topics), Business::new(Catalogue::builtin()));
        for business in [&mut tail, &mut store] {
            tell(business, begun[0], 11, 1_000, 1_000, r#"{"id":"o1"}"#);
            tell(business, begun[1], 11, 2_000, 2_000, &pays("o1"));
        }
        tell(&mut tail, ended[0], 11, 3_000, 3_000, &pays("o1"));
        tell(&mut tail, ended[1], 11, 4_000, 4_000, r#"{"orderId":"o1"}"#);
        tell(&mut tail, begun[0], 12, 700_000, 700_000, r#"{"id":"o2"}"#);
        assert_eq!(ids(&tail), ["o2"]);
        let counts =
            |business: &Business| business.ways.iter().map(|way| (way.state.entered, way.state.left())).collect::<Vec<_>>();
        let before = counts(&tail);
        tail.take_store(StoreNews::Known(known(&store)), &topics, at(700_001));
        assert_eq!((ids(&tail), tail.world.claims.len(), counts(&tail)), (vec!["o2".to_owned()], 0, before));
    }

    #[test]
    fn an_order_of_which_the_tail_did_not_see_all_is_known_by_the_store() {
        let both = ["orders.created", "inventory.checked"];
        let mut store = Business::new(Catalogue::builtin());
        tell(&mut store, both[0], 11, 1_000, 1_000, r#"{"id":"o1"}"#);
        tell(&mut store, both[1], 15, 2_000, 2_000, r#"{"orderId":"o1"}"#);
        let joined = |topics: &Topics, anew: bool| {
            let mut tail = followed(topics);
            if anew {
                tail.take_store(StoreNews::Anew, topics, at(5_000));
                stands(&mut tail, topics, 5_001);
            }
            tail.take_store(StoreNews::Known(known(&store)), topics, at(900_000));
            ids(&tail).len()
        };
        assert_eq!(joined(&read(&both, 12, 20), false), 1, "it began before the tail did");
        assert_eq!(joined(&read(&both, 10, 15), false), 1, "the store is ahead");
        assert_eq!(joined(&read(&both[..1], 10, 20), false), 1, "one topic is not read");
        let seen = read(&both, 10, 20);
        assert_eq!((joined(&seen, false), joined(&seen, true)), (0, 1), "what the tail saw was given up");
        let mut skipped = read(&both, 10, 14);
        skipped.skipped(Slot(1), 14, 16);
        assert_eq!(joined(&skipped, false), 1, "the tail passed a record over");
    }

    #[test]
    fn who_does_not_join_leaves_no_claim() {
        let topics = Topics::new(Catalogue::builtin(), Budget::new(1 << 20), at(0));
        let mut store = Business::new(Catalogue::builtin());
        tell(&mut store, "payments.failed", 1, 1_000, 1_000, &pays("o1"));
        tell(&mut store, "orders.cancelled", 2, 2_000, 2_000, r#"{"orderId":"o1"}"#);
        tell(&mut store, "payments.initiated", 3, 3_000, 3_000, &pays("o2"));
        assert_eq!(store.world.claims.len(), 2);
        let mut business = followed(&topics);
        business.take_store(StoreNews::Known(known(&store)), &topics, at(900_000));
        assert_eq!((ids(&business), business.world.claims.len()), (vec!["o2".to_owned()], 1));
    }

    #[test]
    fn a_store_that_is_made_anew_leaves_the_rules_as_they_were_set() {
        let mut business = Business::new(Catalogue::builtin());
        business.suspect_by(PaymentRules { velocity: 50, ..PaymentRules::default() });
        let now = Timestamp(0);
        let topics = Topics::new(Catalogue::builtin(), crate::history::Budget::new(1 << 20), now);
        business.take_store(StoreNews::Anew, &topics, now);
        assert_eq!(business.payment_rules.velocity, 50);
    }
}
