use super::courier::{Courier, Job, Party};
use crate::kafka::native::{self, NewTopic, Reply};
use crate::model::Controllers;
use rdkafka::types::RDKafkaErrorCode as E;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(300);
/// While a broker is down: the controllers may be among what died.
const TROUBLED: Duration = Duration::from_secs(5);

/// librdkafka's words for a call that timed out before it was sent: nobody was asked.
const NOT_SENT: &str = "waiting for broker";

/// Whether the controllers answer. Metadata looks healthy without them, so they are asked what only they can answer: whether a
/// topic could be made, with `validate_only`, which makes nothing.
#[derive(Default)]
pub struct Probe {
    asked: Option<Instant>,
    /// Brokers that were down then.
    down: usize,
    unsupported: bool,
    pub state: Controllers,
}

impl Probe {
    /// Asks when the time has come: at once when one more broker is down. `broker` passes the question on.
    pub fn ask(&mut self, courier: &mut Courier, broker: i32, down: usize, now: Instant) {
        if self.unsupported || !self.is_due(down, now) || courier.is_open(&Party::Controllers) {
            return;
        }
        (self.asked, self.down) = (Some(now), down);
        let topic = [nowhere()];
        courier.send(Job::Controllers, |desk, tag, timeout| {
            // The topic is well formed, so that nothing can be refused before it is sent.
            let _ = desk.create_topics(tag, &topic, true, broker, timeout);
        });
    }

    fn is_due(&self, down: usize, now: Instant) -> bool {
        let every = if down > 0 || self.state == Controllers::Silent { TROUBLED } else { EVERY };
        down > self.down || self.asked.is_none_or(|asked| now.duration_since(asked) >= every)
    }

    pub fn take(&mut self, reply: &Reply) {
        if reply.refusal().is_some_and(|r| r.text.contains(NOT_SENT)) {
            self.asked = None;
            return;
        }
        let code = reply
            .refusal()
            .map(|r| r.code)
            .or_else(|| reply.outcomes().into_iter().find_map(|(_, result)| result.err()).map(|r| r.code));
        self.unsupported = code.is_some_and(native::is_unsupported);
        self.state = judge(code);
    }

    /// The cluster was away.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// Any answer means that they live, a refusal too.
fn judge(code: Option<E>) -> Controllers {
    match code {
        Some(E::OperationTimedOut | E::RequestTimedOut) => Controllers::Silent,
        // With ZooKeeper: the broker that we asked is none, and knows nothing of them. Without an answer nothing is known.
        Some(E::NotController | E::BrokerTransportFailure) => Controllers::Unknown,
        Some(code) if native::is_unsupported(code) => Controllers::Unknown,
        _ => Controllers::Answering,
    }
}

/// A topic whose name exists nowhere.
pub fn nowhere() -> NewTopic {
    NewTopic {
        name: format!("vigie-asks-whether-controllers-answer-{:016x}", fastrand::u64(..)),
        partitions: 1,
        replication: 1,
        configs: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_asked_at_once_when_one_more_broker_is_down() {
        let now = Instant::now();
        let probe = |down, state| Probe { asked: Some(now), down, state, ..Probe::default() };
        let later = |s| now + Duration::from_secs(s);
        assert!(Probe::default().is_due(0, now));
        let well = probe(0, Controllers::Answering);
        assert!(!well.is_due(0, later(299)) && well.is_due(0, later(300)));
        assert!(well.is_due(1, now));
        let troubled = probe(1, Controllers::Answering);
        assert!(!troubled.is_due(1, later(4)) && troubled.is_due(1, later(5)) && troubled.is_due(2, now));
        let silent = probe(2, Controllers::Silent);
        assert!(!silent.is_due(0, later(4)) && silent.is_due(0, later(5)));
    }

    #[test]
    fn a_refusal_is_an_answer_and_silence_is_none() {
        assert_eq!(judge(None), Controllers::Answering);
        assert_eq!(judge(Some(E::TopicAuthorizationFailed)), Controllers::Answering);
        assert_eq!(judge(Some(E::PolicyViolation)), Controllers::Answering);
        assert_eq!(judge(Some(E::RequestTimedOut)), Controllers::Silent);
        assert_eq!(judge(Some(E::OperationTimedOut)), Controllers::Silent);
        assert_eq!(judge(Some(E::NotController)), Controllers::Unknown);
        assert_eq!(judge(Some(E::UnsupportedFeature)), Controllers::Unknown);
    }
}
