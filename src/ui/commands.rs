//! The person's own commands: other programs, started on what is selected.
//!
//! Values come from the cluster and may hold anything. Without a shell each one stays inside its argument; with a shell they are
//! variables of its environment, and never a part of the text that it reads.

mod file;
mod fill;
mod selected;

pub use file::read;
pub use fill::{Errand, Refused};
pub use selected::Selected;

use super::keymap::{Chord, Context};
use crate::text::Word;
use std::sync::Arc;

macro_rules! variables {
    ($($variable:ident = $name:literal,)*) => {
        /// What a command can be told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Variable { $($variable,)* }
        impl Variable {
            pub const ALL: &[Variable] = &[$(Variable::$variable,)*];
            /// As commands write it, after a `$`.
            pub fn name(self) -> &'static str { match self { $(Variable::$variable => $name,)* } }
        }
    };
}

variables! {
    Topic = "TOPIC",
    Partition = "PARTITION",
    Offset = "OFFSET",
    Key = "KEY",
    Group = "GROUP",
    Order = "ORDER",
    Bootstrap = "BOOTSTRAP",
}

/// What has to be selected for its key to mean it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum On {
    #[default]
    Any,
    Topic,
    Group,
    Record,
    Order,
}

impl On {
    pub const ALL: &[On] = &[Self::Any, Self::Topic, Self::Group, Self::Record, Self::Order];

    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Topic => "topic",
            Self::Group => "group",
            Self::Record => "record",
            Self::Order => "order",
        }
    }

    pub fn word(self) -> Word {
        match self {
            Self::Any => Word::Nothing,
            Self::Topic => Word::Topic,
            Self::Group => Word::Group,
            Self::Record => Word::Record,
            Self::Order => Word::Order,
        }
    }

    pub fn context(self) -> Context {
        match self {
            Self::Any => Context::Normal,
            Self::Topic => Context::OnTopic,
            Self::Group => Context::OnGroup,
            Self::Record => Context::OnRecord,
            Self::Order => Context::OnOrder,
        }
    }
}

/// A piece of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Text(String),
    Value(Variable),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Run {
    /// Program and arguments.
    Program { program: String, args: Vec<Vec<Piece>> },
    /// A text for the shell, and the variables that it names.
    Shell { text: String, needs: Vec<Variable> },
}

#[derive(Clone, Debug, PartialEq)]
pub struct OwnCommand {
    pub name: Arc<str>,
    pub on: On,
    pub key: Option<Chord>,
    pub run: Run,
    /// Of its key; of its table where it has none.
    pub line: usize,
}

impl Refused {
    pub fn word(&self) -> Word {
        match self {
            Self::Missing(_) => Word::CommandNeeds,
            Self::Hidden(_) => Word::CommandHidden,
            Self::Option(_) => Word::CommandOption,
            Self::Nul(_) => Word::CommandNul,
        }
    }
}
