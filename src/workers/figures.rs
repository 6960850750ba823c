use crate::model::{EtaError, Timestamp, WorkerReading};
use std::collections::VecDeque;

/// Window of the rates, in ms.
const WINDOW_MS: i64 = 60_000;

/// Counts what was committed; rates of the last minute.
#[derive(Default)]
pub struct Meter {
    pub figures: WorkerReading,
    committed: VecDeque<Committed>,
}

struct Committed {
    at: Timestamp,
    taken: u64,
    produced: u64,
}

impl Meter {
    pub fn new(name: &str, group: &str, instance: &str) -> Self {
        let (name, group, instance) = (name.to_owned(), group.to_owned(), instance.to_owned());
        Self { figures: WorkerReading { name, group, instance, ..WorkerReading::default() }, committed: VecDeque::new() }
    }

    pub fn committed(&mut self, at: Timestamp, taken: usize, produced: usize) {
        let (taken, produced) = (taken as u64, produced as u64);
        self.figures.transactions += 1;
        self.figures.taken += taken;
        self.figures.produced += produced;
        self.figures.trouble = None;
        self.committed.push_back(Committed { at, taken, produced });
        self.forget(at);
    }

    fn forget(&mut self, now: Timestamp) {
        while self.committed.front().is_some_and(|c| now.since_ms(c.at) > WINDOW_MS) {
            self.committed.pop_front();
        }
    }

    /// The figures as of now.
    pub fn read(&mut self, now: Timestamp, assigned: usize, lag: Option<u64>, error: Option<EtaError>) -> WorkerReading {
        self.forget(now);
        let seconds = self.committed.front().map(|first| now.since_s(first.at).clamp(1.0, WINDOW_MS as f64 / 1_000.0));
        let per_s = |of: fn(&Committed) -> u64| Some(self.committed.iter().map(of).sum::<u64>() as f64 / seconds?);
        let (in_per_s, out_per_s) = (per_s(|c| c.taken), per_s(|c| c.produced));
        let figures = &mut self.figures;
        (figures.at, figures.assigned, figures.lag, figures.error) = (now, assigned, lag, error);
        (figures.in_per_s, figures.out_per_s) = (in_per_s, out_per_s);
        figures.clone()
    }
}
