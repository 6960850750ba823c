use std::time::Duration;

/// Tries of one question, each of which librdkafka gives to any broker that is connected.
const TRIES: u32 = 3;
/// The least that a first try gets.
const LEAST: Duration = Duration::from_secs(1);
/// So many times what the last answer took.
const SLOWER: u32 = 4;

/// How long each try of a question may take that any broker can answer: a broker that is connected and silent must not cost the
/// whole reading, and a slow cluster must not be asked twice.
#[derive(Debug, Default)]
pub struct Patience {
    last: Duration,
}

impl Patience {
    /// The tries, no longer than `whole` together.
    pub fn tries(&self, whole: Duration) -> impl Iterator<Item = Duration> + use<> {
        let first = (self.last * SLOWER).max(LEAST);
        let mut left = whole;
        (1..=TRIES).map_while(move |n| {
            let this = if n == TRIES { left } else { first.min(left) };
            left -= this;
            (!this.is_zero()).then_some(this)
        })
    }

    /// The answer took so long.
    pub fn answered(&mut self, took: Duration) {
        self.last = took;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn a_silent_broker_costs_a_part_of_the_time_only() {
        let mut patience = Patience::default();
        assert_eq!(patience.tries(MS(5_000)).collect::<Vec<_>>(), [MS(1_000), MS(1_000), MS(3_000)]);
        patience.answered(MS(20));
        assert_eq!(patience.tries(MS(5_000)).collect::<Vec<_>>(), [MS(1_000), MS(1_000), MS(3_000)]);
        assert_eq!(patience.tries(MS(500)).collect::<Vec<_>>(), [MS(500)]);
    }

    #[test]
    fn a_slow_cluster_is_given_time() {
        let mut patience = Patience::default();
        patience.answered(MS(600));
        assert_eq!(patience.tries(MS(5_000)).collect::<Vec<_>>(), [MS(2_400), MS(2_400), MS(200)]);
        patience.answered(MS(2_000));
        assert_eq!(patience.tries(MS(5_000)).collect::<Vec<_>>(), [MS(5_000)]);
    }
}
