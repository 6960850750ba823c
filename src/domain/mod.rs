//! What became of orders, payments, deliveries, articles and customers: pure state, made of events.
//!
//! State is a function of the *set* of events, not of the order in which they came: topics have no common order, partitions are
//! read by several processes, and what was read may be read again. So an entity keeps what its events said in a form in which
//! order does not matter (first and last stamp of each step, the newest value of each field), and where it stands is worked out
//! from that: [`Standing::of`]. The same [`World::take`] serves the live panels, where the world is all that is known, and the
//! stores, where it is what one batch touches.
//!
//! A [`Reader`] turns a decoded event of one topic into a [`Happening`]: the catalogue says which topic moves which pipeline.

mod claim;
mod happening;
mod join;
mod known;
mod plan;
mod profile;
#[cfg(test)]
pub(crate) mod properties;
mod reader;
mod registers;
mod standing;
#[cfg(test)]
pub(crate) mod tests;
mod walker;
mod world;

pub use claim::Claim;
pub use happening::{Happening, Kind, Outcome, Part, PartMove, Rejection, Subject, Values};
pub use known::Known;
pub use plan::{PipelineId, Plan, Plans, Step};
pub use profile::Profile;
pub use reader::Reader;
pub use registers::Registers;
pub use standing::{PartStanding, Standing, Ways};
pub use walker::{Group, GroupKey, PartSteps, Promise, Reached, Steps, Walker};
pub use world::{Change, Kept, Map, Moved, Moves, World};
