//! `vigie dead-letter retry`: the original record once more.

use super::letters::{filter, name, open, place};
use super::{DONE, FAILED, complain, confirm, setup, tell};
use crate::cli::RetryArgs;
use crate::kafka::Causes;
use crate::kafka::publish::{Outgoing, PublishConfig, Publisher, Receipt};
use crate::model::Timestamp;
use crate::store::{LetterLine, Letters, Original, Place};
use crate::text;
use anyhow::{Result, bail};
use crossbeam_channel::Receiver;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Letters on their way at once: they are in memory, whole.
const AT_ONCE: usize = 200;
/// Longer than the client tries: by then each is delivered or has failed.
const PATIENCE: Duration = Duration::from_secs(40);
/// Says of which record one is the repetition. One that is rejected again is a letter of its own, which nobody asks for by a reason.
const RETRY_OF: &str = "vigie.retry-of";

pub fn run(file: Option<PathBuf>, args: &RetryArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.connect.overrides())?;
    let kafka = setup::kafka(&config)?;
    let mut store = open(&config, &args.store)?;
    let places = chosen(store.as_ref(), args)?;
    if places.is_empty() {
        tell("no dead letter is left to be retried");
        return Ok(DONE);
    }
    confirm::writing(&kafka.bootstrap().join(","), &format!("this produces {} dead letters again to", places.len()), args.yes)?;
    let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
    let (publisher, receipts) = Publisher::with_receipts(&kafka, &causes, &PublishConfig::default())?;
    let mut failed = 0;
    for places in places.chunks(AT_ONCE) {
        failed += retry(store.as_mut(), &publisher, &receipts, places, How { again: args.again, named: !args.letters.is_empty() })?;
    }
    Ok(if failed == 0 { DONE } else { FAILED })
}

fn chosen(store: &dyn Letters, args: &RetryArgs) -> Result<Vec<Place>> {
    if !args.letters.is_empty() {
        return args.letters.iter().map(|text| place(text)).collect();
    }
    if args.which.reason.is_none() && args.which.topic.is_none() && !args.all {
        bail!("which dead letters? Name them as `vigie dead-letter list` does, or say --reason, --topic or --all");
    }
    let mut lines = store.letters(&filter(&args.which))?;
    lines.retain(|line| line.withdrawn_at_ms.is_none() && (args.again || line.retried.is_none()));
    // As they came.
    Ok(lines.into_iter().rev().map(|line| line.place).collect())
}

#[derive(Clone, Copy)]
struct How {
    /// Also what was retried before, and what is itself a retry.
    again: bool,
    /// Each was named: what is passed over was asked for.
    named: bool,
}

/// How many were not produced.
fn retry(
    store: &mut dyn Letters,
    publisher: &Publisher,
    receipts: &Receiver<Receipt>,
    places: &[Place],
    how: How,
) -> Result<usize> {
    let mut failed = 0;
    for (tag, place) in places.iter().enumerate() {
        let Some((line, original)) = store.letter(place)? else {
            failed += 1;
            complain(&format!("vigie: {}: there is no such dead letter", name(place)));
            continue;
        };
        if is_retry(&original) && !how.again {
            failed += usize::from(how.named);
            complain(&format!("vigie: {}: is itself a retry, rejected again: --again produces it once more", name(place)));
            continue;
        }
        // Before it goes: should we be killed, it does not go twice without being asked for.
        if !store.begin_retry(place, how.again, Timestamp::now())? {
            failed += 1;
            complain(&format!("vigie: {}: {}", name(place), before(&line)));
            continue;
        }
        if let Err(error) = send(publisher, &line, &original, tag) {
            store.end_retry(place, None)?;
            failed += 1;
            complain(&format!("vigie: {}: not produced: {error}", name(place)));
        }
    }
    let flushed = publisher.flush(PATIENCE);
    for Receipt { tag, result } in receipts.try_iter() {
        let Some(place) = places.get(tag) else { continue };
        store.end_retry(place, result.as_ref().ok().copied())?;
        match result {
            Ok((partition, offset)) => {
                tell(&format!("{} → {}", name(place), name(&Place { partition, offset, ..place.clone() })));
            }
            Err(undelivered) => {
                failed += 1;
                complain(&format!("vigie: {}: not produced: {}", name(place), text::sentence(&undelivered.reason)));
            }
        }
    }
    // What is neither delivered nor failed stays marked as retried without a place.
    flushed?;
    Ok(failed)
}

fn send(publisher: &Publisher, line: &LetterLine, original: &Original, tag: usize) -> Result<()> {
    let of = name(&line.place);
    let theirs = original.headers.iter().filter(|(name, _)| name != RETRY_OF);
    let headers: Vec<_> =
        theirs.map(|(name, value)| (name.as_str(), value.as_deref())).chain([(RETRY_OF, Some(of.as_bytes()))]).collect();
    let record = Outgoing {
        topic: &line.place.topic,
        key: original.key.as_deref(),
        value: original.value.as_deref(),
        headers: &headers,
        // An event without a time of its own has its record's: it must stay the same event.
        timestamp: line.recorded_at_ms.map(Timestamp),
        // Beside the other records of its key, whatever made them.
        partition: Some(line.place.partition),
    };
    Ok(publisher.send_tagged(record, tag)?)
}

fn is_retry(original: &Original) -> bool {
    original.headers.iter().any(|(name, _)| name == RETRY_OF)
}

fn before(line: &LetterLine) -> String {
    let to = line.retried.as_ref().and_then(|r| r.partition.zip(r.offset));
    match to {
        Some((partition, offset)) => {
            let place = Place { partition, offset, ..line.place.clone() };
            format!("was retried before and is {} too: --again produces it once more", name(&place))
        }
        None => "was retried before, and what became of it is not known: look, then say --again".to_owned(),
    }
}
