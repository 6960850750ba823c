//! What a person types after `/`: words or `/re/` in a list, plain text, `/re/`, `key:` or `.field=value` in the tail, and `!` in front to
//! invert.

use crate::model::TailFilter;
use regex::{Regex, RegexBuilder};

/// A filter over names. Invalid patterns never get here: [`NameFilter::parse`] refuses them.
#[derive(Clone, Debug, Default)]
pub struct NameFilter {
    pub text: String,
    inverted: bool,
    test: Test,
}

#[derive(Clone, Debug, Default)]
enum Test {
    #[default]
    All,
    /// Each of them, in lower case.
    Words(Vec<String>),
    Pattern(Regex),
}

impl NameFilter {
    /// The error is the regex crate's, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (inverted, body) = invert(text);
        let test = match (pattern(body), words(body)) {
            (Some(pattern), _) => Test::Pattern(compile(pattern)?),
            (None, words) if words.is_empty() => Test::All,
            (None, words) => Test::Words(words),
        };
        Ok(Self { text: text.into(), inverted, test })
    }

    /// The same, for the engine to look by.
    pub fn asked(&self) -> TailFilter {
        let test = match &self.test {
            Test::All => return TailFilter::All,
            Test::Words(words) => every(words),
            Test::Pattern(regex) => TailFilter::Regex(regex.as_str().to_owned()),
        };
        if self.inverted { TailFilter::Not(Box::new(test)) } else { test }
    }

    pub fn is_all(&self) -> bool {
        matches!(self.test, Test::All)
    }

    /// True when each word is in one of the texts, or the pattern in one of them or in all as one line (or not so, inverted). In the order
    /// of the columns.
    pub fn matches(&self, texts: &[&str]) -> bool {
        let hit = match &self.test {
            Test::All => return true,
            Test::Words(words) => words.iter().all(|word| texts.iter().any(|t| t.to_lowercase().contains(word))),
            Test::Pattern(regex) => texts.iter().any(|t| regex.is_match(t)) || regex.is_match(&texts.join(" ")),
        };
        hit != self.inverted
    }
}

/// The filter of the live tail, which the engine applies.
pub fn parse_tail(text: &str) -> Result<TailFilter, String> {
    let (inverted, body) = invert(text);
    if body.is_empty() {
        return Ok(TailFilter::All);
    }
    let filter = if let Some(pattern) = pattern(body) {
        compile(pattern)?;
        TailFilter::Regex(pattern.into())
    } else if let Some(key) = body.strip_prefix("key:") {
        TailFilter::Key(key.into())
    } else if let Some((path, value)) = body.strip_prefix('.').and_then(|b| b.split_once('=')) {
        TailFilter::Field { path: path.trim().into(), value: value.trim().into() }
    } else {
        TailFilter::Text(body.into())
    };
    Ok(if inverted { TailFilter::Not(Box::new(filter)) } else { filter })
}

fn invert(text: &str) -> (bool, &str) {
    match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

/// In lower case. What stands in quotes is one, blanks and all.
fn words(body: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in body.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_lowercase());
        } else {
            words.extend(part.split_whitespace().map(str::to_lowercase));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn every(words: &[String]) -> TailFilter {
    let mut texts: Vec<_> = words.iter().map(|word| TailFilter::Text(word.clone())).collect();
    if texts.len() > 1 { TailFilter::Every(texts) } else { texts.pop().unwrap_or_default() }
}

fn pattern(body: &str) -> Option<&str> {
    body.strip_prefix('/')?.strip_suffix('/').filter(|p| !p.is_empty())
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build();
    built.map_err(|e| e.to_string().lines().last().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_matched_plain_by_pattern_and_inverted() {
        let hit = |filter: &str, name: &str| NameFilter::parse(filter).unwrap().matches(&[name]);
        assert!(hit("", "orders.created"));
        assert!(hit("Orders", "orders.created"));
        assert!(!hit("!orders", "orders.created"));
        assert!(hit("/^orders\\.(created|x)$/", "orders.created"));
        assert!(hit("!/^pay/", "orders.created"));
        assert!(NameFilter::parse("/(/").is_err());
    }

    #[test]
    fn the_engine_is_asked_for_the_same() {
        let asked = |text: &str| NameFilter::parse(text).unwrap().asked();
        let text = |text: &str| TailFilter::Text(text.into());
        assert_eq!((asked(""), asked("!"), asked("Paid")), (TailFilter::All, TailFilter::All, text("paid")));
        let both = TailFilter::Every(vec![text("paid"), text("cli 3")]);
        assert_eq!(asked("paid \"CLI 3\""), both);
        assert_eq!(asked("!paid \"CLI 3\""), TailFilter::Not(Box::new(both)));
    }

    #[test]
    fn words_are_found_each_in_any_cell_quotes_hold_them_together_and_a_pattern_goes_over_all() {
        let cells = ["PAY-17", "failed", "orange money", "CLI-3"];
        let hit = |filter: &str| NameFilter::parse(filter).unwrap().matches(&cells);
        for filter in
            ["failed orange", " money  FAILED ", "\"orange money\" failed", "/failed.*orange/", "/^PAY-17 failed/", "!failed wave"]
        {
            assert!(hit(filter), "{filter}");
        }
        for filter in ["failed wave", "\"failed orange\"", "/failed.*PAY/", "!failed orange", "!/failed.*orange/", "\"money orange"]
        {
            assert!(!hit(filter), "{filter}");
        }
        for nothing in [" ", "!", "\"", "\"\""] {
            assert!(NameFilter::parse(nothing).unwrap().is_all(), "{nothing}");
        }
    }

    proptest! {
        /// In whatever cells the words stand, and in whatever order they are typed.
        #[test]
        fn a_row_that_has_all_the_words_is_found(
            (cells, typed) in proptest::collection::vec("[a-zA-Z0-9_-]{1,6}", 1..5)
                .prop_flat_map(|cells| (Just(cells.clone()), Just(cells).prop_shuffle())),
        ) {
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let typed = typed.join(" ").to_uppercase();
            let hit = |filter: String| NameFilter::parse(&filter).unwrap().matches(&cells);
            prop_assert_eq!((hit(format!("!{typed}")), hit(format!("{typed} nowhere"))), (false, false));
            prop_assert!(hit(typed));
        }
    }

    #[test]
    fn a_tail_filter_is_told_by_its_first_characters() {
        assert_eq!(parse_tail(""), Ok(TailFilter::All));
        assert_eq!(parse_tail("key:o-17"), Ok(TailFilter::Key("o-17".into())));
        let field = TailFilter::Field { path: "address.district".into(), value: "Kaloum".into() };
        assert_eq!(parse_tail(".address.district=Kaloum"), Ok(field));
        assert_eq!(parse_tail("!/a+/"), Ok(TailFilter::Not(Box::new(TailFilter::Regex("a+".into())))));
        assert_eq!(parse_tail("momo paid"), Ok(TailFilter::Text("momo paid".into())), "as it stands");
        assert_eq!(parse_tail("momo"), Ok(TailFilter::Text("momo".into())));
        assert!(parse_tail("/[/").is_err());
    }
}
