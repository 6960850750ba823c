//! From the shipped rows and the person's file to what a press means.

use super::chord::{Chord, Key};
use super::file;
use super::{Action, BINDINGS, Binding, Context};
use crate::text::{Word, word};
use crate::ui::commands::{On, OwnCommand};
use crate::ui::file::{FileError, Place};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum KeymapError {
    #[error("{one}, and {other}: give one of them another key")]
    Conflict { one: String, other: String },
    #[error("{key:?} is no key: write a character, one of enter, esc, tab, space, up, pgdn, home …, f1 to f24, or ctrl-x, alt-x")]
    NoKey { key: String },
    #[error("{key:?} cannot be told from {same}: terminals send the same for both")]
    Twin { key: String, same: &'static str },
    #[error("{key:?} is what one types in [{context}]: take a function key, or one with ctrl- or alt-")]
    Typed { key: String, context: String },
    #[error("ctrl-c always quits: give {action} another key")]
    AlwaysQuits { action: String },
    #[error(transparent)]
    File(#[from] FileError),
}

/// What the footer and the help call it.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    Word(Word),
    /// The person's own.
    Name(Arc<str>),
}

impl Label {
    pub fn text(&self) -> &str {
        match self {
            Self::Word(id) => word(*id),
            Self::Name(name) => name,
        }
    }
}

/// One action in one context, with all of its keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub context: Context,
    pub action: Action,
    /// The first one is shown.
    pub keys: Vec<Chord>,
    pub label: Label,
    /// Rank in the footer, 1 first; 0 is not in it.
    pub footer: u8,
    /// Where a file of the person's gives it its keys.
    pub place: Option<Place>,
}

impl Row {
    /// As files write it.
    fn name(&self) -> String {
        match &self.label {
            Label::Name(name) => format!("{name:?}"),
            Label::Word(_) => self.action.name(),
        }
    }

    /// Where its keys mean it, as the file that gives them writes it.
    fn context_name(&self) -> String {
        match On::ALL.iter().find(|on| self.is_own() && on.context() == self.context) {
            Some(on) => format!("context = {:?}", on.name()),
            None => format!("[{}]", self.context.name()),
        }
    }

    fn is_own(&self) -> bool {
        matches!(self.action, Action::Own(_))
    }
}

/// Every key of the program as it is in force.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    rows: Vec<Row>,
    commands: Vec<OwnCommand>,
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
    /// The shipped rows alone.
    #[cfg(test)]
    pub fn load(bindings: &[Binding]) -> Result<Self, KeymapError> {
        Self::of(rows(bindings)?).map_err(|(_, error)| error)
    }

    /// The shipped rows, with what the file says in place of theirs, and the person's own commands.
    ///
    /// # Errors
    /// A file that cannot be read, or what is wrong in it with its line.
    pub fn with_file(path: Option<&Path>, commands: Option<&Path>) -> Result<Self, KeymapError> {
        let mut rows = rows(BINDINGS)?;
        if let Some(path) = path {
            let text = std::fs::read_to_string(path).map_err(|source| FileError::Unreadable { file: path.into(), source })?;
            file::apply(&mut rows, path, &text)?;
        }
        let mut own = Vec::new();
        if let Some(path) = commands {
            own = crate::ui::commands::read(path)?;
            rows.extend((0..).zip(&own).map(|(place, command)| own_row(place, command, path)));
        }
        let keymap = Self::of(rows).map_err(|(place, error)| match place {
            Some(place) => place.wrong(error.to_string()).into(),
            None => error,
        })?;
        Ok(Self { commands: own, ..keymap })
    }

    pub fn command(&self, place: u16) -> Option<&OwnCommand> {
        self.commands.get(usize::from(place))
    }

    pub(super) fn of(rows: Vec<Row>) -> Result<Self, (Option<Place>, KeymapError)> {
        let mut actions: HashMap<(Context, Vec<Key>), Action> = HashMap::new();
        for row in &rows {
            for chord in &row.keys {
                check(row, chord).map_err(|error| (row.place.clone(), error))?;
                for other in &rows {
                    if let Some(known) = clash(row, chord, other) {
                        let error = KeymapError::Conflict { one: told(row, chord), other: told(other, known) };
                        let places = [other, row].into_iter().filter_map(|r| r.place.clone());
                        return Err((places.max_by_key(|p| p.line), error));
                    }
                }
                actions.insert((row.context, chord.keys.clone()), row.action);
            }
        }
        Ok(Self { rows, actions, commands: Vec::new() })
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

    /// The person's own commands that these keys mean or begin where something else is selected, and whether they are complete.
    pub fn elsewhere(&self, pressed: &[Key]) -> Option<(Vec<&OwnCommand>, bool)> {
        let mut complete = false;
        let mut commands = Vec::new();
        for row in &self.rows {
            if let Action::Own(place) = row.action
                && let Some(chord) = row.keys.iter().find(|chord| chord.keys.starts_with(pressed))
            {
                complete |= chord.keys.len() == pressed.len();
                commands.extend(self.command(place));
            }
        }
        (!commands.is_empty()).then_some((commands, complete))
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The key that the screen shows for an action, where it has one.
    pub fn key(&self, context: Context, action: Action) -> Option<String> {
        let row = self.rows.iter().find(|r| r.context == context && r.action == action)?;
        row.keys.first().map(Chord::shown)
    }

    /// The footer's rows for the contexts that listen: key, label, action. A key that a nearer context takes is not shown.
    pub fn footer(&self, contexts: &[Context]) -> Vec<(String, &str, Action)> {
        let mut found: Vec<(&Row, &Chord)> = Vec::new();
        for row in contexts.iter().flat_map(|c| self.rows.iter().filter(|r| r.context == *c && r.footer > 0)) {
            let heard = row.keys.iter().find(|k| self.lookup(contexts, &k.keys) == Lookup::Action(row.action));
            if let Some(chord) = heard.filter(|_| found.iter().all(|(r, _)| r.action != row.action)) {
                found.push((row, chord));
            }
        }
        found.sort_by_key(|(row, _)| row.footer);
        found.into_iter().map(|(row, chord)| (chord.shown(), row.label.text(), row.action)).collect()
    }
}

/// One row for each action of each context: the shipped table has several contexts in a row, and several rows for an action.
fn rows(bindings: &[Binding]) -> Result<Vec<Row>, KeymapError> {
    let mut rows: Vec<Row> = Vec::new();
    for binding in bindings {
        for context in binding.contexts {
            let keys = binding.keys.iter().map(|k| Chord::parse(k)).collect::<Result<Vec<_>, _>>()?;
            match rows.iter_mut().find(|r| r.context == *context && r.action == binding.action) {
                Some(row) => {
                    row.keys.extend(keys);
                    row.footer = row.footer.max(binding.footer);
                }
                None => rows.push(Row {
                    context: *context,
                    action: binding.action,
                    keys,
                    label: Label::Word(binding.word),
                    footer: binding.footer,
                    place: None,
                }),
            }
        }
    }
    Ok(rows)
}

fn check(row: &Row, chord: &Chord) -> Result<(), KeymapError> {
    let quits = row.context == Context::Always && row.action == Action::Quit;
    if !quits && chord.keys.first() == Some(&file::CTRL_C) {
        return Err(KeymapError::AlwaysQuits { action: row.name() });
    }
    match chord.keys.first() {
        Some(key) if row.context.takes_text() && key.types() => {
            Err(KeymapError::Typed { key: chord.text.clone(), context: row.context.name() })
        }
        _ => Ok(()),
    }
}

fn own_row(place: u16, command: &OwnCommand, path: &Path) -> Row {
    Row {
        context: command.on.context(),
        action: Action::Own(place),
        keys: command.key.iter().cloned().collect(),
        label: Label::Name(crate::text::visible(&command.name).into()),
        footer: 0,
        place: Some(Place { file: path.into(), line: command.line }),
    }
}

/// In one context a chord has one action. In another that listens at the same time the nearer one goes first, but a chord that is
/// the beginning of another's would keep that one from ever being complete, and a command of one's own takes no key of vigie's.
fn clash<'o>(row: &Row, chord: &Chord, other: &'o Row) -> Option<&'o Chord> {
    let one = row.context == other.context;
    let strict = one || row.is_own() != other.is_own();
    let starts = |a: &Chord, b: &Chord| a.keys.starts_with(&b.keys) && (strict || a.keys.len() > b.keys.len());
    let may = row.context.listens_with(other.context) && !(one && row.action == other.action);
    other.keys.iter().find(|known| may && (starts(known, chord) || starts(chord, known)))
}

fn told(row: &Row, chord: &Chord) -> String {
    let at = if row.is_own() { "with" } else { "in" };
    format!("{} is {} {at} {}", chord.text, row.name(), row.context_name())
}
