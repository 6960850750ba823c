//! What it costs to keep the state: `cargo bench --bench apply [-- ORDERS]`.
//!
//! The events of so many orders (10,000), in the order of time, decoded and applied in batches of 2,000 into an SQLite file, and into
//! PostgreSQL where `VIGIE_BENCH_POSTGRES` is the address of a database that may be filled; beside it, in the same run, the floor:
//! a plain loop that writes the very same rows in the same transactions, without reading, decoding or folding anything. Three
//! rounds each, one after the other; the medians count. CPU is this process's: PostgreSQL's own is not in it.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;
use vigie::catalogue::Catalogue;
use vigie::consume::Taker;
use vigie::domain::{Claim, Part, Plans, Profile, Subject, Walker};
use vigie::model::{NoHeaders, Record, RecordTime, Slot, Timestamp, TimestampKind, TopicPartition};
use vigie::store::{
    Batch, Claimed, GroupStatus, Postgres, Progress, Rows, Sqlite, Store, StoreAddress, StoreError, Taken, Tx, fold,
};

const BATCH: usize = 2_000;
const ROUNDS: usize = 3;
const START: i64 = 1_790_000_000_000;

struct Line {
    at: i64,
    topic: &'static str,
    key: String,
    json: String,
}

fn main() {
    let orders = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(10_000);
    let lines = lines(orders);
    let folder = tempfile::tempdir().expect("a folder");
    let plans = Plans::new(&Catalogue::builtin());
    let sqlite = |name: &str| Sqlite::open(&folder.path().join(name), plans.clone()).expect("a store");
    let rows = recorded(sqlite("recorded"), &lines);
    compare("SQLite", &lines, &rows, &sqlite);
    let Ok(url) = std::env::var("VIGIE_BENCH_POSTGRES") else { return };
    let postgres = |name: &str| {
        let joint = if url.contains('?') { '&' } else { '?' };
        let text = format!("{url}{joint}schema=bench_{}_{name}", std::process::id());
        let StoreAddress::Postgres(address) = StoreAddress::parse(&text, &|_| None).expect("an address") else {
            panic!("VIGIE_BENCH_POSTGRES is an address of PostgreSQL")
        };
        Postgres::open(*address, plans.clone()).expect("a store")
    };
    compare("PostgreSQL", &lines, &rows, &postgres);
}

/// A store whose transactions can be had.
trait Kept: Store {
    fn transaction(&mut self) -> impl Tx;
}

impl Kept for Sqlite {
    fn transaction(&mut self) -> impl Tx {
        self.begin().expect("a transaction")
    }
}

impl Kept for Postgres {
    fn transaction(&mut self) -> impl Tx {
        self.begin().expect("a transaction")
    }
}

fn compare<S: Kept>(name: &str, lines: &[Line], rows: &[Rows], open: &dyn Fn(&str) -> S) {
    let (mut whole, mut floor) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        whole.push(apply(open(&format!("whole_{round}")), lines));
        floor.push(plain(open(&format!("floor_{round}")), lines, rows));
    }
    let (whole, floor) = (median(whole), median(floor));
    let per = |(wall, cpu): (f64, f64)| (lines.len() as f64 / wall, cpu * 1e6 / lines.len() as f64);
    let ((rate, cpu), (floor_rate, floor_cpu)) = (per(whole), per(floor));
    println!("{} events, batches of {BATCH}, {name}", lines.len());
    println!("decoded, folded, written: {rate:>9.0} events/s  {cpu:>6.1} µs CPU an event");
    println!("the same rows alone:      {floor_rate:>9.0} events/s  {floor_cpu:>6.1} µs CPU an event");
    println!("of the floor: {:.2} by events/s, {:.2} by CPU", rate / floor_rate, floor_cpu / cpu);
}

fn lines(orders: i64) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rng = fastrand::Rng::with_seed(1);
    for n in 0..orders {
        let id = format!("CMD-{n:06}");
        let mut at = START + n * 100;
        let mut tell = |topic, fields: String| {
            at += rng.i64(500..15_000);
            lines.push(Line { at, topic, key: id.clone(), json: format!(r#"{{"orderId":"{id}","occurredAt":{at}{fields}}}"#) });
        };
        tell(
            "orders.created",
            format!(
                r#","id":"{id}","customerId":"CLI-{:05}","shopId":"BTQ-{:03}","total":45000,"currency":"GNF""#,
                n % 3_000,
                n % 60
            ),
        );
        tell("inventory.checked", r#","available":true"#.into());
        let payment = format!(r#","paymentId":"PAY-{n:06}-1","amount":45000,"currency":"GNF","method":"orange_money""#);
        tell("payments.initiated", payment.clone());
        tell("payments.completed", payment);
        tell("orders.confirmed", String::new());
        tell("orders.preparing", String::new());
        tell("delivery.assigned", format!(r#","courierId":"LIV-{:04}""#, n % 400));
        tell("delivery.pickup", String::new());
        for step in 0..4 {
            tell("delivery.tracking", format!(r#","lat":9.5{step},"lon":-13.6{step}"#));
        }
        tell("delivery.in-transit", String::new());
        tell("delivery.delivered", String::new());
    }
    lines.sort_by_key(|line| line.at);
    lines
}

fn taken(taker: &mut Taker, lines: &[Line], offsets: &mut HashMap<&'static str, i64>) -> Vec<Taken> {
    let take = |line: &Line| {
        let offset = offsets.entry(line.topic).or_default();
        *offset += 1;
        let record = Record {
            slot: Slot(0),
            offset: *offset - 1,
            time: Some(RecordTime { at: Timestamp(line.at), kind: TimestampKind::Create }),
            key: Some(line.key.as_bytes()),
            value: Some(line.json.as_bytes()),
            headers: &NoHeaders,
        };
        taker.take(line.topic, 0, &record).expect("a topic of the catalogue")
    };
    lines.iter().map(take).collect()
}

fn claimed(store: &mut impl Store, lines: &[Line]) -> Vec<Claimed> {
    let topics: BTreeMap<&str, ()> = lines.iter().map(|l| (l.topic, ())).collect();
    let partitions: Vec<_> = topics.keys().map(|t| TopicPartition { topic: (*t).into(), partition: 0 }).collect();
    store.claim("bench", &partitions).expect("partitions")
}

fn batch(claimed: &[Claimed], events: Vec<Taken>) -> Batch {
    let next = |c: &Claimed| events.iter().filter(|t| t.place.topic == c.partition.topic).map(|t| t.place.offset + 1).max();
    let progress = claimed.iter().filter_map(|c| Some(Progress::of(&c.partition, c.epoch, next(c)?))).collect();
    Batch { progress, events, now: Timestamp(START) }
}

/// Wall and CPU seconds.
type Took = (f64, f64);

fn apply(mut store: impl Store, lines: &[Line]) -> Took {
    let claimed = claimed(&mut store, lines);
    let mut taker = Taker::new(&Catalogue::builtin(), &Plans::new(&Catalogue::builtin()));
    let mut offsets = HashMap::new();
    timed(|| {
        for chunk in lines.chunks(BATCH) {
            store.apply(&batch(&claimed, taken(&mut taker, chunk, &mut offsets))).expect("applied");
        }
    })
}

/// The rows that each batch writes.
fn recorded(mut store: Sqlite, lines: &[Line]) -> Vec<Rows> {
    let (claimed, plans) = (claimed(&mut store, lines), Plans::new(&Catalogue::builtin()));
    let mut taker = Taker::new(&Catalogue::builtin(), &plans);
    let (mut offsets, mut rows) = (HashMap::new(), Vec::new());
    for chunk in lines.chunks(BATCH) {
        let batch = batch(&claimed, taken(&mut taker, chunk, &mut offsets));
        let recorder = Recorder { tx: store.begin().expect("a transaction"), rows: &mut rows };
        fold(recorder, &plans, &batch).expect("applied");
    }
    rows
}

fn plain(mut store: impl Kept, lines: &[Line], rows: &[Rows]) -> Took {
    claimed(&mut store, lines);
    timed(|| {
        for rows in rows {
            let mut tx = store.transaction();
            // For the numbers of the partitions, which the audit's rows have to have.
            tx.fence(&rows.progress).expect("ours");
            tx.write(rows).expect("written");
            tx.commit().expect("committed");
        }
    })
}

/// A transaction that keeps what is written.
struct Recorder<'a, T> {
    tx: T,
    rows: &'a mut Vec<Rows>,
}

impl<T: Tx> Tx for Recorder<'_, T> {
    fn fence(&mut self, progress: &[Progress]) -> Result<Vec<Option<i64>>, StoreError> {
        self.tx.fence(progress)
    }
    fn claims(&mut self, parts: &[Part]) -> Result<HashMap<Part, Claim>, StoreError> {
        self.tx.claims(parts)
    }
    fn walkers(&mut self, subjects: &[Subject]) -> Result<HashMap<Subject, Walker>, StoreError> {
        self.tx.walkers(subjects)
    }
    fn profiles(&mut self, subjects: &[Subject]) -> Result<HashMap<Subject, Profile>, StoreError> {
        self.tx.profiles(subjects)
    }
    fn version(&mut self) -> Result<i64, StoreError> {
        self.tx.version()
    }
    fn write(&mut self, rows: &Rows) -> Result<(), StoreError> {
        self.rows.push(rows.clone());
        self.tx.write(rows)
    }
    fn regroup(&mut self, statuses: &[GroupStatus]) -> Result<u64, StoreError> {
        self.tx.regroup(statuses)
    }
    fn commit(self) -> Result<(), StoreError> {
        self.tx.commit()
    }
}

fn timed(work: impl FnOnce()) -> Took {
    let (begun, cpu) = (Instant::now(), cpu_s());
    work();
    (begun.elapsed().as_secs_f64(), cpu_s() - cpu)
}

/// CPU seconds of this process, user and system.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("ticks");
    // utime and stime are fields 14 and 15 of proc(5), in hundredths of a second.
    (ticks(11) + ticks(12)) / 100.0
}

fn median(mut all: Vec<Took>) -> Took {
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all[all.len() / 2]
}
