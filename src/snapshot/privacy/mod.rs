//! What of the picture is personal, and the picture without it. A masked picture is made once, before anything is drawn, copied,
//! written or sent: no panel can forget it.
//!
//! Of records only what the catalogue declares, and does not call private, is told. A topic that the catalogue does not know has
//! no such field, and what is no JSON object has none either: all of it is masked.

mod kept;
mod people;
mod records;

pub use kept::KeptMasks;

use crate::model::{Meaning, Reason};
use crate::text::Seen;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Members of the envelopes that vigie reads: they name no person.
const ENVELOPE: [&str; 6] = ["specversion", "type", "source", "time", "datacontenttype", "occurredat"];
/// Figures of a judgement that name somebody.
const FACTS: [(&str, Meaning); 6] = [
    ("customer", Meaning::Customer),
    ("customer_name", Meaning::CustomerName),
    ("courier", Meaning::Courier),
    ("courier_name", Meaning::CourierName),
    ("position", Meaning::Position),
    ("address", Meaning::Destination),
];

/// What the catalogue says of it. Without a catalogue everything may be personal: all of every record, and everybody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Privacy {
    topics: HashMap<Arc<str>, Told>,
    /// Fields that are private in some topic, folded.
    private: HashSet<String>,
    meanings: HashSet<Meaning>,
}

/// What may be seen of a topic's records.
#[derive(Clone, Debug, Default, PartialEq)]
struct Told {
    key: bool,
    fields: HashSet<String>,
    envelope: Option<String>,
}

/// One topic, as the catalogue has it.
pub struct TopicFields<'a> {
    pub topic: Arc<str>,
    /// The field that the key holds too.
    pub entity: Option<&'a str>,
    /// The member that holds the fields, where it is not called `data`.
    pub envelope: Option<&'a str>,
    /// Name, what it means, whether it is private.
    pub fields: Vec<(&'a str, Option<Meaning>, bool)>,
}

impl Privacy {
    pub fn new<'a>(topics: impl IntoIterator<Item = TopicFields<'a>>) -> Self {
        let mut privacy = Self::default();
        for topic in topics {
            for (name, meaning, _) in topic.fields.iter().filter(|(_, _, private)| *private) {
                privacy.private.insert(folded(name));
                privacy.meanings.extend(*meaning);
            }
            let open = |(name, _, private): &&(&str, _, bool)| !private && !name.is_empty();
            let fields: HashSet<String> = topic.fields.iter().filter(open).map(|(name, ..)| folded(name)).collect();
            let key = topic.entity.is_some_and(|entity| fields.contains(&folded(entity)));
            privacy.topics.insert(topic.topic, Told { key, fields, envelope: topic.envelope.map(folded) });
        }
        let coordinates = [Meaning::Lat, Meaning::Lon, Meaning::Position];
        if coordinates.iter().any(|coordinate| privacy.meanings.contains(coordinate)) {
            privacy.meanings.extend(coordinates);
        }
        if privacy.meanings.contains(&Meaning::Destination) {
            privacy.meanings.insert(Meaning::District);
        }
        privacy
    }

    pub fn is_personal(&self, meaning: Meaning) -> bool {
        self.topics.is_empty() || self.meanings.contains(&meaning)
    }

    /// A judgement without what names somebody.
    pub fn reason(&self, reason: &Reason) -> Reason {
        let mut out = reason.clone();
        for (name, fact) in &mut out.facts {
            if FACTS.iter().any(|(personal, meaning)| personal == name && self.is_personal(*meaning)) {
                *fact = crate::model::Fact::Text(crate::text::masked("personal").into());
            }
        }
        out
    }

    fn seen(&self, told: &Told, name: &str, whole: bool) -> Seen {
        let name = folded(name);
        match () {
            () if self.private.contains(&name) => Seen::No,
            () if !whole || told.fields.contains(&name) => Seen::Yes,
            () if name == "data" || told.envelope.as_ref() == Some(&name) => Seen::Within,
            () if ENVELOPE.contains(&name.as_str()) => Seen::Yes,
            () => Seen::No,
        }
    }
}

/// `customerName`, `customer_name` and `CustomerName` are one.
fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
