use serde::{Deserialize, Serialize};

/// A new experience weighs so much.
const WEIGHT: f64 = 0.1;
/// Slower or quicker than this was no traffic.
const LEAST: f64 = 0.4;
const MOST: f64 = 3.0;
/// A shorter way says too little.
const SHORTEST_S: f64 = 20.0;

/// How much longer ways take in an hour of the day than speed and distance say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slowness {
    pub factor: f64,
}

impl Default for Slowness {
    fn default() -> Self {
        Self { factor: 1.0 }
    }
}

impl Slowness {
    /// It took so long, and would have taken `plain_s` without traffic. `false`: nothing can be learned of it.
    pub fn learn(&mut self, took_s: f64, plain_s: f64) -> bool {
        if plain_s < SHORTEST_S || took_s <= 0.0 {
            return false;
        }
        self.factor += WEIGHT * ((took_s / plain_s).clamp(LEAST, MOST) - self.factor);
        true
    }
}
