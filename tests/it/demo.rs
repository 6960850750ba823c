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

    business(&snapshot);
    workers(&snapshot);
}

/// What the town leaves to the workers comes from them.
fn workers(snapshot: &Value) {
    let workers = at(snapshot, "/workers").as_array().expect("a list");
    let names: Vec<_> = workers.iter().map(|w| text(w, "/name")).collect();
    assert_eq!(names, ["eta", "notify", "stock"]);
    for (worker, topic_name) in [(&workers[0], "delivery.eta-updated"), (&workers[1], "ui.tracking-updated")] {
        let produced = int(worker, "/produced");
        assert!(produced > 0 && int(worker, "/aborted") == 0 && worker["trouble"].is_null(), "{worker}");
        let seen = int(topic(snapshot, topic_name).expect("alive"), "/records/seen");
        assert!(seen > 0, "{worker}");
    }
}

/// Orders in every stage, deliveries with places, payments, stock and customers; and nothing is lost on the way.
fn business(snapshot: &Value) {
    let list = |path: &str| at(snapshot, path).as_array().unwrap_or_else(|| panic!("{path} is no list")).clone();
    assert_eq!(text(snapshot, "/business/source"), "tail");
    let pipelines = list("/pipelines");
    for pipeline in &pipelines {
        assert_eq!(int(pipeline, "/unaccounted"), 0, "{pipeline}");
        assert_eq!(int(pipeline, "/evicted"), 0, "{pipeline}");
        assert_eq!(int(pipeline, "/entered"), int(pipeline, "/left") + int(pipeline, "/inside"), "{pipeline}");
    }
    let order = pipelines.iter().find(|p| text(p, "/name") == "order").expect("the orders");
    for stage in order["stages"].as_array().expect("stages") {
        assert!(int(stage, "/inside") > 0 && int(stage, "/entered") > 0, "nobody in a stage: {stage}");
        assert!(at(stage, "/per_s").as_f64().is_some_and(|rate| rate > 0.0), "{stage}");
        assert!(text(stage, "/name") == "delivered" || int(stage, "/wait_ms/p99") >= int(stage, "/wait_ms/p50"), "{stage}");
    }
    assert!(order["stuck"].is_array(), "connected, and everything is read: {order}");
    let open = list("/orders");
    assert!(open.len() as i64 == int(snapshot, "/orders_open").min(1_000) && open.len() > 100, "{} orders", open.len());
    assert!(open.iter().all(|o| o["currency"] == "GNF" && o["amount"].is_u64()), "{:?}", open.first());
    let deliveries = list("/deliveries");
    let placed = deliveries.iter().filter(|d| d["lat"].is_f64() && d["position_age_s"].is_f64()).count();
    assert!(placed * 2 > deliveries.len() && placed > 10, "{placed} of {} deliveries have a place", deliveries.len());
    assert!(deliveries.iter().all(|d| d["courier"].is_string() && d["late_s"].is_f64()), "{:?}", deliveries.first());
    let success = at(snapshot, "/payments/success_rate").as_f64().expect("payments came to an end");
    assert!((0.8..=1.0).contains(&success), "{success}");
    assert!(list("/payments/by_method").len() == 4 && list("/payments/amounts").len() == 1 && list("/payment_rows").len() > 100);
    assert_eq!(int(snapshot, "/payments/suspicious_count"), 0, "{}", at(snapshot, "/payments/suspicious"));
    assert!(list("/stock").len() > 10 && list("/customer_rows").len() > 50 && int(snapshot, "/customers/logins") > 0);
    assert!(list("/notifications").iter().all(|c| int(c, "/sent") > 0));
}
