//! The simulated town: Conakry's shops, customers and couriers, told by the events of the catalogue.
//!
//! [`World`] is pure: a seed makes the people and an endless sequence of [`Happening`]s, first those of the five minutes before
//! the start. [`Town`] walks it by the wall clock and writes it to any cluster; [`Embedded`] is a cluster in this process. What
//! goes wrong, and when, stands in [`stories`]:
//!
//! | seconds after the start | what happens |
//! |---|---|
//! | 45 | a poisoned record on `orders.updated` |
//! | 50 | two records break their contract (`payments.completed`, `delivery.tracking`) |
//! | 55 | four dead letters on `notifications.sms.dlq` |
//! | 60–120 | the payment provider hands its answers over late and in bursts; more payments fail |
//! | 90–150 | the group `kitchen-board` stalls, then catches up |
//! | 130–250 | a courier on the way falls silent |
//! | 150–230 | a shop runs out of an article |
//! | 200–290 | rain slows the couriers |

mod desk;
mod embedded;
mod fleet;
mod json;
mod orders;
mod people;
mod places;
mod sender;
mod services;
mod spoiled;
mod stock;
pub mod stories;
mod tally;
mod town;
mod visits;
mod world;

pub use desk::Happening;
pub use embedded::{BROKERS, Embedded};
pub use services::GROUPS;
pub use tally::{TopicReport, TownReport};
pub use town::{SimError, Town, TownConfig};
pub use world::{PRELUDE_S, World, WorldConfig};

#[cfg(test)]
mod tests;
