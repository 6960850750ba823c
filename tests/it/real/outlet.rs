//! Alerts go to a topic of a real cluster: each once, whatever stops meanwhile.

use crate::kafka::{Kafka, Options, create_topic, create_topic_on, kcat, kcat_group, kcat_lines};
use crate::needs;
use crate::support::{Watch, assert_conforms, folder, seconds, text, wait_for};
use serde_json::Value;
use std::path::Path;

const TO: &str = "alerts";
const GROUP: &str = "readers";

/// A group is late when its oldest unread record is 4 s old, and in time again at once.
const CONFIG: &str = "[rules.group]
lag_warning_s = 4.0
lag_raise_after_s = 0.0
clear_after_s = 0.0
stopped_after_s = 3600.0
stalled_after_s = 3600.0
[[outlets]]
topic = \"alerts\"
timeout_s = 3.0
";

/// All that lies in the topic, as kcat reads it: key and body.
fn messages(brokers: &str) -> Vec<(String, Value)> {
    let out = kcat(brokers, &["-C", "-t", TO, "-o", "beginning", "-e", "-q", "-f", "%k\\t%s\\n"], "");
    let read = |line: &str| {
        let (key, body) = line.split_once('\t').expect("a key and a value");
        (key.to_owned(), serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}")))
    };
    out.lines().map(read).collect()
}

/// Of the alert about the group: the states that were told.
fn told(brokers: &str) -> Vec<String> {
    let of_group = |body: &Value| body["rule"] == "group-lag";
    messages(brokers).iter().filter(|(_, body)| of_group(body)).map(|(_, body)| text(body, "/state").to_owned()).collect()
}

fn watch(brokers: &str, config: &Path, state: &Path) -> Watch {
    let config = config.display().to_string();
    let args = ["--topics", "work", "--groups", GROUP, "--from", "beginning", "--yes", "--config", &config, "--send-alerts"];
    Watch::start_with(brokers, &args, |command| _ = command.env("XDG_STATE_HOME", state))
}

fn fires(line: &Value) -> bool {
    line["alerts"].as_array().is_some_and(|list| list.iter().any(|a| a["rule"] == "group-lag" && a["state"] == "firing"))
}

fn outlet<'a>(line: &'a Value, figure: &str) -> &'a Value {
    line.pointer(&format!("/outlets/0/{figure}")).unwrap_or(&Value::Null)
}

#[test]
fn an_alert_and_its_end_lie_in_the_topic_once_through_a_restart_and_a_dead_broker() {
    needs!(OwnKafka, Kcat);
    let mut own = Kafka::start(Options { brokers: 3, ..Options::default() });
    let (brokers, folder) = (own.address(), folder("outlet"));
    let (config, state) = (folder.path().join("config.toml"), folder.path().join("state"));
    std::fs::write(&config, CONFIG).expect("a file");
    create_topic(&brokers, "work", 1, &[]);
    // The broker that will die is the only one that has the outlet's topic.
    create_topic_on(&brokers, TO, i32::try_from(own.id(1)).expect("a small number"));
    kcat_lines(&brokers, "work", &[], (0..50).map(|n| format!("k{n}:{{}}")));
    kcat_group(&brokers, GROUP, "work", 20);

    let mut first = watch(&brokers, &config, &state);
    let line = first.until("the alert to be told", seconds(40), |line| fires(line) && outlet(line, "sent") == 1);
    assert_conforms(&line);
    let (code, err) = first.stop();
    assert_eq!(code, Some(0), "{err}");
    let sent = messages(&brokers);
    let [(key, body)] = sent.as_slice() else { panic!("one message: {sent:?}") };
    assert_eq!((text(body, "/state"), text(body, "/rule"), text(body, "/subject")), ("firing", "group-lag", GROUP));
    let cluster = text(&line, "/source/cluster_id");
    assert_eq!(*key, format!("{cluster}/group-lag/{GROUP}/{}", body["since_ms"]), "as documented");
    assert_eq!(text(body, "/key"), key, "and as in the body");

    // A new process raises it anew, and knows that it was told.
    let mut second = watch(&brokers, &config, &state);
    second.until("it fires again", seconds(40), fires);
    let mut beats = 0;
    second.until("five beats", seconds(20), |line| {
        beats += 1;
        assert_eq!((outlet(line, "sent"), outlet(line, "failed")), (&Value::from(0), &Value::from(0)), "{line}");
        beats == 5
    });
    assert_eq!(told(&brokers), ["firing"], "not twice");

    own.kill9(1);
    second.until("the broker to be missed", seconds(30), |line| text(line, "/source/state") == "degraded");
    let left: Vec<&str> = brokers.split(',').enumerate().filter(|(at, _)| *at != 1).map(|(_, address)| address).collect();
    kcat_group(&left.join(","), GROUP, "work", 30);
    let line = second.until("tries that fail, and the end of the alert that waits", seconds(60), |line| {
        let figure = |name| outlet(line, name).as_u64().unwrap_or(0);
        !fires(line) && figure("failed") >= 2 && figure("waiting") >= 1
    });
    assert_eq!((outlet(&line, "sent"), outlet(&line, "dropped")), (&Value::from(0), &Value::from(0)), "{line}");
    assert!(outlet(&line, "error").as_str().is_some_and(|e| e.contains(TO) || e.contains("broker")), "{}", outlet(&line, "error"));

    own.restart(1);
    second.until("the message to be taken", seconds(120), |line| {
        outlet(line, "sent").as_u64() > Some(0) && outlet(line, "waiting") == 0
    });
    wait_for("the end in the topic", seconds(20), || (told(&brokers) == ["firing", "resolved"]).then_some(()));
    let (code, err) = second.stop();
    assert_eq!(code, Some(0), "{err}");
    let all = messages(&brokers);
    let ends: Vec<_> = all.iter().filter(|(of, _)| of == key).map(|(_, body)| text(body, "/state")).collect();
    assert_eq!(ends, ["firing", "resolved"], "both under one key, and neither twice: {all:?}");
    let mut once: Vec<_> = all.iter().map(|(key, body)| (key, text(body, "/state"))).collect();
    let count = once.len();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), count, "no message of any alert twice: {all:?}");
}
