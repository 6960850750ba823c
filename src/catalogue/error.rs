use std::ops::Range;
use thiserror::Error;

/// A mistake in a catalogue's file: where it is, what is wrong, and what would be right.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{origin}, line {line}{}: {problem}{}", quoted(key), advice(remedy))]
pub struct CatalogueError {
    /// The file.
    pub origin: String,
    /// From 1.
    pub line: usize,
    /// The key or value that is wrong; empty where the file's syntax is.
    pub key: String,
    pub problem: String,
    /// What would be right; empty where `problem` says it.
    pub remedy: String,
}

fn quoted(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(", `{key}`") }
}

fn advice(remedy: &str) -> String {
    if remedy.is_empty() { String::new() } else { format!("; {remedy}") }
}

/// Makes the errors of one file.
pub(super) struct Source<'a> {
    pub text: &'a str,
    pub origin: &'a str,
}

impl Source<'_> {
    pub fn error(&self, at: Range<usize>, key: &str, problem: impl Into<String>, remedy: impl Into<String>) -> CatalogueError {
        CatalogueError {
            origin: self.origin.to_owned(),
            line: self.line(at.start),
            key: key.to_owned(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// What the TOML reader found wrong: syntax, an unknown key, a value of another type.
    pub fn refused(&self, found: &toml::de::Error) -> CatalogueError {
        let at = found.span().unwrap_or(0..0);
        let key = self.text.get(at.clone()).filter(|k| !k.contains('\n') && k.len() <= 60).unwrap_or_default();
        self.error(at, key.trim_matches('"'), found.message().trim().replace('\n', ", "), "")
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|&b| b == b'\n').count()
    }
}
