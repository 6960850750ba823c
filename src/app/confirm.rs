//! Questions to the person before much is read or anything is written.

use super::setup::{self, SessionConfig};
use crate::kafka::admin::{self, AdminError, Held};
use crate::kafka::tail::StartFrom;
use crate::text::{self, Word};
use anyhow::{Context, Result, bail};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// `--from beginning` on more than this asks first.
const MUCH: u64 = 1 << 30;
/// How long the cluster may take to say how much it holds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says what `--from beginning` will read and asks, where it is much or nobody knows how much it is.
pub fn reading(session: &SessionConfig, yes: bool) -> Result<()> {
    let reads_all = session.tail.from == StartFrom::Beginning && session.tail.budget != Some(0);
    if yes || !reads_all {
        return Ok(());
    }
    let Some(what) = warning(admin::held(&session.kafka, &session.tail.topics, PATIENCE))? else { return Ok(()) };
    if !std::io::stdin().is_terminal() {
        bail!("{what}: say --yes to do so, or take --from 1h");
    }
    ask(&format!("{what}. Go on?"))
}

/// What has to be asked; nothing where it is little.
fn warning(held: Result<Held, AdminError>) -> Result<Option<String>> {
    match held {
        Ok(held) if held.bytes_estimate <= MUCH => Ok(None),
        Ok(held) => Ok(Some(format!(
            "--from beginning would read about {} ({} in {})",
            text::bytes(held.bytes_estimate as f64),
            text::counted(held.records, Word::Record, Word::Records),
            text::counted(held.topics as u64, Word::Topic, Word::Topics)
        ))),
        Err(AdminError::Cluster(reason)) => Ok(Some(format!(
            "--from beginning would read all that the topics hold, and how much that is could not be found out ({})",
            text::sentence(&reason)
        ))),
        Err(error) => Err(error.into()),
    }
}

/// Asks before anything is written to a cluster that is not on this machine. `what` ends before the brokers' name.
pub fn writing(brokers: &str, what: &str, yes: bool) -> Result<()> {
    if yes || setup::is_loopback(brokers) {
        return Ok(());
    }
    let what = format!("{what} {}, which is not this machine", text::visible(brokers));
    if !std::io::stdin().is_terminal() {
        bail!("{what}: say --yes to do so");
    }
    ask(&format!("{what}. Go on?"))
}

/// A question on the terminal; anything but yes ends the command.
pub fn ask(question: &str) -> Result<()> {
    eprint!("{question} [y/N] ");
    std::io::stderr().flush().ok();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("no answer")?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => bail!("not done"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;

    #[test]
    fn little_is_not_asked_for_and_what_nobody_knows_is() {
        let held = |bytes_estimate| Ok(Held { topics: 2, records: 1_000, bytes_estimate });
        assert_eq!(warning(held(MUCH)).unwrap(), None);
        assert!(warning(held(3 << 30)).unwrap().is_some_and(|w| w.contains("about 3") && w.contains("2 topics")));
        let unknown = warning(Err(AdminError::Cluster(Code::AllBrokersDown.into()))).unwrap();
        assert!(unknown.is_some_and(|w| w.contains("could not be found out (no broker answers)")));
    }
}
