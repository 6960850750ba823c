use crate::model::{Code, Fact, Reason};
use crate::rules::UnusualRules;

/// Scales a median absolute deviation to a standard deviation of a normal distribution.
const NORMAL: f64 = 1.4826;

/// What is usual for a figure: median ± median absolute deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    pub median: f64,
    pub deviation: f64,
}

impl Usual {
    /// How many deviations a value is away. A deviation is never taken finer than a tenth of the median, or than chance alone
    /// makes of `per_point` records.
    pub fn distance(&self, value: f64, chance: f64) -> f64 {
        let one = (self.deviation * NORMAL).max(self.median * 0.1).max(chance);
        if one > 0.0 { (value - self.median).abs() / one } else { 0.0 }
    }
}

/// The usual of rates a second, in points of `step_s` seconds (NaN: not known).
///
/// # Errors
/// Less history or fewer records than the rules ask for: it cannot be said.
pub fn usual(points: &[f32], step_s: f64, rules: &UnusualRules) -> Result<Usual, Reason> {
    let mut known: Vec<f64> = points.iter().filter(|p| !p.is_nan()).map(|p| f64::from(*p)).collect();
    let history = known.len() as f64 * step_s;
    let records: f64 = known.iter().sum::<f64>() * step_s;
    if history < rules.least_history_s || records < rules.least_records as f64 {
        return Err(Reason::new(Code::TooFewReadings)
            .with("history_s", Fact::Seconds(history))
            .with("needed_s", Fact::Seconds(rules.least_history_s)));
    }
    let median = middle(&mut known);
    let mut away: Vec<f64> = known.iter().map(|v| (v - median).abs()).collect();
    Ok(Usual { median, deviation: middle(&mut away) })
}

fn middle(values: &mut [f64]) -> f64 {
    let at = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_minutes_are_needed() {
        let rules = UnusualRules::default();
        assert_eq!(usual(&[5.0; 59], 10.0, &rules).unwrap_err().code, Code::TooFewReadings);
        assert_eq!(usual(&[5.0; 60], 10.0, &rules), Ok(Usual { median: 5.0, deviation: 0.0 }));
        assert!(usual(&[0.001; 60], 10.0, &rules).is_err(), "too few records");
    }

    #[test]
    fn a_spike_does_not_change_what_is_usual() {
        let mut points = vec![10.0; 100];
        points[40] = 1e6;
        let usual = usual(&points, 10.0, &UnusualRules::default()).unwrap();
        assert_eq!(usual.median, 10.0);
        assert!(usual.distance(40.0, 0.1) > 6.0 && usual.distance(11.0, 0.1) <= 1.0);
    }
}
