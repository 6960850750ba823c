use super::{Slot, Timestamp};
use serde::{Deserialize, Serialize};

/// Whose clock stamped a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimestampKind {
    /// The producer's (`message.timestamp.type=CreateTime`).
    Create,
    /// The broker's (`LogAppendTime`).
    Append,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordTime {
    pub at: Timestamp,
    pub kind: TimestampKind,
}

/// One header of a record. The value may be null, as in Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    pub name: &'a str,
    pub value: Option<&'a [u8]>,
}

/// A record's headers, parsed only when somebody asks: most records are measured without a look at them.
pub trait Headers {
    /// The header at `index`, `None` past the last one. A name that is not UTF-8 is replaced by `"?"`.
    fn get(&self, index: usize) -> Option<Header<'_>>;

    /// The last header of that name, which is the one that counts in Kafka.
    fn last(&self, name: &str) -> Option<Header<'_>> {
        (0..).map_while(|i| self.get(i)).filter(|h| h.name == name).last()
    }
}

pub struct NoHeaders;

impl Headers for NoHeaders {
    fn get(&self, _: usize) -> Option<Header<'_>> {
        None
    }
}

/// One record as it lies in the client's buffer: nothing is copied until a filter let it pass.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    pub slot: Slot,
    pub offset: i64,
    /// `None` where the broker keeps no timestamp (message format v0).
    pub time: Option<RecordTime>,
    pub key: Option<&'a [u8]>,
    /// `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    pub headers: &'a dyn Headers,
}

impl Record<'_> {
    /// Bytes of key and value, as the throughput counts them (without headers: they are not parsed for it).
    pub fn size(&self) -> usize {
        self.key.map_or(0, <[u8]>::len) + self.value.map_or(0, <[u8]>::len)
    }
}

/// What the client handed over in one call (at most 1,000 records), freed when dropped. The moment of its receipt is
/// the time of the [`super::Timed`] input that carries it: one clock reading for all.
pub trait RecordBatch: Send {
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The record at `index`, which is below `len()`.
    fn get(&self, index: usize) -> Record<'_>;
}

/// A record that owns its bytes: made by the simulation, the capture files and the tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedRecord {
    pub slot: Slot,
    pub offset: i64,
    pub time: Option<RecordTime>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Headers for Vec<(String, Option<Vec<u8>>)> {
    fn get(&self, index: usize) -> Option<Header<'_>> {
        let (name, value) = self.as_slice().get(index)?;
        Some(Header { name, value: value.as_deref() })
    }
}

impl OwnedRecord {
    pub fn borrow(&self) -> Record<'_> {
        Record {
            slot: self.slot,
            offset: self.offset,
            time: self.time,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers: &self.headers,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedBatch(pub Vec<OwnedRecord>);

impl RecordBatch for OwnedBatch {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn get(&self, index: usize) -> Record<'_> {
        self.0[index].borrow()
    }
}
