use super::clock::Step;
/// Seconds in the window.
const CELLS: i64 = 60;

/// Records and errors of the last minute, by the second in which they were read.
#[derive(Clone, Debug)]
pub struct Sliding {
    head: i64,
    cells: [(u32, u32); CELLS as usize],
}

impl Default for Sliding {
    fn default() -> Self {
        Self { head: i64::MIN, cells: [(0, 0); CELLS as usize] }
    }
}

impl Sliding {
    pub fn record(&mut self, second: i64) {
        self.roll(second);
        self.cell(second).0 += 1;
    }

    pub fn error(&mut self, second: i64) {
        self.roll(second);
        self.cell(second).1 += 1;
    }

    /// Forgets what is older than a minute before `second`.
    pub fn roll(&mut self, second: i64) {
        if second <= self.head {
            return;
        }
        let from = (self.head.saturating_add(1)).max(second - CELLS + 1);
        for passed in from..=second {
            *self.cell(passed) = (0, 0);
        }
        self.head = second;
    }

    pub fn step_back(&mut self, step: Step) {
        step.second(&mut self.head);
        self.cells.rotate_left(index(step.seconds()));
    }

    /// (records, errors) of the window.
    pub fn sums(&self) -> (u64, u64) {
        self.cells.iter().fold((0, 0), |(r, e), (records, errors)| (r + u64::from(*records), e + u64::from(*errors)))
    }

    pub fn errors_in(&self, second: i64) -> u32 {
        if second > self.head || second <= self.head.saturating_sub(CELLS) { 0 } else { self.cells[index(second)].1 }
    }

    fn cell(&mut self, second: i64) -> &mut (u32, u32) {
        &mut self.cells[index(second)]
    }
}

fn index(second: i64) -> usize {
    second.rem_euclid(CELLS) as usize
}
