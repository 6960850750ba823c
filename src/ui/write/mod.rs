//! Writes what a list shows to a file: records as NDJSON, any other table as CSV with raw figures. Never over a file that is there.

mod csv;
mod ndjson;

use super::line::LineEdit;
use super::list::{Rows, ordered};
use super::panels::{FollowRows, PanelId, TailRows};
use super::state::{Layer, Prompt, UiState};
use super::time::file_stamp;
use super::update::{Effect, Ui};
use super::widgets::ink::Ctx;
use super::widgets::table::{Column, Width};
use crate::snapshot::View;
use crate::text::{Word, word};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// So wide a cell is told where its column takes what the others leave.
const WIDE: u16 = 4_000;

/// What is to be written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub path: PathBuf,
    pub text: String,
    pub rows: usize,
}

impl Export {
    /// Writes a new file; returns its whole path.
    ///
    /// # Errors
    /// The file is there already, or cannot be made.
    pub fn write(&self) -> io::Result<PathBuf> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            // Records name persons: they are not for everybody who has an account here.
            options.mode(0o600);
        }
        let mut file = options.open(&self.path)?;
        file.write_all(self.text.as_bytes())?;
        file.sync_all()?;
        self.path.canonicalize()
    }

    /// What the person is told of it.
    pub fn told(&self, done: &io::Result<PathBuf>) -> String {
        let shown = |path: &Path| crate::text::visible(&path.display().to_string()).into_owned();
        match done {
            Ok(path) => format!("{} {} {}", crate::text::count(self.rows as u64), word(Word::Wrote), shown(path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                format!("{} {}", shown(&self.path), word(Word::FileThere))
            }
            Err(error) => format!("{} {}: {error}", word(Word::CannotWrite), shown(&self.path)),
        }
    }
}

impl Ui {
    /// Asks where to write what the list shows.
    pub(super) fn open_write(&mut self) {
        let panel = self.state.focused_panel();
        if self.place(panel).is_none() {
            self.say(word(Word::NothingToWrite).to_owned());
            return;
        }
        let line = LineEdit::new(&suggested(&self.state, panel));
        self.state.layers.push(Layer::Prompt { prompt: Prompt::Write(panel), line });
    }

    pub(super) fn write(&mut self, panel: PanelId, path: &str) {
        let Some((text, rows)) = text_of(&self.shown(), &self.state, panel) else { return };
        let path = placed(Path::new(path.trim()), &self.state.look.save_dir);
        self.effects.push(Effect::Write(Export { path, text, rows }));
    }
}

/// A bare name lies where saved screens lie; one with a folder is taken as it is.
fn placed(path: &Path, folder: &Path) -> PathBuf {
    if path.parent().is_some_and(|parent| parent.as_os_str().is_empty()) { folder.join(path) } else { path.to_owned() }
}

/// A name that says what it is and when it was.
fn suggested(state: &UiState, panel: PanelId) -> String {
    let (name, ending) = match panel {
        PanelId::Tail => (state.topic.as_deref().unwrap_or("records").to_owned(), "ndjson"),
        PanelId::Follow => {
            let key = state.follow.as_ref().map(|f| crate::text::visible_bytes(&f.key.bytes)).unwrap_or_default();
            (format!("follow-{key}"), "ndjson")
        }
        panel => (format!("{panel:?}").to_lowercase(), "csv"),
    };
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).take(80).collect();
    format!("{plain}-{}.{ending}", file_stamp(state, state.live_at))
}

/// The text, and how many rows are in it.
fn text_of(view: &View, state: &UiState, panel: PanelId) -> Option<(String, usize)> {
    let mut out = String::new();
    let rows = match panel {
        PanelId::Tail => {
            let rows = ordered::<TailRows>(view, state);
            rows.iter().for_each(|row| ndjson::line(&mut out, row));
            rows.len()
        }
        PanelId::Follow => {
            let rows = ordered::<FollowRows>(view, state);
            rows.iter().for_each(|row| ndjson::line(&mut out, &row.record));
            rows.len()
        }
        panel => return Some((panel.list()?.csv)(view, state)),
    };
    Some((out, rows))
}

/// A list as CSV, in its order and under its filter, and how many rows it has.
pub fn csv_of<L: Rows>(view: &View, state: &UiState) -> (String, usize) {
    let ctx = Ctx { view, state };
    let rows = ordered::<L>(view, state);
    let mut out = String::new();
    csv::line(&mut out, L::in_a_file().iter().flat_map(headings));
    for row in &rows {
        let fields: Vec<String> = L::in_a_file().iter().flat_map(|column| fields(column, row, ctx)).collect();
        csv::line(&mut out, fields.iter().map(String::as_str));
    }
    (out, rows.len())
}

fn headings<R: 'static>(column: &Column<R>) -> Vec<&'static str> {
    column.file.map_or_else(|| vec![column.id], |fields| fields.iter().map(|(heading, _)| *heading).collect())
}

/// What a column says of a row; what is not known is empty.
fn fields<R: 'static>(column: &Column<R>, row: &R, ctx: Ctx) -> Vec<String> {
    let Some(raw) = column.file else {
        let shown = (column.cell)(row, ctx, room(column)).text;
        let shown = shown.trim();
        return vec![if shown == word(Word::NotKnown) { String::new() } else { shown.to_owned() }];
    };
    raw.iter().map(|(_, value)| value(row, ctx).unwrap_or_default()).collect()
}

fn room<R: 'static>(column: &Column<R>) -> u16 {
    match column.width {
        Width::Fixed(cells) => cells,
        Width::Content { most, .. } => most,
        Width::Rest { .. } => WIDE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_goes_to_the_save_folder_and_a_name_with_a_folder_stays() {
        let placed = |path: &str| placed(Path::new(path), Path::new("/var/shots")).display().to_string();
        assert_eq!(placed("orders.csv"), "/var/shots/orders.csv");
        assert_eq!(["./orders.csv", "../a/b.csv", "/tmp/b.csv", ""].map(placed), ["./orders.csv", "../a/b.csv", "/tmp/b.csv", ""]);
    }

    #[test]
    fn a_file_that_is_there_is_not_written_over() {
        let folder = std::env::temp_dir().join(format!("vigie-write-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let export = Export { path: folder.join("a.csv"), text: "a\r\n".into(), rows: 1 };
        let done = export.write();
        assert!(export.told(&done).contains("a.csv"), "{done:?}");
        let other = Export { text: "b\r\n".into(), ..export.clone() };
        let again = other.write();
        assert!(other.told(&again).contains(word(Word::FileThere)));
        assert_eq!(std::fs::read_to_string(&export.path).unwrap(), "a\r\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&export.path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
