//! The person's own themes: TOML files in a folder, read again when they change while the program runs.

use super::Theme;
use crate::ui::file::FileError;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Between two looks at the files.
const PERIOD: Duration = Duration::from_secs(1);

/// When a file was written, and how long it is.
type Stamp = (Option<SystemTime>, u64);

/// Where own themes are, and which of them were seen.
#[derive(Debug, Default)]
pub struct Shelf {
    folder: Option<PathBuf>,
    /// A theme that was named by its path.
    file: Option<PathBuf>,
    seen: HashMap<PathBuf, Stamp>,
    looked_at: Option<Instant>,
}

impl Shelf {
    pub fn new(folder: Option<PathBuf>, file: Option<PathBuf>) -> Self {
        Self { folder, file, ..Self::default() }
    }

    /// What is new or has changed since the last look, a second ago or more: the theme, or why it cannot be used. The first look
    /// sees everything.
    pub fn news(&mut self, now: Instant) -> Vec<Result<Theme, FileError>> {
        if self.looked_at.is_some_and(|at| now.saturating_duration_since(at) < PERIOD) {
            return Vec::new();
        }
        self.looked_at = Some(now);
        let mut news = Vec::new();
        for path in self.folder.as_deref().map(themes_in).unwrap_or_default().into_iter().chain(self.file.clone()) {
            // A file that is gone leaves its theme as it was; one that cannot be read says so when it is opened.
            let Ok(meta) = std::fs::metadata(&path) else { continue };
            let stamp = (meta.modified().ok(), meta.len());
            if self.seen.insert(path.clone(), stamp) != Some(stamp) {
                news.push(Theme::read(&path));
            }
        }
        news
    }
}

/// The TOML files of a folder, by name. A folder that is not there has none.
pub fn themes_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::{Role, SHIPPED};
    use ratatui::style::Color;

    #[test]
    fn a_changed_file_is_read_again_and_a_broken_one_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.toml");
        let mut shelf = Shelf::new(Some(folder.path().into()), None);
        let mut now = Instant::now();
        assert!(shelf.news(now).is_empty(), "nothing is there yet");
        let mut next = |text: Option<&str>| {
            if let Some(text) = text {
                std::fs::write(&file, text).unwrap();
            }
            now += PERIOD;
            (shelf.news(now), shelf.news(now).len())
        };
        let (news, again) = next(Some("base = \"vigie\"\nok = { fg = \"#00ff00\" }"));
        assert_eq!((news[0].as_ref().unwrap().style(Role::Ok).fg, again), (Some(Color::Rgb(0, 255, 0)), 0));
        assert!(next(None).0.is_empty(), "unchanged");
        let (news, _) = next(Some("base = \"vigie\"\n\nok = { fg = \"grün\" }"));
        let error = news[0].as_ref().unwrap_err().to_string();
        assert!(error.contains("mine.toml:3: \"grün\" is no colour"), "{error}");
        std::fs::remove_file(&file).unwrap();
        assert!(next(None).0.is_empty());
    }

    #[test]
    fn a_theme_named_by_its_path_is_watched_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("other.toml");
        std::fs::write(&file, SHIPPED[0].1).unwrap();
        let mut shelf = Shelf::new(None, Some(file));
        assert_eq!(shelf.news(Instant::now())[0].as_ref().unwrap().name, "other");
    }
}
