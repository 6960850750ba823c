//! The shape of the TOML file, as it is written.

use super::check::Checker;
use super::error::Source;
use super::{Catalogue, CatalogueError, ReadFile, base_map};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub dead_letters: Vec<Spanned<String>>,
    #[serde(default, rename = "pipeline")]
    pub pipelines: Vec<PipelineRow>,
    #[serde(default, rename = "topic")]
    pub topics: Vec<TopicRow>,
    pub map: Option<MapRow>,
}

/// Files in the catalogue's folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapRow {
    pub places: Option<Spanned<String>>,
    pub base: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PipelineRow {
    pub name: Spanned<String>,
    pub stages: Vec<StageRow>,
    #[serde(default)]
    pub exits: Vec<Spanned<String>>,
    #[serde(default)]
    pub retry: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageRow {
    pub name: Spanned<String>,
    pub deadline: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TopicRow {
    pub name: Spanned<String>,
    pub role: Spanned<String>,
    pub pipeline: Option<Spanned<String>>,
    pub stage: Option<Spanned<String>>,
    pub exit: Option<Spanned<String>>,
    pub channel: Option<Spanned<String>>,
    pub step: Option<Spanned<String>>,
    pub entity: Option<Spanned<String>>,
    pub entity_or: Option<Spanned<String>>,
    pub also: Option<AlsoRow>,
    pub message: Option<Spanned<String>>,
    pub time: Option<Spanned<String>>,
    pub data: Option<Spanned<String>>,
    pub partitions: Option<Spanned<i64>>,
    pub cleanup: Option<Spanned<String>>,
    #[serde(default)]
    pub fields: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    pub status: BTreeMap<Spanned<String>, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlsoRow {
    pub pipeline: Spanned<String>,
    pub stage: Option<Spanned<String>>,
    pub exit: Option<Spanned<String>>,
    pub entity: Spanned<String>,
}

pub(super) fn parse(text: &str, origin: &str, files: Option<ReadFile<'_>>) -> Result<Catalogue, CatalogueError> {
    let source = Source { text, origin };
    let file: File = toml::from_str(text).map_err(|found| source.refused(&found))?;
    let mut catalogue = Checker::new(&source).catalogue(&file)?;
    if let (Some(map), Some(files)) = (&file.map, files) {
        catalogue.map = base_map::read(map, &source, files)?.into();
    }
    Ok(catalogue)
}
