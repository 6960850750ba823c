use super::{Context, Delays, Judgement, Rule, RulesConfig};
use crate::model::{Code, Controllers, Fact, Level, LinkState, Reason};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct BrokerInput {
    pub id: i32,
    pub host: Arc<str>,
    pub port: u16,
    pub up: bool,
    /// Why we cannot talk to it.
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug)]
pub struct ClusterInput {
    pub controllers: Controllers,
    /// What is wrong with the way to it: the worst.
    pub reason: Option<Reason>,
}

#[derive(Clone, Debug)]
pub struct ViewerInput {
    pub behind_s: Option<f64>,
}

pub const BROKER_RULES: &[Rule<BrokerInput>] = &[Rule { code: Code::BrokerDown, delays: at_once, judge: broker_down }];
pub const RULES: &[Rule<ClusterInput>] = &[
    Rule {
        code: Code::ClusterDown,
        delays: |c| Delays { raise_after_s: c.cluster.down_after_s, clear_after_s: c.cluster.clear_after_s },
        judge: cluster_down,
    },
    Rule { code: Code::ControllersSilent, delays: at_once, judge: controllers_silent },
];
pub const VIEWER_RULES: &[Rule<ViewerInput>] = &[Rule {
    code: Code::ViewBehind,
    delays: |c| Delays { raise_after_s: 0.0, clear_after_s: c.viewer.clear_after_s },
    judge: view_behind,
}];

fn at_once(config: &RulesConfig) -> Delays {
    Delays { raise_after_s: 0.0, clear_after_s: config.cluster.clear_after_s }
}

/// By the link alone: while nobody answers, nothing else can be judged.
fn cluster_down(input: &ClusterInput, context: &Context, _: &RulesConfig) -> Judgement {
    match context.link {
        LinkState::Connecting => Judgement::CannotJudge(Code::NotKnownYet.into()),
        LinkState::Connected | LinkState::Degraded => Judgement::Clear,
        LinkState::Down => Judgement::firing(Level::Critical, because(Code::ClusterDown.into(), input.reason.as_ref())),
    }
}

/// With the cause's code and facts.
fn because(mut reason: Reason, cause: Option<&Reason>) -> Reason {
    let Some(cause) = cause else { return reason };
    reason = reason.text("cause", cause.code.name());
    for (name, fact) in &cause.facts {
        if reason.fact(name).is_none() {
            reason.facts.push((name, fact.clone()));
        }
    }
    reason
}

fn broker_down(input: &BrokerInput, context: &Context, _: &RulesConfig) -> Judgement {
    if !context.connected() {
        return Judgement::CannotJudge(Code::NotConnected.into());
    }
    if input.up {
        return Judgement::Clear;
    }
    let mut reason = Reason::new(Code::BrokerDown).with("id", Fact::Count(input.id.unsigned_abs().into()));
    if !input.host.is_empty() {
        reason = reason.text("broker", format!("{}:{}", input.host, input.port));
    }
    Judgement::firing(Level::Critical, because(reason, input.reason.as_ref()))
}

fn controllers_silent(input: &ClusterInput, context: &Context, _: &RulesConfig) -> Judgement {
    if !context.connected() {
        return Judgement::CannotJudge(Code::NotConnected.into());
    }
    match input.controllers {
        Controllers::Answering => Judgement::Clear,
        Controllers::Silent => Judgement::firing(Level::Critical, Code::ControllersSilent.into()),
        Controllers::Unknown => Judgement::CannotJudge(Code::NotKnownYet.into()),
    }
}

fn view_behind(input: &ViewerInput, context: &Context, config: &RulesConfig) -> Judgement {
    // Nobody reads from brokers that are away: that is told already.
    if !context.connected() {
        return Judgement::CannotJudge(Code::NotConnected.into());
    }
    match input.behind_s {
        None => Judgement::CannotJudge(Code::NotReading.into()),
        Some(s) if s > config.viewer.behind_s => {
            let reason = Reason::new(Code::ViewBehind)
                .with("behind_s", Fact::Seconds(s))
                .with("threshold_s", Fact::Seconds(config.viewer.behind_s));
            Judgement::firing(Level::Warning, reason)
        }
        Some(_) => Judgement::Clear,
    }
}
