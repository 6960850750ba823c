use super::native::Handle;
use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::metadata::Metadata;
use rdkafka::types::RDKafkaErrorCode;
use std::time::{Duration, Instant};

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
    fn tries(&self, whole: Duration) -> impl Iterator<Item = Duration> + use<> {
        let first = (self.last * SLOWER).max(LEAST);
        let mut left = whole;
        (1..=TRIES).map_while(move |n| {
            let this = if n == TRIES { left } else { first.min(left) };
            left -= this;
            (!this.is_zero()).then_some(this)
        })
    }

    /// All metadata. Any broker can answer: one that is silent is not the last word.
    pub fn metadata(&mut self, handle: &Handle, whole: Duration) -> KafkaResult<Metadata> {
        let mut result = Err(KafkaError::MetadataFetch(RDKafkaErrorCode::OperationTimedOut));
        for patience in self.tries(whole) {
            let asked = Instant::now();
            result = handle.fetch_metadata(None, patience);
            match &result {
                Ok(_) => {
                    self.answered(asked.elapsed());
                    break;
                }
                Err(error) => tracing::debug!(%error, ?patience, "metadata, one try"),
            }
        }
        result
    }

    /// The answer took so long.
    fn answered(&mut self, took: Duration) {
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
