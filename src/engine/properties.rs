//! What must hold whatever comes in.

use super::{Engine, EngineConfig};
use crate::catalogue::Catalogue;
use crate::model::*;
use crate::rules::RulesConfig;
use crate::snapshot::{SourceKind, View};
use proptest::prelude::*;
use std::sync::Arc;

const START: i64 = 1_700_000_000_000;

fn engine() -> Engine {
    let mut engine = Engine::new(EngineConfig {
        catalogue: Arc::new(Catalogue::default()),
        source_kind: SourceKind::Live,
        source_name: "p".into(),
        bootstrap: "b".into(),
        rules: RulesConfig::default(),
        history_memory: 1 << 20,
        started: Timestamp(START),
    });
    take(&mut engine, 0, Input::Link(Link { state: LinkState::Connected, reasons: Vec::new() }));
    engine
}

fn take(engine: &mut Engine, ms: i64, input: Input) {
    engine.take(Timed { at: Timestamp(START + ms), input });
}

fn reading(ms: i64, ends: &[i64], commits: &[Option<i64>]) -> Input {
    let partition = |(number, end): (usize, &i64)| PartitionReading {
        partition: number as i32,
        leader: 1,
        replicas: vec![1],
        isr: vec![1],
        low: Some(0),
        high: Some(*end),
        last_stable: Some(*end),
    };
    let topic = TopicReading {
        name: "t".into(),
        watched: true,
        partitions: ends.iter().enumerate().map(partition).collect(),
        ..TopicReading::default()
    };
    let offsets = commits.iter().enumerate().map(|(number, offset)| (Arc::from("t"), number as i32, *offset)).collect();
    let broker = BrokerReading { id: 1, host: "h".into(), port: 1, up: true, round_trip_ms: None, throttle_ms: None, reason: None };
    Input::Cluster(Box::new(ClusterReading {
        brokers: vec![broker],
        asked_at: Timestamp(START + ms - 5),
        taken_at: Timestamp(START + ms),
        topics: vec![topic],
        groups: vec![GroupReading { name: "g".into(), state: GroupState::Stable, offsets, ..GroupReading::default() }],
        ..ClusterReading::default()
    }))
}

fn record(offset: i64, time: i64) -> OwnedRecord {
    let time = Some(RecordTime { at: Timestamp(START + time), kind: TimestampKind::Create });
    OwnedRecord { slot: Slot(0), offset, time, key: None, value: Some(vec![b'v'; 10]), headers: Vec::new() }
}

fn assigned() -> Input {
    Input::Assigned(vec![Assignment { slot: Slot(0), topic: "t".into(), partition: 0, start: 0, live_from: 0 }])
}

fn json(view: &View) -> serde_json::Value {
    serde_json::to_value(view.snapshot.as_ref()).unwrap()
}

proptest! {
    /// Whenever the readings come, rate × time observed is what the log end moved by.
    #[test]
    fn throughput_is_the_offsets_difference(steps in prop::collection::vec((1_000i64..20_000, 0i64..5_000, 0i64..5_000), 2..60)) {
        let mut engine = engine();
        let (mut ms, mut ends) = (1_000, [0i64, 0]);
        let mut all = vec![];
        for (wait, a, b) in steps {
            ms += wait;
            ends[0] += a;
            ends[1] += b;
            all.push((ms, ends[0] + ends[1]));
            take(&mut engine, ms, reading(ms, &ends, &[]));
        }
        let view = engine.view(Timestamp(START + ms));
        let rates = view.snapshot.topic("t").unwrap().throughput.records_per_s;
        for (window, rate) in [(10_000, rates.s10), (60_000, rates.m1), (300_000, rates.m5)] {
            let full = all.iter().rev().find(|(at, _)| ms - at >= window).unwrap_or(&all[0]);
            let Some(rate) = rate else { prop_assert_eq!(full.0, ms); continue };
            let added = (all[all.len() - 1].1 - full.1) as f64;
            let seconds = (ms - full.0) as f64 / 1_000.0;
            prop_assert!((rate * seconds - added).abs() < 1e-6 * added.max(1.0), "{window}: {rate} over {seconds} s, added {added}");
        }
    }

    #[test]
    fn lag_is_never_negative(steps in prop::collection::vec((0i64..1_000, prop::option::of(0i64..2_000)), 1..40)) {
        let mut engine = engine();
        take(&mut engine, 0, assigned());
        for (i, (end, commit)) in steps.iter().enumerate() {
            let ms = (i as i64 + 1) * 2_000;
            take(&mut engine, ms, reading(ms, &[*end], &[*commit]));
            let view = engine.view(Timestamp(START + ms));
            let group = view.snapshot.group("g").unwrap();
            prop_assert_eq!(group.lag.records, commit.map(|c| u64::try_from(end - c).unwrap_or(0)));
            prop_assert!(group.lag.seconds.is_none_or(|s| s >= 0.0));
            prop_assert!(group.retention_danger_s.is_none_or(|s| s >= 0.0));
        }
    }

    /// However the records are cut into batches, the picture is the same.
    #[test]
    fn any_split_into_batches_gives_the_same_picture(
        delays in prop::collection::vec(-50i64..70_000, 1..300),
        cuts in prop::collection::vec(1usize..40, 1..50),
    ) {
        let records: Vec<_> = delays.iter().enumerate().map(|(i, delay)| record(i as i64, 2_500 - delay)).collect();
        let mut pictures = Vec::new();
        for cuts in [cuts, vec![records.len()]] {
            let mut engine = engine();
            take(&mut engine, 0, assigned());
            take(&mut engine, 1_000, reading(1_000, &[0], &[Some(0)]));
            let (mut rest, mut cut) = (records.as_slice(), cuts.iter().cycle());
            while !rest.is_empty() {
                let (batch, more) = rest.split_at((*cut.next().unwrap()).min(rest.len()));
                take(&mut engine, 2_500, Input::Records(Box::new(OwnedBatch(batch.to_vec()))));
                rest = more;
            }
            let end = records.len() as i64;
            take(&mut engine, 3_000, reading(3_000, &[end], &[Some(end / 2)]));
            pictures.push(json(&engine.view(Timestamp(START + 3_200))));
        }
        prop_assert_eq!(&pictures[0], &pictures[1]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// When the clock is set back, all goes on as if it had not been.
    #[test]
    fn a_clock_that_is_set_back_changes_no_figure(step_at in 1i64..150, tens in 1i64..1_000) {
        let steady = minutes(i64::MAX, 0);
        let stepped = minutes(step_at, tens * 10_000);
        for (second, (a, b)) in steady.iter().zip(&stepped).enumerate() {
            prop_assert_eq!(a, b, "at {} s", second);
        }
    }
}

/// Three minutes of a slow topic whose group keeps up, as a picture each second without its times; the clock is set back once.
fn minutes(step_at: i64, back_ms: i64) -> Vec<(serde_json::Value, Vec<f32>)> {
    let mut engine = engine();
    take(&mut engine, 0, assigned());
    let mut pictures = Vec::new();
    for second in 0..180 {
        let ms = second * 1_000 - if second >= step_at { back_ms } else { 0 };
        if second == step_at {
            take(&mut engine, second * 1_000, Input::Tick);
        }
        take(&mut engine, ms, Input::Tick);
        take(&mut engine, ms + 100, Input::Records(Box::new(OwnedBatch(vec![record(second, ms - 1_500)]))));
        let end = second + 1;
        take(&mut engine, ms + 200, reading(ms + 200, &[end, 7], &[Some(end), Some(7)]));
        let view = engine.view(Timestamp(START + ms + 900));
        let mut picture = json(&view);
        picture["taken_at_ms"].take();
        for alert in picture["alerts"].as_array_mut().unwrap() {
            alert["since_ms"].take();
        }
        // A curve's gap is no number that equals another.
        let known = |point: &f32| if point.is_nan() { -1.0 } else { *point };
        pictures.push((picture, view.focus.sparks["t"].points.iter().map(known).collect()));
    }
    assert!(pictures[179].0["alerts"][0]["rule"] == "topic-latency", "{}", pictures[179].0["alerts"]);
    pictures
}

#[test]
fn what_waited_while_the_clock_was_set_back_does_no_harm() {
    let mut engine = engine();
    take(&mut engine, 0, assigned());
    let mut end = 0;
    for second in 0..60 {
        let ms = second * 1_000 - if second >= 30 { 3_601_234 } else { 0 };
        if second == 30 {
            // The first to come by the new clock, before a tick has told of it.
            take(&mut engine, ms, reading(ms, &[end], &[Some(end)]));
        }
        take(&mut engine, ms, Input::Tick);
        if second == 30 {
            // Stamped by the clock as it was.
            take(&mut engine, 29_900, Input::Records(Box::new(OwnedBatch(vec![record(0, 29_800)]))));
            take(&mut engine, 29_950, reading(29_950, &[end], &[Some(end)]));
        }
        end += if second < 30 { 5 } else { 20 };
        take(&mut engine, ms + 200, reading(ms + 200, &[end], &[Some(end)]));
        let rates = engine.view(Timestamp(START + ms + 900)).snapshot.topic("t").unwrap().throughput.records_per_s;
        if second >= 41 {
            assert!((rates.s10.unwrap() - 20.0).abs() < 0.5, "{second}: {rates:?}");
        }
    }
}

#[test]
fn parts_that_did_not_change_are_the_same() {
    let mut engine = engine();
    take(&mut engine, 0, assigned());
    for second in 1..5 {
        take(&mut engine, second * 1_000, reading(second * 1_000, &[second * 10], &[Some(second * 10)]));
    }
    let before = engine.view(Timestamp(START + 4_200));
    take(&mut engine, 4_300, Input::Tick);
    let after = engine.view(Timestamp(START + 4_400));
    assert!(Arc::ptr_eq(&before.snapshot.topics[0], &after.snapshot.topics[0]));
    assert!(Arc::ptr_eq(&before.snapshot.groups[0], &after.snapshot.groups[0]));
    assert!(Arc::ptr_eq(&before.snapshot.totals, &after.snapshot.totals));
    assert!(Arc::ptr_eq(&before.snapshot.source, &after.snapshot.source));
    assert!(Arc::ptr_eq(&before.focus, &after.focus));
}

#[test]
fn a_deleted_topic_leaves_when_the_tail_lets_go_of_it() {
    let mut engine = engine();
    take(&mut engine, 0, assigned());
    take(&mut engine, 1_000, reading(1_000, &[5], &[Some(5)]));
    let empty =
        ClusterReading { asked_at: Timestamp(START + 1_900), taken_at: Timestamp(START + 2_000), ..ClusterReading::default() };
    take(&mut engine, 2_000, Input::Cluster(Box::new(empty.clone())));
    let view = engine.view(Timestamp(START + 2_100));
    assert_eq!(view.snapshot.topics.len(), 1, "it may have been made anew meanwhile: the tail knows");
    let slots = (0..8).map(crate::model::Slot).collect();
    take(&mut engine, 2_200, Input::Revoked(slots));
    take(&mut engine, 4_000, Input::Cluster(Box::new(ClusterReading { taken_at: Timestamp(START + 4_000), ..empty })));
    take(&mut engine, 4_100, Input::Records(Box::new(OwnedBatch(vec![record(7, 4_000)]))));
    let view = engine.view(Timestamp(START + 4_200));
    assert!(view.snapshot.topics.is_empty() && view.snapshot.groups.is_empty());
}
