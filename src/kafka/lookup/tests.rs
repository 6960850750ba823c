use super::*;
use crate::model::{Answer, Code, Input, LookupResult, Timestamp};
use crossbeam_channel::Receiver;
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use std::sync::atomic::Ordering;
use std::time::Instant;

const BEGAN: i64 = 1_700_000_000_000;

fn produce(brokers: &str, count: i64) {
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    for i in 0..count {
        let (key, payload) = (format!("k{i}"), format!("v{i}"));
        let headers = OwnedHeaders::new().insert(Header { key: "h", value: Some("x") });
        let record = BaseRecord::to("orders").partition(0).key(&key).payload(&payload).timestamp(BEGAN + i).headers(headers);
        producer.send(record).unwrap();
    }
    producer.flush(Duration::from_secs(10)).unwrap();
}

fn lookups(brokers: &str) -> (Lookups, Receiver<Timed>) {
    let config = KafkaConfig { brokers: brokers.into(), ..KafkaConfig::default() };
    let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
    let (sink, inputs) = bounded(64);
    (start(&config, &causes, LookupConfig { per_second: 100, ..LookupConfig::default() }, sink).unwrap(), inputs)
}

fn answer(inputs: &Receiver<Timed>) -> Answer {
    match inputs.recv_timeout(Duration::from_secs(20)).expect("an answer").input {
        Input::Answer(answer) => *answer,
        _ => panic!("something else than an answer"),
    }
}

fn code(result: &LookupResult) -> Option<Code> {
    match result {
        LookupResult::Failed(reason) => Some(reason.code),
        _ => None,
    }
}

fn time_at(offset: i64) -> Lookup {
    Lookup::TimeAt { topic: "orders".into(), partition: 0, offset }
}

fn record(offset: i64) -> Lookup {
    Lookup::Record { topic: "orders".into(), partition: 0, offset }
}

#[test]
fn a_record_comes_whole_and_a_time_is_that_of_the_offset() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("orders", 1, 1).unwrap();
    produce(&mock.bootstrap_servers(), 10);
    let (lookups, inputs) = lookups(&mock.bootstrap_servers());
    assert!(lookups.ask(LookupId(1), record(3)) && lookups.ask(LookupId(2), time_at(7)));
    let first = answer(&inputs);
    assert_eq!(first.id, LookupId(1));
    let LookupResult::Record(found) = first.result else { panic!("{:?}", first.result) };
    assert_eq!((found.offset, found.key.as_deref(), found.value.as_deref()), (3, Some(&b"k3"[..]), Some(&b"v3"[..])));
    assert_eq!(found.headers, [("h".to_owned(), Some(b"x".to_vec()))]);
    assert_eq!(answer(&inputs).result, LookupResult::Time { offset: 7, at: Timestamp(BEGAN + 7) });
    assert_eq!(lookups.bytes().load(Ordering::Relaxed), 12);
}

#[test]
fn what_lies_past_the_end_has_no_record() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("orders", 1, 1).unwrap();
    produce(&mock.bootstrap_servers(), 2);
    let (lookups, inputs) = lookups(&mock.bootstrap_servers());
    lookups.ask(LookupId(1), time_at(2));
    assert_eq!(code(&answer(&inputs).result), Some(Code::NoRecords));
    lookups.ask(LookupId(2), record(900));
    assert_eq!(code(&answer(&inputs).result), Some(Code::OffsetGone));
    lookups.ask(LookupId(3), time_at(900));
    assert_eq!(code(&answer(&inputs).result), Some(Code::OffsetGone));
}

#[test]
fn a_cancelled_one_is_not_answered_and_the_others_are() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("orders", 1, 1).unwrap();
    produce(&mock.bootstrap_servers(), 2);
    mock.broker_round_trip_time(1, Duration::from_millis(300)).unwrap();
    let (lookups, inputs) = lookups(&mock.bootstrap_servers());
    lookups.ask(LookupId(1), record(0));
    lookups.ask(LookupId(2), record(1));
    lookups.cancel(LookupId(1));
    assert_eq!(answer(&inputs).id, LookupId(2));
    assert!(inputs.try_recv().is_err());
}

#[test]
fn nobody_there_is_a_failure_with_a_reason() {
    let config = KafkaConfig { brokers: "127.0.0.1:1".into(), ..KafkaConfig::default() };
    let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
    let (sink, inputs) = bounded(64);
    let quick = LookupConfig { timeout: Duration::from_millis(800), ..LookupConfig::default() };
    let lookups = start(&config, &causes, quick, sink).unwrap();
    let asked = Instant::now();
    lookups.ask(LookupId(1), record(0));
    assert_eq!(code(&answer(&inputs).result), Some(Code::BrokerUnreachable));
    assert!(asked.elapsed() < Duration::from_secs(5));
}
