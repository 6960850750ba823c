//! Motorbike couriers: to the shop, then to the customer, telling where they are.

use super::desk::Ms;
use super::json::Json;
use super::orders::{Order, Step};
use super::people::{People, full_name};
use super::places::{DISTRICTS, Place, Way};
use super::stories;
use super::world::{Act, World};
use fastrand::Rng;

/// A motorbike in Conakry's traffic, in metres a second; and in the rain.
const DRY_M_S: f64 = 13.0;
const WET_M_S: f64 = 7.5;
/// A courier tells its place so often, in milliseconds.
const PING_MS: Ms = 18_000;
/// Couriers for each order a minute: as many as are on the way there and back at once, and some.
const COURIERS_AN_ORDER: f64 = 4.4;
/// A courier further away than this is not sent, or in a rush everybody would ride across the town.
const FARTHEST_M: f64 = 1_200.0;
const FAILURES: [&str; 3] = ["client absent", "adresse introuvable", "colis refusé"];

pub(super) struct Courier {
    id: String,
    name: String,
    /// Where it waits for orders: near a shop.
    station: Place,
}

pub(super) struct Fleet {
    couriers: Vec<Courier>,
    free: Vec<usize>,
}

/// A courier on the way for an order.
pub(super) struct Ride {
    courier: usize,
    way: Way,
    done_m: f64,
    /// When `done_m` was true.
    since: Ms,
    delivering: bool,
    pings: u32,
    /// Tells nothing, and does not arrive, before this.
    silent_until: Ms,
}

impl Fleet {
    /// Each shop has couriers by its share of the orders: else they would gather where nobody orders.
    pub fn new(rng: &mut Rng, people: &People, orders_per_minute: u32) -> Self {
        let count = f64::from(orders_per_minute) * COURIERS_AN_ORDER / people.near.len() as f64;
        let mut couriers = Vec::new();
        for (at, shop) in people.shops.iter().enumerate() {
            let share: f64 = people.near.iter().filter(|near| near.contains(&at)).map(|near| 1.0 / near.len() as f64).sum();
            for _ in 0..(count * share).ceil() as usize {
                let station = shop.place.moved(rng.f64() * 500.0 - 250.0, rng.f64() * 500.0 - 250.0);
                couriers.push(Courier { id: format!("LIV-{:04}", couriers.len() + 1), name: full_name(rng), station });
            }
        }
        Self { free: (0..couriers.len()).collect(), couriers }
    }

    fn nearest(&mut self, to: Place) -> Option<usize> {
        let far = |at: &usize| self.couriers[self.free[*at]].station.metres_to(to);
        let at = (0..self.free.len()).min_by(|a, b| far(a).total_cmp(&far(b))).filter(|at| far(at) <= FARTHEST_M)?;
        Some(self.free.swap_remove(at))
    }
}

impl Ride {
    fn left_m(&self) -> f64 {
        (self.way.length_m - self.done_m).max(0.0)
    }
}

impl World {
    fn speed(&self) -> f64 {
        if self.raining() { WET_M_S } else { DRY_M_S }
    }

    /// When a ride that begins or goes on now ends, at this weather's speed.
    fn eta(&self, left_m: f64) -> Ms {
        self.desk.now + (left_m / self.speed() * 1_000.0) as Ms
    }

    /// The nearest courier takes the order; without a free one it waits.
    pub(super) fn assign(&mut self, order: &mut Order) -> bool {
        let pickup = self.people.shops[order.shop].place;
        let Some(courier) = self.fleet.nearest(pickup) else {
            self.desk.plan(2_000, Act::Order(order.number, Step::Assign));
            return true;
        };
        if order.number.is_multiple_of(3) {
            let body = order.body().text("status", if order.number.is_multiple_of(2) { "préparé" } else { "prepared" });
            self.desk.tell("delivery.updated", &order.id, body);
        }
        order.stage = "assigned";
        let rider = &self.fleet.couriers[courier];
        let way = Way::new(vec![rider.station, pickup]);
        let whole = way.length_m + pickup.metres_to(order.to);
        let destination = Json::new().place(order.to).text("district", &DISTRICTS[order.district].name).end();
        let body = order
            .body()
            .text("courierId", &rider.id)
            .text("deliveryId", &format!("LVR-{:06}", order.number))
            .text("courierName", &rider.name)
            .raw("pickup", Json::new().place(pickup).end())
            .raw("destination", destination)
            .text("etaAt", &self.desk.iso(self.eta(whole)));
        self.desk.tell("delivery.assigned", &order.id, body);
        self.notify("notifications.push", order, "courier-assigned", "Un livreur est en route vers la boutique.");
        self.page(order, None);
        self.set_out(order, courier, way, false);
        true
    }

    fn set_out(&mut self, order: &mut Order, courier: usize, way: Way, delivering: bool) {
        let ride = Ride { courier, way, done_m: 0.0, since: self.desk.now, delivering, pings: 0, silent_until: Ms::MIN };
        let first = self.until_next_ping(&ride).min(PING_MS / 3);
        self.desk.plan(first, Act::Ride(order.number));
        order.ride = Some(ride);
    }

    fn until_next_ping(&self, ride: &Ride) -> Ms {
        ((ride.left_m() / self.speed() * 1_000.0).ceil() as Ms).clamp(1, PING_MS)
    }

    pub(super) fn ride(&mut self, number: u32) {
        let Some(mut order) = self.orders.remove(&number) else { return };
        let stays = match order.ride.take() {
            Some(ride) => self.go_on(&mut order, ride),
            None => true,
        };
        if stays {
            self.orders.insert(number, order);
        }
    }

    fn go_on(&mut self, order: &mut Order, mut ride: Ride) -> bool {
        let now = self.desk.now;
        ride.done_m += self.speed() * (now - ride.since) as f64 / 1_000.0;
        ride.since = now;
        let silent = ride.silent_until > now;
        if ride.left_m() < 1.0 && !silent {
            return self.arrive(order, ride);
        }
        if !silent {
            self.tell_place(order, &mut ride);
        }
        let next = if silent { PING_MS } else { self.until_next_ping(&ride) };
        self.desk.plan(next, Act::Ride(order.number));
        order.ride = Some(ride);
        true
    }

    fn tell_place(&mut self, order: &Order, ride: &mut Ride) {
        let (place, heading) = ride.way.after(ride.done_m);
        let courier = &self.fleet.couriers[ride.courier].id;
        let kmh = self.speed() * 3.6;
        let accuracy = self.desk.rng.u32(4..18);
        let body = Json::new()
            .text("courierId", courier)
            .place(place)
            .text("orderId", &order.id)
            .raw("speedKmh", format_args!("{kmh:.1}"))
            .raw("heading", format_args!("{heading:.0}"))
            .raw("accuracyM", accuracy);
        self.desk.tell("location.updated", courier, body);
        if !ride.delivering {
            return;
        }
        ride.pings += 1;
        let eta = self.eta(ride.left_m());
        let body = order.body().place(place).text("courierId", courier).text("etaAt", &self.desk.iso(eta));
        self.desk.tell("delivery.tracking", &order.id, body);
        if ride.pings % 3 == 1 {
            let remaining = ride.left_m().round();
            let body = order.body().text("etaAt", &self.desk.iso(eta)).text("courierId", courier).raw("remainingM", remaining);
            self.desk.tell("delivery.eta-updated", &order.id, body);
            self.page(order, Some((place, eta)));
        }
    }

    fn arrive(&mut self, order: &mut Order, ride: Ride) -> bool {
        let place = ride.way.after(ride.way.length_m).0;
        if !ride.delivering {
            self.pick_up(order, ride, place);
            return true;
        }
        let way_back = place.metres_to(self.fleet.couriers[ride.courier].station);
        self.desk.plan((way_back / self.speed() * 1_000.0) as Ms, Act::Home(ride.courier));
        let courier = self.fleet.couriers[ride.courier].id.clone();
        let body = order.body().text("courierId", &courier);
        if order.number % 97 == 11 {
            let body = body.text("reason", FAILURES[order.number as usize % FAILURES.len()]);
            self.desk.tell("delivery.failed", &order.id, body);
            self.notify("notifications.sms", order, "delivery-failed", "La livraison a échoué.");
            return false;
        }
        order.stage = "delivered";
        self.desk.tell("delivery.delivered", &order.id, body);
        self.tell_update(order, 5, "livré", "delivered", place);
        self.notify("notifications.push", order, "delivered", "Bon appétit !");
        self.page(order, None);
        false
    }

    /// Back at the station, free for the next order.
    pub(super) fn come_home(&mut self, courier: usize) {
        self.fleet.free.push(courier);
    }

    fn pick_up(&mut self, order: &mut Order, ride: Ride, place: Place) {
        order.stage = "picked_up";
        let body = order.body().text("courierId", &self.fleet.couriers[ride.courier].id).place(place);
        self.desk.tell("delivery.pickup", &order.id, body);
        self.page(order, None);
        self.desk.plan_within(3_000, 9_000, Act::Order(order.number, Step::Depart));
        order.ride = Some(ride);
    }

    pub(super) fn depart(&mut self, order: &mut Order) -> bool {
        let Some(ride) = order.ride.take() else { return true };
        order.stage = "in_transit";
        let from = self.people.shops[order.shop].place;
        let body = order.body().text("courierId", &self.fleet.couriers[ride.courier].id).place(from);
        self.desk.tell("delivery.in-transit", &order.id, body);
        self.tell_update(order, 2, "en route", "in_transit", from);
        self.notify("notifications.sms", order, "on-the-way", "Votre commande est en route.");
        self.page(order, None);
        let crossing = DISTRICTS[self.people.shops[order.shop].district].middle;
        let points = if from.metres_to(order.to) < 900.0 { vec![from, order.to] } else { vec![from, crossing, order.to] };
        self.set_out(order, ride.courier, Way::new(points), true);
        true
    }

    /// The plan's own service says it in French, another in English; one order in `every` has it at all.
    fn tell_update(&mut self, order: &Order, every: u32, french: &str, english: &str, place: Place) {
        if order.number.is_multiple_of(every) {
            let status = if order.number.is_multiple_of(4) { french } else { english };
            self.desk.tell("delivery.updated", &order.id, order.body().text("status", status).place(place));
        }
    }

    /// The first courier on a way that is long enough says nothing any more, for the story's time.
    pub(super) fn silence_a_courier(&mut self) {
        let until = self.desk.clock.of_story(stories::SILENT_COURIER_S.end);
        let mut rides = self.orders.values_mut().filter_map(|o| o.ride.as_mut());
        if let Some(ride) = rides.find(|r| r.delivering && r.left_m() > 300.0) {
            ride.silent_until = until;
        }
    }
}
