//! `vigie check`, as a monitoring system calls it.

use crate::kafka::{create_topic, free_port, kcat_group, kcat_lines, shared};
use crate::needs;
use crate::support::{Ran, seconds, unique, vigie};

/// One line with performance data, within the timeout and a little.
fn assert_line(ran: &Ran, code: i32) {
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert_eq!(ran.out.trim_end().lines().count(), 1, "one line: {ran:?}");
    assert!(ran.took < seconds(7), "{:?}", ran.took);
}

#[test]
fn exit_codes_and_performance_data() {
    needs!(Kafka, Kcat);
    let (brokers, topic) = (shared(), unique("check"));
    let group = format!("{topic}-g");
    create_topic(brokers, &topic, 1, &[]);
    kcat_lines(brokers, &topic, &[], (0..20).map(|n| format!("k{n}:{{}}")));
    kcat_group(brokers, &group, &topic, 8);
    let of_group = |more: &[&str]| vigie(&[&["check", "-b", brokers, "--group", &group], more].concat());

    let ok = of_group(&["--warn", "lag=1000", "--crit", "lag=5000"]);
    assert_line(&ok, 0);
    assert!(ok.out.contains("| lag=12;1000;5000"), "{ok:?}");
    let warning = of_group(&["--warn", "lag=10", "--crit", "lag=5000"]);
    assert_line(&warning, 1);
    assert!(warning.out.contains("lag=12;10;5000"), "{warning:?}");
    let critical = of_group(&["--warn", "lag=5", "--crit", "lag=11"]);
    assert_line(&critical, 2);
    let of_topic = vigie(&["check", "-b", brokers, "--topic", &topic, "--group", &group, "--crit", "lag=5"]);
    assert_line(&of_topic, 2);
}

#[test]
fn what_cannot_be_judged_is_unknown() {
    needs!(Kafka);
    let brokers = shared();
    let absent = unique("absent");
    assert_line(&vigie(&["check", "-b", brokers, "--topic", &absent, "--crit", "p99_ms=1000"]), 3);
    assert_line(&vigie(&["check", "-b", brokers, "--group", &absent, "--crit", "lag=10"]), 3);
}

#[test]
fn nobody_there_and_wrong_usage_are_unknown_too() {
    let nobody = format!("127.0.0.1:{}", free_port());
    assert_line(&vigie(&["check", "-b", &nobody, "--group", "g", "--crit", "lag=10", "--timeout", "3s"]), 3);
    for wrong in [
        &["check", "--no-such-flag"][..],
        &["check", "-b", &nobody, "--crit", "nonsense=1"],
        &["check", "-b", &nobody, "--crit", "lag"],
    ] {
        let ran = vigie(wrong);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(!ran.words().trim().is_empty(), "{ran:?}");
    }
}
