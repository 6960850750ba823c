//! The whole cluster goes away and comes back: whoever is woken by it is told once, and once that it is over.

use crate::alerts::Hook;
use crate::kafka::{Kafka, Options, create_topic, kcat_lines};
use crate::needs;
use crate::support::{Watch, at, folder, seconds, topic};
use serde_json::Value;

fn records(from: usize, to: usize) -> impl Iterator<Item = String> {
    (from..to).map(|n| format!("k{n}:{{}}"))
}

/// Rule and state of each message, in their order.
fn told(hook: &mut Hook) -> Vec<(String, String)> {
    let text = |body: &Value, name: &str| body[name].as_str().unwrap_or_default().to_owned();
    hook.bodies().iter().map(|body| (text(body, "rule"), text(body, "state"))).collect()
}

#[test]
fn a_cluster_that_goes_away_is_one_alert_and_its_return_is_the_end_of_it() {
    needs!(OwnKafka, Kcat);
    let mut own = Kafka::start(Options::default());
    let brokers = own.address();
    create_topic(&brokers, "calm", 2, &[]);
    let mut hook = Hook::plain();
    let place = folder("outage");
    let config = place.path().join("config.toml");
    // What follows from it is told at once where nothing holds it back; the outage itself after the time that is shipped.
    let outlet = format!("[[outlets]]\nname = \"hook\"\nwebhook = \"http://{}/\"\n", hook.address());
    std::fs::write(&config, format!("[rules.cluster]\nunder_replicated_after_s = 0.0\n{outlet}")).expect("a file");
    let config = config.display().to_string();
    let mut watch = Watch::start(&brokers, &["--topics", "calm", "--send-alerts", "--config", &config]);
    let is = |line: &Value, state: &str| at(line, "/source/state") == state;
    let seen = |line: &Value| topic(line, "calm")?.pointer("/records/seen")?.as_i64();
    watch.until("the connection", seconds(30), |line| is(line, "connected") && topic(line, "calm").is_some());
    kcat_lines(&brokers, "calm", &[], records(0, 100));
    watch.until("the first records", seconds(30), |line| seen(line) == Some(100));
    assert_eq!(told(&mut hook), [], "nothing is wrong yet");

    own.kill9(0);
    watch.until("the outage to be told", seconds(90), |_| !told(&mut hook).is_empty());
    let line = watch.until("its alert", seconds(10), |line| {
        line["alerts"].as_array().is_some_and(|alerts| alerts.iter().any(|alert| alert["rule"] == "cluster-down"))
    });
    assert!(is(&line, "down"), "{line}");

    own.restart(0);
    let over = ("cluster-down".to_owned(), "resolved".to_owned());
    watch.until("its end to be told", seconds(90), |_| told(&mut hook).contains(&over));
    kcat_lines(&brokers, "calm", &[], records(100, 150));
    watch.until("the records after it", seconds(30), |line| seen(line) == Some(150) && line["alerts_count"] == 0);
    let firing = ("cluster-down".to_owned(), "firing".to_owned());
    assert_eq!(told(&mut hook), [firing, over], "one cause, one alert: {:#?}", hook.bodies());

    let [first, last] = hook.bodies() else { panic!("two") };
    assert_eq!(first["key"], last["key"]);
    assert_eq!((first["severity"].as_str(), first["subject"].as_str()), (Some("critical"), Some("cluster")));
    let message = first["message"].as_str().expect("a sentence");
    assert!(message.contains("the cluster") && message.contains(&brokers), "who, and why: {message}");
    assert!(first["remedy"].is_string(), "{first}");
    assert!(last["lasted_s"].as_f64() > Some(15.0), "{last}");
}
