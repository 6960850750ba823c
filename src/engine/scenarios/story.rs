//! What a story's file may say. Seconds are counted from the start; logs are named `topic/partition`.

use crate::model::{GroupState, LinkState};
use crate::rules::RulesConfig;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub story: String,
    pub seconds: i64,
    /// The shipped catalogue instead of one made of the story's topics.
    #[serde(default)]
    pub builtin_catalogue: bool,
    #[serde(default)]
    pub rules: RulesConfig,
    #[serde(default)]
    pub topic: Vec<TopicSetting>,
    #[serde(default)]
    pub flow: Vec<Flow>,
    #[serde(default)]
    pub record: Vec<Single>,
    #[serde(default)]
    pub commit: Vec<CommitFlow>,
    #[serde(default)]
    pub event: Vec<Event>,
    pub expect: Vec<Expect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicSetting {
    pub name: String,
    /// The catalogue knows it.
    #[serde(default)]
    pub judged: bool,
    #[serde(default)]
    pub dead_letters: bool,
    pub retention_ms: Option<i64>,
    pub retention_bytes: Option<i64>,
    pub cleanup: Option<String>,
    pub min_isr: Option<i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    pub to: String,
    pub from_s: i64,
    pub until_s: i64,
    pub per_s: i64,
    #[serde(default)]
    pub delay_ms: i64,
    #[serde(default = "hundred")]
    pub bytes: usize,
    /// So many offsets without a record after each second's records.
    #[serde(default)]
    pub markers: i64,
    pub value: Option<String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub no_timestamp: bool,
}

/// One record, with its value as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Single {
    pub at_s: i64,
    pub to: String,
    pub json: String,
    #[serde(default)]
    pub delay_ms: i64,
}

fn hundred() -> usize {
    100
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitFlow {
    pub group: String,
    pub on: String,
    pub from_s: i64,
    pub until_s: i64,
    #[serde(default = "one")]
    pub every_s: i64,
    /// So many records before the log end; or `at` a fixed offset.
    #[serde(default)]
    pub behind: i64,
    pub at: Option<i64>,
}

fn one() -> i64 {
    1
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Event {
    pub at_s: i64,
    /// The tail begins to read these partitions, at this offset.
    pub read: BTreeMap<String, i64>,
    /// The log start of these partitions.
    pub low: BTreeMap<String, i64>,
    /// The last stable offset stands from here on; `release` lets it go.
    pub hold: Vec<String>,
    pub release: Vec<String>,
    /// From here on the tail passes over all records but those of every `sample`th second.
    pub sample: Option<i64>,
    pub budget: Option<u64>,
    pub link: Option<LinkState>,
    pub group_state: BTreeMap<String, GroupState>,
    /// The readings do not bring what these groups committed; `readable`: they do again.
    pub unreadable: Vec<String>,
    pub readable: Vec<String>,
    /// A broker dies, or comes again.
    pub broker_down: Option<i32>,
    pub broker_up: Option<i32>,
    /// In-sync replicas of these partitions (of three).
    pub isr: BTreeMap<String, i32>,
    /// The readings do not bring the log ends of these partitions; `found`: they do again.
    pub lost: Vec<String>,
    pub found: Vec<String>,
    /// The tail stops for good, without a word.
    pub stop_tail: bool,
    /// The cluster is not read any more; `poll`: it is again.
    pub no_poll: bool,
    pub poll: bool,
    /// Our clock (not the producers') is set back by so many seconds.
    pub clock_back_s: i64,
    /// These logs are empty again.
    pub reset: Vec<String>,
    /// Answers the engine's look-ups with a time so many seconds after the start.
    pub answer_s: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub at_s: i64,
    /// Keys of the snapshot's JSON; members of lists by name.
    pub path: String,
    pub is: Option<toml::Value>,
    #[serde(default)]
    pub within: f64,
    pub holds: Option<String>,
    #[serde(default)]
    pub null: bool,
}
