//! What processes wrote of themselves in transactions on a compacted topic, to be found by the next.

use super::admin::served::Served;
use super::native::Reader;
use super::{Causes, KafkaConfig, KafkaError};
use crate::model::{OwnedRecord, Reason, Timestamp};
use rdkafka::consumer::Consumer;
use rdkafka::types::RDKafkaErrorCode as E;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One call; longer waits are made of several.
const CALL: Duration = Duration::from_secs(2);
/// Between two looks at whether another's transaction has ended.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error(transparent)]
    Settings(#[from] KafkaError),
    #[error("{}", .0.code.name())]
    Cluster(Reason),
}

/// Reads compacted partitions from begin to end, as a committed reader has them.
pub struct Register {
    causes: Arc<Causes>,
    /// Sees also what is not committed: how far there is something.
    plain: Served,
    committed: Served,
}

impl Register {
    /// # Errors
    /// Settings that librdkafka refuses.
    pub fn open(config: &KafkaConfig, causes: &Arc<Causes>) -> Result<Self, KafkaError> {
        let served = |client| Served::serve(Arc::new(client), Arc::clone(causes), CALL);
        let plain = served(config.observer_client(causes, 0)?)?;
        let committed = served(config.consumer("the register", &config.tail()?.client, causes)?)?;
        Ok(Self { causes: Arc::clone(causes), plain, committed })
    }

    /// Gives every record of the partition that is there when it is called, once all transactions that were open then have ended.
    /// `go_on` is asked now and then.
    ///
    /// # Errors
    /// Transactions that do not end within the time, or a partition that gives nothing for so long; or we may not go on.
    pub fn replay(
        &self,
        (topic, partition): (&Arc<str>, i32),
        within: Duration,
        go_on: &mut dyn FnMut() -> bool,
        each: &mut dyn FnMut(OwnedRecord),
    ) -> Result<(), RegisterError> {
        let until = Instant::now() + within;
        let go_on_within = go_on;
        let ends = |of: &Served| {
            let ends = of.handle.fetch_watermarks(topic, partition, CALL);
            ends.map_err(|error| RegisterError::Cluster(self.causes.reason_of(&error, Timestamp::now())))
        };
        let (_, end) = ends(&self.plain)?;
        // A transaction of somebody else that is still open hides all behind it: ours may be there.
        let low = loop {
            let (low, stable) = ends(&self.committed)?;
            if stable >= end {
                break low;
            }
            if Instant::now() >= until || !go_on_within() {
                return Err(self.failed(E::OperationTimedOut));
            }
            std::thread::sleep(LOOK);
        };
        if low >= end {
            return Ok(());
        }
        let mut reader = Reader::new(&self.committed.handle);
        if !reader.start(topic, partition, low) {
            return Err(self.failed(E::UnknownTopicOrPartition));
        }
        // However much there is: only silence is too long.
        let heard = std::cell::Cell::new(Instant::now());
        let mut go_on = || heard.get().elapsed() < within && go_on_within();
        let read = read(&mut reader, &mut go_on, &mut |record| {
            heard.set(Instant::now());
            each(record);
        });
        reader.stop(topic, partition);
        read.map_err(|code| self.failed(code))
    }

    fn failed(&self, code: E) -> RegisterError {
        RegisterError::Cluster(self.causes.reason_of_code(code, Timestamp::now()))
    }
}

/// Reads the whole partition: it is a compacted one. `None`: nobody ever wrote that key, or wrote null last. `go_on` is asked now
/// and then.
///
/// # Errors
/// Settings that librdkafka refuses; a partition that cannot be read to its end in time, or before we may not go on.
pub fn newest(
    config: &KafkaConfig,
    causes: &Arc<Causes>,
    place: (&Arc<str>, i32),
    key: &[u8],
    within: Duration,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Vec<u8>>, RegisterError> {
    let mut newest = None;
    Register::open(config, causes)?.replay(place, within, go_on, &mut |record| {
        if record.key.as_deref() == Some(key) {
            newest = record.value;
        }
    })?;
    Ok(newest)
}

fn read(reader: &mut Reader, go_on: &mut dyn FnMut() -> bool, each: &mut dyn FnMut(OwnedRecord)) -> Result<(), E> {
    while go_on() {
        match reader.next(CALL).map(|read| read.result) {
            Some(Ok(record)) => each(record),
            None => {}
            Some(Err(E::PartitionEOF)) => return Ok(()),
            Some(Err(code)) => return Err(code),
        }
    }
    Err(E::OperationTimedOut)
}
