use super::*;
use crate::model::{Code, Found, FoundRecord, Input, Keyed, Rest, SearchProgress, Timestamp, Way};
use crossbeam_channel::Receiver;
use partitioner::Partitioner;
use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use std::sync::atomic::Ordering;

const BEGAN: i64 = 1_700_000_000_000;
const ID: LookupId = LookupId(7);
const PATIENCE: Duration = Duration::from_secs(30);

/// Record `i` of `count` is of the second `i`, in partition `i % partitions`.
fn cluster(partitions: i32, count: i64) -> MockCluster<'static, DefaultProducerContext> {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("orders", partitions, 1).unwrap();
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
    for i in 0..count {
        let (key, payload) = (format!("k{}", i % 10), format!("v{i}"));
        let partition = i32::try_from(i % i64::from(partitions)).unwrap();
        let record = BaseRecord::to("orders").partition(partition).key(&key).payload(&payload).timestamp(BEGAN + i * 1_000);
        producer.send(record).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    mock
}

struct Searching {
    searches: Searches,
    inputs: Receiver<Timed>,
    bytes: Arc<AtomicU64>,
}

fn searching(brokers: String, stretch: Duration, bytes_per_s: u64) -> Searching {
    let config = KafkaConfig { brokers, ..KafkaConfig::default() };
    let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
    let (sink, inputs) = bounded(64);
    let bytes = Arc::new(AtomicU64::new(0));
    let searches = start(&config, &causes, SearchConfig { bytes_per_s, stretch }, Arc::clone(&bytes), sink).unwrap();
    Searching { searches, inputs, bytes }
}

fn hunt(partitions: i32, start: Start, wanted: impl FnMut(&Record<'_>) -> bool + Send + 'static) -> Hunt {
    let mut wanted = wanted;
    let ground =
        vec![Ground { topic: "orders".into(), partitions: (0..partitions).map(|p| (p, 1)).collect(), keyed: Keyed::InValue }];
    Hunt { ground, start, key: None, known: Vec::new(), hints: Vec::new(), wanted: Box::new(move |_, record| wanted(record)) }
}

fn extent(way: Way, most: usize) -> Extent {
    Extent { way, most, back_to: None, most_bytes: None }
}

impl Searching {
    /// All that is found until it rests.
    fn until_rest(&self) -> (Vec<FoundRecord>, SearchProgress) {
        let mut all = Vec::new();
        loop {
            match self.inputs.recv_timeout(PATIENCE).expect("it goes on").input {
                Input::Found(found) => {
                    let Found { id, records, progress } = *found;
                    assert_eq!(id, ID);
                    all.extend(records);
                    if progress.running.is_none() {
                        return (all, progress);
                    }
                }
                _ => panic!("something else than what was found"),
            }
        }
    }

    fn extend(&self, way: Way, most: usize) -> (Vec<i64>, SearchProgress) {
        assert!(self.searches.extend(ID, extent(way, most), Vec::new()));
        let (found, progress) = self.until_rest();
        (found.iter().map(second).collect(), progress)
    }
}

fn second(found: &FoundRecord) -> i64 {
    (found.record.time.unwrap().at.0 - BEGAN) / 1_000
}

#[test]
fn the_last_records_of_all_partitions_come_and_then_those_before_them() {
    let mock = cluster(3, 3_000);
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    assert!(s.searches.open(ID, hunt(3, Start::End, |_| true)));
    let (mut first, progress) = s.extend(Way::Back, 200);
    assert_eq!(progress.rests, Rest::Enough);
    first.sort_unstable();
    let oldest = first[0];
    assert_eq!(first, (oldest..3_000).collect::<Vec<_>>(), "no gap, whatever partition was read first");
    assert_eq!((first.len(), progress.found), (200, 200), "so many and no more");
    let (mut second, progress) = s.extend(Way::Back, 10_000);
    second.sort_unstable();
    assert_eq!(second, (0..oldest).collect::<Vec<_>>());
    assert_eq!((progress.rests, progress.back.whole, progress.back.share), (Rest::AtEnd, true, Some(1.0)));
    assert!(s.bytes.load(Ordering::Relaxed) >= progress.bytes && progress.read >= 3_000);
}

#[test]
fn as_many_come_as_were_asked_for_and_what_was_read_beyond_comes_next() {
    let mock = cluster(3, 300);
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    s.searches.open(ID, hunt(3, Start::End, |_| true));
    let mut next = 300;
    for most in [50, 7, 1, 100] {
        let (mut found, progress) = s.extend(Way::Back, most);
        found.sort_unstable();
        let count = i64::try_from(most).unwrap();
        assert_eq!((found, progress.rests), ((next - count..next).collect(), Rest::Enough));
        next -= count;
        assert!(!progress.back.whole, "older ones are there");
        let reached = (progress.back.time.unwrap().0 - BEGAN) / 1_000;
        assert!((next - 1..=next).contains(&reached), "known up to {next}, told {reached}");
    }
    let (rest, progress) = s.extend(Way::Back, 1_000);
    assert_eq!((rest.len(), progress.found, progress.back.whole), (142, 300, true));
}

#[test]
fn from_a_place_it_goes_both_ways() {
    let mock = cluster(2, 1_000);
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    s.searches.open(ID, hunt(2, Start::Offset { partition: None, offset: 200 }, |_| true));
    let (later, progress) = s.extend(Way::Forward, 50);
    assert_eq!((later.iter().min(), later.iter().max(), progress.rests), (Some(&400), Some(&449), Rest::Enough));
    let (mut earlier, _) = s.extend(Way::Back, 50);
    earlier.sort_unstable();
    assert_eq!(earlier, (350..400).collect::<Vec<_>>());
    // What was let go of is read again.
    let place = |partition| TopicPartition { topic: "orders".into(), partition };
    assert!(s.searches.extend(ID, extent(Way::Forward, 10_000), vec![(place(0), 201), (place(1), 201)]));
    let mut again: Vec<i64> = s.until_rest().0.iter().map(second).collect();
    again.sort_unstable();
    assert_eq!(again, (402..1_000).collect::<Vec<_>>());
}

#[test]
fn from_an_offset_and_after_the_end_of_what_was_there() {
    let mock = cluster(1, 100);
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    s.searches.open(ID, hunt(1, Start::Offset { partition: Some(0), offset: 90 }, |_| true));
    assert_eq!(s.extend(Way::Forward, 500).0, (90..100).collect::<Vec<_>>());
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
    producer.send(BaseRecord::<str, str>::to("orders").partition(0).payload("new").timestamp(BEGAN + 100_000)).unwrap();
    producer.flush(PATIENCE).unwrap();
    assert_eq!(s.extend(Way::Forward, 500).0, [100], "the end has moved on");
}

#[test]
fn a_filter_finds_what_it_wants_and_the_rest_is_only_counted() {
    let mock = cluster(3, 3_000);
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    s.searches.open(ID, hunt(3, Start::End, |r| matches!(r.value, Some(b"v17" | b"v1700"))));
    let (found, progress) = s.extend(Way::Back, 100);
    assert_eq!(found, [1_700, 17]);
    assert_eq!((progress.read, progress.found), (3_000, 2));
}

#[test]
fn it_stops_when_told_and_goes_on_from_there() {
    let mock = cluster(2, 4_000);
    // So slow that it cannot be through.
    let s = searching(mock.bootstrap_servers(), PATIENCE, 4_000);
    s.searches.open(ID, hunt(2, Start::End, |r| r.value == Some(b"v3")));
    s.searches.extend(ID, extent(Way::Back, 100), Vec::new());
    loop {
        match s.inputs.recv_timeout(PATIENCE).expect("progress").input {
            Input::Found(found) if found.progress.read > 0 => break,
            _ => {}
        }
    }
    s.searches.rest(ID);
    let (found, progress) = s.until_rest();
    assert_eq!((found.len(), progress.rests), (0, Rest::Stopped));
    assert!(progress.read < 4_000 && !progress.back.whole, "{progress:?}");
}

#[test]
fn a_stretch_has_its_time_and_its_bytes() {
    let mock = cluster(1, 2_000);
    let s = searching(mock.bootstrap_servers(), Duration::from_millis(400), 2_000);
    s.searches.open(ID, hunt(1, Start::End, |_| false));
    assert_eq!(s.extend(Way::Back, 100).1.rests, Rest::TimeUp);
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    s.searches.open(ID, hunt(1, Start::End, |_| false));
    s.searches.extend(ID, Extent { most_bytes: Some(2_000), ..extent(Way::Back, 100) }, Vec::new());
    let (_, progress) = s.until_rest();
    assert_eq!(progress.rests, Rest::BytesUp);
    assert!(progress.bytes < 40_000, "{progress:?}");
}

#[test]
fn a_key_is_found_in_its_partition_and_known_records_come_at_once() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("orders", 6, 1).unwrap();
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", mock.bootstrap_servers())
        .set("partitioner", "murmur2_random")
        .create()
        .unwrap();
    for i in 0..600 {
        let key = format!("o-{}", i % 60);
        producer.send(BaseRecord::to("orders").key(&key).payload("{}").timestamp(BEGAN + i * 1_000)).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    let own = Partitioner::Murmur2.partition(b"o-17", 6);
    let place = |partition| TopicPartition { topic: "orders".into(), partition };
    let hunt = Hunt {
        ground: vec![Ground { topic: "orders".into(), partitions: (0..6).map(|p| (p, 1)).collect(), keyed: Keyed::ByKey }],
        start: Start::End,
        key: Some(FollowedKey { bytes: b"o-17"[..].into(), names: None, seen: None }),
        known: vec![(place((own + 1) % 6), 3)],
        hints: Vec::new(),
        wanted: Box::new(|_, record| record.key == Some(b"o-17")),
    };
    s.searches.open(ID, hunt);
    s.searches.extend(ID, extent(Way::Back, 1_000), Vec::new());
    let (found, progress) = s.until_rest();
    assert_eq!(found.len(), 11, "ten of its own, and the one that was known");
    assert!(found.iter().all(|f| f.partition == own || (f.partition == (own + 1) % 6 && f.record.offset == 3)));
    assert!(progress.guessed && progress.read < 200, "one partition was read: {progress:?}");
}

#[test]
fn a_key_that_no_partitioner_put_there_is_found_in_the_end() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("orders", 4, 1).unwrap();
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
    let [java, c] = Partitioner::ALL.map(|p| p.partition(b"o-1", 4));
    let odd = (0..4).find(|p| *p != java && *p != c).unwrap();
    for partition in 0..4 {
        let key = if partition == odd { "o-1" } else { "other" };
        producer.send(BaseRecord::to("orders").partition(partition).key(key).payload("x").timestamp(BEGAN)).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    let mut hunt = hunt(4, Start::End, |record| record.key == Some(b"o-1"));
    hunt.ground[0].keyed = Keyed::ByKey;
    hunt.key = Some(FollowedKey { bytes: b"o-1"[..].into(), names: None, seen: None });
    s.searches.open(ID, hunt);
    s.searches.extend(ID, extent(Way::Back, 100), Vec::new());
    let (found, progress) = s.until_rest();
    assert_eq!((found.iter().map(|f| f.partition).collect::<Vec<_>>(), progress.back.whole), (vec![odd], true));
}

#[test]
fn a_topic_that_is_not_there_and_a_partition_without_a_leader_are_told() {
    let mock = cluster(2, 100);
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    let mut homeless = hunt(2, Start::End, |_| true);
    homeless.ground[0].partitions[1].1 = -1;
    s.searches.open(ID, homeless);
    let (found, progress) = s.extend(Way::Back, 1_000);
    assert_eq!(found.len(), 50, "the other one is read");
    assert_eq!((progress.failed, progress.reason.map(|r| r.code)), (1, Some(Code::Offline)));
}

#[test]
fn where_the_log_begins_later_than_the_place_it_is_told() {
    let mock = cluster(2, 0);
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
    // The mock keeps 5 MiB of a partition.
    let payload = vec![b'x'; 100_000];
    for i in 0..100 {
        let record = BaseRecord::<str, _>::to("orders").partition(0).payload(&payload).timestamp(BEGAN + i * 1_000);
        producer.send(record).unwrap();
        producer.flush(PATIENCE).unwrap();
    }
    let s = searching(mock.bootstrap_servers(), PATIENCE, 1 << 30);
    s.searches.open(ID, hunt(2, Start::Offset { partition: None, offset: 0 }, |_| true));
    let (found, progress) = s.extend(Way::Forward, 1_000);
    assert!(found[0] > 0, "{found:?}");
    assert_eq!((progress.partitions, progress.late), (2, 1), "{progress:?}");
    assert_eq!(progress.oldest, Some(Timestamp(BEGAN + found[0] * 1_000)));
}
