//! What the workers read: rounds of levels, statuses and positions, each of which asks for outputs that can be told beforehand.

use crate::kafka::{create_topic, kcat_lines};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

pub const INPUTS: [(&str, i32); 5] =
    [("inventory.updated", 6), ("orders.created", 6), ("delivery.assigned", 6), ("delivery.updated", 6), ("location.updated", 12)];
pub const OUTPUTS: [(&str, i32); 4] =
    [("inventory.low-stock", 3), ("delivery.eta-updated", 6), ("ui.tracking-updated", 6), ("notifications.push", 3)];

/// Articles, couriers, and orders whose status is told: so many of each.
pub const EACH: u32 = 8;
pub const STATUSES: [&str; 5] = ["preparing", "assigned", "picked_up", "in_transit", "delivered"];
/// Of these a customer's telephone rings.
pub const RINGING: [&str; 3] = ["assigned", "in_transit", "delivered"];
/// Orders that wait for their statuses.
const ORDERS: u32 = 1_500;
const START_MS: i64 = 1_790_000_000_000;

/// What lies there before the workers begin: what their tables are made of.
pub fn prepare(brokers: &str) {
    INPUTS.iter().chain(&OUTPUTS).for_each(|(topic, partitions)| create_topic(brokers, topic, *partitions, &[]));
    let created = |n| format!(r#"N{n}:{{"id":"N{n}","customerId":"c{n}","createdAt":{START_MS}}}"#);
    kcat_lines(brokers, "orders.created", &[], (0..ORDERS).map(created));
    let assigned = |n| {
        let to = r#""destination":{"lat":9.9,"lon":-13.5}"#;
        format!(r#"E{n}:{{"orderId":"E{n}","courierId":"k{n}",{to},"occurredAt":{START_MS}}}"#)
    };
    kcat_lines(brokers, "delivery.assigned", &[], (0..EACH).map(assigned));
}

/// A low level of each article and a high one, a position of each courier, a status of some orders.
fn round(brokers: &str, round: u32) {
    let level = |sku, level| format!(r#"s{sku}:{{"sku":"s{sku}","level":{level},"threshold":100000}}"#);
    let levels = (0..EACH).flat_map(|sku| [level(sku, round), level(sku, round), level(sku, 100_000)]);
    kcat_lines(brokers, "inventory.updated", &[], levels);
    // Farther apart than a forecast may be silent: each position asks for one.
    let at = START_MS + i64::from(round) * 61_000;
    let place = |n: u32| format!(r#""lat":{:.5},"lon":-13.{n:02}"#, 9.5 + f64::from(round % 300) * 0.001);
    let position = |n| format!(r#"k{n}:{{"courierId":"k{n}","orderId":"E{n}",{},"occurredAt":{at}}}"#, place(n));
    kcat_lines(brokers, "location.updated", &[], (0..EACH).map(position));
    let (first, status) = ((round / 5) * EACH, STATUSES[round as usize % 5]);
    let told = |n| format!(r#"N{n}:{{"orderId":"N{n}","status":"{status}","occurredAt":{at}}}"#);
    kcat_lines(brokers, "delivery.updated", &[], (first..first + EACH).map(told));
}

/// Feeds until it is enough, to the end of a row of statuses; gives how many rounds there were.
pub fn feed(brokers: &str, enough: &Arc<AtomicBool>) -> JoinHandle<u32> {
    let (brokers, enough) = (brokers.to_owned(), Arc::clone(enough));
    std::thread::spawn(move || {
        let mut rounds = 0;
        while (!enough.load(Ordering::Relaxed) || rounds % 5 != 0) && rounds / 5 * EACH + EACH <= ORDERS {
            round(&brokers, rounds);
            rounds += 1;
            std::thread::sleep(Duration::from_millis(150));
        }
        rounds
    })
}
