use super::{Label, Point, Timestamp, TopicName};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The record that an event came in: no two are at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub topic: TopicName,
    pub partition: i32,
    pub offset: i64,
}

/// When something happened, and by which record: of two values the one with the greater stamp wins, whatever came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    pub at: Timestamp,
    pub place: Place,
}

/// What a field tells, whatever its name is: the catalogue says which field means what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    Order,
    Customer,
    CustomerName,
    Shop,
    Amount,
    Currency,
    Method,
    Country,
    Courier,
    CourierName,
    Lat,
    Lon,
    /// `lat` and `lon` together.
    Position,
    Pickup,
    Destination,
    District,
    /// When it is expected to arrive.
    Eta,
    /// Metres left on the way.
    Remaining,
    /// Kilometres an hour.
    Speed,
    Status,
    Reason,
    Available,
    /// What an article is called.
    Title,
    Level,
    Threshold,
    Template,
    /// What a message says.
    Message,
}

impl Meaning {
    /// The names that fields with this meaning have where the catalogue says nothing else.
    const NAMES: [(&'static str, Self); 29] = [
        ("orderId", Self::Order),
        ("customerId", Self::Customer),
        ("customerName", Self::CustomerName),
        ("shopId", Self::Shop),
        ("total", Self::Amount),
        ("amount", Self::Amount),
        ("currency", Self::Currency),
        ("paymentMethod", Self::Method),
        ("method", Self::Method),
        ("country", Self::Country),
        ("courierId", Self::Courier),
        ("courierName", Self::CourierName),
        ("lat", Self::Lat),
        ("lon", Self::Lon),
        ("pickup", Self::Pickup),
        ("destination", Self::Destination),
        ("address", Self::Destination),
        ("district", Self::District),
        ("etaAt", Self::Eta),
        ("remainingM", Self::Remaining),
        ("speedKmh", Self::Speed),
        ("status", Self::Status),
        ("reason", Self::Reason),
        ("available", Self::Available),
        ("name", Self::Title),
        ("level", Self::Level),
        ("threshold", Self::Threshold),
        ("template", Self::Template),
        ("text", Self::Message),
    ];

    /// What a field of this name means where the catalogue says nothing else.
    pub fn of_field(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning)
    }

    /// The names that the catalogue's `as` takes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|(name, _)| *name)
    }
}

/// What a field holds, kept. Amounts are exact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Text(Label),
    // As a text: what is kept in a store is read without a look at its shape.
    Amount(#[serde(with = "rust_decimal::serde::str")] Decimal),
    Number(f64),
    Integer(i64),
    Time(Timestamp),
    Flag(bool),
    Point(Point),
}

/// The fields of an event, read only when somebody asks. `None`: not there, null, or of another kind.
pub trait Fields {
    fn text(&self, meaning: Meaning) -> Option<Cow<'_, str>>;
    fn amount(&self, meaning: Meaning) -> Option<Decimal>;
    fn number(&self, meaning: Meaning) -> Option<f64>;
    fn integer(&self, meaning: Meaning) -> Option<i64>;
    fn time(&self, meaning: Meaning) -> Option<Timestamp>;
    fn flag(&self, meaning: Meaning) -> Option<bool>;
    /// An object with `lat` and `lon`, and its district.
    fn point(&self, meaning: Meaning) -> Option<(Point, Option<Label>)>;
}

/// A record as its catalogue entry understands it.
pub struct Event<'a> {
    /// Its own time, else the record's; the Unix epoch where it has neither.
    pub at: Timestamp,
    /// The record's timestamp.
    pub recorded_at: Option<Timestamp>,
    /// Whom it is about: the catalogue's field, else the record's key.
    pub entity: Cow<'a, str>,
    /// The entity in the second pipeline that the event moves.
    pub also: Option<Cow<'a, str>>,
    pub fields: &'a dyn Fields,
}
