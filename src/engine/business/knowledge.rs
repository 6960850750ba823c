use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::engine::clock::Step;
use crate::engine::topics::Topics;
use crate::model::{Code, Reason, Timestamp};
use std::sync::Arc;

/// After a skipped record a section says nothing for so long, and begins anew if no other was skipped meanwhile.
const REST_MS: i64 = 60_000;

/// The topics that a section is made of, and whether all of their records were read.
pub struct Knowledge {
    topics: Vec<Arc<str>>,
    /// A topic whose records were passed over, and when it last was.
    skipped: Option<(Arc<str>, Timestamp)>,
    /// A part of the past was left out: what began there may have gone on in it.
    cut: bool,
}

impl Knowledge {
    pub fn of(catalogue: &Catalogue, wanted: impl Fn(&TopicEntry) -> bool) -> Self {
        let topics = catalogue.topics.iter().filter(|entry| wanted(entry)).map(|entry| entry.name.clone()).collect();
        Self { topics, skipped: None, cut: false }
    }

    /// The topics that move entities of this pipeline.
    pub fn of_pipeline(catalogue: &Catalogue, name: &str) -> Self {
        let moves = |role: &Role| match role {
            Role::Stage { pipeline, .. } | Role::Exit { pipeline, .. } | Role::Update { pipeline } => pipeline.as_ref() == name,
            _ => false,
        };
        Self::of(catalogue, |entry| moves(&entry.role) || entry.also.as_ref().is_some_and(|also| moves(&also.role)))
    }

    /// No topic of the catalogue belongs to it.
    pub fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// Records of a topic were passed over: under the read budget, or (`past`) when the warm-up was cut.
    pub fn skipped(&mut self, topic: &Arc<str>, past: bool, now: Timestamp) {
        if !self.topics.contains(topic) {
            return;
        }
        if past {
            self.cut = true;
        } else {
            self.skipped = Some((topic.clone(), now));
        }
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(self.skipped.iter_mut().map(|(_, at)| at));
    }

    /// Returns whether what is known must be forgotten: records are missing in it, and from here on none are.
    pub fn begins_anew(&mut self, topics: &Topics, now: Timestamp) -> bool {
        let rested = self.skipped.as_ref().is_some_and(|(_, at)| now.since_ms(*at) >= REST_MS);
        let cut = self.cut && self.skipped.is_none() && !self.warming(topics);
        if rested || cut {
            (self.skipped, self.cut) = (None, false);
        }
        rested || cut
    }

    fn there<'a>(&'a self, topics: &'a Topics) -> impl Iterator<Item = &'a crate::engine::topic::TopicState> {
        self.topics.iter().filter_map(|name| topics.get(name))
    }

    /// The past of one of them is still being read.
    pub fn warming(&self, topics: &Topics) -> bool {
        self.there(topics).any(|topic| !topics.warmed_up(topic))
    }

    /// # Errors
    /// Why the section's figures are not known.
    pub fn known(&self, topics: &Topics, nothing_read: bool) -> Result<(), Reason> {
        if nothing_read {
            return Err(Code::NotReading.into());
        }
        if let Some((topic, _)) = &self.skipped {
            return Err(Reason::new(Code::Sampled).text("topic", topic.clone()));
        }
        if let Some(unread) = self.there(topics).find(|t| !t.watched || !t.whole(topics.reading())) {
            return Err(Reason::new(Code::TopicNotRead).text("topic", unread.name.clone()));
        }
        // One that is not there yet has no records: nothing is missed by it.
        if self.there(topics).next().is_none() { Err(Code::NoTopics.into()) } else { Ok(()) }
    }
}
