//! When the terminal can take the next frame. A slow link lies behind buffers (the kernel's, sshd's, the network's) that take minutes of
//! figures without a word, so that writing "works" while the person looks at the past. Only the terminal's own answer to a
//! question behind a frame (DSR 5) tells that it is through. From it: never more than little is on the way, a link that turns out to be
//! slow gets fewer figures in small pieces, and a key never waits behind more than what is on the way.

use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// "Are you there?": answered by everything since the vt100.
pub const QUESTION: &str = "\x1b[5n";
/// A link is slow where a frame takes longer than this, the link's own delay not counted …
const SLOW_FRAME: Duration = Duration::from_millis(900);
/// … or where the system takes nothing for this long.
const SLOW_WRITE: Duration = Duration::from_millis(500);
/// It is slow at least for this long, twice as long each time that it comes back.
const SLOW_TIME: Duration = Duration::from_secs(30);
const SLOW_TIME_MOST: Duration = Duration::from_secs(480);
/// It is not slow any more when it takes this many bytes a second.
const FAST: f64 = 12_000.0;
/// Bytes a second that figures may cost on a slow link, whatever more it could take.
pub const BUDGET: f64 = 1_500.0;
/// Of what a slower one takes, figures get this part: the rest is for the keys.
const SHARE: f64 = 0.6;
/// Figures of a slow link do not come closer together.
const SLOW_BEAT: Duration = Duration::from_secs(1);
/// A piece of a frame on a slow link takes about this long, so that a key does not wait for longer.
const PIECE: f64 = 0.35;
const PIECE_LEAST: f64 = 120.0;
const PIECE_MOST: f64 = 2_048.0;
/// So many bytes may be on the way before a key's frame waits, where the link is not slow.
const AHEAD: u64 = 24 * 1024;
/// No answer to the first question for this long: the terminal is mute.
const MUTE: Duration = Duration::from_millis(1_500);
/// A terminal that used to answer is asked again after this …
const AGAIN: Duration = Duration::from_secs(15);
/// … and counts as mute after this.
const LOST: Duration = Duration::from_secs(120);
const FAREWELL: Duration = Duration::from_secs(2);
const FAREWELL_UNKNOWN: Duration = Duration::from_millis(250);
/// Fewer bytes tell nothing about a link's speed.
const TELLING: u64 = 100;

/// `--slow`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slow {
    /// By measuring.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody pressed a key.
    Key,
    Figures,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Voice {
    Unknown,
    Answers,
    Mute,
}

/// A question that is not answered yet.
#[derive(Clone, Copy, Debug)]
struct Asked {
    at: Instant,
    /// Asked anew since, this being the first time.
    first: Instant,
    /// Bytes written in all, the question included.
    upto: u64,
    /// Bytes that were on the way before it, itself included.
    ahead: u64,
}

pub struct Pace {
    choice: Slow,
    voice: Voice,
    asked: Option<Asked>,
    /// Bytes written in all, and those of them that the terminal has.
    sent: u64,
    there: u64,
    /// Writes that the system has not taken whole, and since when it has taken none.
    writing: Option<(u32, Instant)>,
    /// The oldest write waits for longer than it should.
    stuck: bool,
    /// The shortest answer: the link's delay.
    delay: Duration,
    /// Bytes a second, as far as anything told.
    rate: Option<f64>,
    slow_since: Option<Instant>,
    slow_time: Duration,
    /// Bytes that figures have to wait for, as of a moment.
    debt: (f64, Instant),
    figures_at: Option<Instant>,
}

impl Pace {
    pub fn new(choice: Slow, now: Instant) -> Self {
        Self {
            choice,
            voice: Voice::Unknown,
            asked: None,
            sent: 0,
            there: 0,
            writing: None,
            stuck: false,
            delay: Duration::MAX,
            rate: None,
            slow_since: None,
            slow_time: SLOW_TIME,
            debt: (0.0, now),
            figures_at: None,
        }
    }

    pub fn is_slow(&self) -> bool {
        match self.choice {
            Slow::Auto => self.slow_since.is_some(),
            Slow::Always => true,
            Slow::Never => false,
        }
    }

    /// Whether the next frame should end with the question.
    pub fn asks(&self) -> bool {
        self.asked.is_none() && self.voice != Voice::Mute
    }

    /// Whether an answer may still come.
    pub fn owes(&self) -> bool {
        self.asked.is_some()
    }

    /// How long an answer is waited for when the terminal is given back: a terminal that answers will.
    pub fn farewell(&self) -> Duration {
        if self.voice == Voice::Answers { FAREWELL } else { FAREWELL_UNKNOWN }
    }

    /// Whether something should be written now only to ask, because what is on the way was not asked after.
    pub fn asks_alone(&self) -> bool {
        self.asks() && self.sent > self.there && self.writing.is_none()
    }

    /// The most that one write should hold.
    pub fn piece(&self) -> usize {
        if self.is_slow() { self.piece_of(self.rate) as usize } else { usize::MAX }
    }

    fn piece_of(&self, rate: Option<f64>) -> f64 {
        rate.map_or(PIECE_MOST, |r| (r * PIECE).clamp(PIECE_LEAST, PIECE_MOST))
    }

    fn ahead(&self) -> u64 {
        if self.voice == Voice::Answers { self.sent - self.there } else { 0 }
    }

    /// Whether a frame may be written.
    pub fn may_send(&self, urgency: Urgency, now: Instant) -> bool {
        if self.writing.is_some() {
            return false;
        }
        match urgency {
            Urgency::Key if self.is_slow() => self.ahead() <= self.piece_of(self.rate) as u64,
            Urgency::Key => self.ahead() <= AHEAD,
            Urgency::Figures => self.until_figures(now).is_some_and(|left| left.is_zero()),
        }
    }

    /// How long figures wait for their budget; `None` when they wait for the terminal.
    pub fn until_figures(&self, now: Instant) -> Option<Duration> {
        if self.asked.is_some() || self.writing.is_some() {
            return None;
        }
        if !self.is_slow() {
            return Some(Duration::ZERO);
        }
        let beat = self.figures_at.map_or(Duration::ZERO, |at| SLOW_BEAT.saturating_sub(now.saturating_duration_since(at)));
        Some(beat.max(Duration::from_secs_f64(self.debt(now) / self.budget())))
    }

    /// The terminal has taken nothing for a while.
    pub fn is_stuck(&self) -> bool {
        self.stuck
    }

    /// What was on the way is nobody's any more: the terminal was given to somebody else.
    pub fn forget(&mut self, now: Instant) {
        self.asked = None;
        self.there = self.sent;
        self.debt = (0.0, now);
        // The time that somebody else had it says nothing of the link.
        self.writing = self.writing.map(|(writes, _)| (writes, now));
    }

    fn budget(&self) -> f64 {
        self.rate.map_or(BUDGET, |r| (r * SHARE).clamp(20.0, BUDGET))
    }

    fn debt(&self, now: Instant) -> f64 {
        let (debt, at) = self.debt;
        (debt - now.saturating_duration_since(at).as_secs_f64() * self.budget()).max(0.0)
    }

    /// When to let time pass ([`tick`](Self::tick)) without an event.
    pub fn wake(&self, now: Instant) -> Option<Duration> {
        let asked = self.asked.map(|a| {
            let (limit, since) = match self.voice {
                Voice::Unknown => (MUTE, a.at),
                // Nothing can be asked while the line takes nothing.
                _ if self.writing.is_some() => (LOST, a.first),
                _ => (AGAIN, a.at),
            };
            limit.saturating_sub(now.saturating_duration_since(since))
        });
        let writing = self.writing.map(|(_, since)| SLOW_WRITE.saturating_sub(now.saturating_duration_since(since)));
        let writing = writing.filter(|left| !left.is_zero());
        [asked, writing].into_iter().flatten().min()
    }

    /// Figures begin to be written: the next ones wait for their beat.
    pub fn figures(&mut self, now: Instant) {
        self.figures_at = Some(now);
    }

    pub fn sent(&mut self, bytes: usize, asked: bool, now: Instant) {
        let (writes, since) = self.writing.unwrap_or((0, now));
        self.writing = Some((writes + 1, since));
        self.debt = (self.debt(now) + bytes as f64, now);
        let before = self.sent - self.there;
        self.sent += bytes as u64;
        if asked {
            let first = self.asked.map_or(now, |a| a.first);
            self.asked = Some(Asked { at: now, first, upto: self.sent, ahead: before + bytes as u64 });
        }
    }

    /// The system has taken a write whole.
    pub fn taken(&mut self, bytes: usize, now: Instant) {
        let Some((writes, since)) = self.writing else { return };
        let took = now.saturating_duration_since(since);
        if took >= SLOW_WRITE && bytes as u64 >= TELLING {
            self.measured(bytes as f64 / took.as_secs_f64());
            self.slow_down(now);
        }
        self.writing = (writes > 1).then_some((writes - 1, now));
        self.stuck = false;
        if self.voice == Voice::Mute {
            self.there = self.sent;
        }
    }

    pub fn answered(&mut self, now: Instant) {
        self.voice = Voice::Answers;
        let Some(asked) = self.asked.take() else { return };
        self.there = self.there.max(asked.upto);
        let took = now.saturating_duration_since(asked.at);
        self.delay = self.delay.min(took);
        let passing = took.saturating_sub(self.delay);
        if asked.ahead >= TELLING {
            self.measured(asked.ahead as f64 / passing.max(Duration::from_millis(5)).as_secs_f64());
        }
        if passing > SLOW_FRAME {
            self.slow_down(now);
        } else {
            self.speed_up(now);
        }
    }

    /// Time has passed. True when the terminal should be asked anew.
    pub fn tick(&mut self, now: Instant) -> bool {
        if let Some((_, since)) = self.writing
            && now.saturating_duration_since(since) >= SLOW_WRITE
        {
            self.stuck = true;
            self.slow_down(now);
        }
        let Some(asked) = self.asked else { return false };
        let silent = now.saturating_duration_since(asked.at);
        let lost = now.saturating_duration_since(asked.first) >= LOST;
        if self.voice == Voice::Unknown && silent >= MUTE || lost {
            self.voice = Voice::Mute;
            self.asked = None;
            self.there = self.sent;
            return false;
        }
        self.voice == Voice::Answers && silent >= AGAIN && self.writing.is_none()
    }

    fn measured(&mut self, rate: f64) {
        self.rate = Some(self.rate.map_or(rate, |old| (old + rate) / 2.0));
    }

    fn slow_down(&mut self, now: Instant) {
        self.slow_since.get_or_insert(now);
    }

    fn speed_up(&mut self, now: Instant) {
        let long = self.slow_since.is_some_and(|since| now.saturating_duration_since(since) >= self.slow_time);
        if long && self.rate.is_some_and(|rate| rate >= FAST) {
            self.slow_since = None;
            self.slow_time = (self.slow_time * 2).min(SLOW_TIME_MOST);
        }
    }
}

#[cfg(test)]
mod tests;
