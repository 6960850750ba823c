//! The tables that are compared, and their columns.

use super::super::memory;
use crate::domain::{Claim, Profile, Walker};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Walkers,
    Parts,
    Profiles,
    Claims,
    Audit,
    DeadLetters,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A text that PostgreSQL holds shortened where it is too odd.
    Key,
    Text,
    Number,
    Real,
    Flag,
    Amount,
    Memory,
}

#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub form: Form,
    /// Else it only says whose the row is.
    pub is_compared: bool,
}

const fn column(name: &'static str, form: Form) -> Column {
    Column { name, form, is_compared: true }
}

const fn beside(name: &'static str) -> Column {
    Column { name, form: Form::Key, is_compared: false }
}

const WALKERS: &[Column] = &[
    column("pipeline", Form::Text),
    column("id", Form::Key),
    column("state", Form::Text),
    column("since_ms", Form::Number),
    column("ended", Form::Flag),
    column("gap", Form::Flag),
    column("conflict", Form::Flag),
    column("customer", Form::Key),
    column("shop", Form::Text),
    column("amount", Form::Amount),
    column("currency", Form::Text),
    column("district", Form::Text),
    column("last_at_ms", Form::Number),
    column("last_topic", Form::Text),
    column("last_partition", Form::Number),
    column("last_offset", Form::Number),
    column("memory", Form::Memory),
];
const PARTS: &[Column] = &[
    column("pipeline", Form::Text),
    column("id", Form::Key),
    column("owner_pipeline", Form::Text),
    column("owner", Form::Key),
    column("state", Form::Text),
    column("since_ms", Form::Number),
    column("ended", Form::Flag),
    column("amount", Form::Amount),
    column("currency", Form::Text),
    column("method", Form::Text),
    column("country", Form::Text),
    column("customer", Form::Text),
    column("courier", Form::Text),
    column("reason", Form::Text),
    column("lat", Form::Real),
    column("lon", Form::Real),
    column("position_at_ms", Form::Number),
    column("to_lat", Form::Real),
    column("to_lon", Form::Real),
    column("eta_at_ms", Form::Number),
    column("remaining_m", Form::Real),
];
const PROFILES: &[Column] = &[
    column("kind", Form::Text),
    column("id", Form::Key),
    column("title", Form::Text),
    column("shop", Form::Text),
    column("level", Form::Number),
    column("threshold", Form::Number),
    column("lat", Form::Real),
    column("lon", Form::Real),
    column("position_at_ms", Form::Number),
    column("about", Form::Text),
    column("counts", Form::Text),
    column("first_at_ms", Form::Number),
    column("last_at_ms", Form::Number),
    column("memory", Form::Memory),
];
const CLAIMS: &[Column] = &[column("pipeline", Form::Text), column("id", Form::Key), column("memory", Form::Memory)];
/// Not what an event was when it came, nor when it was applied: that depends on the way there.
const AUDIT: &[Column] = &[
    column("kind", Form::Key),
    column("subject", Form::Key),
    column("part_pipeline", Form::Key),
    column("part", Form::Key),
    column("about", Form::Key),
    column("at_ms", Form::Number),
    column("recorded_at_ms", Form::Number),
    column("effect", Form::Text),
    column("rejected", Form::Text),
    column("says", Form::Text),
];
const DEAD_LETTERS: &[Column] =
    &[column("reason", Form::Text), beside("kind"), beside("subject"), beside("part_pipeline"), beside("part")];

impl Table {
    pub const ALL: [Self; 6] = [Self::Walkers, Self::Parts, Self::Profiles, Self::Claims, Self::Audit, Self::DeadLetters];

    pub fn name(self) -> &'static str {
        match self {
            Self::Walkers => "walkers",
            Self::Parts => "parts",
            Self::Profiles => "profiles",
            Self::Claims => "claims",
            Self::Audit => "audit",
            Self::DeadLetters => "dead_letters",
        }
    }

    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Walkers => WALKERS,
            Self::Parts => PARTS,
            Self::Profiles => PROFILES,
            Self::Claims => CLAIMS,
            Self::Audit => AUDIT,
            Self::DeadLetters => DEAD_LETTERS,
        }
    }

    /// Its rows go by the places of records, not by ids.
    pub fn is_of_records(self) -> bool {
        matches!(self, Self::Audit | Self::DeadLetters)
    }

    /// The column before the id in the keys of its entities.
    pub fn kind_column(self) -> &'static str {
        if self == Self::Profiles { "kind" } else { "pipeline" }
    }

    /// What a row's memory means; the words say why it cannot be read.
    pub fn recall(self, bytes: &[u8]) -> Result<serde_json::Value, String> {
        let value = match self {
            Self::Profiles => memory::recall::<Profile>(bytes).map(serde_json::to_value),
            Self::Claims => memory::recall::<Claim>(bytes).map(serde_json::to_value),
            _ => memory::recall::<Walker>(bytes).map(serde_json::to_value),
        };
        value.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
    }
}
