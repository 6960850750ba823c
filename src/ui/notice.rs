//! What is told outside of the screen, to somebody who looks elsewhere: the window's title, and a bell or a desktop notification when
//! something turns critical. Neither holds a value of a record: only the cluster, topics, groups and brokers.

use super::term::Around;
use super::words::link_word;
use crate::model::{Code, Finding, FindingState, Level, LinkState, Subject, Timestamp};
use crate::snapshot::{Snapshot, SourceKind};
use crate::text::{self, Word, word};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
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

/// What is missing for so long while all can be seen is over.
const GONE: Duration = Duration::from_secs(60);

type Key = (Subject, Code, Timestamp);

fn key(finding: &Finding) -> Key {
    (finding.subject.clone(), finding.reason.code, finding.since)
}

/// An alert that is not in this picture does not fire.
fn in_sight(snapshot: &Snapshot) -> bool {
    let connected = matches!(snapshot.source.state, LinkState::Connected | LinkState::Degraded);
    connected && snapshot.alerts_count <= snapshot.alerts.len()
}

pub struct Notices {
    title: bool,
    notify: Notify,
    /// The least time between two notifications.
    every: Duration,
    titled: String,
    /// What was told, and since when it is missing although all can be seen.
    known: HashMap<Key, Option<Instant>>,
    /// New since the last notification.
    waiting: Vec<Key>,
    told_at: Option<Instant>,
}

impl Notices {
    pub fn new(title: bool, notify: Notify, every: Duration) -> Self {
        Self { title, notify, every, titled: String::new(), known: HashMap::new(), waiting: Vec::new(), told_at: None }
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
            self.note(snapshot, now);
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
    fn note(&mut self, snapshot: &Snapshot, now: Instant) {
        let critical = snapshot.alerts.iter().filter(|a| a.0.level == Level::Critical && a.speaks());
        let speak: Vec<Key> = critical.map(|a| key(&a.0)).collect();
        self.waiting.retain(|key| speak.contains(key));
        for key in speak {
            if self.known.insert(key.clone(), None).is_none() {
                self.waiting.push(key);
            }
        }
        let clear = in_sight(snapshot);
        self.known.retain(|known, missing| {
            match snapshot.alerts.iter().find(|a| key(&a.0) == *known).map(|a| a.0.state) {
                // Somebody took care of it: when it speaks again that is news.
                Some(FindingState::Acknowledged | FindingState::Silenced) => return false,
                Some(_) => *missing = None,
                None if snapshot.alerts_past.iter().any(|past| key(&past.finding) == *known) => return false,
                None if clear => _ = missing.get_or_insert(now),
                None => *missing = None,
            }
            missing.is_none_or(|since| now.saturating_duration_since(since) < GONE)
        });
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
    use std::sync::Arc;

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
    /// Whether this picture rings, `seconds` after the first.
    fn rings(notices: &mut Notices, snapshot: &Snapshot, begun: Instant, seconds: u64) -> bool {
        !notices.bytes(snapshot, Around::Nothing, begun + Duration::from_secs(seconds)).is_empty()
    }

    #[test]
    fn what_comes_into_sight_again_is_no_news_and_what_comes_again_is() {
        let (mut notices, begun) = (Notices::new(false, Notify::Bell, Duration::ZERO), Instant::now());
        let mut fires = snapshot();
        fires.alerts.clear();
        fires.alerts_count = 0;
        let mut none = fires.clone();
        fires.alerts = snapshot().alerts;
        critical(&mut fires, "a");
        fires.alerts.remove(0);
        let mut down = none.clone();
        let source = crate::snapshot::Source { state: LinkState::Down, ..(*down.source).clone() };
        down.source = Arc::new(source);
        assert!(rings(&mut notices, &fires, begun, 0));
        assert!(!rings(&mut notices, &down, begun, 1));
        assert!(!rings(&mut notices, &down, begun, 500));
        assert!(!rings(&mut notices, &fires, begun, 501), "we did not see it meanwhile");
        assert!(!rings(&mut notices, &none, begun, 502));
        assert!(!rings(&mut notices, &fires, begun, 510), "it was missing for a moment only");
        rings(&mut notices, &none, begun, 520);
        rings(&mut notices, &none, begun, 581);
        assert!(rings(&mut notices, &fires, begun, 582), "it was over for a minute");
        let finding = fires.alerts[0].0.clone();
        let ended_at = finding.since.plus_ms(1_000);
        none.alerts_past = Arc::new(vec![Arc::new(crate::snapshot::PastAlert { finding, ended_at })]);
        rings(&mut notices, &none, begun, 583);
        none.alerts_past = Arc::default();
        assert!(rings(&mut notices, &fires, begun, 584), "it was told to be over");
    }
}
