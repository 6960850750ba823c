use super::{Code, Subject, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a person decided about the alert of a rule on a subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub rule: Code,
    pub subject: Subject,
    pub what: Marked,
    pub at: Timestamp,
    pub by: Arc<str>,
    /// How many it was about then; `None`: it is about no number of things, or an older vigie wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Silenced by or after somebody who looks after it: acknowledged again when the silence is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acknowledged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Marked {
    /// Somebody looks after it: quiet until it is over.
    Acknowledged,
    /// Quiet until then, also when it comes again; `None`: until it is over.
    Silenced { until: Option<Timestamp> },
}

/// What a person wants of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkWish {
    Acknowledge,
    /// For so many seconds; `None`: until it is over.
    Silence(Option<u32>),
    /// It may speak again.
    TakeBack,
}
