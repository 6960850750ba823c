//! Keys as people write them (`ctrl-d`, `alt-x`, `f5`, `g g`), as terminals send them, and as lines with little room show them.

use super::KeymapError;
use crate::text::{Word, word};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key press, told the same way by every terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let shift_tab = event.code == KeyCode::Tab && event.modifiers.contains(KeyModifiers::SHIFT);
        Self {
            code: if shift_tab { KeyCode::BackTab } else { event.code },
            ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
        }
    }
}

impl Key {
    /// Whether it writes a character where one types.
    pub fn types(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.ctrl && !self.alt
    }
}

/// Keys pressed one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Chord {
    /// As it was written, its keys parted by a blank: so it can be typed into a file.
    pub text: String,
    pub keys: Vec<Key>,
}

/// As files write it, what it is, as a footer shows it.
const NAMED: &[(&str, KeyCode, Word)] = &[
    ("enter", KeyCode::Enter, Word::NameEnter),
    ("esc", KeyCode::Esc, Word::NameEsc),
    ("tab", KeyCode::Tab, Word::NameTab),
    ("backtab", KeyCode::BackTab, Word::NameShiftTab),
    ("backspace", KeyCode::Backspace, Word::NameBackspace),
    ("delete", KeyCode::Delete, Word::NameDelete),
    ("insert", KeyCode::Insert, Word::NameInsert),
    ("space", KeyCode::Char(' '), Word::NameSpace),
    ("up", KeyCode::Up, Word::NameUp),
    ("down", KeyCode::Down, Word::NameDown),
    ("left", KeyCode::Left, Word::NameLeft),
    ("right", KeyCode::Right, Word::NameRight),
    ("pgup", KeyCode::PageUp, Word::NamePageUp),
    ("pgdn", KeyCode::PageDown, Word::NamePageDown),
    ("home", KeyCode::Home, Word::NameHome),
    ("end", KeyCode::End, Word::NameEnd),
];
/// What a terminal sends for both.
const TWINS: &[(char, &str)] = &[('i', "tab"), ('m', "enter"), ('[', "esc")];

impl Chord {
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        let keys = text.split(' ').map(parse_key).collect::<Result<_, _>>()?;
        Ok(Self { text: text.into(), keys })
    }

    /// For a footer or a frame: `g g` is `gg`, `ctrl-d` is `^d`, `alt-x` is `M-x`.
    pub fn shown(&self) -> String {
        self.keys.iter().map(|key| shown(*key)).collect()
    }
}

fn parse_key(text: &str) -> Result<Key, KeymapError> {
    let mut key = Key { code: KeyCode::Null, ctrl: false, alt: false };
    let mut name = text;
    loop {
        if let Some(rest) = name.strip_prefix("ctrl-").filter(|r| !r.is_empty()) {
            (key.ctrl, name) = (true, rest);
        } else if let Some(rest) = name.strip_prefix("alt-").filter(|r| !r.is_empty()) {
            (key.alt, name) = (true, rest);
        } else {
            break;
        }
    }
    let no_key = || KeymapError::NoKey { key: text.into() };
    let mut chars = name.chars();
    key.code = match (NAMED.iter().find(|(n, ..)| *n == name), chars.next(), chars.next()) {
        (Some((_, code, _)), ..) => *code,
        (None, Some('f'), Some(_)) => match name.get(1..).and_then(|n| n.parse().ok()) {
            Some(n @ 1..=24) => KeyCode::F(n),
            _ => return Err(no_key()),
        },
        // With ctrl, terminals tell no large letters from small ones.
        (None, Some(c), None) if key.ctrl => KeyCode::Char(c.to_ascii_lowercase()),
        (None, Some(c), None) => KeyCode::Char(c),
        _ => return Err(no_key()),
    };
    let twin = TWINS.iter().find(|(c, _)| key.ctrl && key.code == KeyCode::Char(*c));
    match twin {
        Some((_, same)) => Err(KeymapError::Twin { key: text.into(), same }),
        None => Ok(key),
    }
}

fn shown(key: Key) -> String {
    let name = match key.code {
        KeyCode::F(n) => format!("F{n}"),
        code => match (NAMED.iter().find(|(_, c, _)| *c == code), code) {
            (Some((_, _, name)), _) => word(*name).to_owned(),
            (None, KeyCode::Char(c)) => c.to_string(),
            (None, other) => format!("{other:?}"),
        },
    };
    format!("{}{}{name}", if key.ctrl { "^" } else { "" }, if key.alt { "M-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(text: &str) -> String {
        Chord::parse(text).unwrap().shown()
    }

    #[test]
    fn what_people_write_is_what_terminals_send() {
        for (text, code, ctrl, alt) in [
            ("x", KeyCode::Char('x'), false, false),
            ("-", KeyCode::Char('-'), false, false),
            ("f", KeyCode::Char('f'), false, false),
            ("f12", KeyCode::F(12), false, false),
            ("alt-f1", KeyCode::F(1), false, true),
            ("ctrl-alt-D", KeyCode::Char('d'), true, true),
            ("alt--", KeyCode::Char('-'), false, true),
            ("ctrl-space", KeyCode::Char(' '), true, false),
            ("é", KeyCode::Char('é'), false, false),
        ] {
            assert_eq!(Chord::parse(text).unwrap().keys, [Key { code, ctrl, alt }], "{text}");
        }
        assert_eq!(
            [shows("g g"), shows("ctrl-d"), shows("alt-x"), shows("f5"), shows("space")],
            ["gg", "^d", "M-x", "F5", "Space"]
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "foo", "f0", "f25", "ctrl-", "alt-", "g  g", "ctrl-foo"] {
            assert!(Chord::parse(text).is_err(), "{text:?}");
        }
        let error = Chord::parse("ctrl-i").unwrap_err().to_string();
        assert!(error.contains("tab"), "{error}");
    }
}
