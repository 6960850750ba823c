use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The tail's number for one assigned partition. It names the partition in every record, so that the engine
/// finds its place by index. A slot is announced by [`super::Input::Assigned`] before its first record and is never used again
/// after [`super::Input::Revoked`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot(pub u32);

impl Slot {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TopicPartition {
    pub topic: Arc<str>,
    pub partition: i32,
}
