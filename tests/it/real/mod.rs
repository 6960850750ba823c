//! Against a real Apache Kafka, with producers and consumers that are not ours.

mod check;
mod counts;
mod dead_letters;
mod failures;
mod harness;
mod hostile;
mod lag;
mod latency;
mod readonly;
mod security;
mod state;
mod topics;
