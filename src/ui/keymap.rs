//! The one table of keys: what works where, and what the footer and the help say. Two actions on one key of one context
//! are refused when the table is loaded.

use crate::text::{Word, word};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::HashMap;
use thiserror::Error;

/// Where a key means something. The input stack names the contexts that listen, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere, also under a popup.
    Always,
    /// A screen, with nothing over it.
    Normal,
    List,
    /// A screen whose curves have a span.
    Chart,
    Filter,
    Palette,
    Popup,
}

impl Context {
    pub const ALL: &[Context] = &[Self::Always, Self::Normal, Self::List, Self::Chart, Self::Filter, Self::Palette, Self::Popup];

    pub fn word(self) -> Word {
        match self {
            Self::Always => Word::CtxAlways,
            Self::Normal => Word::CtxNormal,
            Self::List => Word::CtxList,
            Self::Chart => Word::CtxChart,
            Self::Filter => Word::CtxFilter,
            Self::Palette => Word::CtxPalette,
            Self::Popup => Word::CtxPopup,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Quit,
    Suspend,
    Redraw,
    Back,
    Overview,
    Topic,
    Groups,
    Orders,
    Deliveries,
    Payments,
    Stock,
    Customers,
    Channels,
    Cluster,
    Open,
    Up,
    Down,
    HalfUp,
    HalfDown,
    PageUp,
    PageDown,
    Top,
    Bottom,
    NextProblem,
    PrevProblem,
    NextPanel,
    PrevPanel,
    Zoom,
    Freeze,
    Sort,
    Reverse,
    Filter,
    Palette,
    Help,
    Theme,
    Utc,
    Copy,
    SpanLonger,
    SpanShorter,
    Accept,
    Older,
    Newer,
}

pub struct Binding {
    pub contexts: &'static [Context],
    /// Chords with their keys parted by a space; the first one is shown.
    pub keys: &'static [&'static str],
    pub action: Action,
    pub word: Word,
    /// Rank in the footer, 1 first; 0 is not in it.
    pub footer: u8,
}

const fn row(contexts: &'static [Context], keys: &'static [&'static str], action: Action, word: Word, footer: u8) -> Binding {
    Binding { contexts, keys, action, word, footer }
}

use Context as C;

pub const BINDINGS: &[Binding] = &[
    row(&[C::Always], &["ctrl-c"], Action::Quit, Word::KeyQuit, 0),
    row(&[C::Always], &["ctrl-z"], Action::Suspend, Word::KeySuspend, 0),
    row(&[C::Always], &["ctrl-l"], Action::Redraw, Word::KeyRedraw, 0),
    row(&[C::Normal, C::Popup], &["q"], Action::Quit, Word::KeyQuit, 4),
    row(&[C::Normal, C::Filter, C::Palette], &["esc"], Action::Back, Word::KeyBack, 0),
    row(&[C::Popup], &["esc"], Action::Back, Word::KeyBack, 1),
    row(&[C::Normal], &["1"], Action::Overview, Word::KeyOverview, 0),
    row(&[C::Normal], &["2"], Action::Topic, Word::KeyTopic, 0),
    row(&[C::Normal], &["3"], Action::Groups, Word::KeyGroups, 0),
    row(&[C::Normal], &["4"], Action::Orders, Word::KeyOrders, 0),
    row(&[C::Normal], &["5"], Action::Deliveries, Word::KeyDeliveries, 0),
    row(&[C::Normal], &["6"], Action::Payments, Word::KeyPayments, 0),
    row(&[C::Normal], &["7"], Action::Stock, Word::KeyStock, 0),
    row(&[C::Normal], &["8"], Action::Customers, Word::KeyCustomers, 0),
    row(&[C::Normal], &["9"], Action::Channels, Word::KeyChannels, 0),
    row(&[C::Normal], &["0"], Action::Cluster, Word::KeyCluster, 0),
    row(&[C::List], &["enter"], Action::Open, Word::KeyOpen, 1),
    row(&[C::Normal], &["/"], Action::Filter, Word::KeyFilter, 3),
    row(&[C::Normal, C::Popup], &[":"], Action::Palette, Word::KeyPalette, 7),
    row(&[C::List], &["s"], Action::Sort, Word::KeySort, 6),
    row(&[C::List], &["S"], Action::Reverse, Word::KeyReverse, 0),
    row(&[C::Normal, C::Popup], &["space"], Action::Freeze, Word::KeyFreeze, 5),
    row(&[C::Normal], &["tab"], Action::NextPanel, Word::KeyNextPanel, 8),
    row(&[C::Normal], &["backtab"], Action::PrevPanel, Word::KeyPrevPanel, 0),
    row(&[C::Normal], &["z"], Action::Zoom, Word::KeyZoom, 9),
    row(&[C::Chart], &["+", "="], Action::SpanLonger, Word::KeySpanLonger, 0),
    row(&[C::Chart], &["-"], Action::SpanShorter, Word::KeySpanShorter, 0),
    row(&[C::Normal, C::Popup], &["?"], Action::Help, Word::KeyHelp, 2),
    row(&[C::List], &["y"], Action::Copy, Word::KeyCopy, 0),
    row(&[C::Popup], &["y"], Action::Copy, Word::KeyCopy, 1),
    row(&[C::Normal, C::Popup], &["T"], Action::Theme, Word::KeyTheme, 0),
    row(&[C::Normal, C::Popup], &["U"], Action::Utc, Word::KeyUtc, 0),
    row(&[C::List, C::Popup, C::Palette], &["down"], Action::Down, Word::KeyDown, 0),
    row(&[C::List, C::Popup, C::Palette], &["up"], Action::Up, Word::KeyUp, 0),
    row(&[C::List, C::Popup], &["j"], Action::Down, Word::KeyDown, 0),
    row(&[C::List, C::Popup], &["k"], Action::Up, Word::KeyUp, 0),
    row(&[C::List], &["right", "l"], Action::Open, Word::KeyOpen, 0),
    row(&[C::Normal], &["left", "h", "backspace"], Action::Back, Word::KeyBack, 0),
    row(&[C::List, C::Popup], &["ctrl-d"], Action::HalfDown, Word::KeyHalfDown, 0),
    row(&[C::List, C::Popup], &["ctrl-u"], Action::HalfUp, Word::KeyHalfUp, 0),
    row(&[C::List, C::Popup, C::Palette], &["pgdn"], Action::PageDown, Word::KeyPageDown, 0),
    row(&[C::List, C::Popup, C::Palette], &["pgup"], Action::PageUp, Word::KeyPageUp, 0),
    row(&[C::List, C::Popup], &["g g", "home"], Action::Top, Word::KeyTop, 0),
    row(&[C::List, C::Popup], &["G", "end"], Action::Bottom, Word::KeyBottom, 0),
    row(&[C::List], &["n"], Action::NextProblem, Word::KeyNextProblem, 0),
    row(&[C::List], &["N"], Action::PrevProblem, Word::KeyPrevProblem, 0),
    row(&[C::Filter, C::Palette], &["enter"], Action::Accept, Word::KeyAccept, 1),
    row(&[C::Filter], &["up"], Action::Older, Word::KeyOlder, 2),
    row(&[C::Filter], &["down"], Action::Newer, Word::KeyNewer, 0),
];

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

#[derive(Debug, Error, PartialEq)]
pub enum KeymapError {
    #[error("key {key} in context {context:?} has two actions, {first:?} and {second:?}: give one of them another key")]
    Conflict { key: String, context: Context, first: Action, second: Action },
    #[error("{key:?} is no key: write a character, or one of enter, esc, tab, space, up, pgdn, home, ctrl-x …")]
    NoKey { key: String },
}

pub struct Keymap {
    actions: HashMap<(Context, Vec<Key>), Action>,
}

/// What a press came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lookup {
    Action(Action),
    /// The beginning of a longer chord.
    Pending,
    Nothing,
}

impl Keymap {
    pub fn load(bindings: &[Binding]) -> Result<Self, KeymapError> {
        let mut actions: HashMap<(Context, Vec<Key>), Action> = HashMap::new();
        for binding in bindings {
            for text in binding.keys {
                let chord = parse_chord(text)?;
                for context in binding.contexts {
                    let clash = actions
                        .iter()
                        .find(|((c, known), _)| c == context && (known.starts_with(&chord) || chord.starts_with(known)));
                    if let Some((_, first)) = clash {
                        let (first, second) = (*first, binding.action);
                        return Err(KeymapError::Conflict { key: text.to_string(), context: *context, first, second });
                    }
                    actions.insert((*context, chord.clone()), binding.action);
                }
            }
        }
        Ok(Self { actions })
    }

    /// What the keys pressed so far mean to the first of the contexts that knows them.
    pub fn lookup(&self, contexts: &[Context], pressed: &[Key]) -> Lookup {
        for context in contexts {
            if let Some(action) = self.actions.get(&(*context, pressed.to_vec())) {
                return Lookup::Action(*action);
            }
        }
        let begins = |(c, chord): &(Context, Vec<Key>)| contexts.contains(c) && chord.starts_with(pressed);
        if self.actions.keys().any(begins) { Lookup::Pending } else { Lookup::Nothing }
    }
}

fn parse_chord(text: &str) -> Result<Vec<Key>, KeymapError> {
    text.split(' ').map(parse_key).collect()
}

fn parse_key(text: &str) -> Result<Key, KeymapError> {
    let (ctrl, name) = match text.strip_prefix("ctrl-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut chars = name.chars();
    let code = match (name, chars.next(), chars.next()) {
        ("enter", ..) => KeyCode::Enter,
        ("esc", ..) => KeyCode::Esc,
        ("tab", ..) => KeyCode::Tab,
        ("backtab", ..) => KeyCode::BackTab,
        ("backspace", ..) => KeyCode::Backspace,
        ("space", ..) => KeyCode::Char(' '),
        ("up", ..) => KeyCode::Up,
        ("down", ..) => KeyCode::Down,
        ("left", ..) => KeyCode::Left,
        ("right", ..) => KeyCode::Right,
        ("pgup", ..) => KeyCode::PageUp,
        ("pgdn", ..) => KeyCode::PageDown,
        ("home", ..) => KeyCode::Home,
        ("end", ..) => KeyCode::End,
        (_, Some(c), None) => KeyCode::Char(c),
        _ => return Err(KeymapError::NoKey { key: text.into() }),
    };
    Ok(Key { code, ctrl, alt: false })
}

/// As the footer and the help write a chord: `g g` is `gg`, `ctrl-d` is `^d`.
pub fn shown(chord: &str) -> String {
    chord
        .split(' ')
        .map(|key| match key {
            "esc" => "Esc".into(),
            "enter" => "Enter".into(),
            "tab" => "Tab".into(),
            "backtab" => "S-Tab".into(),
            "space" => "Space".into(),
            "backspace" => "Bksp".into(),
            "up" => "↑".into(),
            "down" => "↓".into(),
            "left" => "←".into(),
            "right" => "→".into(),
            "pgup" => "PgUp".into(),
            "pgdn" => "PgDn".into(),
            "home" => "Home".into(),
            "end" => "End".into(),
            key => key.replace("ctrl-", "^"),
        })
        .collect()
}

/// The footer's rows for the contexts that listen, in their order: key, word, action.
pub fn footer(contexts: &[Context]) -> Vec<(String, &'static str, Action)> {
    let mut rows: Vec<_> = BINDINGS.iter().filter(|b| b.footer > 0 && b.contexts.iter().any(|c| contexts.contains(c))).collect();
    rows.sort_by_key(|b| b.footer);
    rows.into_iter().map(|b| (shown(b.keys[0]), word(b.word), b.action)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char) -> Key {
        Key { code: KeyCode::Char(c), ctrl: false, alt: false }
    }

    #[test]
    fn the_shipped_table_has_no_conflict() {
        Keymap::load(BINDINGS).unwrap();
    }

    #[test]
    fn two_actions_on_one_key_of_one_context_are_refused_with_both_named() {
        let rows = [
            row(&[C::List], &["x"], Action::Open, Word::KeyOpen, 0),
            row(&[C::Normal], &["x"], Action::Quit, Word::KeyQuit, 0),
            row(&[C::Popup, C::List], &["x"], Action::Zoom, Word::KeyZoom, 8),
        ];
        let error = Keymap::load(&rows).err().unwrap();
        let (first, second) = (Action::Open, Action::Zoom);
        assert_eq!(error, KeymapError::Conflict { key: "x".into(), context: C::List, first, second });
    }

    #[test]
    fn a_key_that_begins_a_chord_cannot_be_bound_too() {
        let rows =
            [row(&[C::List], &["g g"], Action::Top, Word::KeyTop, 0), row(&[C::List], &["g"], Action::Bottom, Word::KeyBottom, 0)];
        assert!(Keymap::load(&rows).is_err());
    }

    #[test]
    fn a_chord_waits_for_its_second_key() {
        let keymap = Keymap::load(BINDINGS).unwrap();
        let contexts = [C::List, C::Normal, C::Always];
        assert_eq!(keymap.lookup(&contexts, &[key('g')]), Lookup::Pending);
        assert_eq!(keymap.lookup(&contexts, &[key('g'), key('g')]), Lookup::Action(Action::Top));
        assert_eq!(keymap.lookup(&contexts, &[key('g'), key('x')]), Lookup::Nothing);
    }

    #[test]
    fn escape_never_quits() {
        for binding in BINDINGS {
            assert!(binding.action != Action::Quit || !binding.keys.contains(&"esc"));
        }
    }
}
