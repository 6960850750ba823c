//! Whatever way events are read in, a store ends the same.

use super::{Rig, apply, taken};
use crate::domain::properties::{drawn, read};
use crate::domain::tests::Town;
use crate::domain::{Kept, Known, Plans, World};
use crate::store::{Counted, Filter, Follow, Marks, Page, Taken, What, memory};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::BTreeMap;

type Drawn = (usize, usize, usize, usize, i64);
/// Which queue, how many records of it, and whether they come twice.
type Turn = (prop::sample::Index, usize, bool);

pub fn ways_of_reading() -> impl Strategy<Value = (Vec<Drawn>, Vec<Turn>)> {
    let turn = (any::<prop::sample::Index>(), 1..6_usize, any::<bool>());
    (prop::collection::vec(drawn(), 1..50), prop::collection::vec(turn, 1..40))
}

/// Somebody who begins to look on at some moment, and is told what changes.
#[derive(Default)]
struct Onlooker {
    world: World,
    marks: Marks,
    counted: Counted,
}

impl Onlooker {
    fn begin(store: &impl Follow, plans: &Plans) -> Self {
        let (marks, counted) = store.stand().unwrap();
        let mut onlooker = Self { marks, counted, ..Self::default() };
        for ended in [false, true] {
            let mut after = None;
            loop {
                let page = Page { pipeline: "order", ended, since_ms: 0, after: after.as_ref(), limit: 1 };
                let (known, last) = store.page(&page).unwrap();
                onlooker.join(known, plans);
                after = last;
                if after.is_none() {
                    break;
                }
            }
        }
        let kinds = ["article", "customer"].map(|kind| store.profile_page(kind, "", 100).unwrap());
        kinds.into_iter().for_each(|known| onlooker.join(known, plans));
        onlooker
    }

    fn go_on(&mut self, store: &impl Follow, plans: &Plans) {
        let changed = store.changed(&self.marks).unwrap();
        self.join(changed.known, plans);
        self.marks = changed.marks;
        changed.counted.into_iter().for_each(|(what, n)| *self.counted.entry(what).or_default() += n);
    }

    fn join(&mut self, known: Known, plans: &Plans) {
        self.world.join(known.walkers, known.claims, plans);
        self.world.profiles.extend(known.profiles);
    }
}

/// Partitions advance against each other in any way, batches are cut anywhere and come again: the store ends the same, and as
/// the world in memory; who looks on from any moment knows the same too.
pub fn the_way_of_reading<R: Rig>(told: Vec<Drawn>, turns: Vec<Turn>) -> TestCaseResult {
    let mut town = Town::new();
    let events: Vec<Taken> = told.into_iter().map(|d| taken(read(&mut town, d))).collect();
    let plans = town.plans;
    let mut straight = R::fresh(&plans);
    apply(&mut straight, events.clone());

    let mut queues: BTreeMap<_, Vec<Taken>> = BTreeMap::new();
    for event in &events {
        queues.entry(event.place.topic).or_default().push(event.clone());
    }
    let mut queues: Vec<Vec<Taken>> = queues.into_values().collect();
    let mut other = R::fresh(&plans);
    let mut onlooker: Option<Onlooker> = None;
    let begins = turns.len() / 2;
    let mut turns = turns.into_iter().cycle().enumerate();
    while !queues.is_empty() {
        let (turn, (which, count, again)) = turns.next().unwrap();
        let at = which.index(queues.len());
        let cut = count.min(queues[at].len());
        let rest = queues[at].split_off(cut);
        let batch = std::mem::replace(&mut queues[at], rest);
        if again {
            apply(&mut other, batch.clone());
        }
        apply(&mut other, batch);
        match &mut onlooker {
            Some(onlooker) => onlooker.go_on(&other, &plans),
            None if turn >= begins || queues.iter().all(Vec::is_empty) => onlooker = Some(Onlooker::begin(&other, &plans)),
            None => {}
        }
        queues.retain(|q| !q.is_empty());
    }
    let (a, b) = (straight.contents(), other.contents());
    let missing = |from: &Vec<String>, of: &Vec<String>| from.iter().filter(|l| !of.contains(l)).cloned().collect::<Vec<_>>();
    prop_assert_eq!((missing(&a, &b), missing(&b, &a)), (Vec::new(), Vec::new()), "only straight, only the other");

    let mut world = World::default();
    for event in &events {
        if let What::Happened(happening) = &event.what {
            world.take(happening, &plans);
        }
    }
    let rows = straight.walkers("order", &Filter { limit: 1_000, ..Filter::default() }).unwrap();
    prop_assert_eq!(rows.len(), world.walkers.len());
    let onlooker = onlooker.unwrap();
    let known = |world: &World| -> BTreeMap<_, _> {
        // What nobody knows the state of is on no page.
        let stands = world.walkers.iter().filter(|(_, kept)| kept.standing.step.is_some());
        // The first time of arrival is in no store.
        let as_kept = |kept: &Kept| memory::recall(&memory::keep(&kept.walker).unwrap()).unwrap();
        stands.map(|(subject, kept)| (subject.clone(), Kept { walker: as_kept(kept), standing: kept.standing.clone() })).collect()
    };
    prop_assert_eq!(known(&onlooker.world), known(&world));
    let profiles = |world: &World| world.profiles.iter().map(|(s, p)| (s.clone(), p.clone())).collect::<BTreeMap<_, _>>();
    prop_assert_eq!(profiles(&onlooker.world), profiles(&world));
    let purchases: u64 = world.profiles.values().map(|p| p.count("purchase")).sum();
    let counted = onlooker.counted.get(&("customer".to_owned(), "purchase".to_owned())).copied().unwrap_or(0);
    prop_assert_eq!(counted, purchases);
    Ok(())
}
