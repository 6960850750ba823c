use super::Timestamp;
use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

macro_rules! codes {
    ($($(#[$attr:meta])* $variant:ident = $name:literal,)*) => {
        /// What is the case, without words: `text` makes the sentence, JSON carries the name.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$attr])* $variant,)* }
        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant,)*];
            pub fn name(self) -> &'static str { match self { $(Code::$variant => $name,)* } }
        }
    };
}

codes! {
    // Rules: what can fire.
    TopicLatency = "topic-latency",
    TopicErrors = "topic-errors",
    TopicSilent = "topic-silent",
    TopicUnusual = "topic-unusual",
    TopicClockOffset = "topic-clock-offset",
    OpenTransaction = "open-transaction",
    GroupLag = "group-lag",
    GroupLagging = "group-lagging",
    GroupStopped = "group-stopped",
    GroupStalled = "group-stalled",
    GroupRewound = "group-rewound",
    RetentionDanger = "retention-danger",
    DeletedUnread = "deleted-unread",
    UnderReplicated = "under-replicated",
    UnderMinIsr = "under-min-isr",
    Offline = "offline",
    ClusterDown = "cluster-down",
    BrokerDown = "broker-down",
    ControllersSilent = "controllers-silent",
    ViewBehind = "view-behind",
    PartitionSkew = "partition-skew",
    PipelineStuck = "pipeline-stuck",
    CouriersSilent = "couriers-silent",
    DeliveriesLate = "deliveries-late",
    PaymentsFailing = "payments-failing",
    DiskLow = "disk-low",
    // States that are well.
    Healthy = "healthy",
    CaughtUp = "caught-up",
    KeepingUp = "keeping-up",
    // Not known, and why.
    #[default]
    NotKnownYet = "not-known-yet",
    NotAsked = "not-asked",
    NotSupported = "not-supported",
    NoRecords = "no-records",
    NotReading = "not-reading",
    SizesUnknown = "sizes-unknown",
    TooFewReadings = "too-few-readings",
    LogEndUnknown = "log-end-unknown",
    NeverCommitted = "never-committed",
    NoGroups = "no-groups",
    OutOfRange = "out-of-range",
    NoCatalogueEntry = "no-catalogue-entry",
    Inflated = "inflated",
    LagUnknown = "lag-unknown",
    FallingBehind = "falling-behind",
    NotConnected = "not-connected",
    GroupKindOpaque = "group-kind-opaque",
    Abandoned = "abandoned",
    Sampled = "sampled",
    TopicNotRead = "topic-not-read",
    NoTopics = "no-topics",
    WarmingUp = "warming-up",
    StoreBehind = "store-behind",
    StoreAway = "store-away",
    NotTold = "not-told",
    NotKept = "not-kept",
    PastTail = "past-tail",
    NotFalling = "not-falling",
    LastStage = "last-stage",
    NothingEnded = "nothing-ended",
    OverDeadline = "over-deadline",
    // Payments that somebody should look at.
    PaidTwice = "paid-twice",
    AmountDiffers = "amount-differs",
    PaymentVelocity = "payment-velocity",
    AmountUnusual = "amount-unusual",
    RepeatedFailures = "repeated-failures",
    CountryUnusual = "country-unusual",
    MethodAbroad = "method-abroad",
    // The way to the cluster.
    BrokerUnreachable = "broker-unreachable",
    AllBrokersDown = "all-brokers-down",
    AdvertisedAddress = "advertised-address",
    HostNotFound = "host-not-found",
    LoginRefused = "login-refused",
    MechanismRefused = "mechanism-refused",
    CertificateRefused = "certificate-refused",
    ClientCertificateRefused = "client-certificate-refused",
    TlsExpected = "tls-expected",
    TlsNotExpected = "tls-not-expected",
    SaslExpected = "sasl-expected",
    TokenFailed = "token-failed",
    TopicRefused = "topic-refused",
    GroupRefused = "group-refused",
    ClusterRefused = "cluster-refused",
    NothingVisible = "nothing-visible",
    TimedOut = "timed-out",
    ClientError = "client-error",
    OffsetGone = "offset-gone",
    TopicGone = "topic-gone",
}

impl Code {
    /// The code of this name; `None`: a newer vigie may know it.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(d)?;
        Self::of_name(&name).ok_or_else(|| D::Error::custom(format!("`{name}` is no rule")))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

/// A named figure of a judgement, with its unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Count(u64),
    Offset(i64),
    Millis(f64),
    Seconds(f64),
    /// 0..1
    Ratio(f64),
    PerSecond(f64),
    Bytes(u64),
    At(Timestamp),
    Text(Arc<str>),
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(n) | Self::Bytes(n) => s.serialize_u64(*n),
            Self::Offset(n) => s.serialize_i64(*n),
            Self::Millis(x) | Self::Seconds(x) | Self::Ratio(x) | Self::PerSecond(x) => s.serialize_f64(*x),
            Self::At(t) => s.serialize_i64(t.0),
            Self::Text(t) => s.serialize_str(t),
        }
    }
}

/// Why something is so: a code and its facts. Never a sentence, so that it can be said in any language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reason {
    pub code: Code,
    /// Names end in their unit (`p99_ms`, `for_s`), as in `docs/snapshot.md`.
    pub facts: Vec<(&'static str, Fact)>,
}

impl Reason {
    pub fn new(code: Code) -> Self {
        Self { code, facts: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, fact: Fact) -> Self {
        self.facts.push((name, fact));
        self
    }

    #[must_use]
    pub fn text(self, name: &'static str, text: impl Into<Arc<str>>) -> Self {
        self.with(name, Fact::Text(text.into()))
    }

    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|(n, _)| *n == name).map(|(_, f)| f)
    }

    /// How many it is about, where it is about a number of things that may grow.
    pub fn extent(&self) -> Option<u64> {
        let names = ["payments", "stuck", "silent", "late", "failed", "partitions", "lag"];
        names.into_iter().find_map(|name| if let Some(Fact::Count(n)) = self.fact(name) { Some(*n) } else { None })
    }

    /// The facts as a JSON object.
    pub fn serialize_facts<S: Serializer>(facts: &[(&'static str, Fact)], s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(facts.len()))?;
        for (name, fact) in facts {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}

impl From<Code> for Reason {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// How well something is. The order is the order of tables: the worst is the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Healthy,
    #[default]
    Unknown,
    Silent,
    Warning,
    Critical,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    Cluster,
    Viewer,
    Broker(i32),
    Topic(Arc<str>),
    Partition(Arc<str>, i32),
    Group(Arc<str>),
    /// Of the business: orders, payments, deliveries.
    Pipeline(Arc<str>),
    /// The couriers that are on their way.
    Fleet,
    /// The disk of this host that holds a folder which vigie writes to.
    Disk(Arc<str>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingState {
    #[default]
    Firing,
    Acknowledged,
    Silenced,
    /// It follows from another one that fires.
    Inhibited,
    Resolved,
}

/// A rule's judgement on a subject. Its rule is `reason.code`.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub subject: Subject,
    pub level: Level,
    pub state: FindingState,
    pub since: Timestamp,
    pub reason: Reason,
}

impl Finding {
    /// The fact of one that cannot be judged now: for how long not.
    const UNJUDGED_S: &str = "unjudged_s";

    /// As it stood when it could last be judged.
    #[must_use]
    pub fn unjudged_for(mut self, seconds: f64) -> Self {
        self.reason = self.reason.with(Self::UNJUDGED_S, Fact::Seconds(seconds));
        self
    }

    /// For how many seconds nobody can say whether it still fires; `None`: it is judged.
    pub fn unjudged_s(&self) -> Option<f64> {
        match self.reason.fact(Self::UNJUDGED_S)? {
            Fact::Seconds(seconds) => Some(*seconds),
            _ => None,
        }
    }

    /// How well its subject is, as far as that is known now.
    pub fn known_level(&self) -> Level {
        if self.unjudged_s().is_some() { Level::Unknown } else { self.level }
    }
}
