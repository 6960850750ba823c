//! The terminal: taking and giving it back ([`guard`]), and painting it with few bytes ([`screen`]).

mod guard;
mod screen;
mod sgr;
mod writer;

pub use guard::{Guard, window_size};
pub use screen::Screen;
