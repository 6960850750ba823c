//! One effective configuration out of defaults < file < environment < flags, every value with its origin.

mod file;
pub mod parse;
mod settings;

pub use settings::{Layers, Origin, SETTINGS, Setting, is_of_cluster};

use file::File;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is wrong with the configuration, where, and what would be right.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}:{line}: {what}", file.display())]
    File { file: PathBuf, line: usize, what: String },
    #[error("{}: {what}", file.display())]
    Properties { file: PathBuf, what: String },
    #[error("cannot read {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
    #[error("{}: no profile `{name}`; there are: {known}", file.display())]
    NoProfile { file: PathBuf, name: String, known: String },
    #[error("profile `{name}` asked for, but there is no configuration file; write {}", file.display())]
    NoFile { file: PathBuf, name: String },
    #[error("{origin}: `{key}`: {what}")]
    Value { origin: String, key: String, what: String },
    #[error("no cluster named: give -b HOST:PORT, or a profile in {}", file.display())]
    NoCluster { file: PathBuf },
    #[error("-X {0}: a property is KEY=VALUE")]
    Property(String),
}

/// Everything that decides how one command runs.
#[derive(Debug)]
pub struct Config {
    /// The file that was read, or would be.
    pub file: PathBuf,
    pub profile: Option<String>,
    pub layers: Layers,
    /// Kafka properties in the order in which they are set: file, environment, `-F`, `-X`.
    pub properties: Vec<(String, String, Origin)>,
    pub rules: Option<toml::Table>,
    rules_line: usize,
    outlets: Option<toml::Value>,
    outlets_line: usize,
    /// The profile hides what is personal, and nothing lifts it.
    pub privacy_forced: bool,
}

/// What the command line brings.
#[derive(Debug, Default)]
pub struct Given {
    pub file: Option<PathBuf>,
    pub profile: Option<String>,
    pub flags: BTreeMap<&'static str, String>,
    pub property_files: Vec<PathBuf>,
    pub properties: Vec<String>,
}

impl Config {
    pub fn load(given: &Given, env: &dyn Fn(&str) -> Option<String>, all_env: &[(String, String)]) -> Result<Self, ConfigError> {
        let path = given.file.clone().unwrap_or_else(default_file);
        let text = read(&path, given.file.is_some())?;
        let mut config = Self {
            file: path.clone(),
            profile: given.profile.clone(),
            layers: Layers::default(),
            properties: Vec::new(),
            rules: None,
            rules_line: 1,
            outlets: None,
            outlets_line: 1,
            privacy_forced: false,
        };
        config.defaults();
        match &text {
            Some(text) => config.take_file(&path, text, given)?,
            None => {
                if let Some(name) = &given.profile {
                    return Err(ConfigError::NoFile { file: path, name: name.clone() });
                }
            }
        }
        let private = config.layers.origin("privacy").cloned().filter(|origin| {
            matches!(origin, Origin::File { profile: Some(_), .. })
                && parse::boolean(config.get("privacy").unwrap_or_default()) == Ok(true)
        });
        config.take_env(env, all_env)?;
        config.take_flags(given)?;
        if let Some(origin) = private {
            config.privacy_forced = true;
            config.layers.put("privacy", "true".into(), origin);
        }
        Ok(config)
    }

    /// The names of the profiles in a file, sorted; none where there is no file.
    ///
    /// # Errors
    /// The file cannot be read or is no TOML.
    pub fn profiles(path: &Path) -> Result<Vec<String>, ConfigError> {
        let Some(text) = read(path, false)? else { return Ok(Vec::new()) };
        File::parse(path, &text)?.profiles()
    }

    fn defaults(&mut self) {
        for setting in SETTINGS {
            if let Some(value) = setting.default {
                self.layers.put(setting.key, value.to_owned(), Origin::Default);
            }
        }
    }

    fn take_file(&mut self, path: &Path, text: &str, given: &Given) -> Result<(), ConfigError> {
        let file = File::parse(path, text)?;
        // Brokers on the command line mean that cluster, not the default profile's secrets and filters.
        if self.profile.is_none() && !given.flags.contains_key("brokers") {
            self.profile = file.default_profile()?;
        }
        file.settings(self.profile.as_deref(), &mut self.layers)?;
        self.properties = file.properties(self.profile.as_deref())?;
        self.rules = file.rules()?;
        self.rules_line = file.line_of_key("rules");
        self.outlets = file.outlets()?;
        self.outlets_line = file.line_of_key("outlets");
        Ok(())
    }

    fn take_env(&mut self, env: &dyn Fn(&str) -> Option<String>, all: &[(String, String)]) -> Result<(), ConfigError> {
        for setting in SETTINGS {
            if let Some(value) = env(setting.env) {
                let origin = Origin::Env(setting.env.to_owned());
                check(setting, &value, &origin)?;
                self.layers.put(setting.key, value, origin);
            }
        }
        for (name, value) in all {
            if let Some(key) = name.strip_prefix("VIGIE_KAFKA_") {
                let key = key.to_ascii_lowercase().replace('_', ".");
                self.properties.push((key, value.clone(), Origin::Env(name.clone())));
            }
        }
        Ok(())
    }

    fn take_flags(&mut self, given: &Given) -> Result<(), ConfigError> {
        for (key, value) in &given.flags {
            if let Some(setting) = settings::setting(key) {
                check(setting, value, &Origin::Flag)?;
            }
            self.layers.put(key, value.clone(), Origin::Flag);
        }
        for path in &given.property_files {
            let text = read(path, true)?.unwrap_or_default();
            let pairs = crate::kafka::parse_properties_file(&text)
                .map_err(|error| ConfigError::Properties { file: path.clone(), what: error.to_string() })?;
            for (key, value) in pairs {
                self.properties.push((key, value, Origin::Properties(path.clone())));
            }
        }
        for text in &given.properties {
            let (key, value) = text.split_once('=').ok_or_else(|| ConfigError::Property(text.clone()))?;
            self.properties.push((key.trim().to_owned(), value.to_owned(), Origin::Flag));
        }
        Ok(())
    }

    /// A file in the configuration folder, where there is one of that name.
    pub fn beside(&self, name: &str) -> Option<PathBuf> {
        Some(self.file.parent()?.join(name)).filter(|path| path.exists())
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.layers.get(key)
    }

    /// A value that [`SETTINGS`] has already checked.
    pub fn parsed<T>(&self, key: &str, parse: fn(&str) -> Result<T, String>) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        parse(value).map(Some).map_err(|what| self.wrong(key, what))
    }

    /// What is wrong with a value, at the place where it was given.
    pub fn wrong(&self, key: &str, what: String) -> ConfigError {
        let origin = self.layers.origin(key).map(ToString::to_string).unwrap_or_default();
        ConfigError::Value { origin, key: key.to_owned(), what }
    }

    /// The rules' thresholds, checked by the rules room.
    pub fn rules<T: serde::de::DeserializeOwned + Default>(&self) -> Result<T, ConfigError> {
        let Some(table) = &self.rules else { return Ok(T::default()) };
        T::deserialize(table.clone()).map_err(|error| ConfigError::File {
            file: self.file.clone(),
            line: self.rules_line,
            what: format!("[rules]: {}", error.message()),
        })
    }
}

impl Config {
    /// The `[[outlets]]`, checked by the room that sends to them.
    pub fn outlets<T: serde::de::DeserializeOwned + Default>(&self) -> Result<T, ConfigError> {
        let Some(list) = &self.outlets else { return Ok(T::default()) };
        T::deserialize(list.clone()).map_err(|error| ConfigError::File {
            file: self.file.clone(),
            line: self.outlets_line,
            what: format!("[[outlets]]: {}", error.message()),
        })
    }

    pub fn outlets_line(&self) -> usize {
        self.outlets_line
    }
}

fn check(setting: &Setting, value: &str, origin: &Origin) -> Result<(), ConfigError> {
    (setting.check)(value).map_err(|what| ConfigError::Value { origin: origin.to_string(), key: setting.key.to_owned(), what })
}

/// A file that must be there, or one that may be.
fn read(path: &Path, must: bool) -> Result<Option<String>, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must => Ok(None),
        Err(source) => Err(ConfigError::Unreadable { file: path.into(), source }),
    }
}

/// `config.toml` in the person's configuration folder.
pub fn default_file() -> PathBuf {
    use etcetera::BaseStrategy;
    etcetera::choose_base_strategy()
        .map(|folders| folders.config_dir())
        .unwrap_or_else(|_| PathBuf::from("."))
        .join("vigie")
        .join("config.toml")
}

#[cfg(test)]
mod tests;
