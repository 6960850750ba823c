//! From keys and clicks to state. What must happen outside (asking the engine, copying, leaving) comes out as [`Effect`]s.

use super::commands::Errand;
use super::draw::Hits;
use super::footer::contexts;
use super::frozen::Frozen;
use super::keymap::{Action, Key, Lookup as KeyLookup};
use super::layout;
use super::panels::PanelId;
use super::privacy::Masked;
use super::state::{Layer, Message, Popup, Prompt, Screen, UiState};
use super::widgets::ink::Ctx;
use crate::model::{Ask, ChartSpan, Journal, LookupId, Way};
use crate::snapshot::View;
use crate::text::{Word, speaking};
use crossterm::event::MouseEvent;
use std::cell::RefCell;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Ask(Ask),
    Copy(String),
    /// The terminal is lent to a program.
    Run(Errand),
    Write(super::write::Export),
    /// The screen, for the post-mortem.
    Save,
    Leave,
    Suspend,
    Redraw,
    SaveLayout,
    /// To another cluster.
    Switch(Arc<str>),
}

/// The state, and what turns input into changes of it.
pub struct Ui {
    pub state: UiState,
    pub newest: Arc<View>,
    pub hits: Hits,
    pub(super) masked: RefCell<Masked>,
    /// Keys of a chord that is not complete.
    pub(super) pressed: Vec<Key>,
    pub(super) effects: Vec<Effect>,
}

/// A message in the footer goes after this long.
const MESSAGE_MS: i64 = 3_000;

impl Ui {
    pub fn new(state: UiState) -> Self {
        let newest = Arc::new(View::default());
        Self { state, newest, hits: Hits::default(), masked: RefCell::default(), pressed: Vec::new(), effects: Vec::new() }
    }

    /// Takes what has to be done outside.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// A new view is there. False when it is the one we have.
    pub fn view(&mut self, view: Arc<View>) -> bool {
        if Arc::ptr_eq(&view, &self.newest) {
            return false;
        }
        self.state.live_at = view.snapshot.taken_at;
        self.state.live_seen = view.snapshot.totals.records.seen;
        self.state.moments = view.moments.clone();
        self.newest = view;
        self.take_answer();
        self.take_past();
        self.carry_searches();
        self.land();
        self.read_moment();
        if self.state.frozen.is_none() {
            self.refresh_lists(false);
        }
        self.look_at_group();
        true
    }

    /// Asks for what the list of groups shows of the selected one, where it stands on the screen, and not of each that somebody
    /// passes by: a question for members costs the cluster a reading.
    fn look_at_group(&mut self) {
        let stands = self.state.screen == Screen::Groups && self.hits.drew(&[PanelId::GroupInfo, PanelId::Members]);
        let view = self.shown();
        let selected = stands.then(|| super::panels::selected_group(Ctx { view: &view, state: &self.state })).flatten();
        let selected = selected.map(|group| group.name.clone());
        if self.state.group_passed == selected {
            self.state.group_in_sight.clone_from(&selected);
        }
        self.state.group_passed = selected;
    }

    /// What vigie said meanwhile. False: nothing.
    pub fn read_log(&mut self, journal: &Journal) -> bool {
        let known = self.state.log.first().map_or(0, |line| line.number);
        if journal.written() == known {
            return false;
        }
        self.state.log = journal.lines();
        true
    }

    /// The answer to a record's look-up goes to its popup, also when the screen is frozen.
    fn take_answer(&mut self) {
        let look = &self.state.look;
        for layer in &mut self.state.layers {
            if let Layer::Popup(Popup::Record { lookup: Some(id), answer, row, .. }) = layer
                && let Some(told) = self.newest.focus.answers.get(id)
            {
                let told = if look.hiding.is_on() { Arc::new(look.personal.answer(told)) } else { told.clone() };
                if let Some(found) = super::popups::found(row, &told) {
                    *row = Arc::new(found);
                }
                *answer = Some(told);
            }
        }
    }

    fn refresh_lists(&mut self, now: bool) {
        let view = self.shown();
        for panel in layout::panels(self.state.screen) {
            if let Some(list) = panel.list() {
                (list.refresh)(&view, &mut self.state, now);
            }
        }
    }

    pub(super) fn refresh_list(&mut self, panel: PanelId) {
        let view = self.shown();
        if let Some(list) = panel.list() {
            (list.refresh)(&view, &mut self.state, true);
        }
    }

    /// What the last draw told: how long pages are.
    pub fn drawn(&mut self, hits: Hits) {
        for (panel, rows) in &hits.pages {
            self.state.lists[*panel as usize].page = *rows;
        }
        self.hits = hits;
    }

    pub fn say(&mut self, text: String) {
        self.state.message = Some(Message { text, until: self.state.live_at.plus_ms(MESSAGE_MS) });
    }

    /// A message from outside the input.
    pub fn say_word(&mut self, id: Word) {
        self.say(id.of(self.state.look.language).to_owned());
    }

    pub fn key(&mut self, key: Key) {
        speaking(self.state.look.language, || self.press(key));
    }

    fn press(&mut self, key: Key) {
        self.state.message = None;
        self.pressed.push(key);
        let contexts = contexts(&self.state);
        match self.state.keys.lookup(&contexts, &self.pressed) {
            KeyLookup::Pending => return,
            KeyLookup::Action(action) => self.act(action),
            KeyLookup::Nothing if self.belongs_elsewhere() => return,
            KeyLookup::Nothing if self.pressed.len() > 1 => {
                // The chord came to nothing: its last key stands for itself.
                self.pressed.clear();
                return self.press(key);
            }
            KeyLookup::Nothing => self.type_key(key),
        }
        self.pressed.clear();
    }

    /// Somebody outside wants us to stop, as Ctrl-Z does.
    pub fn suspend(&mut self) {
        self.act(Action::Suspend);
    }

    pub fn paste(&mut self, text: &str) {
        match self.state.layers.last_mut() {
            Some(Layer::Filter { line, .. } | Layer::Prompt { line, .. }) => line.insert(text),
            Some(Layer::Palette(palette)) => palette.line.insert(text),
            _ => return,
        }
        self.typed();
    }

    fn type_key(&mut self, key: Key) {
        let edited = match self.state.layers.last_mut() {
            Some(Layer::Filter { line, .. } | Layer::Prompt { line, .. }) => line.key(key),
            Some(Layer::Palette(palette)) => palette.line.key(key),
            _ => false,
        };
        if edited {
            self.typed();
        }
    }

    fn typed(&mut self) {
        match self.state.layers.last_mut() {
            Some(Layer::Palette(palette)) => palette.search(),
            Some(Layer::Prompt { prompt: Prompt::Find, line }) => {
                let text = line.text().to_owned();
                self.find_in_help(&text);
            }
            _ => self.apply_filter(),
        }
    }

    pub fn mouse(&mut self, event: MouseEvent) {
        speaking(self.state.look.language, || self.point(event));
    }

    pub(super) fn focus(&mut self, panel: PanelId) {
        if layout::standing(&self.state).contains(&panel) {
            self.state.focus.insert(self.state.screen, panel);
        }
    }

    pub(super) fn touch(&mut self, panel: PanelId) {
        self.state.orders[panel as usize].touched_at = self.state.live_at;
    }

    /// The selected row's place in its list.
    pub(super) fn place(&self, panel: PanelId) -> Option<usize> {
        let keys = (panel.list()?.keys)(&self.shown(), &self.state);
        (!keys.is_empty()).then(|| self.state.list(panel).place(keys.iter().map(|(k, _)| k)))
    }

    pub(super) fn select(&mut self, panel: PanelId, index: usize) {
        let Some(list) = panel.list() else { return };
        let keys = (list.keys)(&self.shown(), &self.state);
        self.touch(panel);
        let live = super::past::open(&self.state).is_none();
        let state = &mut self.state.lists[panel as usize];
        state.select(&keys, index);
        // The top of the tail is wherever the newest record is.
        if panel == PanelId::Tail && index == 0 && live {
            state.selected = None;
        }
        // The rows of another group have another order.
        if panel == PanelId::Groups {
            self.refresh_list(PanelId::GroupPartitions);
        }
    }

    pub(super) fn select_key(&mut self, panel: PanelId, key: super::list::RowKey) {
        let Some(list) = panel.list() else { return };
        let place = (list.keys)(&self.shown(), &self.state).iter().position(|(k, _)| *k == key);
        if let Some(place) = place {
            self.select(panel, place);
        }
    }

    pub(super) fn go(&mut self, screen: Screen) {
        self.note_way(screen);
        self.show_screen(screen);
    }

    pub(super) fn show_screen(&mut self, screen: Screen) {
        if screen != Screen::Follow {
            self.leave_follow();
        }
        if screen == Screen::Topic && self.state.topic.is_none() {
            let view = self.shown();
            let chosen =
                self.place(PanelId::Topics).and_then(|i| PanelId::Topics.list().and_then(|l| (l.copy)(&view, &self.state, i)));
            self.state.topic = chosen.and_then(|name| view.snapshot.topic(&name).map(|t| t.name.clone()));
        }
        // Who leaves the log has seen what stood there.
        if self.state.screen == Screen::Log || screen == Screen::Log {
            self.state.log_seen = self.state.log.first().map_or(0, |line| line.number);
        }
        self.state.screen = screen;
        self.state.zoom = false;
        self.refresh_lists(false);
    }

    pub(super) fn freeze(&mut self) {
        // From the past of a topic, too, it is the key that leads back to now.
        let past = super::past::open(&self.state).is_some();
        if past {
            self.leave_past();
        }
        match self.state.frozen {
            Some(_) => self.go_live(),
            None if past => {}
            None => self.state.frozen = Some(Frozen::of(&self.newest)),
        }
        self.refresh_lists(false);
    }

    pub(super) fn sort_by(&mut self, panel: PanelId, column: &'static str) {
        let Some(list) = panel.list() else { return };
        let order = &mut self.state.orders[panel as usize];
        if order.column.or(list.default_sort) == Some(column) {
            order.reverse = !order.reverse;
        } else {
            order.reverse = false;
        }
        order.column = Some(column);
        self.show_top(panel);
    }

    /// Who asks for another order wants to see who comes first by it.
    pub(super) fn show_top(&mut self, panel: PanelId) {
        self.refresh_list(panel);
        self.state.lists[panel as usize].show_top();
    }

    /// Who goes past an end of a list that goes on is given more.
    pub(super) fn load_on_at_end(&mut self, panel: PanelId, place: usize, by: isize) {
        self.stay_here(panel);
        let last = panel.list().map_or(0, |l| (l.keys)(&self.shown(), &self.state).len().saturating_sub(1));
        let to = place.saturating_add_signed(by);
        if by > 0 && to >= last {
            self.load_on(panel, Way::Back);
        } else if by < 0 && place.checked_add_signed(by).is_none_or(|to| to == 0) {
            self.load_on(panel, Way::Forward);
        }
    }

    pub(super) fn longer(&mut self, by: isize) {
        const SPANS: [ChartSpan; 4] = [ChartSpan::Minute, ChartSpan::TenMinutes, ChartSpan::Hour, ChartSpan::SixHours];
        let at = SPANS.iter().position(|s| *s == self.state.span).unwrap_or(1);
        self.state.span = SPANS[at.saturating_add_signed(by).min(SPANS.len() - 1)];
    }

    pub(super) fn next_lookup(&mut self) -> LookupId {
        let id = LookupId(self.state.next_lookup);
        self.state.next_lookup += 1;
        id
    }
}
