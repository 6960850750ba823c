use super::super::trial::{Events, UNIT};
use super::*;
use crate::catalogue::Catalogue;
use crate::domain::Plans;
use crate::model::Point;
use geo::metres;
use proptest::prelude::*;

const SHOP: Point = Point { lat: 9.53, lon: -13.68 };
const HOME: Point = Point { lat: 9.56, lon: -13.65 };

fn eta() -> Eta {
    let catalogue = Catalogue::builtin();
    let plans = Plans::new(&catalogue);
    let pipeline = plans.id("order").unwrap();
    let form = Form::new(catalogue.topic("delivery.eta-updated").unwrap(), &[Meaning::Eta]).unwrap();
    Eta::new(form, pipeline, plans.get(pipeline).clone())
}

struct Trial {
    events: Events,
    eta: Eta,
    answers: Vec<Answer>,
}

impl Trial {
    fn new() -> Self {
        Self { events: Events::new(), eta: eta(), answers: Vec::new() }
    }

    fn learn(&mut self, topic: &str, json: &str) {
        let happening = self.events.read(topic, json);
        self.eta.learn(&happening);
    }

    fn assign(&mut self, order: &str) {
        let place = |p: Point| format!(r#"{{"lat":{},"lon":{}}}"#, p.lat, p.lon);
        let (from, to) = (place(SHOP), place(HOME));
        let json = format!(r#"{{"orderId":"{order}","courierId":"k1","pickup":{from},"destination":{to},"occurredAt":1000}}"#);
        self.learn("delivery.assigned", &json);
    }

    fn position(&mut self, at_s: f64, place: Point, more: &str) -> usize {
        let at = (at_s * 1_000.0) as i64;
        let json = format!(r#"{{"courierId":"k1","lat":{},"lon":{},"occurredAt":{at}{more}}}"#, place.lat, place.lon);
        let answers = self.events.give(&mut self.eta, "location.updated", &json);
        self.answers.extend(answers.iter().cloned());
        answers.len()
    }

    /// Rides straight from the shop home at this speed, telling its place every `every_s`; gives when it arrives, in seconds.
    fn ride(&mut self, order: &str, from_s: f64, m_s: f64, every_s: f64) -> f64 {
        let whole = metres(SHOP, HOME);
        let arrival = from_s + whole / m_s;
        let mut at = from_s;
        while at < arrival {
            let done = (at - from_s) * m_s / whole;
            let place = Point { lat: SHOP.lat + (HOME.lat - SHOP.lat) * done, lon: SHOP.lon + (HOME.lon - SHOP.lon) * done };
            self.position(at, place, &format!(r#","orderId":"{order}""#));
            at += every_s;
        }
        arrival
    }

    fn last_eta_s(&self) -> f64 {
        match self.answers.last().unwrap().values[0] {
            (Meaning::Eta, Value::Time(at)) => at.0 as f64 / 1_000.0,
            _ => panic!("no time of arrival"),
        }
    }
}

#[test]
fn without_a_destination_nothing_is_told() {
    let mut trial = Trial::new();
    assert_eq!(trial.position(1.0, SHOP, r#","orderId":"A1""#), 0);
    trial.assign("A1");
    assert_eq!(trial.position(2.0, SHOP, ""), 1, "also where the position does not name the order");
    assert_eq!(trial.position(2.0, SHOP, ""), 0, "the same again");
    trial.learn("delivery.delivered", r#"{"orderId":"A1","occurredAt":9000}"#);
    assert_eq!(trial.position(10.0, SHOP, r#","orderId":"A1""#), 0, "it is over");
    trial.assign("A1");
    assert_eq!(trial.position(11.0, SHOP, r#","orderId":"A1""#), 0, "it stays over, whatever is told late");
}

#[test]
fn what_was_told_half_way_is_held_against_the_arrival_and_the_hour_is_learned() {
    let mut trial = Trial::new();
    for n in 0..20 {
        let order = format!("A{n}");
        trial.assign(&order);
        let arrival = trial.ride(&order, 100.0 + f64::from(n) * 3_000.0 / 20.0 * 20.0, 6.0, 15.0);
        // At the door it takes a while.
        let at = ((arrival + 120.0) * 1_000.0) as i64;
        trial.learn("delivery.delivered", &format!(r#"{{"orderId":"{order}","courierId":"k1","occurredAt":{at}}}"#));
    }
    let error = trial.eta.error().unwrap();
    assert_eq!(error.count, 20);
    assert!(error.p90_s < 200.0 && error.bias_s < 0.0, "{error:?}");
    let slowness = trial.eta.slowness(UNIT, Timestamp(0));
    assert!(slowness.factor > 1.0, "{slowness:?}");
    assert!(trial.eta.memory.iter().all(|(_, _, kept)| matches!(kept, Kept::Hour(_))), "who arrived is forgotten");
}

#[test]
fn a_courier_that_was_silent_for_hours_is_forgotten() {
    let mut trial = Trial::new();
    trial.assign("A1");
    trial.position(1.0, SHOP, r#","orderId":"A1""#);
    let later = SILENT_MS + 2_000;
    let json = format!(r#"{{"courierId":"k2","lat":9.5,"lon":-13.6,"occurredAt":{later}}}"#);
    let other = trial.events.read("location.updated", &json);
    for _ in 0..5_000 {
        trial.eta.take(&Told { unit: UNIT, happening: &other });
    }
    let known: Vec<&str> = trial.eta.units.keys().map(|courier| courier.as_ref()).collect();
    assert_eq!((known, trial.eta.memory.iter().count()), (vec!["k2"], 0));
}

#[test]
fn a_courier_may_bring_two_orders() {
    let mut trial = Trial::new();
    trial.assign("A1");
    trial.assign("A2");
    let told: usize = (0..8).map(|n| trial.position(f64::from(n) * 5.0, SHOP, &format!(r#","orderId":"A{}""#, n % 2 + 1))).sum();
    assert!((2..=4).contains(&told), "each has a forecast of its own, and none is told with each position: {told}");
}

#[test]
fn who_stands_is_told_a_later_arrival_but_not_never() {
    let mut trial = Trial::new();
    trial.assign("A1");
    for n in 0..20 {
        trial.position(f64::from(n) * 15.0, SHOP, r#","orderId":"A1","speedKmh":0"#);
    }
    let hours = (trial.last_eta_s() - 285.0) / 3_600.0;
    assert!((0.1..2.0).contains(&hours), "{hours}");
}

#[test]
fn the_way_by_the_shop_counts() {
    let mut trial = Trial::new();
    trial.assign("A1");
    trial.position(0.0, HOME, r#","orderId":"A1""#);
    let by_the_shop = trial.last_eta_s();
    assert!(by_the_shop > metres(HOME, SHOP) * 2.0 / 10.0, "{by_the_shop}");
    trial.learn("delivery.in-transit", r#"{"orderId":"A1","courierId":"k1","occurredAt":2000}"#);
    trial.position(20.0, HOME, r#","orderId":"A1""#);
    assert!(trial.last_eta_s() < 30.0, "it is there: {}", trial.last_eta_s());
}

proptest! {
    /// Whatever the speed and the rhythm, the forecast comes near to the arrival, and does not flood.
    #[test]
    fn it_converges(m_s in 2.0_f64..25.0, every_s in 3.0_f64..40.0) {
        let mut trial = Trial::new();
        trial.assign("A1");
        let arrival = trial.ride("A1", 100.0, m_s, every_s);
        let (last, way) = (trial.last_eta_s(), arrival - 100.0);
        prop_assert!((last - arrival).abs() < 0.25 * way + 30.0, "{last} for {arrival}");
        let most = way / 10.0 + 3.0;
        prop_assert!((trial.answers.len() as f64) < most, "{} in {way} s", trial.answers.len());
    }
}
