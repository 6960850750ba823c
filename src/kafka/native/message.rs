use crate::model::{Header, Headers, OwnedRecord, Record, RecordTime, Slot, Timestamp, TimestampKind};
use rdkafka::bindings as c;
use rdkafka::types::RDKafkaErrorCode;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{self, NonNull};

/// One message of librdkafka, destroyed when dropped.
pub struct Message(NonNull<c::rd_kafka_message_t>);

// SAFETY: a message belongs to one owner at a time; its buffers and its client count their references atomically.
unsafe impl Send for Message {}

impl Message {
    /// # Safety
    /// `raw` comes from a read of a queue and has no other owner; its client outlives it.
    pub unsafe fn own(raw: *mut c::rd_kafka_message_t) -> Self {
        // SAFETY: librdkafka never gives null for a message that it counted.
        Self(unsafe { NonNull::new_unchecked(raw) })
    }

    fn raw(&self) -> &c::rd_kafka_message_t {
        // SAFETY: alive until drop; nobody writes to these fields meanwhile.
        unsafe { self.0.as_ref() }
    }

    /// Whose it is: the topic's tag and the partition.
    pub fn place(&self) -> (usize, i32) {
        (self.raw().rkt as usize, self.raw().partition)
    }

    /// `None`: a record. Else what librdkafka tells in its place.
    pub fn event(&self) -> Option<RDKafkaErrorCode> {
        let code = self.raw().err;
        (code != c::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR).then(|| code.into())
    }

    pub fn offset(&self) -> i64 {
        self.raw().offset
    }

    /// Bytes of key and value.
    pub fn size(&self) -> usize {
        self.raw().key_len + self.raw().len
    }

    /// Bytes of the headers' names and values.
    pub fn header_bytes(&self) -> usize {
        (0..).map_while(|i| self.get(i)).map(|h| h.name.len() + h.value.map_or(0, <[u8]>::len)).sum()
    }

    fn key(&self) -> Option<&[u8]> {
        // SAFETY: librdkafka says where the key lies and how long it is; it lives as long as the message.
        unsafe { bytes(self.raw().key, self.raw().key_len) }
    }

    fn value(&self) -> Option<&[u8]> {
        // SAFETY: as the key.
        unsafe { bytes(self.raw().payload, self.raw().len) }
    }

    fn time(&self) -> Option<RecordTime> {
        use c::rd_kafka_timestamp_type_t as T;
        let mut kind = T::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the message is alive, `kind` is ours.
        let at = unsafe { c::rd_kafka_message_timestamp(self.0.as_ptr(), &mut kind) };
        let kind = match kind {
            T::RD_KAFKA_TIMESTAMP_CREATE_TIME => TimestampKind::Create,
            T::RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME => TimestampKind::Append,
            T::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE => return None,
        };
        (at >= 0).then_some(RecordTime { at: Timestamp(at), kind })
    }

    pub fn record(&self, slot: Slot) -> Record<'_> {
        Record { slot, offset: self.offset(), time: self.time(), key: self.key(), value: self.value(), headers: self }
    }

    /// A copy, for whoever wants few.
    pub fn owned(&self) -> OwnedRecord {
        let copy = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
        let headers = (0..).map_while(|i| self.get(i)).map(|h| (h.name.to_owned(), copy(h.value))).collect();
        let (key, value) = (copy(self.key()), copy(self.value()));
        OwnedRecord { slot: Slot(0), offset: self.offset(), time: self.time(), key, value, headers }
    }
}

impl Headers for Message {
    fn get(&self, index: usize) -> Option<Header<'_>> {
        let mut all = ptr::null_mut();
        // SAFETY: the first call parses the headers into the message, where they stay; a message is `!Sync`, so nobody else parses.
        if unsafe { c::rd_kafka_message_headers(self.0.as_ptr(), &mut all) } != c::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            return None;
        }
        let (mut name, mut value, mut len): (*const c_char, *const c_void, usize) = (ptr::null(), ptr::null(), 0);
        // SAFETY: `all` belongs to the message; an index past the last header is answered by an error.
        let found = unsafe { c::rd_kafka_header_get_all(all, index, &mut name, &mut value, &mut len) };
        if found != c::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR || name.is_null() {
            return None;
        }
        // SAFETY: both lie in the message's headers and live as long; names end in NUL.
        let (name, value) = unsafe { (CStr::from_ptr(name), bytes(value, len)) };
        Some(Header { name: name.to_str().unwrap_or("?"), value })
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: owned once, destroyed once; the batch keeps the client alive until then.
        unsafe { c::rd_kafka_message_destroy(self.0.as_ptr()) }
    }
}

/// # Safety
/// `at` is null or points to `len` bytes that live as long as `'a`.
unsafe fn bytes<'a>(at: *const c_void, len: usize) -> Option<&'a [u8]> {
    // SAFETY: the caller says so.
    (!at.is_null()).then(|| unsafe { std::slice::from_raw_parts(at.cast::<u8>(), len) })
}
