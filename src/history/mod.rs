//! The past: of the figures as rings of equally spaced points, two bytes each; of the whole as pictures. Within a budget.

mod code;
mod gallery;
mod series;

pub use code::{decode, encode};
pub use gallery::Gallery;
pub use series::{COARSE_CELLS, COARSE_S, FINE_CELLS, Fold, Series};

/// What is left of `--history-memory`, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    left: usize,
    whole: usize,
}

impl Budget {
    pub fn new(bytes: usize) -> Self {
        Self { left: bytes, whole: bytes }
    }

    /// For pictures, which take what curves leave.
    pub fn left(&self) -> usize {
        self.left
    }

    /// The same as [`Self::take`] for what is not needed most: half of the whole stays.
    pub fn spare(&mut self, series: usize) -> bool {
        let spares = self.left >= self.whole / 2 + series * Series::BYTES;
        spares && self.take(series)
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
