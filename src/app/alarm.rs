//! What a dashboard keeps of alerts, and where it sends them.

use super::log;
use super::setup::{self, SessionConfig};
use crate::alarm::{DeskConfig, OutletConfig};
use crate::config::{Config, ConfigError};
use crate::rules::RulesConfig;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// `kept`: between two starts, in the state folder. `send`: to the outlets of the configuration.
pub fn equip(session: &mut SessionConfig, config: &Config, kept: bool, send: bool) -> Result<()> {
    let outlets: Vec<OutletConfig> = if send { outlets(config)? } else { Vec::new() };
    let folder = kept.then(|| setup::state_folder().join("alerts"));
    session.folders.extend(folder.iter().cloned().chain(log::file().map(folder_of)));
    let rules: RulesConfig = config.rules()?;
    session.alarm = DeskConfig { folder, outlets, behind_s: rules.viewer.behind_s, ..DeskConfig::default() };
    Ok(())
}

fn outlets(config: &Config) -> Result<Vec<OutletConfig>> {
    let outlets: Vec<OutletConfig> = config.outlets()?;
    let wrong = |what: String| ConfigError::File { file: config.file.clone(), line: config.outlets_line(), what };
    if outlets.is_empty() {
        return Err(wrong("--send-alerts: no [[outlets]] is named; see docs/alerts.md".into()).into());
    }
    for (at, outlet) in outlets.iter().enumerate() {
        if outlets.iter().take(at).any(|other| other.name == outlet.name) {
            return Err(wrong(format!("two outlets are called {}: give one another `name`", outlet.name)).into());
        }
    }
    Ok(outlets)
}

/// What `vigie config` says of the outlets: where they go, not how.
pub fn shown(config: &Config) -> Result<Vec<String>> {
    let outlets: Vec<OutletConfig> = config.outlets()?;
    Ok(outlets.iter().map(|o| format!("{} ({})", crate::text::visible(&o.name), o.target.kind())).collect())
}

/// The folder of a file that is written to.
pub fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
