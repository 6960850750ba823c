//! The whole tail against the mock cluster: one room, for every test begins and reads it through the same handful of helpers.

use super::*;
use crate::model::{Assignment, Input, Slot};
use crossbeam_channel::Receiver;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use std::collections::{BTreeMap, HashMap};

const DEADLINE: Duration = Duration::from_secs(20);
const SILENT: Duration = Duration::from_secs(120);

/// What came out of a tail, kept as the engine would.
#[derive(Default)]
struct Seen {
    assigned: HashMap<Slot, Assignment>,
    revoked: Vec<Slot>,
    /// Offsets by topic and partition.
    offsets: BTreeMap<(String, i32), Vec<i64>>,
    values: Vec<Vec<u8>>,
    headers: Vec<(String, Option<Vec<u8>>)>,
    reached: HashMap<Slot, i64>,
    skipped: u64,
    bytes: usize,
    tail: crate::model::TailReading,
}

impl Seen {
    fn take(&mut self, timed: Timed) {
        match timed.input {
            Input::Assigned(all) => self.assigned.extend(all.into_iter().map(|a| (a.slot, a))),
            Input::Revoked(slots) => self.revoked.extend(slots),
            Input::Records(batch) => {
                for i in 0..batch.len() {
                    let record = batch.get(i);
                    let a = &self.assigned[&record.slot];
                    self.offsets.entry((a.topic.to_string(), a.partition)).or_default().push(record.offset);
                    self.bytes += record.size();
                    if self.values.len() < 1_000 {
                        self.values.push(record.value.unwrap_or(b"(null)").to_vec());
                        let header = |i| record.headers.get(i).map(|h| (h.name.to_owned(), h.value.map(<[u8]>::to_vec)));
                        self.headers.extend((0..).map_while(header));
                    }
                }
            }
            Input::Reached { slot, offset } => _ = self.reached.insert(slot, offset),
            Input::Skipped { from, to, .. } => self.skipped += u64::try_from(to - from).unwrap(),
            Input::Tail(reading) => self.tail = reading,
            _ => panic!("the tail says nothing else"),
        }
    }

    fn until(&mut self, from: &Receiver<Timed>, what: &str, done: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !done(self) {
            let timed = from.recv_deadline(deadline).unwrap_or_else(|_| panic!("not in time: {what}"));
            self.take(timed);
        }
    }

    fn records(&self) -> usize {
        self.offsets.values().map(Vec::len).sum()
    }
}

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn config(brokers: String) -> (KafkaConfig, Arc<Causes>) {
    let config = KafkaConfig { brokers, user_host: "me@here".into(), ..KafkaConfig::default() };
    let causes = Arc::new(Causes::new(config.bootstrap(), crate::model::Timestamp::now()));
    (config, causes)
}

fn producer(cluster: &Cluster) -> ThreadedProducer<DefaultProducerContext> {
    ClientConfig::new().set("bootstrap.servers", cluster.bootstrap_servers()).set("linger.ms", "5").create().unwrap()
}

fn produce(
    producer: &ThreadedProducer<DefaultProducerContext>,
    topic: &str,
    partitions: i32,
    range: std::ops::Range<usize>,
    value: &[u8],
) {
    for i in range {
        let key = i.to_string();
        let partition = i32::try_from(i).unwrap() % partitions;
        let mut record = BaseRecord::to(topic).key(&key).payload(value).partition(partition);
        loop {
            match producer.send(record) {
                Ok(()) => break,
                Err((_, back)) => {
                    record = back;
                    std::thread::yield_now();
                }
            }
        }
    }
    producer.flush(DEADLINE).unwrap();
}

fn begin(cluster: &Cluster, tail: TailConfig) -> (Tail, Receiver<Timed>) {
    let (config, causes) = config(cluster.bootstrap_servers());
    let (sink, from) = crossbeam_channel::bounded(64);
    (start(&config, &causes, tail, sink).unwrap(), from)
}

fn unlimited(from: StartFrom) -> TailConfig {
    TailConfig { budget: None, from, ..TailConfig::default() }
}

#[test]
fn every_record_is_read_once_and_in_order() {
    let cluster = Cluster::new(3).unwrap();
    cluster.create_topic("a", 4, 1).unwrap();
    cluster.create_topic("hidden", 1, 1).unwrap();
    let producer = producer(&cluster);
    produce(&producer, "a", 4, 0..5_000, b"before");
    produce(&producer, "hidden", 1, 0..10, b"x");
    let topics = TopicFilter::parse("*,!hidden").unwrap();
    let (tail, from) = begin(&cluster, TailConfig { topics, ..unlimited(StartFrom::Beginning) });
    let mut seen = Seen::default();
    seen.until(&from, "what was there", |s| s.records() == 5_000 && s.tail.warm_up.done);
    assert_eq!(seen.assigned.len(), 4);
    assert!(seen.assigned.values().all(|a| a.start == 0 && a.live_from == 1_250));
    produce(&producer, "a", 4, 5_000..9_000, b"after");
    seen.until(&from, "what came", |s| s.records() == 9_000 && s.reached.values().filter(|o| **o == 2_250).count() == 4);
    for offsets in seen.offsets.values() {
        assert!(offsets.iter().copied().eq(0..2_250));
    }
    let begun = Instant::now();
    tail.stop();
    assert!(begun.elapsed() < Duration::from_millis(250), "{:?}", begun.elapsed());
}

#[test]
fn from_now_on_only_what_comes_is_read_and_new_topics_from_their_beginning() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("a", 1, 1).unwrap();
    let producer = producer(&cluster);
    produce(&producer, "a", 1, 0..100, b"old");
    let (_tail, from) = begin(&cluster, unlimited(StartFrom::Now));
    let mut seen = Seen::default();
    seen.until(&from, "assigned", |s| s.assigned.len() == 1);
    produce(&producer, "a", 1, 100..120, b"new");
    cluster.create_topic("b", 2, 1).unwrap();
    produce(&producer, "b", 2, 0..40, b"young");
    seen.until(&from, "both", |s| s.records() == 60);
    assert_eq!(seen.offsets[&("a".to_owned(), 0)], (100..120).collect::<Vec<_>>());
    assert_eq!(seen.offsets[&("b".to_owned(), 1)], (0..20).collect::<Vec<_>>());
    assert!(!seen.values.contains(&b"old".to_vec()));
}

#[test]
fn keys_values_and_headers_come_as_they_were_sent() {
    use rdkafka::message::{Header, OwnedHeaders};
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("a", 1, 1).unwrap();
    let producer = producer(&cluster);
    let headers =
        OwnedHeaders::new().insert(Header { key: "trace", value: Some("1") }).insert(Header { key: "null", value: None::<&str> });
    producer.send(BaseRecord::<(), [u8]>::to("a").payload(b"v".as_slice()).headers(headers)).map_err(|e| e.0).unwrap();
    producer.send(BaseRecord::<str, ()>::to("a").key("gone")).map_err(|e| e.0).unwrap();
    producer.flush(DEADLINE).unwrap();
    let (_tail, from) = begin(&cluster, unlimited(StartFrom::Beginning));
    let mut seen = Seen::default();
    seen.until(&from, "both", |s| s.records() == 2);
    assert_eq!(seen.values, [b"v".to_vec(), b"(null)".to_vec()]);
    assert_eq!(seen.headers, [("trace".to_owned(), Some(b"1".to_vec())), ("null".to_owned(), None)]);
}

#[test]
fn without_a_budget_nothing_is_read_but_all_is_assigned() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("a", 3, 1).unwrap();
    produce(&producer(&cluster), "a", 3, 0..30, b"x");
    let (_tail, from) = begin(&cluster, TailConfig { budget: Some(0), from: StartFrom::Beginning, ..TailConfig::default() });
    let mut seen = Seen::default();
    seen.until(&from, "told", |s| s.assigned.len() == 3 && s.tail.warm_up.done);
    assert_eq!((seen.records(), seen.tail.sampling), (0, false));
    assert!(seen.assigned.values().all(|a| a.live_from == 10 && a.start == 10));
}

#[test]
fn beyond_the_budget_stretches_are_read_and_the_rest_is_counted() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("a", 2, 1).unwrap();
    let (_tail, from) = begin(&cluster, TailConfig { budget: Some(100_000), ..TailConfig::default() });
    let mut seen = Seen::default();
    seen.until(&from, "assigned", |s| s.assigned.len() == 2);
    let producer = producer(&cluster);
    let begun = Instant::now();
    let mut sent = 0;
    while begun.elapsed() < Duration::from_secs(4) {
        produce(&producer, "a", 2, sent..sent + 500, &[b'x'; 1_000]);
        sent += 500;
        while let Ok(timed) = from.try_recv() {
            seen.take(timed);
        }
    }
    seen.until(&from, "all accounted for", |s| s.records() + usize::try_from(s.skipped).unwrap() == sent);
    let limit = 100_000.0 * (begun.elapsed().as_secs_f64() + 1.0) + 1_100_000.0;
    assert!(seen.skipped > 0 && (seen.bytes as f64) < limit, "{} read, {} skipped", seen.bytes, seen.skipped);
}

#[test]
fn named_topics_are_read_first_within_the_budget() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("loud", 2, 1).unwrap();
    cluster.create_topic("orders", 1, 1).unwrap();
    let (_tail, from) =
        begin(&cluster, TailConfig { budget: Some(200_000), first: vec!["orders".into()], ..TailConfig::default() });
    let mut seen = Seen::default();
    seen.until(&from, "assigned", |s| s.assigned.len() == 3);
    let producer = producer(&cluster);
    let mut sent = 0;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        // About 50 kB/s of the one, as much as goes of the other.
        produce(&producer, "orders", 1, sent..sent + 5, &[b'x'; 1_000]);
        produce(&producer, "loud", 2, 0..500, &[b'x'; 1_000]);
        sent += 5;
        let next = begun + Duration::from_millis(20 * sent as u64);
        while let Ok(timed) = from.recv_deadline(next) {
            seen.take(timed);
        }
    }
    let orders = ("orders".to_owned(), 0);
    let last = i64::try_from(sent).unwrap() - 1;
    seen.until(&from, "all of the first", |s| s.offsets.get(&orders).is_some_and(|o| o.last() == Some(&last)));
    assert!(seen.offsets[&orders].iter().copied().eq(0..=last), "none left out");
    seen.until(&from, "the others are passed over", |s| s.skipped > 0);
}

#[test]
fn the_whole_past_is_read_once_however_small_the_budget() {
    let cluster = Cluster::new(1).unwrap();
    let producer = producer(&cluster);
    for (i, name) in ["a", "b", "c", "d"].into_iter().enumerate() {
        cluster.create_topic(name, 3, 1).unwrap();
        produce(&producer, name, 3, 0..300 * (i + 1), &[b'x'; 300]);
    }
    let (most, ever) = (u64::MAX, Duration::MAX);
    let from = StartFrom::Beginning;
    let tail = TailConfig { budget: Some(200_000), from, warm_up_bytes: most, warm_up_time: ever, ..TailConfig::default() };
    let begun = Instant::now();
    let (_tail, from) = begin(&cluster, tail);
    let mut seen = Seen::default();
    seen.until(&from, "the end of the past", |s| s.tail.warm_up.done);
    assert!(begun.elapsed() > Duration::from_secs(2), "the budget paces it");
    assert_eq!((seen.skipped, seen.tail.warm_up.left_out), (0, 0));
    assert!(seen.revoked.is_empty(), "no partition was taken for another");
    for ((topic, partition), offsets) in &seen.offsets {
        let there = 100 * i64::from(topic.as_bytes()[0] - b'a' + 1);
        assert!(offsets.iter().copied().eq(0..there), "{topic}/{partition}: {} of {there}", offsets.len());
    }
    assert_eq!(seen.offsets.len(), 12);
}

#[test]
fn a_partition_at_its_end_goes_on_where_it_stood_after_each_rest() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("quiet", 1, 1).unwrap();
    cluster.create_topic("loud", 1, 1).unwrap();
    let (_tail, from) = begin(&cluster, TailConfig { budget: Some(50_000), ..TailConfig::default() });
    let producer = producer(&cluster);
    let mut seen = Seen::default();
    seen.until(&from, "assigned", |s| s.assigned.len() == 2);
    let quiet = ("quiet".to_owned(), 0);
    for round in 0..8 {
        // The loud one uses the budget up; the quiet one gets a record in a rest.
        produce(&producer, "loud", 1, 0..100, &[b'x'; 1_000]);
        produce(&producer, "quiet", 1, round..round + 1, b"x");
        let total = 101 * (round + 1);
        seen.until(&from, "all accounted for", |s| s.records() + usize::try_from(s.skipped).unwrap() >= total);
        assert_eq!(seen.records() + usize::try_from(seen.skipped).unwrap(), total);
    }
    assert!(seen.revoked.is_empty(), "no partition was taken for another");
    assert!(seen.offsets[&quiet].is_sorted_by(|a, b| a < b), "{:?}", seen.offsets[&quiet]);
}

#[test]
fn the_past_is_left_out_beyond_its_bound() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("a", 1, 1).unwrap();
    let producer = producer(&cluster);
    produce(&producer, "a", 1, 0..3_000, &[b'x'; 1_000]);
    let (_tail, from) = begin(&cluster, TailConfig { warm_up_bytes: 100_000, ..unlimited(StartFrom::Beginning) });
    let mut seen = Seen::default();
    seen.until(&from, "cut", |s| s.tail.warm_up.left_out > 0);
    produce(&producer, "a", 1, 3_000..3_010, b"live");
    seen.until(&from, "live", |s| s.offsets.values().any(|o| o.last() == Some(&3_009)));
    assert!(seen.tail.warm_up.done && seen.tail.warm_up.bytes >= 100_000);
    assert_eq!(seen.records() as u64 + seen.skipped, 3_010);
    assert_eq!(seen.tail.warm_up.left_out, seen.skipped);
}

#[test]
fn a_channel_that_nobody_empties_stops_the_reading_and_loses_nothing() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("a", 1, 1).unwrap();
    produce(&producer(&cluster), "a", 1, 0..20_000, &[b'x'; 100]);
    let (config, causes) = config(cluster.bootstrap_servers());
    let (sink, from) = crossbeam_channel::bounded(1);
    let _tail = start(&config, &causes, unlimited(StartFrom::Beginning), sink).unwrap();
    let deadline = Instant::now() + DEADLINE;
    while !from.is_full() {
        assert!(Instant::now() < deadline);
        std::thread::yield_now();
    }
    let mut seen = Seen::default();
    seen.until(&from, "all", |s| s.records() == 20_000);
    assert!(seen.offsets.values().all(|o| o.iter().copied().eq(0..20_000)));
}

#[test]
fn brokers_that_are_not_there_yet_are_waited_for() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("a", 1, 1).unwrap();
    produce(&producer(&cluster), "a", 1, 0..10, b"x");
    cluster.broker_down(1).unwrap();
    let (_tail, from) = begin(&cluster, unlimited(StartFrom::Beginning));
    let mut seen = Seen::default();
    let silent = Instant::now() + Duration::from_millis(600);
    while let Ok(timed) = from.recv_deadline(silent) {
        seen.take(timed);
    }
    assert!(seen.assigned.is_empty());
    cluster.broker_up(1).unwrap();
    seen.until(&from, "all", |s| s.records() == 10);
}

#[test]
fn a_leader_that_is_silent_holds_up_its_own_partitions_only() {
    let cluster = Cluster::new(3).unwrap();
    let lead = |topic: &str, leaders: &[i32]| {
        cluster.create_topic(topic, i32::try_from(leaders.len()).unwrap(), 1).unwrap();
        leaders.iter().zip(0..).for_each(|(leader, p)| cluster.partition_leader(topic, p, Some(*leader)).unwrap());
    };
    lead("old", &[1, 2, 3]);
    produce(&producer(&cluster), "old", 3, 0..30, b"x");
    cluster.broker_round_trip_time(2, SILENT).unwrap();
    let begun = Instant::now();
    let (_tail, from) = begin(&cluster, unlimited(StartFrom::Beginning));
    let mut seen = Seen::default();
    seen.until(&from, "those of the living", |s| s.assigned.len() == 2 && s.records() == 20 && s.tail.warm_up.done);
    assert!(begun.elapsed() < Duration::from_secs(4), "it took {:?}", begun.elapsed());
    for topic in ["new", "newer"] {
        let begun = Instant::now();
        lead(topic, &[3, 2, 1]);
        let before = seen.assigned.len();
        seen.until(&from, "those of the living", |s| s.assigned.len() == before + 2);
        assert!(begun.elapsed() < Duration::from_secs(4), "{topic} took {:?}", begun.elapsed());
    }
    assert!(seen.assigned.values().all(|a| !(a.topic.as_ref() == "old" && a.partition == 1)));
    cluster.broker_round_trip_time(2, Duration::ZERO).unwrap();
    seen.until(&from, "those of the one that is back", |s| s.assigned.len() == 9 && s.records() == 30);
}

#[test]
fn a_leader_that_is_away_does_not_hold_up_the_stretches_of_the_others() {
    let cluster = Cluster::new(2).unwrap();
    cluster.create_topic("a", 2, 1).unwrap();
    (0..2).for_each(|p| cluster.partition_leader("a", p, Some(p + 1)).unwrap());
    let (_tail, from) = begin(&cluster, TailConfig { budget: Some(100_000), ..TailConfig::default() });
    let mut seen = Seen::default();
    seen.until(&from, "assigned", |s| s.assigned.len() == 2 && s.tail.warm_up.done);
    cluster.broker_down(2).unwrap();
    let producer = producer(&cluster);
    let (begun, mut sent, mut stretches, mut last) = (Instant::now(), 0, Vec::new(), Instant::now());
    while begun.elapsed() < Duration::from_secs(9) {
        // Four times the budget, to the living.
        produce(&producer, "a", 1, 0..20, &[b'x'; 1_000]);
        sent += 20;
        let next = begun + Duration::from_millis(50 * sent / 20);
        while let Ok(timed) = from.recv_deadline(next) {
            let skips = matches!(timed.input, Input::Skipped { .. });
            seen.take(timed);
            if skips {
                stretches.push(std::mem::replace(&mut last, Instant::now()).elapsed());
            }
        }
    }
    // The leader that is away costs its second once, not five with each stretch.
    assert!(stretches.len() > 4, "{stretches:?}");
    assert!(stretches.iter().all(|s| *s < Duration::from_secs(4)), "{stretches:?}");
}

#[test]
fn a_batch_outlives_its_tail() {
    let cluster = Cluster::new(1).unwrap();
    cluster.create_topic("a", 1, 1).unwrap();
    produce(&producer(&cluster), "a", 1, 0..10, b"still here");
    let (tail, from) = begin(&cluster, unlimited(StartFrom::Beginning));
    let deadline = Instant::now() + DEADLINE;
    let batch = loop {
        if let Input::Records(batch) = from.recv_deadline(deadline).unwrap().input {
            break batch;
        }
    };
    tail.stop();
    drop(cluster);
    assert_eq!(batch.get(0).value, Some(b"still here".as_slice()));
    std::thread::spawn(move || drop(batch)).join().unwrap();
}
