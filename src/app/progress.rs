//! How far a long reading is, on stderr: one line that is written anew on a terminal, else a line now and then.

use crate::consume::Pace;
use crate::text;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const ON_A_TERMINAL: Duration = Duration::from_millis(250);
const ELSEWHERE: Duration = Duration::from_secs(5);
/// A rate of less than this is chance.
const SETTLED: Duration = Duration::from_secs(1);

/// Clears itself when it is dropped.
pub struct Progress {
    terminal: bool,
    last: Instant,
    drawn: bool,
}

impl Progress {
    pub fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), last: Instant::now(), drawn: false }
    }

    /// How far the topics are read.
    pub fn read(&mut self, pace: Pace) {
        self.say(|| sentence(pace));
    }

    /// Says something where it is time to.
    pub fn say(&mut self, words: impl FnOnce() -> String) {
        let every = if self.terminal { ON_A_TERMINAL } else { ELSEWHERE };
        if self.last.elapsed() < every {
            return;
        }
        self.last = Instant::now();
        let (begin, end) = if self.terminal { ("\r\x1b[K", "") } else { ("", "\n") };
        self.drawn = self.terminal;
        // Who has no stderr misses nothing else by it.
        let _ = write!(std::io::stderr(), "{begin}vigie: {}{end}", words());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn sentence(pace: Pace) -> String {
    let mut out = format!("{} of {} read again", text::count(pace.passed), text::count(pace.of));
    let seconds = pace.elapsed.as_secs_f64();
    if pace.elapsed >= SETTLED && pace.passed > 0 {
        let per_s = pace.passed as f64 / seconds;
        out += &format!(", {} a second", text::rate(per_s));
        let left = pace.of.saturating_sub(pace.passed);
        if left > 0 {
            out += &format!(", about {} left", text::duration_s(left as f64 / per_s));
        }
    }
    if pace.lost > 0 {
        out += &format!("; retention removed {} before they were read", text::count(pace.lost));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_fast_and_how_long_as_soon_as_it_can_know() {
        let pace = |passed, seconds| Pace { passed, of: 30_000, elapsed: Duration::from_secs(seconds), ..Pace::default() };
        assert_eq!(sentence(pace(0, 0)), "0 of 30 000 read again");
        assert_eq!(sentence(pace(10_000, 10)), "10 000 of 30 000 read again, 1 000 a second, about 20 s left");
        let lost = Pace { lost: 7, ..pace(30_000, 30) };
        assert_eq!(sentence(lost), "30 000 of 30 000 read again, 1 000 a second; retention removed 7 before they were read");
    }
}
