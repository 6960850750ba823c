//! The past of topics: what was produced is found, whoever produced it, and whatever happens to the log meanwhile.

use crate::kafka::{create_topic, delete_before, kafkajs, kcat_count, kcat_lines, shared, watermark};
use crate::needs;
use crate::support::{seconds, unique, wait_for};
use crossbeam_channel::{Receiver, bounded};
use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use vigie::kafka::search::{self, Hunt, SearchConfig, Searches};
use vigie::kafka::{Causes, KafkaConfig};
use vigie::model::{
    Extent, FollowedKey, FoundRecord, Ground, Input, Keyed, LookupId, Rest, SearchProgress, Start, Timed, Timestamp, Way,
};

const ID: LookupId = LookupId(1);

struct Past {
    searches: Searches,
    inputs: Receiver<Timed>,
    bytes: Arc<AtomicU64>,
}

fn past(brokers: &str, bytes_per_s: u64) -> Past {
    let config = KafkaConfig { brokers: brokers.into(), ..KafkaConfig::default() };
    let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
    let (sink, inputs) = bounded(64);
    let bytes = Arc::new(AtomicU64::new(0));
    let within = SearchConfig { bytes_per_s, stretch: seconds(60) };
    let searches = search::start(&config, &causes, within, Arc::clone(&bytes), sink).expect("it starts");
    Past { searches, inputs, bytes }
}

fn ground(topic: &str, partitions: i32, keyed: Keyed) -> Vec<Ground> {
    // One broker leads them all; which one is of no matter to librdkafka.
    vec![Ground { topic: topic.into(), partitions: (0..partitions).map(|p| (p, 1)).collect(), keyed }]
}

impl Past {
    fn open(&self, topic: &str, partitions: i32, start: Start, wanted: fn(&[u8]) -> bool) {
        let wanted = Box::new(move |_: &Arc<str>, r: &vigie::model::Record<'_>| r.value.is_some_and(wanted));
        let hunt = Hunt {
            ground: ground(topic, partitions, Keyed::InValue),
            start,
            key: None,
            known: Vec::new(),
            hints: Vec::new(),
            wanted,
        };
        assert!(self.searches.open(ID, hunt));
    }

    fn follow(&self, topic: &str, partitions: i32, key: &str) -> (Vec<FoundRecord>, SearchProgress) {
        let bytes: Arc<[u8]> = key.as_bytes().into();
        let same = bytes.clone();
        let hunt = Hunt {
            ground: ground(topic, partitions, Keyed::ByKey),
            start: Start::End,
            key: Some(FollowedKey { bytes, names: None, seen: None }),
            known: Vec::new(),
            hints: Vec::new(),
            wanted: Box::new(move |_, record| record.key == Some(&same)),
        };
        assert!(self.searches.open(ID, hunt));
        self.extend(Way::Back, 10_000)
    }

    fn ask(&self, way: Way, most: usize) {
        assert!(self.searches.extend(ID, Extent { way, most, back_to: None, most_bytes: None }, Vec::new()));
    }

    fn extend(&self, way: Way, most: usize) -> (Vec<FoundRecord>, SearchProgress) {
        self.ask(way, most);
        self.until(|progress| progress.running.is_none())
    }

    fn until(&self, enough: impl Fn(&SearchProgress) -> bool) -> (Vec<FoundRecord>, SearchProgress) {
        let mut all = Vec::new();
        loop {
            if let Input::Found(found) = self.inputs.recv_timeout(seconds(60)).expect("it goes on").input {
                all.extend(found.records);
                if enough(&found.progress) {
                    return (all, found.progress);
                }
            }
        }
    }
}

fn values(found: &[FoundRecord]) -> BTreeSet<String> {
    let text = |f: &FoundRecord| String::from_utf8_lossy(f.record.value.as_deref().unwrap_or_default()).into_owned();
    found.iter().map(text).collect()
}

#[test]
fn a_search_finds_what_was_committed_and_nothing_else_both_ways() {
    needs!(Kafka, Kafkajs);
    let (brokers, name) = (shared(), unique("past-transactions"));
    create_topic(brokers, &name, 2, &[]);
    let rounds = json!([
        {"records": 100, "abort": false}, {"records": 70, "abort": true}, {"records": 31, "abort": false}, {"records": 9, "abort": true},
    ]);
    kafkajs(brokers, "transactions", json!({"topic": name, "id": name, "partitions": 2, "rounds": rounds}));
    let past = past(brokers, 1 << 30);
    past.open(&name, 2, Start::End, |_| true);
    let (back, progress) = past.extend(Way::Back, 10_000);
    assert_eq!((back.len(), values(&back).len(), progress.read), (131, 131, 131), "{progress:?}");
    assert_eq!((progress.rests, progress.back.whole), (Rest::AtEnd, true));
    past.open(&name, 2, Start::Time(Timestamp(0)), |_| true);
    let (forward, _) = past.extend(Way::Forward, 10_000);
    assert_eq!(values(&forward), values(&back));
    assert!(past.bytes.load(Ordering::Relaxed) >= 2 * progress.bytes);
}

#[test]
fn it_goes_to_a_time_and_to_an_offset() {
    needs!(Kafka);
    let (brokers, name) = (shared(), unique("past-times"));
    create_topic(brokers, &name, 3, &[]);
    let began = Timestamp::now().plus_ms(-3_600_000);
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().expect("a client");
    for i in 0..3_000_i32 {
        let payload = i.to_string();
        let record = BaseRecord::<str, str>::to(&name).partition(i % 3).payload(&payload);
        producer.send(record.timestamp(began.0 + i64::from(i) * 1_000)).map_err(|(e, _)| e).expect("room in the queue");
    }
    producer.flush(seconds(20)).expect("all delivered");
    let past = past(brokers, 1 << 30);
    past.open(&name, 3, Start::Time(began.plus_ms(1_500_500)), |_| true);
    let number =
        |f: &FoundRecord| String::from_utf8_lossy(f.record.value.as_deref().unwrap_or_default()).parse::<i32>().expect("a number");
    let (later, _) = past.extend(Way::Forward, 100);
    let mut later: Vec<_> = later.iter().map(number).collect();
    later.sort_unstable();
    assert_eq!(later[0], 1_501);
    assert!(later.windows(2).all(|w| w[1] == w[0] + 1), "no gap over the partitions: {later:?}");
    let (earlier, progress) = past.extend(Way::Back, 100);
    let mut earlier: Vec<_> = earlier.iter().map(number).collect();
    earlier.sort_unstable();
    assert_eq!(earlier.last(), Some(&1_500));
    assert!(earlier.windows(2).all(|w| w[1] == w[0] + 1), "{earlier:?}");
    assert!(progress.back.time.is_some_and(|t| t <= began.plus_ms(1_400_000)), "{progress:?}");
    past.open(&name, 3, Start::Offset { partition: None, offset: 990 }, |_| true);
    assert_eq!(past.extend(Way::Forward, 1_000).0.len(), 30);
}

#[test]
fn keys_are_found_where_other_clients_put_them() {
    needs!(Kafka, Kcat, Kafkajs);
    let (brokers, partitions, keys) = (shared(), 12, 60);
    let past = past(brokers, 1 << 30);
    for (client, tiers) in [("kafkajs", 1_u64), ("kcat", 2)] {
        let name = unique(&format!("past-keys-{client}"));
        create_topic(brokers, &name, partitions, &[]);
        for round in 0..5 {
            if client == "kafkajs" {
                let messages: Vec<_> =
                    (0..keys).map(|k| json!({"key": format!("o-{k}"), "value": format!("{round}-{k}")})).collect();
                kafkajs(brokers, "produce", json!({"topic": name, "messages": messages}));
            } else {
                kcat_lines(
                    brokers,
                    &name,
                    &["-X", "partitioner=consistent_random"],
                    (0..keys).map(|k| format!("o-{k}:{round}-{k}")),
                );
            }
        }
        let size = |p| u64::try_from(watermark(brokers, &name, p).1).expect("an end");
        let largest = (0..partitions).map(size).max().unwrap_or_default();
        for k in (0..keys).step_by(7) {
            let (found, progress) = past.follow(&name, partitions, &format!("o-{k}"));
            let expected: BTreeSet<_> = (0..5).map(|round| format!("{round}-{k}")).collect();
            assert_eq!(values(&found), expected, "{client}, o-{k}");
            assert!(progress.read <= tiers * largest, "{client}: one partition a guess: {progress:?}");
            assert!(progress.guessed);
        }
    }
}

#[test]
fn a_key_that_no_partitioner_put_there_is_found_in_the_end() {
    needs!(Kafka);
    let (brokers, name) = (shared(), unique("past-odd"));
    create_topic(brokers, &name, 4, &[]);
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().expect("a client");
    for partition in 0..4 {
        producer.send(BaseRecord::to(&name).partition(partition).key("o-1").payload("x")).map_err(|(e, _)| e).expect("room");
        producer
            .send(BaseRecord::to(&name).partition(partition).key(&format!("p-{partition}")).payload("x"))
            .map_err(|(e, _)| e)
            .expect("room");
    }
    producer.flush(seconds(20)).expect("all delivered");
    let past = past(brokers, 1 << 30);
    for partition in 0..4 {
        let (found, _) = past.follow(&name, 4, &format!("p-{partition}"));
        assert_eq!(found.iter().map(|f| f.partition).collect::<Vec<_>>(), [partition]);
    }
}

#[test]
fn it_stops_when_told_says_how_far_it_is_and_goes_on() {
    needs!(Kafka, Kcat);
    let (brokers, name, filler) = (shared(), unique("past-stop"), "x".repeat(500));
    create_topic(brokers, &name, 3, &[]);
    kcat_lines(brokers, &name, &[], (0..12_000).map(|n| if n == 0 { "k:needle".to_owned() } else { format!("k{n}:{filler}") }));
    // Some six megabytes at half a megabyte a second.
    let past = past(brokers, 512 << 10);
    past.open(&name, 3, Start::End, |value| value == b"needle");
    past.ask(Way::Back, 100);
    let (_, halfway) = past.until(|p| p.back.share.is_some_and(|s| s > 0.1));
    assert!(halfway.running == Some(Way::Back) && halfway.back.share < Some(0.9) && halfway.read > 0, "{halfway:?}");
    past.searches.rest(ID);
    let (_, stopped) = past.until(|p| p.running.is_none());
    assert_eq!((stopped.rests, stopped.found), (Rest::Stopped, 0));
    assert!(past.inputs.recv_timeout(Duration::from_millis(500)).is_err(), "nothing is read any more");
    let (found, done) = past.extend(Way::Back, 100);
    assert_eq!((found.len(), done.rests), (1, Rest::AtEnd));
    assert!(done.read < 14_000, "what was read is not read again, but for the pieces that were under way: {done:?}");
    assert!(done.elapsed_ms > 5_000, "it keeps to its budget: {done:?}");
}

#[test]
fn retention_may_move_under_a_search() {
    needs!(Kafka, Kcat);
    let (brokers, name) = (shared(), unique("past-retention"));
    create_topic(brokers, &name, 1, &[]);
    kcat_lines(brokers, &name, &[], (0..5_000).map(|n| format!("k{n}:{n}")));
    let past = past(brokers, 1 << 30);
    past.open(&name, 1, Start::End, |_| true);
    let (first, _) = past.extend(Way::Back, 100);
    assert!(first.len() >= 100);
    delete_before(brokers, &name, 0, 3_000);
    let (rest, progress) = past.extend(Way::Back, 10_000);
    let all = first.len() + rest.len();
    assert_eq!((all, progress.rests, progress.back.whole), (2_000, Rest::AtEnd, true), "{progress:?}");
    assert!(progress.removed, "it says so");
}

#[test]
fn offsets_that_compaction_removed_are_stepped_over() {
    needs!(Kafka, Kcat);
    let (brokers, name) = (shared(), unique("past-compacted"));
    let settings = [
        ("cleanup.policy", "compact"),
        ("segment.ms", "100"),
        ("min.cleanable.dirty.ratio", "0.01"),
        ("max.compaction.lag.ms", "100"),
    ];
    create_topic(brokers, &name, 2, &settings);
    for round in 0..4 {
        kcat_lines(brokers, &name, &[], (0..500).map(|n| format!("k{n}:{round}-{n}")));
        std::thread::sleep(Duration::from_millis(150)); // a segment ends with its time, and the next record
    }
    let kept = wait_for("the log to be compacted", seconds(60), || Some(kcat_count(brokers, &name)).filter(|n| *n < 1_600));
    let past = past(brokers, 1 << 30);
    past.open(&name, 2, Start::End, |_| true);
    let (found, progress) = past.extend(Way::Back, 10_000);
    assert!(progress.back.whole && progress.failed == 0, "{progress:?}");
    let newest: BTreeSet<_> = values(&found).into_iter().filter(|v| v.starts_with("3-")).collect();
    assert_eq!(newest.len(), 500, "the newest of each key is there");
    assert!(found.len() <= kept, "{} found, {kept} kept", found.len());
}
