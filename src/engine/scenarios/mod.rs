//! Short stories with a scripted clock: `tests/scenarios/*.toml`. A story has a small log of its own, appended to by flows,
//! read by the tail and committed by groups; the poller reads it every two seconds. What the picture must say is in the story.

mod expect;
mod story;

use super::{Engine, EngineConfig};
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::model::*;
use crate::snapshot::SourceKind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use story::{CommitFlow, Event, Flow, Single, Story, TopicSetting};

/// 14 November 2023, on a whole minute.
const START_MS: i64 = 1_700_000_040_000;

#[derive(Default)]
struct Log {
    low: i64,
    end: i64,
    held_at: Option<i64>,
    isr: i32,
    lost: bool,
    slot: Option<Slot>,
    /// Offset and timestamp of every record, and its value where the story says it.
    records: Vec<(i64, i64, Option<String>)>,
}

type Commits = BTreeMap<(Arc<str>, i32), i64>;

struct World {
    engine: Engine,
    logs: BTreeMap<(Arc<str>, i32), Log>,
    groups: BTreeMap<Arc<str>, (GroupState, Commits)>,
    unreadable: BTreeSet<String>,
    down: BTreeSet<i32>,
    configs: Vec<(Arc<str>, TopicConfig)>,
    slots: u32,
    sample: Option<i64>,
    stopped: bool,
    no_poll: bool,
    back_ms: i64,
    answer: Option<i64>,
}

/// A JSON object of so many bytes.
fn padded(bytes: usize) -> Vec<u8> {
    format!("{{\"pad\":\"{}\"}}", "x".repeat(bytes.saturating_sub(10))).into_bytes()
}

fn place(text: &str) -> (Arc<str>, i32) {
    let (topic, partition) = text.rsplit_once('/').expect("topic/partition");
    (topic.into(), partition.parse().expect("a partition"))
}

fn at_ms(ms: i64) -> Timestamp {
    Timestamp(START_MS + ms)
}

fn catalogue(settings: &[TopicSetting]) -> Catalogue {
    let entry = |t: &TopicSetting| TopicEntry {
        name: t.name.as_str().into(),
        role: if t.dead_letters { Role::DeadLetter } else { Role::Tracking { pipeline: None } },
        also: None,
        entity: None,
        entity_or: None,
        fields: Vec::new(),
        status: Vec::new(),
        message: None,
        time: None,
        data: None,
        partitions: 1,
        cleanup: None,
    };
    let known = settings.iter().filter(|t| t.judged || t.dead_letters);
    Catalogue::new(known.map(entry).collect(), Vec::new(), vec!["*.dlq".into()])
}

fn config(setting: &TopicSetting) -> (Arc<str>, TopicConfig) {
    let config = TopicConfig {
        retention_ms: setting.retention_ms,
        retention_bytes: setting.retention_bytes,
        cleanup_policy: Some(setting.cleanup.as_deref().unwrap_or("delete").into()),
        min_insync_replicas: setting.min_isr,
        ..TopicConfig::default()
    };
    (setting.name.as_str().into(), config)
}

fn record(slot: Slot, offset: i64, at: Option<Timestamp>, value: Vec<u8>) -> OwnedRecord {
    let time = at.map(|at| RecordTime { at, kind: TimestampKind::Create });
    OwnedRecord { slot, offset, time, key: None, value: Some(value), headers: Vec::new() }
}

impl World {
    fn new(story: &Story) -> Self {
        let engine = Engine::new(EngineConfig {
            catalogue: if story.builtin_catalogue { Catalogue::builtin() } else { Arc::new(catalogue(&story.topic)) },
            source_kind: SourceKind::Live,
            source_name: "story".into(),
            bootstrap: "localhost:9092".into(),
            rules: story.rules.clone(),
            history_memory: 8 << 20,
            started: at_ms(0),
        });
        let mut logs = BTreeMap::new();
        let named = story.record.iter().map(|r| &r.to).chain(story.event.iter().flat_map(|e| e.read.keys()));
        for to in story.flow.iter().map(|f| &f.to).chain(story.commit.iter().map(|c| &c.on)).chain(named) {
            logs.entry(place(to)).or_insert(Log { isr: 3, ..Log::default() });
        }
        Self {
            engine,
            logs,
            groups: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            down: BTreeSet::new(),
            configs: story.topic.iter().map(config).collect(),
            slots: 0,
            sample: None,
            stopped: false,
            no_poll: false,
            back_ms: 0,
            answer: None,
        }
    }

    fn take(&mut self, ms: i64, input: Input) {
        self.engine.take(Timed { at: self.our(ms), input });
    }

    /// The moment by our clock.
    fn our(&self, ms: i64) -> Timestamp {
        at_ms(ms - self.back_ms)
    }

    fn happen(&mut self, event: &Event, ms: i64) {
        for (name, start) in &event.read {
            let (topic, partition) = place(name);
            let log = self.logs.get_mut(&(topic.clone(), partition)).expect("a known log");
            let slot = Slot(self.slots);
            self.slots += 1;
            log.slot = Some(slot);
            let assignment = Assignment { slot, topic, partition, start: *start, live_from: log.end };
            let past = log.records.iter().filter(|(offset, ..)| offset >= start);
            let value = |told: &Option<String>| told.clone().map_or_else(|| padded(100), String::into_bytes);
            let past: Vec<OwnedRecord> =
                past.map(|(offset, ms, told)| record(slot, *offset, Some(at_ms(*ms)), value(told))).collect();
            self.take(ms, Input::Assigned(vec![assignment]));
            self.take(ms, Input::Records(Box::new(OwnedBatch(past))));
        }
        for (name, low) in &event.low {
            self.logs.get_mut(&place(name)).expect("a known log").low = *low;
        }
        for (name, isr) in &event.isr {
            self.logs.get_mut(&place(name)).expect("a known log").isr = *isr;
        }
        self.down.extend(event.broker_down);
        self.down.retain(|id| Some(*id) != event.broker_up);
        for name in &event.reset {
            let log = self.logs.get_mut(&place(name)).expect("a known log");
            (log.low, log.end) = (0, 0);
            log.records.clear();
            let gone = log.slot.take();
            self.take(ms, Input::Revoked(gone.into_iter().collect()));
        }
        for name in &event.hold {
            let log = self.logs.get_mut(&place(name)).expect("a known log");
            log.held_at = Some(log.end);
        }
        for name in &event.release {
            self.logs.get_mut(&place(name)).expect("a known log").held_at = None;
        }
        for (names, lost) in [(&event.lost, true), (&event.found, false)] {
            for name in names {
                self.logs.get_mut(&place(name)).expect("a known log").lost = lost;
            }
        }
        if let Some(state) = event.link {
            self.take(ms, Input::Link(Link { state, reasons: Vec::new() }));
        }
        for (group, state) in &event.group_state {
            self.groups.entry(group.as_str().into()).or_default().0 = *state;
        }
        self.unreadable.extend(event.unreadable.iter().cloned());
        self.unreadable.retain(|group| !event.readable.contains(group));
        self.sample = event.sample.or(self.sample);
        if event.sample.is_some() || event.budget.is_some() {
            let tail = TailReading {
                budget: event.budget,
                sampling: event.sample.is_some(),
                warm_up: WarmUp { done: true, ..WarmUp::default() },
            };
            self.take(ms, Input::Tail(tail));
        }
        self.stopped |= event.stop_tail || event.budget == Some(0);
        self.no_poll = (self.no_poll || event.no_poll) && !event.poll;
        self.back_ms += event.clock_back_s * 1_000;
        self.take(ms, Input::Tick);
        self.answer = event.answer_s.or(self.answer);
    }

    fn flow(&mut self, flow: &Flow, second: i64) {
        let (arrives, key) = (second * 1_000 + 100, place(&flow.to));
        let log = self.logs.get_mut(&key).expect("a known log");
        let first = log.end;
        log.end += flow.per_s + if flow.per_s > 0 { flow.markers } else { 0 };
        log.records.extend((first..first + flow.per_s).map(|offset| (offset, arrives - flow.delay_ms, None)));
        let (end, held) = (log.end, log.held_at);
        let Some(slot) = log.slot.filter(|_| !self.stopped) else { return };
        if self.sample.is_some_and(|every| second % every != 0) {
            self.take(arrives, Input::Skipped { slot, from: first, to: end });
            return;
        }
        let readable = (first..first + flow.per_s).filter(|o| held.is_none_or(|h| *o < h));
        let records = readable.map(|offset| {
            let value = flow.value.clone().map_or_else(|| padded(flow.bytes), String::into_bytes);
            let at = (!flow.no_timestamp).then(|| at_ms(arrives - flow.delay_ms));
            let headers = flow.headers.iter().map(|(k, v)| (k.clone(), Some(v.clone().into_bytes()))).collect();
            OwnedRecord { headers, ..record(slot, offset, at, value) }
        });
        let batch = OwnedBatch(records.collect());
        self.take(arrives, Input::Records(Box::new(batch)));
        if held.is_none() {
            self.take(arrives, Input::Reached { slot, offset: end });
        }
    }

    /// `nth`: of the second's single records.
    fn single(&mut self, single: &Single, nth: i64) {
        let (arrives, key) = (single.at_s * 1_000 + 110 + nth, place(&single.to));
        let log = self.logs.get_mut(&key).expect("a known log");
        let offset = log.end;
        log.end += 1;
        log.records.push((offset, arrives - single.delay_ms, Some(single.json.clone())));
        let Some(slot) = log.slot.filter(|_| !self.stopped) else { return };
        if self.sample.is_some_and(|every| single.at_s % every != 0) {
            return self.take(arrives, Input::Skipped { slot, from: offset, to: offset + 1 });
        }
        let value = single.json.clone().into_bytes();
        let batch = OwnedBatch(vec![record(slot, offset, Some(at_ms(arrives - single.delay_ms)), value)]);
        self.take(arrives, Input::Records(Box::new(batch)));
    }

    fn second(&mut self, story: &Story, second: i64) {
        for flow in story.flow.iter().filter(|f| (f.from_s..f.until_s).contains(&second)) {
            self.flow(flow, second);
        }
        for (single, nth) in story.record.iter().filter(|r| r.at_s == second).zip(0..) {
            self.single(single, nth);
        }
    }

    fn commit(&mut self, commit: &CommitFlow) {
        let key = place(&commit.on);
        let end = self.logs.get(&key).map_or(0, |log| log.end);
        let group = self.groups.entry(commit.group.as_str().into()).or_insert((GroupState::Stable, BTreeMap::new()));
        group.1.insert(key, commit.at.unwrap_or((end - commit.behind).max(0)));
    }

    fn poll(&mut self, ms: i64) {
        let mut topics: BTreeMap<Arc<str>, TopicReading> = BTreeMap::new();
        for ((name, partition), log) in &self.logs {
            let topic = topics.entry(name.clone()).or_insert_with(|| TopicReading {
                name: name.clone(),
                watched: true,
                ..TopicReading::default()
            });
            topic.partitions.push(PartitionReading {
                partition: *partition,
                leader: 1,
                replicas: vec![1, 2, 3],
                isr: (1..=log.isr).collect(),
                low: Some(log.low),
                high: Some(log.end).filter(|_| !log.lost),
                last_stable: Some(log.held_at.unwrap_or(log.end)).filter(|_| !log.lost),
            });
        }
        let groups = self.groups.iter().map(|(name, (state, commits))| GroupReading {
            name: name.clone(),
            kind: GroupKind::Classic,
            state: *state,
            offsets: commits.iter().map(|((topic, partition), offset)| (topic.clone(), *partition, Some(*offset))).collect(),
            ..GroupReading::default()
        });
        let groups = groups.map(|group| match self.unreadable.contains(group.name.as_ref()) {
            true => GroupReading { offsets: Vec::new(), offsets_missing: Some(Code::TimedOut.into()), ..group },
            false => group,
        });
        let reading = ClusterReading {
            asked_at: self.our(ms - 10),
            taken_at: self.our(ms),
            brokers: (1..=3)
                .map(|id| BrokerReading {
                    id,
                    host: "b".into(),
                    port: 9092,
                    up: !self.down.contains(&id),
                    round_trip_ms: None,
                    throttle_ms: None,
                    reason: None,
                })
                .collect(),
            groups: groups.collect(),
            topics: topics.into_values().collect(),
            configs: self.configs.clone(),
            ..ClusterReading::default()
        };
        self.take(ms, Input::Cluster(Box::new(reading)));
        for (id, lookup) in self.engine.lookups() {
            let (Some(answer), Lookup::TimeAt { offset, .. }) = (self.answer, lookup.clone()) else { continue };
            let result = LookupResult::Time { offset, at: at_ms(answer * 1_000) };
            self.take(ms, Input::Answer(Box::new(Answer { id, lookup, result })));
        }
    }

    fn run(&mut self, story: &Story) {
        self.take(0, Input::Link(Link { state: LinkState::Connected, reasons: Vec::new() }));
        // What was written before vigie came: nobody reads it yet.
        let begins = story.flow.iter().map(|f| f.from_s).chain(story.record.iter().map(|r| r.at_s));
        let earliest = begins.min().unwrap_or(0);
        (earliest..0).for_each(|second| self.second(story, second));
        for second in 0..=story.seconds {
            for event in story.event.iter().filter(|e| e.at_s == second) {
                self.happen(event, second * 1_000);
            }
            self.second(story, second);
            for commit in story.commit.iter().filter(|c| (c.from_s..c.until_s).contains(&second)) {
                if (second - commit.from_s) % commit.every_s == 0 {
                    self.commit(commit);
                }
            }
            if second % 2 == 0 && !self.no_poll {
                self.poll(second * 1_000 + 200);
            }
            for tick in 3..10 {
                self.take(second * 1_000 + tick * 100, Input::Tick);
            }
            for expect in story.expect.iter().filter(|e| e.at_s == second) {
                expect::check(&self.engine.view(self.our(second * 1_000 + 950)), expect, &story.story);
            }
        }
    }
}

#[test]
fn every_story_ends_as_it_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("the stories").map(|e| e.expect("a story").path()).collect();
    paths.sort();
    assert!(paths.len() >= 10);
    let mut failed = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a story's text");
        let story: Story = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(!story.expect.is_empty());
        let told = std::panic::catch_unwind(|| World::new(&story).run(&story));
        if told.is_err() {
            failed.push(path);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}
