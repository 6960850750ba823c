use super::*;
use crate::catalogue::Catalogue;
use crate::cli::{Connect, Run};
use crate::engine::{Engine, EngineConfig};
use crate::model::*;
use crate::rules::RulesConfig;
use crate::sim::Embedded;
use crate::snapshot::SourceKind;

const NOW: Timestamp = Timestamp(1_700_000_040_000);

fn partition(leader: i32, isr: &[i32]) -> PartitionReading {
    let (low, high) = (Some(0), Some(1_000));
    PartitionReading { partition: 0, leader, replicas: vec![1, 2, 3], isr: isr.to_vec(), low, high, last_stable: high }
}

fn broker(id: i32, up: bool) -> BrokerReading {
    BrokerReading { id, host: format!("b{id}").into(), port: 9092, up, round_trip_ms: None, throttle_ms: None, reason: None }
}

/// Three brokers, one topic of one partition.
fn reading(partition: PartitionReading) -> ClusterReading {
    let topic = TopicReading { name: "orders".into(), watched: true, partitions: vec![partition], ..TopicReading::default() };
    ClusterReading {
        asked_at: NOW,
        taken_at: NOW,
        controllers: Controllers::Answering,
        brokers: (1..=3).map(|id| broker(id, true)).collect(),
        topics: vec![topic],
        configs: vec![("orders".into(), TopicConfig { min_insync_replicas: Some(2), ..TopicConfig::default() })],
        ..ClusterReading::default()
    }
}

/// What is said after one reading, and what was learnt about the oldest unread record.
fn judged(rules: RulesConfig, reading: ClusterReading, oldest: Option<Timestamp>) -> Verdict {
    let mut engine = Engine::new(EngineConfig {
        catalogue: Catalogue::builtin(),
        source_kind: SourceKind::Live,
        source_name: "test".into(),
        bootstrap: "b1:9092".into(),
        rules,
        history_memory: 1 << 20,
        started: NOW,
    });
    let take = |engine: &mut Engine, input| engine.take(Timed { at: NOW, input });
    take(&mut engine, Input::Link(Link { state: LinkState::Connected, reasons: Vec::new() }));
    take(&mut engine, Input::Cluster(Box::new(reading.clone())));
    for (id, lookup) in engine.lookups() {
        let (Some(at), Lookup::TimeAt { offset, .. }) = (oldest, lookup.clone()) else { continue };
        take(&mut engine, Input::Answer(Box::new(Answer { id, lookup, result: LookupResult::Time { offset, at } })));
    }
    take(&mut engine, Input::Cluster(Box::new(reading)));
    outlet::check(&engine.view(NOW).snapshot, &crate::outlet::Subject::Cluster, &Limits::default(), &Limits::default())
}

fn now(reading: ClusterReading) -> Verdict {
    judged(RulesConfig::default().for_one_moment(), reading, None)
}

fn assert_says(verdict: &Verdict, code: u8, words: &str) {
    assert!(verdict.code == code && verdict.line.contains(words), "{code} and {words:?}: {verdict:?}");
}

#[test]
fn what_is_wrong_now_is_told_at_once() {
    assert_says(&now(reading(partition(1, &[1, 2, 3]))), 0, "OK - cluster: healthy");
    assert_says(&now(reading(partition(-1, &[]))), 2, "orders: 1 partition without a leader");
    assert_says(&now(reading(partition(1, &[1, 2]))), 1, "too few replicas in sync (2 of 3");
    assert_says(&now(reading(partition(1, &[1]))), 2, "below min.insync.replicas (1 of 2");
    let silent = ClusterReading { controllers: Controllers::Silent, ..reading(partition(1, &[1, 2, 3])) };
    assert_says(&now(silent), 2, "the controllers do not answer");
    let brokers = vec![broker(1, true), broker(2, false), broker(3, true)];
    assert_says(&now(ClusterReading { brokers, ..reading(partition(1, &[1, 2, 3])) }), 2, "broker 2 (b2:9092) is down");
}

#[test]
fn rules_have_the_level_that_the_configuration_gives_them() {
    let of = |levels: &str, isr: &[i32]| {
        let rules: RulesConfig = toml::from_str(&format!("[levels]\n{levels}")).unwrap();
        judged(rules.for_one_moment(), reading(partition(1, isr)), None)
    };
    assert_says(&of("under-replicated = \"critical\"", &[1, 2]), 2, "too few replicas in sync (2 of 3");
    assert_says(&of("under-replicated = \"off\"", &[1, 2]), 0, "OK - cluster: healthy");
    assert_says(&of("under-min-isr = \"warning\"", &[1]), 1, "below min.insync.replicas (1 of 2");
}

#[test]
fn a_broker_that_died_before_the_check_is_known_by_its_replicas() {
    let brokers = vec![broker(1, true), broker(3, true)];
    assert_says(&now(ClusterReading { brokers, ..reading(partition(1, &[1, 3])) }), 2, "broker 2 is down");
}

#[test]
fn a_lag_in_time_needs_no_minute() {
    let group = GroupReading {
        name: "billing".into(),
        kind: GroupKind::Classic,
        state: GroupState::Stable,
        offsets: vec![("orders".into(), 0, Some(10))],
        ..GroupReading::default()
    };
    let reading = ClusterReading { groups: vec![group], ..reading(partition(1, &[1, 2, 3])) };
    let of = |seconds: i64| {
        let rules = RulesConfig::default().for_one_moment();
        judged(rules, reading.clone(), Some(Timestamp(NOW.0 - seconds * 1_000)))
    };
    assert_says(&of(90), 1, "billing: 90 s behind");
    assert_says(&of(400), 2, "billing: 7 min behind");
    assert_says(&of(20), 0, "healthy");
    // The dashboard waits; a lag whose time is not known does not spoil what is.
    let patient = judged(RulesConfig::default(), reading.clone(), Some(Timestamp(NOW.0 - 400_000)));
    assert_says(&patient, 0, "healthy");
    assert_says(&now(reading), 0, "healthy");
}

fn args(brokers: &str, group: Option<&str>, crit: Option<&str>) -> CheckArgs {
    let connect = Connect { brokers: Some(brokers.into()), ..Connect::default() };
    CheckArgs {
        run: Run { connect, ..Run::default() },
        topic: None,
        group: group.map(Into::into),
        warn: None,
        crit: crit.map(Into::into),
        timeout: "5s".into(),
    }
}

fn asked(args: &CheckArgs) -> Verdict {
    let none = tempfile::NamedTempFile::new().unwrap();
    let config = setup::load(Some(none.path().into()), &args.run.connect, flags(args)).unwrap();
    let session = setup::session(&config, From::Now).unwrap();
    answer(Question::new(args).unwrap(), session, Instant::now(), &Stop::new()).unwrap()
}

#[test]
fn a_broker_that_does_not_answer_is_critical_within_the_timeout() {
    let cluster = Embedded::start(&Catalogue::builtin()).unwrap();
    let brokers = args(cluster.bootstrap(), None, None);
    assert_says(&asked(&brokers), 0, "OK - cluster: healthy");
    cluster.set_broker_up(2, false).unwrap();
    let begun = Instant::now();
    assert_says(&asked(&brokers), 2, "broker 2");
    assert!(begun.elapsed() < Duration::from_millis(5_500), "{:?}", begun.elapsed());
}

#[test]
fn the_controllers_are_asked_where_they_are_judged_and_where_it_is_allowed() {
    let probes = |args: &CheckArgs, allowed: &str| {
        let none = tempfile::NamedTempFile::new().unwrap();
        let mut flags = flags(args);
        flags.insert("probe_controllers", allowed.into());
        let config = setup::load(Some(none.path().into()), &args.run.connect, flags).unwrap();
        let mut session = setup::session(&config, From::Now).unwrap();
        Question::new(args).unwrap().fit(&mut session).unwrap();
        session.poller.probe_controllers
    };
    assert!(probes(&args("h:1", None, None), "true"));
    assert!(!probes(&args("h:1", None, None), "false"));
    assert!(!probes(&args("h:1", Some("billing"), None), "true"));
    assert!(!probes(&args("h:1", None, Some("lag=5")), "true"));
}

#[test]
fn a_group_is_weighed_in_time_without_reading_its_topics() {
    let question = Question::new(&args("h:1", Some("billing"), Some("lag=5000,lag_s=60"))).unwrap();
    let none = tempfile::NamedTempFile::new().unwrap();
    let given = args("h:1", Some("billing"), None);
    let config = setup::load(Some(none.path().into()), &given.run.connect, flags(&given)).unwrap();
    let mut session = setup::session(&config, From::Now).unwrap();
    question.fit(&mut session).unwrap();
    assert!(!session.tail.topics.watches("orders"), "nothing is tailed");
    assert_ne!(session.tail.budget, Some(0), "a budget of 0 forbids the look-up of the oldest record");
}
