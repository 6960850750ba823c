use super::config::OutletConfig;
use super::message::{Cluster, Kind, Message, key};
use crate::model::{Code, Finding, FindingState, Mark, Marked, Subject, Timestamp};
use crate::snapshot::{Alert, PastAlert};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

/// Alerts that are followed at once; what comes beyond is counted as dropped.
const MOST: usize = 2_000;
/// Keys of alerts that are over: none of them is told again.
const CLOSED: usize = 2_000;
/// An alert from before the start that does not come again in so long, although all is judged, is over.
const ADOPTED_MS: i64 = 600_000;

/// What was told of each alert, and to whom: a message is handed out until an outlet has taken it, and never again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    open: Vec<Entry>,
    closed: VecDeque<String>,
    /// Alerts that there was no room for, of which none was told.
    #[serde(skip)]
    pub dropped: u64,
    /// Those of them that still fire: each is counted once.
    #[serde(skip)]
    unfit: HashSet<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    key: String,
    rule: Code,
    subject: Subject,
    /// Since when it fires, as this process sees it; `None`: it comes from before the start.
    #[serde(skip)]
    seen: Option<Timestamp>,
    /// Since when it is missing without being told to be over.
    #[serde(skip)]
    missing: Option<Timestamp>,
    firing: Message,
    resolved: Option<Message>,
    outlets: BTreeMap<String, Told>,
}

/// How far one outlet is with one alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    FiringWaits,
    /// Its answer is not known: one that is over meanwhile is told to be over if it was taken.
    FiringOnWay,
    FiringSent,
    ResolvedWaits,
    /// It was given up.
    Refused,
}

/// What one looks at once a second.
pub struct Sight<'a> {
    pub alerts: &'a [Arc<Alert>],
    /// There are more alerts than `alerts` has: one that is missing may well fire.
    pub cut: bool,
    pub past: &'a [Arc<PastAlert>],
    /// What people decided: the picture may be older.
    pub decided: &'a [Mark],
    /// The cluster answers and the past is read: what does not fire is over.
    pub judged: bool,
    pub now: Timestamp,
}

impl Sight<'_> {
    /// A person keeps it quiet.
    fn is_quiet(&self, finding: &Finding) -> bool {
        let of_it = |mark: &&Mark| mark.rule == finding.reason.code && mark.subject == finding.subject;
        self.decided.iter().filter(of_it).any(|mark| match mark.what {
            Marked::Silenced { until: Some(until) } => until > self.now,
            Marked::Silenced { until: None } | Marked::Acknowledged => true,
        })
    }
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// It would fail each time: it is given up.
    Refused,
}

impl Ledger {
    /// Takes the newest picture. Returns whether anything changed.
    pub fn look(&mut self, cluster: &Cluster, outlets: &[OutletConfig], sight: &Sight<'_>) -> bool {
        let mut changed = self.end(cluster, outlets, sight);
        let unfit = std::mem::take(&mut self.unfit);
        for alert in sight.alerts {
            changed |= self.see(cluster, outlets, alert, sight);
        }
        self.dropped += self.unfit.difference(&unfit).count() as u64;
        changed | self.close()
    }

    fn entry(&mut self, rule: Code, subject: &Subject) -> Option<&mut Entry> {
        self.open.iter_mut().find(|e| e.rule == rule && e.subject == *subject && e.resolved.is_none())
    }

    /// Who is over.
    fn end(&mut self, cluster: &Cluster, outlets: &[OutletConfig], sight: &Sight<'_>) -> bool {
        let mut changed = false;
        for entry in self.open.iter_mut().filter(|e| e.resolved.is_none()) {
            let is_it = |f: &Finding| f.reason.code == entry.rule && f.subject == entry.subject;
            let over = sight.past.iter().find(|p| is_it(&p.finding) && Some(p.finding.since) == entry.seen);
            let there = sight.alerts.iter().find(|a| is_it(&a.0));
            let ended = match (over, there) {
                (Some(past), _) => Some((past.finding.clone(), past.ended_at)),
                (None, Some(alert)) => {
                    entry.missing = None;
                    entry.seen = Some(alert.0.since);
                    None
                }
                (None, None) if !sight.judged || sight.cut => {
                    entry.missing = None;
                    None
                }
                (None, None) => {
                    let missing = *entry.missing.get_or_insert(sight.now);
                    (sight.now.since_ms(missing) >= ADOPTED_MS).then(|| (entry.lost(), sight.now))
                }
            };
            if let Some((finding, at)) = ended {
                entry.resolve(Message::resolved(cluster, &entry.key.clone(), &finding, at), outlets);
                changed = true;
            }
        }
        changed
    }

    fn see(&mut self, cluster: &Cluster, outlets: &[OutletConfig], alert: &Alert, sight: &Sight<'_>) -> bool {
        let finding = &alert.0;
        let speaks = finding.state == FindingState::Firing && !sight.is_quiet(finding);
        if let Some(entry) = self.entry(finding.reason.code, &finding.subject) {
            return speaks && entry.worsen(cluster, outlets, finding);
        }
        if !speaks {
            return false;
        }
        let key = key(cluster, finding);
        if self.closed.contains(&key) {
            return false;
        }
        let wanted = wants(outlets, finding);
        if wanted.is_empty() {
            return false;
        }
        if self.open.len() >= MOST {
            self.unfit.insert(key);
            return false;
        }
        self.open.push(Entry {
            firing: Message::firing(cluster, &key, finding),
            key,
            rule: finding.reason.code,
            subject: finding.subject.clone(),
            seen: Some(finding.since),
            missing: None,
            resolved: None,
            outlets: wanted,
        });
        true
    }

    /// Alerts that are over and that nobody waits for.
    fn close(&mut self) -> bool {
        let before = self.open.len();
        let closed = &mut self.closed;
        self.open.retain(|entry| {
            let awaited = |told: &Told| matches!(told, Told::FiringOnWay | Told::ResolvedWaits);
            let over = entry.resolved.is_some() && !entry.outlets.values().any(awaited);
            if over {
                closed.push_back(entry.key.clone());
            }
            !over
        });
        while self.closed.len() > CLOSED {
            self.closed.pop_front();
        }
        self.open.len() != before
    }

    /// Hands out the next message for an outlet: what waits longest. Its answer is [`Self::done`] or [`Self::failed`].
    pub fn hand_out(&mut self, outlet: &str) -> Option<Message> {
        self.open.iter_mut().find_map(|entry| {
            let told = entry.outlets.get_mut(outlet)?;
            match told {
                Told::FiringWaits => {
                    *told = Told::FiringOnWay;
                    Some(entry.firing.clone())
                }
                Told::ResolvedWaits => entry.resolved.clone(),
                Told::FiringOnWay | Told::FiringSent | Told::Refused => None,
            }
        })
    }

    pub fn waiting(&self, outlet: &str) -> usize {
        let waits = |told: Option<&Told>| matches!(told, Some(Told::FiringWaits | Told::FiringOnWay | Told::ResolvedWaits));
        self.open.iter().filter(|e| waits(e.outlets.get(outlet))).count()
    }

    /// An outlet has taken a message, or never will. `resolves`: it wants to hear when an alert is over.
    pub fn done(&mut self, outlet: &str, key: &str, kind: Kind, outcome: Outcome, resolves: bool) {
        let Some(entry) = self.open.iter_mut().find(|e| e.key == key) else { return };
        let over = entry.resolved.is_some();
        let next = match (kind, outcome) {
            (Kind::Firing, Outcome::Sent) if over && resolves => Some(Told::ResolvedWaits),
            (Kind::Firing, Outcome::Sent) if !over => Some(Told::FiringSent),
            (Kind::Firing, Outcome::Refused) if !over => Some(Told::Refused),
            _ => None,
        };
        match next {
            Some(told) => entry.outlets.insert(outlet.to_owned(), told),
            None => entry.outlets.remove(outlet),
        };
        self.close();
    }

    /// It was not taken, and may be later. Who did not hear that it fires need not hear of it when it is over.
    pub fn failed(&mut self, outlet: &str, key: &str) {
        let Some(entry) = self.open.iter_mut().find(|e| e.key == key) else { return };
        if entry.outlets.get(outlet) == Some(&Told::FiringOnWay) {
            if entry.resolved.is_some() {
                entry.outlets.remove(outlet);
            } else {
                entry.outlets.insert(outlet.to_owned(), Told::FiringWaits);
            }
        }
        self.close();
    }

    /// Outlets that are not configured any more wait for nothing; messages on their way at the end of the last run wait again.
    pub fn begin(&mut self, outlets: &[OutletConfig]) {
        for entry in &mut self.open {
            entry.outlets.retain(|name, _| outlets.iter().any(|o| o.name == *name));
            for told in entry.outlets.values_mut().filter(|told| **told == Told::FiringOnWay) {
                *told = Told::FiringWaits;
            }
        }
        self.close();
    }
}

impl Entry {
    /// It is over: who heard that it fires hears that too; who did not need not hear of it any more.
    fn resolve(&mut self, message: Message, outlets: &[OutletConfig]) {
        self.outlets.retain(|name, told| {
            let outlet = outlets.iter().find(|o| o.name == *name);
            if *told == Told::FiringSent && outlet.is_some_and(|o| o.resolved) {
                *told = Told::ResolvedWaits;
            }
            matches!(told, Told::ResolvedWaits | Told::FiringOnWay)
        });
        self.resolved = Some(message);
    }

    /// A warning that became critical is told to those who hear of critical ones only.
    fn worsen(&mut self, cluster: &Cluster, outlets: &[OutletConfig], finding: &Finding) -> bool {
        let more: Vec<_> = wants(outlets, finding).into_iter().filter(|(name, _)| !self.outlets.contains_key(name)).collect();
        if more.is_empty() {
            return false;
        }
        self.firing = Message::firing(cluster, &self.key, finding);
        self.outlets.extend(more);
        true
    }

    /// What is known of one that never came again.
    fn lost(&self) -> Finding {
        let since = self.firing.body["since_ms"].as_i64().map_or_else(Timestamp::default, Timestamp);
        Finding {
            subject: self.subject.clone(),
            level: self.firing.severity,
            state: FindingState::Resolved,
            since,
            reason: self.rule.into(),
        }
    }
}

fn wants(outlets: &[OutletConfig], finding: &Finding) -> BTreeMap<String, Told> {
    let wanted = outlets.iter().filter(|o| finding.level >= o.least);
    wanted.map(|o| (o.name.clone(), Told::FiringWaits)).collect()
}

#[cfg(test)]
mod tests;
