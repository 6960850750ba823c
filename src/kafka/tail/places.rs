use super::budget::Class;
use super::scout::{Asked, Found};
use crate::kafka::native::{Handle, Topic};
use crate::model::{Assignment, Slot};
use rdkafka::TopicPartitionList;
use std::collections::HashMap;
use std::sync::Arc;

/// A partition that is read.
pub(super) struct Place {
    pub topic: Arc<str>,
    pub partition: i32,
    pub class: Class,
    /// The next offset to come.
    pub position: i64,
    pub live_from: i64,
    /// What lies before `live_from` was not all read yet.
    pub warming: bool,
    /// The broker refuses its records to us.
    pub refused: bool,
}

/// All partitions that are read, by slot and by what messages carry.
pub(super) struct Places {
    by_slot: Vec<Option<Place>>,
    by_message: HashMap<(usize, i32), Slot>,
    topics: HashMap<Arc<str>, (Topic, usize)>,
    warming: usize,
}

impl Places {
    pub fn new() -> Self {
        Self { by_slot: Vec::new(), by_message: HashMap::new(), topics: HashMap::new(), warming: 0 }
    }

    /// Gives a partition its slot. `None`: librdkafka refuses the topic's name.
    pub fn add(&mut self, client: &Handle, found: &Found, class: Class) -> Option<Assignment> {
        let slot = Slot(u32::try_from(self.by_slot.len()).ok()?);
        if !self.topics.contains_key(&found.topic) {
            self.topics.insert(Arc::clone(&found.topic), (Topic::new(client, &found.topic)?, 0));
        }
        let (topic, used) = self.topics.get_mut(&found.topic)?;
        *used += 1;
        self.by_message.insert((topic.tag(), found.partition), slot);
        let warming = found.start < found.live_from;
        self.warming += usize::from(warming);
        let Found { topic, partition, start, live_from } = found.clone();
        self.by_slot.push(Some(Place {
            topic: Arc::clone(&topic),
            partition,
            class,
            position: start,
            live_from,
            warming,
            refused: false,
        }));
        Some(Assignment { slot, topic, partition, start, live_from })
    }

    /// Ends reading it. Its topic goes with the last partition.
    pub fn remove(&mut self, slot: Slot) -> Option<Place> {
        self.warmed(slot);
        let place = self.by_slot.get_mut(slot.index())?.take()?;
        let (topic, used) = self.topics.get_mut(&place.topic)?;
        topic.stop(place.partition);
        self.by_message.remove(&(topic.tag(), place.partition));
        *used -= 1;
        if *used == 0 {
            self.topics.remove(&place.topic);
        }
        Some(place)
    }

    pub fn get(&self, slot: Slot) -> Option<&Place> {
        self.by_slot.get(slot.index())?.as_ref()
    }

    pub fn get_mut(&mut self, slot: Slot) -> Option<&mut Place> {
        self.by_slot.get_mut(slot.index())?.as_mut()
    }

    pub fn topic(&self, place: &Place) -> Option<&Topic> {
        self.topics.get(&place.topic).map(|(topic, _)| topic)
    }

    /// Whose a message is.
    pub fn slot(&self, message: (usize, i32)) -> Option<Slot> {
        self.by_message.get(&message).copied()
    }

    pub fn slot_of(&self, topic: &Arc<str>, partition: i32) -> Option<Slot> {
        let (topic, _) = self.topics.get(topic)?;
        self.slot((topic.tag(), partition))
    }

    /// Everything before its live part was read, or will not be.
    pub fn warmed(&mut self, slot: Slot) {
        if let Some(place) = self.get_mut(slot).filter(|p| p.warming) {
            place.warming = false;
            self.warming -= 1;
        }
    }

    pub fn warming(&self) -> usize {
        self.warming
    }

    /// Those that are meant, to be asked about.
    pub fn asked(&self, meant: impl Fn(&Place) -> bool) -> Vec<Asked> {
        let asked = |(slot, p): (Slot, &Place)| (slot, Arc::clone(&p.topic), p.partition);
        self.all().filter(|(_, p)| meant(p)).map(asked).collect()
    }

    /// Those of a class, as librdkafka wants a list, parted at a point (0..1) of it: what lies before, and the rest.
    pub fn lists(&self, class: Class, point: f64) -> (TopicPartitionList, TopicPartitionList) {
        let (mut before, mut rest) = (TopicPartitionList::new(), TopicPartitionList::new());
        let first = self.by_slot.len() as f64 * point;
        for (slot, place) in self.all().filter(|(_, p)| p.class == class) {
            let list = if f64::from(slot.0) < first { &mut before } else { &mut rest };
            list.add_partition(&place.topic, place.partition);
        }
        (before, rest)
    }

    pub fn all(&self) -> impl Iterator<Item = (Slot, &Place)> {
        (0..).map(Slot).zip(&self.by_slot).filter_map(|(slot, place)| Some((slot, place.as_ref()?)))
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        for place in self.by_slot.iter().flatten() {
            if let Some(topic) = self.topic(place) {
                topic.stop(place.partition);
            }
        }
    }
}
