//! Questions to the person before much is read or anything is written.

use super::setup::SessionConfig;
use crate::kafka::admin;
use crate::kafka::tail::StartFrom;
use crate::text;
use anyhow::{Context, Result, bail};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// `--from beginning` on more than this asks first.
const MUCH: u64 = 1 << 30;

/// Says what `--from beginning` will read and asks, where it is much.
pub fn reading(session: &SessionConfig, yes: bool) -> Result<()> {
    if yes || session.tail.from != StartFrom::Beginning {
        return Ok(());
    }
    // A cluster that cannot be asked now is read under the budget all the same: the warm-up's own caps hold.
    let Ok(records) = admin::held(&session.kafka, &session.tail.topics, Duration::from_secs(10)) else { return Ok(()) };
    let bytes = records.bytes_estimate;
    if bytes <= MUCH {
        return Ok(());
    }
    let what = format!(
        "--from beginning would read about {} ({} records in {} topics)",
        text::bytes(bytes as f64),
        text::count(records.records),
        records.topics
    );
    if !std::io::stdin().is_terminal() {
        bail!("{what}: say --yes to do so, or take --from 1h");
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
