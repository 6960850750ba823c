//! Files that people write for the screens: keys, themes, commands. TOML, and what is wrong is told with its line.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong with such a file, where, and what would be right.
#[derive(Debug, Error)]
pub enum FileError {
    #[error("{}:{line}: {what}", file.display())]
    Wrong { file: PathBuf, line: usize, what: String },
    #[error("cannot read {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
}

/// A line of such a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub file: Arc<Path>,
    pub line: usize,
}

impl Place {
    pub fn wrong(&self, what: String) -> FileError {
        FileError::Wrong { file: self.file.to_path_buf(), line: self.line, what }
    }
}

/// A file's text, to be taken apart.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub file: &'a Path,
    pub text: &'a str,
}

impl<'a> Source<'a> {
    pub fn table(self) -> Result<DeTable<'a>, FileError> {
        let parsed = DeTable::parse(self.text).map_err(|error| self.wrong(error.span().unwrap_or_default(), error.message()))?;
        Ok(parsed.into_inner())
    }

    pub fn sub_table<'t>(
        self,
        key: &Spanned<impl AsRef<str>>,
        value: &'t Spanned<DeValue<'a>>,
    ) -> Result<&'t DeTable<'a>, FileError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.wrong(value.span(), &format!("`{}` is a table", key.get_ref().as_ref()))),
        }
    }

    /// A text, or a list of them.
    pub fn texts(self, key: &Spanned<impl AsRef<str>>, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, FileError> {
        let one = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        };
        let all = match value.get_ref() {
            DeValue::Array(values) => values.iter().map(one).collect(),
            _ => one(value).map(|text| vec![text]),
        };
        all.ok_or_else(|| self.wrong(value.span(), &format!("`{}` is a text or a list of texts", key.get_ref().as_ref())))
    }

    pub fn place(self, span: &Range<usize>) -> Place {
        Place { file: self.file.into(), line: self.line(span) }
    }

    pub fn line(self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|b| *b == b'\n').count()
    }

    pub fn wrong(self, span: Range<usize>, what: &str) -> FileError {
        FileError::Wrong { file: self.file.into(), line: self.line(&span), what: what.to_owned() }
    }
}
