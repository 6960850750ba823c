//! Pieces that know nothing of Kafka: text in cells, frames, tables, curves.

pub mod chart;
pub mod frame;
pub mod ink;
pub mod raw;
pub mod table;
