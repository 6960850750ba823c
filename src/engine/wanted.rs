use super::filter::Filter;
use super::ground::kind;
use crate::catalogue::Catalogue;
use crate::decode::{Decoder, Outcome};
use crate::model::{Event, FollowedKey, Meaning, Record, Scope, Search};
use regex::bytes::Regex;
use std::collections::HashMap;
use std::sync::Arc;

/// Tells which records a search wants. Made for one place: the engine has one for what comes, who reads the past has another.
pub struct Wanted(Test);

enum Test {
    Filter(Filter),
    Key(Box<KeyTest>),
}

/// Records of a key: those that have it as their key, and events that name it.
struct KeyTest {
    key: FollowedKey,
    /// `None`: not text, so no field can hold it.
    text: Option<String>,
    /// A value without the id's bytes needs no look inside.
    inside: Option<Regex>,
    catalogue: Arc<Catalogue>,
    topics: HashMap<Arc<str>, Topic>,
}

struct Topic {
    decoder: Option<Decoder>,
    /// What its entities are, where the catalogue has it.
    kind: Option<Option<Meaning>>,
}

impl Wanted {
    pub fn new(search: &Search, catalogue: &Arc<Catalogue>) -> Self {
        let key = match &search.scope {
            Scope::Topic(_) => return Self(Test::Filter(Filter::new(&search.filter))),
            Scope::Key(key) => key.clone(),
        };
        let text = std::str::from_utf8(&key.bytes).ok().filter(|t| !t.is_empty()).map(str::to_owned);
        let inside = text.as_ref().and_then(|t| Regex::new(&regex::escape(t)).ok());
        Self(Test::Key(Box::new(KeyTest { key, text, inside, catalogue: Arc::clone(catalogue), topics: HashMap::new() })))
    }

    pub fn passes(&mut self, topic: &Arc<str>, record: &Record<'_>) -> bool {
        match &mut self.0 {
            Test::Filter(filter) => filter.passes(record),
            Test::Key(test) => test.passes(topic, record),
        }
    }
}

impl KeyTest {
    fn passes(&mut self, topic: &Arc<str>, record: &Record<'_>) -> bool {
        let is_key = record.key == Some(&self.key.bytes);
        if !is_key && !self.is_inside(record) {
            return false;
        }
        let catalogue = &self.catalogue;
        let of = self.topics.entry(Arc::clone(topic)).or_insert_with(|| {
            let entry = catalogue.topic(topic);
            Topic { decoder: entry.map(Decoder::new), kind: entry.map(kind) }
        });
        // The same id may name things of two kinds.
        let kin = self.key.names.is_none() || of.kind.is_none_or(|kind| kind == self.key.names);
        if is_key && kin {
            return true;
        }
        let (Some(decoder), Some(text)) = (of.decoder.as_mut(), self.text.as_deref()) else { return false };
        let names = self.key.names;
        decoder.judge(record) == Outcome::Event
            && decoder.with_event(record, |event| tells_of(event, text, names, kin)).unwrap_or_default()
    }

    fn is_inside(&self, record: &Record<'_>) -> bool {
        self.inside.as_ref().zip(record.value).is_some_and(|(text, value)| text.is_match(value))
    }
}

fn tells_of(event: &Event<'_>, id: &str, names: Option<Meaning>, kin: bool) -> bool {
    let field = |meaning: &Meaning| event.fields.text(*meaning).as_deref() == Some(id);
    let by_field = match names {
        Some(meaning) => field(&meaning),
        None => [Meaning::Order, Meaning::Customer, Meaning::Courier].iter().any(field) || event.also.as_deref() == Some(id),
    };
    by_field || kin && event.entity == id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OwnedRecord, Slot, Start, TailFilter};

    fn wanted(id: &str, names: Option<Meaning>) -> Wanted {
        let scope = Scope::Key(FollowedKey { bytes: id.as_bytes().into(), names, seen: None });
        Wanted::new(&Search { scope, start: Start::End, filter: TailFilter::All }, &Catalogue::builtin())
    }

    fn passes(wanted: &mut Wanted, topic: &str, key: Option<&str>, value: &str) -> bool {
        let (key, value) = (key.map(|k| k.as_bytes().to_vec()), Some(value.as_bytes().to_vec()));
        let record = OwnedRecord { slot: Slot(0), offset: 1, time: None, key, value, headers: Vec::new() };
        wanted.passes(&topic.into(), &record.borrow())
    }

    #[test]
    fn an_orders_records_are_found_by_key_and_by_field() {
        let mut order = wanted("o1", Some(Meaning::Order));
        assert!(passes(&mut order, "orders.created", Some("o1"), r#"{"id":"o1"}"#));
        assert!(passes(&mut order, "orders.created", None, r#"{"id":"o1"}"#), "the catalogue's field is the key");
        assert!(passes(&mut order, "payments.completed", None, r#"{"paymentId":"p1","orderId":"o1"}"#));
        assert!(passes(&mut order, "no.entry", Some("o1"), "anything"));
        assert!(!passes(&mut order, "orders.created", Some("o2"), r#"{"id":"o2","note":"like o1"}"#), "mentioned, not told of");
        assert!(!passes(&mut order, "inventory.updated", Some("o1"), r#"{"sku":"o1","level":3}"#), "an article of that name");
        assert!(!passes(&mut order, "orders.created", Some("o11"), r#"{"id":"o11"}"#));
    }

    #[test]
    fn a_customers_records_are_his_own_and_the_orders_that_name_him() {
        let mut customer = wanted("c7", Some(Meaning::Customer));
        assert!(passes(&mut customer, "user.login", Some("c7"), r#"{"userId":"c7"}"#));
        assert!(passes(&mut customer, "orders.created", Some("o1"), r#"{"id":"o1","customerId":"c7"}"#));
        assert!(!passes(&mut customer, "orders.created", Some("c7"), r#"{"id":"c7","customerId":"c8"}"#));
    }

    #[test]
    fn of_a_key_that_nobody_knows_all_that_may_tell_is_taken() {
        let mut unknown = wanted("p1", None);
        assert!(passes(&mut unknown, "payments.completed", Some("o1"), r#"{"paymentId":"p1","orderId":"o1"}"#));
        assert!(passes(&mut unknown, "inventory.updated", Some("p1"), r#"{"sku":"p1","level":3}"#));
        assert!(!passes(&mut unknown, "payments.completed", Some("o1"), r#"{"paymentId":"p2","orderId":"o1"}"#));
    }
}
