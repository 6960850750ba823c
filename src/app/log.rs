//! vigie's own log: to the file that was named, else to stderr where nothing is drawn on it and somebody reads it.

use anyhow::{Context, Result};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

pub fn start(level: &str, file: Option<&Path>, quiet: bool) -> Result<()> {
    let filter =
        EnvFilter::try_new(level).with_context(|| format!("--log {level}: a level is error, warn, info, debug or trace"))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    match file {
        Some(path) => {
            let file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .with_context(|| format!("cannot write the log to {}", path.display()))?;
            lines.with_writer(Mutex::new(file)).init();
        }
        None if quiet => {}
        None => lines.with_writer(std::io::stderr).init(),
    }
    Ok(())
}
