//! The rows of orders, payments and deliveries: the newest entities are chosen, of orders and payments those that wait for longest as
//! well, then by id.

use super::look::{self, Look};
use super::pipeline::PipelineState;
use super::seen::{Entity, Seen};
use super::standers::Standers;
use super::trails::Trails;
use crate::domain::{Kind, Part, PipelineId, Plan, Standing, Step, Subject, World};
use crate::model::{Code, Label, Meaning, Point, Reason, Timestamp};
use crate::rules::Faring;
use crate::snapshot::{Delivery, LastEvent, Order, Payment, Trail, Underway, late_s};
use std::sync::Arc;

pub const SHOWN: usize = 1_000;
/// Of the orders and payments so many are the oldest open ones: those that wait for longest. The others are the newest.
pub const OLDEST: usize = 300;
/// On the map.
const MAPPED: usize = 20_000;

/// One entity with all that its row is made of.
struct Known<'a> {
    entity: &'a Entity,
    part: Option<Part>,
    look: Look<'a>,
    step: Step,
    since: Timestamp,
}

/// Where an entity stands, and since when.
type Stand<'a> = (Step, Timestamp, &'a Entity);

fn newer_first(a: &Stand<'_>, b: &Stand<'_>) -> std::cmp::Ordering {
    b.1.cmp(&a.1).then_with(|| a.2.cmp(b.2))
}

/// The newest entities that stand in these steps, sorted by entity.
fn newest<'a>(steps: impl Iterator<Item = (Step, &'a Standers)>, most: usize) -> Vec<Stand<'a>> {
    ends(steps, most, 0)
}

/// The newest and the oldest entities that stand in these steps, sorted by entity.
fn ends<'a>(steps: impl Iterator<Item = (Step, &'a Standers)>, newest: usize, oldest: usize) -> Vec<Stand<'a>> {
    let mut all = chosen(steps, newest, oldest);
    all.sort_by(|a, b| a.2.cmp(b.2));
    all
}

/// The same in no order.
fn chosen<'a>(steps: impl Iterator<Item = (Step, &'a Standers)>, newest: usize, oldest: usize) -> Vec<Stand<'a>> {
    let stands =
        |(step, standers): (Step, &'a Standers)| standers.ends(newest, oldest).map(move |(since, entity)| (step, since, entity));
    let mut all: Vec<_> = steps.flat_map(stands).collect();
    if let Some(between) = all.len().checked_sub(newest + oldest).filter(|between| *between > 0) {
        all.select_nth_unstable_by(newest, newer_first);
        // Of the others those between the ends come first.
        all[newest..].select_nth_unstable_by(between - 1, newer_first);
        all.drain(newest..newest + between);
    }
    all
}

fn known<'a>(world: &'a World, pipeline: PipelineId, (step, since, entity): Stand<'a>) -> Option<Known<'a>> {
    let (subject, kept) = world.walkers.get_key_value(&entity.subject(pipeline))?;
    let part = entity.owner.as_ref().map(|_| Part { pipeline, id: entity.id.clone() });
    Some(Known { entity, part, look: Look { kept, id: &subject.id }, step, since })
}

impl Known<'_> {
    fn order(&self) -> Option<Arc<str>> {
        self.entity.owner.as_ref().map(|owner| (&owner.1).into())
    }

    fn label(&self, meaning: Meaning) -> Option<Label> {
        look::text(self.look.of_or_own(self.part.as_ref(), meaning))
    }

    fn text(&self, meaning: Meaning) -> Option<Arc<str>> {
        self.label(meaning).as_ref().map(Into::into)
    }

    fn standing(&self) -> &Standing {
        &self.look.kept.standing
    }
}

fn open<'a>(state: &'a PipelineState, plan: &Plan) -> impl Iterator<Item = (Step, &'a Standers)> + use<'a> {
    state.open(plan).map(|(step, state)| (step, &state.standers))
}

pub fn orders(world: &World, id: PipelineId, plan: &Plan, state: &PipelineState) -> Vec<Arc<Order>> {
    let row = |stand| Some(order_row(plan, &known(world, id, stand)?));
    ends(open(state, plan), SHOWN - OLDEST, OLDEST).into_iter().filter_map(row).map(Arc::new).collect()
}

/// One order, wherever it stands.
pub fn order(world: &World, pipeline: PipelineId, plan: &Plan, id: &Label) -> Option<Order> {
    let subject = Subject { kind: Kind::Walker(pipeline), id: id.clone() };
    let standing = &world.walkers.get(&subject)?.standing;
    let entity = Entity::walker(id);
    Some(order_row(plan, &known(world, pipeline, (standing.step?, standing.since_at()?, &entity))?))
}

fn order_row(plan: &Plan, known: &Known<'_>) -> Order {
    Order {
        id: (&known.entity.id).into(),
        state: plan.step_name(known.step).clone(),
        since: known.since,
        amount: look::amount(known.look.of_or_own(known.part.as_ref(), Meaning::Amount)),
        currency: known.text(Meaning::Currency),
        customer: known.text(Meaning::Customer),
        gap: Seen::from(known.standing()).has_hole(plan.stages),
        last: known.look.last().map(|stamp| LastEvent {
            topic: stamp.place.topic.into(),
            partition: stamp.place.partition,
            offset: stamp.place.offset,
        }),
    }
}

/// And how many of them were chosen as those that wait for longest.
pub fn payments(world: &World, id: PipelineId, plan: &Plan, state: &PipelineState) -> (Vec<Arc<Payment>>, usize) {
    let row = |stand| {
        let known = known(world, id, stand)?;
        Some(Payment {
            id: (&known.entity.id).into(),
            order: known.order(),
            state: plan.step_name(known.step).clone(),
            method: known.text(Meaning::Method),
            amount: look::amount(known.look.of_or_own(known.part.as_ref(), Meaning::Amount)),
            currency: known.text(Meaning::Currency),
            customer: known.text(Meaning::Customer),
            since: known.since,
        })
    };
    let all = || (0..).map(Step).zip(state.steps.iter().map(|s| &s.standers));
    let few = state.known() <= SHOWN;
    let stands = if few { newest(all(), SHOWN) } else { newest_and_waiting(all(), open(state, plan)) };
    let waiting = if few { 0 } else { stands.len() - (SHOWN - OLDEST) };
    (stands.into_iter().filter_map(row).map(Arc::new).collect(), waiting)
}

/// The newest of all, and of the open ones those that wait for longest: an old one that has ended is nobody's question.
fn newest_and_waiting<'a>(
    all: impl Iterator<Item = (Step, &'a Standers)>,
    open: impl Iterator<Item = (Step, &'a Standers)>,
) -> Vec<Stand<'a>> {
    let mut stands = newest(all, SHOWN - OLDEST);
    stands.extend(ends(open, 0, OLDEST));
    stands.sort_by(|a, b| a.2.cmp(b.2));
    stands.dedup_by(|a, b| a.2 == b.2);
    stands
}

pub fn deliveries(world: &World, id: PipelineId, plan: &Plan, state: &PipelineState, now: Timestamp) -> Vec<Arc<Delivery>> {
    let row = |stand| Some(Arc::new(delivery(world, plan, &known(world, id, stand)?, now)));
    let mut rows: Vec<_> = newest(open(state, plan), SHOWN).into_iter().filter_map(row).collect();
    rows.sort_by(|a, b| a.order.cmp(&b.order));
    rows
}

/// How each delivery under way does, as far as it was told; in no order.
pub fn faring(world: &World, id: PipelineId, plan: &Plan, state: &PipelineState, now: Timestamp) -> Faring {
    let mut faring = Faring::default();
    for known in chosen(open(state, plan), MAPPED, 0).into_iter().filter_map(|stand| known(world, id, stand)) {
        let place = position(world, &known, known.label(Meaning::Courier).as_ref());
        faring.ages_s.extend(place.map(|(at, _)| now.since_s(at).max(0.0)));
        // Where nothing was promised nobody can be late.
        let both = newest_eta(&known).zip(promised(&known));
        faring.lates_s.extend(both.map(|(eta, promised)| late_s(eta, Some(promised), now)));
    }
    faring
}

/// The same rows, more of them, with what the tail saw of their ways.
pub fn underway(
    world: &World,
    trails: &Trails,
    id: PipelineId,
    plan: &Plan,
    state: &PipelineState,
    now: Timestamp,
) -> Vec<Underway> {
    let row = |stand| {
        let known = known(world, id, stand)?;
        let began = began(&known).unwrap_or(known.since);
        Some(Underway { trail: trail(trails, id, &known), began, delivery: Arc::new(delivery(world, plan, &known, now)) })
    };
    let mut rows: Vec<_> = newest(open(state, plan), MAPPED).into_iter().filter_map(row).collect();
    rows.sort_by(|a, b| a.delivery.order.cmp(&b.delivery.order));
    rows
}

/// The courier's, or the order's where that was told of later.
fn trail(trails: &Trails, pipeline: PipelineId, known: &Known<'_>) -> Option<Arc<Trail>> {
    let courier = known.label(Meaning::Courier).map(|id| Subject { kind: Kind::Courier, id });
    let both = [courier, Some(known.entity.subject(pipeline))];
    let found = both.iter().flatten().filter_map(|subject| trails.of(subject));
    found.max_by_key(|trail| trail.0.back().map(|fix| fix.at)).cloned()
}

fn delivery(world: &World, plan: &Plan, known: &Known<'_>, now: Timestamp) -> Delivery {
    let courier = known.label(Meaning::Courier);
    let place = position(world, known, courier.as_ref());
    let eta = newest_eta(known);
    let remaining = look::number(known.look.own(Meaning::Remaining));
    let (from, to) = (told_point(known, Meaning::Pickup), told_point(known, Meaning::Destination));
    let missing = [
        (place.is_none(), "a position"),
        (from.is_none(), "where the shop is"),
        (to.is_none(), "a destination"),
        (eta.is_none(), "a time of arrival"),
        (remaining.is_none(), "the way left"),
    ];
    let missing: Vec<&str> = missing.into_iter().filter(|(missing, _)| *missing).map(|(_, what)| what).collect();
    let row = Delivery {
        order: known.order().unwrap_or_else(|| (&known.entity.id).into()),
        courier: courier.as_ref().map(Into::into),
        state: plan.step_name(known.step).clone(),
        since: known.since,
        lat: place.map(|(_, point)| point.lat),
        lon: place.map(|(_, point)| point.lon),
        position_at: place.map(|(at, _)| at),
        to_lat: to.map(|to| to.lat),
        to_lon: to.map(|to| to.lon),
        district: known.text(Meaning::District),
        progress: from.zip(to).and_then(|way| progress(known.step, way, place.map(|(_, point)| point))),
        eta_at: eta,
        promised_at: promised(known),
        remaining_m: remaining,
        reason: (!missing.is_empty()).then(|| Reason::new(Code::NotTold).text("what", missing.join(" and "))),
        ..Delivery::default()
    };
    row.moving(now)
}

fn told_point(known: &Known<'_>, meaning: Meaning) -> Option<Point> {
    look::point(known.look.of_or_own(known.part.as_ref(), meaning)).map(|(_, point)| point)
}

/// How much of the straight way from the shop to the customer lies behind the courier. Nothing does in the first stage: there it is
/// on its way to the shop.
fn progress(step: Step, (from, to): (Point, Point), at: Option<Point>) -> Option<f64> {
    if step == Step(0) {
        return Some(0.0);
    }
    let share = 1.0 - at?.distance_m(to) / from.distance_m(to).max(1.0);
    share.is_finite().then(|| share.clamp(0.0, 1.0))
}

/// The newest of the delivery's own, the order's tracking and the courier's, since it is theirs.
fn position(world: &World, known: &Known<'_>, courier: Option<&Label>) -> Option<(Timestamp, Point)> {
    let of_part = known.part.as_ref().and_then(|part| known.look.of(part, Meaning::Position));
    let subject = courier.map(|id| Subject { kind: Kind::Courier, id: id.clone() });
    let courier = subject.and_then(|s| world.profiles.get(&s)).and_then(|p| p.values.point(Meaning::Position));
    let began = began(known);
    let courier = courier.filter(|(_, at)| began.is_none_or(|began| *at >= began)).map(|(point, at)| (at, point));
    let told = [look::point(of_part), look::point(known.look.own(Meaning::Position)), courier];
    told.into_iter().flatten().max_by_key(|(at, _)| *at)
}

/// When its first step was told.
fn began(known: &Known<'_>) -> Option<Timestamp> {
    let part = known.standing().parts.iter().find(|p| Some(&p.part) == known.part.as_ref())?;
    part.reached.first().map(|(_, stamp)| stamp.at)
}

fn newest_eta(known: &Known<'_>) -> Option<Timestamp> {
    let part = known.part.as_ref().and_then(|part| known.look.of(part, Meaning::Eta));
    let found = [part, known.look.own(Meaning::Eta)].into_iter().flatten().max_by(|a, b| a.1.cmp(b.1));
    look::time(found)
}

/// What the delivery's own events promised first, whoever has renewed it since.
fn promised(known: &Known<'_>) -> Option<Timestamp> {
    known.look.promised(known.part.as_ref()?)
}

#[cfg(test)]
mod tests {
    use super::super::Business;
    use super::super::properties::{START, tell};
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn of_too_many_orders_the_newest_and_the_oldest_are_listed() {
        let orders = |count: i64| {
            let mut business = Business::new(Catalogue::builtin());
            for n in 0..count {
                // Every third has gone on: they stand in two steps.
                tell(&mut business, "orders.created", n, n, n, &format!(r#"{{"id":"o{n:04}"}}"#));
                if n % 3 == 0 {
                    tell(&mut business, "inventory.checked", n, n, n, &format!(r#"{{"orderId":"o{n:04}"}}"#));
                }
            }
            let id = business.special.order.unwrap();
            let rows = orders(&business.world, id, business.plans.get(id), &business.ways[usize::from(id.0)].state);
            rows.iter().map(|order| order.id[1..].parse::<i64>().unwrap()).collect::<Vec<_>>()
        };
        let (shown, oldest) = (SHOWN as i64, OLDEST as i64);
        assert_eq!(orders(shown), (0..shown).collect::<Vec<_>>(), "all of them, as long as there is room");
        for more in [1, 2, 1_905] {
            let count = shown + more;
            assert_eq!(orders(count), (0..oldest).chain(count - (shown - oldest)..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn of_too_many_payments_the_newest_and_the_open_ones_that_wait_for_longest_are_listed() {
        let mut business = Business::new(Catalogue::builtin());
        let count = SHOWN as i64 + 200;
        for n in 0..count {
            let json = format!(r#"{{"paymentId":"p{n:04}","orderId":"o{n:04}","amount":1,"currency":"GNF"}}"#);
            tell(&mut business, "payments.initiated", n, n, n, &json);
            // Of ten one never ends.
            if n % 10 != 0 {
                tell(&mut business, "payments.completed", n, n, n, &json);
            }
        }
        let id = business.special.payment.unwrap();
        let (rows, waiting) = payments(&business.world, id, business.plans.get(id), &business.ways[usize::from(id.0)].state);
        let listed: Vec<i64> = rows.iter().map(|row| row.id[1..].parse().unwrap()).collect();
        let newest = count - (SHOWN - OLDEST) as i64;
        let wanted: Vec<i64> = (0..newest).filter(|n| n % 10 == 0).chain(newest..count).collect();
        assert_eq!((listed, waiting), (wanted, newest as usize / 10));
    }

    /// What every delivery under way is late by.
    fn lates_s(business: &Business, now: i64) -> Vec<f64> {
        let id = business.special.delivery.unwrap();
        let (plan, way) = (business.plans.get(id), &business.ways[usize::from(id.0)]);
        faring(&business.world, id, plan, &way.state, Timestamp(START + now)).lates_s
    }

    #[test]
    fn the_first_promise_stays_whatever_is_told_later_twice_or_in_another_order() {
        let eta = |minute: i64| START + minute * 60_000;
        let assigned = |minute| format!(r#"{{"orderId":"o1","courierId":"k1","etaAt":{}}}"#, eta(minute));
        let updated = |minute| format!(r#"{{"orderId":"o1","status":"assigned","etaAt":{}}}"#, eta(minute));
        // Topic, offset, its own time, and what it tells.
        let told = [
            ("delivery.assigned", 1, 1_000, assigned(10)),
            ("delivery.updated", 1, 2_000, updated(50)),
            ("delivery.assigned", 2, 3_000, assigned(40)),
        ];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut business = Business::new(Catalogue::builtin());
            for at in order.into_iter().chain(order) {
                let (topic, offset, event_ms, json) = &told[at];
                tell(&mut business, topic, *offset, *event_ms, 4_000, json);
            }
            assert_eq!(lates_s(&business, 5_000), [30.0 * 60.0], "{order:?}: from the 10th minute to the 40th");
        }
    }

    #[test]
    fn a_delivery_that_was_promised_for_no_time_does_not_count() {
        let mut business = Business::new(Catalogue::builtin());
        tell(&mut business, "delivery.assigned", 1, 1_000, 1_000, r#"{"orderId":"o1","courierId":"k1"}"#);
        let place = format!(r#"{{"orderId":"o1","lat":9.5,"lon":-13.7,"etaAt":{}}}"#, START + 60_000);
        tell(&mut business, "delivery.tracking", 1, 2_000, 2_000, &place);
        assert_eq!(lates_s(&business, 200_000), [0.0; 0], "its newest time of arrival is past, and promised nothing");
    }

    #[test]
    fn a_courier_that_is_silent_for_long_counts_though_a_thousand_set_out_after_it() {
        let mut business = Business::new(Catalogue::builtin());
        for n in 0..SHOWN as i64 + 5 {
            let order = format!("o{n}");
            tell(&mut business, "delivery.assigned", n, n * 10, n * 10, &format!(r#"{{"orderId":"{order}","courierId":"k{n}"}}"#));
            let place = format!(r#"{{"orderId":"{order}","lat":9.5,"lon":-13.7}}"#);
            tell(&mut business, "delivery.tracking", n, n * 10 + 1, n * 10 + 1, &place);
        }
        let id = business.special.delivery.unwrap();
        let (plan, way) = (business.plans.get(id), &business.ways[usize::from(id.0)]);
        let ages = faring(&business.world, id, plan, &way.state, Timestamp(START + 100_001)).ages_s;
        assert_eq!(ages.len(), SHOWN + 5);
        assert_eq!(ages.iter().copied().fold(0.0, f64::max), 100.0);
    }
}
