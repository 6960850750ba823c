//! `:` — every action, topic and group by a few of its letters.

use super::keymap::{Action, BINDINGS, Context, shown};
use super::line::LineEdit;
use crate::snapshot::View;
use crate::text::{visible, word};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    Action(Action),
    Topic(Arc<str>),
    Group(Arc<str>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub choice: Choice,
    pub text: String,
    /// The key that does the same.
    pub key: String,
}

#[derive(Clone, Debug, Default)]
pub struct Palette {
    pub line: LineEdit,
    all: Vec<Item>,
    /// Best first.
    pub found: Vec<Item>,
    pub selected: usize,
}

/// As many as anybody would look through.
const MOST: usize = 100;

impl Palette {
    pub fn open(view: &View) -> Self {
        let mut all: Vec<Item> = Vec::new();
        for binding in BINDINGS.iter().filter(|b| b.contexts.iter().any(|c| is_of_screens(*c))) {
            if matches!(binding.action, Action::Palette | Action::Up | Action::Down) || all.iter().any(|i| i.is(binding.action)) {
                continue;
            }
            let key = binding.keys.first().map(|k| shown(k)).unwrap_or_default();
            all.push(Item { choice: Choice::Action(binding.action), text: word(binding.word).to_owned(), key });
        }
        // Enter right after `:` must not end the program.
        all.sort_by_key(|item| item.is(Action::Quit) || item.is(Action::Suspend));
        let names = view.snapshot.topics.iter().map(|t| Choice::Topic(t.name.clone()));
        let groups = view.snapshot.groups.iter().map(|g| Choice::Group(g.name.clone()));
        all.extend(names.chain(groups).map(|choice| {
            let text = match &choice {
                Choice::Topic(name) | Choice::Group(name) => visible(name).into_owned(),
                Choice::Action(_) => String::new(),
            };
            Item { choice, text, key: String::new() }
        }));
        let mut palette = Self { all, ..Self::default() };
        palette.search();
        palette
    }

    /// Looks again after the line changed.
    pub fn search(&mut self) {
        self.selected = 0;
        let pattern = Pattern::parse(self.line.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, &Item)> = Vec::new();
        for item in &self.all {
            if let Some(score) = pattern.score(Utf32Str::new(&item.text, &mut buffer), &mut matcher) {
                scored.push((score, item));
            }
        }
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = scored.into_iter().take(MOST).map(|(_, item)| item.clone()).collect();
    }

    pub fn step(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.found.len().saturating_sub(1));
    }
}

impl Item {
    fn is(&self, action: Action) -> bool {
        self.choice == Choice::Action(action)
    }
}

fn is_of_screens(context: Context) -> bool {
    matches!(context, Context::Always | Context::Normal | Context::List | Context::Chart)
}
