use super::{Handle, c_name, fault};
use crate::model::{OwnedRecord, RecordTime, Slot, Timestamp, TimestampKind};
use rdkafka::bindings as b;
use rdkafka::consumer::Consumer;
use rdkafka::types::RDKafkaErrorCode;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

/// Single records, read without a group from any number of partitions at once.
pub struct Reader {
    queue: *mut b::rd_kafka_queue_t,
    topics: HashMap<Arc<str>, *mut b::rd_kafka_topic_t>,
    handle: Handle,
}

// SAFETY: queue and topics are librdkafka's, which are safe to use from any thread; the reader is their only owner.
unsafe impl Send for Reader {}

/// What a partition gave.
pub struct Read {
    pub topic: Arc<str>,
    pub partition: i32,
    /// The record, or what librdkafka tells in its place.
    pub result: Result<OwnedRecord, RDKafkaErrorCode>,
}

impl Reader {
    pub fn new(handle: &Handle) -> Self {
        // SAFETY: the handle is alive, and stays so as long as the reader does.
        let queue = unsafe { b::rd_kafka_queue_new(handle.client().native_ptr()) };
        Self { queue, topics: HashMap::new(), handle: Arc::clone(handle) }
    }

    /// Begins to read a partition at an offset. `false`: such a topic cannot be, or the partition is being read.
    pub fn start(&mut self, topic: &Arc<str>, partition: i32, offset: i64) -> bool {
        let Some(rkt) = self.topic(topic) else { return false };
        // SAFETY: topic and queue are alive.
        unsafe { b::rd_kafka_consume_start_queue(rkt, partition, offset, self.queue) == 0 }
    }

    /// Ends it: what librdkafka has fetched of it is thrown away.
    pub fn stop(&mut self, topic: &str, partition: i32) {
        if let Some(rkt) = self.topics.get(topic) {
            // SAFETY: the topic is alive; a partition that is not being read is refused, which does no harm.
            unsafe { b::rd_kafka_consume_stop(*rkt, partition) };
        }
    }

    /// The next record of any partition, or what is told in its place.
    pub fn next(&mut self, wait: Duration) -> Option<Read> {
        // SAFETY: the queue is alive; the message is ours and destroyed by its guard.
        let message = unsafe { b::rd_kafka_consume_queue(self.queue, super::millis(wait)) };
        if message.is_null() {
            return None;
        }
        let message = Message(message);
        // SAFETY: alive until the guard drops it.
        let raw = unsafe { &*message.0 };
        let topic = self.topics.iter().find(|(_, rkt)| **rkt == raw.rkt).map(|(name, _)| Arc::clone(name))?;
        let result = match fault(raw.err) {
            Some(code) => Err(code),
            None => Ok(message.owned()),
        };
        Some(Read { topic, partition: raw.partition, result })
    }

    fn topic(&mut self, name: &Arc<str>) -> Option<*mut b::rd_kafka_topic_t> {
        if let Some(rkt) = self.topics.get(name) {
            return Some(*rkt);
        }
        let c = c_name(name)?;
        // SAFETY: the handle is alive, the name is copied; no settings of its own.
        let rkt = unsafe { b::rd_kafka_topic_new(self.handle.client().native_ptr(), c.as_ptr(), ptr::null_mut()) };
        if rkt.is_null() {
            return None;
        }
        self.topics.insert(Arc::clone(name), rkt);
        Some(rkt)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // SAFETY: each is ours, destroyed once, and before the handle that it belongs to.
        unsafe {
            self.topics.values().for_each(|rkt| b::rd_kafka_topic_destroy(*rkt));
            b::rd_kafka_queue_destroy(self.queue);
        }
    }
}

struct Message(*mut b::rd_kafka_message_t);

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: taken from a queue, destroyed once.
        unsafe { b::rd_kafka_message_destroy(self.0) }
    }
}

impl Message {
    fn owned(&self) -> OwnedRecord {
        // SAFETY: the message is alive; librdkafka says where its parts lie and how long they are.
        let (raw, key, value) = unsafe {
            let raw = &*self.0;
            (raw, copy(raw.key, raw.key_len), copy(raw.payload, raw.len))
        };
        OwnedRecord { slot: Slot(0), offset: raw.offset, time: self.time(), key, value, headers: self.headers() }
    }

    fn time(&self) -> Option<RecordTime> {
        use b::rd_kafka_timestamp_type_t as T;
        let mut kind = T::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the message is alive, `kind` is ours.
        let at = unsafe { b::rd_kafka_message_timestamp(self.0, &raw mut kind) };
        let kind = match kind {
            T::RD_KAFKA_TIMESTAMP_CREATE_TIME => TimestampKind::Create,
            T::RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME => TimestampKind::Append,
            T::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE => return None,
        };
        (at >= 0).then_some(RecordTime { at: Timestamp(at), kind })
    }

    fn headers(&self) -> Vec<(String, Option<Vec<u8>>)> {
        let mut all = ptr::null_mut();
        // SAFETY: the message is alive and keeps its headers.
        if fault(unsafe { b::rd_kafka_message_headers(self.0, &raw mut all) }).is_some() {
            return Vec::new();
        }
        (0..).map_while(|i| header(all, i)).collect()
    }
}

fn header(all: *mut b::rd_kafka_headers_t, index: usize) -> Option<(String, Option<Vec<u8>>)> {
    let (mut name, mut value, mut len): (*const c_char, *const c_void, usize) = (ptr::null(), ptr::null(), 0);
    // SAFETY: `all` belongs to a live message; an index past the last header is answered by an error.
    let found = unsafe { b::rd_kafka_header_get_all(all, index, &raw mut name, &raw mut value, &raw mut len) };
    if fault(found).is_some() || name.is_null() {
        return None;
    }
    // SAFETY: both lie in the headers; names end in a zero byte.
    unsafe { Some((CStr::from_ptr(name).to_str().unwrap_or("?").to_owned(), copy(value, len))) }
}

/// # Safety
/// `at` is null or points at `len` bytes.
unsafe fn copy(at: *const c_void, len: usize) -> Option<Vec<u8>> {
    // SAFETY: the caller's promise.
    (!at.is_null()).then(|| unsafe { std::slice::from_raw_parts(at.cast::<u8>(), len) }.to_vec())
}
