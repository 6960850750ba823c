mod at_risk;

use super::topics::Topics;
use crate::model::{BrokerReading, ClusterReading, Controllers, Timestamp};
use crate::rules::BrokerInput;
use crate::snapshot::{Broker, Cluster};
use at_risk::AtRisk;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The cluster by its newest reading.
#[derive(Default)]
pub struct ClusterState {
    pub id: Option<Arc<str>>,
    pub controllers: Controllers,
    pub taken_at: Option<Timestamp>,
    controller: Option<i32>,
    poll_ms: Option<f64>,
    /// Brokers of the newest reading, which names one that went down for as long as it counts; and holders of replicas.
    brokers: BTreeMap<i32, BrokerReading>,
    part: Arc<Cluster>,
}

impl ClusterState {
    pub fn read(&mut self, reading: &ClusterReading, topics: &Topics) {
        self.id = reading.cluster_id.clone().or(self.id.take());
        self.controller = reading.controller;
        self.controllers = reading.controllers;
        self.taken_at = Some(reading.taken_at);
        self.poll_ms = Some(reading.taken_at.since_ms(reading.asked_at).max(0) as f64);
        self.brokers.retain(|id, broker| {
            broker.up = false;
            holds(topics, *id)
        });
        for broker in &reading.brokers {
            self.brokers.insert(broker.id, broker.clone());
        }
        for id in topics.iter().flat_map(|t| &t.partitions).flat_map(|p| p.replicas.iter()) {
            self.brokers.entry(*id).or_insert_with(|| only_named(*id));
        }
        self.count(topics);
    }

    /// Counts leaders and replicas anew: only a reading changes them.
    fn count(&mut self, topics: &Topics) {
        let mut brokers: BTreeMap<i32, Broker> = self.brokers.values().map(|b| (b.id, broker(b))).collect();
        let mut cluster = Cluster { controller: self.controller, controllers: self.controllers, ..Cluster::default() };
        let (mut partitions, mut under_replicated, mut under_min_isr, mut offline) = (0, 0, 0, 0);
        let (mut shown, mut hidden) = (0, 0);
        let mut min_isr_known = false;
        let mut at_risk = AtRisk::default();
        for topic in topics.iter() {
            for partition in &topic.partitions {
                if let Some(leader) = partition.leader.and_then(|l| brokers.get_mut(&l)) {
                    leader.leaders += 1;
                }
                for replica in partition.replicas.iter() {
                    let Some(holder) = brokers.get_mut(replica) else { continue };
                    holder.replicas += 1;
                    holder.under_replicated += usize::from(!partition.isr.contains(replica));
                }
            }
            if !topic.watched {
                hidden += 1;
                cluster.under_replicated_hidden += topic.partitions.iter().filter(|p| p.under_replicated()).count();
                continue;
            }
            shown += 1;
            partitions += topic.partitions.len();
            let least = topic.config.as_ref().and_then(|c| c.min_insync_replicas);
            min_isr_known |= least.is_some();
            for partition in &topic.partitions {
                let is_below =
                    partition.leader.is_some() && least.is_some_and(|least| (partition.isr.len() as i64) < i64::from(least));
                under_replicated += usize::from(partition.under_replicated());
                under_min_isr += usize::from(is_below);
                offline += usize::from(partition.leader.is_none());
                at_risk.note(&topic.name, partition, is_below);
            }
        }
        cluster.brokers = brokers.into_values().collect();
        cluster.topics = Some(shown);
        cluster.partitions = Some(partitions);
        cluster.under_replicated = Some(under_replicated);
        cluster.under_min_isr = (min_isr_known || shown == 0).then_some(under_min_isr);
        cluster.offline = Some(offline);
        cluster.partitions_at_risk = at_risk.worst_first(&self.part.partitions_at_risk);
        cluster.hidden_topics = hidden;
        cluster.poll_ms = self.poll_ms;
        self.part = Arc::new(cluster);
    }

    /// The picture; its age changes by tenths of a second only when it is asked for.
    pub fn picture(&mut self, now: Timestamp) -> Arc<Cluster> {
        let age = self.taken_at.map(|at| (now.since_s(at).max(0.0) * 10.0).round() / 10.0);
        if self.part.age_s != age {
            Arc::make_mut(&mut self.part).age_s = age;
        }
        self.part.clone()
    }

    pub fn rule_inputs(&self) -> impl Iterator<Item = BrokerInput> + '_ {
        self.brokers.values().map(|b| BrokerInput {
            id: b.id,
            host: b.host.clone(),
            port: b.port,
            up: b.up,
            reason: b.reason.clone(),
        })
    }

    /// A broker slowed us down in the last interval.
    pub fn throttled(&self) -> bool {
        self.brokers.values().any(|b| b.throttle_ms.is_some_and(|ms| ms > 0.0))
    }
}

/// A partition names the broker as a replica.
fn holds(topics: &Topics, id: i32) -> bool {
    topics.iter().flat_map(|t| &t.partitions).any(|p| p.replicas.contains(&id))
}

/// A broker that holds replicas and that the cluster no longer names: it died before we came.
fn only_named(id: i32) -> BrokerReading {
    BrokerReading { id, host: "".into(), port: 0, up: false, round_trip_ms: None, throttle_ms: None, reason: None }
}

fn broker(reading: &BrokerReading) -> Broker {
    Broker {
        id: reading.id,
        host: reading.host.clone(),
        port: reading.port,
        up: reading.up,
        leaders: 0,
        replicas: 0,
        under_replicated: 0,
        round_trip_ms: reading.round_trip_ms.filter(|_| reading.up),
        throttle_ms: reading.throttle_ms,
        reason: reading.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::history::Budget;
    use crate::model::{Code, PartitionReading, TopicConfig, TopicReading};

    fn reading(brokers: &[i32], replicas: &[i32]) -> ClusterReading {
        let broker = |id: &i32| BrokerReading {
            id: *id,
            host: "b".into(),
            port: 9092,
            up: true,
            round_trip_ms: None,
            throttle_ms: None,
            reason: None,
        };
        let partition = PartitionReading { leader: 1, replicas: replicas.to_vec(), isr: vec![1], ..PartitionReading::default() };
        let topic = TopicReading { name: "t".into(), watched: true, partitions: vec![partition], ..TopicReading::default() };
        ClusterReading { brokers: brokers.iter().map(broker).collect(), topics: vec![topic], ..ClusterReading::default() }
    }

    #[test]
    fn what_lacks_most_is_named_first_and_once() {
        let mut topics = Topics::new(Arc::new(Catalogue::default()), Budget::new(0), Timestamp(0));
        let partition = |number, leader, isr: &[i32]| PartitionReading {
            partition: number,
            leader,
            replicas: vec![1, 2, 3],
            isr: isr.to_vec(),
            ..PartitionReading::default()
        };
        let mut reading = reading(&[1, 2], &[]);
        reading.topics[0].partitions =
            vec![partition(0, 1, &[1, 2, 3]), partition(1, 1, &[1, 2]), partition(2, 2, &[2]), partition(3, -1, &[])];
        reading.configs = vec![("t".into(), TopicConfig { min_insync_replicas: Some(2), ..TopicConfig::default() })];
        let mut cluster = ClusterState::default();
        let mut after = |reading: &ClusterReading| {
            topics.read(reading);
            cluster.read(reading, &topics);
            cluster.picture(Timestamp(0))
        };
        let first = after(&reading);
        let named: Vec<_> =
            first.partitions_at_risk.iter().map(|p| (p.partition, p.lacks, p.missing().collect::<Vec<_>>())).collect();
        assert_eq!(
            named,
            [(3, Code::Offline, vec![1, 2, 3]), (2, Code::UnderMinIsr, vec![1, 3]), (1, Code::UnderReplicated, vec![3])]
        );
        assert_eq!((first.offline, first.under_min_isr, first.under_replicated), (Some(1), Some(1), Some(3)));
        assert!(Arc::ptr_eq(&first.partitions_at_risk, &after(&reading).partitions_at_risk), "shared while nothing changes");
    }

    #[test]
    fn what_a_broker_lacks_is_what_the_cluster_counts_watched_or_not() {
        let mut reading = reading(&[1, 2], &[1, 2]);
        let internal = TopicReading { name: "__consumer_offsets".into(), watched: false, ..reading.topics[0].clone() };
        reading.topics.push(internal);
        let mut topics = Topics::new(Arc::new(Catalogue::default()), Budget::new(0), Timestamp(0));
        topics.read(&reading);
        let mut cluster = ClusterState::default();
        cluster.read(&reading, &topics);
        let told = cluster.picture(Timestamp(0));
        assert_eq!((told.under_replicated, told.under_replicated_hidden), (Some(1), 1));
        assert_eq!(told.brokers.iter().map(|b| b.under_replicated).sum::<usize>(), 2);
    }

    #[test]
    fn a_broker_that_was_taken_away_is_gone_and_one_with_replicas_is_down() {
        let mut topics = Topics::new(Arc::new(Catalogue::default()), Budget::new(0), Timestamp(0));
        let mut cluster = ClusterState::default();
        let mut after = |brokers: &[i32], replicas: &[i32]| {
            let reading = reading(brokers, replicas);
            topics.read(&reading);
            cluster.read(&reading, &topics);
            cluster.picture(Timestamp(0)).brokers.iter().map(|b| (b.id, b.up)).collect::<Vec<_>>()
        };
        assert_eq!(after(&[1, 2], &[1, 2]), [(1, true), (2, true)]);
        assert_eq!(after(&[1], &[1, 2]), [(1, true), (2, false)]);
        assert_eq!(after(&[1], &[1]), [(1, true)]);
    }
}
