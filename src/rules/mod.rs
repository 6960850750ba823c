//! From figures to findings. Every rule is a row of a table: a code, how long its condition must hold, and a pure check over
//! figures. Raising and clearing is kept in one place, so that nothing flaps.

mod business;
mod cluster;
mod config;
mod disk;
mod failing;
mod group;
mod held;
mod inhibit;
mod levels;
mod more_config;
pub mod payments;
mod skew;
mod topic;
mod unjudged;
mod usual;

pub use business::{AtRisk, Faring, FleetInput, PaymentsInput, PipelineInput, StuckInput, Suspected};

pub use cluster::{BrokerInput, ClusterInput, ViewerInput};
pub use config::{
    ClusterRules, ErrorRules, GroupRules, LatencyRules, RetentionRules, RulesConfig, SilenceRules, UnusualRules, ViewerRules,
};
pub use disk::DiskInput;
pub use failing::{Ends, FailingInput, MethodEnds};
pub use group::GroupInput;
pub use held::{Delays, Held};
pub use inhibit::{Map, causes, hangs_on_cluster};
pub use levels::Levels;
pub use more_config::{CourierRules, DeliveryRules, DiskRules, InhibitRules, PaymentRules, SkewRules, StuckRules};
pub use topic::{OpenTransaction, TopicInput};
pub use usual::{Usual, usual};

use crate::model::{Code, Fact, Finding, FindingState, Level, LinkState, Reason, Subject, Timestamp};
use crate::snapshot::Health;
use std::collections::HashMap;
use std::sync::Arc;

/// What a rule says about a subject at one moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    Firing { level: Level, reason: Reason },
    Clear,
    CannotJudge(Reason),
}

impl Judgement {
    fn firing(level: Level, reason: Reason) -> Self {
        Self::Firing { level, reason }
    }
}

/// What every rule has to know beside its figures.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub now: Timestamp,
    pub link: LinkState,
    /// How far our reading is behind, in seconds; `None`: nothing is read.
    pub behind_s: Option<f64>,
}

impl Context {
    /// The cluster answers, at least in part.
    pub fn connected(&self) -> bool {
        matches!(self.link, LinkState::Connected | LinkState::Degraded)
    }

    /// Why nothing can be said about what does not come: we may not have heard it.
    fn deaf(&self, config: &RulesConfig) -> Option<Reason> {
        if !self.connected() {
            return Some(Code::NotConnected.into());
        }
        let behind = self.behind_s.filter(|s| *s > config.viewer.behind_s)?;
        Some(Reason::new(Code::ViewBehind).with("behind_s", Fact::Seconds(behind)))
    }
}

/// A finding of a subject that nobody judged for so long is over: a topic that is gone, a group that was given up.
const FORGOTTEN_S: f64 = 60.0;

/// One row of a table of rules over inputs `I`.
pub struct Rule<I> {
    pub code: Code,
    pub delays: fn(&RulesConfig) -> Delays,
    pub judge: fn(&I, &Context, &RulesConfig) -> Judgement,
}

/// A rule's state on a subject, with the evidence of when it last fired.
#[derive(Default)]
struct Kept {
    state: Held,
    reason: Reason,
    /// The evidence of when it last was critical: what eases keeps its level for a while, and that level's figures with it.
    critical: Reason,
    /// When it was last judged, or could not be.
    judged_at: Timestamp,
    /// Since when it cannot be judged.
    unjudged: Option<Timestamp>,
}

/// All rules' states, and what they find.
pub struct Rules {
    config: RulesConfig,
    held: HashMap<(Code, Subject), Kept>,
    findings: Vec<Finding>,
    /// Since when the cluster answers.
    heard_since: Option<Timestamp>,
}

impl Rules {
    pub fn new(config: RulesConfig) -> Self {
        Self { config, held: HashMap::new(), findings: Vec::new(), heard_since: None }
    }

    pub fn config(&self) -> &RulesConfig {
        &self.config
    }

    /// Begins a round of judgements: what was found before is forgotten, what is held is not.
    pub fn begin(&mut self, context: &Context) {
        self.findings.clear();
        if !context.connected() {
            self.held.values_mut().for_each(|kept| kept.keep(context.now));
            self.heard_since = Some(context.now);
        }
    }

    /// When something last came there, as far as silence goes: while the cluster was away nobody could write. A silence that was told
    /// before goes on.
    pub fn silent_since(&self, topic: &Arc<str>, moved_at: Option<Timestamp>) -> Option<Timestamp> {
        if self.holds(Code::TopicSilent, &Subject::Topic(topic.clone())) {
            return moved_at;
        }
        moved_at.map(|at| self.heard_since.map_or(at, |heard| at.max(heard)))
    }

    /// The clock was set back: so is what every condition has held for.
    pub fn step_back(&mut self, back: impl Fn(&mut Timestamp)) {
        for kept in self.held.values_mut() {
            kept.state.step_back(&back);
            back(&mut kept.judged_at);
            kept.unjudged.iter_mut().for_each(&back);
        }
        self.heard_since.iter_mut().for_each(&back);
    }

    /// Told before, and not judged now: neither over nor known to go on.
    pub fn holds(&self, code: Code, subject: &Subject) -> bool {
        self.held.get(&(code, subject.clone())).is_some_and(|kept| kept.state.is_told())
    }

    pub fn judge_topic(&mut self, input: &TopicInput, context: &Context) -> Health {
        self.judge(Subject::Topic(input.topic.name.clone()), topic::RULES, input, context)
    }

    pub fn judge_group(&mut self, input: &GroupInput, context: &Context) -> Health {
        self.judge(Subject::Group(input.name.clone()), group::RULES, input, context)
    }

    pub fn judge_broker(&mut self, input: &BrokerInput, context: &Context) -> Health {
        self.judge(Subject::Broker(input.id), cluster::BROKER_RULES, input, context)
    }

    pub fn judge_cluster(&mut self, input: &ClusterInput, context: &Context) -> Health {
        self.judge(Subject::Cluster, cluster::RULES, input, context)
    }

    pub fn judge_viewer(&mut self, input: &ViewerInput, context: &Context) -> Health {
        self.judge(Subject::Viewer, cluster::VIEWER_RULES, input, context)
    }

    pub fn judge_pipeline(&mut self, input: &PipelineInput, context: &Context) {
        self.judge(Subject::Pipeline(input.name.clone()), business::STUCK_RULES, input, context);
    }

    pub fn judge_fleet(&mut self, input: &FleetInput, context: &Context) {
        self.judge(Subject::Fleet, business::FLEET_RULES, input, context);
    }

    pub fn judge_payments(&mut self, input: &PaymentsInput, context: &Context) {
        self.judge(Subject::Pipeline(input.name.clone()), business::PAYMENT_RULES, input, context);
    }

    pub fn judge_failing(&mut self, input: &FailingInput, context: &Context) {
        self.judge(Subject::Pipeline(input.name.clone()), failing::RULES, input, context);
    }

    pub fn judge_disk(&mut self, input: &DiskInput, context: &Context) {
        self.judge(Subject::Disk(input.folder.clone()), disk::RULES, input, context);
    }

    /// Ends a round. What was told before and cannot be judged now stands among the findings, marked.
    pub fn end(&mut self, now: Timestamp) {
        self.held.retain(|_, held| !held.state.is_idle() && now.since_s(held.judged_at) < FORGOTTEN_S);
        let marked = self.held.iter().filter(|(_, kept)| kept.judged_at == now);
        self.findings.extend(marked.filter_map(|((_, subject), kept)| kept.marked(subject, now)));
        // What others follow from is seen first, though it began last.
        let is_root = |finding: &Finding| matches!(finding.subject, Subject::Cluster | Subject::Broker(_));
        self.findings.sort_by(|a, b| {
            let by_root = is_root(b).cmp(&is_root(a));
            b.level.cmp(&a.level).then(by_root).then(a.since.cmp(&b.since)).then_with(|| a.subject.cmp(&b.subject))
        });
    }

    /// What the last round found: worst first, then by the time it lasts.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The worst of the rules on one subject: well as soon as one can judge and none fires, unless one that fired cannot. Where all
    /// are off nothing is wanted to be known of it.
    fn judge<I>(&mut self, subject: Subject, rules: &[Rule<I>], input: &I, context: &Context) -> Health {
        let mut worst: Option<Finding> = None;
        let (mut judged, mut unknown, mut open) = (false, None, None);
        for rule in rules {
            if self.config.levels.is_off(rule.code) {
                continue;
            }
            let (level, reason) = match (rule.judge)(input, context, &self.config) {
                Judgement::Firing { level, reason } => (Some(self.config.levels.of(rule.code, level)), Some(reason)),
                Judgement::Clear => (None, None),
                Judgement::CannotJudge(reason) => {
                    if unjudged::has_no_object(reason.code) {
                        self.hold(rule, &subject, None, None, context.now);
                    } else if self.keep(rule.code, &subject, context.now) {
                        open = open.or_else(|| Some(reason.clone()));
                    }
                    unknown = unknown.or(Some(reason));
                    continue;
                }
            };
            judged = true;
            let Some(finding) = self.hold(rule, &subject, level, reason, context.now) else { continue };
            if worst.as_ref().is_none_or(|w| finding.level > w.level) {
                worst = Some(finding.clone());
            }
            self.findings.push(finding);
        }
        match (worst, open.or(unknown.filter(|_| !judged))) {
            (Some(finding), _) => Health { level: finding.level, reason: finding.reason },
            (None, Some(reason)) => Health { level: Level::Unknown, reason },
            (None, None) => Health { level: Level::Healthy, reason: Code::Healthy.into() },
        }
    }

    /// It cannot be said: what was told is neither over nor told again as something new afterwards. Returns whether it was told.
    fn keep(&mut self, code: Code, subject: &Subject, now: Timestamp) -> bool {
        let Some(kept) = self.held.get_mut(&(code, subject.clone())) else { return false };
        kept.keep(now);
        kept.state.is_told()
    }

    /// Nothing at all can be said of a subject: its figures are not known.
    pub fn cannot_judge(&mut self, subject: &Subject, now: Timestamp) {
        self.held.iter_mut().filter(|((_, of), _)| of == subject).for_each(|(_, kept)| kept.keep(now));
    }

    /// Raises and clears: the finding that is told now, if any.
    fn hold<I>(
        &mut self,
        rule: &Rule<I>,
        subject: &Subject,
        level: Option<Level>,
        reason: Option<Reason>,
        now: Timestamp,
    ) -> Option<Finding> {
        let place = (rule.code, subject.clone());
        if level.is_none() && !self.held.contains_key(&place) {
            return None;
        }
        let held = self.held.entry(place).or_default();
        (held.judged_at, held.unjudged) = (now, None);
        // Between well and cleared the evidence is that of when it last fired.
        if let Some(reason) = reason {
            if level == Some(Level::Critical) {
                held.critical = reason.clone();
            }
            held.reason = reason;
        }
        let judged = level;
        let (level, since) = held.state.judge(level, now, (rule.delays)(&self.config))?;
        // A warning that is on its way to critical must not name the threshold of critical.
        if judged > Some(level) {
            held.reason.facts.retain(|(name, _)| !name.starts_with("threshold"));
        }
        Some(held.finding(subject, level, since, now))
    }
}

impl Kept {
    /// It cannot be judged.
    fn keep(&mut self, now: Timestamp) {
        self.judged_at = now;
        self.unjudged.get_or_insert(now);
    }

    /// As it stood at this moment.
    fn finding(&self, subject: &Subject, level: Level, since: Timestamp, at: Timestamp) -> Finding {
        let evidence = if level == Level::Critical { &self.critical } else { &self.reason };
        let mut reason = evidence.clone().with("for_s", Fact::Seconds(at.since_s(since)));
        if let Some(gone) = self.state.gone_s(at) {
            reason = reason.with("gone_s", Fact::Seconds(gone));
        } else if let Some(eased) = self.state.eased_s(at) {
            reason = self.eased(reason, eased);
        }
        Finding { subject: subject.clone(), level, state: FindingState::Firing, since, reason }
    }

    /// Still critical by its time, no more by its newest figure: the share, where it goes by one, else a rule's first fact.
    fn eased(&self, mut reason: Reason, seconds: f64) -> Reason {
        let newest = self.reason.fact("share").or_else(|| self.reason.facts.first().map(|(_, first)| first));
        if let Some(newest) = newest {
            reason = reason.with("eased_to", newest.clone());
        }
        reason.with("eased_s", Fact::Seconds(seconds))
    }

    /// What was told and is not judged, as it stood when it last was, and for how long it has not been.
    fn marked(&self, subject: &Subject, now: Timestamp) -> Option<Finding> {
        let unjudged = self.unjudged?;
        let (level, since) = self.state.told()?;
        Some(self.finding(subject, level, since, unjudged).unjudged_for(now.since_s(unjudged)))
    }
}

#[cfg(test)]
mod tests;
