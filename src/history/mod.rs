//! The past of the figures: rings of equally spaced points, two bytes each, within a budget.

mod code;
mod series;

pub use code::{decode, encode};
pub use series::{COARSE_CELLS, COARSE_S, FINE_CELLS, Fold, Series};

/// What `--history-memory` leaves for curves, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    left: usize,
}

impl Budget {
    pub fn new(bytes: usize) -> Self {
        Self { left: bytes }
    }

    /// Takes the room of `series` whole series; `false` when there is not so much left.
    pub fn take(&mut self, series: usize) -> bool {
        let bytes = series * Series::BYTES;
        let fits = bytes <= self.left;
        if fits {
            self.left -= bytes;
        }
        fits
    }

    pub fn give_back(&mut self, series: usize) {
        self.left += series * Series::BYTES;
    }
}
