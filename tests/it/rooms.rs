//! Who may import whom: the map of `docs/architecture.md`, held against the `crate::` paths of the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A room and the rooms that it may import. A room that is not here does not exist.
const TABLE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("text", &["model"]),
    ("catalogue", &["model"]),
    ("snapshot", &["model", "text"]),
    ("kafka", &["model"]),
    ("decode", &["model", "catalogue"]),
    ("domain", &["model", "catalogue"]),
    ("store", &["model", "catalogue", "domain", "snapshot"]),
    ("consume", &["model", "catalogue", "decode", "domain", "store", "kafka"]),
    ("workers", &["model", "catalogue", "decode", "domain", "kafka"]),
    ("history", &["model", "snapshot"]),
    ("rules", &["model", "catalogue", "snapshot"]),
    ("engine", &["model", "catalogue", "decode", "domain", "snapshot", "history", "rules"]),
    ("sim", &["model", "catalogue", "kafka"]),
    ("outlet", &["model", "snapshot", "text"]),
    ("alarm", &["model", "snapshot", "text", "kafka"]),
    ("ui", &["model", "snapshot", "history", "text"]),
];

/// What a room's tests may import besides.
const IN_TESTS: &[(&str, &[&str])] = &[("sim", &["decode"]), ("domain", &["decode"]), ("engine", &["text"]), ("rules", &["text"])];

/// The wiring: they put the rooms together.
const FREE: &[&str] = &["lib", "main", "cli", "config", "app"];

#[test]
fn rooms_import_only_what_the_map_allows() {
    let allowed: BTreeMap<_, _> = TABLE.iter().copied().collect();
    let in_tests: BTreeMap<_, _> = IN_TESTS.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    let mut looked_at = 0;
    for (room, file) in sources() {
        if FREE.contains(&room.as_str()) {
            continue;
        }
        let Some(may) = allowed.get(room.as_str()) else {
            wrong.insert(format!("src/{room} is not on the map"));
            continue;
        };
        let text = std::fs::read_to_string(&file).expect("a source file");
        let (code, tests) = split_tests(&file, &text);
        let more: &[&str] = in_tests.get(room.as_str()).copied().unwrap_or_default();
        for (part, more) in [(code, &[][..]), (tests, more)] {
            for used in crate_paths(part) {
                looked_at += 1;
                if used != room && !may.contains(&used.as_str()) && !more.contains(&used.as_str()) {
                    wrong.insert(format!("{}: {room} may not import {used}", file.display()));
                }
            }
        }
    }
    assert!(looked_at > 20, "only {looked_at} paths were found: is this still reading the sources?");
    assert!(wrong.is_empty(), "{:#?}", wrong);
}

#[test]
fn paths_are_found_in_every_shape() {
    let text = "use crate::model::{A, B};\nuse crate::{text, snapshot::{Topic, Group}, decode as d};\n// crate::ui::x\nlet x = crate::history::new();\n\
                #[doc = \"\"] /* crate::sim */ fn f(v: &crate::catalogue::Role) {}";
    let found: Vec<_> = crate_paths(text).into_iter().collect();
    assert_eq!(found, ["catalogue", "decode", "history", "model", "snapshot", "text"]);
}

/// Every source file with its room.
fn sources() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let first = path.strip_prefix(&root).expect("below src").components().next().expect("a name");
                let room = Path::new(&first).file_stem().expect("a name").to_string_lossy().into_owned();
                found.push((room, path));
            }
        }
    }
    found
}

/// The code, and the tests that stand below it. A file that is named for tests is all tests.
fn split_tests<'a>(file: &Path, text: &'a str) -> (&'a str, &'a str) {
    let named = |part: &str| part == "tests" || part.ends_with("_tests") || part == "tests.rs" || part.ends_with("_tests.rs");
    if file.components().any(|c| c.as_os_str().to_str().is_some_and(named)) {
        return ("", text);
    }
    text.split_at(text.find("#[cfg(test)]\nmod ").unwrap_or(text.len()))
}

/// The rooms named in `crate::…` paths outside comments, `crate::{…}` included.
fn crate_paths(text: &str) -> BTreeSet<String> {
    let text = without_comments(text);
    let mut found = BTreeSet::new();
    for (place, prefix) in text.match_indices("crate::") {
        let after = &text[place + prefix.len()..];
        match after.strip_prefix('{') {
            None => found.extend(first_name(after)),
            Some(list) => {
                let mut depth = 0;
                let end = list
                    .find(|c| {
                        depth += match c {
                            '{' => 1,
                            '}' => -1,
                            _ => 0,
                        };
                        depth < 0
                    })
                    .unwrap_or(list.len());
                found.extend(top_level(&list[..end]).iter().filter_map(|item| first_name(item.trim())));
            }
        }
    }
    found
}

fn first_name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The items of a list, without looking into inner braces.
fn top_level(list: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut depth = 0;
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            _ => {}
        }
        if depth == 0 && c != ',' && c != '}' {
            items.last_mut().expect("never empty").push(c);
        }
    }
    items
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut block = false;
    for line in text.lines() {
        let mut rest = line;
        loop {
            if block {
                let Some(end) = rest.find("*/") else { break };
                rest = &rest[end + 2..];
                block = false;
            }
            match (rest.find("//"), rest.find("/*")) {
                (Some(line), block) if block.is_none_or(|b| line < b) => {
                    out.push_str(&rest[..line]);
                    break;
                }
                (_, Some(start)) => {
                    out.push_str(&rest[..start]);
                    rest = &rest[start + 2..];
                    block = true;
                }
                _ => {
                    out.push_str(rest);
                    break;
                }
            }
        }
        out.push('\n');
    }
    out
}
