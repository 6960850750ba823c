//! Alerts to those who are not at the screen, and what is kept of alerts between two starts.
//!
//! The way of an alert: once a second the [`Desk`] looks at the newest picture. The [`Ledger`] says what has not been told yet; each
//! outlet has a thread of its own that tries one message at a time, so that a slow one holds up nobody. What was told, and what
//! people decided, lies in the state folder, a file a cluster.

mod bell;
mod command;
mod config;
mod desk;
mod files;
mod ledger;
mod message;
mod post;
mod topic;
mod webhook;

pub use config::{OutletConfig, Shape, Target};
pub use desk::{Desk, DeskConfig, Ports};
pub use ledger::Ledger;
pub use message::{Kind, Message};
