use super::courier::{Courier, Job, Party};
use super::topics::Topics;
use crate::kafka::Causes;
use crate::kafka::native::{self, ConfigValue, Refusal, Reply};
use crate::model::{Code, Reason, Timestamp, TopicConfig};
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Settings change by hand: read again after so long, and when nobody answered a little sooner.
const EVERY: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_secs(10);
/// Topics a call, and calls a reading.
const CHUNK: usize = 500;
const CALLS: usize = 4;

/// Settings of the watched topics: when each is due, and those read since the last reading was sent.
#[derive(Default)]
pub struct ConfigBook {
    due: HashMap<Arc<str>, Instant>,
    read: Vec<(Arc<str>, TopicConfig)>,
    unsupported: bool,
}

impl ConfigBook {
    /// Asks a broker that is up for the settings that are due, new topics among them.
    pub fn ask(&mut self, courier: &mut Courier, topics: &Topics, broker: i32, now: Instant) {
        self.due.retain(|name, _| topics.has(name));
        if courier.is_open(&Party::Configs) {
            return;
        }
        let is_due = |name: &Arc<str>| self.due.get(name).is_none_or(|due| *due <= now);
        let names: Vec<_> = topics.watched().map(|t| &t.name).filter(|n| is_due(n)).take(CHUNK * CALLS).cloned().collect();
        for chunk in names.chunks(CHUNK) {
            self.put_off(chunk, now + EVERY);
            if self.unsupported {
                self.tell(chunk, &Code::NotSupported.into());
                continue;
            }
            let asked = Job::Configs { topics: chunk.to_vec() };
            let names = chunk.iter().map(AsRef::as_ref);
            courier.send(asked, |desk, tag, timeout| desk.describe_configs(tag, names, broker, timeout));
        }
    }

    /// An answer to all of these topics.
    pub fn take(&mut self, topics: &[Arc<str>], reply: &Reply, causes: &Causes, at: Timestamp, now: Instant) {
        if let Some(refusal) = reply.refusal() {
            self.refused(topics, &refusal, causes, at, now);
            return;
        }
        let mut refusals = Vec::new();
        reply.each_config(|name, result| {
            let Some(name) = topics.iter().find(|t| t.as_ref() == name) else { return };
            match result {
                Ok(values) => self.read.push((Arc::clone(name), read(&values))),
                Err(refusal) => refusals.push((Arc::clone(name), refusal)),
            }
        });
        for (name, refusal) in refusals {
            self.refused(&[name], &refusal, causes, at, now);
        }
    }

    fn refused(&mut self, topics: &[Arc<str>], refusal: &Refusal, causes: &Causes, at: Timestamp, now: Instant) {
        let reason = causes.reason_of_code(refusal.code, at);
        match refusal.code {
            code if native::is_unsupported(code) => {
                self.unsupported = true;
                self.tell(topics, &reason);
            }
            E::TopicAuthorizationFailed | E::ClusterAuthorizationFailed => self.tell(topics, &reason),
            // What was known holds until somebody answers.
            _ => self.put_off(topics, now + AGAIN),
        }
    }

    fn tell(&mut self, topics: &[Arc<str>], reason: &Reason) {
        let without = TopicConfig { reason: Some(reason.clone()), ..TopicConfig::default() };
        self.read.extend(topics.iter().map(|t| (Arc::clone(t), without.clone())));
    }

    fn put_off(&mut self, topics: &[Arc<str>], until: Instant) {
        self.due.extend(topics.iter().map(|t| (Arc::clone(t), until)));
    }

    /// What was read since the last call.
    pub fn drain(&mut self) -> Vec<(Arc<str>, TopicConfig)> {
        std::mem::take(&mut self.read)
    }

    /// The cluster was away: it may be another one, or a newer, when it comes back.
    pub fn forget(&mut self) {
        self.unsupported = false;
        self.due.clear();
    }
}

fn read(values: &[ConfigValue<'_>]) -> TopicConfig {
    let text = |name| values.iter().find(|v| v.name == name).and_then(|v| v.value);
    let number = |name| text(name).and_then(|v| v.parse().ok());
    TopicConfig {
        retention_ms: number("retention.ms"),
        retention_bytes: number("retention.bytes"),
        cleanup_policy: text("cleanup.policy").map(Arc::from),
        min_insync_replicas: text("min.insync.replicas").and_then(|v| v.parse().ok()),
        timestamp_type: text("message.timestamp.type").map(Arc::from),
        compression_type: text("compression.type").map(Arc::from),
        max_message_bytes: number("max.message.bytes"),
        reason: None,
    }
}
