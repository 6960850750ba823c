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

/// Couriers on their way: how many told a position at all, and how many of those none for long.
#[derive(Clone, Debug)]
pub struct FleetInput {
    /// Seconds since each one's last position.
    pub ages_s: Result<Vec<f64>, Reason>,
    /// As in [`PipelineInput`].
    pub anew: Option<Reason>,
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

pub const FLEET_RULES: &[Rule<FleetInput>] = &[Rule {
    code: Code::CouriersSilent,
    delays: |c| Delays { raise_after_s: c.couriers.raise_after_s, clear_after_s: c.couriers.clear_after_s },
    judge: silent,
}];

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
fn well(anew: Option<&Reason>) -> Judgement {
    anew.map_or(Judgement::Clear, |reason| Judgement::CannotJudge(reason.clone()))
}

fn silent(input: &FleetInput, context: &Context, config: &RulesConfig) -> Judgement {
    if let Some(reason) = context.deaf(config) {
        return Judgement::CannotJudge(reason);
    }
    let ages = match &input.ages_s {
        Ok(ages) => ages,
        Err(reason) => return Judgement::CannotJudge(reason.clone()),
    };
    let rules = &config.couriers;
    if ages.len() < rules.least_couriers {
        return Judgement::CannotJudge(input.anew.clone().unwrap_or_else(|| Code::TooFewReadings.into()));
    }
    let silent = ages.iter().filter(|age| **age > rules.silent_s).count();
    let share = silent as f64 / ages.len() as f64;
    let level = match share {
        s if s >= rules.critical_share => Level::Critical,
        s if s >= rules.warning_share => Level::Warning,
        _ => return well(input.anew.as_ref()),
    };
    let longest = ages.iter().copied().fold(0.0, f64::max);
    let reason = Reason::new(Code::CouriersSilent)
        .with("silent", Fact::Count(silent as u64))
        .with("of", Fact::Count(ages.len() as u64))
        .with("share", Fact::Ratio(share))
        .with("threshold_s", Fact::Seconds(rules.silent_s))
        .with("longest_s", Fact::Seconds(longest));
    Judgement::firing(level, reason)
}

fn suspicious(input: &PaymentsInput, context: &Context, code: Code) -> Judgement {
    if !context.connected() {
        return Judgement::CannotJudge(Code::NotConnected.into());
    }
    let Some(found) = input.recent.iter().find(|s| s.reason.code == code) else { return Judgement::Clear };
    let reason = found.reason.clone().with("payments", Fact::Count(found.count)).with("payment", Fact::Text(found.payment.clone()));
    Judgement::firing(Level::Warning, reason)
}
