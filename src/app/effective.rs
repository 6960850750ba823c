//! `vigie config`: the effective configuration, each value with where it comes from; secrets are not shown.

use super::{DONE, setup, tell};
use crate::cli::Run;
use crate::config::{Config, SETTINGS};
use crate::kafka;
use crate::rules::RulesConfig;
use crate::text;
use anyhow::Result;
use std::path::PathBuf;

pub fn run(file: Option<PathBuf>, args: &Run) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.overrides())?;
    let found = if config.file.exists() { "" } else { " (not there)" };
    tell(&format!("# file: {}{found}", config.file.display()));
    if let Some(profile) = &config.profile {
        tell(&format!("# profile: {profile}"));
    }
    settings(&config);
    properties(&config);
    rules(&config)?;
    let outlets = super::alarm::shown(&config)?;
    if !outlets.is_empty() {
        tell(&format!("\n# [[outlets]], used with --send-alerts: {}", outlets.join(", ")));
    }
    Ok(DONE)
}

fn settings(config: &Config) {
    for setting in SETTINGS {
        match (config.get(setting.key), config.layers.origin(setting.key)) {
            (Some(value), Some(origin)) => {
                // A command that fetches a token may well hold a password.
                let shown = match setting.key {
                    "token_command" => "********".to_owned(),
                    "cache" => super::cache::shown(value),
                    _ => value.to_owned(),
                };
                tell(&format!("{:18} = {:24} # {origin}", setting.key, quoted(&shown)));
            }
            _ => tell(&format!("# {:16} : {}", setting.key, setting.help)),
        }
    }
}

fn properties(config: &Config) {
    if config.properties.is_empty() {
        return;
    }
    tell("\n[properties]");
    for (key, value, origin) in &config.properties {
        tell(&format!("{:32} = {:24} # {origin}", format!("\"{key}\""), quoted(kafka::redacted(key, value))));
    }
}

fn rules(config: &Config) -> Result<()> {
    let rules: RulesConfig = config.rules()?;
    tell("\n[rules]");
    tell(toml::to_string(&rules)?.trim_end());
    Ok(())
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", text::visible(value))
}
