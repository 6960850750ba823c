use super::native::{Desk, Handle};
use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::metadata::Metadata;
use rdkafka::types::RDKafkaErrorCode;
use std::time::{Duration, Instant};

/// Tries of one question, each of which librdkafka gives to any broker that is connected.
const TRIES: u32 = 3;
/// The least that a first try gets.
const LEAST: Duration = Duration::from_secs(1);
/// librdkafka closes a connection on which an answer came too late, so a greeting may take its time: nobody waits for it.
const GREETING: Duration = Duration::from_secs(60);
/// So many times what the last answer took.
const SLOWER: u32 = 4;

/// How long each try of a question may take that any broker can answer: a broker that is connected and silent must not cost the
/// whole reading, and a slow cluster must not be asked twice.
#[derive(Default)]
pub struct Patience {
    last: Duration,
    /// Brokers of the last answer.
    brokers: Vec<i32>,
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
        let mut desk = Desk::new(handle);
        let mut asked_before = false;
        for patience in self.tries(whole) {
            // Only silence is met so: a greeting that waits for a broker who refuses us makes librdkafka try it without a pause.
            if asked_before && silent(&result) {
                self.greet(&mut desk);
            }
            asked_before = true;
            let asked = Instant::now();
            result = handle.fetch_metadata(None, patience);
            match &result {
                Ok(metadata) => {
                    self.answered(asked.elapsed());
                    self.brokers = metadata.brokers().iter().map(|b| b.id()).collect();
                    break;
                }
                Err(error) => tracing::debug!(%error, ?patience, "metadata, one try"),
            }
        }
        result
    }

    /// librdkafka asks the broker that it spoke to last: the silent one, again and again. So all are spoken to before the second try,
    /// and before the third those alone who answered.
    fn greet(&self, desk: &mut Desk) {
        let answers = std::iter::from_fn(|| desk.next(Duration::ZERO));
        let alive: Vec<i32> = answers.filter(|a| a.refusal().is_none()).filter_map(|a| i32::try_from(a.tag()).ok()).collect();
        for broker in if alive.is_empty() { &self.brokers } else { &alive } {
            desk.greet(*broker, GREETING);
        }
    }

    /// The answer took so long.
    fn answered(&mut self, took: Duration) {
        self.last = took;
    }
}

fn silent(result: &KafkaResult<Metadata>) -> bool {
    matches!(result, Err(KafkaError::MetadataFetch(RDKafkaErrorCode::OperationTimedOut)))
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
