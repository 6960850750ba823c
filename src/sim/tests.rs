use super::*;
use crate::catalogue::Catalogue;
use crate::decode::{Decoder, Outcome};
use crate::kafka::KafkaConfig;
use crate::model::{NoHeaders, Record, RecordTime, Slot, Timestamp, TimestampKind};
use proptest::prelude::*;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::time::{Duration, Instant};

const START: Timestamp = Timestamp(1_780_000_000_000);

fn config(seed: u64) -> WorldConfig {
    WorldConfig { seed, orders_per_minute: 600, speed: 1.0, start: START, steady: false }
}

fn until(world: &mut World, s: i64) -> Vec<Happening> {
    world.take_while(|h| h.due < START.plus_ms(s * 1_000)).collect()
}

fn sum(seed: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    World::new(config(seed)).take(10_000).for_each(|h| h.hash(&mut hasher));
    hasher.finish()
}

#[test]
fn the_same_seed_tells_the_same() {
    assert_eq!(sum(224), sum(224));
    assert_ne!(sum(224), sum(225));
}

#[test]
fn records_are_sent_in_order_and_never_before_they_happen() {
    let all = until(&mut World::new(config(1)), 130);
    assert!(all.is_sorted_by_key(|h| h.due));
    assert!(all.iter().all(|h| h.at <= h.due));
    assert!(all[0].due < START.plus_ms(-290_000), "the prelude begins five minutes before");
}

#[test]
fn what_is_not_spoiled_keeps_its_contract() {
    let catalogue = Catalogue::builtin();
    let mut decoders: HashMap<&str, Decoder> = catalogue.topics.iter().map(|t| (t.name.as_ref(), Decoder::new(t))).collect();
    let mut spoiled = Vec::new();
    for happening in until(&mut World::new(config(7)), 300) {
        let record = Record {
            slot: Slot(0),
            offset: 0,
            time: Some(RecordTime { at: happening.at, kind: TimestampKind::Create }),
            key: Some(happening.key.as_bytes()),
            value: Some(&happening.value),
            headers: &NoHeaders,
        };
        let Some(decoder) = decoders.get_mut(happening.topic) else {
            assert!(happening.spoiled && catalogue.dead_letter_source(happening.topic).is_some(), "{}", happening.topic);
            continue;
        };
        let outcome = decoder.judge(&record);
        if happening.spoiled {
            spoiled.push(outcome);
        } else {
            assert_eq!(outcome, Outcome::Event, "{}: {}", happening.topic, String::from_utf8_lossy(&happening.value));
            assert_eq!(decoder.event_time(&record), Some(happening.at));
        }
    }
    assert!(matches!(spoiled[..], [Outcome::Malformed(_), Outcome::Contract(_), Outcome::Contract(_)]), "{spoiled:?}");
}

#[test]
fn every_field_of_the_catalogue_is_told() {
    let catalogue = Catalogue::builtin();
    let mut told: HashMap<&str, HashSet<String>> = HashMap::new();
    for happening in until(&mut World::new(config(3)), 260).iter().filter(|h| !h.spoiled) {
        let value: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&happening.value).unwrap();
        told.entry(happening.topic).or_default().extend(value.into_iter().map(|(name, _)| name));
    }
    for topic in catalogue.topics.iter().filter(|t| !t.name.starts_with("vigie.")) {
        let told = told.get(topic.name.as_ref()).unwrap_or_else(|| panic!("{} is never told", topic.name));
        for field in topic.fields.iter().filter(|f| f.required) {
            assert!(told.contains(field.name.as_ref()), "{} without {}", topic.name, field.name);
        }
    }
}

#[test]
fn the_town_is_at_work_when_it_opens() {
    let mut world = World::new(config(5));
    let prelude = until(&mut world, 0);
    for stage in ["created", "checked", "paying", "paid", "confirmed", "preparing", "assigned", "picked_up", "in_transit"] {
        assert!(world.standing_in(stage) > 0, "no order is {stage}");
    }
    assert!(prelude.len() < 150_000, "{}", prelude.len());
    let live = until(&mut world, 10);
    let topics: HashSet<&str> = live.iter().map(|h| h.topic).collect();
    for topic in &Catalogue::builtin().topics {
        let name = topic.name.as_ref();
        let left_out = name.starts_with("vigie.") || name.ends_with(".failed") || name == "inventory.low-stock";
        assert!(left_out || topics.contains(name), "{name} has no live record within ten seconds");
    }
    let per_s = live.len() / 10;
    assert!((200..=500).contains(&per_s), "{per_s} records a second");
}

#[test]
fn the_stories_happen_when_they_are_due() {
    let all = until(&mut World::new(config(11)), 300);
    let second = |h: &Happening| h.at.since_ms(START) / 1_000;
    let late = |h: &&Happening| h.topic == "payments.completed" && h.due.since_ms(h.at) > 1_500;
    assert!(all.iter().filter(late).count() > 300);
    assert!(all.iter().filter(late).all(|h| stories::SLOW_PAYMENTS_S.contains(&second(h))));
    let low: Vec<i64> = all.iter().filter(|h| h.topic == "inventory.low-stock").map(second).collect();
    assert!(!low.is_empty() && low.iter().all(|s| stories::OUT_OF_STOCK_S.contains(s)), "{low:?}");
    let short =
        all.iter().filter(|h| h.topic == "inventory.checked" && h.value.windows(17).any(|w| w == b"\"available\":false")).count();
    assert!(short > 0, "the shop never ran out");
    assert_eq!(all.iter().filter(|h| h.topic == stories::DEAD_LETTER_TOPIC).count(), 4);
    let silence = longest_silence(&all);
    assert!((100..=150).contains(&silence), "a courier is silent for {silence} s");
}

/// Seconds between two positions of a courier for the same order, at the most.
fn longest_silence(all: &[Happening]) -> i64 {
    let mut last: HashMap<String, Timestamp> = HashMap::new();
    let mut longest = 0;
    for happening in all.iter().filter(|h| matches!(h.topic, "delivery.tracking" | "delivery.delivered") && !h.spoiled) {
        if let Some(before) = last.insert(happening.key.clone(), happening.at) {
            longest = longest.max(happening.at.since_ms(before));
        }
    }
    longest / 1_000
}

/// Where the topic stands in an order's life.
fn rank(topic: &str) -> Option<u8> {
    let stages = [
        "orders.created",
        "inventory.checked",
        "payments.initiated",
        "payments.completed",
        "orders.confirmed",
        "orders.preparing",
        "delivery.assigned",
        "delivery.pickup",
        "delivery.in-transit",
        "delivery.delivered",
    ];
    stages.iter().position(|s| *s == topic).map(|at| at as u8)
}

fn check_causality(all: &[Happening]) -> Result<(), TestCaseError> {
    let mut stages: BTreeMap<&str, Vec<(u8, Timestamp)>> = BTreeMap::new();
    let mut ended: HashMap<&str, Timestamp> = HashMap::new();
    for happening in all.iter().filter(|h| !h.spoiled) {
        let key = happening.key.as_str();
        if let Some(rank) = rank(happening.topic) {
            prop_assert!(!ended.contains_key(key), "{key} goes on after its end: {}", happening.topic);
            stages.entry(key).or_default().push((rank, happening.at));
        }
        if matches!(happening.topic, "orders.cancelled" | "delivery.failed" | "delivery.delivered") {
            ended.insert(key, happening.at);
        }
    }
    for (order, walked) in stages {
        for (n, pair) in walked.windows(2).enumerate() {
            let again = pair[0].0 == 2 && pair[1].0 == 2;
            prop_assert!(pair[1].0 == pair[0].0 + 1 || again, "{order}: step {n} of {walked:?}");
            prop_assert!(pair[1].1 >= pair[0].1, "{order}: {walked:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn orders_walk_their_stages_in_order(seed in any::<u64>(), orders_per_minute in 30_u32..900, speed in 0.5_f64..20.0) {
        let world = World::new(WorldConfig { seed, orders_per_minute, speed, start: START, steady: false });
        // A service may be heard late, so the order is that of the events' times.
        let mut all: Vec<Happening> = world.take(30_000).collect();
        let cut = all[all.len() - 1].due.plus_ms(-8_000);
        all.retain(|h| h.at < cut);
        all.sort_by_key(|h| h.at);
        check_causality(&all)?;
    }
}

#[test]
#[ignore = "prints the town's figures"]
fn figures() {
    let mut world = World::new(config(224));
    let begun = std::time::Instant::now();
    let prelude = until(&mut world, 0);
    println!(
        "prelude {} records, {} bytes in {:?}",
        prelude.len(),
        prelude.iter().map(|h| h.value.len()).sum::<usize>(),
        begun.elapsed()
    );
    for s in 1..=90 {
        let live = until(&mut world, s * 10);
        let mut topics: BTreeMap<&str, usize> = BTreeMap::new();
        live.iter().for_each(|h| *topics.entry(h.topic).or_default() += 1);
        if s == 1 || s == 90 {
            println!("{topics:#?}");
        }
        let standing = ["created", "checked", "paying", "paid", "confirmed", "preparing", "assigned", "picked_up", "in_transit"]
            .map(|s| world.standing_in(s));
        println!("{:3} s: {} records/s, standing {standing:?}", s * 10, live.len() / 10);
    }
}

/// Asks again until it is so, for so long at most.
fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "not within 30 s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_embedded_cluster_serves_the_town_and_its_services() {
    let catalogue = Catalogue::builtin();
    let begun = Instant::now();
    let embedded = Embedded::start(&catalogue).unwrap();
    let brokers_ms = begun.elapsed().as_millis();
    assert_eq!(embedded.bootstrap().split(',').count(), 3);
    assert_eq!(embedded.ceiling_bytes(), embedded.partitions() * 5 * 1024 * 1024);
    let kafka = KafkaConfig { brokers: embedded.bootstrap().to_owned(), ..KafkaConfig::default() };
    let town = Town::start(TownConfig { kafka: kafka.clone(), left_out: vec!["orders.cancelled".into()], ..TownConfig::default() })
        .unwrap();
    let town_ms = begun.elapsed().as_millis();
    eventually("a first record is delivered", || town.report().delivered.delivered > 0);
    let first_ms = begun.elapsed().as_millis();
    eventually("the prelude is delivered", || town.report().delivered.delivered > 70_000);
    let prelude_ms = begun.elapsed().as_millis();
    println!("brokers {brokers_ms} ms, town {town_ms} ms, first record {first_ms} ms, prelude {prelude_ms} ms");
    eventually("every group has committed", || GROUPS.iter().all(|group| committed(&kafka, group) > 0));
    println!("groups {} ms", begun.elapsed().as_millis());
    let stopping = Instant::now();
    let report = town.stop();
    println!("stopped in {} ms", stopping.elapsed().as_millis());
    assert_eq!((report.delivered.failed, report.trouble), (0, None));
    assert!(!report.by_topic.contains_key("orders.cancelled"), "somebody else's");
    assert!(report.by_topic.values().all(|t| t.sent > 0 && t.failed == 0 && t.skipped == 0), "{:?}", report.by_topic);
}

/// What the group committed on all of its first topic's partitions, seen by a client that does not join.
fn committed(kafka: &KafkaConfig, group: &str) -> i64 {
    let topic = match group {
        "analytics" => "user.login",
        "billing" => "payments.completed",
        "dispatch" => "orders.preparing",
        "notifier" => "notifications.sms",
        _ => "orders.created",
    };
    let mut client = rdkafka::ClientConfig::new();
    let consumer: BaseConsumer = client.set("bootstrap.servers", &kafka.brokers).set("group.id", group).create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition(topic, 0);
    // The list that comes back must go before the consumer does.
    let told = consumer.committed_offsets(list, Duration::from_secs(5));
    told.ok().and_then(|l| l.elements().first().and_then(|e| e.offset().to_raw())).unwrap_or(-1)
}

#[test]
fn figures_out_of_range_are_refused() {
    let refused = |config| Town::start(config).err().unwrap().to_string();
    assert_eq!(refused(TownConfig { orders_per_minute: 0, ..TownConfig::default() }), "0 orders a minute; from 1 to 60000");
    assert_eq!(refused(TownConfig { speed: f64::NAN, ..TownConfig::default() }), "speed NaN; from 0.01 to 100");
}

#[test]
fn no_rush_chokes_the_town() {
    let mut world = World::new(config(9));
    let all = world.by_ref().take_while(|h| h.due < START.plus_ms(900_000)).count();
    assert!(all > 300_000);
    assert!(world.standing_in("preparing") < 900, "{}", world.standing_in("preparing"));
}

#[test]
fn topics_that_a_cluster_lacks_are_passed_over_and_not_created() {
    let one = Catalogue::builtin().topic("orders.created").cloned().unwrap();
    let embedded = Embedded::start(&Catalogue::new(vec![one], Vec::new(), Vec::new())).unwrap();
    let kafka = KafkaConfig { brokers: embedded.bootstrap().to_owned(), ..KafkaConfig::default() };
    let town = Town::start(TownConfig { kafka: kafka.clone(), groups: false, ..TownConfig::default() }).unwrap();
    let of = |report: &TownReport, topic| report.by_topic.get(topic).copied().unwrap_or_default();
    eventually("the prelude went by", || {
        let report = town.report();
        of(&report, "user.login").skipped > 1_000 && of(&report, "orders.created").sent > 1_000
    });
    let report = town.stop();
    assert_eq!((of(&report, "user.login").sent, report.delivered.failed), (0, 0));
    let client: BaseConsumer = rdkafka::ClientConfig::new().set("bootstrap.servers", &kafka.brokers).create().unwrap();
    let metadata = client.fetch_metadata(None, Duration::from_secs(5)).unwrap();
    let mut topics: Vec<&str> = metadata.topics().iter().map(rdkafka::metadata::MetadataTopic::name).collect();
    topics.sort_unstable();
    assert_eq!(topics, [stories::DEAD_LETTER_TOPIC, "orders.created"]);
}
