//! What shall be kept for the post-mortem? The screen as a picture and as text, and the JSON of the same moment beside them.

use super::draw::draw;
use super::state::UiState;
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

/// Writes `vigie-CLUSTER-TIME.svg`, `.txt` and `.json` into `folder`; the path without its ending. A file that is there is not
/// written over.
pub fn save(view: &View, state: &UiState, size: (u16, u16), folder: &Path) -> Result<PathBuf, SaveError> {
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    draw(view, state, &mut buffer);
    let json = serde_json::to_string(&*view.snapshot)?;
    let base = folder.join(name(&view.snapshot.source.name, view.snapshot.taken_at));
    for (ending, text) in
        [("svg", svg::picture(&buffer)), ("txt", svg::text(&buffer)), ("json", escaped_json(&json).into_owned() + "\n")]
    {
        // The name may hold dots: `with_extension` would cut them.
        let file = PathBuf::from(format!("{}.{ending}", base.display()));
        write(&file, &text).map_err(|source| SaveError::Write { file: file.clone(), source })?;
    }
    Ok(base)
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
    options.open(file)?.write_all(text.as_bytes())
}

/// `vigie-prod-conakry-20261126T080155123Z`
fn name(cluster: &str, at: Timestamp) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let cluster: String = cluster.chars().take(40).map(safe).collect();
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    format!("vigie-{cluster}-{}{:03}Z", moment.strftime("%Y%m%dT%H%M%S"), at.0.rem_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_cluster_and_when_and_leaves_its_folder_for_nothing() {
        assert_eq!(name("prod-conakry", Timestamp(1_768_485_737_017)), "vigie-prod-conakry-20260115T140217017Z");
        assert_eq!(name("../../etc/x y", Timestamp(0)), "vigie-------etc-x-y-19700101T000000000Z");
    }
}
