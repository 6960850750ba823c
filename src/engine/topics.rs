use super::clock::Step;
use super::curves::TopicCurves;
use super::heat::LatencyHeat;
use super::past::PastCounts;
use super::slot::SlotState;
use super::topic::TopicState;
use super::topic_part::Reading;
use crate::catalogue::Catalogue;
use crate::history::Budget;
use crate::model::{Assignment, ClusterReading, Place, Slot, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// All topics, found by place (from a slot) or by name. A removed topic's place is given to the next new one.
pub struct Topics {
    catalogue: Arc<Catalogue>,
    list: Vec<Option<TopicState>>,
    free: Vec<usize>,
    /// How many topics there ever were: the serial of the newest.
    ever: u64,
    by_name: HashMap<Arc<str>, usize>,
    slots: Vec<Option<SlotState>>,
    readings: u64,
    as_of: Option<Timestamp>,
    reads_nothing: bool,
    budget: Budget,
    started: Timestamp,
}

impl Topics {
    pub fn new(catalogue: Arc<Catalogue>, budget: Budget, started: Timestamp) -> Self {
        Self {
            catalogue,
            list: Vec::new(),
            free: Vec::new(),
            ever: 0,
            by_name: HashMap::new(),
            slots: Vec::new(),
            readings: 0,
            as_of: None,
            reads_nothing: false,
            budget,
            started,
        }
    }

    pub fn budget(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// The tail has a read budget of 0.
    pub fn read_nothing(&mut self, nothing: bool) {
        self.reads_nothing = nothing;
    }

    pub fn reading(&self) -> Reading {
        // Where Kafka's own topics are hidden from us, there may be transactions too.
        let has = |topic: &str| self.by_name.contains_key(topic);
        let transactions = has("__transaction_state") || !has("__consumer_offsets");
        Reading { nothing: self.reads_nothing, markers: self.reads_nothing && transactions }
    }

    /// The moment that the newest reading tells of; `None`: the cluster has not said yet which topics there are.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    pub fn place(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub fn get(&self, name: &str) -> Option<&TopicState> {
        self.list.get(self.place(name)?)?.as_ref()
    }

    pub fn at(&mut self, place: usize) -> Option<&mut TopicState> {
        self.list.get_mut(place)?.as_mut()
    }

    pub fn iter(&self) -> impl Iterator<Item = &TopicState> {
        self.list.iter().flatten()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut TopicState> {
        self.list.iter_mut().flatten()
    }

    pub fn slot(&self, slot: Slot) -> Option<&SlotState> {
        self.slots.get(slot.index())?.as_ref()
    }

    /// The slot and its topic, for a record.
    pub fn of_slot(&mut self, slot: Slot) -> Option<(&mut SlotState, &mut TopicState)> {
        let state = self.slots.get_mut(slot.index())?.as_mut()?;
        let topic = self.list.get_mut(state.topic)?.as_mut()?;
        Some((state, topic))
    }

    fn place_or_new(&mut self, name: &Arc<str>, at: Timestamp) -> usize {
        if let Some(place) = self.place(name) {
            return place;
        }
        self.ever += 1;
        let topic = Some(TopicState::new(name.clone(), self.ever, &self.catalogue, at));
        let place = self.free.pop().unwrap_or(self.list.len());
        match self.list.get_mut(place) {
            Some(free) => *free = topic,
            None => self.list.push(topic),
        }
        self.by_name.insert(name.clone(), place);
        place
    }

    pub fn assigned(&mut self, assignments: &[Assignment], at: Timestamp) {
        for assignment in assignments {
            let place = self.place_or_new(&assignment.topic, at);
            let started = self.started;
            let (list, budget) = (&mut self.list, &mut self.budget);
            let Some(topic) = list.get_mut(place).and_then(Option::as_mut) else { continue };
            topic.watched = true;
            give_curves(topic, budget);
            if assignment.start < assignment.live_from && topic.past.is_none() {
                topic.past = Some(Box::new(PastCounts::new(started)));
            }
            let partition = topic.partition_at(assignment.partition);
            if let Some(state) = topic.partitions.get_mut(partition) {
                state.slot = Some(assignment.slot);
                if state.times.newest().is_some_and(|newest| newest >= assignment.start) {
                    // Read again from further back, or a log that was made anew: the table starts over.
                    state.times.clear();
                }
            }
            let index = assignment.slot.index();
            if index >= self.slots.len() {
                self.slots.resize(index + 1, None);
            }
            self.slots[index] = Some(SlotState::new(assignment, place, partition));
            self.renumber(place);
        }
    }

    /// A partition that came between others moves their places: the slots follow.
    fn renumber(&mut self, place: usize) {
        let Some(topic) = self.list.get(place).and_then(Option::as_ref) else { return };
        for (at, partition) in topic.partitions.iter().enumerate() {
            if let Some(slot) = partition.slot.and_then(|s| self.slots.get_mut(s.index())).and_then(Option::as_mut) {
                slot.partition = at;
            }
        }
    }

    pub fn revoked(&mut self, slots: &[Slot]) {
        for slot in slots {
            let Some(state) = self.slots.get_mut(slot.index()).and_then(Option::take) else { continue };
            let Some(topic) = self.at(state.topic) else { continue };
            for partition in topic.partitions.iter_mut().filter(|p| p.slot == Some(*slot)) {
                partition.slot = None;
            }
        }
    }

    pub fn reached(&mut self, slot: Slot, offset: i64) {
        let Some((state, topic)) = self.of_slot(slot) else { return };
        let live = state.next >= state.live_from;
        let gap = state.reached(offset);
        topic.gaps |= gap > 0;
        if live {
            topic.sums.passed += gap.unsigned_abs();
        }
    }

    pub fn skipped(&mut self, slot: Slot, from: i64, to: i64) {
        let Some((state, topic)) = self.of_slot(slot) else { return };
        // What the warm-up leaves out is told by the tail apart.
        if to > state.live_from {
            let skipped = (to - from.max(state.live_from)).max(0).unsigned_abs();
            topic.records.skipped += skipped;
            topic.sums.skipped += skipped;
        }
        state.skipped(to);
    }

    /// Takes the topics of a reading; those that it does not have are gone, unless they came after it was asked for.
    pub fn read(&mut self, reading: &ClusterReading) {
        self.readings += 1;
        self.as_of = Some(reading.asked_at);
        for (name, config) in &reading.configs {
            let place = self.place_or_new(name, reading.taken_at);
            if let Some(topic) = self.at(place) {
                topic.set_config(config);
            }
        }
        let mode = self.reading();
        for topic in &reading.topics {
            let place = self.place_or_new(&topic.name, reading.taken_at);
            let number = self.readings;
            let (list, budget) = (&mut self.list, &mut self.budget);
            let Some(state) = list.get_mut(place).and_then(Option::as_mut) else { continue };
            if topic.watched {
                give_curves(state, budget);
            }
            state.reading = number;
            if state.read(topic, reading.taken_at, mode) {
                self.renumber(place);
            }
        }
        self.forget_gone(reading);
    }

    fn forget_gone(&mut self, reading: &ClusterReading) {
        for place in 0..self.list.len() {
            let gone = self.list[place]
                .as_ref()
                .is_some_and(|t| t.reading != self.readings && (t.reading > 0 || t.known_since < reading.asked_at));
            // While the tail reads it, only the tail says that it is gone: a topic made anew keeps its slots until then.
            let read = self.list[place].as_ref().is_some_and(|t| t.partitions.iter().any(|p| p.slot.is_some()));
            if !gone || read {
                continue;
            }
            if let Some(topic) = self.list[place].take() {
                self.by_name.remove(&topic.name);
                self.free.push(place);
                if topic.curves.is_some() {
                    self.budget.give_back(TopicCurves::SERIES);
                }
                if topic.heat.is_some() {
                    self.budget.give_back(LatencyHeat::SERIES);
                }
            }
        }
        self.let_go_of_slots();
    }

    /// A slot that still led to a topic which is gone must not lead to the next one at that place.
    fn let_go_of_slots(&mut self) {
        let list = &self.list;
        for slot in self.slots.iter_mut().filter(|slot| slot.is_some()) {
            slot.take_if(|state| list.get(state.topic).is_none_or(Option::is_none));
        }
    }

    /// How far behind our reading of each topic is; returns the worst in seconds, `None` when nothing is read.
    pub fn measure_behind(&mut self, now: Timestamp, sampling: bool) -> Option<f64> {
        if self.reads_nothing {
            return None;
        }
        let mut worst = None;
        let slots = &self.slots;
        for topic in self.list.iter_mut().flatten() {
            let behind = topic
                .partitions
                .iter()
                .filter_map(|p| {
                    let slot = slots.get(p.slot?.index())?.as_ref()?;
                    Some(slot.behind_ms(p.readable_end()?, &p.ends, now, sampling))
                })
                .max();
            topic.behind_ms = behind.unwrap_or(0);
            if topic.behind_ms > 1_000 {
                topic.inflated_at = Some(now);
            }
            worst = worst.max(behind);
        }
        worst.map(|ms| ms as f64 / 1_000.0)
    }

    pub fn step_back(&mut self, step: Step) {
        self.iter_mut().for_each(|topic| topic.step_back(step));
        step.moments(&mut self.as_of);
        step.moments(self.slots.iter_mut().flatten().map(|slot| &mut slot.received));
    }

    /// No record lies between the commit and the log end, as the tail knows.
    pub fn only_markers(&self, topic: &TopicState, partition: i32, committed: i64, end: i64) -> bool {
        let slot = topic.partition(partition).and_then(|p| p.slot).and_then(|s| self.slot(s));
        slot.is_some_and(|slot| slot.empty_between(committed, end))
    }

    /// The tail read this record, and has passed nothing over since.
    pub fn has_read(&self, place: &Place) -> bool {
        let partition = self.get(place.topic.shared()).and_then(|topic| topic.partition(place.partition));
        let slot = partition.and_then(|p| p.slot).and_then(|slot| self.slot(slot));
        slot.is_some_and(|slot| (slot.whole_from..slot.next).contains(&place.offset))
    }

    /// Every partition of this topic that is read has left its warm-up behind.
    pub fn warmed_up(&self, topic: &TopicState) -> bool {
        topic.partitions.iter().filter_map(|p| self.slot(p.slot?)).all(|slot| !slot.warming())
    }

    /// Writes finished warm-ups into the curves.
    pub fn write_past(&mut self, all_done: bool) {
        for place in 0..self.list.len() {
            let ready = self.list[place].as_ref().is_some_and(|t| t.past.is_some() && (all_done || self.warmed_up(t)));
            if !ready {
                continue;
            }
            if let Some(topic) = self.list[place].as_mut()
                && let (Some(past), Some(curves)) = (topic.past.take(), topic.curves.as_mut())
            {
                past.write(&mut curves.records, &mut curves.bytes, &mut curves.errors);
            }
        }
    }
}

fn give_curves(topic: &mut TopicState, budget: &mut Budget) {
    if topic.curves.is_none() && budget.take(TopicCurves::SERIES) {
        topic.curves = Some(Box::new(TopicCurves::new()));
    }
    if topic.heat.is_none() && budget.spare(LatencyHeat::SERIES) {
        topic.heat = Some(Box::new(LatencyHeat::new()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TopicReading;

    fn reading(second: i64, names: &[&str]) -> ClusterReading {
        let topic = |name: &&str| TopicReading { name: (*name).into(), watched: true, ..TopicReading::default() };
        let at = Timestamp(second * 1_000);
        ClusterReading { asked_at: at, taken_at: at, topics: names.iter().map(topic).collect(), ..ClusterReading::default() }
    }

    fn assignment(slot: u32, topic: &str) -> Assignment {
        Assignment { slot: Slot(slot), topic: topic.into(), partition: 0, start: 0, live_from: 0 }
    }

    #[test]
    fn places_are_used_again_and_no_old_slot_leads_to_the_new_topic() {
        let mut topics = Topics::new(Arc::default(), Budget::new(1 << 20), Timestamp(0));
        let mut serials = Vec::new();
        for second in 1..200 {
            let name = format!("job-{second}");
            let slot = Slot(u32::try_from(second).unwrap());
            topics.read(&reading(second, &["stays", &name]));
            // Assigned twice, let go of once: the first slot is left over.
            topics.assigned(&[assignment(1_000 + slot.0, &name), assignment(slot.0, &name)], Timestamp(second * 1_000));
            serials.push(topics.get(&name).unwrap().serial);
            topics.revoked(&[slot]);
            topics.read(&reading(second, &["stays"]));
            assert!(topics.of_slot(slot).is_none() && topics.of_slot(Slot(1_000 + slot.0)).is_none());
        }
        assert!(topics.list.len() <= 2, "{} places", topics.list.len());
        serials.dedup();
        assert_eq!(serials.len(), 199);
        assert!(topics.get("stays").is_some() && topics.iter().count() == 1);
    }
}
