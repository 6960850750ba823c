//! Keeps the log readable while a cluster is away: each client of the process says the same, many times a second.

use super::log_text::without_counters;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So long a line that was written stands for those like it.
const HOLD: Duration = Duration::from_secs(30);
/// Lines that are remembered.
const MOST: usize = 256;

/// Whether this line is to be written, and of those like it how many were not since the last one. One memory for all clients.
pub fn hear(line: &str) -> Option<u64> {
    static LINES: LazyLock<Mutex<Lines>> = LazyLock::new(Mutex::default);
    LINES.lock().unwrap_or_else(PoisonError::into_inner).hear(Instant::now(), line)
}

/// What is added to a line that stands for others: ` (12 more like it)`.
pub fn more(held: u64) -> String {
    if held == 0 { String::new() } else { format!(" ({held} more like it since the last one)") }
}

#[derive(Default)]
struct Lines(HashMap<String, Line>);

struct Line {
    written: Instant,
    held: u64,
}

impl Lines {
    fn hear(&mut self, now: Instant, line: &str) -> Option<u64> {
        let bare = line.strip_prefix("[thrd:").and_then(|l| l.split_once("]: ")).map_or(line, |(_, rest)| rest);
        let bare = without_counters(bare);
        if let Some(known) = self.0.get_mut(bare) {
            if now.saturating_duration_since(known.written) < HOLD {
                known.held += 1;
                return None;
            }
            known.written = now;
            return Some(std::mem::take(&mut known.held));
        }
        if self.0.len() >= MOST {
            self.0.retain(|_, line| now.saturating_duration_since(line.written) < HOLD);
        }
        // More different lines than we remember: those beyond are written as they come.
        if self.0.len() < MOST {
            self.0.insert(bare.to_owned(), Line { written: now, held: 0 });
        }
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_stands_for_those_like_it() {
        let (mut lines, begun) = (Lines::default(), Instant::now());
        let at = |s| begun + Duration::from_secs(s);
        let told = "h:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)";
        let again = "[thrd:h:1/1]: h:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 3ms in state CONNECT, 1 identical \
                     error(s) suppressed)";
        assert_eq!(lines.hear(at(0), told), Some(0));
        assert_eq!(lines.hear(at(1), again), None);
        assert_eq!(lines.hear(at(29), told), None);
        assert_eq!(lines.hear(at(29), "1/1 brokers are down"), Some(0), "another line");
        assert_eq!(lines.hear(at(30), again), Some(2));
        assert_eq!(lines.hear(at(31), told), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut lines, begun) = (Lines::default(), Instant::now());
        for n in 0..MOST * 2 {
            assert_eq!(lines.hear(begun, &n.to_string()), Some(0));
        }
        assert_eq!(lines.0.len(), MOST);
        lines.hear(begun + HOLD, "later");
        assert_eq!(lines.0.len(), 1);
    }
}
