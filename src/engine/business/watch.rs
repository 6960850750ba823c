//! What the rules look at: figures of now, not of the last picture.

use super::lately;
use super::look::{self, Look};
use super::picture::Gaze;
use super::pipeline::PipelineState;
use super::{Business, rows};
use crate::domain::{Part, PipelineId, Plan};
use crate::model::{Code, Meaning, Reason, Subject, Value};
use crate::rules::{
    AtRisk, Ends, FailingInput, FleetInput, PaymentRules, PaymentsInput, PipelineInput, RulesConfig, StuckInput, Suspected,
};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Stuck ones whose amounts are summed.
const SUMMED: usize = 1_000;

impl Business {
    pub fn watch_pipelines(&mut self, gaze: &Gaze<'_>) -> Vec<PipelineInput> {
        self.age(gaze);
        let followed = self.store.is_some();
        let input = |way: &super::Way| {
            let unknown = way.knowledge.known(gaze, followed).err();
            let warming = || way.knowledge.warming(gaze.topics).then(|| Code::WarmingUp.into());
            let plan = self.plans.get(way.frame.id);
            let stuck = match unknown.or_else(warming) {
                Some(reason) => Err(reason),
                None => Ok(self.stuck(way.frame.id, plan, &way.state, gaze)),
            };
            PipelineInput { name: plan.name.clone(), stuck, anew: way.knowledge.anew(gaze.now, longest_s(plan)) }
        };
        self.ways.iter().map(input).collect()
    }

    /// Topics that tell of an alert's subject.
    pub fn feeds(&self, subject: &Subject) -> Vec<Arc<str>> {
        let id = match subject {
            Subject::Fleet => self.special.delivery,
            Subject::Pipeline(name) => self.ways.iter().map(|way| way.frame.id).find(|id| self.plans.get(*id).name == *name),
            _ => None,
        };
        let way = id.and_then(|id| self.ways.get(usize::from(id.0)));
        way.map(|way| way.knowledge.topics().to_vec()).unwrap_or_default()
    }

    fn stuck(&self, id: PipelineId, plan: &Plan, state: &PipelineState, gaze: &Gaze<'_>) -> StuckInput {
        let late = || state.open(plan).filter(|(_, s)| s.standers.late() > 0);
        let age = |step, since| {
            let deadline = plan.deadline_s(step)?;
            Some((gaze.now.since_s(since), deadline, plan.step_name(step).clone()))
        };
        let oldest = late().filter_map(|(step, s)| age(step, s.standers.latest().next()?.0));
        let times = |(age, deadline, _): &(f64, u32, Arc<str>)| age / f64::from((*deadline).max(1));
        StuckInput {
            count: late().map(|(_, s)| s.standers.late()).sum(),
            worst: oldest.max_by(|a, b| times(a).total_cmp(&times(b))),
            at_risk: self.at_risk(id, late().flat_map(|(_, s)| s.standers.latest()).take(SUMMED).map(|(_, entity)| entity)),
        }
    }

    /// The sum of the amounts that are told.
    fn at_risk<'a>(&self, id: PipelineId, late: impl Iterator<Item = &'a super::seen::Entity>) -> Option<AtRisk> {
        let (mut sum, mut of) = (None::<(Decimal, String)>, 0);
        for entity in late {
            let Some((subject, kept)) = self.world.walkers.get_key_value(&entity.subject(id)) else { continue };
            let look = Look { kept, id: &subject.id };
            let part = entity.owner.as_ref().map(|_| Part { pipeline: id, id: entity.id.clone() });
            let Some((Value::Amount(amount), _)) = look.of_or_own(part.as_ref(), Meaning::Amount) else { continue };
            let currency = look::text(look.of_or_own(part.as_ref(), Meaning::Currency)).map(|c| c.to_string()).unwrap_or_default();
            of += 1;
            match &mut sum {
                None => sum = Some((*amount, currency)),
                Some((all, one)) if *one == currency => *all = all.saturating_add(*amount),
                // Two currencies make no sum.
                Some(_) => return None,
            }
        }
        sum.map(|(all, currency)| AtRisk { amount: all.to_string(), currency, of })
    }

    /// How the deliveries under way do; `None`: this catalogue has none.
    pub fn watch_fleet(&self, gaze: &Gaze<'_>, rules: &RulesConfig) -> Option<FleetInput> {
        let id = self.special.delivery?;
        let (plan, way) = (self.plans.get(id), self.ways.get(usize::from(id.0))?);
        let faring = match way.knowledge.known(gaze, self.store.is_some()) {
            Err(reason) => Err(reason),
            Ok(()) if way.knowledge.warming(gaze.topics) => Err(Reason::from(Code::WarmingUp)),
            Ok(()) => Ok(rows::faring(&self.world, id, plan, &way.state, gaze.now)),
        };
        let anew = |seconds| way.knowledge.anew(gaze.now, seconds);
        Some(FleetInput { faring, silent_anew: anew(rules.couriers.silent_s), late_anew: anew(longest_s(plan)) })
    }

    /// What lately looked suspicious; `None`: this catalogue has no payments.
    pub fn watch_payments(&self, gaze: &Gaze<'_>, rules: &PaymentRules) -> Option<PaymentsInput> {
        let id = self.special.payment?;
        let since = gaze.now.plus_ms(-(rules.alert_for_s * 1_000.0) as i64);
        let mut recent: Vec<Suspected> = Vec::new();
        for told in self.payments.suspected_since(since) {
            match recent.iter_mut().find(|s| s.reason.code == told.code) {
                Some(kind) => kind.count += 1,
                None => recent.push(Suspected { count: 1, payment: told.id.clone(), reason: told.reason.clone() }),
            }
        }
        Some(PaymentsInput { name: self.plans.get(id).name.clone(), recent })
    }

    /// How the payments of each method ended lately; `None`: this catalogue has no payments.
    pub fn watch_failing(&self, gaze: &Gaze<'_>) -> Option<FailingInput> {
        let id = self.special.payment?;
        let way = self.ways.get(usize::from(id.0))?;
        let ends = match way.knowledge.known(gaze, self.store.is_some()) {
            Err(reason) => Err(reason),
            // Topics are read one after the other: of the past one may have all that failed and none that did not.
            Ok(()) if way.knowledge.warming(gaze.topics) => Err(Reason::from(Code::WarmingUp)),
            Ok(()) => Ok(Ends { window_s: lately::SPAN_S, methods: self.payments.ended_lately(gaze.now) }),
        };
        // With an order that is given up its payments go, whichever pipeline begins anew.
        let anew = self.ways.iter().find_map(|way| way.knowledge.anew(gaze.now, lately::SPAN_S));
        Some(FailingInput { name: self.plans.get(id).name.clone(), ends, anew })
    }
}

/// The longest that a stage may take.
fn longest_s(plan: &Plan) -> f64 {
    plan.deadlines_s.iter().flatten().max().map_or(0.0, |deadline| f64::from(*deadline))
}
