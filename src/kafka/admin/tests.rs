use super::*;
use crate::kafka::KafkaConfig;
use crate::model::Code;
use rdkafka::mocking::MockCluster;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(3);

fn config(brokers: &str) -> KafkaConfig {
    KafkaConfig { brokers: brokers.into(), ..KafkaConfig::default() }
}

fn code(probe: &Probe) -> Option<Code> {
    probe.result.as_ref().err().map(|r| r.code)
}

#[test]
fn a_cluster_that_lacks_requests_is_told_at_once() {
    let mock = MockCluster::new(2).unwrap();
    mock.create_topic("orders", 2, 2).unwrap();
    let config = config(&mock.bootstrap_servers());
    let asked = Instant::now();
    let topics = list(&config, PATIENCE).unwrap();
    let [orders] = topics.as_slice() else { panic!("{topics:?}") };
    assert_eq!((orders.name.as_str(), orders.partitions, orders.replication), ("orders", 2, 2));
    assert_eq!((orders.retention_ms, orders.reason.as_ref().map(|r| r.code)), (None, Some(Code::NotSupported)));
    let new = NewTopic { name: "x".into(), partitions: 1, replication: 1, configs: vec![("retention.ms".into(), "1".into())] };
    let refused = create_topics(&config, &[new], PATIENCE);
    assert!(matches!(&refused, Err(AdminError::Cluster(r)) if r.code == Code::NotSupported), "{refused:?}");

    let probes = probe(&config, ProbeOptions { timeout: PATIENCE, controllers: true }).unwrap();
    let wrong: Vec<_> = probes.iter().filter_map(|p| code(p).map(|c| (p.what.clone(), c))).collect();
    let lacks = [Checked::DescribeConfigs, Checked::ListGroups, Checked::DescribeCluster, Checked::Controllers];
    assert_eq!(wrong, lacks.map(|what| (what, Code::NotSupported)));
    assert_eq!(probes.iter().filter(|p| matches!(p.what, Checked::Broker { .. })).count(), 2);
    assert!(probes.iter().any(|p| p.what == Checked::ReadTopics && p.result.is_ok()));
    assert!(asked.elapsed() < Duration::from_secs(5), "took {:?}", asked.elapsed());
}

#[test]
fn a_cluster_that_is_not_there_is_one_probe_with_its_cause() {
    let probes = probe(&config("127.0.0.1:1"), ProbeOptions { timeout: Duration::from_secs(1), controllers: true }).unwrap();
    assert_eq!(
        probes.iter().map(|p| (&p.what, code(p))).collect::<Vec<_>>(),
        [(&Checked::Bootstrap, Some(Code::BrokerUnreachable))]
    );
    assert!(matches!(list(&config("127.0.0.1:1"), Duration::from_secs(1)), Err(AdminError::Cluster(_))));
}

#[test]
fn a_topic_that_cannot_be_is_refused_before_it_is_sent() {
    let mock = MockCluster::new(1).unwrap();
    let new = NewTopic { name: "x\0y".into(), partitions: 1, replication: 1, configs: vec![] };
    assert!(matches!(create_topics(&config(&mock.bootstrap_servers()), &[new], PATIENCE), Err(AdminError::Cluster(_))));
}
