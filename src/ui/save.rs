//! What shall be kept for the post-mortem? The screen as a picture and as text, and the JSON of the same moment beside them.

use super::draw::draw;
use super::state::{Screen, UiState};
use super::svg;
use crate::model::Timestamp;
use crate::snapshot::View;
use crate::text::{Word, escaped_json, labelled, visible, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum SaveError {
    #[error("{}: {source}", file.display())]
    Write { file: PathBuf, source: io::Error },
    #[error("the picture cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// So often is one screen of one moment saved.
const MOST: u32 = 99;

/// A screen as it stood, to be written.
pub struct Shot {
    name: String,
    /// By the endings of their files.
    texts: [(&'static str, String); 3],
}

impl Shot {
    /// # Errors
    /// The picture is no JSON.
    pub fn take(view: &View, state: &UiState, size: (u16, u16)) -> Result<Self, SaveError> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        draw(view, state, &mut buffer);
        let json = escaped_json(&serde_json::to_string(&*view.snapshot)?).into_owned() + "\n";
        let name = name(&view.snapshot.source.name, view.snapshot.taken_at, state.screen);
        Ok(Self { name, texts: [("svg", svg::picture(&buffer)), ("txt", svg::text(&buffer)), ("json", json)] })
    }

    /// Writes `vigie-CLUSTER-TIME-SCREEN.svg`, `.txt` and `.json` into `folder`; the whole path without its ending. A file that is there is
    /// not written over: the next ones have a number. All three are there, or none.
    ///
    /// # Errors
    /// The folder takes no file.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, SaveError> {
        let folder = whole(folder);
        let mut tried = 1;
        loop {
            let base = folder.join(if tried == 1 { self.name.clone() } else { format!("{}-{tried}", self.name) });
            match write_all(&base, &self.texts) {
                Err(SaveError::Write { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists && tried < MOST => tried += 1,
                done => return done.map(|()| base),
            }
        }
    }
}

/// Told so, a path is found from anywhere. It stays as it is where nobody knows the folder that it starts from.
fn whole(folder: &Path) -> PathBuf {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}

/// Where one cannot be written, those before it are taken away again.
fn write_all(base: &Path, texts: &[(&str, String)]) -> Result<(), SaveError> {
    let mut written = Vec::new();
    for (ending, text) in texts {
        let mut file = base.as_os_str().to_owned();
        // The name may hold dots: `with_extension` would cut them.
        file.push(format!(".{ending}"));
        let file = PathBuf::from(file);
        if let Err(source) = write(&file, text) {
            written.iter().for_each(|file| drop(std::fs::remove_file(file)));
            return Err(SaveError::Write { file, source });
        }
        written.push(file);
    }
    Ok(())
}

/// Where it is, or why not.
pub fn told(saved: Result<&Path, &SaveError>) -> String {
    let said = match saved {
        Ok(base) => labelled(word(Word::SavedAs), &format!("{}.svg .txt .json", base.display())),
        Err(error) => labelled(word(Word::NotSaved), &format!("{error} → {}", word(Word::SaveElsewhere))),
    };
    visible(&said).into_owned()
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // What stands on the screen is not for everybody who has an account here.
        options.mode(0o600);
    }
    let mut open = options.open(file)?;
    let written = open.write_all(text.as_bytes());
    if written.is_err() {
        // It is ours, and holds a part: the error that is told is why.
        let _ = std::fs::remove_file(file);
    }
    written
}

/// `vigie-prod-conakry-20261126T080155123Z-topic`
fn name(cluster: &str, at: Timestamp, screen: Screen) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let cluster: String = cluster.chars().take(40).map(safe).collect();
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    let screen = format!("{screen:?}").to_lowercase();
    format!("vigie-{cluster}-{}{:03}Z-{screen}", moment.strftime("%Y%m%dT%H%M%S"), at.0.rem_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::speaking;

    #[test]
    fn a_name_says_which_cluster_and_when_and_leaves_its_folder_for_nothing() {
        let name = |cluster, at, screen| name(cluster, Timestamp(at), screen);
        assert_eq!(name("prod-conakry", 1_768_485_737_017, Screen::Topic), "vigie-prod-conakry-20260115T140217017Z-topic");
        assert_eq!(name("../../etc/x y", 0, Screen::Overview), "vigie-------etc-x-y-19700101T000000000Z-overview");
    }

    #[test]
    fn the_path_that_is_told_is_a_whole_one() {
        let here = std::env::current_dir().unwrap();
        assert_eq!([whole(Path::new(".")), whole(Path::new("./shots"))], [here.clone(), here.join("shots")]);
        let told = speaking(crate::text::Language::English, || told(Ok(&whole(Path::new(".")).join("vigie-demo"))));
        assert_eq!(told, format!("saved: {}/vigie-demo.svg .txt .json", here.display()));
    }

    #[test]
    fn a_set_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("a.b");
        let texts = [("svg", "1".to_owned()), ("txt", "2".to_owned())];
        std::fs::create_dir(folder.path().join("a.b.txt")).unwrap();
        let error = write_all(&base, &texts).unwrap_err();
        assert!(error.to_string().contains("a.b.txt"), "{error}");
        assert!(!folder.path().join("a.b.svg").exists());
        std::fs::remove_dir(folder.path().join("a.b.txt")).unwrap();
        write_all(&base, &texts).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("a.b.txt")).unwrap(), "2");
    }
}
