//! The business as the picture has it. Plain rows: the engine makes them of what the domain knows.
//! One room: nothing but the shapes of the JSON contract, which docs/snapshot.md tells in the same order.

use crate::model::{Point, Reason, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::sync::Arc;

/// All sections; one that this catalogue has no topics for is absent.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Business {
    #[serde(rename = "business", skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<BusinessSource>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipelines: Option<Vec<Arc<Pipeline>>>,
    #[serde(flatten)]
    pub orders: Option<Arc<Orders>>,
    #[serde(flatten)]
    pub deliveries: Option<Arc<Deliveries>>,
    #[serde(flatten)]
    pub payments: Option<Arc<PaymentSections>>,
    #[serde(flatten)]
    pub stock: Option<Arc<Stock>>,
    #[serde(flatten)]
    pub customers: Option<Arc<CustomerSections>>,
    #[serde(flatten)]
    pub notifications: Option<Arc<Notifications>>,
}

/// Where the business figures come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BusinessSource {
    pub source: &'static str,
    /// Counts are of what was read since; `null` before anything was.
    #[serde(rename = "since_ms")]
    pub since: Option<Timestamp>,
    /// The store beside the tail; `null` where there is none.
    pub store: Option<StoreSource>,
    /// What of it is not whole.
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

/// How the store is that the business figures come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StoreSource {
    /// `reading` until all was told once, then `ok` or `down`.
    pub state: &'static str,
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

/// An exact amount: its own digits are the JSON number. Text of a decimal number, nothing else.
#[derive(Clone, Debug)]
pub struct Amount(Arc<RawValue>);

impl Amount {
    /// `None`: the text is no JSON number.
    pub fn new(text: String) -> Option<Self> {
        text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            .then(|| RawValue::from_string(text).ok())
            .flatten()
            .map(|raw| Self(raw.into()))
    }

    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Delivery {
    /// Where the courier is, if such a place exists.
    pub fn place(&self) -> Option<Point> {
        self.lat.zip(self.lon).map(|(lat, lon)| Point { lat, lon }).filter(|p| p.is_on_earth())
    }

    pub fn destination(&self) -> Option<Point> {
        self.to_lat.zip(self.to_lon).map(|(lat, lon)| Point { lat, lon }).filter(|p| p.is_on_earth())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Pipeline {
    pub name: Arc<str>,
    pub stages: Vec<Stage>,
    pub exits: Vec<Exit>,
    /// Entities whose first stage was seen.
    pub entered: Option<u64>,
    /// Of those, the ones that came to the end or left by an exit.
    pub left: Option<u64>,
    pub inside: Option<u64>,
    /// First seen past the first stage: neither entered nor missing.
    pub joined_midway: Option<u64>,
    /// Of those, the ones that are still on their way.
    pub joined_midway_inside: Option<u64>,
    /// Entered, and pushed out of memory before their end: the oldest go when there are too many.
    pub evicted: Option<u64>,
    /// Entities of which a stage between two that were told was never told itself.
    pub missing_steps: Option<u64>,
    /// entered − left − inside − evicted.
    pub unaccounted: Option<i64>,
    /// Failures ÷ ends, 0..1.
    pub failure_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub failure_rate_reason: Option<Reason>,
    /// Why the counts are not known.
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
    /// Worst first, at most 1,000.
    pub stuck: Option<Vec<Arc<Stuck>>>,
    /// How many there are, also past the first 1,000.
    pub stuck_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub stuck_reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stage {
    pub name: Arc<str>,
    /// The topic whose events bring entities here.
    pub topic: Option<Arc<str>>,
    pub deadline_s: Option<u32>,
    /// Entities that came here, those that joined midway too.
    pub entered: Option<u64>,
    /// Over the last minute.
    pub per_s: Option<f64>,
    /// Entities that stand here; for the last stage: that came to the end.
    pub inside: Option<u64>,
    /// From this stage's event to the next one's, by the events' own times.
    pub wait_ms: Option<Wait>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub wait_reason: Option<Reason>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Wait {
    pub count: u64,
    pub p50: u64,
    pub p99: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Exit {
    pub name: Arc<str>,
    pub topic: Option<Arc<str>>,
    pub count: Option<u64>,
    pub per_s: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stuck {
    pub key: Arc<str>,
    pub stage: Arc<str>,
    #[serde(skip)]
    pub since: Timestamp,
    pub age_s: f64,
    pub deadline_s: u32,
    pub amount: Option<Amount>,
    pub currency: Option<Arc<str>>,
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Orders {
    /// Those that are open, at most 1,000, sorted by id. Where there are more, the newest 700 and the oldest 300.
    pub orders: Option<Vec<Arc<Order>>>,
    /// How many of the listed were chosen as the oldest; 0: all are listed.
    pub orders_oldest: Option<usize>,
    pub orders_open: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub orders_reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Order {
    pub id: Arc<str>,
    pub state: Arc<str>,
    #[serde(rename = "since_ms")]
    pub since: Timestamp,
    pub amount: Option<Amount>,
    pub currency: Option<Arc<str>>,
    pub customer: Option<Arc<str>>,
    /// A stage before this one was never told.
    pub gap: bool,
    /// The newest event that changed it.
    pub last: Option<LastEvent>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LastEvent {
    pub topic: Arc<str>,
    pub partition: i32,
    pub offset: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Deliveries {
    /// The newest 1,000 that are under way, sorted by order.
    pub deliveries: Option<Vec<Arc<Delivery>>>,
    pub deliveries_active: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub deliveries_reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Delivery {
    pub order: Arc<str>,
    pub courier: Option<Arc<str>>,
    pub state: Arc<str>,
    #[serde(rename = "since_ms")]
    pub since: Timestamp,
    /// The newest of the delivery's, the order's and the courier's own.
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    /// When it was there.
    #[serde(skip)]
    pub position_at: Option<Timestamp>,
    pub position_age_s: Option<f64>,
    /// Where it is brought.
    pub to_lat: Option<f64>,
    pub to_lon: Option<f64>,
    pub district: Option<Arc<str>>,
    /// Of the straight way from the shop to the customer, 0..1; 0 until the goods are picked up.
    pub progress: Option<f64>,
    #[serde(rename = "eta_at_ms")]
    pub eta_at: Option<Timestamp>,
    /// The first time of arrival.
    #[serde(skip)]
    pub promised_at: Option<Timestamp>,
    /// How far the newest time of arrival, or now when it has passed, lies after the first that was promised.
    pub late_s: Option<f64>,
    pub remaining_m: Option<f64>,
    /// Which of them no event told.
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PaymentSections {
    pub payments: Payments,
    /// At most 1,000, open and ended, sorted by id. Where there are more, the newest 700 and of the open ones the oldest 300.
    pub payment_rows: Option<Vec<Arc<Payment>>>,
    /// How many of the listed were chosen as the oldest open ones; 0: all are listed, or the newest alone.
    pub payments_waiting: Option<usize>,
    pub payments_known: Option<usize>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Payments {
    pub initiated: Option<u64>,
    pub completed: Option<u64>,
    pub failed: Option<u64>,
    pub success_rate: Option<f64>,
    /// Of the last ten minutes, by half minutes.
    pub completed_10m: Option<u64>,
    pub failed_10m: Option<u64>,
    pub success_rate_10m: Option<f64>,
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
    pub by_method: Vec<Method>,
    /// By currency.
    pub amounts: Vec<Sum>,
    /// Newest first, at most 1,000.
    pub suspicious: Vec<Arc<Suspicious>>,
    pub suspicious_count: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Method {
    pub method: Arc<str>,
    pub initiated: u64,
    pub completed: u64,
    pub failed: u64,
    pub success_rate: Option<f64>,
    /// Of the last ten minutes, by half minutes.
    pub completed_10m: u64,
    pub failed_10m: u64,
    pub success_rate_10m: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sum {
    pub currency: Option<Arc<str>>,
    pub count: u64,
    pub total: Option<Amount>,
    /// Payments that failed, and what they would have come to.
    pub failed: u64,
    pub failed_total: Option<Amount>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Suspicious {
    pub id: Arc<str>,
    pub order: Option<Arc<str>>,
    #[serde(rename = "at_ms")]
    pub at: Timestamp,
    pub code: crate::model::Code,
    #[serde(serialize_with = "super::told")]
    pub reason: Reason,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Payment {
    pub id: Arc<str>,
    pub order: Option<Arc<str>>,
    pub state: Arc<str>,
    pub method: Option<Arc<str>>,
    pub amount: Option<Amount>,
    pub currency: Option<Arc<str>>,
    pub customer: Option<Arc<str>>,
    #[serde(rename = "since_ms")]
    pub since: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stock {
    /// Sorted by article; past 1,000 those that run out first.
    pub stock: Option<Vec<Arc<Article>>>,
    pub stock_articles: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub stock_reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Article {
    pub sku: Arc<str>,
    pub name: Option<Arc<str>>,
    pub level: i64,
    pub threshold: Option<i64>,
    /// At the pace of the last half hour's falls.
    pub run_out_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CustomerSections {
    pub customers: Customers,
    /// The 1,000 that were seen last, sorted by id.
    pub customer_rows: Vec<Arc<Customer>>,
    pub customers_known: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Customers {
    pub logins: Option<u64>,
    pub page_views: Option<u64>,
    pub searches: Option<u64>,
    pub purchases: Option<u64>,
    /// Customers that bought ÷ customers that were seen in the shop, 0..1.
    pub conversion: Option<f64>,
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Customer {
    pub id: Arc<str>,
    /// Orders of theirs that were seen to begin.
    pub orders: u64,
    #[serde(rename = "last_seen_ms")]
    pub last_seen: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Notifications {
    pub notifications: Vec<Arc<Channel>>,
    /// The newest 100 that were read, the last first.
    pub messages: Vec<Arc<Message>>,
}

/// One that went out; the record says what it said.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Message {
    #[serde(rename = "at_ms")]
    pub at: Timestamp,
    pub channel: Arc<str>,
    /// The order that it is about.
    pub order: Option<Arc<str>>,
    #[serde(flatten)]
    pub told: LastEvent,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Channel {
    pub channel: Arc<str>,
    /// The catalogue's, whether they exist or not.
    pub topics: Vec<Arc<str>>,
    pub sent: Option<u64>,
    /// Over the last minute.
    pub per_s: Option<f64>,
    #[serde(serialize_with = "super::told_reason")]
    pub reason: Option<Reason>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_with_all_their_digits() {
        let sum = |text: &str| Sum { currency: None, count: 1, total: Amount::new(text.into()), failed: 0, failed_total: None };
        let json = |text: &str| serde_json::to_string(&sum(text)).unwrap();
        assert_eq!(json("45000.50"), r#"{"currency":null,"count":1,"total":45000.50,"failed":0,"failed_total":null}"#);
        let long = "79228162514264337593543950335";
        assert!(json(long).contains(&format!(":{long},")), "a float would have lost the last digits");
        assert!(json("0.1234567890123456789012345678").contains("0.1234567890123456789012345678"));
        for wrong in ["", "abc", "{}", "null", "1,2", "[1]"] {
            assert_eq!(Amount::new(wrong.into()), None, "{wrong}");
        }
    }
}
