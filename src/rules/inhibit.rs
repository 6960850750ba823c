//! One cause, one alert: what follows from a cluster that is away, a dead broker, a partition without a leader or a stopped group is
//! not told beside it.

use crate::model::{Code, Fact, Finding, Subject};
use crate::snapshot::PartitionOffsets;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where things stand in the cluster, as far as causes need it.
pub trait Map {
    fn partitions(&self, topic: &str) -> &[PartitionOffsets];
    /// Topics and partitions that a group committed on.
    fn reads(&self, group: &str) -> Vec<(Arc<str>, i32)>;
    /// Topics that tell of these orders, payments or deliveries.
    fn feeds(&self, subject: &Subject) -> Vec<Arc<str>>;
}

/// What a cluster that is away explains: all but the disks of this host, payments that look suspicious, and what is lost for good.
pub fn hangs_on_cluster(finding: &Finding) -> bool {
    match (&finding.subject, finding.reason.code) {
        (_, Code::ClusterDown | Code::DeletedUnread) | (Subject::Disk(_), _) => false,
        (Subject::Pipeline(_), code) => matches!(code, Code::PipelineStuck | Code::PaymentsFailing),
        _ => true,
    }
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
        let away = self.place(Code::ClusterDown, &Subject::Cluster);
        if away.is_some() && hangs_on_cluster(finding) {
            return away;
        }
        match (&finding.subject, finding.reason.code) {
            (Subject::Topic(name), code) => self.of_topic(name, finding, code, map),
            (Subject::Group(name), code) => self.of_group(name, code, finding, map),
            // Nobody moves on where nothing comes in any more.
            (Subject::Viewer, Code::ViewBehind) if !self.down.is_empty() => {
                all.iter().position(|f| f.reason.code == Code::BrokerDown)
            }
            // Nothing moves on through a partition without a leader.
            (_, Code::PipelineStuck | Code::CouriersSilent | Code::DeliveriesLate) => {
                let feeds = map.feeds(&finding.subject);
                feeds
                    .iter()
                    .flat_map(|topic| map.partitions(topic).iter().map(move |p| (topic, p)))
                    .find_map(|(t, p)| self.headless(t, p))
            }
            _ => None,
        }
    }

    fn of_topic(&self, name: &Arc<str>, finding: &Finding, code: Code, map: &dyn Map) -> Option<usize> {
        let (partitions, subject) = (map.partitions(name), &finding.subject);
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
            Code::OpenTransaction => {
                let at = number(finding)?;
                partitions.iter().find(|p| p.partition == at).and_then(|p| self.headless(name, p))
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
            Code::GroupStalled | Code::RetentionDanger => match (finding.reason.fact("topic"), number(finding)) {
                (Some(Fact::Text(topic)), Some(partition)) => vec![(topic.clone(), partition)],
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
            self.headless(topic, map.partitions(topic).iter().find(|p| p.partition == *partition)?)
        };
        let causes: Vec<Option<usize>> = stands.iter().map(headless).collect();
        let enough = if code == Code::GroupStopped { causes.iter().all(Option::is_some) } else { true };
        causes.into_iter().flatten().next().filter(|_| enough)
    }

    fn offline(&self, topic: &Arc<str>) -> Option<usize> {
        self.place(Code::Offline, &Subject::Topic(topic.clone()))
    }

    /// Why this partition has no leader, where it has none.
    fn headless(&self, topic: &Arc<str>, partition: &PartitionOffsets) -> Option<usize> {
        let headless = self.is_headless(partition);
        headless.then(|| self.explains(std::iter::once(partition)).or_else(|| self.offline(topic))).flatten()
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

fn number(finding: &Finding) -> Option<i32> {
    match finding.reason.fact("partition") {
        Some(Fact::Count(partition)) => i32::try_from(*partition).ok(),
        _ => None,
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

        fn feeds(&self, subject: &Subject) -> Vec<Arc<str>> {
            if matches!(subject, Subject::Pipeline(_) | Subject::Fleet) { vec!["a".into()] } else { Vec::new() }
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
    fn nothing_moves_on_through_a_partition_without_a_leader() {
        let mut town = Town::default();
        town.topics.insert("a", vec![partition(Some(2), &[2], &[2])]);
        let mut transaction = finding(topic("a"), Code::OpenTransaction);
        transaction.reason = transaction.reason.with("partition", Fact::Count(0));
        let mut danger = finding(Subject::Group("g".into()), Code::RetentionDanger);
        danger.reason = danger.reason.text("topic", "a").with("partition", Fact::Count(0));
        let mut findings = vec![finding(Subject::Pipeline("order".into()), Code::PipelineStuck), transaction, danger];
        findings.push(finding(Subject::Fleet, Code::CouriersSilent));
        findings.push(finding(Subject::Fleet, Code::DeliveriesLate));
        findings.push(finding(Subject::Pipeline("payment".into()), Code::PaidTwice));
        assert_eq!(causes(&findings, &town), [None; 6], "its leader is there");
        findings.push(finding(Subject::Broker(2), Code::BrokerDown));
        assert_eq!(causes(&findings, &town), [Some(6), Some(6), Some(6), Some(6), Some(6), None, None]);
        findings[6] = finding(topic("a"), Code::Offline);
        town.topics.insert("a", vec![partition(None, &[2], &[2])]);
        assert_eq!(causes(&findings, &town)[0], Some(6));
    }

    #[test]
    fn a_cluster_that_is_away_is_the_cause_of_all_else() {
        let mut findings = vec![finding(Subject::Broker(2), Code::BrokerDown), finding(topic("a"), Code::TopicLatency)];
        findings.push(finding(Subject::Group("g".into()), Code::GroupStopped));
        findings.push(finding(Subject::Fleet, Code::CouriersSilent));
        findings.push(finding(Subject::Cluster, Code::ControllersSilent));
        findings.push(finding(Subject::Cluster, Code::ClusterDown));
        findings.push(finding(Subject::Disk("/var".into()), Code::DiskLow));
        findings.push(finding(Subject::Pipeline("payment".into()), Code::PaidTwice));
        findings.push(finding(Subject::Group("g".into()), Code::DeletedUnread));
        findings.push(finding(Subject::Pipeline("payment".into()), Code::PaymentsFailing));
        let root: Vec<_> = causes(&findings, &Town::default());
        assert_eq!(root, [Some(5), Some(5), Some(5), Some(5), Some(5), None, None, None, None, Some(5)]);
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
