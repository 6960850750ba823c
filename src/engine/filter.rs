use crate::model::{Record, TailFilter};
use crate::snapshot::TailRow;
use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;

/// A tail filter made ready. Text is matched without regard to case.
pub enum Filter {
    All,
    /// Key, value or a header.
    Anywhere(Regex),
    /// The same by a pattern, which also may go over several texts.
    Pattern(Regex),
    Key(Regex),
    Field {
        path: Vec<String>,
        value: Regex,
    },
    Not(Box<Filter>),
    Every(Vec<Filter>),
    /// The pattern was refused: it matches nothing.
    Nothing,
}

impl Filter {
    pub fn new(asked: &TailFilter) -> Self {
        match asked {
            TailFilter::All => Self::All,
            TailFilter::Text(text) => literal(text).map_or(Self::Nothing, Self::Anywhere),
            TailFilter::Regex(pattern) => pattern_of(pattern).map_or(Self::Nothing, Self::Pattern),
            TailFilter::Key(text) => literal(text).map_or(Self::Nothing, Self::Key),
            TailFilter::Field { path, value } => literal(value).map_or(Self::Nothing, |value| Self::Field {
                path: path.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
                value,
            }),
            TailFilter::Not(inner) => Self::Not(Box::new(Self::new(inner))),
            TailFilter::Every(all) => Self::Every(all.iter().map(Self::new).collect()),
        }
    }

    pub fn passes(&self, record: &Record<'_>) -> bool {
        let headers = |text: &Regex| {
            (0..).map_while(|i| record.headers.get(i)).any(|h| text.is_match(h.name.as_bytes()) || matches(text, h.value))
        };
        self.passes_parts(record.key, record.value, &headers)
    }

    /// The same for what the tail keeps: of a great value only its beginning is searched.
    pub fn passes_row(&self, row: &TailRow) -> bool {
        let headers = |text: &Regex| {
            row.headers.iter().any(|(name, value)| text.is_match(name.as_bytes()) || matches(text, value.as_deref()))
        };
        self.passes_parts(row.key.as_deref(), row.value.as_deref(), &headers)
    }

    /// The same for texts: one of them is enough. A pattern may go over all of them, parted by blanks.
    pub fn passes_texts(&self, texts: &[&str]) -> bool {
        match self {
            Self::All => true,
            Self::Nothing | Self::Field { .. } => false,
            Self::Not(inner) => !inner.passes_texts(texts),
            Self::Every(all) => all.iter().all(|one| one.passes_texts(texts)),
            Self::Anywhere(text) | Self::Key(text) => texts.iter().any(|t| text.is_match(t.as_bytes())),
            Self::Pattern(text) => texts.iter().any(|t| text.is_match(t.as_bytes())) || text.is_match(texts.join(" ").as_bytes()),
        }
    }

    fn passes_parts(&self, key: Option<&[u8]>, value: Option<&[u8]>, headers: &dyn Fn(&Regex) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Not(inner) => !inner.passes_parts(key, value, headers),
            Self::Every(all) => all.iter().all(|one| one.passes_parts(key, value, headers)),
            Self::Key(text) => matches(text, key),
            Self::Anywhere(text) | Self::Pattern(text) => matches(text, key) || matches(text, value) || headers(text),
            Self::Field { path, value: text } => value.is_some_and(|bytes| field_matches(bytes, path, text)),
        }
    }
}

fn matches(text: &Regex, bytes: Option<&[u8]>) -> bool {
    bytes.is_some_and(|bytes| text.is_match(bytes))
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
            TailFilter::Every(vec![TailFilter::Text("kaloum".into()), TailFilter::Key("o-17".into())]),
        ] {
            assert!(passes(&filter), "{filter:?}");
        }
        let both = TailFilter::Every(vec![TailFilter::Text("kaloum".into()), TailFilter::Text("matoto".into())]);
        for filter in [TailFilter::Key("paid".into()), field("status", "kaloum"), TailFilter::Regex("(".into()), both] {
            assert!(!passes(&filter), "{filter:?}");
        }
    }

    #[test]
    fn of_texts_each_part_may_be_in_another_and_a_pattern_goes_over_all() {
        let hit = |filter: &TailFilter| Filter::new(filter).passes_texts(&["CMD-7", "paid", "CLI-3"]);
        let text = |text: &str| TailFilter::Text(text.into());
        assert!(hit(&TailFilter::Every(vec![text("cli-3"), text("cmd")])));
        assert!(!hit(&TailFilter::Every(vec![text("cli-3"), text("failed")])));
        assert!(hit(&TailFilter::Regex("^paid$".into())) && hit(&TailFilter::Regex("cmd.*cli".into())));
        assert!(!hit(&text("cmd-7 paid")) && !hit(&TailFilter::Regex("cli.*cmd".into())));
    }

    fn hostile_filters(cases: u64) {
        use crate::model::hostile::Spoiler;
        let mut texts = Spoiler::new(7, ["kaloum", "paid|failed", "address.district", "items.0.sku", "(?i)^o-[0-9]+$", "\\d{2,5}"]);
        let mut values = Spoiler::new(8, [r#"{"status":"Paid","address":{"district":"Kaloum"},"items":[{"sku":"riz"}],"n":3}"#]);
        let mut passed = 0_u64;
        for case in 0..cases {
            let (one, other) = (texts.next_text(), texts.next_text());
            let asked = match case % 4 {
                0 => TailFilter::Text(one),
                1 => TailFilter::Regex(one),
                2 => TailFilter::Key(one),
                _ => TailFilter::Field { path: one, value: other },
            };
            let asked = if case % 3 == 0 { TailFilter::Not(Box::new(asked)) } else { asked };
            let value = Some(values.spoiled().to_vec());
            let headers = vec![("trace".into(), None)];
            let record = OwnedRecord { slot: Slot(0), offset: 1, time: None, key: Some(b"o-17".to_vec()), value, headers };
            passed += u64::from(Filter::new(&asked).passes(&record.borrow()));
        }
        println!("{cases} hostile filters: {passed} records passed");
    }

    #[test]
    fn hostile_filters_make_no_panic() {
        hostile_filters(5_000);
    }

    #[test]
    #[ignore = "long: cargo test --release --lib -- --ignored fuzz"]
    fn fuzz_engine_filter() {
        hostile_filters(crate::model::hostile::cases(1_000_000));
    }
}
