//! The calls of librdkafka that its Rust wrapper lacks, made safe: each goes out at once and answers on a queue of our own,
//! so that hundreds are under way together and none is waited for longer than we want.

mod cluster;
mod consume;
mod groups;
mod ids;
mod list;
mod message;
mod offsets;
mod reading;
mod topics;

pub use consume::{BATCH, Queue, Topic, pause};
pub use groups::Listed;
pub use ids::{TopicIds, topic_ids};
pub use list::{Led, PartitionList};
pub use message::Message;
pub use offsets::{At, Isolation};
pub use reading::{Read, Reader};
pub use topics::{ConfigValue, NewTopic};

use super::Watcher;
use rdkafka::bindings as b;
use rdkafka::bindings::rd_kafka_admin_op_t as Op;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::types::RDKafkaErrorCode;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

/// A client that asks and never joins, commits or creates.
pub type Handle = Arc<BaseConsumer<Watcher>>;

/// What librdkafka or a broker says against a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    pub code: RDKafkaErrorCode,
    pub text: String,
}

impl Refusal {
    fn new(code: b::rd_kafka_resp_err_t, text: *const c_char) -> Option<Self> {
        let code = fault(code)?;
        // SAFETY: `text` is null or a string of librdkafka that lives as long as the event it comes from.
        let told = unsafe { string(text) };
        Some(Self { code, text: told.filter(|t| !t.is_empty()).unwrap_or_else(|| code.to_string()) })
    }
}

/// Nobody answered: librdkafka speaks for itself, or a broker for another one that did not answer it; or what stands there is a
/// placeholder.
pub fn is_silence(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as E;
    matches!(code, E::OperationTimedOut | E::RequestTimedOut | E::BrokerTransportFailure | E::NoOffset)
}

/// The brokers do not know the request.
pub fn is_unsupported(code: RDKafkaErrorCode) -> bool {
    matches!(code, RDKafkaErrorCode::UnsupportedFeature | RDKafkaErrorCode::UnsupportedVersion)
}

/// The error in a code of librdkafka, if it is one.
fn fault(code: b::rd_kafka_resp_err_t) -> Option<RDKafkaErrorCode> {
    (code != b::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR).then(|| code.into())
}

/// A copy of a C string; what is not UTF-8 in it is replaced.
///
/// # Safety
/// `text` is null or ends in a zero byte.
unsafe fn string(text: *const c_char) -> Option<String> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// An array that librdkafka lends: null or empty ones give an empty slice.
///
/// # Safety
/// `first` is null or points at `count` valid elements that outlive `'a`.
unsafe fn lent<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if first.is_null() || count == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(first, count) }
}

/// Calls under way, and their answers. Dropped with calls still open it forgets them: their answers are thrown away.
pub struct Desk {
    handle: Handle,
    queue: *mut b::rd_kafka_queue_t,
}

// SAFETY: librdkafka's queues may be used from any thread; the desk is their only owner.
unsafe impl Send for Desk {}

impl Desk {
    pub fn new(handle: &Handle) -> Self {
        // SAFETY: the handle is alive, and stays so as long as the desk does.
        let queue = unsafe { b::rd_kafka_queue_new(handle.client().native_ptr()) };
        Self { handle: Arc::clone(handle), queue }
    }

    fn rk(&self) -> *mut b::rd_kafka_t {
        self.handle.client().native_ptr()
    }

    /// Options of one call. `tag` comes back with its answer.
    fn options(&self, op: Op, tag: usize, timeout: Duration) -> Options {
        // SAFETY: the handle is alive. The options are used for this call only and destroyed by `Options`.
        let options = Options(unsafe { b::rd_kafka_AdminOptions_new(self.rk(), op) });
        let mut text = [0 as c_char; 128];
        // SAFETY: `text` is writable for its length; the opaque is a number and never followed.
        unsafe {
            b::rd_kafka_AdminOptions_set_request_timeout(options.0, millis(timeout), text.as_mut_ptr(), text.len());
            b::rd_kafka_AdminOptions_set_opaque(options.0, ptr::without_provenance_mut::<c_void>(tag));
        }
        options
    }

    /// The next answer; `None`: none came within `wait`.
    pub fn next(&mut self, wait: Duration) -> Option<Reply> {
        // SAFETY: the queue is ours and alive; the event is destroyed by `Reply`.
        let event = unsafe { b::rd_kafka_queue_poll(self.queue, millis(wait)) };
        (!event.is_null()).then_some(Reply(event))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // SAFETY: ours, destroyed once, and before the handle that it belongs to.
        unsafe { b::rd_kafka_queue_destroy(self.queue) }
    }
}

/// The broker that the last metadata called controller: with ZooKeeper the real one, with KRaft any. `None`: not told. It
/// may be a broker that is not in the metadata.
pub fn controller(handle: &Handle) -> Option<i32> {
    // SAFETY: the handle is alive; 0 ms: only what is known already.
    let id = unsafe { b::rd_kafka_controllerid(handle.client().native_ptr(), 0) };
    (id >= 0).then_some(id)
}

struct Options(*mut b::rd_kafka_AdminOptions_t);

impl Options {
    /// Sends the call to this broker. Without it some calls wait for a controller, which may never be told.
    fn at_broker(&self, id: i32) {
        let mut text = [0 as c_char; 128];
        // SAFETY: the options are alive, `text` is writable for its length.
        unsafe { b::rd_kafka_AdminOptions_set_broker(self.0, id, text.as_mut_ptr(), text.len()) };
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: made by `rd_kafka_AdminOptions_new`, destroyed once.
        unsafe { b::rd_kafka_AdminOptions_destroy(self.0) }
    }
}

/// One answer. Its parts are read by the methods beside each call.
pub struct Reply(*mut b::rd_kafka_event_t);

impl Reply {
    /// The tag that the call was made with.
    pub fn tag(&self) -> usize {
        // SAFETY: the event is alive.
        unsafe { b::rd_kafka_event_opaque(self.0) }.addr()
    }

    /// Why the whole call failed.
    pub fn refusal(&self) -> Option<Refusal> {
        // SAFETY: the event is alive, and so is its text.
        unsafe { Refusal::new(b::rd_kafka_event_error(self.0), b::rd_kafka_event_error_string(self.0)) }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        // SAFETY: taken from a queue, destroyed once.
        unsafe { b::rd_kafka_event_destroy(self.0) }
    }
}

/// librdkafka counts in whole milliseconds; 0 would mean "do not wait".
fn millis(d: Duration) -> c_int {
    c_int::try_from(d.as_millis()).unwrap_or(c_int::MAX).max(1)
}

/// The error inside an object of librdkafka.
///
/// # Safety
/// `error` is null or a live error object.
unsafe fn refusal_of(error: *const b::rd_kafka_error_t) -> Option<Refusal> {
    if error.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    unsafe { Refusal::new(b::rd_kafka_error_code(error), b::rd_kafka_error_string(error)) }
}

/// Names go to C without inner zero bytes; Kafka's own names have none.
fn c_name(name: &str) -> Option<std::ffi::CString> {
    std::ffi::CString::new(name).ok()
}
