//! The simulated town straight into an engine, without brokers: the same records every time.

mod desk;
#[allow(dead_code, reason = "not every bench needs that many")]
mod many;

#[allow(unused_imports, reason = "as above")]
pub use desk::Desk;
#[allow(unused_imports, reason = "as above")]
pub use many::{couriers, topics};

use std::collections::HashMap;
use std::sync::Arc;
use vigie::catalogue::Catalogue;
use vigie::engine::{Engine, EngineConfig};
use vigie::model::*;
use vigie::rules::RulesConfig;
use vigie::sim::{GROUPS, Happening, PRELUDE_S, World, WorldConfig};
use vigie::snapshot::{SourceKind, View};

const START: Timestamp = Timestamp(1_780_000_000_000);
/// Between two readings of the cluster.
const READING_MS: i64 = 2_000;
const TICK_MS: i64 = 100;

pub struct Town {
    engine: Engine,
    world: std::iter::Peekable<World>,
    /// Slot and next offset of each topic, one partition each.
    logs: HashMap<Arc<str>, (Slot, i64)>,
    now: Timestamp,
}

/// What kind of town, and what its engine may keep.
#[derive(Clone, Copy)]
pub struct Plan {
    pub orders_per_minute: u32,
    /// Always as busy: else it has a day.
    pub steady: bool,
    pub history_memory: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self { orders_per_minute: 600, steady: false, history_memory: 64 << 20 }
    }
}

impl Town {
    /// Five minutes are past already.
    pub fn new(plan: Plan) -> Self {
        let catalogue = Catalogue::builtin();
        let started = START.plus_ms(-PRELUDE_S * 1_000);
        let engine = Engine::new(EngineConfig {
            catalogue: Arc::clone(&catalogue),
            source_kind: SourceKind::Demo,
            source_name: "bench".into(),
            bootstrap: "127.0.0.1:9092".into(),
            rules: RulesConfig::default(),
            history_memory: plan.history_memory,
            started,
        });
        let Plan { orders_per_minute, steady, .. } = plan;
        let world = World::new(WorldConfig { seed: 224, orders_per_minute, speed: 1.0, start: START, steady });
        let logs = catalogue.topics.iter().enumerate().map(|(i, t)| (Arc::clone(&t.name), (Slot(i as u32), 0))).collect();
        let mut town = Self { engine, world: world.peekable(), logs, now: started };
        let begin = |(topic, (slot, _)): (&Arc<str>, &(Slot, i64))| Assignment {
            slot: *slot,
            topic: Arc::clone(topic),
            partition: 0,
            start: 0,
            live_from: 0,
        };
        let assigned = town.logs.iter().map(begin).collect();
        town.take(Input::Link(Link { state: LinkState::Connected, reasons: Vec::new() }));
        town.take(Input::Assigned(assigned));
        town.take(Input::Tail(TailReading { warm_up: WarmUp { done: true, ..WarmUp::default() }, ..TailReading::default() }));
        town.advance(PRELUDE_S * 1_000);
        town
    }

    pub fn ask(&mut self, ask: Ask) {
        self.take(Input::Ask(ask));
    }

    /// The town `ms` later.
    pub fn advance(&mut self, ms: i64) {
        let end = self.now.plus_ms(ms);
        while self.now < end {
            self.now = self.now.plus_ms(TICK_MS);
            let mut batch = Vec::new();
            while let Some(happening) = self.world.next_if(|h| h.due <= self.now) {
                batch.extend(self.record(happening));
            }
            self.take(Input::Records(Box::new(OwnedBatch(batch))));
            if self.now.0 % READING_MS == 0 {
                let reading = self.reading();
                self.take(Input::Cluster(Box::new(reading)));
            }
            self.take(Input::Tick);
            // Nobody looks up single records here.
            drop(self.engine.lookups());
        }
    }

    pub fn view(&mut self) -> Arc<View> {
        self.engine.view(self.now)
    }

    fn take(&mut self, input: Input) {
        self.engine.take(Timed { at: self.now, input });
    }

    fn record(&mut self, happening: Happening) -> Option<OwnedRecord> {
        let (slot, next) = self.logs.get_mut(happening.topic)?;
        let offset = *next;
        *next += 1;
        Some(OwnedRecord {
            slot: *slot,
            offset,
            time: Some(RecordTime { at: happening.at, kind: TimestampKind::Create }),
            key: Some(happening.key.into_bytes()),
            value: Some(happening.value),
            headers: happening.headers.into_iter().map(|(n, v)| (n.to_owned(), Some(v.into_bytes()))).collect(),
        })
    }

    /// Every group is some records behind on three topics.
    fn reading(&self) -> ClusterReading {
        let mut logs: Vec<_> = self.logs.iter().map(|(topic, (_, end))| (Arc::clone(topic), *end)).collect();
        logs.sort_unstable();
        let partition = |end: i64| PartitionReading {
            partition: 0,
            leader: 1,
            replicas: vec![1, 2, 3],
            isr: vec![1, 2, 3],
            low: Some(0),
            high: Some(end),
            last_stable: Some(end),
        };
        let topic = |(name, end): &(Arc<str>, i64)| TopicReading {
            name: Arc::clone(name),
            watched: true,
            partitions: vec![partition(*end)],
            ..TopicReading::default()
        };
        let group = |(at, name): (usize, &&str)| {
            let behind = self.now.0 / 1_000 % 7 + at as i64;
            let committed =
                logs.iter().cycle().skip(at * 3).take(3).map(|(t, end)| (Arc::clone(t), 0, Some((end - behind).max(0))));
            GroupReading {
                name: Arc::from(*name),
                kind: GroupKind::Classic,
                state: GroupState::Stable,
                offsets: committed.collect(),
                ..GroupReading::default()
            }
        };
        let broker = |id| BrokerReading {
            id,
            host: "127.0.0.1".into(),
            port: 9092,
            up: true,
            round_trip_ms: Some(0.4),
            throttle_ms: Some(0.0),
            reason: None,
        };
        ClusterReading {
            asked_at: self.now.plus_ms(-20),
            taken_at: self.now,
            controller: Some(1),
            brokers: (1..=3).map(broker).collect(),
            topics: logs.iter().map(topic).collect(),
            groups: GROUPS.iter().enumerate().map(group).collect(),
            ..ClusterReading::default()
        }
    }
}
