use super::color::ColorChoice;
use super::color::Depth;
use super::keymap::{Keymap, KeymapError};
use super::notice::Notify;
use super::privacy::PrivacyMode;
use super::state::Look;
use super::term::{Family, Kind, Slow};
use super::theme::{SHIPPED, Shelf, Theme, ThemeError, themes_in};
use crate::model::BaseMap;
use crate::snapshot::Privacy;
use crate::text::Language;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How the screens look and how often they are drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UiConfig {
    /// A theme's name or a file; `None` takes the default, or the one for few colours where the terminal has no more.
    pub theme: Option<String>,
    /// Folder of the person's own themes; it need not be there.
    pub themes: Option<PathBuf>,
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
    /// The person's own commands.
    pub commands: Option<PathBuf>,
    /// What lies under the couriers on the map: the catalogue's.
    #[serde(skip)]
    pub map: Arc<BaseMap>,
    /// Whether the link is slow: figures seldom, in small pieces, under a stated byte rate.
    pub slow: Slow,
    /// The window's title tells cluster and worst state.
    pub title: bool,
    /// How a new critical alert is told, and the least time between two.
    pub notify: Notify,
    pub notify_every: Duration,
    /// `None`: what the environment's locale asks for.
    pub language: Option<Language>,
    pub privacy: PrivacyMode,
    /// What is personal; without a catalogue everything may be.
    #[serde(skip)]
    pub personal: Arc<Privacy>,
    /// Where saved screens go; the current folder.
    pub save_dir: Option<PathBuf>,
}

impl Default for UiConfig {
    fn default() -> Self {
        Self {
            theme: None,
            themes: None,
            color: ColorChoice::Auto,
            ascii: false,
            mouse: true,
            fps: 4,
            utc: false,
            keys: None,
            layout: None,
            commands: None,
            map: Arc::default(),
            slow: Slow::Auto,
            title: false,
            notify: Notify::None,
            notify_every: Duration::from_secs(30),
            language: None,
            privacy: PrivacyMode::default(),
            personal: Arc::default(),
            save_dir: None,
        }
    }
}

impl UiConfig {
    /// The keys as they are in force, with the person's own commands.
    ///
    /// # Errors
    /// What is wrong with the files, and where.
    pub fn keymap(&self) -> Result<Keymap, KeymapError> {
        Keymap::with_file(self.keys.as_deref(), self.commands.as_deref())
    }

    /// # Errors
    /// The chosen theme cannot be used.
    pub fn check_theme(&self) -> Result<(), ThemeError> {
        self.theme.as_deref().map_or(Ok(()), |choice| Theme::load(choice, self.themes.as_deref()).map(drop))
    }

    /// The themes in the terminal's colours, the chosen one first in line. Fails when the chosen theme cannot be used.
    pub fn look(&self, env: impl Fn(&str) -> Option<String> + Copy) -> Result<Look, ThemeError> {
        let depth = self.color.depth(env);
        let fallback = match depth {
            Depth::True | Depth::C256 => "vigie",
            Depth::C16 => "sixteen",
            Depth::Mono => "mono",
        };
        let folder = self.themes.as_deref();
        let mut themes = Vec::new();
        for (name, _) in SHIPPED {
            themes.push(Theme::load(name, None)?.at(depth));
        }
        // What is wrong with one that nobody chose is told by the shelf, when the screen is there.
        for theme in folder.map(themes_in).unwrap_or_default().iter().filter_map(|path| Theme::read(path).ok()) {
            put(&mut themes, theme.at(depth));
        }
        let theme = put(&mut themes, Theme::load(self.theme.as_deref().unwrap_or(fallback), folder)?.at(depth));
        let language = self.language.unwrap_or_else(|| Language::of_environment(env));
        let zone = jiff::tz::TimeZone::system();
        let family = Kind::of(env).unwrap_or_default().family;
        let console = !self.ascii && family == Family::Console;
        let ascii = self.ascii || family != Family::Xterm || !speaks_utf8(env);
        Ok(Look {
            themes,
            theme,
            depth,
            ascii,
            console,
            map: self.map.clone(),
            utc: self.utc,
            zone,
            language,
            hiding: self.privacy.into(),
            personal: self.personal.clone(),
            save_dir: self.save_dir.clone().unwrap_or_else(|| PathBuf::from(".")),
        })
    }

    /// The person's own themes, to be watched.
    pub(super) fn shelf(&self) -> Shelf {
        let is_file = |name: &&String| SHIPPED.iter().all(|(shipped, _)| shipped != name);
        let file = self.theme.as_ref().filter(is_file).map(PathBuf::from).filter(|path| path.is_file());
        Shelf::new(self.themes.clone(), file)
    }
}

/// In the place of the one that goes by the same name, else at the end. Returns its place.
pub(super) fn put(themes: &mut Vec<Theme>, theme: Theme) -> usize {
    match themes.iter().position(|t| t.name == theme.name) {
        Some(place) => {
            themes[place] = theme;
            place
        }
        None => {
            themes.push(theme);
            themes.len() - 1
        }
    }
}

/// Whether the locale names no other character set. A locale that names none (`C`, or what SSH leaves of it) says nothing about the
/// terminal, and terminals speak UTF-8.
fn speaks_utf8(env: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env).find(|v| !v.is_empty()).unwrap_or_default();
    let charset = locale.split('@').next().and_then(|l| l.split_once('.')).map(|(_, c)| c.to_ascii_lowercase());
    charset.is_none_or(|c| c == "utf-8" || c == "utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(vars: &[(&str, &str)]) -> (bool, bool, Depth) {
        let find = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string());
        let look = UiConfig::default().look(find).unwrap();
        (look.ascii, look.console, look.depth)
    }

    #[test]
    fn the_terminal_gets_only_signs_that_it_has() {
        assert_eq!(look(&[("TERM", "xterm-256color"), ("LANG", "fr_FR.UTF-8")]), (false, false, Depth::C256));
        assert_eq!(look(&[("TERM", "xterm-256color"), ("LANG", "C")]), (false, false, Depth::C256));
        assert_eq!(look(&[("TERM", "xterm"), ("LANG", "fr_FR.ISO-8859-1@euro")]), (true, false, Depth::C16));
        assert_eq!(look(&[("TERM", "linux"), ("LANG", "en_US.utf8")]), (true, true, Depth::C16));
        assert_eq!(look(&[("TERM", "vt100")]), (true, false, Depth::Mono));
    }
}
