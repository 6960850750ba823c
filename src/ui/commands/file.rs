//! `commands.toml`: a `[[commands]]` table for each.

use super::{On, OwnCommand, Piece, Run, Variable};
use crate::ui::file::{FileError, Source};
use crate::ui::keymap::Chord;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// # Errors
/// A file that cannot be read, or what is wrong in it with its line.
pub fn read(path: &Path) -> Result<Vec<OwnCommand>, FileError> {
    let text = std::fs::read_to_string(path).map_err(|source| FileError::Unreadable { file: path.into(), source })?;
    parse(path, &text)
}

pub fn parse(path: &Path, text: &str) -> Result<Vec<OwnCommand>, FileError> {
    let source = Source { file: path, text };
    let mut out: Vec<OwnCommand> = Vec::new();
    for (key, value) in &source.table()? {
        let DeValue::Array(tables) = value.get_ref() else {
            return Err(source.wrong(key.span(), "there are only [[commands]] here"));
        };
        if key.get_ref() != "commands" {
            return Err(source.wrong(key.span(), &format!("there is no `{key}`; there are [[commands]]")));
        }
        for table in tables {
            let command = command(source, source.sub_table(key, table)?, table.span())?;
            if out.iter().any(|known| known.name == command.name) {
                return Err(source.wrong(table.span(), &format!("there are two commands {:?}", command.name)));
            }
            out.push(command);
        }
    }
    Ok(out)
}

fn command(source: Source, table: &DeTable, span: Range<usize>) -> Result<OwnCommand, FileError> {
    for (key, _) in table {
        if !["name", "key", "context", "run", "shell"].contains(&key.get_ref().as_ref()) {
            let what = format!("a command has no `{key}`; it has name, key, context, run, shell");
            return Err(source.wrong(key.span(), &what));
        }
    }
    let Some(name) = text(source, table, "name")?.filter(|name| !name.trim().is_empty()) else {
        return Err(source.wrong(span, "a command has a `name`"));
    };
    let on = match text(source, table, "context")? {
        None => On::Any,
        Some(context) => on(source, table, &context)?,
    };
    let key = match text(source, table, "key")? {
        None => None,
        Some(chord) => Some(Chord::parse(&chord).map_err(|e| source.wrong(span_of(table, "key"), &e.to_string()))?),
    };
    let shell = match table.get("shell").map(|value| (value.get_ref(), value.span())) {
        None => false,
        Some((DeValue::Boolean(yes), _)) => *yes,
        Some((_, span)) => return Err(source.wrong(span, "`shell` is true or false")),
    };
    let run = run(source, table, shell, span.clone())?;
    let line = source.line(&table.get("key").map_or(span, Spanned::span));
    Ok(OwnCommand { name: name.as_str().into(), on, key, run, line })
}

fn text(source: Source, table: &DeTable, key: &str) -> Result<Option<String>, FileError> {
    match table.get(key).map(|value| (value.get_ref(), value.span())) {
        None => Ok(None),
        Some((DeValue::String(text), _)) => Ok(Some(text.to_string())),
        Some((_, span)) => Err(source.wrong(span, &format!("`{key}` is a text"))),
    }
}

fn span_of(table: &DeTable, key: &str) -> Range<usize> {
    table.get(key).map(Spanned::span).unwrap_or_default()
}

fn on(source: Source, table: &DeTable, context: &str) -> Result<On, FileError> {
    On::ALL.iter().copied().find(|on| on.name() == context).ok_or_else(|| {
        let known: Vec<_> = On::ALL.iter().map(|on| on.name()).collect();
        source.wrong(span_of(table, "context"), &format!("`context` is one of {}", known.join(", ")))
    })
}

fn run(source: Source, table: &DeTable, shell: bool, span: Range<usize>) -> Result<Run, FileError> {
    let Some(value) = table.get("run") else {
        return Err(source.wrong(span, "a command has a `run`, as in run = [\"kcat\", \"-b\", \"$BOOTSTRAP\", \"-L\"]"));
    };
    let wrong = |what: &str| source.wrong(value.span(), what);
    if shell {
        let DeValue::String(text) = value.get_ref() else { return Err(wrong("with `shell = true`, `run` is one text")) };
        let mut needs = Vec::new();
        // What is no variable of ours is the shell's own matter.
        for piece in pieces(text, false).unwrap_or_default() {
            if let Piece::Value(variable) = piece {
                needs.push(variable);
            }
        }
        return Ok(Run::Shell { text: text.to_string(), needs });
    }
    let list = match value.get_ref() {
        DeValue::Array(values) => values.iter().map(|v| v.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>(),
        _ => None,
    };
    let Some(list) = list else { return Err(wrong("`run` is a list of texts: the program and its arguments")) };
    let Some((program, args)) = list.split_first().filter(|(program, _)| !program.is_empty()) else {
        return Err(wrong("`run` names a program"));
    };
    if program.contains('$') {
        return Err(wrong("the program itself is no variable: what is selected must not choose it"));
    }
    let args: Vec<_> = args.iter().map(|arg| pieces(arg, true)).collect::<Result<_, _>>().map_err(|what| wrong(&what))?;
    if is_shell(program) && args.iter().flatten().any(|piece| matches!(piece, Piece::Value(_))) {
        return Err(wrong(
            "a shell would read the value as a part of its text: write `shell = true` and run = '…', with \"$TOPIC\" in quotes",
        ));
    }
    Ok(Run::Program { program: program.clone(), args })
}

fn is_shell(program: &str) -> bool {
    ["sh", "bash", "dash", "zsh", "ksh", "fish"].contains(&program.rsplit('/').next().unwrap_or_default())
}

/// `$TOPIC`, `${TOPIC}` and `$$`, which is a `$`. `strict`: every other `$` is refused.
fn pieces(text: &str, strict: bool) -> Result<Vec<Piece>, String> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            plain.push('$');
            rest = after;
            continue;
        }
        let braced = rest.starts_with('{');
        let body = rest.strip_prefix('{').unwrap_or(rest);
        let end = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(body.len());
        let (name, after) = body.split_at(end);
        let closed = if braced { after.strip_prefix('}').or((!strict).then_some(after)) } else { Some(after) };
        match (Variable::ALL.iter().find(|v| v.name() == name), closed) {
            (Some(variable), Some(after)) => {
                out.push(Piece::Text(std::mem::take(&mut plain)));
                out.push(Piece::Value(*variable));
                rest = after;
            }
            _ if strict => {
                let known: Vec<_> = Variable::ALL.iter().map(|v| v.name()).collect();
                return Err(format!("${name} is no variable; there are ${}, and $$ for a $ itself", known.join(", $")));
            }
            _ => plain.push('$'),
        }
    }
    plain.push_str(rest);
    out.push(Piece::Text(plain));
    out.retain(|piece| *piece != Piece::Text(String::new()));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<OwnCommand>, String> {
        parse(Path::new("commands.toml"), text).map_err(|e| e.to_string())
    }

    #[test]
    fn a_command_is_read_with_its_variables() {
        let text = "[[commands]]\nname = \"tail\"\nkey = \"alt-k\"\ncontext = \"topic\"\n\
                    run = [\"kcat\", \"-b\", \"$BOOTSTRAP\", \"-t${TOPIC}\", \"5$$\"]\n";
        let commands = of(text).unwrap();
        let Run::Program { program, args } = &commands[0].run else { panic!() };
        assert_eq!((program.as_str(), commands[0].on, commands[0].line), ("kcat", On::Topic, 3));
        assert_eq!(args[2], [Piece::Text("-t".into()), Piece::Value(Variable::Topic)]);
        assert_eq!(args[3], [Piece::Text("5$".into())]);
    }

    #[test]
    fn a_shells_text_stays_as_it_is_and_names_what_it_needs() {
        let text = "[[commands]]\nname = \"x\"\nshell = true\nrun = 'echo \"$TOPIC\" ${KEY:-none} $HOME $$ | wc'\n";
        let Run::Shell { text, needs } = &of(text).unwrap()[0].run else { panic!() };
        assert_eq!(text, "echo \"$TOPIC\" ${KEY:-none} $HOME $$ | wc");
        assert_eq!(needs, &[Variable::Topic, Variable::Key]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, wanted) in [
            ("commands = 3", "1: there are only [[commands]] here"),
            ("[[command]]", "1: there is no `command`"),
            ("[[commands]]\nrun = [\"ls\"]", "1: a command has a `name`"),
            ("[[commands]]\nname = \"x\"", "1: a command has a `run`"),
            ("[[commands]]\nname = \"x\"\nrun = []", "3: `run` names a program"),
            ("[[commands]]\nname = \"x\"\nrun = \"ls\"", "3: `run` is a list of texts"),
            ("[[commands]]\nname = \"x\"\nrun = [\"$TOPIC\"]", "3: the program itself is no variable"),
            ("[[commands]]\nname = \"x\"\nrun = [\"/bin/bash\", \"-c\", \"ls $KEY\"]", "3: a shell would read the value"),
            ("[[commands]]\nname = \"x\"\nrun = [\"ls\", \"$HOME\"]", "3: $HOME is no variable; there are $TOPIC"),
            ("[[commands]]\nname = \"x\"\nshell = true\nrun = [\"ls\"]", "4: with `shell = true`, `run` is one text"),
            ("[[commands]]\nname = \"x\"\nkey = \"nokey\"\nrun = [\"ls\"]", "3: \"nokey\" is no key"),
            ("[[commands]]\nname = \"x\"\ncontext = \"all\"\nrun = [\"ls\"]", "3: `context` is one of any, topic"),
            ("[[commands]]\nname = \"x\"\nrun = [\"ls\"]\n[[commands]]\nname = \"x\"\nrun = [\"ls\"]", "4: there are two"),
            ("[[commands]]\nname = \"x\"\nrum = [\"ls\"]", "3: a command has no `rum`"),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.contains(wanted), "{text:?}: {error}");
        }
    }

    #[test]
    fn hostile_files_make_no_panic() {
        use crate::model::hostile::Spoiler;
        let whole =
            "[[commands]]\nname = \"tail\"\nkey = \"alt-k\"\ncontext = \"topic\"\nrun = [\"kcat\", \"-t${TOPIC}\", \"$$\"]\n";
        let mut texts = Spoiler::new(14, [whole]);
        for _ in 0..2_000 {
            let _ = of(&texts.next_text());
        }
    }
}
