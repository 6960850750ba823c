use crate::model::{Finding, FindingState, Reason, Subject, Timestamp};
use crate::text;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// A finding as the alert that people see, and why it is quiet where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert(pub Finding, pub Option<Quiet>);

/// Why an alert is quiet: a person said so, or it follows from another one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quiet {
    pub by: Option<Arc<str>>,
    pub at: Option<Timestamp>,
    /// It speaks again then; `None`: not before it is over.
    pub until: Option<Timestamp>,
    /// The subject of the alert that it follows from.
    pub because: Option<Subject>,
    /// How many it was about when a person marked it.
    pub count: Option<u64>,
}

/// One that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct PastAlert {
    /// As it was last told.
    pub finding: Finding,
    pub ended_at: Timestamp,
}

/// How many alerts are quiet, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QuietCounts {
    pub acknowledged: usize,
    pub silenced: usize,
    pub inhibited: usize,
}

impl QuietCounts {
    pub fn sum(self) -> usize {
        self.acknowledged + self.silenced + self.inhibited
    }
}

/// What all alerts say, in the order of the contract.
fn fields<S: SerializeStruct>(out: &mut S, finding: &Finding, state: FindingState) -> Result<(), S::Error> {
    let Finding { subject, level, since, reason, .. } = finding;
    out.serialize_field("rule", reason.code.name())?;
    out.serialize_field("code", reason.code.name())?;
    out.serialize_field("subject", &subject_name(subject))?;
    out.serialize_field("severity", level)?;
    out.serialize_field("state", &state)?;
    out.serialize_field("since_ms", since)?;
    out.serialize_field("message", &text::english_sentence(reason))?;
    out.serialize_field("facts", &Facts(reason))
}

struct Facts<'a>(&'a Reason);

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        Reason::serialize_facts(&self.0.facts, s)
    }
}

impl Serialize for Alert {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let more = if self.1.is_some() { 4 } else { 0 };
        let mut out = s.serialize_struct("Alert", 8 + more)?;
        fields(&mut out, &self.0, self.0.state)?;
        if let Some(quiet) = &self.1 {
            out.serialize_field("by", &quiet.by)?;
            out.serialize_field("marked_at_ms", &quiet.at)?;
            out.serialize_field("until_ms", &quiet.until)?;
            out.serialize_field("because", &quiet.because.as_ref().map(subject_name))?;
        }
        out.end()
    }
}

impl Serialize for PastAlert {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_struct("PastAlert", 10)?;
        fields(&mut out, &self.finding, FindingState::Resolved)?;
        out.serialize_field("ended_ms", &self.ended_at)?;
        out.serialize_field("lasted_s", &self.ended_at.since_s(self.finding.since))?;
        out.end()
    }
}

/// The subject as JSON and tables name it.
pub fn subject_name(subject: &Subject) -> String {
    match subject {
        Subject::Cluster => "cluster".into(),
        Subject::Viewer => "vigie".into(),
        Subject::Broker(id) => format!("broker {id}"),
        Subject::Topic(name) | Subject::Group(name) => name.to_string(),
        Subject::Partition(topic, partition) => format!("{topic}/{partition}"),
        Subject::Pipeline(name) => format!("pipeline {name}"),
        Subject::Fleet => "couriers".into(),
        Subject::Disk(folder) => format!("disk of {folder}"),
    }
}

impl Alert {
    pub fn subject(&self) -> String {
        subject_name(&self.0.subject)
    }

    /// Since when nobody can say whether it still fires; `None`: it is judged. `now`: of the picture that it stands in.
    pub fn unjudged_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.0.unjudged_s().map(|seconds| now.plus_ms(-(seconds * 1_000.0) as i64))
    }

    /// How many it was about when it was marked, and now, where it has grown since.
    pub fn grown(&self) -> Option<(u64, u64)> {
        let (then, now) = (self.1.as_ref()?.count?, self.0.reason.extent()?);
        (now > then).then_some((then, now))
    }

    /// Neither a person nor a cause keeps it quiet.
    pub fn speaks(&self) -> bool {
        self.0.state == FindingState::Firing
    }
}
