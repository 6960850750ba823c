//! What colours mean. Panels name a [`Role`], never a colour; a theme is one TOML file that styles every role.

use super::color::{Depth, reduce};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use thiserror::Error;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $name:literal,)*) => {
        /// What a piece of the screen is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Role { $($(#[$doc])* $role,)* }
        impl Role {
            pub const ALL: &[Role] = &[$(Role::$role,)*];
            pub fn name(self) -> &'static str { match self { $(Role::$role => $name,)* } }
        }
    };
}

roles! {
    /// Everything; its background fills the screen.
    Text = "text",
    Dim = "dim",
    Title = "title",
    Border = "border",
    BorderFocus = "border_focus",
    Selection = "selection",
    Header = "header",
    Key = "key",
    Ok = "ok",
    Warning = "warning",
    Critical = "critical",
    Silent = "silent",
    Unknown = "unknown",
    Accent = "accent",
    Chart1 = "chart_1",
    Chart2 = "chart_2",
    Chart3 = "chart_3",
}

/// Themes in the binary: name and TOML.
pub const SHIPPED: &[(&str, &str)] = &[
    ("vigie", include_str!("../../themes/vigie.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("sixteen", include_str!("../../themes/sixteen.toml")),
];

#[derive(Debug, Error)]
pub enum ThemeError {
    #[error("theme {name}: role {role} is missing; give it a style, as in `{role} = {{ fg = \"#c0c0c0\" }}`")]
    Missing { name: String, role: &'static str },
    #[error("theme {name}: there is no role {role}; the roles are {}", role_names())]
    UnknownRole { name: String, role: String },
    #[error("theme {name}: role {role}: {color:?} is no colour; write \"#rrggbb\", a number 0 to 255, or a name such as \"red\"")]
    Color { name: String, role: String, color: String },
    #[error("theme {name}: {source}")]
    Toml { name: String, source: Box<toml::de::Error> },
    #[error("theme {name} is neither shipped ({}) nor a file that can be read: {source}", shipped_names())]
    NotFound { name: String, source: std::io::Error },
}

fn role_names() -> String {
    Role::ALL.iter().map(|r| r.name()).collect::<Vec<_>>().join(", ")
}

fn shipped_names() -> String {
    SHIPPED.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ")
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct StyleSpec {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
    /// Selection only: the row takes this style alone, its cells' own colours do not show.
    whole: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub name: String,
    styles: Vec<Style>,
    /// The selected row shows in the selection's style alone.
    pub whole_selection: bool,
}

impl Theme {
    /// A shipped theme by its name, else a file.
    pub fn load(choice: &str) -> Result<Self, ThemeError> {
        if let Some((name, toml)) = SHIPPED.iter().find(|(name, _)| *name == choice) {
            return Self::parse(name, toml);
        }
        let text = std::fs::read_to_string(choice).map_err(|source| ThemeError::NotFound { name: choice.into(), source })?;
        let name = Path::new(choice).file_stem().map_or(choice.into(), |s| s.to_string_lossy().into_owned());
        Self::parse(&name, &text)
    }

    pub fn parse(name: &str, text: &str) -> Result<Self, ThemeError> {
        let specs: BTreeMap<String, StyleSpec> =
            toml::from_str(text).map_err(|e| ThemeError::Toml { name: name.into(), source: Box::new(e) })?;
        if let Some(role) = specs.keys().find(|k| !Role::ALL.iter().any(|r| r.name() == k.as_str())) {
            return Err(ThemeError::UnknownRole { name: name.into(), role: role.clone() });
        }
        let mut styles = Vec::with_capacity(Role::ALL.len());
        for role in Role::ALL {
            let spec = specs.get(role.name()).ok_or(ThemeError::Missing { name: name.into(), role: role.name() })?;
            styles.push(spec.style(name, role.name())?);
        }
        let whole_selection = specs.get(Role::Selection.name()).is_some_and(|s| s.whole || s.reverse);
        Ok(Self { name: name.into(), styles, whole_selection })
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The same theme in the colours that the terminal has. Without any, the selected row is in reverse video, so that it
    /// does not vanish.
    pub fn at(&self, depth: Depth) -> Self {
        let mut out = self.clone();
        for style in &mut out.styles {
            style.fg = style.fg.and_then(|c| reduce(c, depth));
            style.bg = style.bg.and_then(|c| reduce(c, depth));
        }
        if depth == Depth::Mono {
            let selection = &mut out.styles[Role::Selection as usize];
            *selection = selection.add_modifier(Modifier::REVERSED);
            out.whole_selection = true;
            for (role, modifier) in [(Role::BorderFocus, Modifier::BOLD), (Role::Dim, Modifier::DIM), (Role::Border, Modifier::DIM)]
            {
                let style = &mut out.styles[role as usize];
                *style = style.add_modifier(modifier);
            }
        }
        out
    }
}

impl StyleSpec {
    fn style(&self, theme: &str, role: &str) -> Result<Style, ThemeError> {
        let color = |text: &Option<String>| -> Result<Option<Color>, ThemeError> {
            let Some(text) = text else { return Ok(None) };
            let bad = |_| ThemeError::Color { name: theme.into(), role: role.into(), color: text.clone() };
            Color::from_str(text).map(Some).map_err(bad)
        };
        let mut modifiers = Modifier::empty();
        modifiers.set(Modifier::BOLD, self.bold);
        modifiers.set(Modifier::DIM, self.dim);
        modifiers.set(Modifier::ITALIC, self.italic);
        modifiers.set(Modifier::UNDERLINED, self.underline);
        modifiers.set(Modifier::REVERSED, self.reverse);
        let mut style = Style::new().add_modifier(modifiers);
        style.fg = color(&self.fg)?;
        style.bg = color(&self.bg)?;
        Ok(style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_theme_styles_every_role() {
        for (name, toml) in SHIPPED {
            Theme::parse(name, toml).unwrap();
        }
    }

    #[test]
    fn a_theme_without_a_role_is_refused_by_its_name() {
        let toml: String = SHIPPED[0].1.lines().filter(|l| !l.starts_with("silent")).map(|l| format!("{l}\n")).collect();
        let error = Theme::parse("mine", &toml).unwrap_err().to_string();
        assert!(error.contains("role silent is missing"), "{error}");
    }

    #[test]
    fn a_role_that_does_not_exist_is_refused() {
        let toml = format!("{}\nsparkle = {{}}\n", SHIPPED[0].1);
        assert!(matches!(Theme::parse("mine", &toml), Err(ThemeError::UnknownRole { .. })));
    }

    #[test]
    fn a_colour_that_is_none_is_refused() {
        let toml = SHIPPED[0].1.replace("#c6ccd6", "#nope");
        assert!(matches!(Theme::parse("mine", &toml), Err(ThemeError::Color { .. })));
    }

    #[test]
    fn without_colour_the_selected_row_is_in_reverse_video() {
        for (name, toml) in SHIPPED {
            let mono = Theme::parse(name, toml).unwrap().at(Depth::Mono);
            assert!(mono.style(Role::Selection).add_modifier.contains(Modifier::REVERSED));
            assert!(Role::ALL.iter().all(|r| mono.style(*r).fg.is_none() && mono.style(*r).bg.is_none()));
        }
    }
}
