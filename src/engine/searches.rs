use super::collected::Collected;
use super::tail_ring;
use super::topics::Topics;
use super::wanted::Wanted;
use crate::catalogue::Catalogue;
use crate::decode::Outcome;
use crate::model::{
    Found, FoundRecord, LookupId, Record, RecordTime, Scope, Search, SearchProgress, Timestamp, TimestampKind, TopicPartition, Way,
};
use crate::snapshot::{EntityFocus, SearchView, TailRow, Verdict};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Searches that are kept; the oldest is forgotten.
const MOST: usize = 4;

/// What the open searches have found so far, and the keys that are followed.
#[derive(Default)]
pub struct Searches {
    open: BTreeMap<LookupId, Searched>,
    /// Something changed since the last look.
    changed: bool,
}

struct Searched {
    search: Search,
    rows: Collected,
    progress: SearchProgress,
    follow: Option<Follow>,
    view: Option<Arc<SearchView>>,
}

/// A key's records are also taken as they come.
struct Follow {
    wanted: Wanted,
    since: Timestamp,
    /// Records that were in memory when it was asked for, and what the search found beside them.
    remembered: u64,
    beside: u64,
    live: u64,
    skipped: u64,
}

impl Searches {
    /// Opens a search, and puts in it what is in memory.
    pub fn open(&mut self, id: LookupId, search: Search, memory: Memory<'_>) {
        let mut rows = Collected::default();
        let follow = match &search.scope {
            Scope::Topic(_) => None,
            Scope::Key(_) => {
                let mut wanted = Wanted::new(&search, memory.catalogue);
                for row in memory.tail {
                    if passes(&mut wanted, &row) {
                        rows.insert(TailRow::clone(&row), Way::Back);
                    }
                }
                memory.entity.iter().flat_map(known).for_each(|row| {
                    rows.insert(row, Way::Back);
                });
                let remembered = rows.len() as u64;
                Some(Follow { wanted, since: memory.now, remembered, beside: 0, live: 0, skipped: 0 })
            }
        };
        self.open.insert(id, Searched { search, rows, progress: SearchProgress::default(), follow, view: None });
        while self.open.len() > MOST {
            self.open.pop_first();
        }
        self.changed = true;
    }

    pub fn forget(&mut self, id: LookupId) {
        self.changed |= self.open.remove(&id).is_some();
    }

    pub fn search(&self, id: LookupId) -> Option<&Search> {
        self.open.get(&id).map(|s| &s.search)
    }

    /// Takes what was found; its records are judged like others, and counted nowhere.
    pub fn found(&mut self, found: Found, topics: &mut Topics) {
        let Some(searched) = self.open.get_mut(&found.id) else { return };
        let way = found.progress.running.unwrap_or(searched.progress.running.unwrap_or(Way::Back));
        // A key's newest records stay, whatever is found behind them.
        let way = if searched.follow.is_some() { Way::Forward } else { way };
        for record in found.records {
            let new = searched.rows.insert(judged(record, topics), way);
            if let Some(follow) = searched.follow.as_mut().filter(|_| new) {
                follow.beside += 1;
            }
        }
        searched.progress = found.progress;
        searched.view = None;
        self.changed = true;
    }

    /// Where reading has to go on to find again what was let go of.
    pub fn resume(&mut self, id: LookupId, way: Way) -> Vec<(TopicPartition, i64)> {
        let resume = self.open.get_mut(&id).map(|s| s.rows.resume(way)).unwrap_or_default();
        resume.into_iter().map(|((topic, partition), offset)| (TopicPartition { topic, partition }, offset)).collect()
    }

    pub fn follows(&self) -> bool {
        self.open.values().any(|s| s.follow.is_some())
    }

    /// A record came that may be of a key that is followed.
    pub fn offer(&mut self, topic: &Arc<str>, record: &Record<'_>, partition: i32, verdict: &Verdict, at: Timestamp) {
        for searched in self.open.values_mut() {
            let Some(follow) = &mut searched.follow else { continue };
            if !follow.wanted.passes(topic, record) {
                continue;
            }
            follow.live += 1;
            searched.rows.insert(tail_ring::copy(topic.clone(), record, partition, verdict.clone(), Some(at)), Way::Forward);
            searched.view = None;
            self.changed = true;
        }
    }

    /// The tail passed over records.
    pub fn skipped(&mut self, count: u64) {
        for searched in self.open.values_mut() {
            if let Some(follow) = &mut searched.follow {
                follow.skipped += count;
                searched.view = None;
                self.changed = true;
            }
        }
    }

    pub fn step_back(&mut self, step: super::clock::Step) {
        step.moments(self.open.values_mut().filter_map(|s| s.follow.as_mut()).map(|f| &mut f.since));
    }

    /// What is shown of them, where it changed.
    pub fn views(&mut self) -> Option<BTreeMap<LookupId, Arc<SearchView>>> {
        std::mem::take(&mut self.changed).then(|| self.open.iter_mut().map(|(id, s)| (*id, s.view())).collect())
    }
}

/// What a followed key can have at once.
pub struct Memory<'a> {
    pub catalogue: &'a Arc<Catalogue>,
    /// The tail of the topic on the screen.
    pub tail: Vec<Arc<TailRow>>,
    pub entity: Option<EntityFocus>,
    pub now: Timestamp,
}

impl Searched {
    fn view(&mut self) -> Arc<SearchView> {
        let Self { rows, progress, follow, view, .. } = self;
        let make = || {
            let (newer_cut, older_cut) = rows.cut();
            Arc::new(SearchView {
                rows: rows.rows(),
                progress: progress.clone(),
                remembered: follow.as_ref().map_or(0, |f| f.remembered),
                beside: follow.as_ref().map_or(0, |f| f.beside),
                live_since: follow.as_ref().map(|f| f.since),
                live: follow.as_ref().map_or(0, |f| f.live),
                skipped: follow.as_ref().map_or(0, |f| f.skipped),
                newer_cut,
                older_cut,
            })
        };
        view.get_or_insert_with(make).clone()
    }
}

fn passes(wanted: &mut Wanted, row: &TailRow) -> bool {
    let headers: Vec<(String, Option<Vec<u8>>)> = Vec::new();
    let record = Record {
        slot: crate::model::Slot(0),
        offset: row.offset,
        time: row.time,
        key: row.key.as_deref(),
        value: row.value.as_deref(),
        headers: &headers,
    };
    wanted.passes(&row.topic, &record)
}

/// Records that told the steps of an entity: where they are is known, not what else they say.
pub fn known(entity: &EntityFocus) -> Vec<TailRow> {
    let steps = entity.ways.iter().flat_map(|way| &way.steps);
    let row = |step: &crate::snapshot::StepTold| TailRow {
        topic: step.told.topic.clone(),
        partition: step.told.partition,
        offset: step.told.offset,
        time: Some(RecordTime { at: step.at, kind: TimestampKind::Create }),
        received_at: None,
        key: Some(entity.id.as_bytes().into()),
        value: None,
        value_len: 0,
        headers: Vec::new(),
        verdict: Verdict::NotRead,
    };
    steps.map(row).collect()
}

fn judged(found: FoundRecord, topics: &mut Topics) -> TailRow {
    let place = topics.place(&found.topic);
    let decoder = place.and_then(|p| topics.at(p)).and_then(|t| t.decoder.as_mut());
    let record = found.record.borrow();
    let cut = found.value_len > record.value.map_or(0, <[u8]>::len);
    let verdict = match decoder {
        None if record.value.is_none() => Verdict::Deletion,
        // A part of a value is no JSON, which is not its fault.
        _ if cut => Verdict::Unjudged,
        None => Verdict::Unjudged,
        Some(decoder) => match decoder.judge(&record) {
            Outcome::Event => Verdict::Event,
            Outcome::Deletion => Verdict::Deletion,
            Outcome::Undecoded { schema } => Verdict::Undecoded { schema },
            Outcome::Malformed(why) => Verdict::Malformed(why.into()),
            Outcome::Contract(why) => Verdict::Contract(why.into()),
        },
    };
    let mut row = tail_ring::copy(found.topic.clone(), &record, found.partition, verdict, None);
    row.value_len = found.value_len;
    row
}
