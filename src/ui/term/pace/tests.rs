//! A made-up link of so many bytes a second, with a delay, behind buffers that take everything at once.

use super::*;
use std::collections::VecDeque;

struct Line {
    rate: f64,
    delay: Duration,
    answers: bool,
    /// When the last byte will be through.
    busy_until: Instant,
    answers_at: VecDeque<Instant>,
    bytes: u64,
}

struct Trial {
    now: Instant,
    pace: Pace,
    line: Line,
}

impl Trial {
    fn new(choice: Slow, rate: f64, delay_ms: u64, answers: bool) -> Self {
        let now = Instant::now();
        let line =
            Line { rate, delay: Duration::from_millis(delay_ms), answers, busy_until: now, answers_at: VecDeque::new(), bytes: 0 };
        let mut trial = Self { now, pace: Pace::new(choice, now), line };
        trial.write(60);
        trial
    }

    fn write(&mut self, bytes: usize) {
        self.put(bytes, self.pace.asks());
    }

    fn put(&mut self, bytes: usize, asks: bool) {
        self.pace.sent(bytes, asks, self.now);
        let line = &mut self.line;
        line.bytes += bytes as u64;
        line.busy_until = line.busy_until.max(self.now) + Duration::from_secs_f64(bytes as f64 / line.rate);
        if asks && line.answers {
            line.answers_at.push_back(line.busy_until + line.delay);
        }
        self.pace.taken(bytes, self.now);
    }

    /// Figures of `frame` bytes wait always; returns the greatest time that a byte was on its way.
    fn figures(&mut self, time: Duration, frame: usize) -> Duration {
        let end = self.now + time;
        let mut oldest = Duration::ZERO;
        let mut rest = 0;
        while self.now < end {
            self.now += Duration::from_millis(10);
            while self.line.answers_at.front().is_some_and(|at| *at <= self.now) {
                self.line.answers_at.pop_front();
                self.pace.answered(self.now);
                if self.pace.asks_alone() {
                    self.put(4, true);
                }
            }
            if self.pace.tick(self.now) {
                self.put(4, true);
            }
            if rest == 0 && self.pace.may_send(Urgency::Figures, self.now) {
                self.pace.figures(self.now);
                rest = frame;
            }
            if rest > 0 && self.pace.may_send(Urgency::Key, self.now) {
                let piece = rest.min(self.pace.piece());
                rest -= piece;
                self.write(piece);
            }
            oldest = oldest.max(self.line.busy_until.saturating_duration_since(self.now));
        }
        oldest
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_fast_link_is_not_held_back() {
    let mut trial = Trial::new(Slow::Auto, 1e6, 5, true);
    trial.figures(MINUTE, 600);
    assert!(!trial.pace.is_slow());
    assert!(trial.line.bytes > 600 * 60 * 4, "{} bytes: the beat is the loop's business", trial.line.bytes);
}

#[test]
fn a_far_link_is_not_a_slow_one() {
    let mut trial = Trial::new(Slow::Auto, 1e6, 700, true);
    trial.figures(MINUTE, 600);
    assert!(!trial.pace.is_slow());
    assert!(trial.line.bytes > 600 * 60);
}

#[test]
fn a_slow_link_is_found_and_nothing_piles_up() {
    for baud in [1_200, 2_400, 9_600] {
        let rate = f64::from(baud) / 10.0;
        let mut trial = Trial::new(Slow::Auto, rate, 20, true);
        trial.write(5_000);
        trial.figures(MINUTE * 2, 700);
        assert!(trial.pace.is_slow(), "{baud} baud");
        let before = trial.line.bytes;
        let oldest = trial.figures(MINUTE, 700);
        let spent = (trial.line.bytes - before) as f64 / 60.0;
        assert!(oldest < Duration::from_millis(2_200), "{baud} baud: a key waited behind {oldest:?}");
        assert!(spent <= rate * 0.75 && spent > rate * 0.2, "{baud} baud: {spent} bytes/s");
    }
}

#[test]
fn what_is_said_to_be_slow_keeps_its_budget_on_any_link() {
    let mut trial = Trial::new(Slow::Always, 1e6, 5, true);
    trial.figures(MINUTE, 4_000);
    let spent = trial.line.bytes as f64 / 60.0;
    assert!(spent <= BUDGET * 1.1 && spent > BUDGET * 0.8, "{spent} bytes/s");
}

#[test]
fn a_mute_terminal_is_served_all_the_same() {
    let mut trial = Trial::new(Slow::Auto, 1e6, 0, false);
    assert!(trial.pace.may_send(Urgency::Key, trial.now), "the first frame waits for no answer");
    trial.write(6_000);
    trial.figures(MINUTE, 600);
    assert!(!trial.pace.is_slow() && !trial.pace.owes());
    assert!(trial.line.bytes > 600 * 50 * 4);
}

#[test]
fn the_time_that_vigie_was_stopped_is_not_the_links() {
    let mut trial = Trial::new(Slow::Auto, 1e6, 5, true);
    trial.figures(Duration::from_secs(5), 600);
    trial.pace.sent(600, true, trial.now);
    trial.now += Duration::from_secs(60);
    trial.pace.forget(trial.now);
    trial.pace.tick(trial.now);
    trial.now += Duration::from_millis(5);
    trial.pace.taken(600, trial.now);
    assert!(!trial.pace.is_slow());
}

#[test]
fn a_line_that_takes_nothing_is_slow_also_without_answers() {
    let mut trial = Trial::new(Slow::Auto, 1e6, 0, false);
    trial.figures(Duration::from_secs(5), 600);
    let asks = trial.pace.asks();
    trial.pace.sent(600, asks, trial.now);
    assert!(!trial.pace.may_send(Urgency::Key, trial.now), "one write at a time");
    trial.now += Duration::from_secs(2);
    trial.pace.tick(trial.now);
    assert!(trial.pace.is_slow());
    trial.pace.taken(600, trial.now);
    assert_eq!(trial.pace.piece(), PIECE_LEAST as usize, "300 bytes a second were measured");
}

#[test]
fn a_link_that_recovers_is_not_slow_for_ever() {
    let mut trial = Trial::new(Slow::Auto, 400.0, 20, true);
    trial.write(5_000);
    trial.figures(MINUTE, 700);
    assert!(trial.pace.is_slow());
    trial.line.rate = 1e6;
    trial.figures(MINUTE * 2, 700);
    assert!(!trial.pace.is_slow());
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    let mut trial = Trial::new(Slow::Auto, 1e6, 5, true);
    trial.figures(Duration::from_secs(2), 600);
    trial.line.answers = false;
    trial.figures(Duration::from_secs(1), 600);
    trial.line.answers = true;
    let before = trial.line.bytes;
    trial.figures(Duration::from_secs(20), 600);
    assert!(trial.line.bytes > before + 600 * 4, "it goes on after {AGAIN:?}");
}
