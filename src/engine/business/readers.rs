use crate::catalogue::Catalogue;
use crate::domain::{Plans, Reader};
use crate::model::{Meaning, TopicName};
use std::sync::Arc;

/// What the picture shows and the rules look at: the rest of an event's fields is not read.
const SHOWN: &[Meaning] = &[
    Meaning::Customer,
    Meaning::Amount,
    Meaning::Currency,
    Meaning::Method,
    Meaning::Country,
    Meaning::Courier,
    Meaning::Eta,
    Meaning::Pickup,
    Meaning::Destination,
    Meaning::District,
    Meaning::Remaining,
    Meaning::Title,
    Meaning::Level,
    Meaning::Threshold,
];

/// What the events of each topic mean, by the topic's place in the engine. A place is used again when its topic is gone.
#[derive(Default)]
pub struct Readers(Vec<Slot>);

#[derive(Default)]
struct Slot {
    /// Whose place it was when it was last asked for.
    topic: Arc<str>,
    name: Option<TopicName>,
    /// `None`: its events say nothing of any entity.
    reader: Option<Box<Reader>>,
}

impl Readers {
    pub fn of(&mut self, place: usize, topic: &Arc<str>, catalogue: &Catalogue, plans: &Plans) -> Option<(TopicName, &Reader)> {
        if place >= self.0.len() {
            self.0.resize_with(place + 1, Slot::default);
        }
        let slot = self.0.get_mut(place)?;
        if !Arc::ptr_eq(&slot.topic, topic) {
            let reader = catalogue.topic(topic).and_then(|entry| Reader::new(entry, plans));
            let name = reader.as_ref().map(|_| TopicName::new(topic));
            *slot = Slot { topic: topic.clone(), name, reader: reader.map(|reader| Box::new(reader.only(SHOWN))) };
        }
        slot.name.zip(slot.reader.as_deref())
    }
}
