//! A dead letter as the record that it becomes.

use crate::kafka::publish::Outgoing;
use crate::model::Timestamp;
use crate::store::Letter;

/// Named by everyone who reads dead letters.
const TOPIC: &str = "vigie.topic";
const PARTITION: &str = "vigie.partition";
const OFFSET: &str = "vigie.offset";
const REASON: &str = "vigie.reason";
const DETAIL: &str = "vigie.detail";
const AT: &str = "vigie.at";
/// Stands in the place of a value that no dead-letter topic takes.
const CUT: &str = "vigie.value-left-out";

/// What the record adds to the original, as text.
pub struct Stamped<'a> {
    letter: &'a Letter,
    own: Vec<(&'static str, String)>,
    /// Without its value: the brokers refuse it for its size.
    cut: bool,
}

impl<'a> Stamped<'a> {
    pub fn new(letter: &'a Letter, cut: bool) -> Self {
        let mut own = vec![
            (TOPIC, letter.place.topic.clone()),
            (PARTITION, letter.place.partition.to_string()),
            (OFFSET, letter.place.offset.to_string()),
            (REASON, letter.reason.clone()),
            (AT, moment(letter.rejected_at.0)),
        ];
        if !letter.detail.is_empty() {
            own.push((DETAIL, letter.detail.clone()));
        }
        if cut {
            let bytes = letter.original.value.as_ref().map_or(0, Vec::len);
            own.push((CUT, format!("{bytes} bytes, more than the topic takes; the store has them")));
        }
        Self { letter, own, cut }
    }

    /// The original's headers, then ours: of two with one name the last counts.
    pub fn headers(&self) -> Vec<(&str, Option<&[u8]>)> {
        let theirs = self.letter.original.headers.iter().map(|(name, value)| (name.as_str(), value.as_deref()));
        let theirs = theirs.filter(|_| !self.cut);
        theirs.chain(self.own.iter().map(|(name, value)| (*name, Some(value.as_bytes())))).collect()
    }

    pub fn record<'r>(&'r self, topic: &'r str, headers: &'r [(&'r str, Option<&'r [u8]>)]) -> Outgoing<'r> {
        let original = &self.letter.original;
        let value = original.value.as_deref().filter(|_| !self.cut);
        Outgoing { topic, key: original.key.as_deref(), value, headers, ..Outgoing::default() }
    }
}

/// ISO 8601; a time that is none stays the number that it is.
fn moment(ms: i64) -> String {
    Timestamp(ms).iso().unwrap_or_else(|| ms.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Original, Place};

    fn letter(detail: &str) -> Letter {
        let headers = vec![("trace".to_owned(), Some(b"7".to_vec())), ("empty".to_owned(), None)];
        Letter {
            place: Place { topic: "orders.created".into(), partition: 2, offset: 70 },
            reason: "malformed".into(),
            detail: detail.into(),
            rejected_at: Timestamp(1_790_000_000_123),
            original: Original { key: Some(b"A1".to_vec()), value: Some(b"{".to_vec()), headers },
        }
    }

    fn told(letter: &Letter, cut: bool) -> (Option<Vec<u8>>, Vec<String>) {
        let stamped = Stamped::new(letter, cut);
        let headers = stamped.headers();
        let record = stamped.record("vigie.dead-letter", &headers);
        assert_eq!(record.key, Some(&b"A1"[..]));
        let text = |(name, value): &(&str, Option<&[u8]>)| format!("{name}={}", String::from_utf8_lossy(value.unwrap_or(b"null")));
        (record.value.map(<[u8]>::to_vec), record.headers.iter().map(text).collect())
    }

    #[test]
    fn a_letter_is_the_original_with_where_and_why() {
        let (value, headers) = told(&letter("not JSON: ends after byte 1"), false);
        assert_eq!(value, Some(b"{".to_vec()));
        let wanted = [
            "trace=7",
            "empty=null",
            "vigie.topic=orders.created",
            "vigie.partition=2",
            "vigie.offset=70",
            "vigie.reason=malformed",
            "vigie.at=2026-09-21T14:13:20.123Z",
            "vigie.detail=not JSON: ends after byte 1",
        ];
        assert_eq!(headers, wanted);
    }

    #[test]
    fn without_more_to_say_there_is_no_detail() {
        assert!(!told(&letter(""), false).1.iter().any(|h| h.starts_with("vigie.detail")));
    }

    #[test]
    fn what_is_too_large_goes_without_its_value_and_says_so() {
        let (value, headers) = told(&letter(""), true);
        assert_eq!(value, None);
        assert!(headers.iter().any(|h| h.starts_with("vigie.value-left-out=1 bytes")), "{headers:?}");
        assert!(headers.contains(&"vigie.offset=70".to_owned()) && !headers.contains(&"trace=7".to_owned()), "{headers:?}");
    }
}
