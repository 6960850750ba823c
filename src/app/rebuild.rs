//! `vigie state rebuild`: the state anew, from the topics.

use super::progress::Progress;
use super::stop::{self, Stop};
use super::{DONE, FAILED, complain, consume, setup, tell};
use crate::cli::RebuildArgs;
use crate::consume::{Again, AgainError, Taker};
use crate::domain::Plans;
use crate::kafka::replay::{Bounds, Replay};
use crate::kafka::{Causes, KafkaConfig};
use crate::model::{Timestamp, TopicPartition};
use crate::store::{self, Beside, CarriedEntities, Marks, Named, StoreAddress};
use crate::text;
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Entities that are carried over in one transaction.
const PAGE: usize = 1_000;
/// Rounds before the state in use is locked: each has less to read than the one before.
const ROUNDS: usize = 3;
/// Unprovable entities that are named.
const NAMED: usize = 10;

pub fn run(file: Option<PathBuf>, args: &RebuildArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.connect.overrides())?;
    let kafka = setup::kafka(&config)?;
    let catalogue = setup::catalogue(&config)?;
    let plans = Plans::new(&catalogue);
    let address = setup::store(&args.store)?;
    let end = stop::on_signals()?;
    let hold = store::hold(&address, &consume::instance()).with_context(|| format!("--store {address}"))?;
    let mut beside = store::open_beside(&address, &plans).with_context(|| format!("--store {address}"))?;
    let causes = Arc::new(Causes::new(kafka.bootstrap(), Timestamp::now()));
    let work = Work { kafka, causes, taker: &|| Taker::new(&catalogue, &plans), end: &end };
    let done = work.rebuild(beside.as_mut(), args.drop_unprovable, &address);
    // Of an exchange that did not come about nothing may stay; the first error is the one to be told.
    let removed = beside.remove();
    drop(hold);
    let code = done?;
    removed.context("what was made beside the state could not be removed")?;
    Ok(code)
}

struct Work<'a> {
    kafka: KafkaConfig,
    causes: Arc<Causes>,
    taker: &'a dyn Fn() -> Taker,
    end: &'a Stop,
}

impl Work<'_> {
    fn rebuild(&self, beside: &mut dyn Beside, gives_up: bool, address: &StoreAddress) -> Result<u8> {
        let marks = beside.marks()?;
        let gone: BTreeSet<TopicPartition> = marks.keys().cloned().collect();
        let bounds = self.bounds(&marks)?;
        let lows: Marks = bounds.iter().map(|(partition, (low, _))| (partition.clone(), *low)).collect();
        let mut progress = Progress::new();
        for _ in 0..ROUNDS {
            let ends = self.ends(&bounds)?;
            self.read_to(beside, &lows, &ends, &mut progress)?;
        }
        drop(progress);
        let anew = self.made_anew(&bounds, &marks, &beside.topic_ids()?)?;
        let records = beside.carry_records(&still_there(&bounds, &anew))?;
        let unprovable = carry(beside)?;
        tell(&format!(
            "carried over: {} records and {} dead letters that the topics have no more; {} entities have events among them",
            records.audit, records.dead_letters, records.entities
        ));
        if !unprovable.is_empty() && !gives_up {
            return refuse(&unprovable);
        }
        // What came while much was carried over would else be read while everybody waits.
        let mut progress = Progress::new();
        self.read_to(beside, &lows, &self.ends(&bounds)?, &mut progress)?;
        drop(progress);
        let marks = beside.lock()?;
        let topics = (self.taker)();
        if let Some(new) =
            marks.keys().find(|p| !bounds.contains_key(p) && topics.topics().contains(&p.topic.as_ref()) && !gone.contains(p))
        {
            bail!("{}/{} came while the topics were read: the state is as it was\n  → run it again", new.topic, new.partition);
        }
        let ends = self.ends(&bounds)?;
        let rest: Marks = marks.into_iter().filter_map(|(p, mark)| Some((p.clone(), mark.min(*ends.get(&p)?)))).collect();
        let mut progress = Progress::new();
        self.read_to(beside, &lows, &rest, &mut progress)?;
        drop(progress);
        let swapped = beside.swap(Timestamp::now())?;
        tell(&format!("{address} is made anew; {} entities that it had are none by the topics", swapped.gone));
        if swapped.other_pipelines {
            tell(
                "its pipelines are others than before: restart the consumers with this catalogue, those of the old one cannot write",
            );
        }
        Ok(DONE)
    }

    /// What the logs have of the topics that the state is made of, by this catalogue or by the one before.
    fn bounds(&self, marks: &Marks) -> Result<Bounds> {
        let taker = (self.taker)();
        let topics: BTreeSet<&str> = taker.topics().into_iter().chain(marks.keys().map(|p| p.topic.as_ref())).collect();
        Ok(self.replay()?.bounds(&topics.into_iter().collect::<Vec<_>>())?)
    }

    /// Partitions of topics that were removed and made again since the state in use read them: those that end before its mark, and
    /// those of another id.
    fn made_anew(
        &self,
        bounds: &Bounds,
        marks: &Marks,
        ids: &BTreeMap<TopicPartition, String>,
    ) -> Result<BTreeSet<TopicPartition>> {
        let topics: BTreeSet<&str> = bounds.keys().map(|p| p.topic.as_ref()).collect();
        let now = self.replay()?.topic_ids(&topics.into_iter().collect::<Vec<_>>())?;
        let is_other = |p: &TopicPartition| ids.get(p).zip(now.get(p.topic.as_ref())).is_some_and(|(had, has)| had != has);
        let ends_before = |p: &TopicPartition, end: i64| marks.get(p).is_some_and(|mark| *mark > end);
        Ok(bounds.iter().filter(|(p, (_, end))| is_other(p) || ends_before(p, *end)).map(|(p, _)| p.clone()).collect())
    }

    fn replay(&self) -> Result<Replay> {
        Ok(Replay::new(&self.kafka, &self.causes)?)
    }

    fn ends(&self, known: &Bounds) -> Result<Marks> {
        let taker = (self.taker)();
        let bounds = self.replay()?.bounds(&taker.topics())?;
        // A partition that came meanwhile is the consumers' alone: they begin it anew.
        Ok(bounds.into_iter().filter(|(p, _)| known.contains_key(p)).map(|(p, (_, end))| (p, end)).collect())
    }

    fn read_to(&self, beside: &mut dyn Beside, lows: &Marks, until: &Marks, progress: &mut Progress) -> Result<()> {
        let mut again = Again::new(self.replay()?, (self.taker)(), beside.fresh());
        let mut lost = 0;
        let read = again.read_to(lows, until, &mut |pace| {
            lost = pace.lost;
            progress.read(pace);
            !self.end.wait(Duration::ZERO)
        });
        match read {
            Err(AgainError::Ended) => bail!("ended: the state is as it was"),
            read => read?,
        }
        if lost > 0 {
            bail!("retention removed {lost} records while they were read: the state is as it was\n  → run it again");
        }
        Ok(())
    }
}

/// From where on the topics still have what the state in use has read. What it has of one that was made anew is nowhere else.
fn still_there(bounds: &Bounds, anew: &BTreeSet<TopicPartition>) -> Marks {
    let from = |(p, (low, _)): (&TopicPartition, &(i64, i64))| (p.clone(), if anew.contains(p) { i64::MAX } else { *low });
    bounds.iter().map(from).collect()
}

/// Returns those that cannot be carried over.
fn carry(beside: &mut dyn Beside) -> Result<Vec<Named>> {
    let (mut after, mut unprovable) = (None, Vec::new());
    loop {
        let CarriedEntities { unprovable: more, last, .. } = beside.carry_entities(after, PAGE, Timestamp::now())?;
        unprovable.extend(more);
        let Some(last) = last else { return Ok(unprovable) };
        after = Some(last);
    }
}

fn refuse(unprovable: &[Named]) -> Result<u8> {
    let name = |(kind, id): &Named| format!("{kind} {}", text::visible(id));
    let some: Vec<_> = unprovable.iter().take(NAMED).map(name).collect();
    let more = if unprovable.len() > NAMED { " …" } else { "" };
    complain(&format!(
        "vigie: {} entities would be lost: the topics do not have all of their events any more, and this catalogue has no pipeline or step \
         of that name: {}{more}",
        unprovable.len(),
        some.join(", ")
    ));
    complain("  → the state is as it was; --drop-unprovable gives them up");
    Ok(FAILED)
}
