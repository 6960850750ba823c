//! When a delivery comes: the way that is left, at the courier's own speed, in this hour's traffic.

mod error;
mod geo;
mod orders;
mod slowness;
mod track;

use super::answer::{Answer, Form};
use super::core::{Core, Told, number, point};
use super::memory::{Keeps, Memory};
use super::unit::Unit;
use crate::domain::{Happening, PipelineId, Plan};
use crate::model::{EtaError, Label, Meaning, Timestamp, Value};
use error::Errors;
use orders::{Change, Orders};
use serde::{Deserialize, Serialize};
use slowness::Slowness;
use std::collections::HashMap;
use std::sync::Arc;
use track::{Fix, Track};

/// An order whose courier said nothing for so long is forgotten, in ms of the events' time.
const SILENT_MS: i64 = 3 * 3_600_000;

pub struct Eta {
    form: Arc<Form>,
    memory: Memory<Kept>,
    orders: Orders,
    /// Where each courier's memory is, by its last position, and of when that is.
    units: HashMap<Label, (Unit, Timestamp)>,
    errors: Errors,
}

/// An entry of the memory: of the way of an order, by its id after `order/` (a courier may bring several), or of an hour of the day,
/// after `hour/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Track(Track),
    Hour(Slowness),
}

impl Eta {
    pub fn new(form: Form, pipeline: PipelineId, plan: Plan) -> Self {
        Self {
            form: Arc::new(form),
            memory: Memory::default(),
            orders: Orders::new(pipeline, plan),
            units: HashMap::new(),
            errors: Errors::default(),
        }
    }

    fn track(&self, unit: Unit, key: &str) -> Option<&Track> {
        match self.memory.get(unit, key)? {
            Kept::Track(track) => Some(track),
            Kept::Hour(_) => None,
        }
    }

    fn slowness(&self, unit: Unit, at: Timestamp) -> Slowness {
        match self.memory.get(unit, &hour(at)) {
            Some(Kept::Hour(slowness)) => *slowness,
            _ => Slowness::default(),
        }
    }

    /// The delivery has come: how good was what was told half way, and how slow is this hour?
    fn arrived(&mut self, unit: Unit, track: &Track, at: Timestamp) {
        let Some(guess) = &track.half else { return };
        self.errors.note(guess.eta.since_s(at));
        let mut slowness = self.slowness(unit, guess.at);
        if slowness.learn(at.since_s(guess.at), guess.plain_s) {
            self.memory.put(unit, &hour(guess.at).into(), Kept::Hour(slowness));
        }
    }

    fn sweep(&mut self, now: Timestamp) {
        let is_old = |at: Timestamp| now.since_ms(at) > SILENT_MS;
        if self.memory.sweep(|kept| matches!(kept, Kept::Track(track) if is_old(track.at))) {
            // Of who was silent for so long there is no track to be found.
            self.units.retain(|_, (_, at)| !is_old(*at));
        }
    }

    fn heard_of(&mut self, courier: &Label, unit: Unit, at: Timestamp) {
        let known = self.units.entry(courier.clone()).or_insert((unit, at));
        *known = (unit, known.1.max(at));
    }
}

impl Core for Eta {
    fn take(&mut self, told: &Told<'_>) -> Vec<Answer> {
        let courier = told.id();
        self.heard_of(courier, told.unit, told.at());
        self.sweep(told.at());
        let Some(position) = point(told.happening, Meaning::Position) else { return Vec::new() };
        let Some(order) = told.happening.about.clone().or_else(|| self.orders.of(courier)) else { return Vec::new() };
        let Some(way) = self.orders.way(&order) else { return Vec::new() };
        let fix = Fix { at: told.at(), position, told_m_s: number(told.happening, Meaning::Speed).map(|kmh| kmh / 3.6) };
        let key: Label = order_key(&order).into();
        let known = self.track(told.unit, &key);
        // An older position says nothing new.
        let Some(mut track) = Track::next(known, way, &fix) else { return Vec::new() };
        let forecast = track.forecast(way, self.slowness(told.unit, fix.at).factor);
        if !track.is_news(&forecast) {
            self.memory.hold(told.unit, &key, Kept::Track(track));
            return Vec::new();
        }
        track.told(&forecast);
        self.memory.put(told.unit, &key, Kept::Track(track));
        let values = vec![
            (Meaning::Eta, Value::Time(forecast.eta)),
            (Meaning::Courier, Value::Text(courier.clone())),
            (Meaning::Remaining, Value::Number(forecast.left_m.round())),
        ];
        vec![Answer { form: Arc::clone(&self.form), entity: order, at: fix.at, values }]
    }

    fn learn(&mut self, happening: &Happening) {
        let Some(Change { courier, arrived }) = self.orders.learn(happening) else { return };
        let Some((unit, _)) = self.units.get(&courier).copied() else { return };
        let key: Label = order_key(&happening.subject.id).into();
        let Some(track) = self.track(unit, &key).cloned() else { return };
        if arrived {
            self.arrived(unit, &track, happening.stamp.at);
        }
        self.memory.remove(unit, &key);
    }

    fn memory(&mut self) -> &mut dyn Keeps {
        &mut self.memory
    }

    fn error(&self) -> Option<EtaError> {
        self.errors.figures()
    }
}

fn order_key(order: &str) -> String {
    format!("order/{order}")
}

/// The hour of the day, in UTC: what counts is that the same hours come together.
fn hour(at: Timestamp) -> String {
    format!("hour/{:02}", at.0.div_euclid(3_600_000).rem_euclid(24))
}

#[cfg(test)]
mod tests;
