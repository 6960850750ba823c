//! A state that was made anew from what the topics still have, and from what only the old one knew, is the one that saw all.

use crate::domain::properties::{drawn, read};
use crate::domain::tests::Town;
use crate::model::Timestamp;
use crate::store::tests::{Rig, apply, batch, partitions, taken};
use crate::store::{Marks, StoreAddress, StoreError, Taken, hold, open_beside};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::BTreeMap;

pub type Drawn = (Vec<(usize, usize, usize, usize, i64)>, Vec<usize>);

/// Events, and how many of each topic's first ones are not there any more.
pub fn cut_short() -> impl Strategy<Value = Drawn> {
    (prop::collection::vec(drawn(), 1..50), prop::collection::vec(0..4_usize, 15))
}

fn cut(events: &[Taken], cuts: &[usize]) -> Marks {
    let mut of: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for (event, partition) in events.iter().map(|e| (e, partitions(std::slice::from_ref(e)).remove(0))) {
        of.entry(partition).or_default().push(event.place.offset);
    }
    let low = |offsets: &[i64], cut: usize| offsets.get(cut).or(offsets.last()).copied().unwrap_or(0);
    of.into_iter().zip(cuts.iter().cycle()).map(|((partition, offsets), cut)| (partition, low(&offsets, *cut))).collect()
}

pub fn what_is_cut_is_carried_over<R: Rig>(
    (told, cuts): Drawn,
    at: &StoreAddress,
    mut open: impl FnMut(&crate::domain::Plans) -> R,
) -> TestCaseResult {
    let mut town = Town::new();
    let events: Vec<Taken> = told.into_iter().map(|d| taken(read(&mut town, d))).collect();
    let plans = town.plans;
    let mut live = open(&plans);
    let claimed = live.claim("consumer", &partitions(&events)).unwrap();
    live.apply(&batch(&claimed, events.clone())).unwrap();
    let (straight, letters, name) = (live.contents(), live.letters(), live.name().unwrap());

    let lows = cut(&events, &cuts);
    let still: Vec<Taken> =
        events.iter().filter(|e| e.place.offset >= lows[&partitions(std::slice::from_ref(*e))[0]]).cloned().collect();
    let mut beside = open_beside(at, &plans).unwrap();
    let halves = still.split_at(still.len() / 2);
    apply(beside.fresh(), halves.0.to_vec());
    beside.carry_records(&lows).unwrap();
    let mut after = None;
    loop {
        let page = beside.carry_entities(after, 2, Timestamp(9)).unwrap();
        prop_assert!(page.unprovable.is_empty());
        after = page.last;
        if after.is_none() {
            break;
        }
    }
    let marks = beside.lock().unwrap();
    prop_assert_eq!(marks.len(), claimed.len());
    // What was read before it was locked, and the rest.
    apply(beside.fresh(), halves.0.to_vec());
    apply(beside.fresh(), halves.1.to_vec());
    let swapped = beside.swap(Timestamp(9)).unwrap();
    prop_assert_eq!(swapped.gone, 0);
    beside.remove().unwrap();
    prop_assert_ne!(live.name().unwrap(), name, "who looks on is told that it is another one");

    let other = live.contents();
    let missing = |from: &Vec<String>, of: &Vec<String>| from.iter().filter(|l| !of.contains(l)).cloned().collect::<Vec<_>>();
    prop_assert_eq!((missing(&straight, &other), missing(&other, &straight)), (vec![], vec![]), "only before, only after");
    prop_assert_eq!(live.letters(), letters);
    // The consumers go on with the claims that they had.
    let more = taken(read(&mut Town::new(), (0, 0, 0, 0, 1)));
    let mine: Vec<_> = claimed.iter().filter(|c| more.place.topic == c.partition.topic).cloned().collect();
    if !mine.is_empty() {
        live.apply(&batch(&mine, vec![more])).unwrap();
    }
    Ok(())
}

/// `age` makes the row `rebuild` of `meta` say what is given.
pub fn one_at_a_time(at: &StoreAddress, age: impl FnOnce(&str)) {
    let first = hold(at, "me@here/1").unwrap();
    let refused = hold(at, "me@here/2").err().unwrap().to_string();
    assert!(refused.contains("me@here/1"), "{refused}");
    drop(first);
    let second = hold(at, "me@here/2").unwrap();
    age(&format!("{} me@here/2", Timestamp::now().0 - super::DEAD_MS - 1_000));
    let third = hold(at, "me@here/3").unwrap();
    drop(second);
    assert!(matches!(hold(at, "me@here/4"), Err(StoreError::Held(by)) if by == "me@here/3"), "the dead one took nothing with it");
    drop(third);
}
