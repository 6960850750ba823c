//! Against a real Apache Kafka, with producers and consumers that are not ours.

mod harness;
