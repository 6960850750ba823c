//! `vigie keys`: every key as it is in force, as the file that changes them.

use super::{setup, write_out};
use crate::cli::Connect;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub fn run(file: Option<PathBuf>, keys: Option<PathBuf>) -> Result<u8> {
    let flags = BTreeMap::from_iter(keys.map(|path| ("keys", path.display().to_string())));
    let ui = setup::ui(&setup::load(file, &Connect::default(), flags)?)?;
    let origin = match &ui.keys {
        Some(path) => format!("with {}", crate::text::visible(&path.display().to_string())),
        None => "as shipped".to_owned(),
    };
    let head = format!("# The keys of vigie {}, {origin}: `vigie keys > keys.toml`, see docs/keys.md\n", env!("CARGO_PKG_VERSION"));
    write_out(format!("{head}{}", ui.keymap()?.to_toml()).as_bytes())
}
