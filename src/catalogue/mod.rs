//! Which topics exist, what each event means, and the stages of the pipelines: data, not code. A shop with other topics,
//! fields or stages replaces the shipped TOML file by its own.

mod base_map;
mod check;
mod error;
mod file;
mod geojson;
mod role;

pub use base_map::{ReadFile, beside};
pub use error::CatalogueError;

use crate::model::{BaseMap, Meaning};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, LazyLock};

/// The catalogue that is shipped: also the template for a person's own.
pub const BUILTIN_TOML: &str = include_str!("224solutions.toml");
const PLACES: &str = include_str!("conakry/places.toml");
const COAST: &str = include_str!("conakry/coast.geojson");

/// The whole catalogue, checked: every role's pipeline and stage exists, every name is there once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    pub topics: Vec<TopicEntry>,
    pub pipelines: Vec<Pipeline>,
    /// Patterns of other services' dead-letter topics with one `*` for the source topic (`*.dlq`).
    pub dead_letters: Vec<String>,
    /// What the map of the deliveries shows below the couriers.
    pub map: Arc<BaseMap>,
    /// Places in `topics` by name.
    index: HashMap<Arc<str>, usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TopicEntry {
    pub name: Arc<str>,
    pub role: Role,
    /// The second pipeline that the same event moves (a payment beside its order).
    pub also: Option<Also>,
    /// Field that names the entity; without it the record's key does.
    pub entity: Option<Arc<str>>,
    /// Other names the entity's field may have (`id` beside `orderId`).
    pub entity_or: Option<Arc<str>>,
    pub fields: Vec<Field>,
    /// Words of `status`, in lower case, and the stage or exit that each names, beside the names themselves.
    pub status: Vec<(Arc<str>, Arc<str>)>,
    /// What the worker `notify` says to the customer where such an event happened.
    pub message: Option<Arc<str>>,
    /// Field that holds the event time, beside `occurredAt`.
    pub time: Option<Arc<str>>,
    /// Field that holds the data, for envelopes that are neither flat nor CloudEvents.
    pub data: Option<Arc<str>>,
    /// What `topics --create` makes.
    pub partitions: i32,
    pub cleanup: Option<Arc<str>>,
}

/// A second meaning of an event, for an entity of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    pub role: Role,
    /// Field that names the entity in that pipeline.
    pub entity: Arc<str>,
}

/// What a topic's events mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The entity enters this stage of this pipeline.
    Stage {
        pipeline: Arc<str>,
        stage: Arc<str>,
    },
    /// The entity leaves the pipeline this way.
    Exit {
        pipeline: Arc<str>,
        exit: Arc<str>,
    },
    /// A change without a stage, unless its `status` names one.
    Update {
        pipeline: Arc<str>,
    },
    /// Positions of an entity on its way. Without a pipeline nobody keeps them.
    Tracking {
        pipeline: Option<Arc<str>>,
    },
    /// Positions of a courier.
    Location,
    Eta {
        pipeline: Option<Arc<str>>,
    },
    StockLevel,
    StockAlert,
    Notification {
        channel: Arc<str>,
    },
    /// The customer's page changed.
    Page {
        pipeline: Option<Arc<str>>,
    },
    Journey {
        step: Arc<str>,
    },
    DeadLetter,
    Alert,
    /// vigie's own memory: never judged.
    Internal,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Arc<str>,
    pub kind: FieldKind,
    /// Missing, or of another type: the record breaks its contract.
    pub required: bool,
    /// Names, phones, addresses, positions: masked in privacy mode.
    pub private: bool,
    /// What it tells: by its name, or as the catalogue says.
    pub meaning: Option<Meaning>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    /// A whole number.
    Integer,
    /// Kept exactly; a string that holds a number will do.
    Amount,
    /// A number; latitude, speed.
    Number,
    Bool,
    /// ISO 8601 with zone, or epoch milliseconds.
    Time,
    /// An object or a list: kept, not looked into.
    Any,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    pub name: Arc<str>,
    pub stages: Vec<Stage>,
    pub exits: Vec<Arc<str>>,
    /// What failed may be tried again: see the head of the shipped file.
    pub retry: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    pub name: Arc<str>,
    /// Longer than this in the stage: stuck. Seconds.
    pub deadline_s: Option<u32>,
}

impl Catalogue {
    /// Of parts that are known to be right: of two topics of one name the first counts, and no reference is checked.
    pub fn new(topics: Vec<TopicEntry>, pipelines: Vec<Pipeline>, dead_letters: Vec<String>) -> Self {
        let index = topics.iter().enumerate().rev().map(|(at, topic)| (topic.name.clone(), at)).collect();
        Self { topics, pipelines, dead_letters, map: Arc::default(), index }
    }

    /// The shipped catalogue of 224Solutions, parsed once.
    pub fn builtin() -> Arc<Self> {
        static BUILTIN: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
            // The text is part of the program, and a test loads it.
            Arc::new(
                Catalogue::with_files(BUILTIN_TOML, "the shipped catalogue", &shipped).expect("the shipped catalogue is right"),
            )
        });
        BUILTIN.clone()
    }

    /// Reads a catalogue and checks all of it; the files of a map that it names are left alone. `origin` is how messages call the
    /// text: the path of its file.
    ///
    /// # Errors
    /// The first mistake found, with its line, its key and what would be right.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, CatalogueError> {
        file::parse(text, origin, None)
    }

    /// The same with the files of its map.
    ///
    /// # Errors
    /// The first mistake found, in whichever file.
    pub fn with_files(text: &str, origin: &str, files: ReadFile<'_>) -> Result<Self, CatalogueError> {
        file::parse(text, origin, Some(files))
    }

    pub fn topic(&self, name: &str) -> Option<&TopicEntry> {
        self.index.get(name).and_then(|&at| self.topics.get(at))
    }

    pub fn pipeline(&self, name: &str) -> Option<&Pipeline> {
        self.pipelines.iter().find(|p| p.name.as_ref() == name)
    }

    /// The topic whose dead letters `name` holds, when a pattern says so: `orders.created.dlq` → `orders.created`.
    pub fn dead_letter_source<'a>(&self, name: &'a str) -> Option<&'a str> {
        self.dead_letters.iter().find_map(|pattern| {
            let (before, after) = pattern.split_once('*')?;
            name.strip_prefix(before)?.strip_suffix(after).filter(|source| !source.is_empty())
        })
    }
}

fn shipped(name: &str) -> io::Result<String> {
    match name {
        "conakry/places.toml" => Ok(PLACES.to_owned()),
        "conakry/coast.geojson" => Ok(COAST.to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

/// `orderId` as `order_id`: the other spelling that every field may have.
pub fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests;
