//! The simulated town.
mod desk;
mod fleet;
mod json;
mod orders;
mod people;
mod places;
mod spoiled;
mod stock;
pub mod stories;
mod visits;
mod world;

pub use desk::Happening;
pub use world::{PRELUDE_S, World, WorldConfig};

#[cfg(test)]
mod tests;
