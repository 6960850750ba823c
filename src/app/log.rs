//! vigie's own log: to the file that was named, else to stderr where nothing is drawn on it and somebody reads it; and its newest
//! lines in memory, for the screen.

use crate::model::{Journal, Level, Timestamp};
use anyhow::{Context, Result};
use std::fmt::{self, Write};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::{Context as In, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

static JOURNAL: LazyLock<Arc<Journal>> = LazyLock::new(Arc::default);

static FILE: OnceLock<PathBuf> = OnceLock::new();

/// The file that the log is written to; `None`: none was named.
pub fn file() -> Option<&'static Path> {
    FILE.get().map(PathBuf::as_path)
}

/// The newest lines.
pub fn journal() -> Arc<Journal> {
    Arc::clone(&JOURNAL)
}

pub fn start(level: &str, file: Option<&Path>, quiet: bool) -> Result<()> {
    start_as(level, file, quiet, false)
}

/// `json`: each line an object, for whoever collects logs.
pub fn start_as(level: &str, file: Option<&Path>, quiet: bool, json: bool) -> Result<()> {
    let filter =
        EnvFilter::try_new(level).with_context(|| format!("--log {level}: a level is error, warn, info, debug or trace"))?;
    let to: Option<BoxMakeWriter> = match file {
        Some(path) => {
            let to = BoxMakeWriter::new(Mutex::new(append(path)?));
            FILE.get_or_init(|| path.to_path_buf());
            Some(to)
        }
        None if quiet => None,
        None => Some(BoxMakeWriter::new(std::io::stderr)),
    };
    let written = to.map(|to| {
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(to).log_internal_errors(false);
        if json { lines.json().boxed() } else { lines.boxed() }
    });
    tracing_subscriber::registry().with(filter).with(written).with(InMemory(journal())).init();
    Ok(())
}

fn append(path: &Path) -> Result<std::fs::File> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.with_context(|| format!("cannot write the log to {}", path.display()))
}

struct InMemory(Arc<Journal>);

impl<S: Subscriber> Layer<S> for InMemory {
    fn on_event(&self, event: &Event<'_>, _: In<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = match *event.metadata().level() {
            tracing::Level::ERROR => Level::Critical,
            tracing::Level::WARN => Level::Warning,
            _ => Level::Healthy,
        };
        let from = event.metadata().target().trim_start_matches("vigie::");
        self.0.write(Timestamp::now(), level, from, &line.text());
    }
}

/// An event's message, and after it its fields.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn text(&self) -> String {
        let gap = if self.message.is_empty() || self.fields.is_empty() { "" } else { "  " };
        format!("{}{gap}{}", self.message, self.fields.trim_end())
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, "{name}={value:?} "),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_message_its_fields_and_who_said_it() {
        let journal = Arc::new(Journal::default());
        let subscriber = tracing_subscriber::registry().with(InMemory(Arc::clone(&journal)));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "vigie::kafka::tail", partition = 3, error = %"gone", "a partition is not read");
            tracing::info!("started");
        });
        let lines = journal.lines();
        assert_eq!((lines[1].level, lines[1].from.as_ref()), (Level::Warning, "kafka::tail"));
        assert_eq!(lines[1].text.as_ref(), "a partition is not read  partition=3 error=gone");
        assert_eq!((lines[0].level, lines[0].text.as_ref()), (Level::Healthy, "started"));
    }
}
