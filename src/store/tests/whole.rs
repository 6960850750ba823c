//! A store held against one that is made of the same events again.

use super::*;
use crate::store::{Compared, Comparison, Limits, Marks, Side, Sqlite, Tally};

/// Holds a store against one that is made of these events.
pub fn compare<R: Rig>(store: &mut R, plans: &Plans, events: Vec<Taken>, below: &Marks) -> Compared {
    let mut fresh = Sqlite::temporary(None, plans.clone()).unwrap();
    apply(&mut fresh, events);
    if R::SHORT_KEYS {
        fresh.shorten_keys().unwrap();
    }
    let comparison = Comparison { plans, below, most: 100 };
    let (mut store, mut fresh) = (store.moment().unwrap(), fresh.moment().unwrap());
    assert_eq!(store.marks(), fresh.marks());
    comparison.run(store.as_mut(), fresh.as_mut(), &mut |_, _| true).unwrap()
}

fn same(compared: &Compared) -> Vec<u64> {
    assert!(compared.is_equal(), "{compared:#?}");
    compared.tables.iter().map(|t| t.same).collect()
}

fn not_the_same(of: &Compared) -> BTreeMap<&'static str, [u64; 4]> {
    let figures = |t: &Tally| (t.table, [t.different, t.only_in_store, t.only_in_topics, t.cannot_be_judged]);
    of.tables.iter().map(figures).filter(|(_, figures)| *figures != [0; 4]).collect()
}

pub fn made_again_it_is_the_same_whatever_its_keys<R: Rig>() {
    let long = "x".repeat(20_000);
    let mut town = Town::new();
    let order = |id: &str, more: &str| format!(r#"{{"id":"{id}","customerId":"{id}","total":"7.50","currency":"GNF"{more}}}"#);
    let payment =
        |id: &str, of: &str, currency: &str| format!(r#"{{"paymentId":"{id}","orderId":"{of}","currency":"{currency}"}}"#);
    let told = [
        ("orders.created", order(&format!("{long}y"), "")),
        ("orders.created", order(&format!("{long}a"), "")),
        ("orders.created", order("a\\u0000b", r#","shopId":"\u0000""#)),
        ("orders.created", order("a\\u0000a", "")),
        ("orders.created", order("a", "")),
        ("payments.initiated", payment(&long, "a", "GNF")),
        ("payments.initiated", payment(&long, &format!("{long}y"), "GNF")),
        ("payments.completed", payment("p", "a", "USD")),
        ("inventory.updated", format!(r#"{{"sku":"{long}","level":3}}"#)),
        ("inventory.updated", r#"{"sku":"s\\u0000","level":4}"#.to_owned()),
        ("delivery.tracking", r#"{"orderId":"a","courierId":"k","lat":-0.0,"lon":13.7123}"#.to_owned()),
    ];
    let mut events: Vec<Taken> = told.iter().map(|(topic, json)| taken(town.read(1, topic, json).unwrap())).collect();
    events[4].what = What::Refused(Refusal::Malformed("not JSON".into()));
    let mut store = R::fresh(&town.plans);
    apply(&mut store, events.clone());
    let compared = compare(&mut store, &town.plans, events, &Marks::new());
    let same = same(&compared);
    assert_eq!((same[0], same[4]), (5, 11), "{compared:#?}");
    assert!(same.iter().all(|n| *n > 0), "{same:?}");
}

pub fn what_the_topics_do_not_have_any_more_is_not_judged<R: Rig>() {
    let (plans, all) = events(&[
        (1, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":5,"currency":"GNF"}"#),
        (2, "payments.initiated", r#"{"paymentId":"p1","orderId":"A2","amount":5,"currency":"GNF"}"#),
        (3, "payments.initiated", r#"{"paymentId":"p3","orderId":"A3","amount":5,"currency":"GNF"}"#),
        (4, "orders.created", r#"{"id":"A3","currency":"GNF"}"#),
    ]);
    let mut store = R::fresh(&plans);
    apply(&mut store, all.clone());
    let payments = partitions(&all).into_iter().find(|p| p.topic.as_ref() == "payments.initiated").unwrap();
    let low = |offset| Marks::from([(payments.clone(), offset)]);
    assert_eq!(same(&compare(&mut store, &plans, all.clone(), &low(2))), [3, 2, 0, 2, 4, 1], "equal is equal");
    let cut = compare(&mut store, &plans, all[1..].to_vec(), &low(2));
    // The second order's payment is its own only as long as nobody knows of the first one's; and then its letter is none.
    let unjudged = |n| [0, 0, 0, n];
    let expected = [("walkers", unjudged(2)), ("parts", unjudged(1)), ("claims", unjudged(1)), ("audit", unjudged(2))];
    let expected: BTreeMap<_, _> = expected.into_iter().chain([("dead_letters", unjudged(1))]).collect();
    assert_eq!(not_the_same(&cut), expected, "{cut:#?}");
    let whole = compare(&mut store, &plans, all[1..].to_vec(), &low(1));
    assert!(not_the_same(&whole).values().all(|t| t[3] == 0), "{whole:#?}");
    let first = &whole.differences[0];
    assert_eq!((first.table, first.key.as_str(), first.found), ("walkers", "order/A1", Side::OnlyInStore));
    let foreign = whole.differences[1].differs.iter().map(|d| d.what.as_str()).collect::<Vec<_>>();
    assert!(foreign.contains(&"memory/groups/0/foreign"), "{whole:#?}");
}

pub fn what_retention_took_is_not_judged<R: retention::Keeper>() {
    let (plans, all) = events(&[
        (1, "orders.created", r#"{"id":"A1","currency":"GNF"}"#),
        (2, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":5,"currency":"GNF"}"#),
        (3, "delivery.delivered", r#"{"orderId":"A1"}"#),
        (4, "orders.created", r#"{"id":"A2","currency":"GNF"}"#),
        (5, "payments.completed", r#"{"paymentId":"p2","orderId":"A2","amount":5,"currency":"GNF"}"#),
    ]);
    let mut store = R::fresh(&plans);
    apply(&mut store, all.clone());
    retention::remove_ended(&mut store, Timestamp(3_001));
    let told = |store: &mut R| not_the_same(&compare(store, &plans, all.clone(), &Marks::new()));
    let missing = told(&mut store);
    assert_eq!(missing[&"walkers"], [0, 0, 1, 0], "the store does not say that it lets anything go");
    let mut limits = Limits { ended: Timestamp(3_001), audit: None };
    store.note_limits(&limits).unwrap();
    let unjudged = |n| [0, 0, 0, n];
    let expected = BTreeMap::from([("walkers", unjudged(1)), ("parts", unjudged(2)), ("claims", unjudged(1))]);
    assert_eq!(told(&mut store), expected);
    limits.audit = Some(Timestamp(8));
    store.note_limits(&limits).unwrap();
    retention::remove_audit(&mut store, Timestamp(8));
    assert_eq!(told(&mut store)["audit"], unjudged(3));
    let mut other = R::fresh(&plans);
    let mut without_the_open_one = all.clone();
    for taken in &mut without_the_open_one[3..] {
        taken.what = What::Refused(Refusal::Malformed("not JSON".into()));
    }
    apply(&mut other, without_the_open_one);
    retention::remove_ended(&mut other, Timestamp(3_001));
    other.note_limits(&Limits { ended: Timestamp(3_000), audit: None }).unwrap();
    let kept = told(&mut other);
    assert_eq!(kept[&"walkers"], [0, 0, 2, 0], "{kept:?}: what is open, or ended later, does not go");
}

pub fn where_a_partition_began_is_kept<R: Rig>() {
    let (plans, all) = events(&[
        (1, "orders.created", r#"{"id":"A1","currency":"GNF"}"#),
        (2, "orders.created", r#"{"id":"A2","currency":"GNF"}"#),
        (3, "orders.created", r#"{"id":"A3","currency":"GNF"}"#),
        (4, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":5,"currency":"GNF"}"#),
    ]);
    let mut store = R::fresh(&plans);
    let began = |store: &mut R| {
        store.moment().unwrap().firsts().into_iter().map(|(p, first)| (p.topic.to_string(), first)).collect::<Vec<_>>()
    };
    let orders = |at: usize| ("orders.created".to_owned(), all[at].place.offset);
    apply(&mut store, all[1..2].to_vec());
    assert_eq!(began(&mut store), [orders(1)], "the first one was passed over");
    apply(&mut store, all[2..].to_vec());
    assert_eq!(began(&mut store), [orders(1), ("payments.initiated".to_owned(), all[3].place.offset)]);
}
