use super::message::Message;
use super::post::Failed;
use crate::kafka::publish::{Outgoing, PublishConfig, Publisher, Receipt};
use crate::kafka::{Causes, KafkaConfig};
use crate::model::Timestamp;
use crossbeam_channel::Receiver;
use std::sync::Arc;
use std::time::Duration;

/// A producer to the watched cluster, made when the first alert goes out.
pub struct Producer {
    publisher: Publisher,
    receipts: Receiver<Receipt>,
}

/// Writes an alert to a topic; only the brokers' own word counts. Both messages of an alert have its key, and so their order.
pub fn produce(
    producer: &mut Option<Producer>,
    kafka: &KafkaConfig,
    topic: &str,
    message: &Message,
    limit: Duration,
) -> Result<(), Failed> {
    if producer.is_none() {
        *producer = Some(connect(kafka)?);
    }
    let Some(Producer { publisher, receipts }) = producer.as_ref() else { return Ok(()) };
    let value = message.body.to_string();
    let record = Outgoing { topic, key: Some(message.key.as_bytes()), value: Some(value.as_bytes()), ..Outgoing::default() };
    let told =
        publisher.send(record).map_err(|error| Failed::now(error.to_string())).and_then(|()| match receipts.recv_timeout(limit) {
            Ok(Receipt { result: Ok(_), .. }) => Ok(()),
            Ok(Receipt { result: Err(undelivered), .. }) => Err(Failed::now(undelivered.text)),
            Err(_) => Err(Failed::now(format!("{topic}: not confirmed within {} s", limit.as_secs_f64()))),
        });
    if told.is_err() {
        // A late receipt must not be taken for the next one's.
        *producer = None;
    }
    told
}

fn connect(kafka: &KafkaConfig) -> Result<Producer, Failed> {
    let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
    let config = PublishConfig { in_flight: 10, ..PublishConfig::default() };
    let made = Publisher::with_receipts(kafka, &causes, &config);
    made.map(|(publisher, receipts)| Producer { publisher, receipts }).map_err(|error| Failed::now(error.to_string()))
}
