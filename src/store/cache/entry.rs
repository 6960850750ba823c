use super::super::postgres::{plain_text, short_key};
use crate::model::{Point, Timestamp};
use std::borrow::Cow;
use std::sync::Arc;

/// The kind of couriers, in keys.
pub const COURIER: &str = "courier";

/// An entity as the cache has it: the same whether it comes from a batch or is read from the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// A pipeline's name, or `courier`.
    pub kind: Arc<str>,
    pub id: String,
    pub version: i64,
    pub life: Life,
    /// Whose a part is.
    pub owner: Option<String>,
    pub fields: Vec<Field>,
    pub position: Option<(Point, Timestamp)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Active,
    Ended,
    /// Its owner has it no more.
    Gone,
    /// Is there as long as it is seen.
    Courier,
}

impl Life {
    pub fn name(self) -> &'static str {
        match self {
            Self::Active | Self::Courier => "active",
            Self::Ended => "ended",
            Self::Gone => "gone",
        }
    }

    fn of(ended: bool) -> Self {
        if ended { Self::Ended } else { Self::Active }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: &'static str,
    pub value: String,
    is_text: bool,
}

/// What a message says besides kind, id and version, where it is known.
const TOLD: [&str; 9] = ["state", "since_ms", "ended", "gone", "order", "courier", "lat", "lon", "eta_at_ms"];

/// What is cached of an entity that walks a pipeline. No district: it is a piece of an address.
#[derive(Clone, Debug, Default)]
pub struct WalkerFacts<'a> {
    pub state: Option<&'a str>,
    pub since_ms: Option<i64>,
    pub ended: bool,
    pub gap: bool,
    pub conflict: bool,
    pub customer: Option<&'a str>,
    pub shop: Option<&'a str>,
    pub amount: Option<String>,
    pub currency: Option<&'a str>,
}

/// What is cached of a part. No destination: it is where a customer lives.
#[derive(Clone, Debug, Default)]
pub struct PartFacts<'a> {
    pub order: &'a str,
    pub state: Option<&'a str>,
    pub since_ms: Option<i64>,
    pub ended: bool,
    pub amount: Option<String>,
    pub currency: Option<&'a str>,
    pub method: Option<&'a str>,
    pub customer: Option<&'a str>,
    pub courier: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub position: Option<(Point, i64)>,
    pub eta_at_ms: Option<i64>,
    pub remaining_m: Option<f64>,
}

impl Entry {
    fn new(kind: &Arc<str>, id: &str, version: i64, life: Life) -> Self {
        let fields = vec![Field { name: "version", value: version.to_string(), is_text: false }];
        Self { kind: kind.clone(), id: short_key(id).into_owned(), version, life, owner: None, fields, position: None }
    }

    pub fn walker(pipeline: &Arc<str>, id: &str, version: i64, facts: &WalkerFacts<'_>) -> Self {
        Self::new(pipeline, id, version, Life::of(facts.ended))
            .text("state", facts.state)
            .number("since_ms", facts.since_ms)
            .flag("ended", facts.ended)
            .flag("gap", facts.gap)
            .flag("conflict", facts.conflict)
            .key("customer", facts.customer)
            .text("shop", facts.shop)
            .number("amount", facts.amount.as_ref())
            .text("currency", facts.currency)
    }

    pub fn part(pipeline: &Arc<str>, id: &str, version: i64, facts: &PartFacts<'_>) -> Self {
        let mut entry = Self::new(pipeline, id, version, Life::of(facts.ended))
            .key("order", Some(facts.order))
            .text("state", facts.state)
            .number("since_ms", facts.since_ms)
            .flag("ended", facts.ended)
            .number("amount", facts.amount.as_ref())
            .text("currency", facts.currency)
            .text("method", facts.method)
            .text("customer", facts.customer)
            .text("courier", facts.courier)
            .text("reason", facts.reason)
            .number("lat", facts.position.map(|(point, _)| point.lat))
            .number("lon", facts.position.map(|(point, _)| point.lon))
            .number("position_at_ms", facts.position.map(|(_, at)| at))
            .number("eta_at_ms", facts.eta_at_ms)
            .number("remaining_m", facts.remaining_m);
        entry.owner = Some(short_key(facts.order).into_owned());
        entry
    }

    /// `order`: what the courier was last said to be on the way with.
    pub fn courier(id: &str, version: i64, (point, at): (Point, i64), order: Option<&str>) -> Self {
        let mut entry = Self::new(&COURIER.into(), id, version, Life::Courier)
            .number("lat", Some(point.lat))
            .number("lon", Some(point.lon))
            .number("position_at_ms", Some(at))
            .text("order", order);
        entry.position = Some((point, Timestamp(at)));
        entry
    }

    /// `owner` as a whole; `None`: whoever had it.
    pub fn gone(pipeline: &Arc<str>, id: &str, version: i64, owner: Option<&str>) -> Self {
        let mut entry = Self::new(pipeline, id, version, Life::Gone).flag("gone", true).key("order", owner);
        entry.owner = owner.map(|owner| short_key(owner).into_owned());
        entry
    }

    fn put(mut self, name: &'static str, value: Option<String>, is_text: bool) -> Self {
        self.fields.extend(value.map(|value| Field { name, value, is_text }));
        self
    }

    fn text(self, name: &'static str, value: Option<&str>) -> Self {
        self.put(name, value.map(|value| plain_text(value).into_owned()), true)
    }

    fn key(self, name: &'static str, value: Option<&str>) -> Self {
        self.put(name, value.map(short_key).map(Cow::into_owned), true)
    }

    fn number(self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.put(name, value.map(|value| value.to_string()), false)
    }

    fn flag(self, name: &'static str, value: bool) -> Self {
        self.number(name, Some(u8::from(value)))
    }

    /// What subscribers are told.
    pub fn message(&self) -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let mut out = format!(r#"{{"kind":{},"id":{},"version":{}"#, text(&self.kind), text(&self.id), self.version);
        for field in self.fields.iter().filter(|f| TOLD.contains(&f.name)) {
            let value = match field.name {
                "ended" | "gone" => (field.value == "1").to_string(),
                _ if field.is_text => text(&field.value),
                _ => field.value.clone(),
            };
            out += &format!(r#","{}":{value}"#, field.name);
        }
        out + "}"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_json_whatever_the_id() {
        let facts = PartFacts { order: "a\"\n", state: Some("in_transit"), eta_at_ms: Some(7), ..PartFacts::default() };
        let entry = Entry::part(&"delivery".into(), "x\u{1}", 3, &facts);
        let message: serde_json::Value = serde_json::from_str(&entry.message()).unwrap();
        let told = serde_json::json!({
            "kind": "delivery", "id": "x\u{1}", "version": 3, "order": "a\"\n", "state": "in_transit", "ended": false, "eta_at_ms": 7
        });
        assert_eq!(message, told);
        let gone = Entry::gone(&"payment".into(), "p1", 4, None).message();
        assert_eq!(gone, r#"{"kind":"payment","id":"p1","version":4,"gone":true}"#);
    }
}
