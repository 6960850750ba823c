use super::story::Expect;
use crate::snapshot::View;
use serde_json::Value;

/// Holds the picture against what the story says of it.
pub fn check(view: &View, expect: &Expect, story: &str) {
    let json = serde_json::to_value(view.snapshot.as_ref()).expect("JSON");
    let found = expect.path.split('/').fold(&json, |at, key| match at {
        Value::Array(list) => list
            .iter()
            .find(|item| {
                ["name", "rule", "partition", "id", "order", "key", "sku", "channel", "method"]
                    .iter()
                    .any(|k| item[k] == key || item[k].as_i64().is_some_and(|n| n.to_string() == key))
            })
            .or_else(|| list.get(key.parse::<usize>().ok()?))
            .unwrap_or(&Value::Null),
        other => other.get(key.replace('~', "/")).unwrap_or(&Value::Null),
    });
    let spark = expect.path.strip_prefix("spark/").and_then(|path| {
        let (topic, ago) = path.rsplit_once('/')?;
        let points = &view.focus.sparks.get(topic)?.points;
        points.len().checked_sub(1 + ago.parse::<usize>().ok()?).map(|at| serde_json::json!(points[at]))
    });
    let found = spark.as_ref().unwrap_or(found);
    let told = format!("{story}\n  at {} s, {} is {found}", expect.at_s, expect.path);
    if expect.null {
        assert!(found.is_null(), "{told}, wanted null");
    }
    if let Some(part) = &expect.holds {
        assert!(found.as_str().is_some_and(|s| s.contains(part)), "{told}, wanted {part:?} in it");
    }
    match &expect.is {
        Some(toml::Value::Integer(n)) => near(found, *n as f64, expect.within, &told),
        Some(toml::Value::Float(n)) => near(found, *n, expect.within, &told),
        Some(toml::Value::String(s)) => assert_eq!(found.as_str(), Some(s.as_str()), "{told}"),
        Some(toml::Value::Boolean(b)) => assert_eq!(found.as_bool(), Some(*b), "{told}"),
        Some(other) => panic!("{told}: {other} is no expectation"),
        None => {}
    }
}

fn near(found: &Value, wanted: f64, within: f64, told: &str) {
    let close = found.as_f64().is_some_and(|n| (n - wanted).abs() <= within.max(1e-9));
    assert!(close, "{told}, wanted {wanted} ± {within}");
}
