use super::super::postgres::{plain_text, short_key};
use super::super::rows::{PartRow, WalkerRow};
use super::super::{Changes, ProfileRow};
use crate::domain::{Kind, Plans};
use crate::model::{Point, Timestamp};
use std::borrow::Cow;
use std::collections::HashSet;
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

/// What a batch changed.
pub fn of_changes(changes: &Changes, plans: &Plans) -> Vec<Entry> {
    let version = changes.version;
    let mut entries: Vec<Entry> = changes.walkers.iter().map(|row| of_walker(row, version)).collect();
    entries.extend(changes.parts.iter().map(|row| of_part(row, version)));
    entries.extend(changes.profiles.iter().filter_map(|row| of_profile(row, version)));
    // A part that went from one entity to another is there.
    let there: HashSet<_> = changes.parts.iter().map(|row| &row.part).collect();
    let gone = changes.gone_parts.iter().filter(|(part, _)| !there.contains(part));
    entries.extend(gone.map(|(part, owner)| Entry::gone(&plans.get(part.pipeline).name, &part.id, version, Some(&owner.id))));
    entries
}

fn of_walker(row: &WalkerRow, version: i64) -> Entry {
    let facts = WalkerFacts {
        state: row.state.as_deref(),
        since_ms: row.since.map(|t| t.0),
        ended: row.ended,
        gap: row.gap,
        conflict: row.conflict,
        customer: row.customer.as_deref(),
        shop: row.shop.as_deref(),
        amount: row.amount.map(|a| a.to_string()),
        currency: row.currency.as_deref(),
    };
    Entry::walker(&row.pipeline, &row.subject.id, version, &facts)
}

fn of_part(row: &PartRow, version: i64) -> Entry {
    let facts = PartFacts {
        order: &row.owner.id,
        state: row.state.as_deref(),
        since_ms: row.since.map(|t| t.0),
        ended: row.ended,
        amount: row.amount.map(|a| a.to_string()),
        currency: row.currency.as_deref(),
        method: row.method.as_deref(),
        customer: row.customer.as_deref(),
        courier: row.courier.as_deref(),
        reason: row.reason.as_deref(),
        position: row.position.map(|(point, at)| (point, at.0)),
        eta_at_ms: row.eta.map(|t| t.0),
        remaining_m: row.remaining_m,
    };
    Entry::part(&row.pipeline, &row.part.id, version, &facts)
}

/// Of those without a pipeline couriers alone move.
fn of_profile(row: &ProfileRow, version: i64) -> Option<Entry> {
    let (point, at) = row.position.filter(|_| row.subject.kind == Kind::Courier)?;
    Some(Entry::courier(&row.subject.id, version, (point, at.0), row.about.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Sqlite;
    use crate::store::tests::{apply, events};

    fn entries(told: &[(i64, &'static str, &str)]) -> Vec<Entry> {
        let (plans, told) = events(told);
        let mut store = Sqlite::open(std::path::Path::new(":memory:"), plans.clone()).unwrap();
        of_changes(&apply(&mut store, told).changes, &plans)
    }

    fn shown(entry: &Entry) -> String {
        let fields: Vec<_> = entry.fields.iter().map(|f| format!("{}={}", f.name, f.value)).collect();
        format!("{}:{} {:?} {}", entry.kind, entry.id, entry.life, fields.join(" "))
    }

    #[test]
    fn what_a_batch_wrote_becomes_entries_without_what_is_private() {
        let home = r#""address":{"district":"Ratoma","lat":9.6,"lon":-13.6}"#;
        let found = entries(&[
            (
                1,
                "orders.created",
                &format!(r#"{{"id":"A1","customerId":"c1","customerName":"Fatou","total":"45.50","currency":"GNF",{home}}}"#),
            ),
            (2, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":45.50,"currency":"GNF","method":"card"}"#),
            (3, "delivery.assigned", r#"{"orderId":"A1","courierId":"k9","courierName":"Mamadou","etaAt":90000}"#),
            (4, "delivery.tracking", r#"{"orderId":"A1","lat":9.53,"lon":-13.68}"#),
            (4, "location.updated", r#"{"courierId":"k9","orderId":"A1","lat":9.5,"lon":-13.7}"#),
            (5, "orders.cancelled", r#"{"orderId":"A2"}"#),
            (6, "inventory.updated", r#"{"sku":"riz","level":12}"#),
        ]);
        let found: Vec<_> = found.iter().map(shown).collect();
        assert_eq!(
            found,
            [
                "order:A1 Active version=1 state=assigned since_ms=3000 ended=0 gap=1 conflict=0 customer=c1 amount=45.50 currency=GNF",
                "order:A2 Ended version=1 state=cancelled since_ms=5000 ended=1 gap=0 conflict=0",
                "payment:p1 Active version=1 order=A1 state=initiated since_ms=2000 ended=0 amount=45.50 currency=GNF method=card",
                "delivery:A1 Active version=1 order=A1 state=assigned since_ms=3000 ended=0 amount=45.50 currency=GNF customer=c1 courier=k9 \
                 lat=9.53 lon=-13.68 position_at_ms=4000 eta_at_ms=90000",
                "courier:k9 Courier version=1 lat=9.5 lon=-13.7 position_at_ms=4000 order=A1",
            ]
        );
    }

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
