//! `keys.toml`: a table for each context, in it actions with their keys. What it does not name stays as it is.

use super::chord::{Chord, Key};
use super::load::{Keymap, KeymapError, Row};
use super::{Action, Context};
use crate::ui::file::Source;
use crossterm::event::KeyCode;
use std::fmt::Write;
use std::path::Path;

/// The way out that nobody can lose.
pub const CTRL_C: Key = Key { code: KeyCode::Char('c'), ctrl: true, alt: false };

pub fn apply(rows: &mut [Row], path: &Path, text: &str) -> Result<(), KeymapError> {
    let source = Source { file: path, text };
    for (name, value) in &source.table()? {
        let Some(context) = Context::ALL.iter().copied().find(|c| c.name() == name.get_ref().as_ref()) else {
            let known: Vec<_> = Context::ALL.iter().map(|c| c.name()).collect();
            return Err(source.wrong(name.span(), &format!("there is no context `{name}`; there are {}", known.join(", "))).into());
        };
        for (action, keys) in source.sub_table(name, value)? {
            let Some(row) = rows.iter_mut().find(|r| r.context == context && r.action.name() == action.get_ref().as_ref()) else {
                let known: Vec<_> = rows.iter().filter(|r| r.context == context).map(|r| r.action.name()).collect();
                let what = format!("[{name}] has no action `{action}`; it has {}", known.join(", "));
                return Err(source.wrong(action.span(), &what).into());
            };
            let wrong = |error: KeymapError| source.wrong(keys.span(), &error.to_string());
            row.keys = source.texts(action, keys)?.iter().map(|k| Chord::parse(k)).collect::<Result<_, _>>().map_err(wrong)?;
            row.place = Some(source.place(&keys.span()));
            keep_the_way_out(row);
        }
    }
    Ok(())
}

fn keep_the_way_out(row: &mut Row) {
    let has = row.keys.iter().any(|chord| chord.keys == [CTRL_C]);
    if row.context == Context::Always && row.action == Action::Quit && !has {
        row.keys.push(Chord { text: "ctrl-c".into(), keys: vec![CTRL_C] });
    }
}

impl Keymap {
    /// The whole of it as such a file.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        for context in Context::ALL {
            let rows: Vec<_> =
                self.rows().iter().filter(|r| r.context == *context && !matches!(r.action, Action::Own(_))).collect();
            if rows.is_empty() {
                continue;
            }
            // Writing to a string does not fail.
            let _ = writeln!(out, "\n[{}]  # {}", context.name(), crate::text::word(context.word()));
            for row in rows {
                let keys = toml::Value::from(row.keys.iter().map(|k| k.text.as_str()).collect::<Vec<_>>());
                let _ = writeln!(out, "{:14} = {:28} # {}", row.action.name(), keys.to_string(), row.label.text());
            }
        }
        out
    }
}

/// A file's keys or what is wrong with it, for tests.
#[cfg(test)]
fn of(text: &str) -> Result<Keymap, String> {
    use crate::ui::FileError;
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
    file.write_all(text.as_bytes()).map_err(|e| e.to_string())?;
    let told = |e: KeymapError| match e {
        KeymapError::File(FileError::Wrong { line, what, .. }) => format!("{line}: {what}"),
        other => other.to_string(),
    };
    Keymap::with_file(Some(file.path()), None).map_err(told)
}

#[cfg(test)]
mod tests {
    use super::super::Lookup;
    use super::*;

    fn press(keymap: &Keymap, contexts: &[Context], chord: &str) -> Lookup {
        keymap.lookup(contexts, &Chord::parse(chord).unwrap().keys)
    }

    const SCREEN: [Context; 3] = [Context::List, Context::Normal, Context::Always];

    #[test]
    fn an_action_gets_the_keys_of_the_file_in_place_of_its_own() {
        let keymap = of("[list]\nsort = [\"o\", \"alt-s\"]\n[normal]\nfilter = []\nhelp = \"f1\"\n").unwrap();
        for (chord, is) in [
            ("o", Lookup::Action(Action::Sort)),
            ("alt-s", Lookup::Action(Action::Sort)),
            ("s", Lookup::Nothing),
            ("/", Lookup::Nothing),
            ("f1", Lookup::Action(Action::Help)),
            ("enter", Lookup::Action(Action::Open)),
        ] {
            assert_eq!(press(&keymap, &SCREEN, chord), is, "{chord}");
        }
        let footer = keymap.footer(&SCREEN);
        assert!(footer.iter().any(|(key, _, action)| key == "F1" && *action == Action::Help));
        assert!(footer.iter().all(|(.., action)| *action != Action::Filter), "what has no key is not promised");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_what_there_is() {
        for (text, wanted) in [
            ("[list]\nsort = [\"enter\"]", "2: enter is open in [list], and enter is sort in [list]"),
            ("\n[list]\nsrt = [\"x\"]", "3: [list] has no action `srt`; it has open"),
            ("[lists]\nsort = [\"x\"]", "1: there is no context `lists`; there are always, normal, list"),
            ("[list]\nsort = [\"ctlr-x\"]", "2: \"ctlr-x\" is no key"),
            ("[list]\nsort = 7", "2: `sort` is a text or a list of texts"),
            ("[list\n", "1: "),
            ("[list]\nsort = [\"g\"]", "2: g is sort in [list], and g g is top in [list]"),
            ("[normal]\nhelp = [\"g\"]", "2: g is help in [normal], and g g is top in [list]"),
            ("[list]\nsort = [\"ctrl-c\"]", "2: ctrl-c always quits: give sort another key"),
            ("[filter]\naccept = [\"x\"]", "2: \"x\" is what one types in [filter]"),
            ("list = 3", "1: `list` is a table"),
        ] {
            let error = of(text).err().unwrap_or_default();
            assert!(error.contains(wanted), "{text:?}: {error:?}");
        }
    }

    #[test]
    fn two_actions_may_change_their_keys() {
        let keymap = of("[list]\nsort = [\"R\"]\nreverse = [\"s\"]").unwrap();
        assert_eq!(press(&keymap, &SCREEN, "R"), Lookup::Action(Action::Sort));
    }

    #[test]
    fn control_c_quits_whatever_the_file_says() {
        let keymap = of("[always]\nquit = []\n[normal]\nquit = []\n[popup]\nquit = []").unwrap();
        assert_eq!(press(&keymap, &SCREEN, "ctrl-c"), Lookup::Action(Action::Quit));
        assert_eq!(press(&keymap, &SCREEN, "q"), Lookup::Nothing);
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same() {
        let keymap = of("[list]\nsort = ['\\', '\"', \"alt-f12\"]").unwrap();
        let again = of(&keymap.to_toml()).unwrap();
        let all = |k: &Keymap| k.rows().iter().map(|r| (r.context, r.action, r.keys.clone())).collect::<Vec<_>>();
        assert_eq!(all(&again), all(&keymap));
    }

    #[test]
    fn hostile_files_make_no_panic() {
        use crate::model::hostile::Spoiler;
        let mut texts = Spoiler::new(13, [Keymap::with_file(None, None).unwrap().to_toml()]);
        for _ in 0..300 {
            let _ = of(&texts.next_text());
        }
    }
}
