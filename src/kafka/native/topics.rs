use super::{Desk, Op, Refusal, Reply, c_name, lent, string};
use rdkafka::bindings as b;
use std::ffi::{CStr, CString, c_char};
use std::time::Duration;

/// A topic to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    pub name: String,
    /// −1: the broker's default.
    pub partitions: i32,
    /// −1: the broker's default.
    pub replication: i32,
    /// Kafka's topic settings (`retention.ms`).
    pub configs: Vec<(String, String)>,
}

/// What became of one topic of a call.
pub type Outcome = (String, Result<(), Refusal>);

/// A topic's setting; `value` is `None` where the broker hides it.
pub struct ConfigValue<'a> {
    pub name: &'a str,
    pub value: Option<&'a str>,
}

/// Topics being made, freed together.
struct Made(Vec<*mut b::rd_kafka_NewTopic_t>);

impl Drop for Made {
    fn drop(&mut self) {
        // SAFETY: each was made by `rd_kafka_NewTopic_new` and is destroyed once.
        unsafe { b::rd_kafka_NewTopic_destroy_array(self.0.as_mut_ptr(), self.0.len()) }
    }
}

/// Resources of a question, freed together.
struct Resources(Vec<*mut b::rd_kafka_ConfigResource_t>);

impl Drop for Resources {
    fn drop(&mut self) {
        // SAFETY: each was made by `rd_kafka_ConfigResource_new` and is destroyed once.
        unsafe { b::rd_kafka_ConfigResource_destroy_array(self.0.as_mut_ptr(), self.0.len()) }
    }
}

impl Desk {
    /// Asks a broker for the settings of topics, many a call. A topic that is unknown answers without settings.
    pub fn describe_configs<'a>(&mut self, tag: usize, topics: impl Iterator<Item = &'a str>, broker: i32, timeout: Duration) {
        let names: Vec<_> = topics.filter_map(c_name).collect();
        // SAFETY: the names are alive; each resource copies its own.
        let resource = |n: &CString| unsafe {
            b::rd_kafka_ConfigResource_new(b::rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_TOPIC, n.as_ptr())
        };
        let mut resources = Resources(names.iter().map(resource).filter(|r| !r.is_null()).collect());
        let options = self.options(Op::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, tag, timeout);
        options.at_broker(broker);
        // SAFETY: all are alive; librdkafka copies them.
        unsafe {
            b::rd_kafka_DescribeConfigs(self.rk(), resources.0.as_mut_ptr(), resources.0.len(), options.0, self.queue);
        }
    }

    /// Makes topics, or with `validate_only` only asks whether it could be. The broker passes it on to the controllers (KRaft), or
    /// must be the controller itself (ZooKeeper): see [`super::controller`].
    ///
    /// # Errors
    /// A topic that librdkafka refuses before it asks (0 partitions, a name with a zero byte): nothing was sent.
    pub fn create_topics(
        &mut self,
        tag: usize,
        topics: &[NewTopic],
        validate_only: bool,
        broker: i32,
        timeout: Duration,
    ) -> Result<(), Refusal> {
        let mut made = Made(Vec::with_capacity(topics.len()));
        for topic in topics {
            let new = new_topic(topic)?;
            made.0.push(new);
            configure(new, topic)?;
        }
        let options = self.options(Op::RD_KAFKA_ADMIN_OP_CREATETOPICS, tag, timeout);
        options.at_broker(broker);
        let mut text = [0 as c_char; 128];
        // SAFETY: all are alive; librdkafka copies the topics. The operation timeout makes the controller wait until the
        // topics exist, and is within the request's.
        unsafe {
            b::rd_kafka_AdminOptions_set_operation_timeout(options.0, super::millis(timeout / 2), text.as_mut_ptr(), text.len());
            b::rd_kafka_AdminOptions_set_validate_only(options.0, i32::from(validate_only), text.as_mut_ptr(), text.len());
            b::rd_kafka_CreateTopics(self.rk(), made.0.as_mut_ptr(), made.0.len(), options.0, self.queue);
        }
        Ok(())
    }
}

fn new_topic(topic: &NewTopic) -> Result<*mut b::rd_kafka_NewTopic_t, Refusal> {
    let mut text = [0 as c_char; 256];
    let name = plain(&topic.name, topic)?;
    // SAFETY: name and buffer are alive.
    let made =
        unsafe { b::rd_kafka_NewTopic_new(name.as_ptr(), topic.partitions, topic.replication, text.as_mut_ptr(), text.len()) };
    if made.is_null() {
        // SAFETY: librdkafka wrote a string into the buffer, which was zeroed and is longer than it writes.
        let text = unsafe { string(text.as_ptr()) }.unwrap_or_default();
        return Err(invalid(format!("topic {}: {text}", topic.name)));
    }
    Ok(made)
}

fn configure(made: *mut b::rd_kafka_NewTopic_t, topic: &NewTopic) -> Result<(), Refusal> {
    for (key, value) in &topic.configs {
        let (key, value) = (plain(key, topic)?, plain(value, topic)?);
        // SAFETY: all are alive; the topic copies both.
        unsafe { b::rd_kafka_NewTopic_set_config(made, key.as_ptr(), value.as_ptr()) };
    }
    Ok(())
}

fn plain(text: &str, topic: &NewTopic) -> Result<CString, Refusal> {
    c_name(text).ok_or_else(|| invalid(format!("topic {}: a name or value has a zero byte", topic.name)))
}

fn invalid(text: String) -> Refusal {
    Refusal { code: rdkafka::types::RDKafkaErrorCode::InvalidArgument, text }
}

impl Reply {
    /// The answer to [`Desk::create_topics`].
    pub fn outcomes(&self) -> Vec<Outcome> {
        let mut count = 0;
        // SAFETY: the event is alive and lends its parts.
        unsafe {
            let result = b::rd_kafka_event_CreateTopics_result(self.0);
            if result.is_null() {
                return Vec::new();
            }
            let topics = lent(b::rd_kafka_CreateTopics_result_topics(result, &raw mut count), count);
            let outcome = |t: &*const b::rd_kafka_topic_result_t| {
                let name = string(b::rd_kafka_topic_result_name(*t))?;
                let refusal = Refusal::new(b::rd_kafka_topic_result_error(*t), b::rd_kafka_topic_result_error_string(*t));
                Some((name, refusal.map_or(Ok(()), Err)))
            };
            topics.iter().filter_map(outcome).collect()
        }
    }

    /// The answer to [`Desk::describe_configs`]: gives each topic with its settings, or what was said against it.
    pub fn each_config(&self, mut give: impl FnMut(&str, Result<Vec<ConfigValue<'_>>, Refusal>)) {
        let mut count = 0;
        // SAFETY: the event is alive and lends its parts.
        unsafe {
            let result = b::rd_kafka_event_DescribeConfigs_result(self.0);
            if result.is_null() {
                return;
            }
            for resource in lent(b::rd_kafka_DescribeConfigs_result_resources(result, &raw mut count), count) {
                let Some(name) = text(b::rd_kafka_ConfigResource_name(*resource)) else { continue };
                let code = b::rd_kafka_ConfigResource_error(*resource);
                match Refusal::new(code, b::rd_kafka_ConfigResource_error_string(*resource)) {
                    Some(refusal) => give(name, Err(refusal)),
                    None => give(name, Ok(entries(*resource))),
                }
            }
        }
    }
}

/// # Safety
/// `resource` is alive and outlives `'a`.
unsafe fn entries<'a>(resource: *const b::rd_kafka_ConfigResource_t) -> Vec<ConfigValue<'a>> {
    let mut count = 0;
    // SAFETY: the caller's promise.
    unsafe {
        let all = lent(b::rd_kafka_ConfigResource_configs(resource, &raw mut count), count);
        let entry = |e: &*const b::rd_kafka_ConfigEntry_t| {
            let name = text(b::rd_kafka_ConfigEntry_name(*e))?;
            Some(ConfigValue { name, value: text(b::rd_kafka_ConfigEntry_value(*e)) })
        };
        all.iter().filter_map(entry).collect()
    }
}

/// A string that an answer lends; `None` if it is null or not UTF-8.
///
/// # Safety
/// `at` is null or a live string that outlives `'a`.
unsafe fn text<'a>(at: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    if at.is_null() { None } else { unsafe { CStr::from_ptr(at) }.to_str().ok() }
}
