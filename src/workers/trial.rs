//! Events for the cores' tests, by way of the shipped catalogue.

use super::answer::Answer;
use super::core::{Core, Told};
use super::intake::Intake;
use super::unit::Unit;
use crate::catalogue::Catalogue;
use crate::domain::Happening;
use crate::model::{NoHeaders, Place, Record, Slot};
use std::sync::Arc;

pub struct Events {
    intake: Intake,
    offset: i64,
}

pub const UNIT: Unit = Unit { of: 6, partition: 2 };

impl Events {
    pub fn new() -> Self {
        let catalogue = Catalogue::builtin();
        let topics: Vec<_> = catalogue.topics.iter().map(|t| Arc::clone(&t.name)).collect();
        Self { intake: Intake::new(&catalogue, &topics), offset: 0 }
    }

    pub fn read(&mut self, topic: &str, json: &str) -> Happening {
        self.offset += 1;
        let place = Place { topic: self.intake.name(topic).unwrap(), partition: UNIT.partition, offset: self.offset };
        let value = Some(json.as_bytes());
        let record = Record { slot: Slot(0), offset: self.offset, time: None, key: None, value, headers: &NoHeaders };
        self.intake.read(place, &record).unwrap()
    }

    pub fn give(&mut self, core: &mut dyn Core, topic: &str, json: &str) -> Vec<Answer> {
        let happening = self.read(topic, json);
        core.take(&Told { unit: UNIT, happening: &happening })
    }
}
