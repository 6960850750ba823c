//! A theme's file: a style for each role, or for some where it names a `base`.

use super::{Role, SHIPPED, Theme};
use crate::ui::file::{FileError, Source};
use ratatui::style::{Color, Modifier, Style};
use std::path::Path;
use std::str::FromStr;
use toml::Spanned;
use toml::de::DeValue;

const MODIFIERS: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

impl Theme {
    pub fn read(file: &Path) -> Result<Self, FileError> {
        let text = std::fs::read_to_string(file).map_err(|source| FileError::Unreadable { file: file.into(), source })?;
        Self::parse(file, &text)
    }

    /// The theme goes by the file's name without its ending.
    ///
    /// # Errors
    /// A role without a style, or one that does not exist; what is no style or no colour.
    pub fn parse(file: &Path, text: &str) -> Result<Self, FileError> {
        let source = Source { file, text };
        let root = source.table()?;
        let mut styles: Vec<Option<Style>> = vec![None; Role::ALL.len()];
        let mut whole_selection = false;
        if let Some(value) = root.get("base") {
            let base = base(source, value)?;
            styles = base.styles.into_iter().map(Some).collect();
            whole_selection = base.whole_selection;
        }
        for (key, value) in root.iter().filter(|(key, _)| key.get_ref().as_ref() != "base") {
            let Some(role) = Role::ALL.iter().find(|r| r.name() == key.get_ref().as_ref()) else {
                let known: Vec<_> = Role::ALL.iter().map(|r| r.name()).collect();
                return Err(source.wrong(key.span(), &format!("there is no role `{key}`; there are {}", known.join(", "))));
            };
            let (style, whole) = style(source, key, value)?;
            styles[*role as usize] = Some(style);
            if *role == Role::Selection {
                whole_selection = whole || style.add_modifier.contains(Modifier::REVERSED);
            }
        }
        let name = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let of = |role: &Role| styles[*role as usize].ok_or_else(|| missing(source, role.name()));
        Ok(Self { name, styles: Role::ALL.iter().map(of).collect::<Result<_, _>>()?, whole_selection })
    }
}

fn missing(source: Source, role: &str) -> FileError {
    let what =
        format!("role `{role}` is missing: give it a style, as in {role} = {{ fg = \"#c0c0c0\" }}, or name a base = \"vigie\"");
    source.wrong(0..0, &what)
}

/// A shipped theme, whose styles are taken where the file has none.
fn base(source: Source, value: &Spanned<DeValue>) -> Result<Theme, FileError> {
    let name = value.get_ref().as_str().unwrap_or_default();
    match SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
        Some((name, toml)) => Theme::parse(Path::new(name), toml),
        None => {
            let known: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
            Err(source.wrong(value.span(), &format!("`base` is one of {}", known.join(", "))))
        }
    }
}

/// The style, and whether it shows alone.
fn style(source: Source, role: &Spanned<impl AsRef<str>>, value: &Spanned<DeValue>) -> Result<(Style, bool), FileError> {
    let mut style = Style::new();
    let mut whole = false;
    for (key, value) in source.sub_table(role, value)? {
        let name = key.get_ref().as_ref();
        match (name, MODIFIERS.iter().find(|(n, _)| *n == name)) {
            ("fg", _) => style.fg = Some(color(source, value)?),
            ("bg", _) => style.bg = Some(color(source, value)?),
            ("whole", _) => whole = flag(source, name, value)?,
            (_, Some((_, modifier))) => {
                if flag(source, name, value)? {
                    style = style.add_modifier(*modifier);
                }
            }
            _ => {
                let what = format!("a style has no `{name}`; it has fg, bg, bold, dim, italic, underline, reverse, whole");
                return Err(source.wrong(key.span(), &what));
            }
        }
    }
    Ok((style, whole))
}

fn color(source: Source, value: &Spanned<DeValue>) -> Result<Color, FileError> {
    let text = value.get_ref().as_str().map(str::to_owned);
    let color = text.as_deref().and_then(|text| Color::from_str(text).ok());
    let what = || format!("{} is no colour: write \"#rrggbb\", a number \"0\" to \"255\", or a name such as \"red\"", shown(value));
    color.ok_or_else(|| source.wrong(value.span(), &what()))
}

fn shown(value: &Spanned<DeValue>) -> String {
    value.get_ref().as_str().map_or("this".into(), |text| format!("{text:?}"))
}

fn flag(source: Source, name: &str, value: &Spanned<DeValue>) -> Result<bool, FileError> {
    match value.get_ref() {
        DeValue::Boolean(yes) => Ok(*yes),
        _ => Err(source.wrong(value.span(), &format!("`{name}` is true or false"))),
    }
}
