use crate::catalogue::Catalogue;
use crate::domain::{Plans, Reader};
use crate::model::Meaning;

/// What the picture shows: the rest of an event's fields is not read.
const SHOWN: &[Meaning] = &[
    Meaning::Customer,
    Meaning::Amount,
    Meaning::Currency,
    Meaning::Method,
    Meaning::Courier,
    Meaning::Eta,
    Meaning::Remaining,
    Meaning::Title,
    Meaning::Level,
    Meaning::Threshold,
];

/// What the events of each topic mean, by the topic's place in the engine.
#[derive(Default)]
pub struct Readers(Vec<Slot>);

#[derive(Default)]
enum Slot {
    #[default]
    NotAsked,
    /// Its events say nothing of any entity.
    Silent,
    Reads(Box<Reader>),
}

impl Readers {
    pub fn of(&mut self, place: usize, name: &str, catalogue: &Catalogue, plans: &Plans) -> Option<&Reader> {
        if place >= self.0.len() {
            self.0.resize_with(place + 1, Slot::default);
        }
        let slot = self.0.get_mut(place)?;
        if matches!(slot, Slot::NotAsked) {
            let reader = catalogue.topic(name).and_then(|entry| Reader::new(entry, plans));
            *slot = reader.map_or(Slot::Silent, |reader| Slot::Reads(Box::new(reader.only(SHOWN))));
        }
        match slot {
            Slot::Reads(reader) => Some(reader),
            _ => None,
        }
    }
}
