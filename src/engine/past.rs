use crate::history::{COARSE_CELLS, COARSE_S, FINE_CELLS, Series};
use crate::model::Timestamp;

/// What the warm-up read, by the records' timestamps, until it is written into the curves.
#[derive(Default)]
pub struct PastCounts {
    /// The second in which the live part begins; counts are kept by their distance to it.
    end: i64,
    earliest: Option<i64>,
    fine: Vec<Count>,
    coarse: Vec<Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    records: u32,
    errors: u32,
    bytes: u64,
}

impl PastCounts {
    pub fn new(start: Timestamp) -> Self {
        Self {
            end: second(start),
            earliest: None,
            fine: vec![Count::default(); FINE_CELLS],
            coarse: vec![Count::default(); COARSE_CELLS],
        }
    }

    pub fn add(&mut self, at: Timestamp, bytes: usize, errors: u32) {
        let sec = second(at);
        if sec >= self.end {
            return;
        }
        self.earliest = Some(self.earliest.map_or(sec, |e| e.min(sec)));
        let cells = [
            self.fine.get_mut((self.end - 1 - sec) as usize),
            self.coarse.get_mut((self.end.div_euclid(COARSE_S) - sec.div_euclid(COARSE_S)) as usize),
        ];
        for cell in cells.into_iter().flatten() {
            cell.records += 1;
            cell.errors += errors;
            cell.bytes += bytes as u64;
        }
    }

    /// Writes what was counted into the curves of records, bytes and errors a second. A second without a record between the
    /// first one and the start is a zero.
    pub fn write(&self, records: &mut Series, bytes: &mut Series, errors: &mut Series) {
        let Some(earliest) = self.earliest else { return };
        for (series, pick) in [
            (records, (|c| f64::from(c.records)) as fn(&Count) -> f64),
            (bytes, |c| c.bytes as f64),
            (errors, |c| f64::from(c.errors)),
        ] {
            if series.head().is_none() {
                series.set(self.end - 1, 0.0);
            }
            for (i, cell) in self.coarse.iter().enumerate() {
                let start = (self.end.div_euclid(COARSE_S) - i as i64) * COARSE_S;
                if start >= earliest.div_euclid(COARSE_S) * COARSE_S {
                    series.set_coarse(start, (pick(cell) / COARSE_S as f64) as f32);
                }
            }
            for (i, cell) in self.fine.iter().enumerate().rev() {
                let sec = self.end - 1 - i as i64;
                if sec >= earliest {
                    series.set(sec, pick(cell) as f32);
                }
            }
        }
    }
}

pub fn second(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000)
}
