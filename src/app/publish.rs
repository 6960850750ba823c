//! `vigie publish`: records of a person, checked before and confirmed after.

use super::{DONE, FAILED, complain, confirm, setup, tell};
use crate::catalogue::Catalogue;
use crate::cli::PublishArgs;
use crate::decode::{Decoder, Outcome};
use crate::kafka::publish::{Outgoing, PublishConfig, PublishError, Publisher, Receipt};
use crate::kafka::{Causes, KafkaConfig, admin};
use crate::model::{NoHeaders, Record, Slot, Timestamp};
use crate::text;
use anyhow::{Context, Result, bail};
use crossbeam_channel::Receiver;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Longer than the client tries: by then each is delivered or has failed.
const PATIENCE: Duration = Duration::from_secs(40);
const ANSWER: Duration = Duration::from_secs(15);

pub fn run(file: Option<PathBuf>, args: &PublishArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.connect.overrides())?;
    let kafka = setup::kafka(&config)?;
    let check = check(&*setup::catalogue(&config)?, args)?;
    let lines = open(&args.file)?;
    let topic = text::visible(&args.topic);
    confirm::writing(&kafka.bootstrap().join(","), &format!("this publishes records of {topic} to"), args.yes)?;
    exists(&kafka, &args.topic)?;
    let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
    let (publisher, receipts) = Publisher::with_receipts(&kafka, &causes, &PublishConfig::default())?;
    let mut counts = Counts::default();
    let sent = send_all(lines, check, args, &publisher, &receipts, &mut counts);
    let flushed = publisher.flush(PATIENCE);
    counts.take(&receipts);
    tell(&format!("{} delivered, {} refused, {} not delivered", counts.delivered, counts.refused, counts.failed));
    sent?;
    flushed?;
    Ok(if counts.refused + counts.failed == 0 { DONE } else { FAILED })
}

/// How each line is judged; `None`: not at all.
fn check(catalogue: &Catalogue, args: &PublishArgs) -> Result<Option<Decoder>> {
    let topic = text::visible(&args.topic);
    match catalogue.topic(&args.topic) {
        _ if args.unchecked => Ok(None),
        None => bail!("the catalogue does not name {topic}: --unchecked publishes lines as they are"),
        Some(entry) if !entry.role.judged() => bail!("{topic} is vigie's own: --unchecked publishes to it all the same"),
        Some(entry) => Ok(Some(Decoder::new(entry))),
    }
}

fn open(file: &Path) -> Result<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(File::open(file).with_context(|| format!("cannot read {}", file.display()))?)))
}

fn exists(kafka: &KafkaConfig, topic: &str) -> Result<()> {
    let there = admin::list(kafka, ANSWER).map_err(super::doctor::told)?;
    if !there.iter().any(|t| t.name == topic) {
        bail!("the cluster has no topic {}: `vigie topics --create` makes those of the catalogue", text::visible(topic));
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    delivered: u64,
    refused: u64,
    failed: u64,
}

impl Counts {
    fn take(&mut self, receipts: &Receiver<Receipt>) {
        for Receipt { tag, result } in receipts.try_iter() {
            match result {
                Ok(_) => self.delivered += 1,
                Err(undelivered) => self.fail(tag, &text::sentence(&undelivered.reason)),
            }
        }
    }

    fn fail(&mut self, line: usize, why: &str) {
        self.failed += 1;
        complain(&format!("vigie: line {line}: not delivered: {}", text::visible(why)));
    }

    fn refuse(&mut self, line: usize, why: &str) {
        self.refused += 1;
        complain(&format!("vigie: line {line}: refused: {}", text::visible(why)));
    }
}

fn send_all(
    mut lines: Box<dyn BufRead>,
    mut check: Option<Decoder>,
    args: &PublishArgs,
    publisher: &Publisher,
    receipts: &Receiver<Receipt>,
    counts: &mut Counts,
) -> Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if lines.read_until(b'\n', &mut line).with_context(|| format!("line {number} cannot be read"))? == 0 {
            break;
        }
        let value = line.trim_ascii();
        if value.is_empty() {
            continue;
        }
        let key = match keyed(check.as_mut(), args.key.as_deref(), value) {
            Ok(key) => key,
            Err(why) => {
                counts.refuse(number, &why);
                continue;
            }
        };
        let record = Outgoing { topic: &args.topic, key: key.as_deref(), value: Some(value), ..Outgoing::default() };
        match publisher.send_tagged(record, number) {
            Ok(()) => {}
            Err(error @ PublishError::Full { .. }) => bail!("line {number}: {error}; it and those after it were not published"),
            Err(error) => counts.fail(number, &error.to_string()),
        }
        counts.take(receipts);
    }
    Ok(())
}

/// The record's key, where it keeps its contract.
fn keyed(check: Option<&mut Decoder>, key: Option<&str>, value: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let key = key.map(str::as_bytes);
    let Some(decoder) = check else { return Ok(key.map(<[u8]>::to_vec)) };
    let record = Record { slot: Slot(0), offset: 0, time: None, key, value: Some(value), headers: &NoHeaders };
    match decoder.judge(&record) {
        Outcome::Event => {
            let entity = decoder.with_event(&record, |event| event.entity.as_bytes().to_vec());
            key.map(<[u8]>::to_vec).or(entity).map(Some).ok_or_else(|| "nothing names its entity: say --key".to_owned())
        }
        Outcome::Malformed(why) | Outcome::Contract(why) => Err(why),
        Outcome::Undecoded { .. } => Err("not JSON".to_owned()),
        Outcome::Deletion => Err("empty".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(topic: &str, key: Option<&str>, value: &str) -> Result<Option<Vec<u8>>, String> {
        let catalogue = Catalogue::builtin();
        let mut decoder = Decoder::new(catalogue.topic(topic).unwrap());
        keyed(Some(&mut decoder), key, value.as_bytes())
    }

    #[test]
    fn the_entity_is_the_key() {
        assert_eq!(judged("orders.confirmed", None, r#"{"orderId":"A1"}"#), Ok(Some(b"A1".to_vec())));
        assert_eq!(judged("orders.confirmed", Some("A1"), r#"{"orderId":"A1"}"#), Ok(Some(b"A1".to_vec())));
    }

    #[test]
    fn what_would_become_a_dead_letter_is_refused() {
        for (key, value, why) in [
            (None, "{", "not JSON"),
            (None, "{}", "no entity"),
            (Some("A2"), r#"{"orderId":"A1"}"#, "differ"),
            (None, "\0\0\0\0\u{1}x", "not JSON"),
        ] {
            let told = judged("orders.confirmed", key, value).unwrap_err();
            assert!(told.contains(why) || told.contains("missing"), "{value}: {told}");
        }
    }

    #[test]
    fn unchecked_lines_go_as_they_are() {
        assert_eq!(keyed(None, None, b"anything"), Ok(None));
        assert_eq!(keyed(None, Some("k"), b"anything"), Ok(Some(b"k".to_vec())));
    }
}
