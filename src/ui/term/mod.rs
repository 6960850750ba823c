//! The terminal: what it knows ([`kind`]), taking and giving it back ([`guard`]), painting it with few bytes ([`screen`]), writing
//! without ever waiting for it ([`link`]) and not faster than it takes ([`pace`]), and what it says ([`input`]).

mod guard;
pub mod input;
mod kind;
mod link;
mod pace;
mod screen;
mod sgr;
mod tty;
mod writer;

pub use guard::{Guard, window_size};
pub use kind::{Around, Family, Kind, Unusable};
pub use link::Link;
pub use pace::{Pace, QUESTION, Slow, Urgency};
pub use screen::{Painted, Screen};
pub use tty::Tty;
