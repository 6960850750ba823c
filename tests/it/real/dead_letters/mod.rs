//! Dead letters: each is sent once, whatever is done to who sends them; and what people do with them.

mod bad;
mod sent;

use crate::kafka::{Kafka, create_topic};
use crate::needs;
use crate::real::state::processes::Consumer;
use crate::real::state::{QUICK, quick};
use crate::support::{folder, seconds, unique, wait_for};
use sent::Store;
use std::collections::BTreeMap;
use std::time::Duration;

const ROUNDS: u32 = 24;
const ORDERS: u32 = 40;
const KILLS: usize = 12;

#[test]
fn each_is_sent_once_though_who_sends_them_is_killed() {
    needs!(Kafka, Kcat);
    let own = Kafka::start(quick());
    let brokers = own.address();
    bad::TOPICS.iter().for_each(|(topic, partitions)| create_topic(&brokers, topic, *partitions, &[]));
    let folder = folder("letters");
    let store = Store(folder.path().join("state.db"));
    let feeder = std::thread::spawn({
        let brokers = brokers.clone();
        move || {
            for round in 0..ROUNDS {
                bad::produce(&brokers, round * ORDERS..(round + 1) * ORDERS);
                std::thread::sleep(Duration::from_millis(400));
            }
        }
    });
    let group = unique("letters");
    let args = [&["--group", &group][..], &QUICK].concat();
    let start = || Consumer::start(&brokers, &store.0, &args);
    let mut members = vec![start(), start()];
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut kills, mut on_their_way) = (0, 0);
    while kills < KILLS {
        // Half of them between the store's mark and its next: before, in or after the transaction's commit.
        if kills % 2 == 0 {
            let limit = std::time::Instant::now() + seconds(4);
            while store.on_their_way() == 0 && std::time::Instant::now() < limit {}
            std::thread::sleep(Duration::from_micros(rng.u64(0..30_000)));
        } else {
            std::thread::sleep(Duration::from_millis(rng.u64(100..1_500)));
        }
        let relay = store.relay();
        let at = members.iter().position(|m| Some(m.pid()) == relay).unwrap_or(0);
        members.swap_remove(at).kill9();
        on_their_way += usize::from(store.on_their_way() > 0);
        kills += 1;
        members.push(start());
    }
    feeder.join().expect("all is produced");
    let orders = u64::from(ROUNDS * ORDERS);
    wait_for("all dead letters to be sent", seconds(60), || {
        (store.sent() >= orders * bad::KINDS && store.unsent() == 0).then_some(())
    });
    members.into_iter().for_each(|m| assert_eq!(m.stop(), Some(0)));

    let told = sent::committed(&brokers);
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    told.iter().for_each(|letter| *times.entry(letter.place.clone()).or_default() += 1);
    let twice: Vec<_> = times.iter().filter(|(_, n)| **n > 1).collect();
    assert_eq!(twice, [], "read more than once");
    let mut told: Vec<String> = told.into_iter().map(|letter| letter.text).collect();
    let mut kept = store.letters();
    (told.sort(), kept.sort());
    let missing =
        |from: &[String], of: &[String]| from.iter().filter(|l| of.binary_search(l).is_err()).take(5).cloned().collect::<Vec<_>>();
    assert_eq!((missing(&told, &kept), missing(&kept, &told)), (vec![], vec![]), "only in Kafka, only in the store");
    assert_eq!(told.len() as u64, orders * bad::KINDS, "of each order so many");
    eprintln!("{} letters, {kills} kills of the relay, {on_their_way} of them with a batch on its way", told.len());
}
