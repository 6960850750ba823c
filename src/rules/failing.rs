//! Payments that fail more than they should, by the provider that they go through.

use super::business::{too_few, well};
use super::{Context, Delays, Judgement, Rule, RulesConfig};
use crate::model::{Code, Fact, Level, Reason};
use std::sync::Arc;

/// What became of the payments that ended lately.
#[derive(Clone, Debug)]
pub struct FailingInput {
    /// Of the pipeline.
    pub name: Arc<str>,
    pub ends: Result<Ends, Reason>,
    /// Why too few or none that failed may be seen: what was known was given up a short while ago.
    pub anew: Option<Reason>,
}

/// By method, and how long lately is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ends {
    pub window_s: f64,
    pub methods: Vec<MethodEnds>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MethodEnds {
    pub method: Arc<str>,
    pub completed: u64,
    pub failed: u64,
}

impl MethodEnds {
    fn all(&self) -> u64 {
        self.completed + self.failed
    }

    fn share(&self) -> f64 {
        self.failed as f64 / self.all() as f64
    }
}

pub const RULES: &[Rule<FailingInput>] = &[Rule {
    code: Code::PaymentsFailing,
    delays: |c| Delays { raise_after_s: c.payments.failing_raise_after_s, clear_after_s: c.payments.failing_clear_after_s },
    judge: failing,
}];

/// One alert, not one a method: a shop's own fault strikes all of them at once.
fn failing(input: &FailingInput, context: &Context, config: &RulesConfig) -> Judgement {
    let ends = match (context.deaf(config), &input.ends) {
        (Some(reason), _) => return Judgement::CannotJudge(reason),
        (None, Err(reason)) => return Judgement::CannotJudge(reason.clone()),
        (None, Ok(ends)) => ends,
    };
    let (rules, anew) = (&config.payments, input.anew.as_ref());
    let judged = || ends.methods.iter().filter(|m| m.all() >= rules.failing_least.max(1));
    let Some(worst) = judged().max_by(|a, b| a.share().total_cmp(&b.share()).then(a.failed.cmp(&b.failed))) else {
        return too_few(anew);
    };
    let (level, threshold) = match worst.share() {
        s if s > rules.failing_critical => (Level::Critical, rules.failing_critical),
        s if s > rules.failing_warning => (Level::Warning, rules.failing_warning),
        _ => return well(anew),
    };
    let over = judged().filter(|m| m.share() > threshold).count();
    Judgement::firing(level, told(worst, over, ends.window_s, threshold))
}

fn told(worst: &MethodEnds, over: usize, window_s: f64, threshold: f64) -> Reason {
    let reason = Reason::new(Code::PaymentsFailing)
        .with("share", Fact::Ratio(worst.share()))
        .with("method", Fact::Text(worst.method.clone()))
        .with("failed", Fact::Count(worst.failed))
        .with("of", Fact::Count(worst.all()))
        .with("window_s", Fact::Seconds(window_s))
        .with("threshold", Fact::Ratio(threshold));
    if over > 1 { reason.with("methods", Fact::Count(over as u64)) } else { reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LinkState, Timestamp};
    use crate::rules::Rules;

    fn context(link: LinkState, second: i64) -> Context {
        Context { now: Timestamp(second * 1_000), link, behind_s: None }
    }

    /// Of each method: how many failed, and of how many.
    fn input(methods: &[(&str, u64, u64)]) -> FailingInput {
        let ends = |(method, failed, of): &(&str, u64, u64)| MethodEnds {
            method: (*method).into(),
            completed: of - failed,
            failed: *failed,
        };
        let ends = Ends { window_s: 600.0, methods: methods.iter().map(ends).collect() };
        FailingInput { name: "payment".into(), ends: Ok(ends), anew: None }
    }

    fn judged(input: &FailingInput) -> Judgement {
        failing(input, &context(LinkState::Connected, 0), &RulesConfig::default())
    }

    fn said(methods: &[(&str, u64, u64)]) -> String {
        match judged(&input(methods)) {
            Judgement::Firing { level, reason } => format!("{level:?}: {}", crate::text::sentence(&reason)),
            Judgement::Clear => "well".into(),
            Judgement::CannotJudge(reason) => reason.code.name().into(),
        }
    }

    #[test]
    fn a_method_is_told_above_each_threshold_and_not_at_it() {
        assert_eq!(said(&[("card", 10, 100)]), "well");
        assert_eq!(said(&[("card", 11, 100)]), "Warning: 11.0 % of card payments failed in 10 min (11 of 100), over 10 %");
        assert_eq!(said(&[("card", 30, 100)]), "Warning: 30.0 % of card payments failed in 10 min (30 of 100), over 10 %");
        assert_eq!(said(&[("card", 31, 100)]), "Critical: 31.0 % of card payments failed in 10 min (31 of 100), over 30 %");
    }

    #[test]
    fn a_method_of_which_few_ended_is_not_judged() {
        assert_eq!(said(&[]), "too-few-readings");
        assert_eq!(said(&[("card", 29, 29)]), "too-few-readings");
        assert_eq!(said(&[("card", 29, 29), ("cash", 0, 30)]), "well");
        assert_eq!(said(&[("card", 30, 30)]), "Critical: 100 % of card payments failed in 10 min (30 of 30), over 30 %");
        let mut config = RulesConfig::default();
        config.payments.failing_least = 0;
        let none = failing(&input(&[("card", 0, 0)]), &context(LinkState::Connected, 0), &config);
        assert_eq!(none, Judgement::CannotJudge(Code::TooFewReadings.into()), "of none there is no share");
    }

    #[test]
    fn the_highest_share_is_named_and_the_others_over_its_threshold_are_counted() {
        let many = [("card", 40, 200), ("cash", 5, 400), ("orange_money", 9, 30)];
        assert_eq!(
            said(&many),
            "Warning: 30.0 % of orange_money payments failed in 10 min (9 of 30), over 10 %, and 1 other method"
        );
        let worse = [("card", 40, 200), ("mtn_money", 45, 200), ("orange_money", 12, 30)];
        assert_eq!(said(&worse), "Critical: 40.0 % of orange_money payments failed in 10 min (12 of 30), over 30 %");
        let all = [("card", 80, 200), ("mtn_money", 80, 200), ("orange_money", 30, 40)];
        assert!(said(&all).ends_with("(30 of 40), over 30 %, and 2 other methods"), "{}", said(&all));
    }

    #[test]
    fn a_hostile_name_cannot_steer_the_terminal() {
        let told = said(&[("ca\u{202e}rd\x1b[2J", 31, 100)]);
        assert!(told.contains("ca\\u{202e}rd\\x1b[2J payments"), "{told}");
    }

    #[test]
    fn what_is_not_known_is_not_judged_and_says_why() {
        let unknown = FailingInput { ends: Err(Code::Sampled.into()), ..input(&[]) };
        assert_eq!(judged(&unknown), Judgement::CannotJudge(Code::Sampled.into()));
        let many = input(&[("card", 90, 100)]);
        let config = RulesConfig::default();
        let away = failing(&many, &context(LinkState::Down, 0), &config);
        assert_eq!(away, Judgement::CannotJudge(Code::NotConnected.into()));
        let behind = Context { behind_s: Some(6.0), ..context(LinkState::Connected, 0) };
        assert!(matches!(failing(&many, &behind, &config), Judgement::CannotJudge(r) if r.code == Code::ViewBehind));
    }

    #[test]
    fn after_a_gap_nobody_says_that_it_is_over_but_what_fires_is_told() {
        let gap = |methods: &[(&str, u64, u64)]| judged(&FailingInput { anew: Some(Code::Sampled.into()), ..input(methods) });
        assert_eq!(gap(&[]), Judgement::CannotJudge(Code::Sampled.into()));
        assert_eq!(gap(&[("card", 0, 100)]), Judgement::CannotJudge(Code::Sampled.into()));
        assert!(matches!(gap(&[("card", 31, 100)]), Judgement::Firing { level: Level::Critical, .. }));
    }

    /// What stands at a second, when so many of a hundred failed.
    fn at(rules: &mut Rules, failed: u64, second: i64) -> String {
        let context = context(LinkState::Connected, second);
        rules.begin(&context);
        rules.judge_failing(&input(&[("card", failed, 100)]), &context);
        rules.end(context.now);
        rules.findings().first().map_or_else(String::new, |found| {
            assert_eq!(found.subject, crate::model::Subject::Pipeline("payment".into()));
            format!("{:?} {}", found.level, crate::text::sentence(&found.reason))
        })
    }

    #[test]
    fn it_is_raised_after_half_a_minute_eases_and_is_over_after_one() {
        let mut rules = Rules::new(RulesConfig::default());
        let mut at = |failed: u64, second: i64| at(&mut rules, failed, second);
        assert_eq!(at(20, 100), "");
        assert_eq!(at(20, 129), "");
        assert_eq!(at(20, 130), "Warning 20.0 % of card payments failed in 10 min (20 of 100), over 10 %, for 30 s");
        assert_eq!(at(40, 131), "Warning 40.0 % of card payments failed in 10 min (40 of 100), for 31 s");
        let critical = "Critical 40.0 % of card payments failed in 10 min (40 of 100), over 30 %";
        assert_eq!(at(40, 161), format!("{critical}, for 30 s"));
        assert_eq!(at(15, 171), format!("{critical}, for 40 s, eased to 15.0 % for 0 s"));
        assert_eq!(at(15, 231), "Warning 15.0 % of card payments failed in 10 min (15 of 100), over 10 %, for 2 min");
        assert!(at(2, 241).ends_with("(15 of 100), over 10 %, for 2 min, well again for 0 s"));
        assert_ne!(at(2, 300), "");
        assert_eq!(at(2, 301), "");
    }

    #[test]
    fn its_own_level_is_what_the_configuration_says() {
        let with = |level: &str| toml::from_str(&format!("[levels]\npayments-failing = \"{level}\"\n")).unwrap();
        let told = |level: &str| {
            let mut rules = Rules::new(with(level));
            at(&mut rules, 40, 100);
            at(&mut rules, 40, 130)
        };
        assert!(told("warning").starts_with("Warning 40.0 %"));
        assert_eq!(told("off"), "");
    }
}
