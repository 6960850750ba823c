//! A reason's facts as words, in the language that is spoken: what the sentences of all languages are made of.

use super::{age_s, bytes, count, duration_ms, duration_s, percent, rate, visible};
use crate::model::{Code, Fact, Reason};

/// A reason's facts as words.
pub struct Facts<'a>(pub &'a Reason);

impl Facts<'_> {
    pub fn told(&self, name: &str) -> Option<String> {
        let fact = self.0.fact(name)?;
        if name.starts_with("threshold") {
            return Some(without_zeros(&self.plain(fact)));
        }
        Some(match (name, fact) {
            ("for_s" | "gone_s" | "eased_s" | "unjudged_s" | "since_s" | "stands_s", Fact::Seconds(s)) if *s < 119.5 => age_s(*s),
            ("text", Fact::Text(text)) => visible(cause(text)).into_owned(),
            (_, fact) => self.plain(fact),
        })
    }

    fn plain(&self, fact: &Fact) -> String {
        match fact {
            Fact::Count(n) => count(*n),
            Fact::Offset(n) => n.to_string(),
            Fact::Millis(ms) => duration_ms(*ms),
            Fact::Seconds(s) => duration_s(*s),
            Fact::Ratio(ratio) => percent(*ratio),
            Fact::PerSecond(r) => format!("{}/s", rate(*r)),
            Fact::Bytes(n) => bytes(*n as f64),
            Fact::At(at) => at.0.to_string(),
            Fact::Text(text) => visible(text).into_owned(),
        }
    }

    /// The reason that stands behind this one.
    pub fn cause(&self) -> Option<Reason> {
        let Some(Fact::Text(name)) = self.0.fact("cause") else { return None };
        Some(Reason { code: Code::of_name(name)?, facts: self.0.facts.clone() })
    }

    /// The fact between two pieces of text; nothing where it is missing.
    pub fn part(&self, before: &str, name: &str, after: &str) -> String {
        self.told(name).map_or_else(String::new, |fact| format!("{before}{fact}{after}"))
    }

    /// The fact, or these words where it is missing.
    pub fn or(&self, name: &str, words: &str) -> String {
        self.told(name).unwrap_or_else(|| words.into())
    }

    /// Topic and partition as `orders/3`.
    /// How many partitions it is about, where it is more than one.
    pub fn several(&self) -> Option<u64> {
        match self.0.fact("partitions") {
            Some(Fact::Count(n)) if *n > 1 => Some(*n),
            _ => None,
        }
    }

    /// How many methods there are beside the one that is named.
    pub fn others(&self) -> Option<u64> {
        match self.0.fact("methods") {
            Some(Fact::Count(n)) if *n > 1 => Some(n - 1),
            _ => None,
        }
    }

    pub fn place(&self, before: &str) -> String {
        match (self.told("topic"), self.told("partition")) {
            (Some(topic), Some(partition)) => format!("{before}{topic}/{partition}"),
            (Some(topic), None) => format!("{before}{topic}"),
            (None, Some(partition)) => format!("{before}partition {partition}"),
            (None, None) => String::new(),
        }
    }
}

/// A threshold was set by a person, who did not write `1.00 %`.
fn without_zeros(figure: &str) -> String {
    [".00 ", ".0 ", ",00 ", ",0 "].iter().fold(figure.to_owned(), |figure, zeros| figure.replacen(zeros, " ", 1))
}

/// The cause at the end of the client library's text: the address before it stands in the sentence already.
fn cause(text: &str) -> &str {
    let after = |start: &str, mark: &str| text.strip_prefix(start)?.split_once(mark).map(|(_, cause)| cause);
    after("Connect to ", " failed: ").or_else(|| after("Failed to resolve ", "': ")).unwrap_or(text)
}
