//! What commands ask of a cluster once: its topics, new topics, and whether everything that vigie needs is allowed.

mod doctor;
mod held;
pub(super) mod served;
#[cfg(test)]
mod tests;
mod topics;

pub use doctor::{Checked, Probe, ProbeOptions, probe};
pub use held::{Held, brokers, held};
pub use topics::{Created, NewTopic, TopicDetail, create_topics, list};

use super::KafkaError;
use crate::model::Reason;

/// Why a command did not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error(transparent)]
    Settings(#[from] KafkaError),
    /// The cluster did not answer, or refused.
    #[error("{}", .0.code.name())]
    Cluster(Reason),
}
