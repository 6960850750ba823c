use crate::consume::Pace;
use crate::text;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often a line is rewritten on a terminal, and written anywhere else.
const REWRITTEN: Duration = Duration::from_millis(250);
const WRITTEN: Duration = Duration::from_secs(5);

/// How far a reading is, on stderr.
pub struct Progress {
    what: &'static str,
    terminal: bool,
    told: Instant,
    open: bool,
}

impl Progress {
    pub fn new(what: &'static str) -> Self {
        Self { what, terminal: std::io::stderr().is_terminal(), told: Instant::now(), open: false }
    }

    /// May be called for every record.
    pub fn tell(&mut self, pace: Pace) {
        let every = if self.terminal { REWRITTEN } else { WRITTEN };
        if self.told.elapsed() < every {
            return;
        }
        self.told = Instant::now();
        let line = line(self.what, pace);
        // A terminal that is gone is no reason to stop reading.
        let _ =
            if self.terminal { write!(std::io::stderr(), "\r\x1b[K{line}") } else { writeln!(std::io::stderr(), "vigie: {line}") };
        self.open = self.terminal;
    }

    pub fn end(&mut self) {
        if std::mem::take(&mut self.open) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn line(what: &str, pace: Pace) -> String {
    let seconds = pace.elapsed.as_secs_f64().max(0.001);
    let rate = pace.records as f64 / seconds;
    let share = if pace.of == 0 { 1.0 } else { pace.passed as f64 / pace.of as f64 };
    let left = (pace.passed > 0).then(|| seconds * (pace.of - pace.passed.min(pace.of)) as f64 / pace.passed as f64);
    let left = left.map_or_else(String::new, |s| format!(", {} left", text::short_duration_s(s)));
    format!("{what}: {:.0} %, {} records, {rate:.0}/s{left}", share * 100.0, pace.records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_still() {
        let pace = Pace { passed: 250, of: 1_000, records: 200, lost: 0, elapsed: Duration::from_secs(2) };
        assert_eq!(line("reading", pace), "reading: 25 %, 200 records, 100/s, 6 s left");
        assert_eq!(line("reading", Pace::default()), "reading: 100 %, 0 records, 0/s");
    }
}
