//! Views made by hand, with everything that a screen must be able to show.
//! One room: each view is the rich one with something changed, and all are of one moment. The orders' side is beside it.

mod alerts;
mod business;
mod map;
mod past;

pub use map::base_map;
pub use past::{followed, past, searching};

use crate::model::*;
use crate::snapshot::*;
use std::sync::Arc;

/// 2026-01-15 14:02:17 UTC
pub const NOW: Timestamp = Timestamp(1_768_485_737_000);

pub fn line(step_s: u32, points: impl IntoIterator<Item = f32>) -> Line {
    Line { step_s, end: NOW, points: points.into_iter().collect() }
}

/// A curve that looks like life, the same in every run.
pub fn curve(seed: u32, n: usize, mean: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    (0..n)
        .map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 16) as f32 / 65_536.0;
            let wave = ((i as f32 / n as f32) * 6.0 + seed as f32).sin();
            (mean * (1.0 + 0.35 * wave + 0.2 * (noise - 0.5))).max(0.0)
        })
        .collect()
}

fn by_window(rate: f64) -> ByWindow {
    ByWindow { s10: Some(rate), m1: Some(rate * 0.99), m5: Some(rate * 0.98) }
}

fn topic(name: &str, rate: f64, p50: u64, p99: u64, lag: u64) -> Topic {
    Topic {
        name: name.into(),
        role: Some("stage:created".into()),
        partitions: 6,
        throughput: Throughput {
            records_per_s: by_window(rate),
            bytes_per_s: by_window(rate * 390.0),
            estimated: false,
            reason: None,
        },
        records: Records { seen: (rate * 3_600.0) as u64, ..Records::default() },
        latency_ms: Latency {
            window: "1m",
            count: (rate * 60.0) as u64,
            min: Some(1),
            p50: Some(p50),
            p90: Some(p50 * 2),
            p99: Some(p99),
            p999: Some(p99 * 2),
            max: Some(p99 * 3),
            timestamp: Some(TimestampKind::Create),
            ..Latency::default()
        },
        lag: TopicLag {
            records: Some(lag),
            seconds: Some(lag as f64 / rate.max(0.1)),
            worst_group: Some("billing".into()),
            reason: None,
        },
        error_rate: Some(0.0),
        health: Health { level: Level::Healthy, reason: Code::Healthy.into() },
        config: Some(Arc::new(TopicConfig {
            retention_ms: Some(604_800_000),
            retention_bytes: Some(-1),
            cleanup_policy: Some("delete".into()),
            min_insync_replicas: Some(2),
            timestamp_type: Some("CreateTime".into()),
            compression_type: Some("producer".into()),
            max_message_bytes: Some(1_048_588),
            reason: None,
        })),
        ..Topic::default()
    }
}

fn ill(mut topic: Topic, level: Level, reason: Reason) -> Topic {
    topic.health = Health { level, reason };
    topic
}

fn latency_reason() -> Reason {
    Reason::new(Code::TopicLatency)
        .with("p99_ms", Fact::Millis(1_900.0))
        .with("limit_ms", Fact::Millis(1_000.0))
        .with("for_s", Fact::Seconds(240.0))
}

pub fn topics() -> Vec<Arc<Topic>> {
    let mut all = vec![
        topic("orders.created", 38.2, 4, 15, 2),
        topic("inventory.checked", 38.0, 3, 12, 0),
        topic("payments.initiated", 37.8, 4, 21, 4),
        ill(topic("payments.completed", 41.0, 12, 1_900, 312), Level::Warning, latency_reason()),
        topic("payments.failed", 0.9, 5, 18, 0),
        topic("orders.confirmed", 36.9, 4, 14, 1),
        topic("orders.preparing", 36.8, 5, 17, 0),
        topic("delivery.assigned", 36.1, 4, 16, 3),
        topic("delivery.pickup", 35.9, 4, 15, 0),
        topic("delivery.in-transit", 35.9, 6, 19, 0),
        topic("delivery.delivered", 35.2, 4, 14, 0),
        ill(topic("delivery.failed", 0.4, 5, 18, 0), Level::Critical, Reason::new(Code::TopicUnusual)),
        topic("orders.updated", 12.1, 4, 15, 7),
        topic("delivery.tracking", 640.0, 3, 11, 1_204),
        topic("orders.cancelled", 0.4, 4, 15, 0),
        topic("inventory.updated", 22.5, 4, 13, 0),
        ill(topic("inventory.low-stock", 0.0, 0, 0, 0), Level::Silent, Reason::new(Code::TopicSilent)),
        topic("location.updated", 12_640.0, 3, 9, 1_048_204),
        topic("delivery.eta-updated", 210.0, 4, 14, 12),
        topic("notifications.email", 8.1, 9, 40, 0),
        topic("notifications.sms", 3.0, 9, 38, 0),
        topic("notifications.push", 41.7, 7, 33, 2),
        topic("user.login", 4.5, 4, 12, 0),
        topic("user.page-view", 96.0, 4, 13, 88),
    ];
    let last = all.len() - 1;
    all[last].throughput.estimated = true;
    all[16].latency_ms = Latency::default();
    all[16].lag = TopicLag::default();
    all[16].error_rate = None;
    all[4].error_rate = Some(0.021);
    let mut all: Vec<_> = all.into_iter().map(Arc::new).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

pub fn group(name: &str, lag: u64, seconds: f64, status: Status, level: Level, code: Code) -> Group {
    Group {
        name: name.into(),
        kind: GroupKind::Classic,
        state: GroupState::Stable,
        members: Some(2),
        lag: GroupLag { records: Some(lag), seconds: Some(seconds), quality: LagQuality::Exact, ..GroupLag::default() },
        processing_ms: Some(Processing { p50: 120, p99: 900 }),
        consume_per_s: Some(40.0),
        produce_per_s: Some(41.0),
        catch_up: CatchUp::CaughtUp,
        status: GroupStatus { status, level, reason: code.into() },
        retention_danger_s: Some(500_000.0),
        topics: 2,
        partitions: Arc::new(
            (0..6)
                .map(|p| GroupPartition {
                    topic: if p < 3 { "orders.created".into() } else { "payments.completed".into() },
                    partition: p % 3,
                    committed: (p != 5).then_some(180_000 + i64::from(p)),
                    end: Some(180_052 + i64::from(p)),
                    lag: (p != 5).then_some(lag / 5),
                    lag_s: (p != 5).then_some(seconds),
                    quality: if p == 5 { LagQuality::Unknown } else { LagQuality::Estimated },
                    only_markers: p == 4,
                    member: Some("billing-worker-1@10.0.3.17".into()),
                })
                .collect(),
        ),
        ..Group::default()
    }
}

pub fn groups() -> Vec<Arc<Group>> {
    let mut billing = group("billing", 312, 8.1, Status::Lagging, Level::Warning, Code::GroupLagging);
    billing.catch_up = CatchUp::FallingBehind;
    billing.rebalances = 3;
    let mut tracker = group("tracker", 1_048_204, 83.0, Status::Stalled, Level::Critical, Code::GroupStalled);
    tracker.retention_danger_s = Some(5_400.0);
    tracker.catch_up = CatchUp::Seconds(7_500.0);
    tracker.kind = GroupKind::Consumer;
    let mut streams = group("eta-streams", 0, 0.0, Status::Unknown, Level::Unknown, Code::GroupKindOpaque);
    streams.kind = GroupKind::Streams;
    streams.state = GroupState::Unknown;
    streams.lag = GroupLag { reason: Some(Code::GroupKindOpaque.into()), ..GroupLag::default() };
    (streams.consume_per_s, streams.produce_per_s, streams.retention_danger_s) = (None, None, None);
    streams.catch_up = CatchUp::Unknown;
    let mut old = group("reporting-2024", 99_120, 864_000.0, Status::Stopped, Level::Critical, Code::GroupStopped);
    old.abandoned = true;
    old.state = GroupState::Empty;
    old.members = Some(0);
    let mut notify = group("notify", 4, 0.2, Status::Ok, Level::Healthy, Code::KeepingUp);
    notify.catch_up = CatchUp::Seconds(0.4);
    let kitchen = group("kitchen", 0, 0.0, Status::Ok, Level::Healthy, Code::CaughtUp);
    let mut all: Vec<_> = [billing, tracker, streams, old, notify, kitchen].into_iter().map(Arc::new).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn alert(subject: Subject, level: Level, ago_s: i64, reason: Reason) -> Arc<Alert> {
    Arc::new(Alert(Finding { subject, level, state: FindingState::Firing, since: NOW.plus_ms(-ago_s * 1_000), reason }, None))
}

fn broker(id: i32, up: bool) -> Broker {
    Broker {
        id,
        host: format!("kafka-{id}.prod").into(),
        port: 9092,
        up,
        leaders: 28,
        replicas: 84,
        under_replicated: 0,
        round_trip_ms: Some(0.4),
        throttle_ms: None,
        reason: None,
    }
}

fn at_risk(topic: &str, partition: i32, lacks: Code, leader: Option<i32>, isr: &[i32]) -> PartitionAtRisk {
    PartitionAtRisk { topic: topic.into(), partition, lacks, leader, replicas: [1, 2, 3].as_slice().into(), isr: isr.into() }
}

pub fn snapshot() -> Snapshot {
    let topics = topics();
    let latency_ms = Latency { p999: Some(41), ..topic("all", 14_210.0, 4, 15, 1).latency_ms };
    let totals = Totals {
        throughput: Throughput {
            records_per_s: by_window(14_210.0),
            bytes_per_s: by_window(5_541_900.0),
            estimated: false,
            reason: None,
        },
        latency_ms,
        lag: TopicLag { records: Some(1_204), seconds: Some(83.0), worst_group: Some("tracker".into()), reason: None },
        error_rate: Some(0.0001),
        records: Records { seen: 4_120_400, malformed: 2, contract: 1, ..Records::default() },
        ..Totals::default()
    };
    let alerts = vec![
        alert(Subject::Topic("delivery.failed".into()), Level::Critical, 75, Code::TopicUnusual.into()),
        alert(Subject::Group("tracker".into()), Level::Critical, 190, Code::GroupStalled.into()),
        alert(Subject::Topic("payments.completed".into()), Level::Warning, 240, latency_reason()),
        alert(Subject::Viewer, Level::Warning, 4, Code::ViewBehind.into()),
        alerts::acknowledged(),
        alerts::following(),
    ];
    Snapshot {
        version: 1,
        business: business::business(),
        state_consumers: business::consumers(),
        workers: business::workers(),
        taken_at: NOW,
        source: Arc::new(Source {
            kind: SourceKind::Live,
            name: "prod-conakry".into(),
            cluster_id: Some("kcluster".into()),
            bootstrap: "kafka-1.prod:9092".into(),
            state: LinkState::Connected,
            reason: None,
            reasons: Vec::new(),
        }),
        cluster: Arc::new(Cluster {
            brokers: (1..=3).map(|id| broker(id, true)).collect(),
            controller: Some(1),
            topics: Some(topics.len()),
            partitions: Some(topics.len() * 6),
            under_replicated: Some(3),
            under_min_isr: Some(1),
            offline: Some(1),
            partitions_at_risk: Arc::new(vec![
                at_risk("delivery.tracking", 4, Code::Offline, None, &[]),
                at_risk("payments.completed", 0, Code::UnderMinIsr, Some(3), &[3]),
                at_risk("orders.created", 2, Code::UnderReplicated, Some(1), &[1, 3]),
            ]),
            age_s: Some(0.4),
            poll_ms: Some(20.0),
            hidden_topics: 3,
            ..Cluster::default()
        }),
        totals: Arc::new(totals),
        topics,
        groups: groups(),
        groups_reason: None,
        alerts_count: alerts.len(),
        alerts_quiet: QuietCounts { acknowledged: 1, inhibited: 1, ..QuietCounts::default() },
        alerts_past: alerts::past(),
        outlets: alerts::outlets(),
        alerts,
        viewer: Viewer {
            machine: Machine {
                cores: Some(2),
                cpu_percent: Some(31.0),
                load: Some(0.7),
                memory_used_bytes: Some(1_900_000_000),
                memory_bytes: Some(2_000_000_000),
            },
            behind_s: Some(0.1),
            cpu_percent: Some(12.0),
            rss_bytes: Some(38 << 20),
            sampling: "all",
            warmed_up: true,
            ..Viewer::default()
        },
    }
}

fn record(i: i64) -> Arc<TailRow> {
    let value = format!(
        r#"{{"id":"o-{:05}","customerId":"c{}","total":{}50000,"currency":"GNF","items":[{{"sku":"riz-25kg","quantity":{}}}],"paymentMethod":"orange_money"}}"#,
        17_000 - i,
        i * 7 % 400,
        1 + i % 9,
        1 + i % 3
    );
    let verdict = match i {
        4 => Verdict::Malformed("expected `,` at byte 17".into()),
        6 => Verdict::Contract("orderId is missing".into()),
        8 => Verdict::Deletion,
        _ => Verdict::Event,
    };
    let at = NOW.plus_ms(-40 * i - 31);
    Arc::new(TailRow {
        topic: "payments.completed".into(),
        partition: (i % 6) as i32,
        offset: 182_400 - i,
        time: (i != 9).then_some(RecordTime { at, kind: TimestampKind::Create }),
        received_at: Some(at.plus_ms(4)),
        key: (i != 7).then(|| format!("o-{:05}", 17_000 - i).into_bytes().into()),
        value_len: if i == 2 { 40_000 } else { value.len() },
        value: (i != 8).then(|| value.into_bytes().into()),
        headers: vec![("trace".into(), Some(b"8f2c01".as_slice().into())), ("retry".into(), None)],
        verdict,
    })
}

pub fn topic_focus() -> TopicFocus {
    TopicFocus {
        name: "payments.completed".into(),
        span: ChartSpan::TenMinutes,
        records_per_s: line(1, curve(3, 600, 41.0)),
        distribution: Distribution {
            buckets: [
                (1, 3),
                (2, 40),
                (4, 310),
                (8, 820),
                (16, 700),
                (31, 240),
                (63, 60),
                (125, 12),
                (250, 8),
                (500, 9),
                (1_000, 20),
                (2_000, 30),
            ]
            .into(),
        },
        partitions: Arc::new(
            (0..6)
                .map(|p| PartitionRow {
                    partition: p,
                    leader: Some(1 + p % 3),
                    replicas: [1, 2, 3].into(),
                    isr: if p == 4 { [1, 3].into() } else { [1, 2, 3].into() },
                    low: Some(0),
                    high: Some(182_400 + i64::from(p) * 13),
                    last_stable: Some(182_400),
                    records_per_s: Some(if p == 2 { 21.0 } else { 4.0 }),
                    share: Some(if p == 2 { 0.51 } else { 0.098 }),
                    skew: Some(if p == 2 { 3.1 } else { 0.6 }),
                    p99_ms: Some(if p == 2 { 1_900 } else { 18 }),
                    lag: Some(if p == 2 { 300 } else { 2 }),
                })
                .collect(),
        ),
        heat: Some(heat()),
        readers: vec![
            ("billing".into(), Some(312), Some(8.1)),
            ("notify".into(), Some(4), Some(0.2)),
            ("kitchen".into(), None, None),
        ],
        tail: TailView { rows: (0..60).map(record).collect(), matched: 60, passed: 4_120, dropped: 312, reason: None },
        ..TopicFocus::default()
    }
}

/// A quicker topic with twice the records.
fn beside() -> TopicFocus {
    let quick = Heat {
        bands: heat().bands.into_iter().enumerate().map(|(i, band)| if i < 5 { band } else { line(1, []) }).collect(),
        ..heat()
    };
    TopicFocus {
        name: "inventory.low-stock".into(),
        records_per_s: line(1, curve(9, 600, 82.0)),
        heat: Some(quick),
        tail: TailView::default(),
        ..topic_focus()
    }
}

fn member(i: usize) -> Member {
    Member {
        id: format!("billing-worker-{i}-4f1c").into(),
        client_id: format!("billing-worker-{i}").into(),
        host: format!("/10.0.3.1{i}").into(),
        assigned: (0..3).map(|p| (Arc::from(if i == 1 { "orders.created" } else { "payments.completed" }), p)).collect(),
    }
}

pub fn focus() -> Focus {
    let topics = topics();
    Focus {
        totals: TotalsFocus {
            records_per_s: line(1, curve(1, 600, 14_000.0)),
            bytes_per_s: line(1, curve(1, 600, 5.0e6)),
            p50_ms: line(1, curve(2, 600, 4.0)),
            p99_ms: line(1, curve(5, 600, 15.0).into_iter().enumerate().map(|(i, v)| if i == 402 { 90.0 } else { v })),
            lag_records: line(1, curve(4, 600, 1_200.0).into_iter().enumerate().map(|(i, v)| if i < 200 { f32::NAN } else { v })),
            lag_s: line(1, curve(4, 600, 3.0)),
            errors_per_s: line(1, (0..600).map(|i| if i % 170 == 40 { 1.0 } else { 0.0 })),
        },
        sparks: topics
            .iter()
            .enumerate()
            .map(|(i, t)| (t.name.clone(), line(1, curve(i as u32, 60, t.throughput.records_per_s.s10.unwrap_or(0.0) as f32))))
            .collect(),
        topic: Some(Arc::new(topic_focus())),
        beside: Some(Arc::new(beside())),
        order: Some(Arc::new(business::order())),
        map: Some(Arc::new(map::underway(business::deliveries()))),
        groups: ["billing", "tracker"].map(|name| Arc::new(group_focus(name))).into(),
        ..Focus::default()
    }
}

fn group_focus(name: &str) -> GroupFocus {
    GroupFocus {
        name: name.into(),
        members: Some(vec![member(1), member(2)]),
        lag_records: line(1, (0..600).map(|i| (i as f32 - 300.0).max(2.0))),
        ..GroupFocus::default()
    }
}

/// Nine minutes of pictures, among them a bad one and one that nobody took.
fn moments() -> Moments {
    let level = |second: i64| match second {
        200..260 => Level::Critical,
        120..300 => Level::Warning,
        400..430 => Level::Unknown,
        _ => Level::Healthy,
    };
    let gap = 320..350;
    let at = |second: i64| NOW.plus_ms((second - 540) * 1_000);
    let until = |second: i64| at(second + if gap.contains(&(second + 1)) { 10 } else { 1 });
    let taken = (0..540).filter(|second| !gap.contains(second));
    taken.map(|second| Moment { at: at(second), until: until(second), level: level(second) }).collect()
}

/// The view with the engine's answer to who went back to `at`: there were fewer alerts then.
pub fn gone_back(at: Timestamp) -> View {
    let mut view = rich();
    let snapshot =
        Snapshot { taken_at: at, alerts: view.snapshot.alerts[..1].to_vec(), alerts_count: 1, ..(*view.snapshot).clone() };
    view.past = Some(Arc::new(Past { asked: at, snapshot: Arc::new(snapshot), focus: view.focus.clone() }));
    view
}

/// Most records come at once; later some are stuck behind others, for longer and longer.
fn heat() -> Heat {
    const BOUNDS: &[u32] = &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
    let of = |band: usize| {
        (0..600).map(move |second: usize| match band {
            2 => 30.0,
            3 => 8.0,
            1 | 4 => 1.0,
            band if second > 300 && band == 5 + (second - 300) / 50 => 4.0,
            _ => 0.0,
        })
    };
    Heat { bounds_ms: BOUNDS, bands: (0..=BOUNDS.len()).map(|band| line(1, of(band))).collect() }
}

/// What vigie said, the newest line first.
pub fn log() -> Journal {
    let journal = Journal::default();
    journal.write(NOW.plus_ms(-61_000), Level::Healthy, "app::watch", "vigie 0.1.0 started  profile=prod-conakry");
    journal.write(NOW.plus_ms(-4_200), Level::Warning, "kafka::causes", "kafka-2.prod:9092: Connection refused");
    journal.write(NOW.plus_ms(-900), Level::Critical, "app::mirror", "the store cannot be read  error=\u{1b}[31mlocked");
    journal
}

pub fn rich() -> View {
    View { snapshot: Arc::new(snapshot()), focus: Arc::new(focus()), moments: moments(), past: None }
}

/// No broker has answered.
pub fn down(state: LinkState, reasons: Vec<Reason>) -> View {
    let source = Source {
        name: "prod-conakry".into(),
        bootstrap: "kafka-1.prod:9092,kafka-2.prod:9092".into(),
        state,
        reason: reasons.first().cloned(),
        reasons,
        ..Source::default()
    };
    let snapshot = Snapshot { taken_at: NOW, source: Arc::new(source), ..Snapshot::default() };
    View { snapshot: Arc::new(snapshot), ..View::default() }
}

/// Connected to a cluster that has nothing.
pub fn empty() -> View {
    let mut view = down(LinkState::Connected, Vec::new());
    let cluster = Cluster { brokers: vec![broker(1, true)], topics: Some(0), partitions: Some(0), ..Cluster::default() };
    let snapshot = Snapshot { cluster: Arc::new(cluster), ..(*view.snapshot).clone() };
    view.snapshot = Arc::new(snapshot);
    view
}

/// Names, keys and values that try to steer the terminal, and wide ones.
pub fn hostile() -> View {
    let mut snapshot = snapshot();
    let names = [
        "\u{1b}[2J\u{1b}]0;pwned\u{7}",
        "注文.作成済み.とても長い名前のトピック.本番",
        "a\u{202e}dellecnac.sredro",
        "ok\u{200b}ok",
    ];
    snapshot.topics = names.iter().map(|n| Arc::new(topic(n, 1.0, 2, 3, 4))).collect();
    snapshot.topics.sort_by(|a, b| a.name.cmp(&b.name));
    snapshot.groups = vec![Arc::new(group(names[0], 3, 1.0, Status::Ok, Level::Healthy, Code::KeepingUp))];
    let mut focus = focus();
    let mut row = (*record(0)).clone();
    row.key = Some(b"\x1b[31mkey\xff".as_slice().into());
    row.value = Some(b"{\"a\":\"\x1b]52;c;aGk=\x07\xc2\x9b2J\"}".as_slice().into());
    let topic = TopicFocus {
        tail: TailView { rows: [Arc::new(row)].into(), ..TailView::default() },
        name: names[0].into(),
        ..topic_focus()
    };
    focus.topic = Some(Arc::new(topic));
    View { snapshot: Arc::new(snapshot), focus: Arc::new(focus), ..View::default() }
}
