//! Clusters that several tests use: started with the first that asks, gone with the runner.

use super::{Kafka, Options, given};
use std::sync::OnceLock;

/// The bootstrap address of the plain one, or of the cluster that `VIGIE_TEST_BROKERS` names.
pub fn shared() -> &'static str {
    static SHARED: OnceLock<String> = OnceLock::new();
    SHARED.get_or_init(|| {
        given().unwrap_or_else(|| {
            let kafka = Kafka::beside(&Options::default());
            let address = kafka.address();
            std::mem::forget(kafka); // statics are never dropped: the nursery ends it with the runner
            address
        })
    })
}

/// One with TLS, SASL, access rules and a listener that leads nowhere. Its tests only read.
pub fn secured() -> &'static Kafka {
    static SECURED: OnceLock<Kafka> = OnceLock::new();
    SECURED.get_or_init(|| Kafka::beside(&Options { secure: true, lost_listener: true, ..Options::default() }))
}
