//! Records and names that were made to break things.

use crate::kafka::{create_topic, kafkajs, kcat_group, kcat_lines, shared};
use crate::needs;
use crate::support::{Terminal, at, group, int, seconds, topic, unique, vigie};
use serde_json::json;

#[test]
fn poisoned_records_are_counted_for_what_they_are() {
    needs!(Kafka, Kafkajs);
    let (brokers, name) = (shared(), "payments.completed");
    create_topic(brokers, name, 2, &[]);
    let snapshot = || {
        let all = vigie(&["snapshot", "-b", brokers, "--topics", name, "--from", "beginning", "--for", "1s"]).good_json();
        at(topic(&all, name).expect("the topic"), "/records").clone()
    };
    let before = snapshot();
    // {"paymentId":…} · not JSON · bytes that are no text · no paymentId · orderId of the wrong type · Avro with schema 42 · a tombstone
    let values = [
        Some("eyJwYXltZW50SWQiOiJwMSIsIm9yZGVySWQiOiJvMSJ9"),
        Some("e25vdCBqc29u"),
        Some("//79/A=="),
        Some("eyJvcmRlcklkIjoibzEifQ=="),
        Some("eyJwYXltZW50SWQiOiJwMSIsIm9yZGVySWQiOlsxXX0="),
        Some("AAAAACoEYWI="),
        None,
    ];
    let messages: Vec<_> = values.iter().map(|value| json!({"key": "bzE=", "value": value, "base64": true})).collect();
    kafkajs(brokers, "produce", json!({"topic": name, "messages": messages}));
    let after = snapshot();
    let more = |field: &str| int(&after, &format!("/{field}")) - int(&before, &format!("/{field}"));
    assert_eq!(more("seen"), 7);
    assert_eq!(more("malformed"), 2, "{after}");
    assert_eq!(more("contract"), 2, "{after}");
    assert_eq!(more("undecoded"), 1, "{after}");
    assert_eq!(more("deletions"), 1, "{after}");
}

#[test]
fn hostile_bytes_reach_no_terminal() {
    needs!(Kafka, Kcat, Kafkajs);
    let (brokers, name) = (shared(), unique("hostile"));
    create_topic(brokers, &name, 1, &[]);
    let evil_group = format!("{name}-\x1b[31mred\u{202e}");
    kcat_lines(brokers, &name, &[], ["k:v".to_owned()]);
    kcat_group(brokers, &evil_group, &name, 1);

    let mut terminal = Terminal::start(&["watch", "-b", brokers, "--topics", &name, "--groups", &format!("{name}*")], 40, 120);
    terminal.wait_for(&name, seconds(15));
    terminal.send("2");
    let evil = "\x1b]0;owned\x07\u{9b}31m\u{202e}\u{200b}\x1b[2Jgone";
    for _ in 0..3 {
        let message = json!({"key": evil, "value": format!("{{\"v\":\"{evil}\"}}"), "headers": {"h": evil}});
        kafkajs(brokers, "produce", json!({"topic": name, "messages": [message]}));
    }
    terminal.wait_for("\\x1b]0;owned", seconds(15));
    terminal.send("\r");
    terminal.wait_until("the whole record", seconds(10), |screen| {
        screen.contains("Esc ┐") && screen.contains("\"v\": \"\\x1b]0;owned")
    });
    terminal.send("\x1b");
    // Together with the next key it would be Alt and that key.
    terminal.wait_until("the popup to close", seconds(5), |screen| !screen.contains("Esc ┐"));
    terminal.send("3");
    terminal.wait_for("\\x1b[31mred", seconds(15));
    let raw = terminal.quit();
    for wrong in ["\x1b]0;owned", "\u{9b}31m", "\u{202e}", "\u{200b}", "\x1b[31mred"] {
        assert!(!raw.windows(wrong.len()).any(|w| w == wrong.as_bytes()), "{wrong:?} reached the terminal");
    }

    let args = ["snapshot", "-b", brokers, "--topics", &name, "--groups", &format!("{name}*"), "--for", "1s", "--format", "table"];
    let table = vigie(&args);
    assert!(table.out.contains("\\x1b[31mred"), "{table:?}");
    assert!(!table.out.contains(['\x1b', '\u{202e}']), "{table:?}");
    let all = vigie(&args[..args.len() - 2]).good_json();
    assert!(group(&all, &evil_group).is_some(), "JSON has the name as it is: {}", at(&all, "/groups"));
}
