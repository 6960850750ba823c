//! The one table of keys as it is shipped: what works where, and what the footer and the help say. `load` makes a [`Keymap`] of it
//! and of the person's own file; two actions on one key of one context are refused.

mod chord;
mod file;
mod load;

pub use chord::{Chord, Key};
pub use load::{Keymap, KeymapError, Lookup, Row};

use crate::text::Word;

/// Where a key means something. The input stack names the contexts that listen, the nearest first. In files a context goes by
/// its name in small letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere, also under a popup.
    Always,
    /// A screen, with nothing over it.
    Normal,
    List,
    /// A screen whose curves have a span.
    Chart,
    /// A list of alerts, or one of them.
    Alerts,
    /// A few things to choose from.
    Menu,
    /// A row that has a key, to be followed.
    Keyed,
    /// The records of a topic.
    Records,
    /// A screen with a map.
    Map,
    /// A map that has the keys.
    Pan,
    Filter,
    Palette,
    Popup,
    /// What stands on the screen is chosen.
    Chooser,
    /// Something of this kind is selected: for commands of one's own.
    OnTopic,
    OnGroup,
    OnRecord,
    OnOrder,
}

impl Context {
    pub const ALL: &[Context] = &[
        Self::Always,
        Self::Normal,
        Self::List,
        Self::Chart,
        Self::Alerts,
        Self::Menu,
        Self::Keyed,
        Self::Records,
        Self::Map,
        Self::Pan,
        Self::Filter,
        Self::Palette,
        Self::Popup,
        Self::Chooser,
        Self::OnTopic,
        Self::OnGroup,
        Self::OnRecord,
        Self::OnOrder,
    ];

    pub fn word(self) -> Word {
        match self {
            Self::Always => Word::CtxAlways,
            Self::Normal => Word::CtxNormal,
            Self::List => Word::CtxList,
            Self::Chart => Word::CtxChart,
            Self::Alerts => Word::CtxAlerts,
            Self::Menu => Word::CtxMenu,
            Self::Keyed => Word::CtxKeyed,
            Self::Records => Word::CtxRecords,
            Self::Map => Word::CtxMap,
            Self::Pan => Word::CtxPan,
            Self::Filter => Word::CtxFilter,
            Self::Palette => Word::CtxPalette,
            Self::Popup => Word::CtxPopup,
            Self::Chooser => Word::CtxChooser,
            Self::OnTopic => Word::CtxOnTopic,
            Self::OnGroup => Word::CtxOnGroup,
            Self::OnRecord => Word::CtxOnRecord,
            Self::OnOrder => Word::CtxOnOrder,
        }
    }

    /// As files write it.
    pub fn name(self) -> String {
        snake(&format!("{self:?}"))
    }

    /// What listens together: a screen, or the one thing that lies over it.
    fn layer(self) -> u8 {
        match self {
            Self::Filter => 1,
            Self::Palette => 2,
            Self::Popup => 3,
            Self::Chooser => 4,
            Self::Menu => 5,
            _ => 0,
        }
    }

    /// Whether both may hear one press.
    pub(super) fn listens_with(self, other: Self) -> bool {
        let one_of = |context| self == context || other == context;
        // An alert or a record may be a row, and may be open in a popup.
        let row = one_of(Self::OnRecord) || one_of(Self::Alerts);
        one_of(Self::Always) || self.layer() == other.layer() || one_of(Self::Popup) && row
    }

    /// Whether characters are text here: what one types must not be a command.
    pub(super) fn takes_text(self) -> bool {
        matches!(self, Self::Always | Self::Filter | Self::Palette)
    }
}

/// `HalfUp` as `half_up`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// What a key does. In files an action goes by its name with underscores: `HalfUp` is `half_up`.
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
    Log,
    Compare,
    Alerts,
    Acknowledge,
    Silence,
    Explain,
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
    TimeBack,
    TimeForward,
    MinuteBack,
    MinuteForward,
    Sort,
    Reverse,
    Filter,
    Palette,
    Help,
    Theme,
    Utc,
    Language,
    Privacy,
    Save,
    Copy,
    Follow,
    Goto,
    Write,
    SpanLonger,
    SpanShorter,
    MapNearer,
    MapFurther,
    MapFit,
    MapFollow,
    MapLeft,
    MapRight,
    MapUp,
    MapDown,
    ItsOrder,
    ItsDelivery,
    Accept,
    Older,
    Newer,
    Columns,
    Panels,
    Pin,
    SaveLayout,
    Toggle,
    Earlier,
    Later,
    Shipped,
    /// One of the person's own commands, by its place among them.
    Own(u16),
}

impl Action {
    /// As files write it.
    pub fn name(self) -> String {
        snake(&format!("{self:?}"))
    }
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
    row(&[C::Popup, C::Menu], &["esc"], Action::Back, Word::KeyBack, 1),
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
    row(&[C::Normal], &["o"], Action::Log, Word::KeyLog, 0),
    row(&[C::Normal], &["x"], Action::Compare, Word::KeyCompare, 0),
    row(&[C::Normal], &["a"], Action::Alerts, Word::KeyAlerts, 0),
    row(&[C::Alerts], &["A"], Action::Acknowledge, Word::KeyAcknowledge, 3),
    row(&[C::Alerts], &["M"], Action::Silence, Word::KeySilence, 3),
    row(&[C::Alerts], &["i"], Action::Explain, Word::KeyExplain, 3),
    row(&[C::List], &["enter"], Action::Open, Word::KeyOpen, 1),
    row(&[C::Normal, C::Popup], &["/"], Action::Filter, Word::KeyFilter, 3),
    row(&[C::Normal, C::Popup], &[":"], Action::Palette, Word::KeyPalette, 7),
    row(&[C::List], &["s"], Action::Sort, Word::KeySort, 6),
    row(&[C::List], &["R"], Action::Reverse, Word::KeyReverse, 0),
    row(&[C::Normal, C::Popup], &["space"], Action::Freeze, Word::KeyFreeze, 5),
    row(&[C::Normal, C::Popup], &["["], Action::TimeBack, Word::KeyTimeBack, 10),
    row(&[C::Normal, C::Popup], &["]"], Action::TimeForward, Word::KeyTimeForward, 0),
    row(&[C::Normal, C::Popup], &["{"], Action::MinuteBack, Word::KeyMinuteBack, 0),
    row(&[C::Normal, C::Popup], &["}"], Action::MinuteForward, Word::KeyMinuteForward, 0),
    row(&[C::Normal], &["tab"], Action::NextPanel, Word::KeyNextPanel, 8),
    row(&[C::Normal], &["backtab"], Action::PrevPanel, Word::KeyPrevPanel, 0),
    row(&[C::Normal], &["z"], Action::Zoom, Word::KeyZoom, 9),
    row(&[C::Chart], &["+", "="], Action::SpanLonger, Word::KeySpanLonger, 0),
    row(&[C::Chart], &["-"], Action::SpanShorter, Word::KeySpanShorter, 0),
    row(&[C::Map], &["+", "="], Action::MapNearer, Word::KeyNearer, 3),
    row(&[C::Map], &["-"], Action::MapFurther, Word::KeyFurther, 3),
    row(&[C::Map], &["F"], Action::MapFit, Word::KeyFit, 0),
    row(&[C::Map], &["O"], Action::ItsOrder, Word::KeyItsOrder, 0),
    row(&[C::OnOrder], &["D"], Action::ItsDelivery, Word::KeyItsDelivery, 0),
    row(&[C::Pan], &["f"], Action::MapFollow, Word::KeyFollowCourier, 2),
    row(&[C::Pan], &["left", "h"], Action::MapLeft, Word::KeyMapLeft, 0),
    row(&[C::Pan], &["right", "l"], Action::MapRight, Word::KeyMapRight, 0),
    row(&[C::Pan], &["up", "k"], Action::MapUp, Word::KeyMapUp, 0),
    row(&[C::Pan], &["down", "j"], Action::MapDown, Word::KeyMapDown, 0),
    row(&[C::Pan], &["enter"], Action::Open, Word::KeyOpen, 1),
    row(&[C::Pan], &["n"], Action::NextProblem, Word::KeyNextProblem, 0),
    row(&[C::Pan], &["N"], Action::PrevProblem, Word::KeyPrevProblem, 0),
    row(&[C::Normal, C::Popup], &["?"], Action::Help, Word::KeyHelp, 2),
    row(&[C::List], &["y"], Action::Copy, Word::KeyCopy, 0),
    row(&[C::Popup], &["y"], Action::Copy, Word::KeyCopy, 1),
    row(&[C::Keyed, C::Popup], &["f"], Action::Follow, Word::KeyFollow, 6),
    row(&[C::Records], &["@", "ctrl-g"], Action::Goto, Word::KeyGoto, 4),
    row(&[C::List], &["w"], Action::Write, Word::KeyWrite, 0),
    row(&[C::Normal, C::Popup], &["T"], Action::Theme, Word::KeyTheme, 0),
    row(&[C::Normal, C::Popup], &["U"], Action::Utc, Word::KeyUtc, 0),
    row(&[C::Normal, C::Popup], &["L"], Action::Language, Word::KeyLanguage, 0),
    row(&[C::Normal, C::Popup], &["P"], Action::Privacy, Word::KeyPrivacy, 0),
    row(&[C::Normal, C::Popup], &["S"], Action::Save, Word::KeySave, 0),
    row(&[C::List, C::Popup, C::Palette, C::Menu], &["down"], Action::Down, Word::KeyDown, 0),
    row(&[C::List, C::Popup, C::Palette, C::Menu], &["up"], Action::Up, Word::KeyUp, 0),
    row(&[C::List, C::Popup, C::Menu], &["j"], Action::Down, Word::KeyDown, 0),
    row(&[C::List, C::Popup, C::Menu], &["k"], Action::Up, Word::KeyUp, 0),
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
    row(&[C::Filter, C::Palette, C::Menu], &["enter"], Action::Accept, Word::KeyAccept, 1),
    row(&[C::Filter], &["up"], Action::Older, Word::KeyOlder, 2),
    row(&[C::Filter], &["down"], Action::Newer, Word::KeyNewer, 0),
    row(&[C::List], &["c"], Action::Columns, Word::KeyColumns, 0),
    row(&[C::List], &["p"], Action::Pin, Word::KeyPin, 0),
    row(&[C::Normal], &[], Action::Panels, Word::KeyPanels, 0),
    row(&[C::Normal], &[], Action::SaveLayout, Word::KeySaveLayout, 0),
    row(&[C::Chooser], &["space", "enter"], Action::Toggle, Word::KeyToggle, 1),
    row(&[C::Chooser], &["K", "left"], Action::Earlier, Word::KeyEarlier, 2),
    row(&[C::Chooser], &["J", "right"], Action::Later, Word::KeyLater, 3),
    row(&[C::Chooser], &["d"], Action::Shipped, Word::KeyShipped, 4),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyCode;

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
        let error = Keymap::load(&rows).err().unwrap().to_string();
        assert!(error.contains("x is open in [list], and x is zoom in [list]"), "{error}");
    }

    #[test]
    fn a_key_that_begins_a_chord_cannot_be_bound_too() {
        const CONTEXTS: [&[Context]; 2] = [&[C::List], &[C::Normal]];
        for contexts in CONTEXTS {
            let rows = [
                row(&[C::List], &["g g"], Action::Top, Word::KeyTop, 0),
                row(contexts, &["g"], Action::Bottom, Word::KeyBottom, 0),
            ];
            assert!(Keymap::load(&rows).is_err(), "the chord could never be completed");
        }
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

    #[test]
    fn every_context_of_the_table_is_known_by_name() {
        for context in BINDINGS.iter().flat_map(|b| b.contexts) {
            assert!(Context::ALL.contains(context), "{context:?}");
        }
        assert_eq!((Action::HalfUp.name(), C::Normal.name()), ("half_up".into(), "normal".into()));
    }
}
