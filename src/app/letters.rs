//! `vigie dead-letter`: what the store holds of them. `retry` has a file of its own.

use super::{masked, privacy, retry, setup, write_out};
use crate::cli::{DeadLetterCommand, Format, ListArgs, Printed, ShowArgs, Which};
use crate::config::Config;
use crate::domain::Plans;
use crate::model::Timestamp;
use crate::outlet::{self, Cell};
use crate::store::{LetterFilter, LetterLine, Letters, Original, Place, Postgres, Sqlite, StoreAddress};
use crate::text;
use crate::ui::json;
use anyhow::{Context, Result, anyhow, bail};
use std::path::PathBuf;

pub fn run(file: Option<PathBuf>, command: &DeadLetterCommand) -> Result<u8> {
    match command {
        DeadLetterCommand::List(args) => list(file, args),
        DeadLetterCommand::Show(args) => show(file, args),
        DeadLetterCommand::Retry(args) => retry::run(file, args),
    }
}

fn list(file: Option<PathBuf>, args: &ListArgs) -> Result<u8> {
    let letters = open(&config(file, &args.printed)?, &args.store)?.letters(&filter(&args.which))?;
    let out = match args.format {
        Format::Json => text::escaped_json(&serde_json::to_string(&letters)?).into_owned() + "\n",
        Format::Table => outlet::rows(&["letter", "reason", "age", "sent", "retried", "detail"], letters.iter().map(cells)),
    };
    write_out(out.as_bytes())
}

fn show(file: Option<PathBuf>, args: &ShowArgs) -> Result<u8> {
    let place = place(&args.letter)?;
    let config = config(file, &args.printed)?;
    let Some((line, mut original)) = open(&config, &args.store)?.letter(&place)? else {
        bail!("there is no dead letter {}: `vigie dead-letter list` has them", text::visible(&args.letter));
    };
    if let Some(privacy) = privacy::printed(&config)? {
        original = masked::letter(&place.topic, &original, &privacy);
    }
    write_out(shown(&line, &original, Timestamp::now()).as_bytes())
}

fn config(file: Option<PathBuf>, printed: &Printed) -> Result<Config> {
    setup::load(file, &printed.connect(), printed.overrides())
}

/// The store of `--store`, which has to be there.
pub fn open(config: &Config, store: &str) -> Result<Box<dyn Letters>> {
    let address = setup::store(store)?;
    let plans = Plans::new(&*setup::catalogue(config)?);
    let told = format!("--store {address}");
    match address {
        StoreAddress::Sqlite(path) if !path.exists() => {
            bail!("--store: there is no {}: `vigie consume --store` makes it", path.display())
        }
        StoreAddress::Sqlite(path) => Ok(Box::new(Sqlite::open(&path, plans).context(told)?)),
        StoreAddress::Postgres(address) => Ok(Box::new(Postgres::open_existing(*address, plans).context(told)?)),
    }
}

pub fn filter(which: &Which) -> LetterFilter {
    LetterFilter { reason: which.reason.clone(), topic: which.topic.clone(), limit: which.limit }
}

/// `TOPIC/PARTITION@OFFSET`.
pub fn place(text: &str) -> Result<Place> {
    let read = || {
        let (rest, offset) = text.rsplit_once('@')?;
        let (topic, partition) = rest.rsplit_once('/')?;
        Some(Place { topic: topic.to_owned(), partition: partition.parse().ok()?, offset: offset.parse().ok()? })
    };
    read().ok_or_else(|| anyhow!("{} is no place of a record: TOPIC/PARTITION@OFFSET", text::visible(text)))
}

pub fn name(place: &Place) -> String {
    format!("{}/{}@{}", text::visible(&place.topic), place.partition, place.offset)
}

fn cells(line: &LetterLine) -> Vec<Cell> {
    let age = Timestamp::now().since_s(Timestamp(line.rejected_at_ms)).max(0.0);
    let sent = match (line.sent_at_ms, line.withdrawn_at_ms) {
        (_, Some(_)) => "taken back",
        (Some(_), None) => "yes",
        (None, None) => "no",
    };
    let retried = line.retried.as_ref().map_or_else(String::new, |r| {
        r.partition.zip(r.offset).map_or_else(|| "not known".to_owned(), |(partition, offset)| format!("{partition}@{offset}"))
    });
    vec![
        Cell::Left(Some(name(&line.place))),
        Cell::Left(Some(line.reason.clone())),
        Cell::Right(Some(text::short_duration_s(age))),
        Cell::Left(Some(sent.to_owned())),
        Cell::Left(Some(retried)),
        Cell::Left(Some(line.detail.clone())),
    ]
}

/// A letter for reading: nothing in it can steer a terminal.
fn shown(line: &LetterLine, original: &Original, now: Timestamp) -> String {
    let mut out = name(&line.place) + "\n";
    let mut field = |name: &str, value: &str| out += &format!("{name:9} {value}\n");
    let detail = if line.detail.is_empty() { String::new() } else { format!(": {}", text::visible(&line.detail)) };
    field("reason", &format!("{}{detail}", line.reason));
    field("recorded", &line.recorded_at_ms.map_or_else(|| "not known".to_owned(), |at| moment(at, now)));
    field("rejected", &moment(line.rejected_at_ms, now));
    field("sent", &line.sent_at_ms.map_or_else(|| "not yet".to_owned(), |at| moment(at, now)));
    if let Some(at) = line.withdrawn_at_ms {
        field("taken back", &format!("{}: it turned out right", moment(at, now)));
    }
    if let Some(retried) = &line.retried {
        let to = retried.partition.zip(retried.offset).map(|(p, o)| Place { partition: p, offset: o, ..line.place.clone() });
        let to = to.map_or_else(|| "what became of it is not known".to_owned(), |place| format!("it is {} too", name(&place)));
        field("retried", &format!("{}: {to}", moment(retried.at_ms, now)));
    }
    field("key", &bytes(original.key.as_deref()));
    if !original.headers.is_empty() {
        out += "headers\n";
    }
    for (name, value) in &original.headers {
        out += &format!("  {}: {}\n", text::visible(name), bytes(value.as_deref()));
    }
    out += &format!("value     {}\n", original.value.as_ref().map_or_else(|| "null".to_owned(), |v| text::bytes(v.len() as f64)));
    for line in json::pretty(original.value.as_deref().unwrap_or_default()) {
        out += &format!("  {line}\n");
    }
    out
}

fn bytes(of: Option<&[u8]>) -> String {
    of.map_or_else(|| "null".to_owned(), text::visible_bytes)
}

fn moment(ms: i64, now: Timestamp) -> String {
    let at = Timestamp(ms).iso().unwrap_or_else(|| ms.to_string());
    format!("{at} ({} ago)", text::short_duration_s(now.since_s(Timestamp(ms)).max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Retried;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let wanted = Place { topic: "a/b@c".into(), partition: 2, offset: 70 };
        assert_eq!(place("a/b@c/2@70").unwrap(), wanted);
        assert_eq!(place(&name(&wanted)).unwrap(), wanted);
        for wrong in ["orders", "orders/2", "orders@7", "orders/x@7", "orders/2@"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_letter_is_shown_whole_and_harmless() {
        let line = LetterLine {
            place: Place { topic: "orders.created".into(), partition: 2, offset: 70 },
            reason: "contract".into(),
            detail: "`id` is \u{1b}missing".into(),
            recorded_at_ms: None,
            rejected_at_ms: 1_790_000_000_000,
            sent_at_ms: None,
            withdrawn_at_ms: None,
            retried: Some(Retried { at_ms: 1_790_000_001_000, partition: Some(2), offset: Some(91) }),
        };
        let headers = vec![("h\u{202e}".to_owned(), Some(vec![0xff])), ("none".to_owned(), None)];
        let original = Original { key: Some(b"A\x071".to_vec()), value: Some(b"{\"a\":1}".to_vec()), headers };
        let wanted = "orders.created/2@70\n\
                      reason    contract: `id` is \\x1bmissing\n\
                      recorded  not known\n\
                      rejected  2026-09-21T14:13:20Z (2.0 s ago)\n\
                      sent      not yet\n\
                      retried   2026-09-21T14:13:21Z (1.0 s ago): it is orders.created/2@91 too\n\
                      key       A\\x071\n\
                      headers\n  h\\u{202e}: \\xff\n  none: null\n\
                      value     7 B\n  {\n    \"a\": 1\n  }\n";
        assert_eq!(shown(&line, &original, Timestamp(1_790_000_002_000)), wanted);
    }
}
