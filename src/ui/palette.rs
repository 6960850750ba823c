//! `:` — everything that can be done and gone to, by a few of its letters.

use super::keymap::{Action, Context};
use super::line::LineEdit;
use super::state::UiState;
use super::words::span_word;
use crate::model::ChartSpan;
use crate::snapshot::View;
use crate::text::{Word, visible, word};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    Action(Action),
    Topic(Arc<str>),
    Group(Arc<str>),
    Order(Arc<str>),
    Courier(Arc<str>),
    /// Follows it over all topics.
    Key(Arc<str>),
    Span(ChartSpan),
    /// By its place among the themes.
    Theme(usize),
    Cluster(Arc<str>),
}

#[derive(Clone, Debug)]
pub struct Item {
    pub choice: Choice,
    pub text: Arc<str>,
    /// The key that does the same.
    pub key: String,
}

#[derive(Clone, Debug, Default)]
pub struct Palette {
    pub line: LineEdit,
    all: Vec<Item>,
    /// What was chosen last, before the rest while nothing is typed.
    recent: Vec<Item>,
    /// Best first.
    pub found: Vec<Item>,
    pub selected: usize,
    /// The last of `found` are made of what is typed, which nothing is called.
    pub guesses: usize,
    /// Names that a key press does not search any more.
    pub left_out: usize,
    /// The text of the last search, and all that it found, as places in `all`.
    searched: Option<(String, Vec<usize>)>,
}

/// As many as anybody would look through.
const MOST: usize = 100;
/// A key press looks through at most this many.
const SEARCHED: usize = 100_000;
const SPANS: [ChartSpan; 4] = [ChartSpan::Minute, ChartSpan::TenMinutes, ChartSpan::Hour, ChartSpan::SixHours];

impl Palette {
    pub fn open(view: &View, state: &UiState) -> Self {
        let mut all = actions(state);
        // Enter right after `:` must not end the program.
        all.sort_by_key(|item| (!item.choice.is_screen(), !item.choice.is_harmless()));
        let named = |what: Word, name: &str, choice| Item::new(choice, format!("{} {name}", word(what)));
        all.extend(SPANS.map(|span| named(Word::KindSpan, span_word(span), Choice::Span(span))));
        let themes = state.look.themes.iter().enumerate();
        all.extend(themes.map(|(i, theme)| named(Word::Theme, &visible(&theme.name), Choice::Theme(i))));
        let others = state.clusters.names.iter().filter(|name| **name != state.clusters.here.name);
        all.extend(others.map(|name| named(Word::Cluster, &visible(name), Choice::Cluster(name.clone()))));
        let names = names(view);
        let room = SEARCHED.saturating_sub(all.len());
        let left_out = names.len().saturating_sub(room);
        all.extend(names.into_iter().take(room).map(|(choice, name)| Item { choice, text: shown(&name), key: String::new() }));
        let recent = state.recent.iter().filter_map(|choice| all.iter().find(|i| i.choice == *choice).cloned()).collect();
        let mut palette = Self { all, recent, left_out, ..Self::default() };
        palette.search();
        palette
    }

    /// Looks again after the line changed. Who types on looks only through what was found before.
    pub fn search(&mut self) {
        self.selected = 0;
        let text = self.line.text();
        let before = self.searched.take().filter(|(old, _)| text.starts_with(old.as_str()) && old.chars().all(is_plain));
        let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut score = |i: usize| pattern.score(Utf32Str::new(&self.all[i].text, &mut buffer), &mut matcher);
        let hit = |i: usize| Some((Reverse(score(i)?), i));
        let mut hits: Vec<(Reverse<u32>, usize)> = match before {
            Some((_, places)) => places.into_iter().filter_map(hit).collect(),
            None => (0..self.all.len()).filter_map(hit).collect(),
        };
        let places = hits.iter().map(|(_, i)| *i).collect();
        if hits.len() > MOST {
            hits.select_nth_unstable(MOST);
            hits.truncate(MOST);
        }
        hits.sort_unstable();
        let found = hits.into_iter().map(|(_, i)| self.all[i].clone());
        self.found = if text.is_empty() {
            let known = |item: &Item| self.recent.iter().any(|r| r.choice == item.choice);
            self.recent.iter().cloned().chain(found.filter(|item| !known(item))).collect()
        } else {
            found.collect()
        };
        let text = text.to_owned();
        if let Some(id) = named(&text, ["order", word(Word::Order)]) {
            self.found.insert(0, Item::order(id));
        }
        if let Some(key) = named(&text, ["follow", word(Word::KeyFollow)]) {
            self.found.insert(0, Item::key(key));
        }
        self.guess(&text);
        self.searched = Some((text, places));
    }

    /// A word that nothing is called, or that looks like an id, may be one that no list has.
    fn guess(&mut self, text: &str) {
        let is_word = !text.is_empty() && text.chars().all(|c| !c.is_whitespace()) && !text.starts_with(['^', '!', '\'']);
        let may_be_id = is_word && (self.found.is_empty() || text.contains(|c: char| c.is_ascii_digit()));
        let mut guesses = if may_be_id { vec![Item::order(text), Item::key(text)] } else { Vec::new() };
        guesses.retain(|guess| self.found.iter().all(|item| item.choice != guess.choice));
        self.guesses = guesses.len();
        self.found.append(&mut guesses);
    }

    pub fn step(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.found.len().saturating_sub(1));
    }

    /// The selected theme: it shows as long as it is selected.
    pub fn theme(&self) -> Option<usize> {
        match self.found.get(self.selected)?.choice {
            Choice::Theme(index) => Some(index),
            _ => None,
        }
    }
}

impl Choice {
    pub fn kind(&self) -> &'static str {
        word(match self {
            Self::Action(_) if self.is_screen() => Word::KindScreen,
            Self::Action(Action::Own(_)) => Word::KindCommand,
            Self::Action(_) | Self::Key(_) => Word::KindAction,
            Self::Topic(_) => Word::Topic,
            Self::Group(_) => Word::Group,
            Self::Order(_) => Word::Order,
            Self::Courier(_) => Word::ColCourier,
            Self::Span(_) => Word::KindSpan,
            Self::Theme(_) => Word::Theme,
            Self::Cluster(_) => Word::Cluster,
        })
    }

    fn is_screen(&self) -> bool {
        use Action as A;
        matches!(
            self,
            Self::Action(
                A::Overview
                    | A::Topic
                    | A::Groups
                    | A::Orders
                    | A::Deliveries
                    | A::Payments
                    | A::Stock
                    | A::Customers
                    | A::Channels
                    | A::Cluster
                    | A::Log
                    | A::Alerts
            )
        )
    }

    /// Whether one may come to it by mistake.
    pub fn is_harmless(&self) -> bool {
        !matches!(self, Self::Action(Action::Quit | Action::Suspend))
    }
}

impl Item {
    fn new(choice: Choice, text: String) -> Self {
        Self { choice, text: text.into(), key: String::new() }
    }

    fn order(id: &str) -> Self {
        Self::new(Choice::Order(id.into()), format!("{} {}", word(Word::Order), visible(id)))
    }

    fn key(id: &str) -> Self {
        Self::new(Choice::Key(id.into()), format!("{} {}", word(Word::KeyFollow), visible(id)))
    }
}

/// How the palette opens any order; `None`: it has no key.
pub fn opens_orders(state: &UiState) -> Option<String> {
    let key = state.keys.key(Context::Normal, Action::Palette)?;
    let gap = if key.chars().count() > 1 { " " } else { "" };
    Some(format!("{key}{gap}{} ID", word(Word::Order)))
}

/// `order ID`, `follow ID`: whatever it is, also one that no list shows.
fn named<'a>(text: &'a str, words: [&str; 2]) -> Option<&'a str> {
    let (what, id) = text.split_once(' ')?;
    words.contains(&what).then_some(id.trim()).filter(|id| !id.is_empty())
}

/// What keys do on a screen, each once.
fn actions(state: &UiState) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::new();
    let here = |c: Context| c.listens_with(Context::Normal);
    for row in state.keys.rows().iter().filter(|r| here(r.context)) {
        let choice = Choice::Action(row.action);
        if matches!(row.action, Action::Palette | Action::Up | Action::Down) || out.iter().any(|i| i.choice == choice) {
            continue;
        }
        let key = row.keys.first().map(|chord| chord.text.clone()).unwrap_or_default();
        out.push(Item { choice, text: row.label.text().into(), key });
    }
    out
}

fn names(view: &View) -> Vec<(Choice, Arc<str>)> {
    let business = &view.snapshot.business;
    let orders = business.orders.iter().flat_map(|o| o.orders.iter().flatten()).map(|o| &o.id);
    let deliveries = business.deliveries.iter().flat_map(|d| d.deliveries.iter().flatten());
    let mut couriers: Vec<&Arc<str>> = deliveries.filter_map(|d| d.courier.as_ref()).collect();
    couriers.sort_unstable();
    couriers.dedup();
    let of = |kind: fn(Arc<str>) -> Choice| move |name: &Arc<str>| (kind(name.clone()), name.clone());
    let topics = view.snapshot.topics.iter().map(|t| &t.name).map(of(Choice::Topic));
    let groups = view.snapshot.groups.iter().map(|g| &g.name).map(of(Choice::Group));
    topics.chain(groups).chain(orders.map(of(Choice::Order))).chain(couriers.into_iter().map(of(Choice::Courier))).collect()
}

/// The name itself where it is harmless, which nearly all are.
fn shown(name: &Arc<str>) -> Arc<str> {
    match visible(name) {
        Cow::Borrowed(_) => name.clone(),
        Cow::Owned(text) => text.into(),
    }
}

/// Signs of a pattern apart (`!`, `$` …), a longer text finds a part of what a shorter one found.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_')
}
