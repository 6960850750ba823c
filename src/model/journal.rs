use super::{Level, Timestamp};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Lines that are kept; the oldest go first.
const MOST: usize = 2_000;
/// Bytes of one line that are kept.
const LONGEST: usize = 4_096;

/// One line of vigie's own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Of this process, from 1 on.
    pub number: u64,
    pub at: Timestamp,
    /// Healthy stands for what is only told.
    pub level: Level,
    /// The room that speaks.
    pub from: Arc<str>,
    pub text: Arc<str>,
}

/// The newest lines of vigie's own log, in memory: written by every thread, read by the screen.
#[derive(Debug, Default)]
pub struct Journal {
    lines: Mutex<VecDeque<Arc<LogLine>>>,
    written: AtomicU64,
}

impl Journal {
    pub fn write(&self, at: Timestamp, level: Level, from: &str, text: &str) {
        let end = text.floor_char_boundary(LONGEST);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.written.load(Ordering::Relaxed) + 1;
        lines.push_back(Arc::new(LogLine { number, at, level, from: from.into(), text: text[..end].into() }));
        if lines.len() > MOST {
            lines.pop_front();
        }
        self.written.store(number, Ordering::Release);
    }

    /// How many lines were ever written.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// The newest first.
    pub fn lines(&self) -> Arc<[Arc<LogLine>]> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_are_kept_and_long_ones_are_cut() {
        let journal = Journal::default();
        for n in 0..MOST + 5 {
            journal.write(Timestamp(n as i64), Level::Healthy, "kafka", &"é".repeat(if n == MOST + 4 { 4_000 } else { 1 }));
        }
        let lines = journal.lines();
        assert_eq!((lines.len(), journal.written()), (MOST, MOST as u64 + 5));
        assert_eq!((lines[0].number, lines[MOST - 1].number), (MOST as u64 + 5, 6));
        assert!(lines[0].text.len() <= LONGEST && lines[0].text.chars().all(|c| c == 'é'));
    }
}
