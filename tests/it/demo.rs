//! The demo without a terminal: a whole town within seconds.

use crate::support::{assert_conforms, at, int, seconds, text, topic, vigie};
use serde_json::Value;

/// Topics of a town at work. Failures, low stock and vigie's own have no fixed hour.
const ALIVE: &[&str] = &[
    "orders.created",
    "inventory.checked",
    "payments.initiated",
    "payments.completed",
    "orders.confirmed",
    "orders.preparing",
    "delivery.assigned",
    "delivery.pickup",
    "delivery.in-transit",
    "delivery.delivered",
    "orders.updated",
    "delivery.updated",
    "delivery.tracking",
    "orders.cancelled",
    "inventory.updated",
    "location.updated",
    "delivery.eta-updated",
    "notifications.email",
    "notifications.sms",
    "notifications.push",
    "ui.tracking-updated",
    "user.login",
    "user.page-view",
    "user.search",
    "user.purchase",
];

#[test]
fn twelve_seconds_of_the_demo_show_a_town_at_work() {
    let ran = vigie(&["demo", "--no-ui", "--for", "12s", "--format", "json"]);
    let snapshot = ran.good_json();
    assert_conforms(&snapshot);
    assert!(ran.took < seconds(20), "{:?}", ran.took);
    assert_eq!((text(&snapshot, "/source/kind"), text(&snapshot, "/source/state")), ("demo", "connected"));
    assert_eq!(at(&snapshot, "/cluster/brokers").as_array().map(Vec::len), Some(3));

    let silent: Vec<_> = ALIVE.iter().filter(|name| topic(&snapshot, name).is_none_or(|t| int(t, "/records/seen") == 0)).collect();
    assert!(silent.is_empty(), "no records within 12 s: {silent:?}");
    for t in at(&snapshot, "/topics").as_array().expect("a list") {
        let name = text(t, "/name");
        if name != "vigie.dead-letter" {
            assert!(int(t, "/records/malformed") + int(t, "/records/contract") <= 3, "the town speaks badly on {name}: {t}");
        }
    }
    let orders = topic(&snapshot, "orders.created").expect("counted before");
    let rate = at(orders, "/throughput/records_per_s/10s").as_f64().expect("two readings");
    assert!((5.0..=25.0).contains(&rate), "600 orders a minute at the lunch rush: {rate}/s");
    assert!(int(orders, "/latency_ms/count") > 0 && int(orders, "/latency_ms/p99") < 2_000, "{orders}");

    let groups = at(&snapshot, "/groups").as_array().expect("a list");
    assert!(groups.len() >= 2, "{groups:?}");
    let known = groups.iter().filter(|g| g.pointer("/lag/records").is_some_and(Value::is_u64)).count();
    assert_eq!(known, groups.len(), "every group's lag is known: {groups:?}");
}
