//! The demo's brokers: librdkafka's mock cluster, real Kafka protocol over loopback, in this process.

use super::SimError;
use super::stories::DEAD_LETTER_TOPIC;
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::kafka::mock;
use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, DefaultProducerContext, Producer};

pub const BROKERS: i32 = 3;
/// What a partition of the mock cluster keeps at most; there is no setting for it.
const PARTITION_BYTES: u64 = 5 << 20;
/// Long enough that two members of a group come in together.
const JOIN_DELAY_MS: i32 = 150;

/// A cluster of three brokers with the catalogue's topics, for as long as it lives.
pub struct Embedded {
    /// The cluster belongs to this handle, which writes nothing.
    handle: BaseProducer,
    bootstrap: String,
    partitions: u64,
}

impl Embedded {
    /// Starts the brokers on free ports of loopback and makes the topics.
    ///
    /// # Errors
    /// librdkafka cannot open its listeners.
    pub fn start(catalogue: &Catalogue) -> Result<Self, SimError> {
        let failed = |what: &'static str| move |source| SimError::Embedded { what, source };
        let handle: BaseProducer =
            ClientConfig::new().set("test.mock.num.brokers", BROKERS.to_string()).create().map_err(failed("its brokers"))?;
        mock::set_join_delay_ms(handle.client(), JOIN_DELAY_MS);
        let mut embedded = Self { handle, bootstrap: String::new(), partitions: 0 };
        let mut partitions = 0;
        let mut create = |topic: &str, count: i32| {
            partitions += u64::from(count.unsigned_abs());
            embedded.cluster()?.create_topic(topic, count, BROKERS).map_err(failed("its topics"))
        };
        for entry in &catalogue.topics {
            create(&entry.name, few_partitions(entry))?;
        }
        if catalogue.topic(DEAD_LETTER_TOPIC).is_none() {
            create(DEAD_LETTER_TOPIC, 1)?;
        }
        let bootstrap = embedded.cluster()?.bootstrap_servers();
        embedded.bootstrap = bootstrap;
        embedded.partitions = partitions;
        Ok(embedded)
    }

    /// `host:port,…` of the brokers, for any client on this machine.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// What the logs of all partitions can hold at most, in bytes of this process.
    pub fn ceiling_bytes(&self) -> u64 {
        self.partitions * PARTITION_BYTES
    }

    pub fn partitions(&self) -> u64 {
        self.partitions
    }

    /// Takes a broker (1 to 3) down or brings it back. Its partitions keep it as their leader.
    ///
    /// # Errors
    /// No such broker.
    pub fn set_broker_up(&self, broker: i32, up: bool) -> Result<(), SimError> {
        let cluster = self.cluster()?;
        let done = if up { cluster.broker_up(broker) } else { cluster.broker_down(broker) };
        done.map_err(|source| SimError::Embedded { what: "one of its brokers", source })
    }

    fn cluster(&self) -> Result<MockCluster<'_, DefaultProducerContext>, SimError> {
        self.handle.client().mock_cluster().ok_or(SimError::NoMock)
    }
}

/// One to three: each may keep 5 MiB.
fn few_partitions(entry: &TopicEntry) -> i32 {
    match (entry.partitions, &entry.role) {
        (12.., _) => 3,
        (6.., Role::Stage { .. }) => 2,
        _ => 1,
    }
}
