use super::*;
use crate::catalogue::Catalogue;
use crate::engine::EngineConfig;
use crate::model::*;
use crate::rules::RulesConfig;
use crate::snapshot::{SourceKind, Verdict};

const START: i64 = 1_795_701_600_000;
const ID: LookupId = LookupId(1);
const TOPICS: [&str; 3] = ["orders.created", "payments.initiated", "inventory.updated"];

fn take(engine: &mut Engine, input: Input) {
    engine.take(Timed { at: Timestamp(START), input });
}

fn record(engine: &mut Engine, topic: usize, offset: i64, key: &str, json: &str) {
    let time = Some(RecordTime { at: Timestamp(START - 10_000 + offset), kind: TimestampKind::Create });
    let (key, value) = (Some(key.as_bytes().to_vec()), Some(json.as_bytes().to_vec()));
    let slot = Slot(u32::try_from(topic).unwrap());
    let record = OwnedRecord { slot, offset, time, key, value, headers: Vec::new() };
    take(engine, Input::Records(Box::new(OwnedBatch(vec![record]))));
}

/// An engine that reads three topics of two partitions, the first of each.
fn engine() -> Engine {
    let mut engine = Engine::new(EngineConfig {
        catalogue: Catalogue::builtin(),
        source_kind: SourceKind::Live,
        source_name: "test".into(),
        bootstrap: "a:1".into(),
        rules: RulesConfig::default(),
        history_memory: 1 << 20,
        started: Timestamp(START - 60_000),
    });
    let partition = |partition| PartitionReading { partition, leader: 1, ..PartitionReading::default() };
    let topic = |name: &&str| TopicReading {
        name: (*name).into(),
        watched: true,
        partitions: vec![partition(0), partition(1)],
        ..TopicReading::default()
    };
    let topics = TOPICS.iter().map(topic).collect();
    let at = Timestamp(START);
    take(&mut engine, Input::Cluster(Box::new(ClusterReading { asked_at: at, taken_at: at, topics, ..ClusterReading::default() })));
    let assigned = (0..3_u32).zip(TOPICS).map(|(slot, topic)| Assignment {
        slot: Slot(slot),
        topic: topic.into(),
        partition: 0,
        start: 0,
        live_from: 0,
    });
    take(&mut engine, Input::Assigned(assigned.collect()));
    engine
}

fn follow(engine: &mut Engine, id: &str) {
    let key = FollowedKey { bytes: id.as_bytes().into(), names: Some(Meaning::Order), seen: None };
    let search = Search { scope: Scope::Key(key), start: Start::End, filter: TailFilter::All };
    take(engine, Input::Ask(Ask::Search(ID, search)));
}

fn rows(engine: &mut Engine) -> Vec<(String, i64, bool)> {
    let view = engine.view(Timestamp(START));
    let rows = &view.focus.searches[&ID].rows;
    rows.iter().map(|r| (r.topic.to_string(), r.offset, r.verdict == Verdict::NotRead)).collect()
}

#[test]
fn a_followed_order_has_what_is_in_memory_and_then_what_comes_and_what_was_found() {
    let mut engine = engine();
    record(&mut engine, 0, 7, "o1", r#"{"id":"o1","customerId":"c1"}"#);
    follow(&mut engine, "o1");
    assert_eq!(rows(&mut engine), [("orders.created".to_owned(), 7, true)], "where it was told is known");
    record(&mut engine, 1, 9, "o1", r#"{"paymentId":"p1","orderId":"o1"}"#);
    record(&mut engine, 0, 8, "o2", r#"{"id":"o2"}"#);
    let quarry = engine.quarry(ID).unwrap();
    assert_eq!(quarry.known.len(), 2, "the payment too by now");
    let topics: Vec<_> = quarry.ground.iter().map(|g| (g.topic.as_ref(), g.partitions.len(), g.keyed)).collect();
    assert_eq!(topics, [("orders.created", 2, Keyed::ByKey), ("payments.initiated", 2, Keyed::ByKey)], "no article has orders");
    let time = Some(RecordTime { at: Timestamp(START - 10_000 + 7), kind: TimestampKind::Create });
    let value = Some(br#"{"id":"o1","customerId":"c1"}"#.to_vec());
    let read = OwnedRecord { slot: Slot(0), offset: 7, time, key: Some(b"o1".to_vec()), value, headers: Vec::new() };
    let records = vec![FoundRecord { topic: "orders.created".into(), partition: 0, record: read, value_len: 29 }];
    take(
        &mut engine,
        Input::Found(Box::new(Found { id: ID, records, progress: SearchProgress { found: 1, ..SearchProgress::default() } })),
    );
    let expected = [("payments.initiated".to_owned(), 9, false), ("orders.created".to_owned(), 7, false)];
    assert_eq!(rows(&mut engine), expected, "newest first, and what was read stands for what was known");
    take(&mut engine, Input::Skipped { slot: Slot(0), from: 9, to: 19 });
    let view = engine.view(Timestamp(START));
    let shown = &view.focus.searches[&ID];
    assert_eq!((shown.live, shown.skipped, shown.progress.found), (1, 10, 1));
    take(&mut engine, Input::Ask(Ask::Cancel(ID)));
    assert!(engine.view(Timestamp(START)).focus.searches.is_empty() && engine.quarry(ID).is_none());
}

#[test]
fn the_past_of_a_topic_is_judged_and_what_has_no_room_is_told_to_be_read_again() {
    let mut engine = engine();
    record(&mut engine, 0, 7, "o1", r#"{"id":"o1"}"#);
    let search =
        Search { scope: Scope::Topic(TOPICS[0].into()), start: Start::Time(Timestamp(START - 10_000)), filter: TailFilter::All };
    take(&mut engine, Input::Ask(Ask::Search(ID, search)));
    let quarry = engine.quarry(ID).unwrap();
    let first = TopicPartition { topic: TOPICS[0].into(), partition: 0 };
    assert_eq!(quarry.hints, [(first.clone(), 0)], "the tail has seen one that is younger");
    let found = |offset: i64, value: &[u8]| {
        let time = Some(RecordTime { at: Timestamp(START + offset), kind: TimestampKind::Create });
        let record = OwnedRecord { slot: Slot(0), offset, time, key: None, value: Some(value.to_vec()), headers: Vec::new() };
        FoundRecord { topic: TOPICS[0].into(), partition: 0, record, value_len: value.len() }
    };
    let progress = SearchProgress { running: Some(Way::Back), ..SearchProgress::default() };
    let mut records: Vec<_> = (0..2_100).rev().map(|n| found(n, br#"{"id":"o1"}"#)).collect();
    records[2_099] = found(0, b"{");
    take(&mut engine, Input::Found(Box::new(Found { id: ID, records, progress })));
    let view = engine.view(Timestamp(START));
    let shown = &view.focus.searches[&ID];
    assert_eq!((shown.rows.len(), shown.rows[0].offset, shown.newer_cut), (2_000, 1_999, true));
    assert!(matches!(shown.rows[1_999].verdict, Verdict::Malformed(_)) && shown.rows[0].verdict == Verdict::Event);
    assert_eq!(engine.resume(ID, Way::Forward), [(first, 2_000)]);
}
