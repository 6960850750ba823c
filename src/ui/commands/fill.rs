//! A command with the values of what is selected: ready to start, or refused.

use super::selected::Told;
use super::{OwnCommand, Piece, Run, Selected, Variable};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::Command;
use std::sync::Arc;

/// A program on its way: everything that it is told is settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Errand {
    pub name: Arc<str>,
    pub program: String,
    pub args: Vec<OsString>,
    /// Our variables as the program's environment has them; what is not known is taken out of it.
    env: Vec<(&'static str, Option<OsString>)>,
}

/// Why a command does not start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refused {
    /// Nothing that is selected has it.
    Missing(Variable),
    /// It is personal, and what is personal is hidden.
    Hidden(Variable),
    /// As an argument of its own it would look like an option.
    Option(Variable),
    /// No argument can hold a NUL byte.
    Nul(Variable),
}

impl Refused {
    pub fn variable(self) -> Variable {
        match self {
            Self::Missing(variable) | Self::Hidden(variable) | Self::Option(variable) | Self::Nul(variable) => variable,
        }
    }
}

impl OwnCommand {
    pub fn fill(&self, selected: &Selected) -> Result<Errand, Refused> {
        let mut errand = Errand { name: self.name.clone(), program: "/bin/sh".into(), args: Vec::new(), env: Vec::new() };
        match &self.run {
            Run::Program { program, args } => {
                errand.program.clone_from(program);
                let mut options_end = false;
                for pieces in args {
                    let arg = argument(pieces, selected, options_end)?;
                    options_end |= arg == b"--";
                    errand.args.push(OsString::from_vec(arg));
                }
            }
            Run::Shell { text, needs } => {
                for variable in needs {
                    value(*variable, selected)?;
                }
                errand.args = vec!["-c".into(), text.into()];
                for variable in Variable::ALL {
                    // One that the text does not name keeps it from nothing: it is not set.
                    let known = value(*variable, selected).ok();
                    errand.env.push((variable.name(), known.map(|value| OsStr::from_bytes(value).to_owned())));
                }
            }
        }
        Ok(errand)
    }
}

fn value(variable: Variable, selected: &Selected) -> Result<&[u8], Refused> {
    match selected.get(variable) {
        Told::Value(value) if value.contains(&0) => Err(Refused::Nul(variable)),
        Told::Value(value) => Ok(value),
        Told::Hidden => Err(Refused::Hidden(variable)),
        Told::Nothing => Err(Refused::Missing(variable)),
    }
}

fn argument(pieces: &[Piece], selected: &Selected, options_end: bool) -> Result<Vec<u8>, Refused> {
    let mut out = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
            Piece::Value(variable) => {
                let value = value(*variable, selected)?;
                if out.is_empty() && value.starts_with(b"-") && !options_end {
                    return Err(Refused::Option(*variable));
                }
                out.extend_from_slice(value);
            }
        }
    }
    Ok(out)
}

impl Errand {
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::parse;
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    /// What would do harm, or be taken for something else, if anybody read it as more than a text.
    const HOSTILE: &[&str] = &[
        "$(touch pwned)",
        "`touch pwned`",
        "; touch pwned;",
        "&& touch pwned",
        "| touch pwned",
        "' ; touch pwned ; '",
        "\" ; touch pwned ; \"",
        "\n touch pwned\n",
        "$HOME",
        "${TOPIC}",
        "$$",
        "%s%n",
        "*",
        "~",
        "> pwned",
        "\\",
        " ",
        "",
        "\u{202e}\x1b[2J",
        "a b  c",
    ];

    fn command(text: &str) -> OwnCommand {
        parse(Path::new("commands.toml"), text).unwrap().swap_remove(0)
    }

    /// What the program was told, an argument a line between angle brackets.
    fn told(command: &OwnCommand, key: &[u8]) -> Result<Vec<u8>, Refused> {
        let folder = tempfile::tempdir().unwrap();
        let errand = command.fill(&Selected::of([(Variable::Key, key.to_vec()), (Variable::Topic, b"orders".to_vec())]))?;
        let ran = errand.command().current_dir(folder.path()).output().unwrap();
        assert!(ran.status.success() && ran.stderr.is_empty(), "{ran:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something was made by {key:?}");
        Ok(ran.stdout)
    }

    fn direct() -> OwnCommand {
        command("[[commands]]\nname = \"x\"\nrun = [\"printf\", \"<%s>\", \"$TOPIC/$KEY\"]")
    }

    fn shell() -> OwnCommand {
        command("[[commands]]\nname = \"x\"\nshell = true\nrun = 'printf \"<%s>\" \"$TOPIC/$KEY\"'")
    }

    #[test]
    fn hostile_values_stay_what_they_are_with_and_without_a_shell() {
        for key in HOSTILE {
            let wanted = format!("<orders/{key}>");
            assert_eq!(told(&direct(), key.as_bytes()).unwrap(), wanted.as_bytes(), "{key:?}");
            assert_eq!(told(&shell(), key.as_bytes()).unwrap(), wanted.as_bytes(), "{key:?} in a shell");
        }
        assert_eq!(told(&direct(), b"\xff\xfe").unwrap(), b"<orders/\xff\xfe>", "bytes that are no text");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_the_bytes_the_program_gets_them(key in prop::collection::vec(1..=255_u8, 0..40)) {
            let wanted = [b"<orders/", key.as_slice(), b">"].concat();
            prop_assert_eq!(told(&direct(), &key).unwrap(), wanted.clone());
            prop_assert_eq!(told(&shell(), &key).unwrap(), wanted);
        }
    }

    #[test]
    fn a_value_is_never_an_option_unless_the_file_says_so() {
        let selected = |key: &[u8]| Selected::of([(Variable::Key, key.to_vec())]);
        let fill = |run: &str, key: &[u8]| command(&format!("[[commands]]\nname = \"x\"\nrun = {run}")).fill(&selected(key));
        assert_eq!(fill(r#"["grep", "$KEY"]"#, b"--include=/etc/passwd"), Err(Refused::Option(Variable::Key)));
        for run in [r#"["grep", "--", "$KEY"]"#, r#"["grep", "-e$KEY"]"#, r#"["grep", "--regexp=$KEY"]"#] {
            assert!(fill(run, b"-x").is_ok(), "{run}");
        }
        assert!(fill(r#"["grep", "$KEY"]"#, b"x-").is_ok());
    }

    #[test]
    fn without_a_value_nothing_starts() {
        let nothing = Selected::default();
        assert_eq!(direct().fill(&nothing), Err(Refused::Missing(Variable::Topic)));
        assert_eq!(shell().fill(&nothing), Err(Refused::Missing(Variable::Topic)));
        let nul = Selected::of([(Variable::Topic, b"t".to_vec()), (Variable::Key, b"a\0b".to_vec())]);
        assert_eq!(direct().fill(&nul), Err(Refused::Nul(Variable::Key)));
        assert_eq!(shell().fill(&nul), Err(Refused::Nul(Variable::Key)));
    }

    #[test]
    fn what_is_hidden_is_told_to_nobody_and_dots_are_no_value() {
        let dots = || [(Variable::Key, "•••".as_bytes().to_vec()), (Variable::Topic, b"orders".to_vec())];
        let private = Selected::of(dots()).in_private();
        assert_eq!(direct().fill(&private), Err(Refused::Hidden(Variable::Key)));
        assert_eq!(shell().fill(&private), Err(Refused::Hidden(Variable::Key)));
        let other = command("[[commands]]\nname = \"x\"\nshell = true\nrun = 'printf %s \"$TOPIC\"'").fill(&private).unwrap();
        assert!(other.env.contains(&("KEY", None)), "not as dots either: {:?}", other.env);
        assert_eq!(other.command().output().unwrap().stdout, b"orders");
        assert_eq!(
            told(&direct(), "•••".as_bytes()).unwrap(),
            "<orders/•••>".as_bytes(),
            "a key may look so where nothing is hidden"
        );
    }

    #[test]
    fn a_shell_hears_no_variable_of_ours_that_is_not_the_selections() {
        let command = command("[[commands]]\nname = \"x\"\nshell = true\nrun = 'printf %s \"$GROUP\"'");
        let errand = command.fill(&Selected::of([(Variable::Group, b"billing".to_vec())])).unwrap();
        assert_eq!(errand.command().output().unwrap().stdout, b"billing");
        assert!(errand.env.contains(&("TOPIC", None)), "one of vigie's own environment would be taken for the selection's");
    }
}
