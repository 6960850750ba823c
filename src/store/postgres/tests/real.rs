//! Against a real server.

use super::server::{self, Server, missing, pooler};
use crate::domain::Plans;
use crate::store::tests::{Rig, TOLD, apply, batch, compare, events, partitions, tests_of_a_store};
use crate::store::{Filter, Marks, Postgres, PostgresAddress, Read, Sqlite, Store, StoreError, Taken};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Barrier, OnceLock};

/// One for all tests of this runner.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("vigie-postgres-").tempdir().unwrap().keep();
        remember(&folder);
        Server::start(&folder, free_port(), &["fsync=off"])
    })
}

/// Statics are never dropped: the folder goes when the runner ends, the server goes with the thread that started it.
fn remember(folder: &std::path::Path) {
    static FOLDER: OnceLock<std::path::PathBuf> = OnceLock::new();
    extern "C" fn remove() {
        if let Some(folder) = FOLDER.get() {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
    FOLDER.get_or_init(|| folder.to_owned());
    // SAFETY: the function takes no argument and does not unwind.
    unsafe { libc::atexit(remove) };
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn address(schema: &str) -> PostgresAddress {
    PostgresAddress::parse(&server().url(&format!("?schema={schema}")), &|_| None).unwrap()
}

pub fn new_schema() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("Of test {}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub fn is_missing(test: &str) -> bool {
    let Some(why) = missing() else { return false };
    let _ = std::io::stderr().write_all(format!("skipped: store::postgres::{test} ({why})\n").as_bytes());
    true
}

pub fn lines(store: &Postgres, sql: &str) -> Vec<String> {
    let mut rows: Vec<String> = store.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    rows.sort();
    rows
}

impl Rig for Postgres {
    const SHORT_KEYS: bool = true;

    fn fresh(plans: &Plans) -> Self {
        Self::open(address(&new_schema()), plans.clone()).unwrap()
    }

    fn contents(&self) -> Vec<String> {
        let queries = [
            "SELECT (to_jsonb(t) - 'version')::text FROM vigie.walkers AS t",
            "SELECT (to_jsonb(t) - 'version')::text FROM vigie.parts AS t",
            "SELECT (to_jsonb(t) - 'version')::text FROM vigie.profiles AS t",
            "SELECT t::text FROM vigie.claims AS t",
            "SELECT (topic, partition, \"offset\", at, kind, subject, about, part, effect, rejected, says)::text FROM vigie.audit_trail",
            "SELECT (topic, \"offset\", reason, original)::text FROM vigie.dead_letters JOIN vigie.partitions AS p ON p.id = place",
        ];
        queries.iter().flat_map(|sql| [(*sql).to_owned()].into_iter().chain(lines(self, sql))).collect()
    }

    fn meta(&self) -> Vec<(String, String)> {
        self.query("SELECT name, value FROM vigie.meta", &[]).unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    fn claimed(&self, part: &str) -> usize {
        lines(self, &format!("SELECT id FROM vigie.claims WHERE id = '{part}'")).len()
    }

    fn letters(&self) -> Vec<String> {
        lines(self, "SELECT reason FROM vigie.dead_letters")
    }

    fn is_missing(test: &str) -> bool {
        is_missing(test)
    }
}

tests_of_a_store! { Postgres, 12 }

#[test]
fn made_anew_it_has_what_the_topics_lost() {
    use crate::store::beside::tests::{cut_short, what_is_cut_is_carried_over};
    use proptest::test_runner::{Config, TestRunner};
    if is_missing("made_anew_it_has_what_the_topics_lost") {
        return;
    }
    let mut runner = TestRunner::new(Config { source_file: Some(file!()), ..Config::with_cases(8) });
    let carried = |drawn| {
        let address = address(&new_schema());
        let at = crate::store::StoreAddress::Postgres(Box::new(address.clone()));
        what_is_cut_is_carried_over(drawn, &at, |plans| Postgres::open(address.clone(), plans.clone()).unwrap())
    };
    runner.run(&cut_short(), carried).unwrap();
}

#[test]
fn one_rebuild_at_a_time() {
    if is_missing("one_rebuild_at_a_time") {
        return;
    }
    let address = address(&new_schema());
    let store = Postgres::open(address.clone(), Plans::default()).unwrap();
    let schema = address.quoted_schema();
    let age = |value: &str| {
        let mut client = address.config.connect(postgres::NoTls).unwrap();
        client.batch_execute(&format!("UPDATE {schema}.meta SET value = '{value}' WHERE name = 'rebuild'")).unwrap();
    };
    crate::store::beside::tests::one_at_a_time(&crate::store::StoreAddress::Postgres(Box::new(address.clone())), age);
    drop(store);
}

/// All that a person can ask for, but for what depends on the way there.
fn told(store: &dyn Read) -> String {
    let all = Filter { limit: 1_000, ..Filter::default() };
    let mut out = vec![json(&store.walkers("order", &all).unwrap())];
    out.extend(["payment", "delivery"].map(|p| json(&store.parts(p, &all).unwrap())));
    out.extend(["article", "courier", "customer"].map(|k| json(&store.profiles(k, &all).unwrap())));
    for order in store.walkers("order", &all).unwrap() {
        out.push(json(&store.reached("order", &order.id).unwrap()));
        let audit = store.audit(&order.id).unwrap();
        out.extend(audit.into_iter().map(|line| json(&crate::store::AuditLine { outcome: String::new(), ..line })));
    }
    out.join("\n")
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn both_stores_tell_the_same() {
    if is_missing("both_stores_tell_the_same") {
        return;
    }
    let (plans, events) = events(&TOLD);
    let (mut one, mut other) = (Postgres::fresh(&plans), Sqlite::fresh(&plans));
    for event in &events {
        apply(&mut one, vec![event.clone()]);
    }
    apply(&mut other, events);
    assert_eq!(told(&one), told(&other));
}

/// The events of many orders, four of each, one after the other.
fn orders(count: usize) -> (Plans, Vec<Taken>) {
    let of_one = |n: usize| {
        // Every tenth pays with the payment of the one before, which only one of them may.
        let payment = if n % 10 == 9 { n - 1 } else { n };
        let paid = format!(r#","paymentId":"p{payment}","amount":5,"currency":"GNF""#);
        let order = |rest: &str| format!(r#"{{"orderId":"A{n}"{rest}}}"#);
        [
            (1, "orders.created", format!(r#"{{"id":"A{n}","customerId":"c1","currency":"GNF"}}"#)),
            (2, "payments.initiated", order(&paid)),
            (3, "delivery.assigned", order(r#","courierId":"k1""#)),
            (4, "payments.completed", order(&paid)),
        ]
    };
    let told: Vec<(i64, &str, String)> = (0..count).flat_map(of_one).collect();
    let told: Vec<_> = told.iter().map(|(second, topic, json)| (*second, *topic, json.as_str())).collect();
    events(&told)
}

/// The very same order, new to the store, comes in two processes at one moment, over and over: neither event is ever lost.
/// Gives how many tries were in vain.
fn make_each_order_twice_at_once(address: &(dyn Fn() -> PostgresAddress + Sync), plans: &Plans, all: &[Taken]) -> u32 {
    let (barrier, retries) = (Barrier::new(2), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for half in 0..2 {
            let (barrier, retries) = (&barrier, &retries);
            scope.spawn(move || {
                // Making the tables is a race as well.
                barrier.wait();
                let mut store = Postgres::open(address(), plans.clone()).unwrap();
                let mine: Vec<Taken> = all.chunks(4).flat_map(|order| order[half * 2..half * 2 + 2].to_vec()).collect();
                let claimed = store.claim(&format!("half {half}"), &partitions(&mine)).unwrap();
                for two in mine.chunks(2) {
                    let batch = batch(&claimed, two.to_vec());
                    barrier.wait();
                    while let Err(error) = store.apply(&batch) {
                        assert!(error.is_passing(), "{error}");
                        retries.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    retries.into_inner()
}

fn assert_same(one: &Postgres, other: &Postgres) {
    let (one, other) = (one.contents(), other.contents());
    let apart: Vec<_> = other.iter().filter(|line| !one.contains(line)).collect();
    assert_eq!(apart, Vec::<&String>::new());
    assert_eq!(one.len(), other.len());
}

#[test]
fn two_that_make_one_order_at_once_lose_nothing() {
    if is_missing("two_that_make_one_order_at_once_lose_nothing") {
        return;
    }
    let (plans, all) = orders(40);
    let schema = new_schema();
    let mut whole = Postgres::fresh(&plans);
    apply(&mut whole, all.clone());
    let retries = make_each_order_twice_at_once(&|| address(&schema), &plans, &all);
    assert_same(&whole, &Postgres::open_existing(address(&schema), plans).unwrap());
    assert_eq!(retries, 0, "locks are taken in one order: nothing has to be tried again");
}

/// Two that come with many orders in opposite order: by the order of keys neither holds what the other waits for.
#[test]
fn opposite_batches_do_not_lock_each_other_out() {
    if is_missing("opposite_batches_do_not_lock_each_other_out") {
        return;
    }
    let (plans, all) = orders(200);
    let mut whole = Postgres::fresh(&plans);
    apply(&mut whole, all.clone());
    let schema = new_schema();
    Postgres::open(address(&schema), plans.clone()).unwrap();
    let barrier = Barrier::new(2);
    std::thread::scope(|scope| {
        for topics in [["orders.created", "payments.completed"], ["payments.initiated", "delivery.assigned"]] {
            let mut mine: Vec<Taken> = all.iter().filter(|t| topics.contains(&t.place.topic.as_ref())).cloned().collect();
            let (plans, schema, barrier) = (&plans, &schema, &barrier);
            scope.spawn(move || {
                let mut store = Postgres::open(address(schema), plans.clone()).unwrap();
                let claimed = store.claim(topics[0], &partitions(&mine)).unwrap();
                if topics[0] == "orders.created" {
                    mine.sort_by_key(|t| std::cmp::Reverse(t.place.offset));
                }
                barrier.wait();
                store.apply(&batch(&claimed, mine)).unwrap();
            });
        }
    });
    assert_same(&whole, &Postgres::open_existing(address(&schema), plans).unwrap());
}

/// PgBouncer gives each transaction another session, and knows no named statements.
#[test]
fn a_pooler_in_transaction_mode_will_do() {
    if is_missing("a_pooler_in_transaction_mode_will_do") {
        return;
    }
    through_pooler("a_pooler_in_transaction_mode_will_do", |through| {
        let (plans, all) = orders(30);
        let mut whole = Postgres::fresh(&plans);
        apply(&mut whole, all.clone());
        make_each_order_twice_at_once(through, &plans, &all);
        let mut both = Postgres::open_existing(through(), plans.clone()).unwrap();
        assert_same(&whole, &both);
        assert_eq!(told(&whole), told(&both));
        let compared = compare(&mut both, &plans, all, &Marks::new());
        assert!(compared.is_equal(), "{compared:#?}");
    });
}

/// Gives the way to a new schema through a pooler, where one can be had.
pub fn through_pooler(test: &str, work: impl FnOnce(&(dyn Fn() -> PostgresAddress + Sync))) {
    if pooler().is_none() {
        let _ = std::io::stderr().write_all(format!("skipped: store::postgres::{test} (pgbouncer is missing)\n").as_bytes());
        return;
    }
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    server::own(folder.path());
    let mut pooler = server::start_pooler(server(), folder.path(), port);
    let query = format!("?schema={}&pgbouncer=true", new_schema());
    work(&|| {
        let url = server().url(&query).replacen(&format!(":{}/", server().port), &format!(":{port}/"), 1);
        PostgresAddress::parse(&url, &|_| None).unwrap()
    });
    let _ = pooler.kill();
    let _ = pooler.wait();
}

#[test]
fn tables_are_made_once_and_only_for_one_catalogue() {
    if is_missing("tables_are_made_once_and_only_for_one_catalogue") {
        return;
    }
    let (plans, events) = events(&TOLD);
    let schema = new_schema();
    assert!(matches!(Postgres::open_existing(address(&schema), plans.clone()), Err(StoreError::Nothing(_))));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Postgres::open(address(&schema), plans.clone()).unwrap());
        }
    });
    apply(&mut Postgres::open(address(&schema), plans.clone()).unwrap(), events);
    let again = Postgres::open_existing(address(&schema), plans.clone()).unwrap();
    assert_eq!(again.walkers("order", &Filter { limit: 10, ..Filter::default() }).unwrap().len(), 1);
    assert!(matches!(Postgres::open(address(&schema), Plans::default()), Err(StoreError::OtherPipelines)));
    server().client().execute(&format!("UPDATE \"{schema}\".meta SET value = '9' WHERE name = 'version'"), &[]).unwrap();
    assert!(matches!(Postgres::open(address(&schema), plans), Err(StoreError::Version { found: 9, known: 1 })));
}

#[test]
fn a_cut_connection_is_made_again_and_the_batch_applied_once() {
    if is_missing("a_cut_connection_is_made_again_and_the_batch_applied_once") {
        return;
    }
    let (plans, events) = events(&TOLD);
    let mut store = Postgres::fresh(&plans);
    let claimed = store.claim("a", &partitions(&events)).unwrap();
    let batch = batch(&claimed, events);
    let pid: i32 = store.query("SELECT pg_backend_pid()", &[]).unwrap()[0].get(0);
    server().client().execute("SELECT pg_terminate_backend($1)", &[&pid]).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    let error = store.apply(&batch).err();
    assert!(error.as_ref().is_none_or(StoreError::is_passing), "{error:?}");
    let again = store.apply(&batch).unwrap();
    assert_eq!(again.outcomes.values().sum::<u64>() + again.skipped, 4);
    assert_eq!(store.walkers("order", &Filter { limit: 10, ..Filter::default() }).unwrap().len(), 1);
}

#[test]
fn a_server_that_forgot_is_told() {
    if is_missing("a_server_that_forgot_is_told") {
        return;
    }
    let (plans, events) = events(&TOLD);
    let mut store = Postgres::fresh(&plans);
    let claimed = store.claim("a", &partitions(&events)).unwrap();
    store.apply(&batch(&claimed, events.clone())).unwrap();
    let back = "UPDATE vigie.partitions SET next_offset = 1";
    store.link.get_mut().session().unwrap().execute(back, &[]).unwrap();
    let error = store.apply(&batch(&claimed, events.clone())).unwrap_err();
    assert!(matches!(error, StoreError::WentBack { had: 2, found: 1, .. }) && !error.is_passing(), "{error}");
    // Claimed anew, it goes on from what the store has.
    let next: BTreeMap<_, _> = store.claim("a", &partitions(&events)).unwrap().into_iter().map(|c| (c.partition, c.next)).collect();
    assert!(next.values().all(|next| *next == Some(1)));
}

#[test]
fn views_have_times_for_people_whatever_an_event_says() {
    if is_missing("views_have_times_for_people_whatever_an_event_says") {
        return;
    }
    let (plans, events) = events(&[
        (1, "orders.created", r#"{"id":"A1","total":"45000.50","currency":"GNF"}"#),
        (2, "delivery.assigned", r#"{"orderId":"A1","courierId":"k9","etaAt":9000000000000000}"#),
    ]);
    let mut store = Postgres::fresh(&plans);
    apply(&mut store, events);
    assert_eq!(lines(&store, "SELECT amount + 1 || ' ' || extract(epoch FROM since) FROM vigie.orders"), ["45001.50 2.000000"]);
    assert_eq!(lines(&store, "SELECT courier || coalesce(eta_at::text, ' none') FROM vigie.deliveries"), ["k9 none"]);
    assert_eq!(lines(&store, "SELECT says->>'courier' FROM vigie.audit_trail WHERE effect = 'assigned'"), ["k9"]);
    for view in ["payments", "stock", "couriers", "customers"] {
        store.query(&format!("SELECT * FROM vigie.{view}"), &[]).unwrap();
    }
    // No place is held any more that nothing was written to.
    assert_eq!(lines(&store, "SELECT id FROM vigie.walkers WHERE memory = ''").len(), 0);
}
