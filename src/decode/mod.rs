//! Bytes to events: envelopes, the fields that the catalogue names, and whether the contract holds.
//!
//! Understood are flat JSON (also with its `type` beside the fields), CloudEvents 1.0 (structured, and binary with `ce_`
//! headers), and an envelope whose field for the data the catalogue names. A record is walked once, whole, without a copy:
//! what is not JSON to its last byte is malformed.

mod fields;
mod kinds;
mod names;
mod scan;

use crate::catalogue::{FieldKind, TopicEntry};
use crate::model::{Event, Meaning, Record, Timestamp};
use names::{Names, NamesBuilder};
use scan::{Expected, Fault, Kind, Token};
use std::borrow::Cow;
use std::sync::Arc;

/// What became of one record.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Understood, and the contract holds.
    Event,
    /// A null value.
    Deletion,
    /// Not JSON, or not an object. The text says where it broke.
    Malformed(String),
    /// A required field is missing or of the wrong type, or entity and key differ.
    Contract(String),
    /// Byte 0 and a schema id: no registry to ask.
    Undecoded { schema: u32 },
}

/// Judges one topic's records by its catalogue entry. Made once for a topic: it holds the entry as tables.
#[derive(Debug)]
pub struct Decoder {
    judged: bool,
    names: Names,
    required: Vec<Required>,
    entity: Option<Entity>,
    /// The catalogue's own envelope: the field that holds the data.
    data: Option<(Arc<str>, usize)>,
    cloud: Cloud,
    /// Slots of the fields that may hold the event's time, the first that is there counts.
    times: Vec<usize>,
    /// Slots of the fields whose meaning is known.
    meanings: Vec<(Meaning, usize)>,
    /// The field that names the entity of the second pipeline.
    also: Option<usize>,
    /// Where the wanted values of the record judged last lie.
    slots: Vec<Token>,
    /// The `time` of its envelope.
    envelope_time: Token,
}

#[derive(Debug)]
struct Required {
    name: Arc<str>,
    slot: usize,
    kind: FieldKind,
    /// The kinds of values that will do without a closer look, as bits.
    plain: u16,
}

#[derive(Debug)]
struct Entity {
    name: Arc<str>,
    slot: usize,
    other: Option<usize>,
}

/// Slots of a CloudEvent's attributes.
#[derive(Debug)]
struct Cloud {
    specversion: usize,
    time: usize,
    data: usize,
}

impl Decoder {
    pub fn new(entry: &TopicEntry) -> Self {
        let mut names = NamesBuilder::default();
        let required: Vec<Required> = (entry.fields.iter().filter(|f| f.required))
            .map(|f| Required { name: f.name.clone(), slot: names.slot(&f.name), kind: f.kind, plain: kinds::plain(f.kind) })
            .collect();
        let entity = entry.entity.as_ref().map(|name| Entity {
            name: name.clone(),
            slot: names.slot(name),
            other: entry.entity_or.as_ref().map(|other| names.slot(other)),
        });
        let data = entry.data.as_ref().map(|name| (name.clone(), names.slot(name)));
        let cloud = Cloud { specversion: names.slot("specversion"), time: names.slot("time"), data: names.slot("data") };
        let meanings = entry.fields.iter().filter_map(|f| Some((f.meaning?, names.slot(&f.name)))).collect();
        let also = entry.also.as_ref().map(|also| names.slot(&also.entity));
        let times = std::iter::once("occurredAt").chain(entry.time.as_deref()).map(|name| names.slot(name)).collect();
        Self {
            judged: entry.role.judged(),
            required,
            entity,
            data,
            cloud,
            times,
            meanings,
            also,
            slots: vec![Token::ABSENT; names.slots()],
            envelope_time: Token::ABSENT,
            names: names.build(),
        }
    }

    /// Allocates nothing for a record that keeps its contract (unless the text of its entity has JSON escapes).
    pub fn judge(&mut self, record: &Record<'_>) -> Outcome {
        self.forget();
        let Some(value) = record.value else { return Outcome::Deletion };
        if !self.judged {
            return Outcome::Event;
        }
        if let Some(schema) = schema_id(value) {
            return Outcome::Undecoded { schema };
        }
        if let Err(fault) = self.read(value) {
            return Outcome::Malformed(told(value, fault));
        }
        match self.open_envelope(value).and_then(|()| self.contract(record.key, value)) {
            Ok(()) => Outcome::Event,
            Err(breach) => Outcome::Contract(breach),
        }
    }

    /// When the record judged last happened: `occurredAt` or the catalogue's field, else the envelope's time, else the
    /// record's timestamp. `record` must be the one that was judged last.
    pub fn event_time(&self, record: &Record<'_>) -> Option<Timestamp> {
        let value = record.value.unwrap_or_default();
        let token = |slot: &usize| kinds::time(self.slot(*slot), value);
        let header = || std::str::from_utf8(record.headers.last("ce_time")?.value?).ok().and_then(kinds::iso);
        (self.times.iter().find_map(token))
            .or_else(|| kinds::time(self.envelope_time, value))
            .or_else(header)
            .or(record.time.map(|t| t.at))
    }

    /// The record judged last as an event, given to `take`. `None`: no entity is named. `record` must be the one that was judged
    /// last, and its outcome [`Outcome::Event`].
    pub fn with_event<T>(&self, record: &Record<'_>, take: impl FnOnce(&Event<'_>) -> T) -> Option<T> {
        let value = record.value.unwrap_or_default();
        let fields = fields::Read { decoder: self, value };
        let text = |slot: usize| Some(self.slot(slot)).filter(|t| t.present()).and_then(|t| kinds::text(t, value));
        let field = self.entity.as_ref().and_then(|e| text(e.slot).or_else(|| text(e.other?)));
        let key = || std::str::from_utf8(record.key?).ok().map(Cow::Borrowed);
        let event = Event {
            at: self.event_time(record).unwrap_or_default(),
            recorded_at: record.time.map(|t| t.at),
            entity: field.or_else(key)?,
            also: self.also.and_then(text),
            fields: &fields,
        };
        Some(take(&event))
    }

    fn slot(&self, slot: usize) -> Token {
        self.slots.get(slot).copied().unwrap_or(Token::ABSENT)
    }

    fn forget(&mut self) {
        self.slots.fill(Token::ABSENT);
        self.envelope_time = Token::ABSENT;
    }

    fn read(&mut self, value: &[u8]) -> Result<(), Fault> {
        if let Err(broken) = std::str::from_utf8(value) {
            return Err(Fault::new(broken.valid_up_to(), Expected::Utf8));
        }
        let (names, slots) = (&self.names, &mut self.slots);
        scan::document(value, |key, token| keep(names, slots, value, key, token))
    }

    /// Where the fields lie in an envelope, they are looked up there.
    fn open_envelope(&mut self, value: &[u8]) -> Result<(), String> {
        let cloud = self.slot(self.cloud.specversion).kind == Kind::Text;
        let (name, token) = match &self.data {
            Some((name, slot)) => (name.as_ref(), self.slot(*slot)),
            None if cloud => ("data", self.slot(self.cloud.data)),
            None => return Ok(()),
        };
        if token.kind != Kind::Object {
            return Err(format!("the envelope's `{name}` holds {}, not an object", kinds::name(token.kind)));
        }
        let time = self.slot(self.cloud.time);
        self.forget();
        self.envelope_time = if cloud { time } else { Token::ABSENT };
        let (names, slots) = (&self.names, &mut self.slots);
        // Already found to be JSON by the first pass.
        let _ = scan::object_at(value, token.start as usize, |key, token| keep(names, slots, value, key, token));
        Ok(())
    }

    fn contract(&self, key: Option<&[u8]>, value: &[u8]) -> Result<(), String> {
        for required in &self.required {
            if self.slot(required.slot).kind.bit() & required.plain == 0 {
                self.look_closer(required, value)?;
            }
        }
        self.entity_is_key(key, value)
    }

    fn look_closer(&self, required: &Required, value: &[u8]) -> Result<(), String> {
        let Required { name, slot, kind, .. } = required;
        let mut token = self.slot(*slot);
        if !token.present() {
            token = self.entity_instead_of(*slot);
        }
        if !token.present() {
            return Err(format!("`{name}` is missing"));
        }
        if !kinds::fits(*kind, token, value) {
            return Err(format!("`{name}` holds {}, not what `{}` asks for", kinds::name(token.kind), kind.name()));
        }
        Ok(())
    }

    /// The entity under its other name.
    fn entity_instead_of(&self, slot: usize) -> Token {
        match &self.entity {
            Some(Entity { slot: entity, other: Some(other), .. }) if *entity == slot => self.slot(*other),
            _ => Token::ABSENT,
        }
    }

    fn entity_is_key(&self, key: Option<&[u8]>, value: &[u8]) -> Result<(), String> {
        let Some(entity) = &self.entity else { return Ok(()) };
        let mut token = self.slot(entity.slot);
        if !token.present() {
            token = self.entity_instead_of(entity.slot);
        }
        match key {
            _ if !token.present() && key.is_none() => Err(format!("neither `{}` nor a key: no entity", entity.name)),
            Some(key) if token.present() && !same(token, value, key) => {
                Err(format!("`{}` and the record's key differ", entity.name))
            }
            _ => Ok(()),
        }
    }
}

#[inline(always)]
fn keep(names: &Names, slots: &mut [Token], value: &[u8], key: Token, token: Token) {
    let slot =
        if key.kind == Kind::Text { names.find(value, key.start as usize, key.end as usize) } else { escaped(names, value, key) };
    // Of a key that stands twice the last counts, as everywhere in JSON.
    if let Some(kept) = slot.and_then(|s| slots.get_mut(s)) {
        *kept = token;
    }
}

#[cold]
fn escaped(names: &Names, value: &[u8], key: Token) -> Option<usize> {
    let key = kinds::unescaped(key.bytes(value))?;
    names.find(key.as_bytes(), 0, key.len())
}

fn same(token: Token, value: &[u8], key: &[u8]) -> bool {
    match token.kind {
        Kind::EscapedText => kinds::text(token, value).is_some_and(|t| t.as_bytes() == key),
        _ => token.bytes(value) == key,
    }
}

/// Confluent's framing: byte 0, then the schema's id in four bytes.
fn schema_id(value: &[u8]) -> Option<u32> {
    let (&magic, rest) = value.split_first()?;
    if magic != 0 {
        return None;
    }
    rest.first_chunk().map(|id| u32::from_be_bytes(*id))
}

fn told(value: &[u8], fault: Fault) -> String {
    let (at, expected) = (fault.at, fault.expected.name());
    if at as usize >= value.len() {
        return format!("not JSON: ends after byte {at}, {expected} expected");
    }
    format!("not JSON: {expected} expected at byte {at}")
}

#[cfg(test)]
mod tests;
