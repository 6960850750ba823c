//! A real Apache Kafka (KRaft), started by the tests, and clients of it that are not vigie's.

mod admin;
mod clients;
mod node;
pub mod nursery;
mod places;
mod secure;
mod tools;

pub use admin::{create_topic, delete_topic, grow_topic, topic_names, watermark};
pub use clients::{Member, kafkajs, kafkajs_member, kcat, kcat_count, kcat_group, kcat_lines, member, produce_at_rate};
pub use node::{Kafka, Options};
pub use places::{files, free_port, given, kafkajs_modules};
pub use secure::Certificates;
pub use tools::{GroupRow, describe_group, tool};

use std::sync::OnceLock;

/// The bootstrap address of the cluster that tests share: started with the first that asks, gone with the runner.
pub fn shared() -> &'static str {
    static SHARED: OnceLock<String> = OnceLock::new();
    SHARED.get_or_init(|| {
        given().unwrap_or_else(|| {
            let kafka = Kafka::shared();
            let address = kafka.address();
            std::mem::forget(kafka); // statics are never dropped: the nursery ends it with the runner
            address
        })
    })
}
