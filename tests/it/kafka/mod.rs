//! A real Apache Kafka (KRaft), started by the tests, and clients of it that are not vigie's.

mod admin;
mod clients;
mod node;
pub mod nursery;
mod places;
mod secure;
mod shared;
mod tools;

pub use admin::{create_topic, create_topic_on, delete_before, delete_topic, grow_topic, remake_topic, topic_names, watermark};
pub use clients::{kafkajs, kafkajs_member, kcat, kcat_count, kcat_group, kcat_lines, member, produce_at_rate};
pub use node::{Kafka, Options, Own};
pub use places::{files, free_port, given, kafkajs_modules};
pub use secure::Certificates;
pub use shared::{secured, shared};
pub use tools::{GroupRow, describe_group, tool};
