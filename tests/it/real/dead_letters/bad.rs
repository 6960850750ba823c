//! Orders in which everything goes wrong.

use crate::kafka::kcat_lines;
use std::ops::Range;

pub const TOPICS: [(&str, i32); 6] = [
    ("orders.created", 3),
    ("orders.confirmed", 2),
    ("orders.preparing", 2),
    ("payments.initiated", 4),
    ("payments.completed", 1),
    ("delivery.delivered", 1),
];

/// Dead letters of an order: malformed, contract, another currency, another order's payment, a time ahead.
pub const KINDS: u64 = 5;

const START_MS: i64 = 1_790_000_000_000;

pub fn produce(brokers: &str, orders: Range<u32>) {
    let mut lines: Vec<Vec<String>> = vec![Vec::new(); TOPICS.len()];
    let ahead = START_MS * 2;
    for n in orders {
        let (at, id) = (START_MS + i64::from(n) * 1_000, format!("A{n}"));
        let mut tell = |topic: &str, json: String| {
            let at = TOPICS.iter().position(|(name, _)| *name == topic).expect("one of ours");
            lines[at].push(format!("{id}:{json}"));
        };
        let payment = |payment: String, at: i64, currency: &str| {
            format!(r#"{{"orderId":"{id}","paymentId":"{payment}","amount":5,"currency":"{currency}","occurredAt":{at}}}"#)
        };
        tell("orders.created", format!(r#"{{"id":"{id}","total":5,"currency":"GNF","createdAt":{at}}}"#));
        tell("orders.confirmed", format!("{{not json {n}"));
        tell("payments.completed", format!(r#"{{"orderId":"{id}","occurredAt":{at}}}"#));
        tell("payments.initiated", payment(format!("p{n}"), at + 10, "GNF"));
        tell("payments.initiated", payment(format!("u{n}"), at + 20, "USD"));
        // Said last of all, of the payment that the order before began; the first order takes the last one's.
        let before = n.checked_sub(1).map_or_else(|| "p0-of-another".to_owned(), |b| format!("p{b}"));
        tell("payments.initiated", payment(before, at + 30, if n == 0 { "EUR" } else { "GNF" }));
        tell("orders.preparing", format!(r#"{{"orderId":"{id}","occurredAt":{ahead}}}"#));
        tell("delivery.delivered", format!(r#"{{"orderId":"{id}","occurredAt":{}}}"#, at + 40));
    }
    for ((topic, _), lines) in TOPICS.iter().zip(lines) {
        kcat_lines(brokers, topic, &["-H", "trace=7"], lines);
    }
}
