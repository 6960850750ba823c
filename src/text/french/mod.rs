//! What a reason says in French, built as the English is: the evidence first, and a fact that is missing leaves its words out.
//! Kafka's own terms stay (topic, partition, offset, lag, commit, broker); a record is a `message`, as people say.

mod business;
mod link;
mod remedies;
mod rules;
mod short;
mod states;
#[cfg(test)]
mod tests;

pub(super) use remedies::remedy;
pub(super) use short::{pieces, state};

use super::facts::Facts;
use crate::model::{Fact, Reason};

/// The narrow space that keeps a sign of two parts (`: ; ? !`) beside its word.
pub(super) const COLON: &str = "\u{202f}: ";

pub(super) fn sentence(reason: &Reason) -> String {
    let facts = Facts(reason);
    let mut said =
        rules::say(&facts).or_else(|| business::say(&facts)).or_else(|| states::say(&facts)).unwrap_or_else(|| link::say(&facts));
    said.push_str(&facts.part(", rétabli depuis ", "gone_s", ""));
    if let Some(eased) = facts.told("eased_s") {
        let to = facts.told("eased_to").map_or_else(|| "en baisse".into(), |figure| format!("revenu à {figure}"));
        said.push_str(&format!(", {to} depuis {eased}"));
    }
    said.push_str(&facts.part(" (non jugé depuis ", "unjudged_s", ")"));
    match facts.told("subject") {
        Some(subject) => format!("{subject}{COLON}{said}"),
        None => said,
    }
}

impl Facts<'_> {
    fn since(&self) -> String {
        self.part(" depuis ", "for_s", "")
    }

    /// Up to two is singular in French: `0 message`, `1 message`, `2 messages`.
    fn number(&self, name: &str, one: &str, many: &str) -> String {
        match self.0.fact(name) {
            Some(Fact::Count(n)) if *n < 2 => format!("{n} {one}"),
            Some(Fact::Count(n)) => format!("{} {many}", super::count(*n)),
            _ => many.into(),
        }
    }
}
