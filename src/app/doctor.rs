//! `vigie doctor`: each connection, permission and the terminal, one line each.

use super::{DONE, FAILED, setup, tell};
use crate::cli::Run;
use crate::config::Config;
use crate::kafka::KafkaConfig;
use crate::kafka::admin::{self, AdminError, Checked, Probe, ProbeOptions};
use crate::model::{Code, Fact, Reason};
use crate::text;
use anyhow::Result;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

const TIMEOUT: Duration = Duration::from_secs(10);

/// What one line says. What is wrong always comes with what to do.
enum Found {
    Well(String),
    /// Nobody can say whether it is well; perhaps what follows from that.
    Unknown(String, Option<String>),
    Wrong(String, String),
}

use Found::{Unknown, Well, Wrong};

pub fn run(file: Option<PathBuf>, args: &Run) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.overrides())?;
    let mut well = true;
    let there = if config.file.exists() { "" } else { " (not there: everything is as shipped)" };
    line(&mut well, "configuration", &Well(format!("{}{there}", config.file.display())));
    line(&mut well, "terminal", &terminal());
    let catalogue = match setup::catalogue(&config) {
        Ok(catalogue) => Well(counted(catalogue.topics.len() as u64, "topics")),
        Err(error) => Wrong(format!("{error:#}"), "mend that file, or leave it out: vigie has a catalogue of its own".into()),
    };
    line(&mut well, "catalogue", &catalogue);
    match setup::kafka(&config) {
        Ok(kafka) => cluster(&mut well, &kafka, &config)?,
        Err(error) => {
            let remedy = "`vigie config` shows every setting and where it comes from".into();
            line(&mut well, "cluster", &Wrong(format!("{error:#}"), remedy));
        }
    }
    Ok(if well { DONE } else { FAILED })
}

/// What the dashboard would find: its size, and what the terminal says of itself.
fn terminal() -> Found {
    if !std::io::stdout().is_terminal() {
        let remedy = "the dashboard needs one; --no-ui, snapshot and check do not";
        return Unknown("stdout is no terminal".into(), Some(remedy.into()));
    }
    let (columns, rows) = match crossterm::terminal::size() {
        Ok(size) => size,
        Err(error) => return Unknown(format!("its size is not known: {error}"), Some("the dashboard takes 80x24 then".into())),
    };
    if columns < 60 || rows < 15 {
        return Wrong(format!("{columns}x{rows} is too small"), "make it at least 60x15".into());
    }
    let name = |key: &str| std::env::var(key).unwrap_or_else(|_| "not set".into());
    Well(format!("{columns}x{rows}, TERM {}, COLORTERM {} (--color overrules)", name("TERM"), name("COLORTERM")))
}

fn cluster(well: &mut bool, kafka: &KafkaConfig, config: &Config) -> Result<()> {
    for property in kafka.tail()?.overruled {
        line(well, "property", &Well(format!("{} (vigie only reads)", setup::overruled(&property))));
    }
    let options = ProbeOptions { timeout: TIMEOUT, controllers: setup::poller(config)?.probe_controllers };
    for probe in admin::probe(kafka, options)? {
        line(well, &name(&probe.what), &judged(&probe));
    }
    Ok(())
}

fn judged(probe: &Probe) -> Found {
    match &probe.result {
        Ok(facts) => Well(found(&probe.what, facts)),
        Err(reason) if cannot_be_told(&probe.what, reason.code) => Unknown(text::sentence(reason), consequence(&probe.what)),
        Err(reason) => {
            let remedy = text::remedy(reason).unwrap_or("--log debug has the client library's own words for it");
            Wrong(text::sentence(reason), remedy.into())
        }
    }
}

/// A request that these brokers do not know, or nothing there that it could be tried on.
fn cannot_be_told(what: &Checked, code: Code) -> bool {
    let on_a_topic = matches!(what, Checked::ReadTopics | Checked::DescribeConfigs);
    code == Code::NotSupported || on_a_topic && code == Code::NothingVisible
}

/// What vigie does without it.
fn consequence(what: &Checked) -> Option<String> {
    let told = match what {
        Checked::DescribeConfigs => "retention is not known: unread records that are about to be deleted are not told",
        Checked::ListGroups => "groups are watched that are named (--groups)",
        Checked::DescribeCluster => "brokers tell what is allowed with the cluster from 2.3 on",
        Checked::Controllers => "whether the controllers answer is not told",
        Checked::ClusterId => "what is kept of alerts goes by the cluster's id, and is not kept",
        _ => return None,
    };
    Some(told.into())
}

fn name(what: &Checked) -> String {
    match what {
        Checked::Bootstrap => "bootstrap".into(),
        Checked::ClusterId => "cluster id".into(),
        Checked::Broker { id, .. } => format!("broker {id}"),
        Checked::DescribeTopics => "see topics".into(),
        Checked::ReadTopics => "read topics".into(),
        Checked::DescribeConfigs => "see configs".into(),
        Checked::ListGroups => "list groups".into(),
        Checked::DescribeCluster => "see cluster".into(),
        Checked::Controllers => "controllers".into(),
    }
}

fn found(what: &Checked, facts: &[(&'static str, Fact)]) -> String {
    match (facts, what) {
        ([], Checked::Controllers) => "answer".into(),
        ([], _) => "allowed".into(),
        (facts, _) => facts.iter().map(fact).collect::<Vec<_>>().join(", "),
    }
}

fn fact((name, fact): &(&'static str, Fact)) -> String {
    match fact {
        Fact::Count(n) => counted(*n, name),
        Fact::Millis(ms) => format!("answers in {}", text::duration_ms(*ms)),
        Fact::Text(text) => text.to_string(),
        other => format!("{name} {other:?}"),
    }
}

/// `1 topic`, `31 topics`.
pub fn counted(n: u64, many: &str) -> String {
    let one = many.strip_suffix('s').filter(|_| n == 1);
    format!("{} {}", text::count(n), one.unwrap_or(many))
}

/// The reason in words, and what to do on a line of its own.
pub fn with_remedy(reason: &Reason, indent: usize) -> String {
    match text::remedy(reason) {
        Some(remedy) => format!("{}\n{:indent$}→ {remedy}", text::sentence(reason), ""),
        None => text::sentence(reason),
    }
}

/// What the cluster said to a command, in words.
pub fn told(error: AdminError) -> anyhow::Error {
    match error {
        AdminError::Cluster(reason) => anyhow::anyhow!(with_remedy(&reason, 2)),
        settings => settings.into(),
    }
}

fn line(well: &mut bool, what: &str, found: &Found) {
    *well &= !matches!(found, Wrong(..));
    // A pipe gets whole lines: a program reads them.
    let columns = std::io::stdout().is_terminal().then(crossterm::terminal::size).and_then(Result::ok);
    let said = shown(what, found);
    tell(&columns.map_or_else(|| said.clone(), |(columns, _)| wrapped(&said, columns.into())));
}

/// Where the words of a line begin.
const INDENT: usize = 18;

/// Lines that break at words and go on under their first word. A word that is longer stays whole, so that it can be copied.
fn wrapped(said: &str, columns: usize) -> String {
    said.lines().map(|line| wrapped_line(line, columns)).collect::<Vec<_>>().join("\n")
}

fn wrapped_line(line: &str, columns: usize) -> String {
    let arrow = if line.trim_start().starts_with('→') { 2 } else { 0 };
    let (mut out, mut used) = (String::new(), 0);
    for piece in line.split_inclusive(' ') {
        let wide = piece.trim_end().width();
        if used + wide > columns && used > INDENT + arrow {
            out.truncate(out.trim_end().len());
            out.push_str(&format!("\n{:1$}", "", INDENT + arrow));
            used = INDENT + arrow;
        }
        out.push_str(piece);
        used += piece.width();
    }
    out
}

fn shown(what: &str, found: &Found) -> String {
    let (sign, said, more) = match found {
        Well(said) => ("✓", said, None),
        Unknown(said, more) => ("?", said, more.as_ref()),
        Wrong(said, remedy) => ("✗", said, Some(remedy)),
    };
    let more = more.map(|more| format!("\n{:18}→ {}", "", text::visible(more))).unwrap_or_default();
    format!("{sign} {what:16}{}{more}", super::lines(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(what: Checked, result: Result<Vec<(&'static str, Fact)>, Reason>) -> String {
        shown(&name(&what), &judged(&Probe { what, result }))
    }

    #[test]
    fn what_cannot_be_told_is_neither_well_nor_wrong() {
        let said = told(Checked::ListGroups, Err(Code::NotSupported.into()));
        assert_eq!(
            said,
            "? list groups     this cluster cannot tell\n                  → groups are watched that are named (--groups)"
        );
        assert!(told(Checked::ReadTopics, Err(Code::NothingVisible.into())).starts_with("? read topics"));
        assert!(told(Checked::DescribeTopics, Err(Code::NothingVisible.into())).starts_with("✗ see topics"));
        assert_eq!(told(Checked::ReadTopics, Ok(Vec::new())), "✓ read topics     allowed");
    }

    #[test]
    fn a_terminal_gets_lines_that_break_at_words_and_keep_their_indent() {
        let found = Wrong("the broker does not answer for 10 s".into(), "look at its log: it may be starting".into());
        let said = wrapped(&shown("broker 2", &found), 40);
        let indent = " ".repeat(INDENT);
        let wanted = [
            "✗ broker 2        the broker does not".to_owned(),
            format!("{indent}answer for 10 s"),
            format!("{indent}→ look at its log: it"),
            format!("{indent}  may be starting"),
        ];
        assert_eq!(said.lines().collect::<Vec<_>>(), wanted);
        let long = Well("/a/path/that/is/longer/than/the/line".into());
        assert_eq!(wrapped(&shown("configuration", &long), 40), shown("configuration", &long), "it can be copied whole");
    }

    #[test]
    fn one_is_not_many() {
        let told = |n| told(Checked::ListGroups, Ok(vec![("groups", Fact::Count(n))]));
        assert_eq!([0, 1, 2].map(told), ["0 groups", "1 group", "2 groups"].map(|said| format!("✓ list groups     {said}")));
    }

    #[test]
    fn whatever_is_wrong_comes_with_what_to_do() {
        for code in Code::ALL.iter().filter(|code| **code != Code::NotSupported) {
            for what in [Checked::Bootstrap, Checked::Controllers] {
                let said = told(what, Err((*code).into()));
                assert!(said.starts_with("✗ ") && said.contains("\n                  → "), "{code:?}: {said}");
            }
        }
    }
}
