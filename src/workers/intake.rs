use crate::catalogue::{Catalogue, TopicEntry};
use crate::decode::{Decoder, Outcome};
use crate::domain::{Happening, Plans, Reader};
use crate::model::{Place, Record, TopicName};
use std::collections::HashMap;
use std::sync::Arc;

/// Turns records of a worker's topics into events. What is not understood is not the workers' business: the state consumers keep it
/// as dead letters.
pub struct Intake(HashMap<Arc<str>, OneTopic>);

struct OneTopic {
    name: TopicName,
    decoder: Decoder,
    reader: Reader,
}

impl Intake {
    pub fn new(catalogue: &Catalogue, topics: &[Arc<str>]) -> Self {
        let plans = Plans::new(catalogue);
        let one = |entry: &TopicEntry| {
            let reader = Reader::new(entry, &plans)?;
            Some(OneTopic { name: TopicName::new(&entry.name), decoder: Decoder::new(entry), reader })
        };
        let topics = topics.iter().filter_map(|name| Some((Arc::clone(name), one(catalogue.topic(name)?)?)));
        Self(topics.collect())
    }

    /// `None`: of a topic that was not asked for.
    pub fn name(&self, topic: &str) -> Option<TopicName> {
        self.0.get(topic).map(|of| of.name)
    }

    /// `None`: deleted, not understood, or in contradiction with itself.
    pub fn read(&mut self, place: Place, record: &Record<'_>) -> Option<Happening> {
        let OneTopic { decoder, reader, .. } = self.0.get_mut(place.topic.as_ref())?;
        match decoder.judge(record) {
            Outcome::Event => decoder.with_event(record, |event| reader.read(place, event))?.ok(),
            _ => None,
        }
    }
}
