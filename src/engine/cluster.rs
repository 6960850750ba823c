use super::topics::Topics;
use crate::model::{BrokerReading, ClusterReading, Controllers, Timestamp};
use crate::rules::BrokerInput;
use crate::snapshot::{Broker, Cluster};
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
                continue;
            }
            shown += 1;
            partitions += topic.partitions.len();
            under_replicated += topic.partitions.iter().filter(|p| p.under_replicated()).count();
            offline += topic.partitions.iter().filter(|p| p.leader.is_none()).count();
            if let Some(least) = topic.config.as_ref().and_then(|c| c.min_insync_replicas) {
                min_isr_known = true;
                let below = |p: &&super::partition::Partition| p.leader.is_some() && (p.isr.len() as i64) < i64::from(least);
                under_min_isr += topic.partitions.iter().filter(below).count();
            }
        }
        cluster.brokers = brokers.into_values().collect();
        cluster.topics = Some(shown);
        cluster.partitions = Some(partitions);
        cluster.under_replicated = Some(under_replicated);
        cluster.under_min_isr = (min_isr_known || shown == 0).then_some(under_min_isr);
        cluster.offline = Some(offline);
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
    use crate::model::{PartitionReading, TopicReading};

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
