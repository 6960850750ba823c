use super::super::roster::{Worker, WorkerName};
use super::super::trial::Events;
use super::*;
use crate::catalogue::Catalogue;

struct Trial {
    events: Events,
    core: Box<dyn Core>,
}

impl Trial {
    fn new() -> Self {
        Self { events: Events::new(), core: Worker::new(&Catalogue::builtin(), WorkerName::Notify).unwrap().core }
    }

    /// What follows from an event of order A1, a line each.
    fn give(&mut self, topic: &str, at_s: i64, more: &str) -> Vec<String> {
        let json = format!(r#"{{"orderId":"A1","occurredAt":{}{more}}}"#, at_s * 1_000);
        let answers = self.events.give(self.core.as_mut(), topic, &json);
        answers.iter().map(|a| format!("{} {}", a.form.topic, String::from_utf8(a.json()).unwrap())).collect()
    }

    fn topics(&mut self, topic: &str, at_s: i64, more: &str) -> Vec<String> {
        self.give(topic, at_s, more).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    }

    fn moves(&mut self) -> Self {
        let mut other = Self::new();
        for entry in self.core.memory().changes() {
            other.core.memory().restore(entry.unit, &entry.key, entry.value.as_deref());
        }
        other
    }
}

const PAGE: &str = "ui.tracking-updated";
const PUSH: &str = "notifications.push";

#[test]
fn a_status_is_told_once_and_none_that_is_past() {
    let mut trial = Trial::new();
    assert_eq!(trial.topics("orders.created", 1, r#","customerId":"c1""#), [PAGE]);
    let told = trial.give("delivery.assigned", 2, r#","courierId":"k1","etaAt":600000"#);
    assert!(told[0].contains(r#""status":"assigned""#) && told[0].contains(r#""etaAt":"1970-01-01T00:10:00Z""#), "{told:?}");
    let push = &told[1];
    for wanted in [PUSH, r#""customerId":"c1""#, r#""orderId":"A1""#, r#""template":"order-assigned""#, r#""text":"#] {
        assert!(push.contains(wanted), "{push}");
    }
    let mut trial = trial.moves();
    assert_eq!(trial.topics("delivery.assigned", 3, r#","courierId":"k1""#), [""; 0]);
    assert_eq!(trial.topics("orders.preparing", 4, ""), [""; 0], "it is past that");
    assert_eq!(trial.topics("delivery.delivered", 5, ""), [PAGE, PUSH]);
    assert_eq!(trial.topics("delivery.updated", 6, r#","status":"livré""#), [""; 0], "the same in other words");
    assert_eq!(trial.topics("orders.cancelled", 7, ""), [""; 0], "delivered is delivered");
    assert_eq!(trial.topics("delivery.eta-updated", 99, r#","etaAt":900000"#), [""; 0], "it is there");
}

#[test]
fn a_payment_that_failed_may_be_tried_again() {
    let mut trial = Trial::new();
    assert_eq!(trial.topics("payments.initiated", 1, r#","paymentId":"p""#), [PAGE]);
    assert_eq!(trial.topics("payments.failed", 2, r#","paymentId":"p""#), [PAGE]);
    assert_eq!(trial.topics("payments.failed", 3, r#","paymentId":"p""#), [""; 0]);
    assert_eq!(trial.topics("payments.completed", 4, r#","paymentId":"q""#), [PAGE]);
}

#[test]
fn a_time_of_arrival_is_told_where_it_moved_and_not_too_often() {
    let mut trial = Trial::new();
    trial.give("orders.created", 1, r#","customerId":"c1""#);
    let eta =
        |trial: &mut Trial, at_s, eta_s: i64| trial.topics("delivery.eta-updated", at_s, &format!(r#","etaAt":{}"#, eta_s * 1_000));
    assert_eq!(eta(&mut trial, 10, 1_000), [PAGE]);
    assert_eq!(eta(&mut trial, 40, 1_029), [""; 0], "nearly the same");
    assert_eq!(eta(&mut trial, 41, 1_100), [PAGE]);
    assert_eq!(eta(&mut trial, 50, 1_300), [""; 0], "too soon");
    assert_eq!(eta(&mut trial, 60, 1_300), [PAGE], "no push yet: the first was at 10");
    let told = trial.give("delivery.eta-updated", 320, r#","etaAt":1330000"#);
    assert_eq!(told.len(), 2);
    assert!(told[1].starts_with(PUSH) && told[1].contains("eta-changed") && told[1].contains("17 min"), "{told:?}");
    assert_eq!(eta(&mut trial, 400, 2_000), [PAGE]);
}

#[test]
fn whose_an_order_is_may_be_told_elsewhere() {
    let mut trial = Trial::new();
    assert_eq!(trial.topics("delivery.delivered", 5, ""), [PAGE], "nobody to tell");
    let mut trial = Trial::new();
    let created = trial.events.read("orders.created", r#"{"id":"A1","customerId":"c9"}"#);
    trial.core.learn(&created);
    assert_eq!(trial.topics("delivery.delivered", 5, ""), [PAGE, PUSH]);
}
