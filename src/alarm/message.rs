use super::config::Shape;
use crate::model::{Fact, Finding, Level, Reason, Timestamp};
use crate::snapshot::subject_name;
use crate::text;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a message says of its alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Firing,
    Resolved,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// One message about one alert, as it goes out. It holds names of topics, groups, brokers and ids of payments: no customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same for both messages of an alert; no two alerts have one.
    pub key: String,
    pub kind: Kind,
    pub severity: Level,
    pub body: Value,
}

/// Which cluster the alerts are of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    pub id: String,
    pub name: String,
}

/// The key of an alert: cluster, rule, subject, since.
pub fn key(cluster: &Cluster, finding: &Finding) -> String {
    format!("{}/{}/{}/{}", cluster.id, finding.reason.code.name(), subject_name(&finding.subject), finding.since.0)
}

impl Message {
    /// Of this message alone: what is over must not be taken for what fired once more.
    pub fn request_key(&self) -> String {
        format!("{}/{}", self.key, self.kind.word())
    }

    pub fn firing(cluster: &Cluster, key: &str, finding: &Finding) -> Self {
        Self::new(cluster, key, finding, Kind::Firing, None)
    }

    pub fn resolved(cluster: &Cluster, key: &str, finding: &Finding, ended: Timestamp) -> Self {
        Self::new(cluster, key, finding, Kind::Resolved, Some(ended))
    }

    fn new(cluster: &Cluster, key: &str, finding: &Finding, kind: Kind, ended: Option<Timestamp>) -> Self {
        let mut reason = told(&finding.reason);
        if kind == Kind::Resolved {
            // It is over: that it was already on its way out is no news.
            reason.facts.retain(|(name, _)| !matches!(*name, "gone_s" | "eased_s" | "eased_to"));
        }
        let facts: serde_json::Map<String, Value> =
            reason.facts.iter().map(|(name, fact)| ((*name).to_owned(), serde_json::to_value(fact).unwrap_or_default())).collect();
        let body = json!({
            "version": 1,
            "key": key,
            "state": kind.word(),
            "cluster": cluster.name,
            "cluster_id": cluster.id,
            "rule": reason.code.name(),
            "severity": finding.level,
            "subject": text::visible(&subject_name(&finding.subject)),
            "message": text::visible(&text::sentence(&reason)),
            "remedy": text::remedy(&reason),
            "facts": facts,
            "since_ms": finding.since,
            "since": finding.since.iso(),
            "ended_ms": ended,
            "lasted_s": ended.map(|ended| ended.since_s(finding.since)),
        });
        Self { key: key.to_owned(), kind, severity: finding.level, body }
    }

    /// The body in the shape that the other side takes.
    pub fn shaped(&self, shape: Shape) -> Vec<u8> {
        let body = match shape {
            Shape::Json => self.body.to_string(),
            Shape::Slack => json!({ "text": self.line() }).to_string(),
        };
        body.into_bytes()
    }

    /// One line for people, in Slack's marks.
    fn line(&self) -> String {
        let part = |name: &str| self.body[name].as_str().map(escaped).unwrap_or_default();
        let head = match self.kind {
            Kind::Firing => part("severity").to_uppercase(),
            Kind::Resolved => "RESOLVED".to_owned(),
        };
        let said = format!("*{head}* {} · *{}*: {}", part("cluster"), part("subject"), part("message"));
        match (self.kind, self.body["lasted_s"].as_f64(), self.body["remedy"].as_str()) {
            (Kind::Resolved, Some(lasted), _) => format!("{said} (lasted {})", text::duration_s(lasted)),
            (Kind::Firing, _, Some(remedy)) => format!("{said}\n→ {}", escaped(remedy)),
            _ => said,
        }
    }
}

/// What may go out of a reason: who we log in as is nobody's business.
fn told(reason: &Reason) -> Reason {
    let stays = |(name, fact): &&(&'static str, Fact)| *name != "principal" && !(*name == "text" && matches!(fact, Fact::Text(_)));
    Reason { code: reason.code, facts: reason.facts.iter().filter(stays).cloned().collect() }
}

/// Slack reads these three as its own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, FindingState, Subject};

    fn message(kind: Kind) -> Message {
        let reason = Reason::new(Code::BrokerDown)
            .with("id", Fact::Count(2))
            .text("cause", Code::LoginRefused.name())
            .text("broker", "kafka-2<x>:9092")
            .text("principal", "User:awa")
            .text("text", "SASL: no awa");
        let (subject, level, state) = (Subject::Broker(2), Level::Critical, FindingState::Firing);
        let finding = Finding { subject, level, state, since: Timestamp(1_000), reason };
        let cluster = Cluster { id: "c1".into(), name: "prod".into() };
        let key = key(&cluster, &finding);
        match kind {
            Kind::Firing => Message::firing(&cluster, &key, &finding),
            Kind::Resolved => Message::resolved(&cluster, &key, &finding, Timestamp(61_000)),
        }
    }

    #[test]
    fn a_message_says_what_where_since_when_and_what_to_do() {
        let sent = message(Kind::Firing);
        assert_eq!(sent.key, "c1/broker-down/broker 2/1000");
        for (name, wanted) in [("state", "firing"), ("severity", "critical"), ("cluster", "prod"), ("rule", "broker-down")] {
            assert_eq!(sent.body[name], wanted);
        }
        assert_eq!(sent.body["facts"]["id"], 2);
        assert!(sent.body["remedy"].is_string() && sent.body["ended_ms"].is_null());
        assert_eq!(message(Kind::Resolved).body["lasted_s"], 60.0);
        // Who drops what came before by its key must not drop the end of it.
        let keys = [sent.request_key(), message(Kind::Resolved).request_key()];
        assert_eq!(keys.each_ref().map(|k| k.strip_prefix(&sent.key)), [Some("/firing"), Some("/resolved")]);
    }

    #[test]
    fn who_we_are_does_not_go_out() {
        assert!(!String::from_utf8(message(Kind::Firing).shaped(Shape::Json)).unwrap().contains("awa"));
    }

    #[test]
    fn slack_gets_one_text_with_its_own_marks_escaped() {
        let body: Value = serde_json::from_slice(&message(Kind::Firing).shaped(Shape::Slack)).unwrap();
        let text = body["text"].as_str().unwrap();
        assert!(text.starts_with("*CRITICAL* prod · *broker 2*: ") && text.contains("kafka-2&lt;x&gt;"), "{text}");
        let body: Value = serde_json::from_slice(&message(Kind::Resolved).shaped(Shape::Slack)).unwrap();
        assert!(body["text"].as_str().unwrap().ends_with("(lasted 60 s)"), "{body}");
    }
}
