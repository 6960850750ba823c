//! vigie's own log: to the file that was named, else to stderr where nothing is drawn on it and somebody reads it.

use anyhow::{Context, Result};
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

pub fn start(level: &str, file: Option<&Path>, quiet: bool) -> Result<()> {
    start_as(level, file, quiet, false)
}

/// `json`: each line an object, for whoever collects logs.
pub fn start_as(level: &str, file: Option<&Path>, quiet: bool, json: bool) -> Result<()> {
    let filter =
        EnvFilter::try_new(level).with_context(|| format!("--log {level}: a level is error, warn, info, debug or trace"))?;
    let to: BoxMakeWriter = match file {
        Some(path) => BoxMakeWriter::new(Mutex::new(append(path)?)),
        None if quiet => return Ok(()),
        None => BoxMakeWriter::new(std::io::stderr),
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(to).log_internal_errors(false);
    if json {
        lines.json().init()
    } else {
        lines.init()
    }
    Ok(())
}

fn append(path: &Path) -> Result<std::fs::File> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.with_context(|| format!("cannot write the log to {}", path.display()))
}
