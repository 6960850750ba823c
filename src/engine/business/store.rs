//! A store beside the tail. Its walkers join those that the tail made: both are made of the same events, so what both know
//! changes nothing. What it counted counts in place of ours, for it saw all of it.

use super::pipeline::Moment;
use super::{Business, memory};
use crate::domain::{Kind, Known, Profile, Subject};
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
            StoreNews::Known(known) => self.join(known, now),
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

    fn join(&mut self, mut known: Known, now: Timestamp) {
        known.retain(|subject, walker| self.is_news(subject, walker, now));
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

    /// What ended long ago was told and counted, and is forgotten: a late event does not bring it back.
    fn is_news(&self, subject: &Subject, walker: &crate::domain::Walker, now: Timestamp) -> bool {
        let told = self.store.as_ref().is_some_and(|store| store.told);
        let Kind::Walker(pipeline) = subject.kind else { return false };
        if !told || self.world.walkers.contains_key(subject) {
            return true;
        }
        let standing = crate::domain::Standing::of(walker, pipeline, &self.plans);
        !memory::is_over(&standing, subject, &self.plans) || standing.since_at().is_none_or(|since| memory::remembers(since, now))
    }

    fn join_profile(&mut self, subject: Subject, theirs: &Profile) {
        let new = !self.world.profiles.contains_key(&subject);
        let id = subject.id.clone();
        self.world.profiles.entry(subject.clone()).or_default().merge(theirs);
        let gone = match subject.kind {
            Kind::Customer => theirs.last.as_ref().and_then(|last| self.customers.known(&id, last.at, &theirs.counts)),
            Kind::Article => {
                if let (Some(level), Some((_, stamp))) = (theirs.values.integer(Meaning::Level), theirs.values.get(Meaning::Level))
                {
                    self.stock.level(&id, stamp.at, level);
                }
                new.then(|| self.articles.push(id)).flatten()
            }
            Kind::Courier => new.then(|| self.couriers.push(id)).flatten(),
            Kind::Channel | Kind::Walker(_) => None,
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
    use crate::rules::PaymentRules;

    fn at(ms: i64) -> Timestamp {
        Timestamp(START + ms)
    }

    /// A store has told all that it has.
    fn followed(topics: &Topics) -> Business {
        let mut business = Business::new(Catalogue::builtin());
        let stand = Stand { marks: BTreeMap::new(), counted: BTreeMap::new(), since: at(0) };
        business.take_store(StoreNews::Stands(stand), topics, at(0));
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
        let joined: Vec<_> = business.world.walkers.keys().map(|subject| subject.id.to_string()).collect();
        assert_eq!((joined, business.world.claims.len()), (vec!["o2".to_owned()], 1));
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
