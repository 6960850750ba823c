//! vigie from outside: the real binary against a real Kafka, against its own demo, and in a terminal.
//!
//! Tests under `real` need services (`tests/run` fetches them); the others need none. A test that cannot run says so by name.

#[path = "../../src/store/tests/child.rs"]
mod child;
mod kafka;
mod postgres;
mod redis;
mod support;

mod alerts;
mod clusters;
mod commands;
mod demo;
mod privacy;
mod real;
mod rooms;
mod terminal;
