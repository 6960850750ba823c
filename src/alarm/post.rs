//! One outlet's thread: it tries one message at a time, and says what became of it. When to try again is the desk's business.

use super::config::{OutletConfig, Target};
use super::message::{Kind, Message};
use super::{bell, command, topic, webhook};
use crate::kafka::KafkaConfig;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::time::Duration;

/// Why a try failed.
#[derive(Debug, PartialEq)]
pub struct Failed {
    pub why: String,
    /// The same message would fail each time.
    pub for_good: bool,
}

impl Failed {
    pub fn now(why: impl Into<String>) -> Self {
        Self { why: why.into(), for_good: false }
    }
}

/// What became of one try.
#[derive(Debug)]
pub struct Answer {
    /// The outlet's place in the configuration.
    pub outlet: usize,
    pub key: String,
    pub kind: Kind,
    pub result: Result<(), Failed>,
}

/// The way to an outlet's thread, which ends when this is dropped; it is not waited for, since a try takes its time.
pub struct Post {
    jobs: Sender<Message>,
}

impl Post {
    /// # Errors
    /// No thread can be started.
    pub fn start(place: usize, config: OutletConfig, kafka: KafkaConfig, answers: Sender<Answer>) -> std::io::Result<Self> {
        let (jobs, inbox) = bounded(1);
        let name = format!("outlet {}", config.name);
        std::thread::Builder::new().name(name).spawn(move || work(place, &config, &kafka, &inbox, &answers))?;
        Ok(Self { jobs })
    }

    /// Hands a message over; `false`: the thread is still busy, or gone.
    pub fn give(&self, message: Message) -> bool {
        self.jobs.try_send(message).is_ok()
    }
}

fn work(outlet: usize, config: &OutletConfig, kafka: &KafkaConfig, inbox: &Receiver<Message>, answers: &Sender<Answer>) {
    let mut to_topic = None;
    for message in inbox {
        let result = deliver(config, kafka, &mut to_topic, &message);
        let answer = Answer { outlet, key: message.key, kind: message.kind, result };
        if answers.send(answer).is_err() {
            return;
        }
    }
}

fn deliver(
    config: &OutletConfig,
    kafka: &KafkaConfig,
    to_topic: &mut Option<topic::Producer>,
    message: &Message,
) -> Result<(), Failed> {
    match &config.target {
        Target::Webhook { url, headers, shape } => {
            webhook::post(url, headers, &message.shaped(*shape), &message.request_key(), config.timeout)
        }
        Target::Command(argv) => command::run(argv, message.body.to_string().as_bytes(), config.timeout),
        Target::Topic(name) => topic::produce(to_topic, kafka, name, message, config.timeout),
        // A bell says that there is something to see, not that it is over.
        Target::Bell if message.kind == Kind::Resolved => Ok(()),
        Target::Bell => bell::ring(),
    }
}

/// How long to wait before the next try, after so many failed ones.
pub fn backoff(failed: u32) -> Duration {
    Duration::from_secs(1 << failed.saturating_sub(1).min(6)).min(Duration::from_secs(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_less_and_less_often() {
        let waits: Vec<u64> = (1..10).map(|n| backoff(n).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }
}
