//! One cause, one alert: what follows from a dead broker, a partition without a leader or a stopped group is not told beside it.

use crate::model::{Code, Fact, Finding, Subject};
use crate::snapshot::PartitionOffsets;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where things stand in the cluster, as far as causes need it.
pub trait Map {
    fn partitions(&self, topic: &str) -> &[PartitionOffsets];
    /// Topics and partitions that a group committed on.
    fn reads(&self, group: &str) -> Vec<(Arc<str>, i32)>;
}

/// For each finding the place of the one that it follows from.
pub fn causes(findings: &[Finding], map: &dyn Map) -> Vec<Option<usize>> {
    let roots = Roots::of(findings);
    findings.iter().map(|finding| roots.cause(finding, findings, map)).collect()
}

/// What others may follow from.
struct Roots {
    down: BTreeSet<i32>,
    has: std::collections::HashMap<(Code, Subject), usize>,
}

impl Roots {
    fn of(findings: &[Finding]) -> Self {
        let down = |f: &Finding| match (&f.subject, f.reason.code) {
            (Subject::Broker(id), Code::BrokerDown) => Some(*id),
            _ => None,
        };
        let has = findings.iter().enumerate().map(|(at, f)| ((f.reason.code, f.subject.clone()), at)).collect();
        Self { down: findings.iter().filter_map(down).collect(), has }
    }

    fn place(&self, code: Code, subject: &Subject) -> Option<usize> {
        self.has.get(&(code, subject.clone())).copied()
    }

    fn broker(&self, id: i32) -> Option<usize> {
        self.place(Code::BrokerDown, &Subject::Broker(id))
    }

    fn cause(&self, finding: &Finding, all: &[Finding], map: &dyn Map) -> Option<usize> {
        match (&finding.subject, finding.reason.code) {
            (Subject::Topic(name), code) => self.of_topic(name, code, &finding.subject, map),
            (Subject::Group(name), code) => self.of_group(name, code, finding, map),
            // Nobody moves on where nothing comes in any more.
            (Subject::Viewer, Code::ViewBehind) if !self.down.is_empty() => {
                all.iter().position(|f| f.reason.code == Code::BrokerDown)
            }
            _ => None,
        }
    }

    fn of_topic(&self, name: &str, code: Code, subject: &Subject, map: &dyn Map) -> Option<usize> {
        let partitions = map.partitions(name);
        match code {
            Code::Offline => self.explains(partitions.iter().filter(|p| p.leader.is_none())),
            Code::UnderMinIsr => {
                self.place(Code::Offline, subject).or_else(|| self.explains(partitions.iter().filter(|p| falls_short(p))))
            }
            Code::UnderReplicated => self
                .place(Code::UnderMinIsr, subject)
                .or_else(|| self.place(Code::Offline, subject))
                .or_else(|| self.explains(partitions.iter().filter(|p| falls_short(p)))),
            Code::TopicSilent | Code::TopicUnusual => {
                self.explains(partitions.iter().filter(|p| self.is_headless(p))).or_else(|| self.place(Code::Offline, subject))
            }
            _ => None,
        }
    }

    fn of_group(&self, name: &str, code: Code, finding: &Finding, map: &dyn Map) -> Option<usize> {
        let stands = match code {
            Code::GroupLag | Code::GroupLagging => {
                let own = |code| self.place(code, &finding.subject);
                if let Some(own) = own(Code::GroupStopped).or_else(|| own(Code::GroupStalled)) {
                    return Some(own);
                }
                map.reads(name)
            }
            Code::GroupStalled => match (finding.reason.fact("topic"), finding.reason.fact("partition")) {
                (Some(Fact::Text(topic)), Some(Fact::Count(partition))) => {
                    vec![(topic.clone(), i32::try_from(*partition).unwrap_or(-1))]
                }
                _ => map.reads(name),
            },
            Code::GroupStopped => map.reads(name),
            _ => return None,
        };
        if stands.is_empty() {
            return None;
        }
        // One partition without a leader explains a lag; that nobody commits at all is explained by nothing less than all of them.
        let headless = |(topic, partition): &(Arc<str>, i32)| {
            let found = map.partitions(topic).iter().find(|p| p.partition == *partition)?;
            self.is_headless(found).then(|| self.explains([found].into_iter()).or_else(|| self.offline(topic))).flatten()
        };
        let causes: Vec<Option<usize>> = stands.iter().map(headless).collect();
        let enough = if code == Code::GroupStopped { causes.iter().all(Option::is_some) } else { true };
        causes.into_iter().flatten().next().filter(|_| enough)
    }

    fn offline(&self, topic: &Arc<str>) -> Option<usize> {
        self.place(Code::Offline, &Subject::Topic(topic.clone()))
    }

    fn is_headless(&self, partition: &PartitionOffsets) -> bool {
        partition.leader.is_none_or(|leader| self.down.contains(&leader))
    }

    /// A down broker that all of these partitions lack; where another replica is missing too, it is not the whole cause.
    fn explains<'a>(&self, partitions: impl Iterator<Item = &'a PartitionOffsets>) -> Option<usize> {
        let mut cause = None;
        for partition in partitions {
            let mut missing = partition.replicas.iter().filter(|r| !partition.isr.contains(r) || self.down.contains(r)).peekable();
            missing.peek()?;
            for replica in missing {
                cause = Some(*self.down.get(replica)?);
            }
        }
        self.broker(cause?)
    }
}

fn falls_short(partition: &PartitionOffsets) -> bool {
    partition.isr.len() < partition.replicas.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FindingState, Level, Reason, Timestamp};
    use std::collections::HashMap;

    #[derive(Default)]
    struct Town {
        topics: HashMap<&'static str, Vec<PartitionOffsets>>,
        groups: HashMap<&'static str, Vec<(Arc<str>, i32)>>,
    }

    impl Map for Town {
        fn partitions(&self, topic: &str) -> &[PartitionOffsets] {
            self.topics.get(topic).map_or(&[], Vec::as_slice)
        }

        fn reads(&self, group: &str) -> Vec<(Arc<str>, i32)> {
            self.groups.get(group).cloned().unwrap_or_default()
        }
    }

    fn partition(leader: Option<i32>, replicas: &[i32], isr: &[i32]) -> PartitionOffsets {
        PartitionOffsets { leader, replicas: replicas.into(), isr: isr.into(), ..PartitionOffsets::default() }
    }

    fn finding(subject: Subject, code: Code) -> Finding {
        let (level, state) = (Level::Critical, FindingState::Firing);
        Finding { subject, level, state, since: Timestamp(0), reason: Reason::new(code) }
    }

    fn topic(name: &str) -> Subject {
        Subject::Topic(name.into())
    }

    #[test]
    fn a_dead_broker_is_one_alert() {
        let mut town = Town::default();
        town.topics.insert("a", vec![partition(None, &[2], &[2]), partition(Some(1), &[1, 2], &[1])]);
        town.topics.insert("b", vec![partition(Some(1), &[1, 2, 3], &[1, 3])]);
        town.groups.insert("g", vec![("a".into(), 0)]);
        let mut findings = vec![finding(Subject::Broker(2), Code::BrokerDown)];
        for code in [Code::Offline, Code::UnderReplicated, Code::TopicSilent] {
            findings.push(finding(topic("a"), code));
        }
        findings.push(finding(topic("b"), Code::UnderReplicated));
        findings.push(finding(Subject::Group("g".into()), Code::GroupStalled));
        findings.push(finding(topic("b"), Code::TopicLatency));
        let causes = causes(&findings, &town);
        let root: Vec<_> = causes.iter().map(Option::is_some).collect();
        assert_eq!(root, [false, true, true, true, true, true, false], "latency has causes of its own: {causes:?}");
    }

    #[test]
    fn a_replica_that_is_missing_elsewhere_is_told() {
        let mut town = Town::default();
        town.topics.insert("b", vec![partition(Some(1), &[1, 2, 3], &[1])]);
        let findings = [finding(Subject::Broker(2), Code::BrokerDown), finding(topic("b"), Code::UnderReplicated)];
        assert_eq!(causes(&findings, &town), [None, None], "broker 3 is up and out of sync");
    }

    #[test]
    fn a_stopped_group_is_not_also_behind() {
        let group = || Subject::Group("g".into());
        let findings =
            [finding(group(), Code::GroupStopped), finding(group(), Code::GroupLag), finding(group(), Code::DeletedUnread)];
        assert_eq!(causes(&findings, &Town::default()), [None, Some(0), None], "what is lost is lost");
    }
}
