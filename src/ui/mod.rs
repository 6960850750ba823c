//! The dashboard in the terminal: draws the newest [`View`](crate::snapshot::View), sends [`Ask`](crate::model::Ask)s.
//!
//! [`run`] is the loop, [`Canvas`] the same without loop and terminal. A draw is a pure function of the view and of `state`;
//! `update` and `act` turn keys and clicks into changes of the state; `term` holds the terminal and paints it.

mod act;
mod alerts;
mod ascii;
mod atomic;
mod badge;
mod beside;
mod canvas;
mod choose;
mod chooser;
mod chosen;
mod cluster;
mod color;
mod commands;
mod config;
mod connection;
mod contrast;
mod copy;
mod draw;
mod errand;
mod file;
mod filter;
mod filtering;
mod follow;
mod footer;
mod frozen;
mod gate;
mod header;
pub mod json;
mod keymap;
mod layout;
mod line;
mod list;
mod map;
mod memory;
mod notice;
mod open;
mod palette;
mod panels;
mod past;
mod pointer;
mod popups;
mod privacy;
mod run;
mod save;
mod state;
mod suspend;
mod svg;
mod term;
mod theme;
mod time;
mod timeline_bar;
mod travel;
mod update;
mod way;
mod widgets;
mod words;
mod write;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use badge::parse_colour;
pub use canvas::Canvas;
pub use cluster::{Arrival, ClusterPorts, ClusterSign, Feed, Switched};
pub use color::{ColorChoice, Depth};
pub use config::UiConfig;
pub use errand::is_lent;
pub use file::FileError;
pub use keymap::{Keymap, KeymapError};
pub use notice::Notify;
pub use privacy::PrivacyMode;
pub use run::{Exit, UiError, UiPorts, run};
pub use term::{Kind, Slow, Unusable};
pub use theme::{Theme, ThemeError};
