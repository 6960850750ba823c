//! What colours mean. Panels name a [`Role`], never a colour; a theme is one TOML file that styles every role.

mod file;
mod shelf;
mod shipped;
mod sixteen;

pub use shelf::{Shelf, themes_in};
pub use shipped::SHIPPED;

use super::color::{Depth, reduce};
use super::file::FileError;
use ratatui::style::{Modifier, Style};
use std::path::Path;
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

#[derive(Debug, Error)]
pub enum ThemeError {
    #[error(
        "there is no theme {name}: it is neither shipped ({}), nor in the configuration folder's themes/, nor a file that can be read",
        shipped_names()
    )]
    NotFound { name: String, source: std::io::Error },
    #[error(transparent)]
    File(#[from] FileError),
}

fn shipped_names() -> String {
    SHIPPED.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ")
}

#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub name: String,
    styles: Vec<Style>,
    /// The selected row shows in the selection's style alone.
    pub whole_selection: bool,
}

impl Theme {
    /// A theme by its name: one of the folder, else a shipped one; else a file.
    pub fn load(choice: &str, folder: Option<&Path>) -> Result<Self, ThemeError> {
        let own = folder.map(|f| f.join(format!("{choice}.toml"))).filter(|path| path.exists());
        match (own, SHIPPED.iter().find(|(name, _)| *name == choice)) {
            (Some(path), _) => Ok(Self::read(&path)?),
            (None, Some((name, toml))) => Ok(Self::parse(Path::new(name), toml)?),
            (None, None) => match Self::read(Path::new(choice)) {
                Err(FileError::Unreadable { source, .. }) => Err(ThemeError::NotFound { name: choice.into(), source }),
                read => Ok(read?),
            },
        }
    }

    #[cfg(test)]
    pub fn of(name: &str, style: impl Fn(Role) -> Style) -> Self {
        Self { name: name.into(), styles: Role::ALL.iter().copied().map(style).collect(), whole_selection: false }
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The same theme in the colours that the terminal has. Without any, the selected row is in reverse video, so that it
    /// does not vanish.
    pub fn at(&self, depth: Depth) -> Self {
        let mut out = self.clone();
        let own = sixteen::own_inks(&self.styles);
        for style in &mut out.styles {
            style.fg = style.fg.and_then(|c| reduce(c, depth));
            style.bg = style.bg.and_then(|c| reduce(c, depth));
        }
        if depth == Depth::C16 {
            sixteen::make_legible(&mut out.styles, &own);
        }
        // Among sixteen colours there is no paper on which all the others can be read.
        if depth == Depth::Mono || depth == Depth::C16 && !out.whole_selection {
            let selection = &mut out.styles[Role::Selection as usize];
            (selection.fg, selection.bg) = (None, None);
            *selection = selection.add_modifier(Modifier::REVERSED);
            out.whole_selection = true;
        }
        if depth == Depth::Mono {
            for (role, modifier) in [(Role::BorderFocus, Modifier::BOLD), (Role::Dim, Modifier::DIM), (Role::Border, Modifier::DIM)]
            {
                let style = &mut out.styles[role as usize];
                *style = style.add_modifier(modifier);
            }
        }
        out
    }
}

#[cfg(test)]
mod sight;
#[cfg(test)]
mod tests;
