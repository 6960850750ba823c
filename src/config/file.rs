//! The configuration file: top-level settings, `[profiles.NAME]` with the same keys and `properties`, and `[rules]`.

use super::ConfigError;
use super::settings::{Layers, Origin, SETTINGS, setting};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub struct File<'a> {
    path: PathBuf,
    text: &'a str,
    root: DeTable<'a>,
}

impl<'a> File<'a> {
    pub fn parse(path: &Path, text: &'a str) -> Result<Self, ConfigError> {
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, &span));
            ConfigError::File { file: path.into(), line, what: error.message().to_owned() }
        })?;
        Ok(Self { path: path.into(), text, root: root.into_inner() })
    }

    /// The profile to use when none is named.
    pub fn default_profile(&self) -> Result<Option<String>, ConfigError> {
        self.root.get("default_profile").map(|value| self.scalar("default_profile", value)).transpose()
    }

    pub fn profiles(&self) -> Result<Vec<String>, ConfigError> {
        Ok(self.table("profiles")?.map(|t| t.keys().map(|k| k.get_ref().to_string()).collect()).unwrap_or_default())
    }

    /// The top-level settings, then the profile's over them.
    pub fn settings(&self, profile: Option<&str>, into: &mut Layers) -> Result<(), ConfigError> {
        for (key, value) in &self.root {
            match key.get_ref().as_ref() {
                "profiles" | "rules" | "outlets" | "default_profile" | "properties" => {}
                name => self.setting(name, value, key.span(), None, into)?,
            }
        }
        let Some(name) = profile else { return Ok(()) };
        for (key, value) in self.profile(name)? {
            if key.get_ref().as_ref() != "properties" {
                self.setting(key.get_ref(), value, key.span(), Some(name), into)?;
            }
        }
        Ok(())
    }

    /// Kafka properties: `[properties]` for all clusters, then the profile's.
    pub fn properties(&self, profile: Option<&str>) -> Result<Vec<(String, String, Origin)>, ConfigError> {
        let mut out = Vec::new();
        if let Some(table) = self.table("properties")? {
            self.push_properties(table, None, &mut out)?;
        }
        if let Some(name) = profile
            && let Some(value) = self.profile(name)?.get("properties")
        {
            match value.get_ref() {
                DeValue::Table(table) => self.push_properties(table, Some(name), &mut out)?,
                _ => return Err(self.wrong(value.span(), "`properties` is a table of librdkafka properties")),
            }
        }
        Ok(out)
    }

    /// `[rules]` as the rules room reads it.
    pub fn rules(&self) -> Result<Option<toml::Table>, ConfigError> {
        if self.table("rules")?.is_none() {
            return Ok(None);
        }
        Ok(self.whole()?.get("rules").and_then(toml::Value::as_table).cloned())
    }

    /// `[[outlets]]` as the room that sends alerts reads them.
    pub fn outlets(&self) -> Result<Option<toml::Value>, ConfigError> {
        if !self.root.contains_key("outlets") {
            return Ok(None);
        }
        Ok(self.whole()?.get("outlets").cloned())
    }

    fn whole(&self) -> Result<toml::Table, ConfigError> {
        toml::from_str(self.text).map_err(|error| self.wrong(error.span().unwrap_or_default(), error.message()))
    }

    pub fn line_of_key(&self, table: &str) -> usize {
        self.root.iter().find(|(key, _)| key.get_ref().as_ref() == table).map_or(1, |(key, _)| line_of(self.text, &key.span()))
    }

    fn push_properties(
        &self,
        table: &DeTable<'_>,
        profile: Option<&str>,
        out: &mut Vec<(String, String, Origin)>,
    ) -> Result<(), ConfigError> {
        for (key, value) in table {
            out.push((key.get_ref().to_string(), self.scalar(key.get_ref(), value)?, self.origin(key.span(), profile)));
        }
        Ok(())
    }

    fn profile(&self, name: &str) -> Result<&DeTable<'a>, ConfigError> {
        let found = self.table("profiles")?.and_then(|profiles| profiles.get(name));
        match found.map(|value| (value.get_ref(), value.span())) {
            Some((DeValue::Table(table), _)) => Ok(table),
            Some((_, span)) => Err(self.wrong(span, &format!("`profiles.{name}` is a table of settings"))),
            None => Err(ConfigError::NoProfile { file: self.path.clone(), name: name.into(), known: self.profiles()?.join(", ") }),
        }
    }

    fn table(&self, name: &str) -> Result<Option<&DeTable<'a>>, ConfigError> {
        match self.root.get(name).map(|value| (value.get_ref(), value.span())) {
            None => Ok(None),
            Some((DeValue::Table(table), _)) => Ok(Some(table)),
            Some((_, span)) => Err(self.wrong(span, &format!("`{name}` is a table"))),
        }
    }

    fn setting(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        span: Range<usize>,
        profile: Option<&str>,
        into: &mut Layers,
    ) -> Result<(), ConfigError> {
        let Some(known) = setting(key) else {
            let names: Vec<_> = SETTINGS.iter().map(|s| s.key).collect();
            return Err(self.wrong(span, &format!("`{key}` is no setting; there are {}", names.join(", "))));
        };
        let text = self.scalar(key, value)?;
        (known.check)(&text).map_err(|what| self.wrong(value.span(), &format!("`{key}`: {what}")))?;
        into.put(key, text, self.origin(span, profile));
        Ok(())
    }

    fn scalar(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<String, ConfigError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) => Ok(number.as_str().to_owned()),
            DeValue::Float(number) => Ok(number.as_str().to_owned()),
            DeValue::Boolean(yes) => Ok(yes.to_string()),
            _ => Err(self.wrong(value.span(), &format!("`{key}` is a text, a number or true/false"))),
        }
    }

    fn origin(&self, span: Range<usize>, profile: Option<&str>) -> Origin {
        Origin::File { file: self.path.clone(), line: line_of(self.text, &span), profile: profile.map(str::to_owned) }
    }

    fn wrong(&self, span: Range<usize>, what: &str) -> ConfigError {
        ConfigError::File { file: self.path.clone(), line: line_of(self.text, &span), what: what.to_owned() }
    }
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count()
}
