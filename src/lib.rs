//! vigie: the lookout over an event platform on Apache Kafka.
pub mod catalogue;
pub mod decode;
pub mod kafka;
pub mod engine;
pub mod history;
pub mod model;
pub mod rules;
pub mod sim;
pub mod snapshot;
pub mod text;
pub mod ui;
