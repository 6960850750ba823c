use super::{Op, Options, Refusal, Reply, c_name, is_unsupported, lent, millis, refusal_of, string};
use rdkafka::ClientContext;
use rdkafka::bindings as b;
use rdkafka::client::Client;
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::HashMap;
use std::ffi::c_char;
use std::time::Duration;

/// The call ends by itself; that is waited for.
const SLACK: Duration = Duration::from_millis(500);

/// A topic's id by its name, or what was said against it; `None`: the brokers tell no ids.
pub type TopicIds = HashMap<String, Result<Option<String>, Refusal>>;

/// The ids of topics, as this broker tells them now: one that was removed and made again has another (KIP-516). What does not exist is
/// left out.
///
/// # Errors
/// It does not answer in time, or refuses.
pub fn topic_ids<C: ClientContext>(client: &Client<C>, broker: i32, topics: &[&str], wait: Duration) -> Result<TopicIds, Refusal> {
    if topics.is_empty() {
        return Ok(TopicIds::new());
    }
    let Some(reply) = ask(client, broker, topics, wait) else {
        return Err(Refusal { code: E::OperationTimedOut, text: "the topics' ids were not told in time".into() });
    };
    match reply.refusal() {
        None => Ok(reply.topic_ids()),
        Some(refusal) if is_unsupported(refusal.code) => Ok(topics.iter().map(|topic| ((*topic).to_owned(), Ok(None))).collect()),
        Some(refusal) => Err(refusal),
    }
}

fn ask<C: ClientContext>(client: &Client<C>, broker: i32, topics: &[&str], wait: Duration) -> Option<Reply> {
    let names: Vec<_> = topics.iter().filter_map(|topic| c_name(topic)).collect();
    let mut pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
    let (rk, mut text) = (client.native_ptr(), [0 as c_char; 128]);
    // SAFETY: the client is alive throughout; librdkafka copies names and options. Queue and collection are ours and destroyed
    // once; an answer that comes after the queue is gone is thrown away.
    unsafe {
        let options = Options(b::rd_kafka_AdminOptions_new(rk, Op::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS));
        b::rd_kafka_AdminOptions_set_request_timeout(options.0, millis(wait), text.as_mut_ptr(), text.len());
        options.at_broker(broker);
        let (queue, collection) =
            (b::rd_kafka_queue_new(rk), b::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len()));
        b::rd_kafka_DescribeTopics(rk, collection, options.0, queue);
        let event = b::rd_kafka_queue_poll(queue, millis(wait + SLACK));
        b::rd_kafka_TopicCollection_destroy(collection);
        b::rd_kafka_queue_destroy(queue);
        (!event.is_null()).then_some(Reply(event))
    }
}

impl Reply {
    fn topic_ids(&self) -> TopicIds {
        let (mut count, mut ids) = (0, TopicIds::new());
        // SAFETY: the event is alive and lends its parts.
        unsafe {
            let result = b::rd_kafka_event_DescribeTopics_result(self.0);
            if result.is_null() {
                return ids;
            }
            let first = b::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
            for topic in lent(first.cast_const(), count) {
                let Some(name) = string(b::rd_kafka_TopicDescription_name(*topic)) else { continue };
                match refusal_of(b::rd_kafka_TopicDescription_error(*topic)) {
                    None => _ = ids.insert(name, Ok(id(b::rd_kafka_TopicDescription_topic_id(*topic)))),
                    Some(refusal) if matches!(refusal.code, E::UnknownTopicOrPartition | E::UnknownTopicId) => {}
                    Some(refusal) => _ = ids.insert(name, Err(refusal)),
                }
            }
        }
        ids
    }
}

/// As Kafka's own tools write it.
///
/// # Safety
/// `uuid` is null or alive.
unsafe fn id(uuid: *const b::rd_kafka_Uuid_t) -> Option<String> {
    // SAFETY: the caller's promise; all zeros stand for none.
    unsafe {
        let none = uuid.is_null()
            || (b::rd_kafka_Uuid_most_significant_bits(uuid) == 0 && b::rd_kafka_Uuid_least_significant_bits(uuid) == 0);
        // librdkafka writes the other alphabet.
        if none { None } else { string(b::rd_kafka_Uuid_base64str(uuid)).map(|id| id.replace('+', "-").replace('/', "_")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rdkafka::ClientConfig;
    use rdkafka::consumer::{BaseConsumer, Consumer};
    use rdkafka::mocking::MockCluster;

    const WAIT: Duration = Duration::from_secs(10);

    #[test]
    fn each_topic_has_an_id_that_stays_and_what_is_not_there_has_none() {
        let mock = MockCluster::new(1).unwrap();
        ["a", "b"].iter().for_each(|topic| mock.create_topic(topic, 1, 1).unwrap());
        let consumer: BaseConsumer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
        let ids = topic_ids(consumer.client(), 1, &["a", "b", "c"], WAIT).unwrap();
        let id = |topic: &str| ids[topic].clone().unwrap().unwrap();
        assert!(id("a").len() >= 20 && id("a") != id("b") && !ids.contains_key("c"), "{ids:?}");
        assert_eq!(topic_ids(consumer.client(), 1, &["a"], WAIT).unwrap()["a"], ids["a"]);
        assert!(topic_ids(consumer.client(), 1, &[], WAIT).unwrap().is_empty());
    }

    #[test]
    fn older_brokers_tell_none() {
        let mock = MockCluster::new(1).unwrap();
        mock.apiversion(rdkafka::types::RDKafkaApiKey::Metadata, Some(0), Some(7)).unwrap();
        mock.create_topic("a", 1, 1).unwrap();
        let consumer: BaseConsumer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
        assert_eq!(topic_ids(consumer.client(), 1, &["a"], WAIT).unwrap()["a"], Ok(None));
    }
}
