use super::*;
use crate::model::{ClusterReading, Code, Controllers, GroupKind, Link, LinkState};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

const PATIENCE: Duration = Duration::from_secs(20);

fn poll(brokers: &str, poller: PollerConfig) -> (Poller, Seen) {
    let config = KafkaConfig { brokers: brokers.into(), ..KafkaConfig::default() };
    let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
    let (sink, inputs) = bounded(64);
    let seen = Seen { inputs, link: Link::default(), reading: ClusterReading::default() };
    (start(&config, &causes, poller, sink).unwrap(), seen)
}

fn quick(groups: &str) -> PollerConfig {
    let groups = GroupFilter::parse(groups).unwrap();
    PollerConfig { groups, every: Duration::from_millis(200), timeout: Duration::from_secs(3), ..PollerConfig::default() }
}

/// What came last.
struct Seen {
    inputs: Receiver<Timed>,
    link: Link,
    reading: ClusterReading,
}

impl Seen {
    /// Takes inputs until what came last fits.
    fn until(&mut self, what: &str, fits: impl Fn(&Link, &ClusterReading) -> bool) -> ClusterReading {
        let end = Instant::now() + PATIENCE;
        while !fits(&self.link, &self.reading) {
            let Ok(timed) = self.inputs.recv_deadline(end) else {
                panic!("{what} did not come: {:?} {:?}", self.link, self.reading)
            };
            match timed.input {
                Input::Link(link) => self.link = link,
                Input::Cluster(reading) => self.reading = *reading,
                _ => {}
            }
        }
        self.reading.clone()
    }

    fn next(&mut self) -> ClusterReading {
        let before = self.reading.asked_at;
        self.until("the next reading", |_, r| r.asked_at > before)
    }
}

fn produce(brokers: &str, topic: &str, partition: i32, count: usize) {
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    for i in 0..count {
        let payload = i.to_string();
        producer.send(BaseRecord::<str, str>::to(topic).partition(partition).payload(&payload)).unwrap();
    }
    producer.flush(Duration::from_secs(10)).unwrap();
}

fn commit(brokers: &str, group: &str, topic: &str, partition: i32, offset: i64) {
    let consumer: BaseConsumer = ClientConfig::new().set("bootstrap.servers", brokers).set("group.id", group).create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, Offset::Offset(offset)).unwrap();
    consumer.commit(&list, CommitMode::Sync).unwrap();
}

#[test]
fn a_cluster_that_lacks_most_requests_still_gives_log_ends_and_the_named_groups() {
    let mock = MockCluster::new(3).unwrap();
    mock.create_topic("orders", 3, 3).unwrap();
    mock.create_topic("other", 1, 1).unwrap();
    let brokers = mock.bootstrap_servers();
    produce(&brokers, "orders", 1, 7);
    commit(&brokers, "billing", "orders", 1, 4);
    let (poller, mut seen) = poll(&brokers, quick("billing,nobody"));
    poller.focus(vec!["billing".into()]);

    let r = seen.until("a reading with members", |_, r| {
        r.groups.iter().any(|g| g.members_missing.as_ref().is_some_and(|m| m.code != Code::NotAsked))
    });
    assert_eq!(r.brokers.iter().map(|b| (b.id, b.up)).collect::<Vec<_>>(), [(1, true), (2, true), (3, true)]);
    assert_eq!(r.topics.iter().map(|t| (t.name.as_ref(), t.watched)).collect::<Vec<_>>(), [("orders", true), ("other", true)]);
    let ends: Vec<_> = r.topics[0].partitions.iter().map(|p| (p.low, p.high, p.last_stable)).collect();
    assert_eq!(ends, [(Some(0), Some(0), Some(0)), (Some(0), Some(7), Some(7)), (Some(0), Some(0), Some(0))]);
    assert_eq!(r.groups_missing, None, "every group is named: no list is needed");
    let billing = r.groups.iter().find(|g| g.name.as_ref() == "billing").unwrap();
    assert_eq!((billing.kind, &billing.offsets_missing), (GroupKind::Unknown, &None));
    assert_eq!(
        billing.offsets.iter().map(|(t, p, o)| (t.as_ref(), *p, *o)).collect::<Vec<_>>(),
        [("orders", 0, None), ("orders", 1, Some(4)), ("orders", 2, None)]
    );
    assert_eq!(billing.members_missing.as_ref().map(|m| m.code), Some(Code::NotSupported));
    assert_eq!(r.groups.iter().find(|g| g.name.as_ref() == "nobody").map(|g| g.offsets.len()), Some(0));
    assert_eq!(r.controllers, Controllers::Unknown);
    poller.stop();
}

/// librdkafka alone follows a null pointer there: it wants its own group to look for its coordinator (librdkafka #5040).
#[test]
fn a_coordinator_that_has_moved_ends_nothing() {
    let mock = MockCluster::new(3).unwrap();
    mock.create_topic("orders", 1, 1).unwrap();
    let brokers = mock.bootstrap_servers();
    produce(&brokers, "orders", 0, 7);
    commit(&brokers, "billing", "orders", 0, 4);
    let (poller, mut seen) = poll(&brokers, quick("billing"));
    let lag = |r: &ClusterReading| r.groups.first().is_some_and(|g| g.offsets.iter().any(|(_, _, o)| *o == Some(4)));
    seen.until("the group's offsets", |_, r| lag(r));
    let refused = |r: &ClusterReading| r.groups.first().is_some_and(|g| g.offsets_missing.is_some());
    mock.request_errors(RDKafkaApiKey::OffsetFetch, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_COORDINATOR; 40]);
    seen.until("the refusal", |_, r| refused(r));
    mock.clear_request_errors(RDKafkaApiKey::OffsetFetch);
    seen.until("the group's offsets again", |_, r| lag(r) && !refused(r));
    poller.stop();
}

#[test]
fn what_is_not_supported_is_told_once_and_never_waited_for() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("orders", 1, 1).unwrap();
    let (poller, mut seen) = poll(&mock.bootstrap_servers(), quick("g"));
    let r = seen.until("the settings' reason", |_, r| !r.configs.is_empty());
    assert_eq!(r.configs[0].1.reason.as_ref().map(|m| m.code), Some(Code::NotSupported));
    for _ in 0..5 {
        let r = seen.next();
        assert!(r.taken_at.since_ms(r.asked_at) < 1_000, "took {} ms", r.taken_at.since_ms(r.asked_at));
        assert!(r.configs.is_empty());
    }
    poller.stop();
}

#[test]
fn a_broker_that_dies_is_down_within_five_seconds_and_the_rest_goes_on() {
    let mock = MockCluster::new(3).unwrap();
    mock.create_topic("orders", 3, 1).unwrap();
    for (partition, leader) in [(0, 1), (1, 2), (2, 3)] {
        mock.partition_leader("orders", partition, Some(leader)).unwrap();
    }
    let (poller, mut seen) = poll(&mock.bootstrap_servers(), quick(""));
    seen.until("all up", |l, r| {
        l.state == LinkState::Connected && r.brokers.len() == 3 && r.brokers.iter().all(|b| b.up && b.round_trip_ms.is_some())
    });
    mock.broker_down(2).unwrap();
    let died = Instant::now();
    let r = seen.until("broker 2 down", |_, r| r.brokers.iter().any(|b| b.id == 2 && !b.up));
    assert!(died.elapsed() < Duration::from_secs(5), "took {:?}", died.elapsed());
    assert!(r.brokers.iter().all(|b| b.up == (b.id != 2) && b.up == b.reason.is_none()), "{:?}", r.brokers);
    assert!(r.topics[0].partitions.iter().filter(|p| p.partition != 1).all(|p| p.high == Some(0)));
    seen.until("degraded", |l, _| l.state == LinkState::Degraded);
    mock.broker_up(2).unwrap();
    seen.until("broker 2 up", |l, r| {
        let all_read = r.topics.iter().flat_map(|t| &t.partitions).all(|p| p.high.is_some());
        l.state == LinkState::Connected && r.brokers.iter().all(|b| b.up) && all_read
    });
    poller.stop();
}

#[test]
fn a_broker_that_is_connected_and_silent_is_told_and_the_readings_go_on() {
    let mock = MockCluster::new(3).unwrap();
    mock.create_topic("orders", 3, 1).unwrap();
    for (partition, leader) in [(0, 1), (1, 2), (2, 3)] {
        mock.partition_leader("orders", partition, Some(leader)).unwrap();
    }
    let (poller, mut seen) = poll(&mock.bootstrap_servers(), quick(""));
    seen.until("all up", |_, r| r.brokers.len() == 3 && r.brokers.iter().all(|b| b.up && b.round_trip_ms.is_some()));
    mock.broker_round_trip_time(2, Duration::from_secs(120)).unwrap();
    seen.until("broker 2 silent", |_, r| r.brokers.iter().any(|b| b.id == 2 && !b.up));
    for _ in 0..5 {
        let r = seen.next();
        assert!(r.brokers.iter().all(|b| b.up == (b.id != 2)), "{:?}", r.brokers);
        let code = r.brokers.iter().find_map(|b| b.reason.as_ref()).map(|r| r.code);
        assert_eq!(code, Some(Code::TimedOut));
        assert!(r.topics[0].partitions.iter().filter(|p| p.partition != 1).all(|p| p.high == Some(0)));
    }
    poller.stop();
}

#[test]
fn nobody_there_is_told_and_stopping_is_quick() {
    let (poller, mut seen) = poll("127.0.0.1:1", quick(""));
    seen.until("down", |l, _| l.state == LinkState::Down && !l.reasons.is_empty());
    let asked = Instant::now();
    poller.stop();
    assert!(asked.elapsed() < Duration::from_millis(600), "took {:?}", asked.elapsed());
}

#[test]
fn a_cluster_without_topics_says_that_a_permission_may_be_missing() {
    let mock = MockCluster::new(1).unwrap();
    let (poller, mut seen) = poll(&mock.bootstrap_servers(), quick(""));
    seen.until("degraded", |l, _| l.state == LinkState::Degraded);
    assert_eq!(seen.link.reasons.iter().map(|r| r.code).collect::<Vec<_>>(), [Code::NothingVisible]);
    poller.stop();
}
