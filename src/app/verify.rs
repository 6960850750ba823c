//! `vigie state verify`: the topics are read again, and what they make is held against the store.

use super::progress::Progress;
use super::stop::{self, Stop};
use super::{DONE, FAILED, masked, privacy, setup, write_out};
use crate::catalogue::Catalogue;
use crate::cli::{Format, VerifyArgs};
use crate::consume::{Again, AgainError, Taker};
use crate::domain::Plans;
use crate::kafka::replay::{Bounds, Replay, ReplayError};
use crate::kafka::{Causes, KafkaConfig};
use crate::model::{Timestamp, TopicPartition};
use crate::outlet::{self, Cell};
use crate::store::{Compared, Comparison, Difference, Differing, Marks, Moments, Side, Sqlite, StoreAddress, Whole, open_to_read};
use crate::text;
use anyhow::{Context, Result, anyhow, bail};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Offsets that may be left to be read while the store keeps a moment for us: some seconds.
const SHORT: u64 = 20_000;
/// The consumers may be as quick as we are: then a longer rest has to do.
const ROUNDS: usize = 5;

#[derive(Serialize)]
struct Report {
    equal: bool,
    /// Records that were read again.
    records: u64,
    #[serde(flatten)]
    compared: Compared,
    /// What else there is to know, in words.
    notes: Vec<String>,
}

pub fn run(file: Option<PathBuf>, args: &VerifyArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.overrides())?;
    let privacy = privacy::printed(&config)?;
    let kafka = setup::kafka(&config)?;
    let catalogue = setup::catalogue(&config)?;
    let address = setup::store(&args.store)?;
    if let StoreAddress::Sqlite(path) = &address
        && !path.exists()
    {
        bail!("--store: there is no {}: `vigie consume --store` makes it", path.display());
    }
    let end = stop::on_signals()?;
    let plans = Plans::new(&catalogue);
    let mut store = open_to_read(&address, plans.clone()).with_context(|| format!("--store {address}"))?;
    let mut fresh = Sqlite::temporary(args.work_dir.as_deref(), plans.clone()).context("the store to compare with")?;
    let verify = Verify { kafka, catalogue, plans, most: args.limit, shortened: matches!(address, StoreAddress::Postgres(_)), end };
    let mut report = verify.run(store.as_mut(), &mut fresh).with_context(|| format!("--store {address} is not verified"))?;
    if let Some(privacy) = &privacy {
        masked::compared(&mut report.compared, privacy);
    }
    let out = match args.format {
        Format::Json => text::escaped_json(&serde_json::to_string(&report)?).into_owned() + "\n",
        Format::Table => table(&report),
    };
    write_out(out.as_bytes())?;
    Ok(if report.equal { DONE } else { FAILED })
}

struct Verify {
    kafka: KafkaConfig,
    catalogue: Arc<Catalogue>,
    plans: Plans,
    most: usize,
    /// The store's keys are PostgreSQL's.
    shortened: bool,
    end: Stop,
}

impl Verify {
    fn run(&self, store: &mut dyn Moments, fresh: &mut Sqlite) -> Result<Report> {
        let mut progress = Progress::new();
        let causes = Arc::new(Causes::new(self.kafka.bootstrap(), Timestamp::now()));
        let replay = Replay::new(&self.kafka, &causes)?;
        let mut again = Again::new(replay, Taker::new(&self.catalogue, &self.plans), fresh);
        for _ in 0..ROUNDS {
            let stand = Stand::of(store.moment()?.as_ref());
            let short = self.read(&mut again, &stand, &mut progress)?.rest < SHORT;
            if short {
                break;
            }
        }
        let mut moment = store.moment()?;
        let read = self.read(&mut again, &Stand::of(moment.as_ref()), &mut progress)?;
        let (below, records) = (read.below(again.whole_from()), again.pace().records);
        drop(again);
        if self.shortened {
            fresh.shorten_keys()?;
        }
        let mut tell = |table: &'static str, rows: u64| {
            progress.say(|| format!("{} rows of {table} compared", text::count(rows)));
            !self.is_ended()
        };
        let comparison = Comparison { plans: &self.plans, below: &below, most: self.most };
        let compared = comparison.run(moment.as_mut(), fresh.moment()?.as_mut(), &mut tell)?;
        Ok(Report { equal: compared.is_equal(), records, compared, notes: read.notes })
    }

    /// Reads on to where the store stands, as far as the topics have that.
    fn read(&self, again: &mut Again<'_>, stand: &Stand, progress: &mut Progress) -> Result<Reading> {
        // Asked after the store: what it has read the logs have had.
        let mut bounds = again.bounds().map_err(in_words)?;
        for (partition, (low, _)) in &mut bounds {
            *low = stand.firsts.get(partition).map_or(*low, |first| *first.max(low));
        }
        let reading = Reading::of(&stand.marks, &bounds, &again.marks(), &self.catalogue);
        let lows: Marks = bounds.iter().map(|(partition, (low, _))| (partition.clone(), *low)).collect();
        let mut tell = |pace| {
            progress.read(pace);
            !self.is_ended()
        };
        again.read_to(&lows, &reading.until, &mut tell).map_err(in_words)?;
        Ok(reading)
    }

    fn is_ended(&self) -> bool {
        self.end.wait(Duration::ZERO)
    }
}

/// From where to where a store has applied each partition.
struct Stand {
    firsts: Marks,
    marks: Marks,
}

impl Stand {
    fn of(moment: &dyn Whole) -> Self {
        Self { firsts: moment.firsts(), marks: moment.marks() }
    }
}

/// The cluster's reason as a sentence.
fn in_words(error: AgainError) -> anyhow::Error {
    match error {
        AgainError::Kafka(ReplayError::Cluster(reason)) => anyhow!(text::sentence(&reason)),
        other => other.into(),
    }
}

/// What is to be read, and what is not there to be read.
#[derive(Default)]
struct Reading {
    until: Marks,
    gone: Vec<TopicPartition>,
    notes: Vec<String>,
    /// Offsets that were to be read.
    rest: u64,
}

impl Reading {
    fn of(marks: &Marks, bounds: &Bounds, at: &Marks, catalogue: &Catalogue) -> Self {
        let mut reading = Self::default();
        for (partition, mark) in marks {
            let why = match bounds.get(partition) {
                Some((low, high)) if mark <= high => {
                    reading.rest += mark.abs_diff(at.get(partition).copied().unwrap_or(*low).min(*mark));
                    reading.until.insert(partition.clone(), *mark);
                    continue;
                }
                Some((_, high)) => format!("the store stands at {mark}, its log ends at {high}: the topic was made anew"),
                None if catalogue.topic(&partition.topic).is_none() => "the catalogue has no such topic".to_owned(),
                None => "the cluster has no such partition".to_owned(),
            };
            reading.notes.push(format!("{}/{}: {why}; what it told cannot be judged", partition.topic, partition.partition));
            reading.gone.push(partition.clone());
        }
        reading
    }

    /// The offsets below which nothing can be judged.
    fn below(&self, whole_from: Marks) -> Marks {
        let mut below = whole_from;
        below.extend(self.gone.iter().map(|partition| (partition.clone(), i64::MAX)));
        below
    }
}

fn table(report: &Report) -> String {
    let heads = ["table", "same", "different", "only in the store", "only in the topics", "cannot be judged"];
    let rows = report.compared.tables.iter().map(|t| {
        let figures = [t.same, t.different, t.only_in_store, t.only_in_topics, t.cannot_be_judged];
        let figures = figures.map(|n| Cell::Right(Some(text::count(n))));
        [Cell::Left(Some(t.table.to_owned()))].into_iter().chain(figures).collect()
    });
    let mut out = outlet::rows(&heads, rows);
    for difference in &report.compared.differences {
        out += &format!("{}\n", told(difference));
    }
    for note in &report.notes {
        out += &format!("{}\n", text::visible(note));
    }
    let verdict = if report.equal { "nothing differs that can be judged" } else { "the store is not what the topics make" };
    out + &format!("{verdict}: {} records read again\n", text::count(report.records))
}

fn told(difference: &Difference) -> String {
    let row = format!("{} {}", difference.table, text::visible(&difference.key));
    match difference.found {
        Side::OnlyInStore => format!("{row}: only in the store"),
        Side::OnlyInTopics => format!("{row}: only in the topics"),
        Side::Both => format!("{row}: {}", difference.differs.iter().map(differing).collect::<Vec<_>>().join("; ")),
    }
}

fn differing(of: &Differing) -> String {
    format!("{} is {} and should be {}", of.what, shown(of.store.as_deref()), shown(of.topics.as_deref()))
}

/// The longest value that is shown whole.
const LONGEST: usize = 120;

fn shown(value: Option<&str>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    match value.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("`{}…`", text::visible(&value[..cut])),
        None => format!("`{}`", text::visible(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(of: &[(&str, i64)]) -> Marks {
        of.iter().map(|(topic, mark)| (TopicPartition { topic: (*topic).into(), partition: 0 }, *mark)).collect()
    }

    #[test]
    fn what_is_not_there_to_be_read_is_told_and_cut_off() {
        let bounds = |topic: &str, low, high| (TopicPartition { topic: topic.into(), partition: 0 }, (low, high));
        let bounds = [bounds("orders.created", 3, 20), bounds("orders.confirmed", 0, 4)].into();
        let stands = marks(&[("orders.created", 12), ("orders.confirmed", 9), ("orders.gone", 1), ("orders.updated", 5)]);
        let reading = Reading::of(&stands, &bounds, &Marks::new(), &Catalogue::builtin());
        assert_eq!((reading.until.clone(), reading.rest), (marks(&[("orders.created", 12)]), 9));
        let words =
            ["its log ends at 4: the topic was made anew", "the catalogue has no such topic", "the cluster has no such partition"];
        assert_eq!(reading.notes.len(), 3);
        assert!(reading.notes.iter().zip(words).all(|(note, words)| note.contains(words)), "{:?}", reading.notes);
        let below = reading.below(marks(&[("orders.created", 3)]));
        assert_eq!(below[&TopicPartition { topic: "orders.created".into(), partition: 0 }], 3);
        assert_eq!(below.values().filter(|low| **low == i64::MAX).count(), 3);
    }

    #[test]
    fn a_value_from_outside_is_harmless_and_short() {
        assert_eq!(shown(Some("a\x1b[2Jb")), "`a\\x1b[2Jb`");
        assert_eq!(shown(Some(&"é".repeat(500))).chars().count(), LONGEST + 3);
        assert_eq!(shown(None), "nothing");
    }
}
