//! What the store tells, without what the catalogue calls private: for what is printed, never for what is stored, copied or sent.

use crate::model::Meaning;
use crate::snapshot::Privacy;
use crate::store::{AuditLine, Compared, Original, PartLine, ProfileLine, WalkerLine};
use crate::text::masked;
use serde_json::Value;
use serde_json::value::RawValue;
use std::cmp::Reverse;

/// A row that may hold something personal. Whoever adds a field to one says here whether it does.
pub trait Personal {
    fn mask(&mut self, privacy: &Privacy);
}

impl Personal for WalkerLine {
    fn mask(&mut self, privacy: &Privacy) {
        hide(&mut self.customer, Meaning::Customer, privacy);
        hide(&mut self.district, Meaning::District, privacy);
        self.audit.iter_mut().flatten().for_each(|line| line.mask(privacy));
    }
}

impl Personal for PartLine {
    fn mask(&mut self, privacy: &Privacy) {
        hide(&mut self.customer, Meaning::Customer, privacy);
        hide(&mut self.courier, Meaning::Courier, privacy);
        if privacy.is_personal(Meaning::Position) {
            (self.lat, self.lon) = (None, None);
        }
    }
}

impl Personal for AuditLine {
    /// What an event said, by meanings.
    fn mask(&mut self, privacy: &Privacy) {
        let dots = || Value::String(masked("personal").to_owned());
        let read = serde_json::from_str::<serde_json::Map<String, Value>>(self.says.get());
        let hidden = match read {
            Ok(mut says) => {
                for (name, value) in &mut says {
                    // A name that is none of ours is nobody's to judge.
                    let meaning = serde_json::from_value::<Meaning>(Value::String(name.clone()));
                    if meaning.map_or(true, |meaning| privacy.is_personal(meaning)) {
                        *value = dots();
                    }
                }
                Value::Object(says)
            }
            Err(_) => dots(),
        };
        self.says = RawValue::from_string(hidden.to_string()).unwrap_or_default();
    }
}

/// Numbered, the one that was seen last first, as on the screen Customers: an order by what they are called would still tell of it.
pub fn customers(rows: &mut [ProfileLine], privacy: &Privacy) {
    if !privacy.is_personal(Meaning::Customer) {
        return;
    }
    rows.sort_by_key(|row| Reverse(row.last_seen_ms));
    for (at, row) in rows.iter_mut().enumerate() {
        row.id = format!("{} {:04}", masked("customer"), at + 1);
        row.title = row.title.as_deref().map(|title| masked(title).to_owned());
    }
}

/// A dead letter for reading; what is produced again is the original.
pub fn letter(topic: &str, original: &Original, privacy: &Privacy) -> Original {
    let dots = |value: &[u8]| masked(&String::from_utf8_lossy(value)).as_bytes().to_vec();
    Original {
        key: original.key.as_ref().map(|key| privacy.key(topic, key)),
        value: original.value.as_ref().map(|value| privacy.value(topic, value, false)),
        headers: original.headers.iter().map(|(name, value)| (name.clone(), value.as_deref().map(dots))).collect(),
    }
}

/// What differs stays named, but not the values: a memory holds all of an entity.
pub fn compared(compared: &mut Compared, privacy: &Privacy) {
    for difference in &mut compared.differences {
        for (kind, meaning) in [("customer/", Meaning::Customer), ("courier/", Meaning::Courier)] {
            if let Some(id) = difference.key.strip_prefix(kind).filter(|_| privacy.is_personal(meaning)) {
                difference.key = format!("{kind}{}", masked(id));
            }
        }
        for side in difference.differs.iter_mut().flat_map(|of| [&mut of.store, &mut of.topics]) {
            *side = side.as_deref().map(|value| masked(value).to_owned());
        }
    }
}

fn hide(field: &mut Option<String>, meaning: Meaning, privacy: &Privacy) {
    if privacy.is_personal(meaning) {
        *field = field.as_deref().map(|text| masked(text).to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::privacy::of;
    use crate::catalogue::Catalogue;
    use crate::store::Place;

    fn place() -> Place {
        Place { topic: "orders.created".into(), partition: 0, offset: 7 }
    }

    fn audit(says: &str) -> AuditLine {
        AuditLine {
            place: place(),
            at_ms: None,
            recorded_at_ms: None,
            effect: "created".into(),
            outcome: "applied".into(),
            rejected: None,
            says: RawValue::from_string(says.to_owned()).unwrap(),
        }
    }

    #[test]
    fn an_audit_tells_what_happened_and_not_to_whom() {
        let mut line = audit(
            r#"{"amount":"45000.50","customer":"CLI-7","courier_name":"Alpha","position":{"lat":9.6,"lon":-13.6},"new":"x"}"#,
        );
        line.mask(&of(&Catalogue::builtin()));
        let told = line.says.get();
        assert!(told.contains("45000.50"), "{told}");
        assert!(!["CLI-7", "Alpha", "9.6", "13.6", "\"x\""].iter().any(|personal| told.contains(personal)), "{told}");
        let mut odd = audit("[\"CLI-7\"]");
        odd.mask(&of(&Catalogue::builtin()));
        assert_eq!(odd.says.get(), "\"•••\"");
    }

    #[test]
    fn a_letter_is_read_without_its_people_and_without_a_catalogue_not_at_all() {
        let original = Original {
            key: Some(b"CMD-1".to_vec()),
            value: Some(br#"{"id":"CMD-1","customerId":"CLI-7"}"#.to_vec()),
            headers: vec![("who".to_owned(), Some(b"Mariama".to_vec()))],
        };
        let shown = letter("orders.created", &original, &of(&Catalogue::builtin()));
        assert_eq!(shown.key.as_deref(), Some(b"CMD-1".as_slice()));
        let value = String::from_utf8(shown.value.unwrap()).unwrap();
        assert!(value.contains("CMD-1") && !value.contains("CLI-7"), "{value}");
        assert_eq!(shown.headers[0].1.as_deref(), Some("•••".as_bytes()));
        let unknown = letter("orders.created", &original, &Privacy::default());
        assert_eq!((unknown.key.as_deref(), unknown.value.as_deref()), (Some("•••".as_bytes()), Some("••••••".as_bytes())));
    }
}
