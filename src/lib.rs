//! vigie: the lookout over an event platform on Apache Kafka.
pub mod catalogue;
pub mod decode;
pub mod model;
pub mod snapshot;
pub mod text;
pub mod ui;
