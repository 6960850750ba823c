use super::color::ColorChoice;
use super::color::Depth;
use super::keymap::{Keymap, KeymapError};
use super::state::Look;
use super::theme::{SHIPPED, Theme, ThemeError};
use crate::text::Language;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How the screens look and how often they are drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UiConfig {
    /// A shipped theme's name or a file; `None` takes the default, or the 16-colour one where the terminal has no more.
    pub theme: Option<String>,
    pub color: ColorChoice,
    /// No Unicode: what vigie draws and letters with accents have a plain form; what else is not ASCII in names shows as `?`.
    pub ascii: bool,
    pub mouse: bool,
    /// Figures change at most this often a second, 1 to 10.
    pub fps: u8,
    /// Times in UTC instead of the local zone.
    pub utc: bool,
    /// The person's own keys.
    pub keys: Option<PathBuf>,
    /// Where the layout of one's own is kept.
    pub layout: Option<PathBuf>,
}

impl Default for UiConfig {
    fn default() -> Self {
        Self { theme: None, color: ColorChoice::Auto, ascii: false, mouse: true, fps: 4, utc: false, keys: None, layout: None }
    }
}

impl UiConfig {
    /// The keys as they are in force.
    ///
    /// # Errors
    /// What is wrong with the file, and where.
    pub fn keymap(&self) -> Result<Keymap, KeymapError> {
        Keymap::with_file(self.keys.as_deref())
    }

    /// The themes in the terminal's colours, the chosen one first in line. Fails when the chosen theme cannot be used.
    pub fn look(&self, env: impl Fn(&str) -> Option<String>) -> Result<Look, ThemeError> {
        let depth = self.color.depth(env);
        let fallback = if depth == Depth::C16 { "sixteen" } else { "vigie" };
        let chosen = self.theme.as_deref().unwrap_or(fallback);
        let mut themes = Vec::new();
        for (name, _) in SHIPPED {
            themes.push(Theme::load(name)?.at(depth));
        }
        let theme = match SHIPPED.iter().position(|(name, _)| *name == chosen) {
            Some(shipped) => shipped,
            None => {
                themes.push(Theme::load(chosen)?.at(depth));
                themes.len() - 1
            }
        };
        let zone = jiff::tz::TimeZone::system();
        Ok(Look { themes, theme, depth, ascii: self.ascii, utc: self.utc, zone, language: Language::default() })
    }
}
