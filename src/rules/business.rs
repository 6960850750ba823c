use super::{Context, Delays, Judgement, Rule, RulesConfig};
use crate::model::{Code, Fact, Level, Reason};
use std::sync::Arc;

/// Who is past the deadline in one pipeline.
#[derive(Clone, Debug)]
pub struct PipelineInput {
    pub name: Arc<str>,
    pub stuck: Result<StuckInput, Reason>,
    /// Why who is not seen to be stuck may be all the same: what was known was given up a short while ago.
    pub anew: Option<Reason>,
}

#[derive(Clone, Debug, Default)]
pub struct StuckInput {
    pub count: usize,
    /// Of the one longest past its deadline: age, deadline (seconds), stage.
    pub worst: Option<(f64, u32, Arc<str>)>,
    /// `None`: no amount is told, or they differ in currency.
    pub at_risk: Option<AtRisk>,
}

/// The sum of amounts, as digits and currency, and of how many it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AtRisk {
    pub amount: String,
    pub currency: String,
    pub of: usize,
}

/// The deliveries under way.
#[derive(Clone, Debug)]
pub struct FleetInput {
    pub faring: Result<Faring, Reason>,
    /// As in [`PipelineInput`], for who is silent and for who is late.
    pub silent_anew: Option<Reason>,
    pub late_anew: Option<Reason>,
}

/// How they do, as far as it was told. Seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faring {
    /// Since the last position, of each that told one.
    pub ages_s: Vec<f64>,
    /// Later than promised, of each whose time of arrival is known.
    pub lates_s: Vec<f64>,
}

/// What lately looked suspicious, by kind.
#[derive(Clone, Debug, Default)]
pub struct PaymentsInput {
    pub name: Arc<str>,
    pub recent: Vec<Suspected>,
}

/// All payments of one kind within the time that an alert stands.
#[derive(Clone, Debug)]
pub struct Suspected {
    pub count: u64,
    /// The newest one's id.
    pub payment: Arc<str>,
    pub reason: Reason,
}

pub const STUCK_RULES: &[Rule<PipelineInput>] = &[Rule {
    code: Code::PipelineStuck,
    delays: |c| Delays { raise_after_s: c.stuck.raise_after_s, clear_after_s: c.stuck.clear_after_s },
    judge: stuck,
}];

pub const FLEET_RULES: &[Rule<FleetInput>] = &[
    Rule {
        code: Code::CouriersSilent,
        delays: |c| Delays { raise_after_s: c.couriers.raise_after_s, clear_after_s: c.couriers.clear_after_s },
        judge: silent,
    },
    Rule {
        code: Code::DeliveriesLate,
        delays: |c| Delays { raise_after_s: c.deliveries.raise_after_s, clear_after_s: c.deliveries.clear_after_s },
        judge: late,
    },
];

macro_rules! suspicious {
    ($($code:ident,)*) => {
        /// One rule a kind: an alert says how many there were, and what is with the newest.
        pub const PAYMENT_RULES: &[Rule<PaymentsInput>] =
            &[$(Rule { code: Code::$code, delays: payments, judge: |i, c, _| suspicious(i, c, Code::$code) },)*];
    };
}

suspicious! { PaidTwice, AmountDiffers, PaymentVelocity, AmountUnusual, RepeatedFailures, CountryUnusual, MethodAbroad, }

fn payments(config: &RulesConfig) -> Delays {
    Delays { raise_after_s: 0.0, clear_after_s: config.payments.clear_after_s }
}

fn stuck(input: &PipelineInput, context: &Context, config: &RulesConfig) -> Judgement {
    if let Some(reason) = context.deaf(config) {
        return Judgement::CannotJudge(reason);
    }
    let stuck = match &input.stuck {
        Ok(stuck) => stuck,
        Err(reason) => return Judgement::CannotJudge(reason.clone()),
    };
    let rules = &config.stuck;
    let times = stuck.worst.as_ref().map_or(0.0, |(age, deadline, _)| age / f64::from((*deadline).max(1)));
    let level = match stuck.count {
        n if n >= rules.critical_count => Level::Critical,
        n if n >= rules.warning_count => Level::Warning,
        n if n > 0 && times >= rules.times_deadline => Level::Warning,
        _ => return well(input.anew.as_ref()),
    };
    let mut reason = Reason::new(Code::PipelineStuck).with("stuck", Fact::Count(stuck.count as u64));
    if let Some((age, deadline, stage)) = &stuck.worst {
        reason = reason
            .with("age_s", Fact::Seconds(*age))
            .with("deadline_s", Fact::Seconds(f64::from(*deadline)))
            .with("stage", Fact::Text(stage.clone()));
    }
    if let Some(AtRisk { amount, currency, of }) = &stuck.at_risk {
        reason = reason.text("at_risk", amount.as_str()).text("currency", currency.as_str());
        // Not all tell an amount, and not all are summed: it is at least that much.
        if *of < stuck.count {
            reason = reason.with("at_risk_of", Fact::Count(*of as u64));
        }
    }
    Judgement::firing(level, reason)
}

/// Nobody is seen: that is well where all would be seen.
pub(super) fn well(anew: Option<&Reason>) -> Judgement {
    anew.map_or(Judgement::Clear, |reason| Judgement::CannotJudge(reason.clone()))
}

/// The figures of the deliveries, where they can be judged.
fn faring<'a>(input: &'a FleetInput, context: &Context, config: &RulesConfig) -> Result<&'a Faring, Reason> {
    match context.deaf(config) {
        Some(reason) => Err(reason),
        None => input.faring.as_ref().map_err(Clone::clone),
    }
}

fn silent(input: &FleetInput, context: &Context, config: &RulesConfig) -> Judgement {
    let ages = match faring(input, context, config) {
        Ok(faring) => &faring.ages_s,
        Err(reason) => return Judgement::CannotJudge(reason),
    };
    let rules = &config.couriers;
    let Some(over) = Over::of(ages, rules.silent_s, rules.least_couriers) else {
        return too_few(input.silent_anew.as_ref());
    };
    let Some(level) = over.level(rules.warning_share, rules.critical_share) else { return well(input.silent_anew.as_ref()) };
    let reason = over
        .told(Reason::new(Code::CouriersSilent).with("silent", Fact::Count(over.count as u64)), rules.silent_s)
        .with("longest_s", Fact::Seconds(over.most));
    Judgement::firing(level, reason)
}

/// Later than was promised: who promises again does not count as in time.
fn late(input: &FleetInput, context: &Context, config: &RulesConfig) -> Judgement {
    let lates = match faring(input, context, config) {
        Ok(faring) => &faring.lates_s,
        Err(reason) => return Judgement::CannotJudge(reason),
    };
    let rules = &config.deliveries;
    let Some(over) = Over::of(lates, rules.late_s, rules.least_deliveries) else { return too_few(input.late_anew.as_ref()) };
    let Some(level) = over.level(rules.warning_share, rules.critical_share) else { return well(input.late_anew.as_ref()) };
    let reason = over
        .told(Reason::new(Code::DeliveriesLate).with("late", Fact::Count(over.count as u64)), rules.late_s)
        .with("latest_s", Fact::Seconds(over.most));
    Judgement::firing(level, reason)
}

pub(super) fn too_few(anew: Option<&Reason>) -> Judgement {
    Judgement::CannotJudge(anew.cloned().unwrap_or_else(|| Code::TooFewReadings.into()))
}

/// Those of a crowd that are over a threshold.
struct Over {
    count: usize,
    of: usize,
    most: f64,
}

impl Over {
    /// `None`: the crowd is too small.
    fn of(seconds: &[f64], threshold: f64, least: usize) -> Option<Self> {
        let count = seconds.iter().filter(|s| **s > threshold).count();
        let over = || Self { count, of: seconds.len(), most: seconds.iter().copied().fold(0.0, f64::max) };
        (!seconds.is_empty() && seconds.len() >= least).then(over)
    }

    fn share(&self) -> f64 {
        self.count as f64 / self.of as f64
    }

    fn level(&self, warning: f64, critical: f64) -> Option<Level> {
        match self.share() {
            s if s >= critical => Some(Level::Critical),
            s if s >= warning => Some(Level::Warning),
            _ => None,
        }
    }

    fn told(&self, reason: Reason, threshold_s: f64) -> Reason {
        reason
            .with("of", Fact::Count(self.of as u64))
            .with("share", Fact::Ratio(self.share()))
            .with("threshold_s", Fact::Seconds(threshold_s))
    }
}

fn suspicious(input: &PaymentsInput, context: &Context, code: Code) -> Judgement {
    if !context.connected() {
        return Judgement::CannotJudge(Code::NotConnected.into());
    }
    let Some(found) = input.recent.iter().find(|s| s.reason.code == code) else { return Judgement::Clear };
    let reason = found.reason.clone().with("payments", Fact::Count(found.count)).with("payment", Fact::Text(found.payment.clone()));
    Judgement::firing(Level::Warning, reason)
}
