//! A consumer that is asked to end ends, whoever answers.

use super::contents::Store;
use crate::kafka::{Kafka, Options, create_topic, kcat_lines};
use crate::needs;
use crate::support::{folder, seconds, vigie_until};
use std::time::Instant;

#[test]
fn a_consumer_whose_brokers_are_gone_ends_when_it_is_asked_to() {
    needs!(OwnKafka, Kcat);
    let mut own = Kafka::start(Options::default());
    let brokers = own.address();
    create_topic(&brokers, "orders.created", 1, &[]);
    kcat_lines(&brokers, "orders.created", &[], (0..50).map(|n| format!("o{n}:{{}}")));
    let place = folder("farewell");
    let store = Store::Sqlite(place.path().join("state.db"));
    let mut killed = None;
    let ran = vigie_until(&["consume", "-b", &brokers, "--store", &store.address()], |_| {}, seconds(120), &mut || {
        let applied = store.applied() >= 50;
        if applied && killed.is_none() {
            own.kill9(0);
            killed = Some(Instant::now());
        }
        applied
    });
    let since = killed.expect("the records were applied").elapsed();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(since < seconds(25), "it took {since:?}: {ran:?}");
    assert_eq!(store.applied(), 50, "what was applied is kept");
}
