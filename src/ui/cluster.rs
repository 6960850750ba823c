//! Which cluster is on the screen, and going to another one: the interface stays, what it is fed by is exchanged.

use super::badge::parse_colour;
use super::memory::Memory;
use super::privacy::PrivacyMode;
use super::state::{Layer, Popup, Screen};
use super::update::{Effect, Ui};
use crate::model::{Ask, BaseMap, TailFilter, Timestamp};
use crate::snapshot::{Privacy, View};
use crate::text::{Word, speaking, visible, word};
use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, never};
use ratatui::style::Color;
use std::path::PathBuf;
use std::sync::Arc;

/// How a cluster is told apart from the others at a glance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClusterSign {
    pub name: Arc<str>,
    pub badge: Option<Color>,
    pub production: bool,
    /// What is personal here, and whether it is hidden; `None`: as it was.
    pub privacy: Option<(PrivacyMode, Arc<Privacy>)>,
}

impl ClusterSign {
    /// # Errors
    /// `badge` is no colour.
    pub fn new(name: &str, badge: Option<&str>, production: bool) -> Result<Self, String> {
        let badge = badge.map(parse_colour).transpose()?;
        Ok(Self { name: name.into(), badge, production, privacy: None })
    }

    /// Nothing sets it apart.
    pub fn is_plain(&self) -> bool {
        self.badge.is_none() && !self.production
    }
}

/// What a cluster's running set gives and takes.
pub struct Feed {
    pub view: Arc<ArcSwap<View>>,
    /// A new view is there; at most four a second.
    pub beat: Receiver<()>,
    pub asks: Sender<Ask>,
}

/// A cluster that is shown from now on.
#[derive(Clone)]
pub struct Arrival {
    pub sign: ClusterSign,
    /// Where its screen, sorts and filters are kept; `None`: they are not.
    pub memory: Option<PathBuf>,
    /// What is kept there is not taken up.
    pub fresh: bool,
    /// What lies under its couriers; `None`: the map of the start.
    pub map: Option<Arc<BaseMap>>,
}

/// The answer to a wish for another cluster.
pub enum Switched {
    To(Feed, Arrival),
    /// The one before stays.
    Refused {
        name: Arc<str>,
        why: String,
    },
}

/// The way to other clusters.
pub struct ClusterPorts {
    pub here: Arrival,
    /// The profiles that one may go to, sorted.
    pub names: Vec<Arc<str>>,
    pub wishes: Sender<Arc<str>>,
    pub told: Receiver<Switched>,
}

impl ClusterPorts {
    /// There is no other one.
    pub fn only(name: &str) -> Self {
        let here =
            Arrival { sign: ClusterSign { name: name.into(), ..ClusterSign::default() }, memory: None, fresh: true, map: None };
        Self { here, names: Vec::new(), wishes: crossbeam_channel::bounded(0).0, told: never() }
    }
}

/// Of the clusters, what the screen knows.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    pub here: ClusterSign,
    pub names: Vec<Arc<str>>,
    /// The one that was shown before.
    pub before: Option<Arc<str>>,
}

impl Ui {
    pub(super) fn wish_for(&mut self, name: Arc<str>) {
        if name == self.state.clusters.here.name {
            return self.say(format!("{} {}", word(Word::AlreadyOn), visible(&name)));
        }
        self.say(format!("{} {} …", word(Word::SwitchingTo), visible(&name)));
        self.effects.push(Effect::Switch(name));
    }

    /// Back to where one came from, while nothing is known of the cluster here.
    pub(super) fn turn_back(&mut self) -> bool {
        let Some(before) = self.state.clusters.before.clone() else { return false };
        if !super::connection::nothing_known(&self.newest) {
            return false;
        }
        self.wish_for(before);
        true
    }

    /// Another cluster is shown from now on: what was chosen on the one before goes, how the person wants to see things stays.
    pub fn arrive(&mut self, sign: ClusterSign, memory: &Memory) {
        if let Some((mode, personal)) = &sign.privacy {
            self.enter(*mode, personal.clone());
        }
        let before = std::mem::replace(&mut self.state.clusters.here, sign);
        if !before.name.is_empty() {
            self.state.clusters.before = Some(before.name);
        }
        self.leave_all();
        self.newest = Arc::new(View::default());
        self.state.recall(memory);
    }

    fn leave_all(&mut self) {
        let state = &mut self.state;
        (state.screen, state.zoom, state.frozen, state.travel) = (Screen::default(), false, None, None);
        state.moments = Default::default();
        state.focus.clear();
        state.maps = Default::default();
        (state.topic, state.group, state.order) = (None, None, None);
        (state.group_in_sight, state.group_passed) = (None, None);
        (state.beside, state.comparing) = (None, None);
        // The searches were the other session's, and ended with it.
        (state.past, state.follow) = (None, None);
        state.way.clear();
        state.layers.clear();
        // Names of there, which may have to be hidden here.
        state.recent.clear();
        state.filter_history.clear();
        state.lists.fill_with(Default::default);
        state.orders.fill_with(Default::default);
        state.filters.fill_with(Default::default);
        (state.tail_filter, state.tail_filter_text) = (TailFilter::All, String::new());
        (state.live_at, state.live_seen, state.message) = (Timestamp::default(), 0, None);
    }

    /// Something to be read before one goes on.
    pub fn notice(&mut self, text: &str) {
        let title = speaking(self.state.look.language, || word(Word::Notice)).to_owned();
        self.state.layers.push(Layer::Popup(Popup::Notice { title, text: text.to_owned(), scroll: 0 }));
    }

    pub fn refused(&mut self, name: &str, why: &str) {
        self.state.message = None;
        let title = speaking(self.state.look.language, || format!("{} {}", word(Word::NotSwitchedTo), visible(name)));
        self.state.layers.push(Layer::Popup(Popup::Notice { title, text: why.to_owned(), scroll: 0 }));
    }
}
