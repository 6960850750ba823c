use super::AdminError;
use super::served::Served;
use crate::kafka::native::Refusal;
use crate::kafka::{KafkaConfig, is_internal};
use crate::model::Reason;
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::HashMap;
use std::time::Duration;

pub use crate::kafka::native::NewTopic;

/// Topics whose settings are asked for in one call.
const CHUNK: usize = 500;

/// A topic as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicDetail {
    pub name: String,
    pub internal: bool,
    pub partitions: usize,
    /// Replicas of a partition; of the first one, if they differ.
    pub replication: usize,
    /// −1: for ever. `None`: not told, see `reason`.
    pub retention_ms: Option<i64>,
    pub retention_bytes: Option<i64>,
    pub cleanup_policy: Option<String>,
    pub min_insync_replicas: Option<i32>,
    /// Why the settings could not be read, or what is wrong with the topic.
    pub reason: Option<Reason>,
}

/// What became of a topic that was to be made.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    Made,
    /// It was there already.
    Exists,
    Refused(Reason),
}

/// All topics that the cluster shows us, by name, with their settings.
///
/// # Errors
/// Settings that librdkafka refuses; a cluster that does not answer within `timeout`.
pub fn list(config: &KafkaConfig, timeout: Duration) -> Result<Vec<TopicDetail>, AdminError> {
    let served = Served::new(config, timeout)?;
    let metadata = served.metadata().map_err(AdminError::Cluster)?;
    let detail = |t: &rdkafka::metadata::MetadataTopic| TopicDetail {
        name: t.name().to_owned(),
        internal: is_internal(t.name()),
        partitions: t.partitions().len(),
        replication: t.partitions().first().map_or(0, |p| p.replicas().len()),
        reason: t.error().map(|e| served.reason(e.into())),
        ..TopicDetail::default()
    };
    let mut topics: Vec<_> = metadata.topics().iter().map(detail).collect();
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    let broker = served.controller(&metadata);
    for chunk in topics.chunks_mut(CHUNK) {
        settings(&served, broker, chunk);
    }
    Ok(topics)
}

fn settings(served: &Served, broker: i32, topics: &mut [TopicDetail]) {
    let reply = served.call(|desk, timeout| desk.describe_configs(0, topics.iter().map(|t| t.name.as_str()), broker, timeout));
    let reply = match reply {
        Ok(reply) => reply,
        Err(reason) => {
            topics.iter_mut().for_each(|t| t.reason = t.reason.take().or_else(|| Some(reason.clone())));
            return;
        }
    };
    let mut by_name: HashMap<_, _> = topics.iter_mut().map(|t| (t.name.clone(), t)).collect();
    reply.each_config(|name, result| {
        let Some(topic) = by_name.get_mut(name) else { return };
        match result {
            Ok(values) => {
                let text = |name| values.iter().find(|v| v.name == name).and_then(|v| v.value);
                topic.retention_ms = text("retention.ms").and_then(|v| v.parse().ok());
                topic.retention_bytes = text("retention.bytes").and_then(|v| v.parse().ok());
                topic.cleanup_policy = text("cleanup.policy").map(str::to_owned);
                topic.min_insync_replicas = text("min.insync.replicas").and_then(|v| v.parse().ok());
            }
            Err(refusal) => topic.reason = Some(served.reason(refusal.code)),
        }
    });
}

/// Makes topics; one that exists is left as it is. Each topic has its own outcome, in the order asked.
///
/// # Errors
/// Settings that librdkafka refuses; a cluster that does not answer within `timeout`, or refuses the whole call.
pub fn create_topics(config: &KafkaConfig, topics: &[NewTopic], timeout: Duration) -> Result<Vec<(String, Created)>, AdminError> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    let served = Served::new(config, timeout)?;
    let metadata = served.metadata().map_err(AdminError::Cluster)?;
    let broker = served.controller(&metadata);
    let mut bad = None;
    let reply = served.call(|desk, timeout| bad = desk.create_topics(0, topics, false, broker, timeout).err());
    if let Some(refusal) = bad {
        return Err(AdminError::Cluster(told(&served, &refusal)));
    }
    let outcomes = reply.map_err(AdminError::Cluster)?.outcomes();
    let outcome = |result: Result<(), Refusal>| match result {
        Ok(()) => Created::Made,
        Err(refusal) if refusal.code == E::TopicAlreadyExists => Created::Exists,
        Err(refusal) => Created::Refused(told(&served, &refusal)),
    };
    Ok(outcomes.into_iter().map(|(name, result)| (name, outcome(result))).collect())
}

/// The broker's own words say more than the code: which policy, which limit.
fn told(served: &Served, refusal: &Refusal) -> Reason {
    let mut reason = served.reason(refusal.code);
    reason.facts.retain(|(name, _)| *name != "text");
    reason.text("text", refusal.text.as_str())
}
