use crate::model::EtaError;
use std::collections::VecDeque;

/// Arrivals that count.
const LAST: usize = 500;

/// How far the forecasts of the last deliveries were off, in seconds; above 0: too late.
#[derive(Default)]
pub struct Errors {
    last: VecDeque<f64>,
    count: u64,
}

impl Errors {
    pub fn note(&mut self, off_s: f64) {
        self.count += 1;
        self.last.push_back(off_s);
        if self.last.len() > LAST {
            self.last.pop_front();
        }
    }

    pub fn figures(&self) -> Option<EtaError> {
        let mut sizes: Vec<f64> = self.last.iter().map(|off| off.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let at = |share: f64| sizes.get(((sizes.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied();
        let bias_s = self.last.iter().sum::<f64>() / self.last.len() as f64;
        Some(EtaError { count: self.count, p50_s: at(0.5)?, p90_s: at(0.9)?, bias_s })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_are_below_the_median() {
        let mut errors = Errors::default();
        assert_eq!(errors.figures(), None);
        for off in [-1.0, 2.0, -3.0, 10.0] {
            errors.note(off);
        }
        assert_eq!(errors.figures(), Some(EtaError { count: 4, p50_s: 2.0, p90_s: 10.0, bias_s: 2.0 }));
    }
}
