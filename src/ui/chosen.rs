//! The layout of one's own: panels that stand on Overview, columns that stand in tables, pinned topics. Data on top of what is
//! shipped; kept in `layout.toml` in the configuration folder when the person says so.

use super::atomic::replace;
use super::layout;
use super::panels::PanelId;
use super::state::Screen;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum LayoutError {
    #[error("the layout cannot be used: {}: {what}", file.display())]
    Bad { file: PathBuf, what: String },
    #[error("the layout cannot be read: {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chosen {
    /// `None`: as it is shipped.
    overview: Option<Vec<PanelId>>,
    columns: Vec<(PanelId, Vec<&'static str>)>,
    pins: Vec<Arc<str>>,
}

/// As it is in the file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    overview: Option<Vec<String>>,
    pins: Vec<String>,
    columns: BTreeMap<String, Vec<String>>,
}

impl Chosen {
    /// Whether a panel stands on Overview.
    pub fn stands(&self, panel: PanelId) -> bool {
        self.overview.as_ref().is_none_or(|stands| stands.contains(&panel))
    }

    /// All of them: as it is shipped.
    pub fn set_overview(&mut self, panels: Vec<PanelId>) {
        let shipped = layout::panels(Screen::Overview);
        let all = shipped.iter().all(|p| panels.contains(p));
        self.overview = (!all).then_some(panels);
    }

    /// The columns of a table by their ids, in order; `None`: as they are shipped.
    pub fn columns(&self, panel: PanelId) -> Option<&[&'static str]> {
        self.columns.iter().find(|(of, _)| *of == panel).map(|(_, ids)| ids.as_slice())
    }

    /// `None`: as they are shipped.
    pub fn set_columns(&mut self, panel: PanelId, ids: Option<Vec<&'static str>>) {
        self.columns.retain(|(of, _)| *of != panel);
        self.columns.extend(ids.map(|ids| (panel, ids)));
    }

    pub fn is_pinned(&self, topic: &str) -> bool {
        self.pins.iter().any(|pin| **pin == *topic)
    }

    /// Pins or lets go; returns whether it is pinned now.
    pub fn toggle_pin(&mut self, topic: &Arc<str>) -> bool {
        let before = self.pins.len();
        self.pins.retain(|pin| pin != topic);
        let pinned = self.pins.len() == before;
        if pinned {
            self.pins.push(topic.clone());
        }
        pinned
    }

    /// # Errors
    /// What is wrong in the file; one that is not there is the shipped layout.
    pub fn load(file: &Path) -> Result<Self, LayoutError> {
        let bad = |what| LayoutError::Bad { file: file.into(), what };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(LayoutError::Unreadable { file: file.into(), source }),
        };
        let written: Written = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count());
            bad(format!("line {line}: {}", error.message()))
        })?;
        Self::of(&written).map_err(bad)
    }

    fn of(written: &Written) -> Result<Self, String> {
        let mut chosen = Self { pins: written.pins.iter().map(|p| p.as_str().into()).collect(), ..Self::default() };
        if let Some(names) = &written.overview {
            if names.is_empty() {
                return Err("`overview` names no panel".to_owned());
            }
            let panels = names.iter().map(|name| panel(name, layout::panels(Screen::Overview)));
            chosen.set_overview(panels.collect::<Result<_, _>>()?);
        }
        let tables: Vec<PanelId> = PanelId::ALL.iter().copied().filter(|p| p.list().is_some()).collect();
        for (name, ids) in &written.columns {
            let panel = panel(name, &tables)?;
            let all: Vec<_> = panel.list().map(|list| (list.columns)()).unwrap_or_default();
            let known = |id: &String| {
                let found = all.iter().map(|column| column.id).find(|known| known == id);
                let names = || all.iter().map(|column| column.id).collect::<Vec<_>>().join(", ");
                found.ok_or_else(|| format!("`columns.{name}`: there is no column `{id}`; there are {}", names()))
            };
            let ids = ids.iter().map(known).collect::<Result<Vec<_>, _>>()?;
            if ids.is_empty() {
                return Err(format!("`columns.{name}` names no column"));
            }
            chosen.set_columns(panel, Some(ids));
        }
        Ok(chosen)
    }

    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, file: &Path) -> std::io::Result<()> {
        let columns = self.columns.iter().map(|(panel, ids)| (name(*panel), ids.iter().map(|id| (*id).to_owned()).collect()));
        let written = Written {
            overview: self.overview.as_ref().map(|panels| panels.iter().map(|p| name(*p)).collect()),
            pins: self.pins.iter().map(|pin| pin.to_string()).collect(),
            columns: columns.collect(),
        };
        replace(file, &toml::to_string(&written).map_err(std::io::Error::other)?)
    }
}

fn name(panel: PanelId) -> String {
    format!("{panel:?}").to_lowercase()
}

fn panel(text: &str, among: &[PanelId]) -> Result<PanelId, String> {
    let names = || among.iter().map(|p| name(*p)).collect::<Vec<_>>().join(", ");
    let found = among.iter().copied().find(|p| name(*p) == text);
    found.ok_or_else(|| format!("there is no panel `{text}` here; there are {}", names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_comes_back_from_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("layout.toml");
        assert_eq!(Chosen::load(&file).unwrap(), Chosen::default());
        let mut chosen = Chosen::default();
        chosen.set_overview(vec![PanelId::Topics, PanelId::Lag]);
        chosen.set_columns(PanelId::Topics, Some(vec!["topic", "lag"]));
        assert!(chosen.toggle_pin(&"orders.created".into()));
        chosen.save(&file).unwrap();
        assert_eq!(Chosen::load(&file).unwrap(), chosen);
        assert!(!chosen.toggle_pin(&"orders.created".into()) && !chosen.is_pinned("orders.created"));
    }

    #[test]
    fn what_is_wrong_in_the_file_is_said_with_what_would_be_right() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("layout.toml");
        let cases = [
            ("pins = [\n", "line 1"),
            ("\ncolour = 1\n", "line 2: unknown field `colour`"),
            ("overview = [\"tail\"]\n", "no panel `tail` here; there are topics, alerts"),
            ("overview = []\n", "names no panel"),
            ("[columns]\ntopics = [\"topic\", \"taste\"]\n", "no column `taste`; there are level, topic, rate"),
            ("[columns]\nthroughput = [\"a\"]\n", "no panel `throughput` here"),
        ];
        for (text, said) in cases {
            std::fs::write(&file, text).unwrap();
            let error = Chosen::load(&file).unwrap_err().to_string();
            assert!(error.contains("layout.toml") && error.contains(said), "{error}");
        }
    }
}
