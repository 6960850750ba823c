//! What happens in a shop, as lines for kcat: shuffled, with duplicates, late payments, second attempts and contradictions.

use fastrand::Rng;
use std::collections::BTreeMap;

const TOPICS: [(&str, i32); 14] = [
    ("orders.created", 3),
    ("inventory.checked", 2),
    ("payments.initiated", 4),
    ("payments.completed", 1),
    ("payments.failed", 2),
    ("orders.confirmed", 3),
    ("orders.preparing", 2),
    ("delivery.assigned", 3),
    ("delivery.updated", 5),
    ("delivery.delivered", 2),
    ("orders.cancelled", 1),
    ("delivery.tracking", 4),
    ("inventory.updated", 2),
    ("user.purchase", 3),
];

/// Lines by topic.
pub type Lines = BTreeMap<String, Vec<String>>;

pub struct Events(Lines);

impl Events {
    pub fn make(seed: u64, orders: u32) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut lines = Lines::new();
        for number in 0..orders {
            for (topic, key, json) in order(&mut rng, number) {
                let line = format!("{key}:{json}");
                let copies = if rng.u8(0..20) == 0 { 2 } else { 1 };
                for _ in 0..copies {
                    lines.entry(topic.to_owned()).or_default().push(line.clone());
                }
            }
        }
        lines.entry("orders.created".into()).or_default().push("X:{not json".into());
        lines.entry("payments.completed".into()).or_default().push(r#"X:{"orderId":"X"}"#.into());
        for of_topic in lines.values_mut() {
            rng.shuffle(of_topic);
        }
        Self(lines)
    }

    pub fn topics(&self) -> impl Iterator<Item = (&'static str, i32)> + use<> {
        TOPICS.into_iter()
    }

    pub fn count(&self) -> u64 {
        self.0.values().map(|lines| lines.len() as u64).sum()
    }

    pub fn halves(&self) -> (Lines, Lines) {
        let (mut early, mut late) = (Lines::new(), Lines::new());
        for (topic, lines) in &self.0 {
            let (a, b) = lines.split_at(lines.len() / 2);
            early.insert(topic.clone(), a.to_vec());
            late.insert(topic.clone(), b.to_vec());
        }
        (early, late)
    }
}

/// Milliseconds from the first order's beginning.
const START_MS: i64 = 1_790_000_000_000;

fn order(rng: &mut Rng, number: u32) -> Vec<(&'static str, String, String)> {
    let id = format!("A{number}");
    let begun = START_MS + i64::from(number) * 500;
    let mut at = begun;
    let mut out = Vec::new();
    let mut tell = |out: &mut Vec<_>, rng: &mut Rng, topic, fields: String| {
        at += rng.i64(1..5_000);
        out.push((topic, id.clone(), format!(r#"{{"orderId":"{id}","occurredAt":{at}{fields}}}"#)));
    };
    out.push((
        "orders.created",
        id.clone(),
        format!(
            r#"{{"id":"{id}","customerId":"c{}","total":{},"currency":"GNF","createdAt":{begun}}}"#,
            number % 50,
            1_000 + number
        ),
    ));
    tell(&mut out, rng, "inventory.checked", r#","available":true"#.into());
    let attempts = rng.u32(1..=2);
    for attempt in 0..attempts {
        // Now and then the payment of the order before, or dollars.
        let of = if rng.u8(0..25) == 0 { number.saturating_sub(1) } else { number };
        let currency = if rng.u8(0..25) == 0 { "USD" } else { "GNF" };
        let payment = format!(r#","paymentId":"p{of}-{attempt}","amount":{},"currency":"{currency}""#, 1_000 + number);
        tell(&mut out, rng, "payments.initiated", payment.clone());
        let topic = if attempt + 1 < attempts { "payments.failed" } else { "payments.completed" };
        tell(&mut out, rng, topic, payment);
    }
    if rng.u8(0..15) == 0 {
        tell(&mut out, rng, "orders.cancelled", r#","reason":"client injoignable""#.into());
    }
    tell(&mut out, rng, "orders.confirmed", String::new());
    tell(&mut out, rng, "orders.preparing", String::new());
    tell(&mut out, rng, "delivery.assigned", format!(r#","courierId":"k{}""#, number % 20));
    for _ in 0..rng.u32(2..6) {
        let place = format!(r#","lat":{:.4},"lon":{:.4}"#, 9.5 + rng.f64() / 10.0, -13.7 + rng.f64() / 10.0);
        tell(&mut out, rng, "delivery.tracking", place);
    }
    tell(&mut out, rng, "delivery.updated", r#","status":"en route""#.into());
    if rng.u8(0..4) > 0 {
        tell(&mut out, rng, "delivery.delivered", String::new());
    }
    out.push((
        "inventory.updated",
        format!("s{}", number % 30),
        format!(r#"{{"sku":"s{}","level":{},"occurredAt":{at}}}"#, number % 30, rng.u32(0..99)),
    ));
    out.push((
        "user.purchase",
        format!("c{}", number % 50),
        format!(r#"{{"userId":"c{}","orderId":"{id}","occurredAt":{at}}}"#, number % 50),
    ));
    out
}
