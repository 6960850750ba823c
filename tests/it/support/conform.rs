//! The snapshot's contract: its JSON Schema, and the rules that a schema cannot say.

use serde_json::Value;
use std::sync::OnceLock;

/// Panics with all that is wrong.
pub fn assert_conforms(snapshot: &Value) {
    let mut wrong = Vec::new();
    if let Some(schema) = schema() {
        check(schema, snapshot, "", &mut wrong);
    }
    rules(snapshot, &mut wrong);
    assert!(wrong.is_empty(), "the snapshot breaks its contract:\n{}", wrong.join("\n"));
}

fn schema() -> Option<&'static Value> {
    static SCHEMA: OnceLock<Option<Value>> = OnceLock::new();
    SCHEMA
        .get_or_init(|| {
            let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/snapshot.schema.json")).ok()?;
            Some(serde_json::from_str(&text).expect("the schema is JSON"))
        })
        .as_ref()
}

/// The few words of JSON Schema that ours uses. One that is not known here is an error, not a pass.
fn check(schema: &Value, value: &Value, path: &str, wrong: &mut Vec<String>) {
    let Some(words) = schema.as_object() else {
        if *schema != Value::Bool(true) {
            wrong.push(format!("{path}: not allowed"));
        }
        return;
    };
    for (word, rule) in words {
        match word.as_str() {
            "$schema" | "$id" | "title" | "description" => {}
            "type" => check_type(rule, value, path, wrong),
            "const" if rule != value => wrong.push(format!("{path}: {value} is not {rule}")),
            "enum" if !rule.as_array().is_some_and(|all| all.contains(value)) => {
                wrong.push(format!("{path}: {value} is none of {rule}"))
            }
            "const" | "enum" => {}
            "minimum" => {
                if value.as_f64().zip(rule.as_f64()).is_some_and(|(value, least)| value < least) {
                    wrong.push(format!("{path}: {value} is below {rule}"));
                }
            }
            "maximum" => {
                if value.as_f64().zip(rule.as_f64()).is_some_and(|(value, most)| value > most) {
                    wrong.push(format!("{path}: {value} is above {rule}"));
                }
            }
            "anyOf" => {
                let passes = |one: &Value| {
                    let mut inner = Vec::new();
                    check(one, value, path, &mut inner);
                    inner.is_empty()
                };
                if !rule.as_array().is_some_and(|all| all.iter().any(passes)) {
                    wrong.push(format!("{path}: {value} is none of {rule}"));
                }
            }
            "required" => {
                for key in rule.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.is_object() && value.get(key).is_none() {
                        wrong.push(format!("{path}/{key} is missing"));
                    }
                }
            }
            "properties" => {
                for (key, inner) in rule.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(key) {
                        check(inner, value, &format!("{path}/{key}"), wrong);
                    }
                }
            }
            "additionalProperties" => {
                let known = words.get("properties").and_then(Value::as_object);
                for (key, value) in value.as_object().into_iter().flatten() {
                    if !known.is_some_and(|known| known.contains_key(key)) {
                        check(rule, value, &format!("{path}/{key}"), wrong);
                    }
                }
            }
            "items" => {
                for (i, value) in value.as_array().into_iter().flatten().enumerate() {
                    check(rule, value, &format!("{path}/{i}"), wrong);
                }
            }
            other => panic!("the schema uses {other:?}, which this checker does not know"),
        }
    }
}

fn check_type(rule: &Value, value: &Value, path: &str, wrong: &mut Vec<String>) {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the schema has a type {other:?}"),
    };
    let fits = match rule {
        Value::Array(all) => all.iter().filter_map(Value::as_str).any(is),
        one => one.as_str().is_some_and(is),
    };
    if !fits {
        wrong.push(format!("{path}: {value} is not {rule}"));
    }
}

/// Lists are sorted, and what is not known says why.
fn rules(snapshot: &Value, wrong: &mut Vec<String>) {
    if snapshot["version"] != 1 {
        wrong.push("/version is not 1".into());
    }
    let source = &snapshot["source"];
    if source["state"] != "connected" && !source["reason"].is_string() {
        wrong.push(format!("/source: not connected, and no reason: {source}"));
    }
    let list = |name: &str| snapshot[name].as_array().map(Vec::as_slice).unwrap_or_default();
    for name in ["topics", "groups"] {
        if !list(name).is_sorted_by_key(|item| item["name"].as_str().unwrap_or_default()) {
            wrong.push(format!("/{name} is not sorted by name"));
        }
    }
    figures_say_why(&snapshot["totals"], "totals", wrong);
    for topic in list("topics") {
        let (name, latency) = (&topic["name"], &topic["latency_ms"]);
        let figures = ["min", "p50", "p90", "p99", "p999", "max"].map(|f| latency[f].as_i64());
        if latency["count"] == 0 && figures.iter().any(Option::is_some) {
            wrong.push(format!("{name}: latency of no records: {latency}"));
        }
        if latency["count"] != 0 && !figures.is_sorted() {
            wrong.push(format!("{name}: percentiles out of order: {latency}"));
        }
        figures_say_why(topic, &name.to_string(), wrong);
        if topic["error_rate"].is_null() && !topic["error_rate_reason"].is_string() {
            wrong.push(format!("{name}: error_rate is null without a reason"));
        }
        judged(&topic["health"], &format!("{name}: health"), wrong);
    }
    for group in list("groups") {
        let name = &group["name"];
        if group["lag"]["records"].is_null() && !group["lag"]["reason"].is_string() {
            wrong.push(format!("{name}: lag is null without a reason"));
        }
        if group["lag"]["quality"] == "unknown" && !group["lag"]["reason"].is_string() {
            wrong.push(format!("{name}: lag in time is unknown without a reason"));
        }
        if group["members"].is_null() && !group["members_reason"].is_string() {
            wrong.push(format!("{name}: members are null without a reason"));
        }
        if group["catch_up_s"].is_null() && !group["catch_up_reason"].is_string() {
            wrong.push(format!("{name}: catch_up_s is null without a reason"));
        }
        judged(group, &format!("{name}: status"), wrong);
    }
    business(snapshot, wrong);
    for alert in list("alerts") {
        if !alert["message"].is_string() || !alert["code"].is_string() || !alert["facts"].is_object() {
            wrong.push(format!("an alert without message, code or facts: {alert}"));
        }
        if alert["state"] != "firing" && !alert["by"].is_string() && !alert["because"].is_string() {
            wrong.push(format!("an alert is quiet, and nobody says why: {alert}"));
        }
    }
}

/// What is not known of the business says why, and what entered is accounted for.
fn business(snapshot: &Value, wrong: &mut Vec<String>) {
    let list = |name: &str| snapshot[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut unknown = |value: &Value, key: &str, reason: &str| {
        if value.get(key).is_some_and(Value::is_null) && !value[reason].is_string() {
            wrong.push(format!("{key} is null without {reason}: {value}"));
        }
    };
    for pipeline in list("pipelines") {
        for key in ["entered", "left", "inside", "joined_midway", "evicted", "unaccounted"] {
            unknown(pipeline, key, "reason");
        }
        unknown(pipeline, "failure_rate", "failure_rate_reason");
        unknown(pipeline, "stuck", "stuck_reason");
        for stage in pipeline["stages"].as_array().into_iter().flatten() {
            unknown(stage, "wait_ms", "wait_reason");
        }
    }
    for (key, reason) in [("orders", "orders_reason"), ("deliveries", "deliveries_reason"), ("stock", "stock_reason")] {
        unknown(snapshot, key, reason);
    }
    for delivery in list("deliveries") {
        ["lat", "to_lat", "progress", "eta_at_ms", "remaining_m"].iter().for_each(|key| unknown(delivery, key, "reason"));
    }
    list("stock").iter().for_each(|article| unknown(article, "run_out_s", "reason"));
    list("notifications").iter().for_each(|channel| unknown(channel, "sent", "reason"));
    unknown(&snapshot["payments"], "completed", "reason");
    unknown(&snapshot["customers"], "logins", "reason");
    for (name, key) in [("pipelines", "name"), ("orders", "id"), ("deliveries", "order"), ("stock", "sku"), ("customer_rows", "id")]
    {
        if !list(name).is_sorted_by_key(|item| item[key].as_str().unwrap_or_default()) {
            wrong.push(format!("/{name} is not sorted by {key}"));
        }
    }
}

/// Rates, latency and lag that are not known have a reason beside them.
fn figures_say_why(of: &Value, name: &str, wrong: &mut Vec<String>) {
    let silent = |part: &Value| !part["reason"].is_string();
    let rates = &of["throughput"];
    let windows = |figure: &str| ["10s", "1m", "5m"].map(|w| rates[figure][w].is_null());
    if windows("records_per_s").into_iter().chain(windows("bytes_per_s")).any(|null| null) && silent(rates) {
        wrong.push(format!("{name}: a rate is null without a reason: {rates}"));
    }
    let (latency, lag) = (&of["latency_ms"], &of["lag"]);
    if latency["p99"].is_null() && silent(latency) {
        wrong.push(format!("{name}: latency is null without a reason: {latency}"));
    }
    if (lag["records"].is_null() || lag["seconds"].is_null()) && silent(lag) {
        wrong.push(format!("{name}: lag is null without a reason: {lag}"));
    }
    for row in of["offsets"].as_array().into_iter().flatten().filter(|row| row["records_per_s"].is_null() && silent(row)) {
        wrong.push(format!("{name}: a partition's rate is null without a reason: {row}"));
    }
}

fn judged(value: &Value, what: &str, wrong: &mut Vec<String>) {
    if value["reason"].as_str().is_none_or(str::is_empty) || !value["code"].is_string() || !value["facts"].is_object() {
        wrong.push(format!("{what} lacks sentence, code or facts: {value}"));
    }
}
