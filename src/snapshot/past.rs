//! What was, for who goes back in time: the pictures that were kept, and the one that was asked for.

use super::{Focus, Snapshot};
use crate::model::{Level, Timestamp};
use std::sync::Arc;

/// A picture that was kept: when it was taken, up to when it stands for others that are not kept, and how bad things were.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    pub at: Timestamp,
    pub until: Timestamp,
    /// Of the worst alert of all that time; unknown while the cluster did not answer.
    pub level: Level,
}

/// All pictures that are kept, the oldest first.
pub type Moments = Arc<[Moment]>;

/// The picture that was asked for, with the open screen's curves cut at its moment.
#[derive(Clone, Debug)]
pub struct Past {
    /// The moment that was asked for; the picture is the newest one that was kept up to then, else the oldest of all.
    pub asked: Timestamp,
    pub snapshot: Arc<Snapshot>,
    pub focus: Arc<Focus>,
}
