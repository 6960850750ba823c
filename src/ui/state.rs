//! What the person chose: the screen, the selection, filters, layers over the screen. Apart from the `View`, so that a draw is a
//! function of both and changes neither.

use super::chosen::Chosen;
use super::cluster::Clusters;
use super::color::Depth;
use super::filter::NameFilter;
use super::follow::Follow;
use super::frozen::Frozen;
use super::keymap::Keymap;
use super::line::LineEdit;
use super::list::{ListState, Order};
use super::map::Maps;
use super::palette::{Choice, Palette};
use super::panels::PanelId;
use super::past::Past;
use super::privacy::Hiding;
use super::theme::Theme;
use super::way::Place;
use crate::model::{Answer, BaseMap, ChartSpan, Focused, LogLine, LookupId, TailFilter, Timestamp};
use crate::snapshot::{Alert, Privacy, TailRow, View};
use crate::text::Language;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    #[default]
    Overview,
    Topic,
    /// Two topics on the same scales.
    Compare,
    Groups,
    /// One group, drilled into from Groups.
    Group,
    Orders,
    /// One order, drilled into from Orders.
    Order,
    Deliveries,
    /// One delivery, drilled into from Deliveries.
    Delivery,
    Payments,
    Stock,
    Customers,
    Channels,
    Cluster,
    Log,
    Alerts,
    /// The records of one key.
    Follow,
}

impl Screen {
    pub const ALL: &[Self] = &[
        Self::Overview,
        Self::Topic,
        Self::Compare,
        Self::Groups,
        Self::Group,
        Self::Orders,
        Self::Order,
        Self::Deliveries,
        Self::Delivery,
        Self::Payments,
        Self::Stock,
        Self::Customers,
        Self::Channels,
        Self::Cluster,
        Self::Log,
        Self::Alerts,
        Self::Follow,
    ];
}

/// Something over the screen; the last one has the keys, Esc pops it.
#[derive(Clone, Debug)]
pub enum Layer {
    Filter { panel: PanelId, line: LineEdit, before: String },
    Palette(Palette),
    Choose(super::chooser::Chooser),
    Prompt { prompt: Prompt, line: LineEdit },
    Popup(Popup),
}

/// What one line of input is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// A place in the past of the topic.
    Goto,
    /// Where to write what a list shows.
    Write(PanelId),
    /// What is looked for in the help under it.
    Find,
}

#[derive(Clone, Debug)]
pub enum Popup {
    /// `find`: only the lines that have these words.
    Help {
        scroll: usize,
        find: String,
    },
    Record {
        row: Arc<TailRow>,
        lookup: Option<LookupId>,
        answer: Option<Arc<Answer>>,
        scroll: usize,
    },
    /// `ended`: it is over.
    Alert {
        alert: Arc<Alert>,
        ended: Option<Timestamp>,
        scroll: usize,
    },
    /// For how long shall it be quiet?
    Silence {
        alert: Arc<Alert>,
        selected: usize,
    },
    Log {
        line: Arc<LogLine>,
        scroll: usize,
    },
    /// Something that did not work, with why.
    Notice {
        title: String,
        text: String,
        scroll: usize,
    },
}

/// What the program wrote to the terminal, for the help page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Written {
    pub frames: u64,
    pub bytes: u64,
    /// Over the last beats.
    pub bytes_per_s: f64,
}

/// How things are drawn, from the configuration and the terminal.
#[derive(Clone, Debug)]
pub struct Look {
    pub themes: Vec<Theme>,
    pub theme: usize,
    pub depth: Depth,
    /// Only what a terminal without Unicode can show: no braille, no fine blocks.
    pub ascii: bool,
    /// Not quite: the signs of the console's font are there (`TERM=linux`).
    pub console: bool,
    /// What lies under the couriers.
    pub map: Arc<BaseMap>,
    pub zone: jiff::tz::TimeZone,
    pub utc: bool,
    pub language: Language,
    pub hiding: Hiding,
    /// What is personal.
    pub personal: Arc<Privacy>,
    /// Where saved screens go.
    pub save_dir: PathBuf,
}

#[derive(Clone, Debug)]
pub struct Message {
    pub text: String,
    /// The view's time after which it is gone.
    pub until: Timestamp,
}

#[derive(Clone, Debug)]
pub struct UiState {
    pub look: Look,
    pub keys: Arc<Keymap>,
    pub screen: Screen,
    pub topic: Option<Arc<str>>,
    /// The topic that it is, or will be, compared with.
    pub beside: Option<Arc<str>>,
    /// Chosen for a comparison, whose other side is still to be said.
    pub comparing: Option<Arc<str>>,
    pub group: Option<Arc<str>>,
    /// On the list of groups: the one whose lag over time or members stand on the screen, once the selection rests on it.
    pub group_in_sight: Option<Arc<str>>,
    /// The one that was selected there at the last view.
    pub group_passed: Option<Arc<str>>,
    pub order: Option<Arc<str>>,
    pub span: ChartSpan,
    /// Of screens where somebody moved; else it is their first panel.
    pub focus: HashMap<Screen, PanelId>,
    pub zoom: bool,
    pub maps: Maps,
    pub lists: Vec<ListState>,
    pub orders: Vec<Order>,
    pub filters: Vec<NameFilter>,
    /// A place in the past of a topic; `None`: its tail is live.
    pub past: Option<Past>,
    /// The key of the Follow screen.
    pub follow: Option<Follow>,
    /// The screens that lie behind this one, the last one left last.
    pub way: Vec<Place>,
    pub tail_filter: TailFilter,
    pub tail_filter_text: String,
    pub filter_history: Vec<String>,
    /// The palette's last choices, the newest first.
    pub recent: Vec<Choice>,
    pub layers: Vec<Layer>,
    pub frozen: Option<Frozen>,
    /// The past moment that is shown in place of now, or that the engine was asked for.
    pub travel: Option<Timestamp>,
    /// Since when it is shown without that its records were read.
    pub unread_since: Option<Timestamp>,
    /// The newest view's time and count of records, also while the screen is frozen.
    pub live_at: Timestamp,
    pub live_seen: u64,
    /// The pictures that can be gone back to.
    pub moments: crate::snapshot::Moments,
    /// vigie's own log, the newest line first.
    pub log: Arc<[Arc<LogLine>]>,
    /// Lines that somebody has seen on the Log screen.
    pub log_seen: u64,
    pub message: Option<Message>,
    pub written: Written,
    /// The link is slow: what changes by the second is left out.
    pub slow: bool,
    pub next_lookup: u64,
    pub clusters: Clusters,
    pub chosen: Chosen,
}

impl UiState {
    pub fn new(look: Look, keys: Keymap) -> Self {
        let panels = PanelId::ALL.len();
        Self {
            look,
            keys: Arc::new(keys),
            screen: Screen::default(),
            topic: None,
            beside: None,
            comparing: None,
            group: None,
            group_in_sight: None,
            group_passed: None,
            order: None,
            span: ChartSpan::default(),
            focus: HashMap::new(),
            zoom: false,
            maps: Maps::default(),
            lists: vec![ListState::default(); panels],
            orders: vec![Order::default(); panels],
            filters: vec![NameFilter::default(); panels],
            past: None,
            follow: None,
            way: Vec::new(),
            tail_filter: TailFilter::All,
            tail_filter_text: String::new(),
            filter_history: Vec::new(),
            recent: Vec::new(),
            layers: Vec::new(),
            frozen: None,
            travel: None,
            unread_since: None,
            live_at: Timestamp::default(),
            live_seen: 0,
            moments: crate::snapshot::Moments::default(),
            log: Arc::default(),
            log_seen: 0,
            message: None,
            written: Written::default(),
            slow: false,
            next_lookup: 1,
            clusters: Clusters::default(),
            chosen: Chosen::default(),
        }
    }

    /// The theme in use, or the one that is looked at in the palette.
    pub fn theme(&self) -> &Theme {
        let looked_at = match self.layers.last() {
            Some(Layer::Palette(palette)) => palette.theme(),
            _ => None,
        };
        let index = looked_at.unwrap_or(self.look.theme);
        &self.look.themes[index % self.look.themes.len()]
    }

    pub fn focused_panel(&self) -> PanelId {
        let standing = super::layout::standing(self);
        let chosen = self.focus.get(&self.screen).copied().filter(|panel| standing.contains(panel));
        chosen.or_else(|| standing.first().copied()).unwrap_or(PanelId::Topics)
    }

    pub fn list(&self, panel: PanelId) -> &ListState {
        &self.lists[panel as usize]
    }

    pub fn order(&self, panel: PanelId) -> &Order {
        &self.orders[panel as usize]
    }

    pub fn filter(&self, panel: PanelId) -> &NameFilter {
        &self.filters[panel as usize]
    }

    /// The view on the screen: the frozen one, else the newest.
    pub fn shown<'a>(&'a self, newest: &'a Arc<View>) -> &'a Arc<View> {
        self.frozen.as_ref().map_or(newest, |f| &f.view)
    }

    /// The moment that the whole dashboard is held at; `None`: it is live.
    pub fn moment(&self) -> Option<Timestamp> {
        self.travel.or_else(|| self.frozen.as_ref().map(|frozen| frozen.view.snapshot.taken_at))
    }

    /// What the engine should compute for this screen.
    pub fn wants(&self) -> Focused {
        let on_topic = matches!(self.screen, Screen::Topic | Screen::Compare);
        let group = match self.screen {
            Screen::Group => self.group.clone(),
            Screen::Groups => self.group_in_sight.clone(),
            _ => None,
        };
        Focused {
            topic: self.topic.clone().filter(|_| on_topic),
            span: self.span,
            filter: if on_topic { self.tail_filter.clone() } else { TailFilter::All },
            groups: group.into_iter().collect(),
            orders: if self.screen == Screen::Orders { self.filter(PanelId::Orders).asked() } else { TailFilter::All },
            order: self.order.clone().filter(|_| matches!(self.screen, Screen::Order | Screen::Delivery)),
            beside: self.beside.clone().filter(|_| self.screen == Screen::Compare),
            at: self.travel,
            map: matches!(self.screen, Screen::Deliveries | Screen::Delivery) && self.travel.is_none(),
        }
    }
}
