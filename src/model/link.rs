use super::Reason;
use serde::{Deserialize, Serialize};

/// The state word of the header: how we stand with the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    #[default]
    Connecting,
    Connected,
    /// Some of it answers: a broker is down, a permission is missing, an address leads nowhere.
    Degraded,
    Down,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    pub state: LinkState,
    /// What is wrong, worst first; empty when connected.
    pub reasons: Vec<Reason>,
}
