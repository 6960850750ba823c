//! What a record costs in the engine: `cargo bench --bench engine`, and for instructions `benches/instructions engine`.
//!
//! Arguments: records, and one case; without a case all are run. Records come in batches of 1,000 as from the tail, 50,000 a
//! second by their times; ticks are inside the figures, pictures are not. Memory is that of the 200 × 12 case, pictures included.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use vigie::catalogue::Catalogue;
use vigie::engine::{Engine, EngineConfig};
use vigie::model::*;
use vigie::rules::RulesConfig;
use vigie::sim::{PRELUDE_S, World, WorldConfig};
use vigie::snapshot::SourceKind;

const START: Timestamp = Timestamp(1_780_000_000_000);
const BATCH: usize = 1_000;
const PER_S: i64 = 50_000;
const EVENT: &str = r#"{"id":"CMD-104233","customerId":"CLI-00817","customerName":"Aïssatou Diallo","shopId":"BTQ-012","items":[{"sku":"SKU-0142","name":"Riz gras au poisson","quantity":2,"unitPrice":45000}],"total":90000,"currency":"GNF","paymentMethod":"orange_money","address":{"district":"Kipé","lat":9.5921,"lon":-13.6432},"createdAt":"2026-03-01T12:04:31.250Z","occurredAt":"2026-03-01T12:04:31.250Z"}"#;
const POSITION: &str =
    r#"{"orderId":"CMD-104233","lat":9.592143,"lon":-13.643211,"courierId":"LIV-0042","etaAt":"2026-03-01T12:34:31.250Z"}"#;

/// How records are spread over partitions.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    topics: usize,
    partitions: usize,
    /// Records of one partition that come one after the other.
    run: usize,
    judged: bool,
    told: Told,
}

#[derive(Clone, Copy, PartialEq)]
enum Told {
    /// One order, told again and again.
    Again,
    /// Each record is another order.
    Orders,
    /// Where the couriers of 2,000 orders are, each order by turns.
    Positions,
}

impl Told {
    fn topic(self) -> &'static str {
        if self == Self::Positions { "delivery.tracking" } else { "orders.created" }
    }

    /// The record's value, where it is not the same for all.
    fn value(self, number: i64) -> Option<String> {
        match self {
            Self::Again => None,
            Self::Orders => Some(EVENT.replacen("CMD-104233", &format!("C{number:09}"), 1)),
            Self::Positions => Some(POSITION.replacen("CMD-104233", &format!("C{:09}", number % 2_000), 1)),
        }
    }
}

const CASES: [Case; 8] = [
    Case { name: "hot", topics: 1, partitions: 1, run: BATCH, judged: false, told: Told::Again },
    Case { name: "hot-judged", topics: 1, partitions: 1, run: BATCH, judged: true, told: Told::Again },
    // Nothing but new orders: the domain's worst.
    Case { name: "hot-orders", topics: 1, partitions: 1, run: BATCH, judged: true, told: Told::Orders },
    Case { name: "hot-positions", topics: 1, partitions: 1, run: BATCH, judged: true, told: Told::Positions },
    // As a fetch brings them: some of one partition, then the next one.
    Case { name: "200x12", topics: 200, partitions: 12, run: 20, judged: false, told: Told::Again },
    Case { name: "200x12-judged", topics: 200, partitions: 12, run: 20, judged: true, told: Told::Again },
    // The worst: never two of one partition.
    Case { name: "200x12-cold", topics: 200, partitions: 12, run: 1, judged: false, told: Told::Again },
    Case { name: "200x12-cold-judged", topics: 200, partitions: 12, run: 1, judged: true, told: Told::Again },
];

/// A batch as cheap to read as the client's own: one value for all, unless they are to differ.
struct Batch {
    places: Vec<(Slot, i64, RecordTime)>,
    values: Vec<String>,
    /// Where the order's id lies in them.
    id: Range<usize>,
}

impl RecordBatch for Batch {
    fn len(&self) -> usize {
        self.places.len()
    }
    fn get(&self, index: usize) -> Record<'_> {
        let (slot, offset, time) = self.places[index];
        let own = self.values.get(index);
        let key = own.map_or(b"CMD-104233".as_slice(), |v| &v.as_bytes()[self.id.clone()]);
        let (key, value) = (Some(key), Some(own.map_or(EVENT, String::as_str).as_bytes()));
        Record { slot, offset, time: Some(time), key, value, headers: &NoHeaders }
    }
}

/// What feeds an engine with a case's records.
struct Feed {
    case: Case,
    engine: Engine,
    offsets: Vec<i64>,
    at: usize,
    sent: i64,
    rng: fastrand::Rng,
}

impl Feed {
    fn new(case: Case) -> Self {
        let names: Vec<Arc<str>> = (0..case.topics).map(|t| format!("topic-{t:03}").into()).collect();
        let entry = Catalogue::builtin().topic(case.told.topic()).expect("shipped").clone();
        let entries = names.iter().map(|name| vigie::catalogue::TopicEntry { name: Arc::clone(name), ..entry.clone() });
        let entries = if case.judged { entries.collect() } else { Vec::new() };
        let mut engine = Engine::new(EngineConfig {
            catalogue: Arc::new(Catalogue::new(entries, Catalogue::builtin().pipelines.clone(), Vec::new())),
            source_kind: SourceKind::Live,
            source_name: "bench".into(),
            bootstrap: "127.0.0.1:9092".into(),
            rules: RulesConfig::default(),
            history_memory: 64 << 20,
            started: START,
        });
        let slots = case.topics * case.partitions;
        let begin = |slot: usize| Assignment {
            slot: Slot(slot as u32),
            topic: Arc::clone(&names[slot / case.partitions]),
            partition: (slot % case.partitions) as i32,
            start: 0,
            live_from: 0,
        };
        let assigned = (0..slots).map(begin).collect();
        engine.take(Timed { at: START, input: Input::Assigned(assigned) });
        Self { case, engine, offsets: vec![0; slots], at: 0, sent: 0, rng: fastrand::Rng::with_seed(224) }
    }

    fn now(&self) -> Timestamp {
        START.plus_ms(self.sent * 1_000 / PER_S)
    }

    fn batch(&mut self) -> Timed {
        self.sent += BATCH as i64;
        let at = self.now();
        let places = (0..BATCH).map(|i| {
            if i % self.case.run == 0 {
                // A step that meets all of them, and no neighbour of the last one.
                self.at = (self.at + 1_009) % self.offsets.len();
            }
            let offset = self.offsets[self.at];
            self.offsets[self.at] += 1;
            // Mostly some milliseconds late, seldom seconds.
            let late = (3.0 / self.rng.f64().max(0.001)) as i64;
            let time = RecordTime { at: at.plus_ms(-late), kind: TimestampKind::Create };
            (Slot(self.at as u32), offset, time)
        });
        let places = places.collect();
        let values: Vec<String> = (0..BATCH as i64).map_while(|i| self.case.told.value(self.sent + i)).collect();
        let id = values.first().and_then(|v| v.find("C0")).map_or(0..0, |at| at..at + 10);
        let batch = Batch { places, values, id };
        Timed { at, input: Input::Records(Box::new(batch)) }
    }

    /// Feeds so many records; the time that the engine took.
    fn feed(&mut self, records: usize, mut picture: impl FnMut(&mut Self)) -> Duration {
        let mut spent = Duration::ZERO;
        for turn in 0..records / BATCH {
            let batch = self.batch();
            let begun = Instant::now();
            self.engine.take(batch);
            if turn % 5 == 4 {
                // A tick each 100 ms.
                let at = self.now();
                self.engine.take(Timed { at, input: Input::Tick });
            }
            spent += begun.elapsed();
            picture(self);
        }
        spent
    }
}

/// Resident memory of this process, in bytes; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kb = status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<u64>().ok());
    kb.unwrap_or(0) * 1_024
}

/// The simulated town's own mix of records, in batches of a tenth of a second at a hundred times its pace.
fn town(records: usize) -> Duration {
    const BATCH_MS: i64 = 100;
    let catalogue = Catalogue::builtin();
    let mut engine = Engine::new(EngineConfig {
        catalogue: Arc::clone(&catalogue),
        source_kind: SourceKind::Demo,
        source_name: "bench".into(),
        bootstrap: "127.0.0.1:9092".into(),
        rules: RulesConfig::default(),
        history_memory: 64 << 20,
        started: START,
    });
    let mut slots: HashMap<Arc<str>, (Slot, i64)> =
        catalogue.topics.iter().zip(0..).map(|(t, i)| (Arc::clone(&t.name), (Slot(i), 0))).collect();
    let begin = |(topic, (slot, _)): (&Arc<str>, &(Slot, i64))| Assignment {
        slot: *slot,
        topic: Arc::clone(topic),
        partition: 0,
        start: 0,
        live_from: 0,
    };
    engine.take(Timed { at: START, input: Input::Assigned(slots.iter().map(begin).collect()) });
    let config =
        WorldConfig { seed: 224, orders_per_minute: 60_000, speed: 1.0, start: START.plus_ms(PRELUDE_S * 1_000), steady: false };
    let (mut world, mut sent, mut spent, mut end) = (World::new(config).peekable(), 0, Duration::ZERO, START);
    while sent < records {
        end = end.plus_ms(BATCH_MS);
        let mut batch = Vec::new();
        while let Some(happening) = world.next_if(|h| h.due <= end) {
            let Some((slot, next)) = slots.get_mut(happening.topic) else { continue };
            batch.push(OwnedRecord {
                slot: *slot,
                offset: *next,
                time: Some(RecordTime { at: happening.at, kind: TimestampKind::Create }),
                key: Some(happening.key.into_bytes()),
                value: Some(happening.value),
                headers: Vec::new(),
            });
            *next += 1;
        }
        sent += batch.len();
        let begun = Instant::now();
        engine.take(Timed { at: end, input: Input::Records(Box::new(OwnedBatch(batch))) });
        engine.take(Timed { at: end, input: Input::Tick });
        spent += begun.elapsed();
    }
    spent
}

fn memory() {
    let before = resident();
    let mut feed = Feed::new(CASES[4]);
    // Two minutes: the windows are full, and turn.
    for _ in 0..120 {
        feed.feed(PER_S as usize, |_| {});
        let now = feed.now();
        drop(feed.engine.view(now));
    }
    let mb = resident().saturating_sub(before) as f64 / f64::from(1 << 20);
    println!("200x12, 50,000 records/s for 120 s: {mb:.1} MiB");
}

fn pictures() {
    let mut feed = Feed::new(CASES[4]);
    feed.feed(PER_S as usize * 61, |_| {});
    let (mut spent, mut count) = (Duration::ZERO, 0);
    feed.feed(PER_S as usize * 5, |feed| {
        if feed.sent % (PER_S / 4) < BATCH as i64 {
            let now = feed.now();
            let begun = Instant::now();
            drop(feed.engine.view(now));
            spent += begun.elapsed();
            count += 1;
        }
    });
    println!("a picture of 200x12: {:.2} ms", spent.as_secs_f64() * 1e3 / f64::from(count.max(1)));
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let records = args.first().and_then(|n| n.parse().ok()).unwrap_or(2_000_000);
    if args.get(1).is_some_and(|name| name == "town") {
        let ns = town(records).as_nanos() as f64 / records as f64;
        return println!("town: {ns:.0} ns/record");
    }
    if let Some(name) = args.get(1) {
        let case = CASES.into_iter().find(|c| c.name == name).expect("a case of this bench");
        Feed::new(case).feed(records, |_| {});
        return;
    }
    // First: what the others leave behind would be used again.
    memory();
    for case in CASES {
        let mut feed = Feed::new(case);
        feed.feed(200_000, |_| {});
        let ns = feed.feed(records, |_| {}).as_nanos() as f64 / records as f64;
        println!("{}: {ns:.0} ns/record", case.name);
    }
    println!("town: {:.0} ns/record", town(records).as_nanos() as f64 / records as f64);
    pictures();
}
