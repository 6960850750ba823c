//! One entity looked at whole, for the screen that shows it.

use super::seen::Seen;
use super::{Business, rows};
use crate::domain::{Kind, PipelineId, Plan, Registers, Step, Subject};
use crate::model::{Stamp, Timestamp};
use crate::snapshot::{EntityFocus, EntityWay, FactTold, LastEvent, MapFocus, StepTold};
use std::sync::Arc;

impl Business {
    /// An order, or whatever walks the catalogue's first pipeline. `None`: it is not in memory, or never was.
    pub fn entity(&self, id: &str) -> Option<EntityFocus> {
        let pipeline = self.special.order.or_else(|| self.plans.iter().next().map(|(id, _)| id))?;
        let subject = Subject { kind: Kind::Walker(pipeline), id: id.into() };
        let kept = self.world.walkers.get(&subject).or_else(|| self.sought.walkers.get(&subject))?;
        let standing = &kept.standing;
        let way = |of: PipelineId, id: &str, stands: (Option<Step>, Option<&Stamp>, &[(Step, Stamp)]), values: &Registers| {
            let plan = self.plans.get(of);
            EntityWay {
                pipeline: Arc::clone(&plan.name),
                id: id.into(),
                state: stands.0.map(|step| Arc::clone(plan.step_name(step))),
                since: stands.1.map(|stamp| stamp.at),
                steps: stands.2.iter().map(|(step, stamp)| told(plan, *step, stamp)).collect(),
                facts: facts(values),
            }
        };
        let own = way(
            pipeline,
            id,
            (standing.step, standing.since.as_ref(), &standing.reached),
            &standing.values(&kept.walker, &subject.id),
        );
        let part = |p: &crate::domain::PartStanding| {
            let values = standing.part_values(&kept.walker, &p.part);
            way(p.part.pipeline, &p.part.id, (p.step, p.since.as_ref(), &p.reached), &values)
        };
        let ways = std::iter::once(own).chain(standing.parts.iter().map(part)).collect();
        let forecasts = self.trails.forecasts(&subject).to_vec();
        let messages = self.messages.of(id);
        let seen = Seen::from(standing.as_ref());
        let (gap, midway) = (seen.has_hole(self.plans.get(pipeline).stages), seen.midway());
        Some(EntityFocus { id: id.into(), gap, midway, conflict: standing.conflict, ways, messages, forecasts })
    }
}

impl Business {
    /// All deliveries under way. `None`: the catalogue has no pipeline `delivery`, or what was read of it is not whole.
    pub fn map(&self, now: Timestamp) -> Option<MapFocus> {
        let id = self.special.delivery?;
        let way = self.ways.get(usize::from(id.0))?;
        self.picture
            .is_known_of_deliveries()
            .then(|| MapFocus { couriers: rows::underway(&self.world, &self.trails, id, self.plans.get(id), &way.state, now) })
    }
}

fn told(plan: &Plan, step: Step, stamp: &Stamp) -> StepTold {
    let place = stamp.place;
    StepTold {
        name: Arc::clone(plan.step_name(step)),
        at: stamp.at,
        told: LastEvent { topic: place.topic.into(), partition: place.partition, offset: place.offset },
    }
}

fn facts(values: &Registers) -> Vec<FactTold> {
    values.iter().filter_map(|(meaning, stamp, value)| Some(FactTold { meaning, value: value.clone(), at: stamp?.at })).collect()
}

#[cfg(test)]
mod tests {
    use super::super::properties::{START, tell};
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::{Meaning, Value};

    #[test]
    fn the_messages_about_an_order_are_told_with_their_channel_and_record() {
        let mut business = Business::new(Catalogue::builtin());
        tell(&mut business, "orders.created", 1, 1_000, 1_005, r#"{"id":"o1","customerId":"c1","total":5,"currency":"GNF"}"#);
        for (n, channel) in [(3, "push"), (2, "sms")] {
            let json = format!(r#"{{"customerId":"c1","orderId":"o1","text":"on its way {n}"}}"#);
            tell(&mut business, &format!("notifications.{channel}"), n, n * 1_000, n * 1_000, &json);
        }
        let told = |s: &StepTold| format!("{} {} {}@{}", s.name, s.at.0 - START, s.told.topic, s.told.offset);
        let messages: Vec<_> = business.entity("o1").unwrap().messages.iter().map(told).collect();
        assert_eq!(messages, ["sms 2000 notifications.sms@2", "push 3000 notifications.push@3"]);
    }

    #[test]
    fn an_order_is_told_whole_with_its_parts_and_where_each_step_was_said() {
        let mut business = Business::new(Catalogue::builtin());
        let mut say = |topic: &str, n: i64, json: &str| tell(&mut business, topic, n, n * 1_000, n * 1_000 + 5, json);
        say("orders.created", 1, r#"{"id":"o1","customerId":"c1","total":5,"currency":"GNF"}"#);
        say("payments.initiated", 2, r#"{"paymentId":"p1","orderId":"o1","amount":5,"currency":"GNF","method":"card"}"#);
        say("payments.completed", 4, r#"{"paymentId":"p1","orderId":"o1","amount":5,"currency":"GNF"}"#);
        say("delivery.assigned", 9, r#"{"orderId":"o1","courierId":"k7"}"#);
        let order = business.entity("o1").unwrap();
        let steps = |way: &EntityWay| -> Vec<(String, i64, String)> {
            let of = |s: &StepTold| (s.name.to_string(), s.at.0 - START, format!("{}@{}", s.told.topic, s.told.offset));
            way.steps.iter().map(of).collect()
        };
        let ways: Vec<_> = order.ways.iter().map(|w| (w.pipeline.as_ref(), w.id.as_ref(), w.state.as_deref())).collect();
        assert_eq!(ways[0], ("order", "o1", Some("assigned")));
        assert!(ways.contains(&("payment", "p1", Some("completed"))) && ways.iter().any(|w| w.0 == "delivery"), "{ways:?}");
        assert!(order.messages.is_empty());
        assert!(order.gap && !order.midway, "it was never told to be confirmed");
        assert_eq!(steps(&order.ways[0])[0], ("created".into(), 1_000, "orders.created@1".into()));
        let payment = order.ways.iter().find(|w| w.pipeline.as_ref() == "payment").unwrap();
        let fact = |meaning, text: &str, ms| FactTold { meaning, value: Value::Text(text.into()), at: Timestamp(START + ms) };
        let told = [("initiated", 2_000, "payments.initiated@2"), ("completed", 4_000, "payments.completed@4")];
        assert_eq!(steps(payment), told.map(|(name, at, place)| (name.to_owned(), at, place.to_owned())));
        assert_eq!(payment.since, Some(Timestamp(START + 4_000)));
        assert!(payment.facts.contains(&fact(Meaning::Method, "card", 2_000)), "{payment:?}");
        assert!(order.ways[0].facts.contains(&fact(Meaning::Customer, "c1", 1_000)));
        assert_eq!(business.entity("o2"), None);
    }

    #[test]
    fn times_of_arrival_are_kept_where_they_moved() {
        let mut business = Business::new(Catalogue::builtin());
        let mut offset = 0;
        let mut say = |topic: &str, s: i64, eta_s: i64| {
            offset += 1;
            let eta = START + eta_s * 1_000;
            let json = format!(r#"{{"orderId":"o1","courierId":"k7","lat":9.5,"lon":-13.7,"etaAt":{eta}}}"#);
            tell(&mut business, topic, offset, s * 1_000, s * 1_000 + 5, &json);
        };
        say("delivery.assigned", 1, 600);
        for (s, eta_s) in [(20, 610), (40, 635), (60, 640), (80, 720), (70, 900)] {
            say("delivery.tracking", s, eta_s);
        }
        let forecasts = business.entity("o1").unwrap().forecasts;
        let told: Vec<_> = forecasts.iter().map(|f| ((f.told_at.0 - START) / 1_000, (f.eta.0 - START) / 1_000)).collect();
        assert_eq!(told, [(1, 600), (40, 635), (80, 720)]);
    }
}
