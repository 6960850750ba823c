//! What a person types after `/`: plain text, `/re/`, `key:`, `.field=value`, and `!` in front to invert.

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
    /// In lower case.
    Plain(String),
    Pattern(Regex),
}

impl NameFilter {
    /// The error is the regex crate's, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (inverted, body) = invert(text);
        let test = match pattern(body) {
            _ if body.is_empty() => Test::All,
            Some(pattern) => Test::Pattern(compile(pattern)?),
            None => Test::Plain(body.to_lowercase()),
        };
        Ok(Self { text: text.into(), inverted, test })
    }

    /// The same, for the engine to look by.
    pub fn asked(&self) -> TailFilter {
        let test = match &self.test {
            Test::All => return TailFilter::All,
            Test::Plain(plain) => TailFilter::Text(plain.clone()),
            Test::Pattern(regex) => TailFilter::Regex(regex.as_str().to_owned()),
        };
        if self.inverted { TailFilter::Not(Box::new(test)) } else { test }
    }

    pub fn is_all(&self) -> bool {
        matches!(self.test, Test::All)
    }

    /// True when one of the texts matches (or none, inverted).
    pub fn matches(&self, texts: &[&str]) -> bool {
        let hit = match &self.test {
            Test::All => return true,
            Test::Plain(plain) => texts.iter().any(|t| t.to_lowercase().contains(plain)),
            Test::Pattern(regex) => texts.iter().any(|t| regex.is_match(t)),
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
    fn a_tail_filter_is_told_by_its_first_characters() {
        assert_eq!(parse_tail(""), Ok(TailFilter::All));
        assert_eq!(parse_tail("key:o-17"), Ok(TailFilter::Key("o-17".into())));
        let field = TailFilter::Field { path: "address.district".into(), value: "Kaloum".into() };
        assert_eq!(parse_tail(".address.district=Kaloum"), Ok(field));
        assert_eq!(parse_tail("!/a+/"), Ok(TailFilter::Not(Box::new(TailFilter::Regex("a+".into())))));
        assert_eq!(parse_tail("momo"), Ok(TailFilter::Text("momo".into())));
        assert!(parse_tail("/[/").is_err());
    }
}
