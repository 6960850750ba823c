use crate::model::Level;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// Where alerts go: one `[[outlets]]` of the configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Raw")]
pub struct OutletConfig {
    pub name: String,
    pub target: Target,
    /// Nothing below it is sent.
    pub least: Level,
    /// Also when an alert is over.
    pub resolved: bool,
    /// One try takes no longer.
    pub timeout: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// An HTTP(S) POST. The address and the headers' values may be `@file:PATH` or `@env:NAME`.
    Webhook { url: String, headers: BTreeMap<String, String>, shape: Shape },
    /// A program with its arguments, without a shell; the alert is on its stdin.
    Command(Vec<String>),
    /// A topic of the watched cluster.
    Topic(String),
    /// The bell of the terminal that vigie runs in.
    Bell,
}

impl Target {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Command(_) => "command",
            Self::Topic(_) => "topic",
            Self::Bell => "bell",
        }
    }
}

/// What the body of a webhook looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    #[default]
    Json,
    /// `{"text": …}`, as Slack, Mattermost and Rocket.Chat take it.
    Slack,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Option<String>,
    webhook: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    template: Option<Shape>,
    command: Option<Vec<String>>,
    topic: Option<String>,
    bell: Option<bool>,
    least: Option<Level>,
    resolved: Option<bool>,
    timeout_s: Option<f64>,
}

impl TryFrom<Raw> for OutletConfig {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let is_webhook = raw.webhook.is_some();
        if !is_webhook && (!raw.headers.is_empty() || raw.template.is_some()) {
            return Err("`headers` and `template` are of a webhook".into());
        }
        let (headers, shape) = (raw.headers, raw.template.unwrap_or_default());
        let mut targets = [
            raw.webhook.map(|url| Target::Webhook { url, headers, shape }),
            raw.command.map(Target::Command),
            raw.topic.map(Target::Topic),
            raw.bell.filter(|yes| *yes).map(|_| Target::Bell),
        ]
        .into_iter()
        .flatten();
        let target = match (targets.next(), targets.next()) {
            (Some(target), None) => target,
            _ => return Err("an outlet has one of `webhook`, `command`, `topic` and `bell = true`".into()),
        };
        match &target {
            Target::Webhook { url, .. } if !is_address(url) => {
                return Err("`webhook` begins with http:// or https://, or is @file:PATH or @env:NAME".into());
            }
            Target::Command(argv) if argv.first().is_none_or(String::is_empty) => {
                return Err("`command` is a list: a program, then its arguments".into());
            }
            Target::Topic(name) if name.is_empty() => return Err("`topic` is the name of a topic".into()),
            _ => {}
        }
        let timeout_s = raw.timeout_s.unwrap_or(10.0);
        if !(0.1..=300.0).contains(&timeout_s) {
            return Err("`timeout_s` is between 0.1 and 300".into());
        }
        Ok(Self {
            name: raw.name.unwrap_or_else(|| target.kind().to_owned()),
            target,
            least: raw.least.unwrap_or(Level::Silent),
            resolved: raw.resolved.unwrap_or(true),
            timeout: Duration::from_secs_f64(timeout_s),
        })
    }
}

fn is_address(text: &str) -> bool {
    ["http://", "https://", "@file:", "@env:"].iter().any(|start| text.starts_with(start))
}

/// A value that may lie elsewhere.
///
/// # Errors
/// It cannot be read from there; in words.
pub fn secret(text: &str) -> Result<String, String> {
    if let Some(path) = text.strip_prefix("@file:") {
        return std::fs::read_to_string(path).map(|s| s.trim().to_owned()).map_err(|error| format!("{path}: {error}"));
    }
    match text.strip_prefix("@env:") {
        Some(name) => std::env::var(name).map_err(|_| format!("the variable {name} is not set")),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<OutletConfig, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn an_outlet_is_read_with_what_it_leaves_out() {
        let slack = read("webhook = \"https://hooks.example/x\"\ntemplate = \"slack\"\nleast = \"critical\"").unwrap();
        assert_eq!((slack.name.as_str(), slack.least, slack.resolved), ("webhook", Level::Critical, true));
        assert!(matches!(slack.target, Target::Webhook { shape: Shape::Slack, .. }));
        assert_eq!(read("command = [\"page\", \"--now\"]").unwrap().target.kind(), "command");
        assert_eq!(read("bell = true").unwrap().target, Target::Bell);
    }

    #[test]
    fn what_is_wrong_is_refused_with_what_would_be_right() {
        for (text, why) in [
            ("name = \"x\"", "has one of"),
            ("bell = true\ntopic = \"t\"", "has one of"),
            ("webhook = \"ftp://x\"", "http://"),
            ("command = []", "a list"),
            ("topic = \"t\"\ntemplate = \"slack\"", "of a webhook"),
            ("bell = true\ntimeout_s = 0.0", "between"),
            ("bell = true\nshell = true", "shell"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
    }
}
