//! One entity by its id, as a person asks for it who looks on.

use super::{Rig, TOLD, apply, events};
use crate::domain::{Known, Plans, World};

/// The world that knows nothing else.
fn world_of(known: Known, plans: &Plans) -> World {
    let mut world = World::default();
    world.join(known.walkers, known.claims, plans);
    world
}

fn ids(known: &Known) -> Vec<&str> {
    known.walkers.iter().map(|(subject, _)| subject.id.as_ref()).collect()
}

/// With neighbours, parts of its own and the end of another: it is as the page has it, and nothing comes along.
pub fn what_is_sought_comes_alone<R: Rig>() {
    let mut told = TOLD.to_vec();
    told.push((6, "orders.created", r#"{"id":"A10","customerId":"c2","total":"1","currency":"GNF"}"#));
    told.push((7, "orders.cancelled", r#"{"orderId":"A10"}"#));
    let (plans, events) = events(&told);
    let mut store = R::fresh(&plans);
    let mut whole = World::default();
    for event in &events {
        if let crate::store::What::Happened(happening) = &event.what {
            whole.take(happening, &plans);
        }
    }
    apply(&mut store, events);
    for id in ["A1", "A10"] {
        let known = store.one("order", id).unwrap();
        assert_eq!(ids(&known), [id]);
        assert!(known.profiles.is_empty());
        let alone = world_of(known, &plans);
        let subject = whole.walkers.keys().find(|s| s.id.as_ref() == id).unwrap();
        assert_eq!(alone.walkers[subject], whole.walkers[subject], "{id}, open or ended, is what the events make of it");
    }
}

/// Two orders name one payment: whose it is cannot be told from the loser alone.
pub fn one_whose_part_another_claims_comes_with_the_claim<R: Rig>() {
    let (plans, events) = events(&[
        (1, "orders.created", r#"{"id":"A1","currency":"GNF"}"#),
        (1, "orders.created", r#"{"id":"A2","currency":"GNF"}"#),
        (2, "payments.initiated", r#"{"paymentId":"p1","orderId":"A1","amount":5,"currency":"GNF"}"#),
        (3, "payments.completed", r#"{"paymentId":"p1","orderId":"A2","amount":5,"currency":"GNF"}"#),
    ]);
    let mut store = R::fresh(&plans);
    apply(&mut store, events);
    for id in ["A1", "A2"] {
        let known = store.one("order", id).unwrap();
        let claims: Vec<_> =
            known.claims.iter().map(|(part, claim)| (part.id.as_ref(), claim.owner().map(AsRef::as_ref))).collect();
        assert_eq!((ids(&known), claims), (vec![id], vec![("p1", Some("A1"))]), "{id}");
        let alone = world_of(known, &plans);
        let (_, kept) = alone.walkers.iter().next().unwrap();
        let paid = kept.standing.step.map(|step| plans.get(plans.id("order").unwrap()).step_name(step).to_owned());
        assert_ne!(paid.as_deref(), Some("paid"), "{id}: the one never paid, the other\'s payment is not its own");
    }
}

/// Neither an id that nobody told, nor one of another pipeline, nor a text that no index would hold.
pub fn one_that_is_not_there_is_nothing<R: Rig>() {
    let (plans, events) = events(&TOLD);
    let mut store = R::fresh(&plans);
    assert!(store.one("order", "A1").unwrap().walkers.is_empty(), "an empty store");
    apply(&mut store, events);
    let long = "A1".repeat(20_000);
    for (pipeline, id) in
        [("order", "A"), ("order", "a1"), ("order", ""), ("order", "A1%"), ("order", "A1\0"), ("order", &long), ("nothing", "A1")]
    {
        let known = store.one(pipeline, id).unwrap();
        assert!(known.walkers.is_empty() && known.claims.is_empty() && known.profiles.is_empty(), "{pipeline} {id:.20}");
    }
}
