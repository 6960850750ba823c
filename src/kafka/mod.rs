//! Everything that speaks to Kafka: client settings and security, the read-only tail, and the producer of the simulation.
//! The only room with unsafe code.

pub mod admin;
mod causes;
mod client;
mod command;
mod filter;
pub mod follow;
pub mod generation;
mod log_text;
pub mod lookup;
pub mod member;
pub mod mock;
mod native;
mod patience;
pub mod poller;
pub mod publish;
mod quiet;
pub mod register;
pub mod replay;
pub mod search;
mod security;
mod survey;
pub mod tail;
pub mod transact;
mod watcher;

pub use causes::{BrokerSeen, BrokerStat, Causes};
pub use client::{KafkaConfig, KafkaError, Overruled, Prepared};
pub use filter::{GroupFilter, TopicFilter, is_internal};
pub use security::{TokenSource, is_secret, parse_properties_file, redacted};
pub use watcher::Watcher;
