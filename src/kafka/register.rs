//! The newest committed record of a key in a partition: what a process wrote of itself in a transaction, to be found by the next.

use super::admin::served::Served;
use super::native::Reader;
use super::{Causes, KafkaConfig, KafkaError};
use crate::model::{Reason, Timestamp};
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

/// Reads the whole partition: it is a compacted one. `None`: nobody ever wrote that key, or wrote null last. `go_on` is asked now
/// and then.
///
/// # Errors
/// Settings that librdkafka refuses; a partition that cannot be read to its end in time, or before we may not go on.
pub fn newest(
    config: &KafkaConfig,
    causes: &Arc<Causes>,
    (topic, partition): (&Arc<str>, i32),
    key: &[u8],
    within: Duration,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Vec<u8>>, RegisterError> {
    let until = Instant::now() + within;
    let failed = |error: &rdkafka::error::KafkaError| RegisterError::Cluster(causes.reason_of(error, Timestamp::now()));
    let served = |client| Served::serve(Arc::new(client), Arc::clone(causes), CALL);
    let plain = served(config.observer_client(causes, 0)?)?;
    let committed = served(config.consumer("the register", &config.tail()?.client, causes)?)?;
    let ends = |of: &Served| of.handle.fetch_watermarks(topic, partition, CALL).map_err(|e| failed(&e));
    let (_, end) = ends(&plain)?;
    // A transaction of somebody else that is still open hides all behind it: ours may be there.
    let low = loop {
        let (low, stable) = ends(&committed)?;
        if stable >= end {
            break low;
        }
        if Instant::now() >= until || !go_on() {
            return Err(RegisterError::Cluster(causes.reason_of_code(E::OperationTimedOut, Timestamp::now())));
        }
        std::thread::sleep(LOOK);
    };
    if low >= end {
        return Ok(None);
    }
    let mut reader = Reader::new(&committed.handle);
    if !reader.start(topic, partition, low) {
        return Err(RegisterError::Cluster(causes.reason_of_code(E::UnknownTopicOrPartition, Timestamp::now())));
    }
    let newest = read(&mut reader, key, &mut || Instant::now() < until && go_on());
    reader.stop(topic, partition);
    newest.map_err(|code| RegisterError::Cluster(causes.reason_of_code(code, Timestamp::now())))
}

fn read(reader: &mut Reader, key: &[u8], go_on: &mut dyn FnMut() -> bool) -> Result<Option<Vec<u8>>, E> {
    let mut newest = None;
    while go_on() {
        match reader.next(CALL).map(|read| read.result) {
            Some(Ok(record)) if record.key.as_deref() == Some(key) => newest = record.value,
            Some(Ok(_)) | None => {}
            Some(Err(E::PartitionEOF)) => return Ok(newest),
            Some(Err(code)) => return Err(code),
        }
    }
    Err(E::OperationTimedOut)
}
