use crate::kafka::native::{Handle, Message};
use crate::model::{Record, RecordBatch, Slot};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one read brought: records in the client's own buffers.
pub(super) struct Batch {
    // Before `client`: fields are dropped in this order.
    records: Vec<(Message, Slot)>,
    _client: Handle,
    bytes: usize,
    in_flight: Arc<AtomicUsize>,
}

impl Batch {
    /// `in_flight` counts the bytes of all batches that are not dropped yet.
    pub fn new(records: Vec<(Message, Slot)>, client: &Handle, bytes: usize, in_flight: &Arc<AtomicUsize>) -> Self {
        in_flight.fetch_add(bytes, Ordering::Relaxed);
        Self { records, _client: Arc::clone(client), bytes, in_flight: Arc::clone(in_flight) }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl RecordBatch for Batch {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn get(&self, index: usize) -> Record<'_> {
        let (message, slot) = &self.records[index];
        message.record(*slot)
    }
}
