use super::member::{GroupProtocol, MemberConfig};
use super::security::{self, TokenSource};
use super::{Causes, Watcher};
use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::BaseConsumer;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How to reach a cluster, as the person said it. Secrets may stand as `@file:PATH` or `@env:NAME`: they are read when a client
/// is made, never before.
#[derive(Clone, Default)]
pub struct KafkaConfig {
    /// `host:port,…`; empty: the properties name them.
    pub brokers: String,
    /// librdkafka's properties: first those of files, then those of the command line. The last of a name wins.
    pub properties: Vec<(String, String)>,
    /// `user@host` of the person, for `client.id`.
    pub user_host: String,
    /// Where the token of SASL OAUTHBEARER comes from.
    pub token: Option<TokenSource>,
}

impl fmt::Debug for KafkaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = self.properties.iter().map(|(k, v)| (k, security::redacted(k, v))).collect();
        f.debug_struct("KafkaConfig").field("brokers", &self.brokers).field("properties", &shown).finish_non_exhaustive()
    }
}

/// A setting of the person that vigie does not follow, because watching must not change what is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overruled {
    pub key: String,
    pub theirs: String,
    /// Empty: the setting is left out.
    pub ours: String,
}

/// A client's settings, checked by librdkafka, and what was overruled in them.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub client: ClientConfig,
    pub overruled: Vec<Overruled>,
}

/// What is wrong with the settings of a client. None of these is a state of the cluster: they are told at the start.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    #[error("no brokers: say where the cluster is with -b HOST:PORT, or with bootstrap.servers in a properties file")]
    NoBrokers,
    #[error("Kafka property {key}: {problem} (names and values are librdkafka's: see its CONFIGURATION.md)")]
    Property { key: String, problem: String },
    #[error("Kafka property {key} takes its value from the file {path}, which could not be read: {source}")]
    SecretFile { key: String, path: String, source: std::io::Error },
    #[error("Kafka property {key} takes its value from the environment variable {name}, which is not set")]
    SecretEnv { key: String, name: String },
    #[error("properties file, line {line}: “{text}” is not key=value")]
    Line { line: usize, text: String },
    #[error("Kafka client for {what} could not be made: {source}")]
    Client { what: &'static str, source: rdkafka::error::KafkaError },
    #[error("thread {what} could not be started: {source}")]
    Thread { what: &'static str, source: std::io::Error },
    #[error("{list} has a pattern that is not a glob: {source}")]
    Glob { list: &'static str, source: globset::Error },
}

/// What every handle that watches has, whatever the person set.
const READ_ONLY: [(&str, &str); 3] =
    [("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"), ("allow.auto.create.topics", "false")];

/// Never joined, never transactional: a group.id alone makes a fresh cluster create `__consumer_offsets`.
const NEVER: [&str; 4] = ["group.id", "group.instance.id", "transactional.id", "group.protocol"];

/// The name of a group that no broker hears of: see [`KafkaConfig::asker`].
const CLOSED_GROUP: &str = "vigie-asks";
/// Closing it takes some microseconds.
const CLOSING: Duration = Duration::from_secs(5);

/// Settings of the reading client. `queued.*` hold for its one queue (see [`super::tail`]); `auto.offset.reset=error` lets us
/// see that an offset is gone instead of being moved silently.
const TAIL: [(&str, &str); 4] = [
    ("isolation.level", "read_committed"),
    ("enable.partition.eof", "true"),
    ("auto.offset.reset", "error"),
    ("statistics.interval.ms", "0"),
];

/// Settings of a group's member.
const MEMBER: [(&str, &str); 3] =
    [("isolation.level", "read_committed"), ("auto.offset.reset", "error"), ("enable.partition.eof", "false")];

impl KafkaConfig {
    /// For everything that asks and does not read: metadata, offsets (log end: `read_uncommitted`), groups, configurations.
    /// Gives statistics once in `statistics_ms` (0: none).
    ///
    /// # Errors
    /// A property that librdkafka does not know or a value that it refuses, a secret that cannot be read, no brokers.
    pub fn observer(&self, statistics_ms: u32) -> Result<Prepared, KafkaError> {
        let mut draft = self.draft()?;
        draft.force("isolation.level", "read_uncommitted");
        draft.force("statistics.interval.ms", &statistics_ms.to_string());
        draft.read_only();
        draft.finish()
    }

    /// For reading records without a group: `read_committed`, ends of partitions told, no statistics.
    ///
    /// # Errors
    /// As [`Self::observer`].
    pub fn tail(&self) -> Result<Prepared, KafkaError> {
        let mut draft = self.draft()?;
        for (key, value) in TAIL {
            draft.force(key, value);
        }
        draft.read_only();
        draft.finish()
    }

    /// For writing: only `simulate`, `demo` and what the person asked to be published.
    ///
    /// # Errors
    /// As [`Self::observer`].
    pub fn producer(&self) -> Result<Prepared, KafkaError> {
        let mut draft = self.draft()?;
        draft.never();
        // How records are fetched is no business of a producer, which would say so on each start.
        draft.settings.retain(|key, _| !key.starts_with("fetch."));
        draft.force("allow.auto.create.topics", "false");
        draft.finish()
    }

    /// For a member of a consumer group that keeps its offsets elsewhere: `read_committed`, nothing is committed by itself, an
    /// offset that is gone is told.
    ///
    /// # Errors
    /// As [`Self::observer`].
    pub fn member(&self, config: &MemberConfig) -> Result<Prepared, KafkaError> {
        let mut draft = self.draft()?;
        draft.never();
        for (key, value) in READ_ONLY.into_iter().chain(MEMBER) {
            draft.force(key, value);
        }
        draft.force("group.id", &config.group);
        // A topic that comes later is joined soon.
        draft.fallback("topic.metadata.refresh.interval.ms", "10000");
        draft.fallback("fetch.queue.backoff.ms", "5");
        // Nobody watches by the millisecond, and each answer costs a broker with many partitions dearly.
        draft.fallback("fetch.min.bytes", "65536");
        draft.fallback("fetch.wait.max.ms", "200");
        draft.fallback("queued.max.messages.kbytes", "16384");
        match config.protocol {
            GroupProtocol::Classic | GroupProtocol::Ranged => {
                let ranged = config.protocol == GroupProtocol::Ranged;
                draft.force("partition.assignment.strategy", if ranged { "range" } else { "cooperative-sticky" });
                draft.force("session.timeout.ms", &config.session_timeout.as_millis().to_string());
                draft.fallback("heartbeat.interval.ms", &(config.session_timeout.as_millis() / 4).clamp(1, 3_000).to_string());
            }
            GroupProtocol::Consumer => draft.force("group.protocol", "consumer"),
        }
        draft.finish()
    }

    /// A client that asks (see [`Self::observer`]). The caller polls it now and then: logs, statistics and tokens come that way.
    ///
    /// # Errors
    /// As [`Self::observer`].
    pub fn observer_client(&self, causes: &Arc<Causes>, statistics_ms: u32) -> Result<BaseConsumer<Watcher>, KafkaError> {
        self.consumer("readings of the cluster", &self.observer(statistics_ms)?.client, causes)
    }

    /// A client that asks, also for groups' offsets: it has a group of its own, which is closed before it asks a broker for anything.
    /// Where a broker answers OffsetFetch with NOT_COORDINATOR, librdkafka (2.12, its issue 5040) follows a pointer to that group, null
    /// without one: a coordinator that moves would end the process. A closed group does nothing: no broker ever hears of it.
    pub(super) fn asker(
        &self,
        what: &'static str,
        client: &ClientConfig,
        causes: &Arc<Causes>,
    ) -> Result<BaseConsumer<Watcher>, KafkaError> {
        let mut client = client.clone();
        client.set("group.id", CLOSED_GROUP);
        let asker = self.consumer(what, &client, causes)?;
        asker.close_queue().map_err(|source| KafkaError::Client { what, source })?;
        let end = Instant::now() + CLOSING;
        while !asker.closed() && Instant::now() < end {
            asker.poll(Duration::from_millis(10));
        }
        Ok(asker)
    }

    pub(super) fn consumer(
        &self,
        what: &'static str,
        client: &ClientConfig,
        causes: &Arc<Causes>,
    ) -> Result<BaseConsumer<Watcher>, KafkaError> {
        client.create_with_context(self.watcher(causes)).map_err(|source| KafkaError::Client { what, source })
    }

    /// The context for any other handle (`AdminClient`, producers).
    pub fn watcher(&self, causes: &Arc<Causes>) -> Watcher {
        Watcher::new(Arc::clone(causes), self.token.clone())
    }

    /// The addresses that we start from, as `host:port`.
    pub fn bootstrap(&self) -> Vec<String> {
        let named = self.properties.iter().rev().find(|(k, _)| is_brokers(k)).map(|(_, v)| v.as_str());
        let list = if self.brokers.trim().is_empty() { named.unwrap_or_default() } else { &self.brokers };
        list.split(',').map(str::trim).filter(|b| !b.is_empty()).map(with_port).collect()
    }

    fn draft(&self) -> Result<Draft, KafkaError> {
        let mut draft = Draft::default();
        for (key, value) in &self.properties {
            draft.set(key, &security::resolve(key, value)?);
        }
        if !self.brokers.trim().is_empty() {
            draft.set("bootstrap.servers", &self.brokers);
        }
        if draft.settings.get("bootstrap.servers").is_none_or(|b| b.trim().is_empty()) {
            return Err(KafkaError::NoBrokers);
        }
        draft.fallback("client.id", &format!("vigie/{} {}", env!("CARGO_PKG_VERSION"), self.user_host));
        draft.fallback("socket.keepalive.enable", "true");
        // A broker that comes back is seen within seconds; the default lets ten pass between two tries.
        draft.fallback("reconnect.backoff.max.ms", "2000");
        if self.token.is_some() {
            draft.fallback("sasl.mechanism", "OAUTHBEARER");
        }
        Ok(draft)
    }
}

fn is_brokers(key: &str) -> bool {
    matches!(key, "bootstrap.servers" | "metadata.broker.list")
}

/// `HOST` alone means port 9092, as in librdkafka; a scheme before it is left out.
fn with_port(address: &str) -> String {
    let bare = address.rsplit_once("://").map_or(address, |(_, rest)| rest);
    let has_port = bare.rsplit_once(':').is_some_and(|(host, port)| {
        !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && (!host.contains(':') || host.ends_with(']'))
    });
    if has_port { bare.to_owned() } else { format!("{bare}:9092") }
}

#[derive(Default)]
struct Draft {
    settings: BTreeMap<String, String>,
    overruled: Vec<Overruled>,
}

impl Draft {
    fn set(&mut self, key: &str, value: &str) {
        // Two names of one setting would take effect in no certain order.
        let key = match key {
            k if is_brokers(k) => "bootstrap.servers",
            "sasl.mechanisms" => "sasl.mechanism",
            k => k,
        };
        self.settings.insert(key.to_owned(), value.to_owned());
    }

    fn fallback(&mut self, key: &str, value: &str) {
        self.settings.entry(key.to_owned()).or_insert_with(|| value.to_owned());
    }

    fn force(&mut self, key: &str, value: &str) {
        let before = self.settings.insert(key.to_owned(), value.to_owned());
        if let Some(theirs) = before.filter(|theirs| theirs != value) {
            self.overruled.push(Overruled { key: key.to_owned(), theirs, ours: value.to_owned() });
        }
    }

    fn never(&mut self) {
        for key in NEVER {
            if let Some(theirs) = self.settings.remove(key) {
                self.overruled.push(Overruled { key: key.to_owned(), theirs, ours: String::new() });
            }
        }
    }

    fn read_only(&mut self) {
        self.never();
        for (key, value) in READ_ONLY {
            self.force(key, value);
        }
    }

    /// Lets librdkafka judge each setting, so that the error names its key.
    fn finish(self) -> Result<Prepared, KafkaError> {
        let mut client = ClientConfig::new();
        let debug = self.settings.get("debug").is_some_and(|d| !d.is_empty());
        // Causes of failures are written at every level up to info.
        client.set_log_level(if debug { RDKafkaLogLevel::Debug } else { RDKafkaLogLevel::Info });
        for (key, value) in &self.settings {
            client.set(key, value);
        }
        match client.create_native_config() {
            Ok(_) => Ok(Prepared { client, overruled: self.overruled }),
            Err(rdkafka::error::KafkaError::ClientConfig(_, problem, key, _)) => Err(KafkaError::Property { key, problem }),
            Err(other) => Err(KafkaError::Property { key: "(all)".to_owned(), problem: other.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(properties: &[(&str, &str)]) -> KafkaConfig {
        let properties = properties.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        KafkaConfig { brokers: "a:1".into(), properties, user_host: "me@here".into(), token: None }
    }

    #[test]
    fn what_would_change_the_cluster_is_overruled_and_told() {
        let told =
            config(&[("group.id", "g"), ("enable.auto.commit", "true"), ("allow.auto.create.topics", "true")]).tail().unwrap();
        assert_eq!(told.client.get("group.id"), None);
        assert_eq!(told.client.get("enable.auto.commit"), Some("false"));
        assert_eq!(told.client.get("allow.auto.create.topics"), Some("false"));
        let keys: Vec<_> = told.overruled.iter().map(|o| o.key.as_str()).collect();
        assert_eq!(keys, ["group.id", "enable.auto.commit", "allow.auto.create.topics"]);
    }

    #[test]
    fn what_does_not_is_left_alone() {
        let told = config(&[("client.rack", "r1"), ("enable.auto.commit", "false"), ("client.id", "mine")]).observer(0).unwrap();
        assert_eq!(told.client.get("client.rack"), Some("r1"));
        assert_eq!(told.client.get("client.id"), Some("mine"));
        assert_eq!(told.overruled, []);
    }

    #[test]
    fn the_client_says_who_watches() {
        let id = format!("vigie/{} me@here", env!("CARGO_PKG_VERSION"));
        assert_eq!(config(&[]).tail().unwrap().client.get("client.id"), Some(id.as_str()));
    }

    #[test]
    fn an_unknown_property_is_named() {
        let error = config(&[("sasl.pasword", "x")]).tail().unwrap_err().to_string();
        assert!(error.contains("sasl.pasword"), "{error}");
        let error = config(&[("security.protocol", "tls")]).tail().unwrap_err().to_string();
        assert!(error.contains("security.protocol"), "{error}");
    }

    #[test]
    fn brokers_come_from_the_flag_or_from_the_properties() {
        let mut c = config(&[("metadata.broker.list", "SSL://b:2, c , [::1]:3")]);
        assert_eq!(c.bootstrap(), ["a:1"]);
        assert_eq!(c.tail().unwrap().client.get("bootstrap.servers"), Some("a:1"));
        c.brokers.clear();
        assert_eq!(c.bootstrap(), ["b:2", "c:9092", "[::1]:3"]);
        c.properties.clear();
        assert!(matches!(c.tail(), Err(KafkaError::NoBrokers)));
    }

    #[test]
    fn a_secret_is_not_shown_by_debug() {
        let shown = format!("{:?}", config(&[("sasl.password", "geheim"), ("client.rack", "r")]));
        assert!(!shown.contains("geheim") && shown.contains("client.rack"), "{shown}");
    }
}
