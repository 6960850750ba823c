//! What is told outside of the screen, to somebody who looks elsewhere: the window's title, and a bell or a desktop notification when
//! something turns critical. Neither holds a value of a record: only the cluster, topics, groups and brokers.

use super::term::Around;
use super::words::link_word;
use crate::model::{Code, FindingState, Level, LinkState, Subject, Timestamp};
use crate::snapshot::{Alert, Snapshot, SourceKind};
use crate::text::{self, Word, word};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// `notify`: how a new critical alert is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    #[default]
    None,
    Bell,
    /// iTerm2, kitty, WezTerm, ghostty, Windows Terminal.
    Osc9,
    /// urxvt, foot, kitty, WezTerm, ghostty.
    Osc777,
}

/// A title is not longer than this, in characters.
const LONGEST: usize = 80;

type Key = (Subject, Code, Timestamp);

pub struct Notices {
    title: bool,
    notify: Notify,
    /// The least time between two notifications.
    every: Duration,
    titled: String,
    known: HashSet<Key>,
    /// New since the last notification.
    waiting: Vec<Key>,
    told_at: Option<Instant>,
}

impl Notices {
    pub fn new(title: bool, notify: Notify, every: Duration) -> Self {
        Self { title, notify, every, titled: String::new(), known: HashSet::new(), waiting: Vec::new(), told_at: None }
    }

    /// What the terminal has to be told now; empty most of the time.
    pub fn bytes(&mut self, snapshot: &Snapshot, around: Around, now: Instant) -> Vec<u8> {
        let mut out = Vec::new();
        if self.title {
            let title = title(snapshot);
            if title != self.titled {
                out.extend(format!("\x1b]2;{title}\x1b\\").into_bytes());
                self.titled = title;
            }
        }
        if self.notify != Notify::None {
            self.note(&snapshot.alerts);
            let may = self.told_at.is_none_or(|at| now.saturating_duration_since(at) >= self.every);
            if may && !self.waiting.is_empty() {
                out.extend(self.notification(snapshot, around));
                self.waiting.clear();
                self.told_at = Some(now);
            }
        }
        out
    }

    /// Somebody else had the window: its title is written anew.
    pub fn forget_title(&mut self) {
        self.titled.clear();
    }

    /// Keeps what is new; what has cleared meanwhile is nobody's hurry any more.
    fn note(&mut self, alerts: &[Arc<Alert>]) {
        let critical = alerts.iter().filter(|a| a.0.level == Level::Critical && a.0.state == FindingState::Firing);
        let now: HashSet<Key> = critical.map(|a| (a.0.subject.clone(), a.0.reason.code, a.0.since)).collect();
        self.waiting.retain(|key| now.contains(key));
        for alert in alerts {
            let key = (alert.0.subject.clone(), alert.0.reason.code, alert.0.since);
            if now.contains(&key) && !self.known.contains(&key) {
                self.waiting.push(key);
            }
        }
        self.known = now;
    }

    fn notification(&self, snapshot: &Snapshot, around: Around) -> Vec<u8> {
        let Some((subject, code, _)) = self.waiting.first() else { return Vec::new() };
        let more = self.waiting.len() - 1;
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        let head = format!("vigie {}", cluster(snapshot));
        let body = format!("{}: {}{}{more}", word(Word::Critical), named(subject), code.name());
        let sequence = match self.notify {
            Notify::None => String::new(),
            Notify::Bell => return vec![0x07],
            Notify::Osc9 => format!("\x1b]9;{head}: {body}\x07"),
            // Its fields are parted by semicolons.
            Notify::Osc777 => format!("\x1b]777;notify;{};{}\x07", head.replace(';', ","), body.replace(';', ",")),
        };
        super::copy::through(sequence.into_bytes(), around)
    }
}

/// Names that operators gave; whatever else alerts will be about may be somebody's.
fn named(subject: &Subject) -> String {
    let ours = matches!(
        subject,
        Subject::Cluster | Subject::Viewer | Subject::Broker(_) | Subject::Topic(_) | Subject::Group(_) | Subject::Partition(..)
    );
    if ours { format!("{} ", harmless(&crate::snapshot::subject_name(subject))) } else { String::new() }
}

fn cluster(snapshot: &Snapshot) -> String {
    let source = &snapshot.source;
    let name = if source.name.is_empty() { &source.bootstrap } else { &source.name };
    harmless(if source.kind == SourceKind::Demo { word(Word::Demo) } else { name })
}

/// Without control characters, and short.
fn harmless(text: &str) -> String {
    text::visible(text).chars().take(LONGEST).collect()
}

/// `vigie · prod · 2 critical`
fn title(snapshot: &Snapshot) -> String {
    let count = |level: Level| snapshot.alerts.iter().filter(|a| a.0.level == level && a.speaks()).count();
    let worst = match (snapshot.source.state, count(Level::Critical), count(Level::Warning)) {
        (LinkState::Connected, 0, 0) => word(Word::Healthy).to_owned(),
        (LinkState::Connected, 0, n) => format!("{n} {}", word(Word::Warning)),
        (LinkState::Connected, n, _) => format!("{n} {}", word(Word::Critical)),
        (state, ..) => link_word(state).to_owned(),
    };
    format!("vigie · {} · {worst}", cluster(snapshot))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fixture;

    fn critical(snapshot: &mut Snapshot, topic: &str) {
        let mut alert = (*snapshot.alerts[0]).clone();
        alert.0.level = Level::Critical;
        alert.0.subject = Subject::Topic(topic.into());
        snapshot.alerts.push(Arc::new(alert));
    }

    fn snapshot() -> Snapshot {
        let mut snapshot = (*fixture::rich().snapshot).clone();
        snapshot.alerts.truncate(1);
        snapshot
    }

    #[test]
    fn a_title_is_written_when_it_changes() {
        let mut notices = Notices::new(true, Notify::None, Duration::ZERO);
        let mut snapshot = snapshot();
        let first = notices.bytes(&snapshot, Around::Nothing, Instant::now());
        assert!(first.starts_with(b"\x1b]2;vigie"), "{:?}", String::from_utf8_lossy(&first));
        assert!(notices.bytes(&snapshot, Around::Nothing, Instant::now()).is_empty());
        critical(&mut snapshot, "a");
        let title = String::from_utf8(notices.bytes(&snapshot, Around::Nothing, Instant::now())).unwrap();
        assert!(title.contains(word(Word::Critical)), "{title:?}");
    }

    #[test]
    fn what_is_new_is_told_once_and_not_too_often() {
        let mut notices = Notices::new(false, Notify::Osc9, Duration::from_secs(30));
        let mut snapshot = snapshot();
        let mut warning = (*snapshot.alerts[0]).clone();
        warning.0.level = Level::Warning;
        snapshot.alerts[0] = Arc::new(warning);
        assert!(notices.bytes(&snapshot, Around::Nothing, Instant::now()).is_empty());
        critical(&mut snapshot, "pay\x1b]ments");
        let now = Instant::now();
        let told = String::from_utf8(notices.bytes(&snapshot, Around::Nothing, now)).unwrap();
        assert!(told.starts_with("\x1b]9;vigie ") && told.ends_with('\x07'));
        assert!(told.contains("pay\\x1b]ments") && told.matches('\x1b').count() == 1, "{told:?}");
        critical(&mut snapshot, "orders");
        assert!(notices.bytes(&snapshot, Around::Nothing, now + Duration::from_secs(5)).is_empty(), "too soon");
        assert!(!notices.bytes(&snapshot, Around::Nothing, now + Duration::from_secs(31)).is_empty());
        assert!(notices.bytes(&snapshot, Around::Nothing, now + Duration::from_secs(90)).is_empty(), "known by now");
    }
}
