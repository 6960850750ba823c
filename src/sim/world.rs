//! The town: who does what next. Deterministic: the same seed gives the same people and the same sequence of happenings.

use super::desk::{Clock, Desk, Happening, Ms};
use super::fleet::Fleet;
use super::orders::{Order, Step};
use super::people::People;
use super::stock::Stock;
use super::stories;
use crate::model::Timestamp;
use fastrand::Rng;
use std::collections::BTreeMap;

/// How long the town is at work before it opens, in its own time.
pub const PRELUDE_S: i64 = 300;
/// For so many buyers there is one who only looks.
const BUYERS_A_BROWSER: u32 = 2;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorldConfig {
    pub seed: u64,
    /// In the lunch rush; other hours have fewer.
    pub orders_per_minute: u32,
    /// How many seconds of the town pass in one.
    pub speed: f64,
    /// The moment the town opens; the prelude lies before it.
    pub start: Timestamp,
    /// Always as busy as in the lunch rush: the day has no hours.
    pub steady: bool,
}

/// What is on the agenda. Numbers name orders and visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    Arrival,
    Visit {
        number: u32,
        customer: usize,
        step: u8,
        buys: bool,
    },
    Order(u32, Step),
    Ride(u32),
    /// A courier comes back to its station.
    Home(usize),
    Poison,
    Breach,
    DeadLetters,
    SilentCourier,
    OutOfStock,
    BackInStock,
}

/// An endless sequence of happenings, in the order they are sent; first those of the prelude, which lie in the past.
pub struct World {
    pub(super) desk: Desk<Act>,
    pub(super) people: People,
    pub(super) orders: BTreeMap<u32, Order>,
    pub(super) fleet: Fleet,
    pub(super) stock: Stock,
    pub(super) ordered: u32,
    /// Milliseconds of the town between two orders in the rush.
    gap_ms: f64,
    steady: bool,
    visits: u32,
}

impl World {
    pub fn new(config: WorldConfig) -> Self {
        let mut rng = Rng::with_seed(config.seed);
        let people = People::new(&mut rng);
        let stock = Stock::new(&mut rng, people.shops.len());
        let fleet = Fleet::new(&mut rng, &people, config.orders_per_minute);
        let clock = Clock { start: config.start, speed: config.speed };
        let mut desk = Desk::new(rng, clock, -PRELUDE_S * 1_000);
        desk.plan(0, Act::Arrival);
        plan_stories(&mut desk);
        let gap_ms = 60_000.0 / f64::from(config.orders_per_minute.max(1));
        Self { desk, people, orders: BTreeMap::new(), fleet, stock, ordered: 0, gap_ms, steady: config.steady, visits: 0 }
    }

    /// Orders that stand in this stage of the pipeline now.
    pub fn standing_in(&self, stage: &str) -> usize {
        self.orders.values().filter(|o| o.stage == stage).count()
    }

    fn perform(&mut self, act: Act) {
        match act {
            Act::Arrival => self.arrival(),
            Act::Visit { number, customer, step, buys } => self.visit(number, customer, step, buys),
            Act::Order(number, step) => self.step(number, step),
            Act::Ride(number) => self.ride(number),
            Act::Home(courier) => self.come_home(courier),
            Act::Poison => self.poison(),
            Act::Breach => self.breach(),
            Act::DeadLetters => self.dead_letters(),
            Act::SilentCourier => self.silence_a_courier(),
            Act::OutOfStock => self.run_out(),
            Act::BackInStock => self.refill(),
        }
    }

    /// A buyer comes, and for some of them somebody who only looks.
    fn arrival(&mut self) {
        self.visits += 1;
        let busy = if self.steady { 1.0 } else { rhythm(self.desk.now) };
        let gap = self.gap_ms / busy * (0.5 + self.desk.rng.f64());
        self.desk.plan(gap.round().max(1.0) as Ms, Act::Arrival);
        self.receive(self.visits, true);
        if self.visits.is_multiple_of(BUYERS_A_BROWSER) {
            self.receive(self.visits, false);
        }
    }

    fn receive(&mut self, number: u32, buys: bool) {
        let customer = self.desk.rng.usize(..self.people.customers.len());
        self.desk.plan(0, Act::Visit { number, customer, step: 0, buys });
    }

    pub(super) fn raining(&self) -> bool {
        let now = self.desk.now;
        let shower = now > 1_200_000 && (now / 60_000) % 50 < 7;
        shower || stories::RAIN_S.contains(&self.desk.clock.story_s(now))
    }
}

impl Iterator for World {
    type Item = Happening;

    fn next(&mut self) -> Option<Happening> {
        loop {
            if let Some(ready) = self.desk.ready() {
                return Some(ready);
            }
            let act = self.desk.next_act()?;
            self.perform(act);
        }
    }
}

fn plan_stories(desk: &mut Desk<Act>) {
    let acts = [
        (stories::POISON_S, Act::Poison),
        (stories::BREACH_S, Act::Breach),
        (stories::DEAD_LETTERS_S, Act::DeadLetters),
        (stories::SILENT_COURIER_S.start, Act::SilentCourier),
        (stories::OUT_OF_STOCK_S.start, Act::OutOfStock),
        (stories::OUT_OF_STOCK_S.end, Act::BackInStock),
    ];
    for (s, act) in acts {
        desk.plan(desk.clock.of_story(s) - desk.now, act);
    }
}

/// How busy the town is, 1 in the lunch rush. The demo opens at noon; the evening has a rush of its own.
fn rhythm(now: Ms) -> f64 {
    let hour = (12.0 + now as f64 / 3_600_000.0).rem_euclid(24.0);
    let level = match hour {
        h if h < 6.0 => 0.08,
        h if h < 11.5 => 0.45,
        h if h < 14.0 => 1.0,
        h if h < 18.5 => 0.55,
        h if h < 21.5 => 0.9,
        _ => 0.3,
    };
    let wave = (now as f64 / 95_000.0 * std::f64::consts::TAU).sin();
    level * (1.0 + 0.12 * wave)
}
