use crate::kafka::log_text::{self, Told};
use crate::model::{Code, Link, LinkState, Reason, Timestamp};
use rdkafka::types::RDKafkaErrorCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Causes kept: a cluster has fewer brokers with trouble than this, or its first ones tell enough.
const KEPT: usize = 64;
/// librdkafka keeps silent about an error that stays the same for 30 s and waits up to 10 s between two tries.
const HOLDS_MS: i64 = 45_000;
/// No answer for so long, though no cause is known, and the cluster counts as down.
const SILENT_MS: i64 = 10_000;

/// How long a handle's measurement of a broker stands against another's that measured none.
const FRESH_MS: i64 = 3_000;
/// How long a connection has to stand before its address counts as reached.
const STAYS_UP_MS: i64 = 400;

/// A broker as the metadata names it: where it says that it can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerSeen {
    pub id: i32,
    pub host: String,
    pub port: u16,
}

/// A broker's line in librdkafka's statistics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BrokerStat {
    /// −1: a bootstrap address.
    pub id: i32,
    pub address: String,
    pub up: bool,
    /// Mean time from a request to its answer over the last interval, in ms; `None` without a request.
    pub round_trip_ms: Option<f64>,
    /// The longest throttling told by the broker in the last interval, in ms.
    pub throttle_ms: f64,
}

/// Why the cluster, or a part of it, does not answer: gathered from the logs and statistics of every handle of one cluster.
/// Bounded, shared, cheap to ask.
#[derive(Debug)]
pub struct Causes {
    bootstrap: BTreeSet<String>,
    started: Timestamp,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    told: Vec<(Timestamp, Told)>,
    brokers: Vec<BrokerSeen>,
    stats: BTreeMap<String, (Timestamp, BrokerStat)>,
    /// Addresses that have answered at least once.
    reached: BTreeSet<String>,
    up_since: BTreeMap<String, Timestamp>,
    answered: Option<Timestamp>,
    unanswered: Option<Timestamp>,
    /// Topics that we may see and not read.
    refused: BTreeSet<Arc<str>>,
}

impl Causes {
    /// `bootstrap` as [`super::KafkaConfig::bootstrap`] gives it.
    pub fn new(bootstrap: Vec<String>, now: Timestamp) -> Self {
        Self { bootstrap: bootstrap.into_iter().collect(), started: now, inner: Mutex::default() }
    }

    /// A line of a handle's log, or the text of one of its errors.
    pub fn told(&self, at: Timestamp, line: &str) {
        if let Some(told) = log_text::read(line) {
            self.keep(at, told);
        }
    }

    /// The token of OAUTHBEARER could not be had (`Some`), or it came (`None`).
    pub fn token(&self, at: Timestamp, failure: Option<String>) {
        match failure {
            Some(text) => self.keep(at, Told { broker: None, code: Code::TokenFailed, text }),
            None => self.lock().told.retain(|(_, t)| t.code != Code::TokenFailed),
        }
    }

    /// The cluster answered a metadata request.
    pub fn answered(&self, at: Timestamp, brokers: Vec<BrokerSeen>) {
        let mut inner = self.lock();
        inner.answered = Some(at);
        inner.told.retain(|(_, t)| !is_mistaken_protocol(t.code));
        inner.unanswered = None;
        inner.brokers = brokers;
    }

    /// A topic's records are refused to us, or not any more.
    pub fn topic(&self, name: &Arc<str>, refused: bool) {
        let mut inner = self.lock();
        if !refused {
            inner.refused.remove(name);
        } else if inner.refused.len() < KEPT {
            inner.refused.insert(Arc::clone(name));
        }
    }

    /// A metadata request failed or timed out.
    pub fn unanswered(&self, at: Timestamp) {
        self.lock().unanswered = Some(at);
    }

    /// A handle's statistics. What was told of a broker before it was seen up is over.
    pub fn stats(&self, at: Timestamp, stats: Vec<BrokerStat>) {
        let mut inner = self.lock();
        for stat in stats {
            let silent = |t: &Told| t.code == Code::SaslExpected;
            if stat.up && !inner.told.iter().any(|(_, t)| silent(t) && t.broker.as_ref() == Some(&stat.address)) {
                inner.seen_up(at, &stat.address);
                inner.told.retain(|(t, told)| *t > at || told.broker.as_ref() != Some(&stat.address));
            }
            if !stat.up {
                inner.up_since.remove(&stat.address);
            }
            // Bootstrap lines would hide the broker's own.
            if stat.id >= 0 && inner.tells_more(at, &stat) {
                inner.stats.insert(stat.address.clone(), (at, stat));
            }
        }
    }

    /// The newest statistics of a broker.
    pub fn stat(&self, host: &str, port: u16) -> Option<BrokerStat> {
        self.lock().stats.get(&format!("{host}:{port}")).map(|(_, stat)| stat.clone())
    }

    /// Why we cannot talk to this broker; `None`: nothing is known against it.
    pub fn broker(&self, host: &str, port: u16, now: Timestamp) -> Option<Reason> {
        self.lock().broker(&format!("{host}:{port}"), now, &self.bootstrap)
    }

    /// Whether the state of the connection tells of this broker by itself. The causes hear of more metadata than one reading: one
    /// that no longer names the broker may have come since.
    pub fn tells_of(&self, host: &str, port: u16, now: Timestamp) -> bool {
        let inner = self.lock();
        let address = format!("{host}:{port}");
        inner.broker(&address, now, &self.bootstrap).is_some() && (!inner.is_well() || inner.names(&address))
    }

    /// The worst of what is known, for something that failed without saying why.
    pub fn why(&self, now: Timestamp) -> Option<Reason> {
        self.lock().reasons(now, &self.bootstrap).into_iter().next()
    }

    /// What an error of a call means; the cause from the log takes the place of a mere `transport failure`.
    pub fn reason_of(&self, error: &rdkafka::error::KafkaError, now: Timestamp) -> Reason {
        match error.rdkafka_error_code() {
            Some(code) => self.reason_of_code(code, now),
            None => Reason::new(Code::ClientError).text("text", error.to_string()),
        }
    }

    /// As [`Self::reason_of`], for an error code.
    pub fn reason_of_code(&self, code: RDKafkaErrorCode, now: Timestamp) -> Reason {
        use RDKafkaErrorCode as E;
        let plain = match code {
            E::TopicAuthorizationFailed => Code::TopicRefused,
            E::GroupAuthorizationFailed => Code::GroupRefused,
            E::ClusterAuthorizationFailed => Code::ClusterRefused,
            E::SaslAuthenticationFailed | E::Authentication => Code::LoginRefused,
            E::UnsupportedSASLMechanism => Code::MechanismRefused,
            E::UnknownTopicOrPartition | E::UnknownTopic | E::UnknownPartition => Code::TopicGone,
            E::OffsetOutOfRange | E::AutoOffsetReset => Code::OffsetGone,
            E::UnsupportedVersion | E::UnsupportedFeature => Code::NotSupported,
            E::BrokerTransportFailure | E::AllBrokersDown | E::Resolve | E::Fail => {
                return self.why(now).unwrap_or_else(|| Code::NotConnected.into());
            }
            E::OperationTimedOut | E::RequestTimedOut | E::MessageTimedOut => {
                return self.why(now).unwrap_or_else(|| Code::TimedOut.into());
            }
            _ => Code::ClientError,
        };
        Reason::new(plain).text("text", words(code))
    }

    /// How we stand with the cluster. `more`: what others know to be missing (permissions), which makes it degraded.
    pub fn link(&self, now: Timestamp, more: &[Reason]) -> Link {
        let inner = self.lock();
        let mut reasons = inner.reasons(now, &self.bootstrap);
        let waiting = inner.answered.unwrap_or(self.started);
        let failing = inner.unanswered.is_some() || inner.answered.is_none();
        let patience = if inner.answered.is_some() { SILENT_MS } else { SILENT_MS / 2 };
        let all_down = inner.all_gone(now, &self.bootstrap) || (failing && inner.all_have_causes(now, &self.bootstrap));
        if all_down || (failing && now.since_ms(waiting) > patience) {
            if reasons.is_empty() {
                let list: Vec<_> = self.bootstrap.iter().map(String::as_str).collect();
                reasons.push(Reason::new(Code::AllBrokersDown).text("broker", list.join(",")));
            }
            return Link { state: LinkState::Down, reasons };
        }
        if inner.answered.is_none() {
            return Link { state: LinkState::Connecting, reasons };
        }
        reasons.extend_from_slice(more);
        reasons.extend(inner.refused.iter().map(|topic| Reason::new(Code::TopicRefused).text("topic", Arc::clone(topic))));
        reasons.sort_by_key(|r| rank(r.code));
        let state = if reasons.is_empty() { LinkState::Connected } else { LinkState::Degraded };
        Link { state, reasons }
    }

    fn keep(&self, at: Timestamp, told: Told) {
        let mut inner = self.lock();
        // A broker that dies ends connections in the same words: what once was understood is no mistake of the settings.
        if inner.answered.is_some() && is_mistaken_protocol(told.code) {
            return;
        }
        inner.told.retain(|(_, t)| t.broker != told.broker || (t.code != told.code && rank(t.code) < rank(told.code)));
        if inner.told.len() == KEPT {
            inner.told.remove(0);
        }
        inner.told.push((at, told));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can be left half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn broker(&self, address: &str, now: Timestamp, bootstrap: &BTreeSet<String>) -> Option<Reason> {
        self.current(now).find(|t| t.broker.as_deref() == Some(address)).map(|t| self.reason(t, bootstrap))
    }

    /// A handle that has nothing to do with a broker says nothing of it: what another measured a moment ago stays.
    fn tells_more(&self, at: Timestamp, stat: &BrokerStat) -> bool {
        let measured = stat.up && stat.round_trip_ms.is_some();
        measured || self.stats.get(&stat.address).is_none_or(|(before, _)| at.since_ms(*before) >= FRESH_MS)
    }

    fn current(&self, now: Timestamp) -> impl Iterator<Item = &Told> {
        self.told.iter().filter(move |(at, _)| now.since_ms(*at) < HOLDS_MS).map(|(_, told)| told)
    }

    /// The cluster answers.
    fn is_well(&self) -> bool {
        self.answered.is_some() && self.unanswered.is_none()
    }

    /// What holds against the cluster now, worst first. Once it answers, only brokers that it names count: an address of the
    /// bootstrap list that leads nowhere does no harm then.
    fn reasons(&self, now: Timestamp, bootstrap: &BTreeSet<String>) -> Vec<Reason> {
        let well = self.is_well();
        let counts = |t: &&Told| !well || t.broker.as_ref().is_none_or(|b| self.names(b));
        let mut reasons: Vec<_> = self.current(now).filter(counts).map(|t| self.reason(t, bootstrap)).collect();
        reasons.sort_by_key(|r| rank(r.code));
        reasons
    }

    /// A connection made through the bootstrap address carries the advertised name for a moment before librdkafka tries that name:
    /// only what stays up has been reached.
    fn seen_up(&mut self, at: Timestamp, address: &str) {
        let since = *self.up_since.entry(address.to_owned()).or_insert(at);
        if at.since_ms(since) >= STAYS_UP_MS {
            self.reached.insert(address.to_owned());
        }
    }

    fn reason(&self, told: &Told, bootstrap: &BTreeSet<String>) -> Reason {
        let address = told.broker.as_deref().unwrap_or_default();
        let nowhere = matches!(told.code, Code::BrokerUnreachable | Code::HostNotFound | Code::TimedOut)
            // An address that the person did not give can only be one that the cluster named.
            && !address.is_empty()
            && !bootstrap.contains(address)
            && !self.reached.contains(address);
        let code = if nowhere { Code::AdvertisedAddress } else { told.code };
        let reason = Reason::new(code);
        let reason = if address.is_empty() { reason } else { reason.text("broker", address) };
        reason.text("text", told.text.as_str())
    }

    /// Whether the metadata names a broker at this address.
    fn names(&self, address: &str) -> bool {
        let at = |b: &BrokerSeen| address.rsplit_once(':') == Some((b.host.as_str(), b.port.to_string().as_str()));
        self.brokers.iter().any(at)
    }

    /// Whether every broker that once answered was lost since the last answer: nobody is left to fail us by silence.
    fn all_gone(&self, now: Timestamp, bootstrap: &BTreeSet<String>) -> bool {
        let lost = |b: &BrokerSeen| {
            let address = format!("{}:{}", b.host, b.port);
            let known = bootstrap.contains(&address) || self.reached.contains(&address);
            let since = |(at, t): &(Timestamp, Told)| {
                Some(*at) > self.answered && now.since_ms(*at) < HOLDS_MS && t.broker.as_ref() == Some(&address)
            };
            known && self.told.iter().any(since)
        };
        !self.brokers.is_empty() && self.brokers.iter().all(lost)
    }

    /// Whether a cause is known for everything that we could talk to.
    fn all_have_causes(&self, now: Timestamp, bootstrap: &BTreeSet<String>) -> bool {
        let has = |address: &String| self.current(now).any(|t| t.broker.as_ref().is_none_or(|b| b == address));
        if self.brokers.is_empty() {
            return bootstrap.iter().all(has);
        }
        self.brokers.iter().all(|b| has(&format!("{}:{}", b.host, b.port)))
    }
}

/// What librdkafka calls an error, without its name of it and whose it is.
fn words(code: RDKafkaErrorCode) -> String {
    let all = code.to_string();
    let told = all.split_once(" (").map_or(all.as_str(), |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
    let told = told.strip_prefix("Broker: ").or_else(|| told.strip_prefix("Local: ")).unwrap_or(told);
    let mut letters = told.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Settings that do not fit the listener: a cluster that answered once has none of these.
fn is_mistaken_protocol(code: Code) -> bool {
    matches!(code, Code::TlsExpected | Code::TlsNotExpected | Code::SaslExpected)
}

/// The order in which causes are told: what only a person can mend stands before what may pass by itself.
fn rank(code: Code) -> usize {
    const ORDER: [Code; 16] = [
        Code::TokenFailed,
        Code::LoginRefused,
        Code::MechanismRefused,
        Code::CertificateRefused,
        Code::ClientCertificateRefused,
        Code::TlsExpected,
        Code::TlsNotExpected,
        Code::SaslExpected,
        Code::AdvertisedAddress,
        Code::HostNotFound,
        Code::AllBrokersDown,
        Code::BrokerUnreachable,
        Code::TimedOut,
        Code::ClusterRefused,
        Code::TopicRefused,
        Code::GroupRefused,
    ];
    ORDER.iter().position(|c| *c == code).unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests;
