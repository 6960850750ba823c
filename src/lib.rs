//! vigie: the lookout over an event platform on Apache Kafka.
//!
//! # One door in, one picture out
//!
//! Everything from outside enters the [`engine`] as one [`model::Input`] with its time; everything shown leaves it as one immutable
//! [`snapshot::View`]. The engine is synchronous, owns its state by value, takes no lock and never reads a clock, so that live, demo
//! and tests are the same program with another source.
//!
//! # The way of a record
//!
//! A broker hands a batch to [`kafka`]'s tail, which reads with librdkafka's simple consumer: nothing is joined, committed or
//! created. The batch crosses a bounded channel to the engine's thread; a full channel stops the reading. The engine counts each
//! record into its topic's windows, lets [`decode`] judge it by its [`catalogue`] entry, gives the event to the [`domain`], and keeps a
//! copy only when the topic is on the screen and the filter let it pass. Beside it, the poller reads the cluster every other second:
//! offsets of groups first, log end offsets after them. Four times a second the engine lays down a picture: figures and [`rules`]' findings in the
//! [`snapshot::Snapshot`], curves and the tail of the open screen in the [`snapshot::Focus`].
//!
//! [`ui`] draws the newest picture; [`outlet`] prints it as JSON, table or a monitoring plugin's line. Words come from [`text`] alone.
//! [`alarm`] sends what fires to those who are not at the screen, and keeps what people decided about it.
//! [`sim`] is a town that makes events for the demo. [`app`] starts and stops it all, and is the only room that spawns threads for
//! others and opens channels; [`cli`] and [`config`] say how.

pub mod alarm;
pub mod app;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod consume;
pub mod decode;
pub mod domain;
pub mod engine;
pub mod history;
pub mod kafka;
pub mod model;
pub mod outlet;
pub mod rules;
pub mod sim;
pub mod snapshot;
pub mod store;
pub mod text;
pub mod ui;
pub mod workers;
