//! Against a real Apache Kafka, with producers and consumers that are not ours, and a real PostgreSQL.

mod cache;
mod check;
mod counts;
mod dead_letters;
mod failures;
mod harness;
mod hostile;
mod lag;
mod latency;
mod outage;
mod outlet;
mod past;
mod postgres;
mod readonly;
mod security;
mod state;
mod tokens;
mod topics;
mod workers;
