//! Watching leaves no trace.

use crate::kafka::{Kafka, Options, delete_topic, kcat_lines, tool, topic_names, watermark};
use crate::needs;
use crate::support::{Watch, at, int, seconds, topic, vigie};

#[test]
fn nothing_is_written_even_where_topics_create_themselves() {
    needs!(OwnKafka, Tools, Kcat);
    let own = Kafka::start(Options { auto_create: true, ..Options::default() });
    let brokers = own.address();
    for name in ["seen", "kept"] {
        kcat_lines(&brokers, name, &[], (0..10).map(|n| format!("k{n}:{{}}")));
    }
    assert_eq!(topic_names(&brokers), ["kept", "seen"], "the broker is as fresh as it must be");

    let args = ["--topics", "seen,kept,never-there", "--from", "beginning"];
    let mut watch = Watch::start(&brokers, &args);
    watch.until("all records", seconds(20), |line| {
        ["seen", "kept"].iter().all(|name| topic(line, name).is_some_and(|t| int(t, "/records/seen") == 10))
    });
    delete_topic(&brokers, "seen");
    watch.until("the deleted topic to go", seconds(25), |line| topic(line, "seen").is_none());
    let mut beats = 0;
    watch.until("ten more beats", seconds(20), |_| {
        beats += 1;
        beats == 10
    });
    for command in [
        &["snapshot", "-b", &brokers, "--for", "3s", "--topics", "seen,kept,never-there"][..],
        &["check", "-b", &brokers, "--topic", "kept", "--crit", "p99_ms=1000"],
        &["check", "-b", &brokers, "--topic", "never-there", "--crit", "p99_ms=1000"],
        &["doctor", "-b", &brokers],
        &["topics", "-b", &brokers],
    ] {
        vigie(command);
    }
    let line = watch.until("one more beat", seconds(5), |_| true);
    assert_eq!(at(&line, "/source/state"), "connected");
    let (code, err) = watch.stop();
    assert_eq!(code, Some(0), "{err}");

    assert_eq!(topic_names(&brokers), ["kept"], "no topic came, not even __consumer_offsets");
    assert_eq!(watermark(&brokers, "kept", 0), (0, 10), "no record came");
    let groups = tool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", &["--bootstrap-server", &brokers, "--list"]);
    assert_eq!(groups.trim(), "", "no group came");
}

#[test]
fn settings_that_would_write_are_overruled() {
    needs!(OwnKafka, Kcat);
    let own = Kafka::start(Options { auto_create: true, ..Options::default() });
    let brokers = own.address();
    kcat_lines(&brokers, "kept", &[], ["k:v".to_owned()]);
    let eager = ["-X", "allow.auto.create.topics=true", "-X", "enable.auto.commit=true", "-X", "group.id=intruder"];
    let mut watch = Watch::start(&brokers, &[&["--topics", "kept,never-there", "--from", "beginning"][..], &eager].concat());
    watch.until("the record", seconds(20), |line| topic(line, "kept").is_some_and(|t| int(t, "/records/seen") == 1));
    let mut beats = 0;
    watch.until("five more beats", seconds(15), |_| {
        beats += 1;
        beats == 5
    });
    let (_, err) = watch.stop();
    assert!(err.contains("allow.auto.create.topics"), "it says what it overrules: {err:?}");
    assert_eq!(topic_names(&brokers), ["kept"]);
}
