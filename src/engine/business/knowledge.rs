use super::coverage::{Coverage, LogEnds};
use super::picture::Gaze;
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::engine::clock::Step;
use crate::engine::partition::Partition;
use crate::engine::topics::Topics;
use crate::model::{Code, Reason, Timestamp, TopicPartition};
use std::collections::BTreeMap;
use std::sync::Arc;

/// After a skipped record a section says nothing for so long, and begins anew if no other was skipped meanwhile.
const REST_MS: i64 = 60_000;

/// Whose counts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    OfTail,
    OfStore,
}

/// The topics that a section is made of, and whether all of their records were read.
pub struct Knowledge {
    topics: Vec<Arc<str>>,
    /// A topic whose records were passed over, and when it last was.
    skipped: Option<(Arc<str>, Timestamp)>,
    /// A part of the past was left out: what began there may have gone on in it.
    cut: bool,
    /// Since when no record was passed over.
    whole_since: Option<Timestamp>,
    /// What was read before that was given up.
    forgotten: bool,
    /// When what was known was last given up.
    begun_anew: Option<Timestamp>,
    /// What a store stands for.
    covered: Coverage,
}

impl Knowledge {
    pub fn of(catalogue: &Catalogue, wanted: impl Fn(&TopicEntry) -> bool) -> Self {
        let topics = catalogue.topics.iter().filter(|entry| wanted(entry)).map(|entry| entry.name.clone()).collect();
        Self {
            topics,
            skipped: None,
            cut: false,
            whole_since: None,
            forgotten: false,
            begun_anew: None,
            covered: Coverage::default(),
        }
    }

    /// The topics that move entities of this pipeline.
    pub fn of_pipeline(catalogue: &Catalogue, name: &str) -> Self {
        let moves = |role: &Role| match role {
            Role::Stage { pipeline, .. } | Role::Exit { pipeline, .. } | Role::Update { pipeline } => pipeline.as_ref() == name,
            _ => false,
        };
        Self::of(catalogue, |entry| moves(&entry.role) || entry.also.as_ref().is_some_and(|also| moves(&also.role)))
    }

    /// What it is made of, whether it exists or not.
    pub fn topics(&self) -> &[Arc<str>] {
        &self.topics
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
        self.whole_since = Some(now);
        if past {
            self.cut = true;
        } else {
            self.skipped = Some((topic.clone(), now));
        }
    }

    /// What was read so far is given up.
    pub fn forgets(&mut self, now: Timestamp) {
        (self.forgotten, self.whole_since, self.begun_anew) = (true, Some(now), Some(now));
    }

    /// When what was known was last given up.
    pub fn begun_anew(&self) -> Option<Timestamp> {
        self.begun_anew
    }

    /// Why one who stands or is silent for that long may not be seen: what was read before was given up since.
    pub fn anew(&self, now: Timestamp, seconds: f64) -> Option<Reason> {
        (now.since_s(self.begun_anew?) < seconds).then(|| Code::Sampled.into())
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(self.skipped.iter_mut().map(|(_, at)| at));
        step.moments(&mut self.whole_since);
        step.moments(&mut self.begun_anew);
        self.covered.step_back(step);
    }

    /// The store has told all that it has up to these marks.
    pub fn stands(&mut self, marks: &BTreeMap<TopicPartition, i64>, topics: &Topics, now: Timestamp) {
        self.whole_since.get_or_insert(now);
        let mut covered = std::mem::take(&mut self.covered);
        covered.stands(marks, self, topics);
        self.covered = covered;
    }

    /// The end of what a reader can get of each partition, and of which moment that is; `None`: not all are known.
    pub fn log_ends(&self, topics: &Topics) -> Option<LogEnds> {
        let partitions = self.there(topics).flat_map(|topic| topic.partitions.iter().map(|p| (topic.name.clone(), p)));
        let end = |(topic, p): (Arc<str>, &Partition)| Some((TopicPartition { topic, partition: p.number }, p.readable_end()?));
        Some(LogEnds { as_of: topics.as_of()?, of: partitions.map(end).collect::<Option<_>>()? })
    }

    /// Returns whether what is known must be forgotten: records are missing in it, and from here on none are.
    ///
    /// `followed`: a store stands for them, once it has them, and nothing has to be forgotten.
    pub fn begins_anew(&mut self, topics: &Topics, now: Timestamp, followed: bool) -> bool {
        if followed {
            self.skipped.take_if(|(_, at)| self.covered.reaches(*at));
            return false;
        }
        let rested = self.skipped.as_ref().is_some_and(|(_, at)| now.since_ms(*at) >= REST_MS);
        let cut = self.cut && self.skipped.is_none() && !self.warming(topics);
        if rested || cut {
            (self.skipped, self.cut, self.begun_anew) = (None, false, Some(now));
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
    pub fn known(&self, gaze: &Gaze<'_>, followed: bool) -> Result<(), Reason> {
        let tail = self.read(gaze.topics, gaze.nothing_read);
        if !followed || (tail.is_ok() && self.is_joined(gaze.topics)) {
            return tail;
        }
        if self.covered.is_fresh(gaze.now) { self.exist(gaze.topics) } else { Err(self.covered.reason(gaze.now)) }
    }

    /// The moment whose state is known: where records were passed over, what the store does not have yet may have moved on.
    pub fn as_of(&self, gaze: &Gaze<'_>, followed: bool) -> Timestamp {
        if !followed || (self.read(gaze.topics, gaze.nothing_read).is_ok() && self.is_joined(gaze.topics)) {
            return gaze.now;
        }
        self.covered.until().unwrap_or(gaze.now)
    }

    /// Everything since some moment was read, and the store has all before it; or everything that is there was.
    fn is_joined(&self, topics: &Topics) -> bool {
        self.whole_since.is_some_and(|since| self.covered.reaches(since)) || self.has_all(topics)
    }

    /// The tail began at the first offsets and passed nothing over.
    fn has_all(&self, topics: &Topics) -> bool {
        let mut partitions = self.there(topics).flat_map(|topic| &topic.partitions);
        !self.forgotten
            && partitions.all(|p| p.slot.and_then(|s| topics.slot(s)).zip(p.low).is_some_and(|(slot, low)| slot.whole_from <= low))
    }

    /// Who counts what has happened: counts of tail and store cannot be joined, so it is one of them.
    ///
    /// # Errors
    /// Why the section's figures are not known.
    pub fn counted(&self, gaze: &Gaze<'_>, followed: bool) -> Result<Counts, Reason> {
        let tail = self.read(gaze.topics, gaze.nothing_read);
        if !followed || (tail.is_ok() && self.has_all(gaze.topics)) {
            return tail.map(|()| Counts::OfTail);
        }
        if self.covered.is_fresh(gaze.now) {
            self.exist(gaze.topics).map(|()| Counts::OfStore)
        } else {
            Err(self.covered.reason(gaze.now))
        }
    }

    /// One that is not there yet has no records: nothing is missed by it.
    fn exist(&self, topics: &Topics) -> Result<(), Reason> {
        if self.there(topics).next().is_none() { Err(Code::NoTopics.into()) } else { Ok(()) }
    }

    fn read(&self, topics: &Topics, nothing_read: bool) -> Result<(), Reason> {
        if nothing_read {
            return Err(Code::NotReading.into());
        }
        if let Some((topic, _)) = &self.skipped {
            return Err(Reason::new(Code::Sampled).text("topic", topic.clone()));
        }
        if let Some(unread) = self.there(topics).find(|t| !t.watched || !t.whole(topics.reading())) {
            return Err(Reason::new(Code::TopicNotRead).text("topic", unread.name.clone()));
        }
        self.exist(topics)
    }
}
