use crate::model::{Record, TailFilter};
use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;

/// A tail filter made ready. Text is matched without regard to case.
pub enum Filter {
    All,
    /// Key, value or a header.
    Anywhere(Regex),
    Key(Regex),
    Field {
        path: Vec<String>,
        value: Regex,
    },
    Not(Box<Filter>),
    /// The pattern was refused: it matches nothing.
    Nothing,
}

impl Filter {
    pub fn new(asked: &TailFilter) -> Self {
        match asked {
            TailFilter::All => Self::All,
            TailFilter::Text(text) => literal(text).map_or(Self::Nothing, Self::Anywhere),
            TailFilter::Regex(pattern) => pattern_of(pattern).map_or(Self::Nothing, Self::Anywhere),
            TailFilter::Key(text) => literal(text).map_or(Self::Nothing, Self::Key),
            TailFilter::Field { path, value } => literal(value).map_or(Self::Nothing, |value| Self::Field {
                path: path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
                value,
            }),
            TailFilter::Not(inner) => Self::Not(Box::new(Self::new(inner))),
        }
    }

    pub fn passes(&self, record: &Record<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Not(inner) => !inner.passes(record),
            Self::Key(text) => record.key.is_some_and(|key| text.is_match(key)),
            Self::Anywhere(text) => {
                record.key.is_some_and(|key| text.is_match(key))
                    || record.value.is_some_and(|value| text.is_match(value))
                    || (0..)
                        .map_while(|i| record.headers.get(i))
                        .any(|h| text.is_match(h.name.as_bytes()) || h.value.is_some_and(|value| text.is_match(value)))
            }
            Self::Field { path, value } => record.value.is_some_and(|bytes| field_matches(bytes, path, value)),
        }
    }
}

fn literal(text: &str) -> Option<Regex> {
    pattern_of(&regex::escape(text))
}

fn pattern_of(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build().ok()
}

fn field_matches(bytes: &[u8], path: &[String], text: &Regex) -> bool {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(bytes) else { return false };
    let found = path.iter().try_fold(&json, |at, part| match at {
        serde_json::Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    });
    found.is_some_and(|value| {
        let shown = value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed);
        text.is_match(shown.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OwnedRecord, Slot};

    fn passes(filter: &TailFilter) -> bool {
        let record = OwnedRecord {
            slot: Slot(0),
            offset: 1,
            time: None,
            key: Some(b"o-17".to_vec()),
            value: Some(br#"{"status":"Paid","address":{"district":"Kaloum"},"n":3}"#.to_vec()),
            headers: vec![("trace".into(), Some(b"abc123".to_vec()))],
        };
        Filter::new(filter).passes(&record.borrow())
    }

    #[test]
    fn each_filter_finds_what_it_names() {
        let field = |path: &str, value: &str| TailFilter::Field { path: path.into(), value: value.into() };
        for filter in [
            TailFilter::All,
            TailFilter::Text("kaloum".into()),
            TailFilter::Text("ABC".into()),
            TailFilter::Regex("paid|failed".into()),
            TailFilter::Key("O-17".into()),
            field("status", "paid"),
            field("address.district", "KAL"),
            field("n", "3"),
            TailFilter::Not(Box::new(TailFilter::Text("matoto".into()))),
        ] {
            assert!(passes(&filter), "{filter:?}");
        }
        for filter in [TailFilter::Key("paid".into()), field("status", "kaloum"), TailFilter::Regex("(".into())] {
            assert!(!passes(&filter), "{filter:?}");
        }
    }
}
