//! Short stories with a scripted clock: `tests/scenarios/*.toml`. A story has a small log of its own, appended to by flows,
//! read by the tail and committed by groups; the poller reads it every two seconds. What the picture must say is in the story.

use super::{Engine, EngineConfig};
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::model::*;
use crate::rules::RulesConfig;
use crate::snapshot::SourceKind;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// 14 November 2023, on a whole minute.
const START_MS: i64 = 1_700_000_040_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    story: String,
    seconds: i64,
    #[serde(default)]
    topic: Vec<TopicSetting>,
    #[serde(default)]
    flow: Vec<Flow>,
    #[serde(default)]
    commit: Vec<CommitFlow>,
    #[serde(default)]
    event: Vec<Event>,
    expect: Vec<Expect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicSetting {
    name: String,
    /// The catalogue knows it.
    #[serde(default)]
    judged: bool,
    #[serde(default)]
    dead_letters: bool,
    retention_ms: Option<i64>,
    retention_bytes: Option<i64>,
    cleanup: Option<String>,
    min_isr: Option<i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flow {
    to: String,
    from_s: i64,
    until_s: i64,
    per_s: i64,
    #[serde(default)]
    delay_ms: i64,
    #[serde(default = "hundred")]
    bytes: usize,
    /// So many offsets without a record after each second's records.
    #[serde(default)]
    markers: i64,
    value: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    no_timestamp: bool,
}

fn hundred() -> usize {
    100
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommitFlow {
    group: String,
    on: String,
    from_s: i64,
    until_s: i64,
    #[serde(default = "one")]
    every_s: i64,
    /// So many records before the log end; or `at` a fixed offset.
    #[serde(default)]
    behind: i64,
    at: Option<i64>,
}

fn one() -> i64 {
    1
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Event {
    at_s: i64,
    /// The tail begins to read these partitions, at this offset.
    read: BTreeMap<String, i64>,
    /// The log start of these partitions.
    low: BTreeMap<String, i64>,
    /// The last stable offset stands from here on; `release` lets it go.
    hold: Vec<String>,
    release: Vec<String>,
    /// From here on the tail passes over all records but those of every `sample`th second.
    sample: Option<i64>,
    budget: Option<u64>,
    link: Option<LinkState>,
    group_state: BTreeMap<String, GroupState>,
    /// In-sync replicas of these partitions (of three).
    isr: BTreeMap<String, i32>,
    /// The tail stops for good, without a word.
    stop_tail: bool,
    no_poll: bool,
    /// These logs are empty again.
    reset: Vec<String>,
    /// Answers the engine's look-ups with a time so many seconds after the start.
    answer_s: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    at_s: i64,
    /// Keys of the snapshot's JSON; members of lists by name.
    path: String,
    is: Option<toml::Value>,
    #[serde(default)]
    within: f64,
    holds: Option<String>,
    #[serde(default)]
    null: bool,
}

#[derive(Default)]
struct Log {
    low: i64,
    end: i64,
    held_at: Option<i64>,
    isr: i32,
    slot: Option<Slot>,
    /// Offset and timestamp of every record.
    records: Vec<(i64, i64)>,
}

struct World {
    engine: Engine,
    logs: BTreeMap<(Arc<str>, i32), Log>,
    groups: BTreeMap<Arc<str>, (GroupState, BTreeMap<(Arc<str>, i32), i64>)>,
    configs: Vec<(Arc<str>, TopicConfig)>,
    slots: u32,
    sample: Option<i64>,
    stopped: bool,
    no_poll: bool,
    answer: Option<i64>,
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
        role: if t.dead_letters { Role::DeadLetter } else { Role::Tracking },
        entity: None,
        entity_or: None,
        fields: Vec::new(),
        time: None,
        data: None,
        partitions: 1,
        cleanup: None,
    };
    let known = settings.iter().filter(|t| t.judged || t.dead_letters);
    Catalogue { topics: known.map(entry).collect(), pipelines: Vec::new(), dead_letters: vec!["*.dlq".into()] }
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
            catalogue: Arc::new(catalogue(&story.topic)),
            source_kind: SourceKind::Live,
            source_name: "story".into(),
            bootstrap: "localhost:9092".into(),
            rules: RulesConfig::default(),
            history_memory: 8 << 20,
            started: at_ms(0),
        });
        let mut logs = BTreeMap::new();
        for to in story.flow.iter().map(|f| &f.to).chain(story.commit.iter().map(|c| &c.on)) {
            logs.entry(place(to)).or_insert(Log { isr: 3, ..Log::default() });
        }
        Self {
            engine,
            logs,
            groups: BTreeMap::new(),
            configs: story.topic.iter().map(config).collect(),
            slots: 0,
            sample: None,
            stopped: false,
            no_poll: false,
            answer: None,
        }
    }

    fn take(&mut self, ms: i64, input: Input) {
        self.engine.take(Timed { at: at_ms(ms), input });
    }

    fn happen(&mut self, event: &Event, ms: i64) {
        for (name, start) in &event.read {
            let (topic, partition) = place(name);
            let log = self.logs.get_mut(&(topic.clone(), partition)).expect("a known log");
            let slot = Slot(self.slots);
            self.slots += 1;
            log.slot = Some(slot);
            let assignment = Assignment { slot, topic, partition, start: *start, live_from: log.end };
            let past = log.records.iter().filter(|(offset, _)| offset >= start);
            let past: Vec<OwnedRecord> =
                past.map(|(offset, ms)| record(slot, *offset, Some(at_ms(*ms)), vec![b'x'; 100])).collect();
            self.take(ms, Input::Assigned(vec![assignment]));
            self.take(ms, Input::Records(Box::new(OwnedBatch(past))));
        }
        for (name, low) in &event.low {
            self.logs.get_mut(&place(name)).expect("a known log").low = *low;
        }
        for (name, isr) in &event.isr {
            self.logs.get_mut(&place(name)).expect("a known log").isr = *isr;
        }
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
        if let Some(state) = event.link {
            self.take(ms, Input::Link(Link { state, reasons: Vec::new() }));
        }
        for (group, state) in &event.group_state {
            self.groups.entry(group.as_str().into()).or_default().0 = *state;
        }
        self.sample = event.sample.or(self.sample);
        if event.sample.is_some() || event.budget.is_some() {
            let tail = TailReading {
                budget: event.budget,
                sampling: event.sample.is_some(),
                warm_up: WarmUp { done: true, ..WarmUp::default() },
            };
            self.take(ms, Input::Tail(tail));
        }
        self.stopped |= event.stop_tail;
        self.no_poll |= event.no_poll;
        self.answer = event.answer_s.or(self.answer);
    }

    fn flow(&mut self, flow: &Flow, second: i64) {
        let (arrives, key) = (second * 1_000 + 100, place(&flow.to));
        let log = self.logs.get_mut(&key).expect("a known log");
        let first = log.end;
        log.end += flow.per_s + if flow.per_s > 0 { flow.markers } else { 0 };
        log.records.extend((first..first + flow.per_s).map(|offset| (offset, arrives - flow.delay_ms)));
        let (end, held) = (log.end, log.held_at);
        let Some(slot) = log.slot.filter(|_| !self.stopped) else { return };
        if self.sample.is_some_and(|every| second % every != 0) {
            self.take(arrives, Input::Skipped { slot, from: first, to: end });
            return;
        }
        let readable = (first..first + flow.per_s).filter(|o| held.is_none_or(|h| *o < h));
        let records = readable.map(|offset| {
            let value = flow.value.clone().map_or_else(|| vec![b'x'; flow.bytes], String::into_bytes);
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
                high: Some(log.end),
                last_stable: Some(log.held_at.unwrap_or(log.end)),
            });
        }
        let groups = self.groups.iter().map(|(name, (state, commits))| GroupReading {
            name: name.clone(),
            kind: GroupKind::Classic,
            state: *state,
            offsets: commits.iter().map(|((topic, partition), offset)| (topic.clone(), *partition, Some(*offset))).collect(),
            ..GroupReading::default()
        });
        let reading = ClusterReading {
            asked_at: at_ms(ms - 10),
            taken_at: at_ms(ms),
            brokers: (1..=3)
                .map(|id| BrokerReading {
                    id,
                    host: "b".into(),
                    port: 9092,
                    up: true,
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
        let earliest = story.flow.iter().map(|f| f.from_s).min().unwrap_or(0);
        for second in earliest..0 {
            for flow in story.flow.iter().filter(|f| (f.from_s..f.until_s).contains(&second)) {
                self.flow(flow, second);
            }
        }
        for second in 0..=story.seconds {
            for event in story.event.iter().filter(|e| e.at_s == second) {
                self.happen(event, second * 1_000);
            }
            for flow in story.flow.iter().filter(|f| (f.from_s..f.until_s).contains(&second)) {
                self.flow(flow, second);
            }
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
                self.check(expect, &story.story, second * 1_000 + 950);
            }
        }
    }

    fn check(&mut self, expect: &Expect, story: &str, ms: i64) {
        let view = self.engine.view(at_ms(ms));
        let json = serde_json::to_value(view.snapshot.as_ref()).expect("JSON");
        let found = expect.path.split('/').fold(&json, |at, key| match at {
            Value::Array(list) => list
                .iter()
                .find(|item| ["name", "rule", "partition"].iter().any(|k| item[k] == key || item[k].to_string() == key))
                .or_else(|| list.get(key.parse::<usize>().ok()?))
                .unwrap_or(&Value::Null),
            other => other.get(key.replace('~', "/")).unwrap_or(&Value::Null),
        });
        let spark = expect.path.strip_prefix("spark/").and_then(|path| {
            let (topic, ago) = path.rsplit_once('/')?;
            let points = &view.focus.sparks.get(topic)?.points;
            points.len().checked_sub(1 + ago.parse::<usize>().ok()?).map(|at| serde_json::json!(points[at]))
        });
        let found = spark.as_ref().unwrap_or(found);
        let told = format!("{story}\n  at {} s, {} is {found}", expect.at_s, expect.path);
        if expect.null {
            assert!(found.is_null(), "{told}, wanted null");
        }
        if let Some(part) = &expect.holds {
            assert!(found.as_str().is_some_and(|s| s.contains(part)), "{told}, wanted {part:?} in it");
        }
        match &expect.is {
            Some(toml::Value::Integer(n)) => near(found, *n as f64, expect.within, &told),
            Some(toml::Value::Float(n)) => near(found, *n, expect.within, &told),
            Some(toml::Value::String(s)) => assert_eq!(found.as_str(), Some(s.as_str()), "{told}"),
            Some(toml::Value::Boolean(b)) => assert_eq!(found.as_bool(), Some(*b), "{told}"),
            Some(other) => panic!("{told}: {other} is no expectation"),
            None => {}
        }
    }
}

fn near(found: &Value, wanted: f64, within: f64, told: &str) {
    let close = found.as_f64().is_some_and(|n| (n - wanted).abs() <= within.max(1e-9));
    assert!(close, "{told}, wanted {wanted} ± {within}");
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
