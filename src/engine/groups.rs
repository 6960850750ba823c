use super::clock::Step;
use super::curves::GroupCurves;
use super::group::GroupState;
use super::lag::lag;
use super::lookups::Wanted;
use super::topics::Topics;
use crate::model::{ClusterReading, Code, GroupReading, Reason, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All consumer groups that the readings show.
#[derive(Default)]
pub struct Groups {
    map: BTreeMap<Arc<str>, GroupState>,
    pub missing: Option<Reason>,
    readings: u64,
}

impl Groups {
    pub fn get(&self, name: &str) -> Option<&GroupState> {
        self.map.get(name)
    }

    /// Why nothing is known of a group that commits here.
    pub fn none(&self) -> Reason {
        if self.readings == 0 {
            return Code::NotKnownYet.into();
        }
        self.missing.clone().unwrap_or_else(|| Code::NoGroups.into())
    }

    pub fn iter(&self) -> impl Iterator<Item = &GroupState> {
        self.map.values()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut GroupState> {
        self.map.values_mut()
    }

    /// Takes the groups of a reading, after its topics. Returns whose times have to be looked up.
    pub fn read(&mut self, reading: &ClusterReading, topics: &mut Topics) -> Vec<Wanted> {
        self.readings += 1;
        self.missing = reading.groups_missing.clone();
        for group in &reading.groups {
            self.read_group(group, reading, topics);
        }
        let readings = self.readings;
        self.map.retain(|_, group| {
            let stays = group.reading == readings;
            if !stays && group.curves.is_some() {
                topics.budget().give_back(GroupCurves::SERIES);
            }
            stays
        });
        self.wanted(topics, reading.taken_at)
    }

    fn read_group(&mut self, reading: &GroupReading, cluster: &ClusterReading, topics: &mut Topics) {
        let at = cluster.taken_at;
        let group = self.map.entry(reading.name.clone()).or_insert_with(|| GroupState::new(reading.name.clone(), at));
        if group.curves.is_none() && topics.budget().take(GroupCurves::SERIES) {
            group.curves = Some(Box::new(GroupCurves::new()));
        }
        group.read_state(reading, at);
        if let Some(why) = &reading.offsets_missing {
            group.miss_offsets(why, at);
            group.reading = self.readings;
            return;
        }
        let mut moved = false;
        for (topic, partition, committed) in &reading.offsets {
            let part = topics.get(topic).and_then(|t| t.partition(*partition));
            let passed = group.read_commit(topic, *partition, *committed, at, part.and_then(|p| p.high), self.readings);
            if let (Some((from, to)), Some(part)) = (passed, part) {
                moved = true;
                group.processing.passed(from, to, &part.times, cluster.asked_at);
            }
        }
        measure(group, topics);
        group.end_reading(at, self.readings, moved);
    }

    /// Partitions whose oldest uncommitted record lies before all that is known.
    fn wanted(&self, topics: &Topics, now: Timestamp) -> Vec<Wanted> {
        let behind = self.map.values().filter(|g| !g.abandoned(now)).flat_map(|g| &g.commits);
        let asked = behind.filter_map(|((topic, partition), commit)| {
            let offset = commit.lag.ask?;
            topics.get(topic)?;
            Some(Wanted { topic: topic.clone(), partition: *partition, offset, lag: commit.lag.records.unwrap_or(0) })
        });
        asked.collect()
    }

    pub fn step_back(&mut self, step: Step) {
        self.map.values_mut().for_each(|group| group.step_back(step));
    }

    /// Measures every lag anew: an answer brought a time.
    pub fn measure_again(&mut self, topics: &Topics) {
        for group in self.map.values_mut().filter(|g| g.commits.values().any(|c| c.lag.ask.is_some())) {
            measure(group, topics);
        }
    }
}

fn measure(group: &mut GroupState, topics: &Topics) {
    for ((topic, partition), commit) in &mut group.commits {
        commit.lag = lag(topics, topic, *partition, commit.committed);
    }
}
