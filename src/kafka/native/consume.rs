use super::message::Message;
use super::{Handle, c_name, millis};
use rdkafka::TopicPartitionList;
use rdkafka::bindings as c;
use rdkafka::consumer::Consumer;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::time::Duration;

/// What librdkafka gives in one call at most.
pub const BATCH: usize = 1_000;

/// A queue that partitions are read into. It is gone before the client.
pub struct Queue {
    ptr: *mut c::rd_kafka_queue_t,
    client: Handle,
    scratch: Vec<*mut c::rd_kafka_message_t>,
}

// SAFETY: librdkafka's queues may be used from any thread; this is their only owner, and nothing in `scratch` is read twice.
unsafe impl Send for Queue {}

impl Queue {
    pub fn new(client: &Handle) -> Self {
        // SAFETY: the handle is alive as long as `client` is.
        let ptr = unsafe { c::rd_kafka_queue_new(client.client().native_ptr()) };
        Self { ptr, client: Arc::clone(client), scratch: vec![ptr::null_mut(); BATCH] }
    }

    pub fn client(&self) -> &Handle {
        &self.client
    }

    /// Messages, errors and ends of partitions, as they lie in the queue; waits up to `wait` for the first of them. The caller
    /// owns what it takes.
    pub fn read(&mut self, wait: Duration) -> impl Iterator<Item = Message> + '_ {
        // A read of many waits until it has many: so what is there first, then one, then what came with it.
        let mut count = self.take(0, BATCH, 0);
        if count == 0 && !wait.is_zero() {
            count = self.take(0, 1, millis(wait));
            if count == 1 {
                count += self.take(1, BATCH - 1, 0);
            }
        }
        // SAFETY: librdkafka wrote `count` pointers that are ours now; each becomes one owner.
        self.scratch.iter().take(count).map(|m| unsafe { Message::own(*m) })
    }

    /// The next of them alone.
    pub fn one(&mut self, wait: Duration) -> Option<Message> {
        let count = self.take(0, 1, millis(wait));
        // SAFETY: as in `read`.
        self.scratch.iter().take(count).map(|m| unsafe { Message::own(*m) }).next()
    }

    fn take(&mut self, from: usize, room: usize, wait_ms: i32) -> usize {
        let Some(into) = self.scratch.get_mut(from..from + room) else { return 0 };
        // SAFETY: the queue is alive, and `into` has room for `room` pointers.
        let got = unsafe { c::rd_kafka_consume_batch_queue(self.ptr, wait_ms, into.as_mut_ptr(), room) };
        usize::try_from(got).unwrap_or(0).min(room)
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: made by `new`, destroyed once, while `client` is still alive.
        unsafe { c::rd_kafka_queue_destroy(self.ptr) }
    }
}

/// A topic as the simple consumer wants it.
pub struct Topic {
    ptr: NonNull<c::rd_kafka_topic_t>,
    _client: Handle,
}

// SAFETY: librdkafka's topics may be used from any thread; this is their only owner.
unsafe impl Send for Topic {}

impl Topic {
    pub fn new(client: &Handle, name: &str) -> Option<Self> {
        let name = c_name(name)?;
        // SAFETY: the handle is alive, the name is copied, no configuration is the handle's own.
        let ptr = unsafe { c::rd_kafka_topic_new(client.client().native_ptr(), name.as_ptr(), ptr::null_mut()) };
        Some(Self { ptr: NonNull::new(ptr)?, _client: Arc::clone(client) })
    }

    /// What its messages carry to say whose they are.
    pub fn tag(&self) -> usize {
        self.ptr.as_ptr() as usize
    }

    /// Begins to read a partition into the queue.
    pub fn start(&self, partition: i32, offset: i64, queue: &Queue) -> bool {
        // SAFETY: topic and queue are alive; a partition is started once between two stops.
        unsafe { c::rd_kafka_consume_start_queue(self.ptr.as_ptr(), partition, offset, queue.ptr) == 0 }
    }

    /// Ends it: nothing of the partition comes out of the queue afterwards.
    pub fn stop(&self, partition: i32) {
        // SAFETY: the topic is alive; a partition that is not being read is refused, which does no harm.
        unsafe { c::rd_kafka_consume_stop(self.ptr.as_ptr(), partition) };
    }

    /// Goes on at another offset: nothing from before comes out of the queue afterwards.
    pub fn seek(&self, partition: i32, offset: i64) -> bool {
        // SAFETY: the topic is alive; no wait (0), so that the answer needs no queue.
        unsafe { c::rd_kafka_seek(self.ptr.as_ptr(), partition, offset, 0) == c::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR }
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: made by `new`, destroyed once; messages hold references of their own.
        unsafe { c::rd_kafka_topic_destroy(self.ptr.as_ptr()) }
    }
}

/// Stops or goes on fetching these partitions.
pub fn pause(client: &Handle, partitions: &TopicPartitionList, paused: bool) {
    let done = if paused { client.pause(partitions) } else { client.resume(partitions) };
    if let Err(error) = done {
        tracing::warn!(%error, paused, "partitions could not be paused or resumed");
    }
}
