//! One cluster's running set: tail, poller, look-ups, the engine between them. It starts and stops without a restart of the
//! program.

use super::pump::Pump;
use super::stop::Stop;
use super::workers::{self, Crew};
use super::{host, mirror, setup::SessionConfig};
use crate::alarm::{Desk, DeskConfig, Ports};
use crate::engine::Engine;
use crate::kafka::lookup::{self, LookupConfig};
use crate::kafka::poller;
use crate::kafka::search::{self, SearchConfig};
use crate::kafka::tail::{self, Tail, TailConfig};
use crate::kafka::{Causes, KafkaConfig};
use crate::model::{Ask, Timed, Timestamp};
use crate::snapshot::{Snapshot, Source, SourceKind, View};
use crate::ui::{ClusterPorts, Feed, UiPorts};
use anyhow::Result;
use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Batches of at most 1,000 records between tail and engine: a full channel stops the tail.
const BATCHES: usize = 16;
/// Readings, states and answers wait for the engine here; they come a few a second.
const READINGS: usize = 64;
const ASKS: usize = 64;
/// Each holds all marks.
const MARKS: usize = 4;
/// Pieces of at most 1,000 entities: who reads the store waits for the engine.
const STORE_NEWS: usize = 4;

pub struct Session {
    view: Arc<ArcSwap<View>>,
    beat: Receiver<()>,
    stop: Stop,
    tail: Option<Tail>,
    threads: Vec<JoinHandle<()>>,
}

/// The session's ways in and out, before it starts: a dashboard can already be drawn on them.
pub struct Prepared {
    view: Arc<ArcSwap<View>>,
    beat: (Sender<()>, Receiver<()>),
    asks: (Sender<Ask>, Receiver<Ask>),
}

impl Prepared {
    /// `name` is what the header says until the first picture.
    pub fn new(kind: SourceKind, name: &str) -> Self {
        let source = Source { kind, name: name.into(), ..Source::default() };
        let snapshot = Snapshot { source: Arc::new(source), ..Snapshot::default() };
        let view = View { snapshot: Arc::new(snapshot), ..View::default() };
        Self { view: Arc::new(ArcSwap::from_pointee(view)), beat: bounded(1), asks: bounded(ASKS) }
    }

    pub fn feed(&self) -> Feed {
        Feed { view: Arc::clone(&self.view), beat: self.beat.1.clone(), asks: self.asks.0.clone() }
    }

    /// Of a dashboard that shows this one alone.
    pub fn ports(&self, end: &Stop) -> UiPorts {
        let Feed { view, beat, asks } = self.feed();
        let clusters = ClusterPorts::only(&view.load().snapshot.source.name);
        UiPorts { view, beat, asks, stop: end.receiver(), journal: super::log::journal(), clusters }
    }

    /// Starts the set; waits for no broker.
    pub fn start(self, config: SessionConfig) -> Result<Session> {
        let (records_in, records) = bounded(BATCHES);
        let (readings_in, readings) = bounded(READINGS);
        let stop = Stop::new();
        let causes = Arc::new(Causes::new(config.kafka.bootstrap(), Timestamp::now()));
        let lookups = lookup::start(&config.kafka, &causes, LookupConfig::default(), readings_in.clone())?;
        let within = SearchConfig::within(config.tail.budget);
        let searches = search::start(&config.kafka, &causes, within, lookups.bytes(), readings_in.clone())?;
        let poller = poller::start(&config.kafka, &causes, config.poller, readings_in.clone())?;
        let tail = TailConfig { elsewhere: lookups.bytes(), ..config.tail };
        let tail = tail::start(&config.kafka, &causes, tail, records_in)?;
        let (store_in, store) = bounded(STORE_NEWS);
        let (sought, wanted) = bounded(STORE_NEWS);
        let mut engine = Engine::new(config.engine);
        engine.operator(host::user_host().into());
        let (marks_in, marks) = bounded(MARKS);
        let ports = Ports { view: Arc::clone(&self.view), marks, inputs: readings_in.clone(), stop: stop.receiver() };
        let desk = Desk::new(DeskConfig { kafka: config.kafka.clone(), ..config.alarm }, ports)?;
        let mirror = config.mirror.map(|mirror| {
            engine.follow_store();
            mirror::start(mirror, store_in, readings_in.clone(), wanted, stop.clone())
        });
        let pump = Pump {
            engine,
            records,
            readings,
            store,
            asks: self.asks.1,
            view: Arc::clone(&self.view),
            beat: self.beat.0,
            marks: marks_in,
            poller,
            lookups,
            searches,
            sought,
        };
        let consumer = config.consume.map(|inside| inside.start(&config.kafka, readings_in.clone(), &stop)).transpose()?;
        let workers =
            config.crew.map(|crew| work(crew, &config.kafka, readings_in.clone(), &stop)).transpose()?.unwrap_or_default();
        let stopped = stop.clone();
        let engine = std::thread::Builder::new().name("engine".into()).spawn(move || pump.run(&stopped))?;
        let host = host::start(readings_in, config.embedded_bytes, config.folders, stop.clone())?;
        let desk = std::thread::Builder::new().name("alarm".into()).spawn(move || desk.run())?;
        let threads = [engine, host, desk].into_iter().chain(consumer).chain(mirror.transpose()?).chain(workers).collect();
        Ok(Session { view: self.view, beat: self.beat.1, stop, tail: Some(tail), threads })
    }
}

impl Session {
    /// A session without a dashboard.
    pub fn start(config: SessionConfig) -> Result<Self> {
        Prepared::new(config.engine.source_kind, &config.engine.source_name).start(config)
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.view.load().snapshot)
    }

    /// Waits for a picture that fulfils the condition; the last one all the same when time is up or the end is asked for.
    pub fn wait_until(&self, deadline: Instant, end: &Stop, mut enough: impl FnMut(&Snapshot) -> bool) -> Arc<Snapshot> {
        let ended = end.receiver();
        loop {
            let picture = self.snapshot();
            let left = deadline.saturating_duration_since(Instant::now());
            if enough(&picture) || left.is_zero() {
                return picture;
            }
            crossbeam_channel::select! {
                recv(self.beat) -> _ => {}
                recv(ended) -> _ => return picture,
                default(left.min(Duration::from_millis(250))) => {}
            }
        }
    }

    /// Ends every thread of the set. The tail goes first: the engine still drains what it is blocked on.
    pub fn stop(mut self) {
        if let Some(tail) = self.tail.take() {
            tail.stop();
        }
        self.stop.stop();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the session ended in a panic");
            }
        }
    }
}

fn work(crew: Crew, kafka: &KafkaConfig, sink: Sender<Timed>, stop: &Stop) -> std::io::Result<Vec<JoinHandle<()>>> {
    let (figures, told) = bounded(READINGS);
    workers::hand_over(told, sink)?;
    crew.start(kafka, &figures, stop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::engine::EngineConfig;
    use crate::kafka::poller::PollerConfig;
    use crate::model::{Lookup, LookupId, LookupResult};
    use crate::rules::RulesConfig;
    use rdkafka::ClientConfig;
    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

    const PATIENCE: Duration = Duration::from_secs(20);

    /// A session under this budget on a cluster with one record of half a megabyte, which somebody looks up.
    fn looked_up(budget: u64, fits: impl Fn(&Snapshot) -> bool) {
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic("orders", 1, 1).unwrap();
        let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
        producer.send(BaseRecord::<str, [u8]>::to("orders").partition(0).payload(&[b'x'; 500_000])).unwrap();
        producer.flush(PATIENCE).unwrap();
        let end = Stop::new();
        let prepared = Prepared::new(SourceKind::Live, "test");
        let ports = prepared.ports(&end);
        let session = prepared.start(config(mock.bootstrap_servers(), budget)).unwrap();
        let until = Instant::now() + PATIENCE;
        let read = |s: &Snapshot| s.viewer.warmed_up;
        assert!(read(&session.wait_until(until, &end, read)) && session.snapshot().viewer.sampling != "sampled");
        let lookup = Lookup::Record { topic: "orders".into(), partition: 0, offset: 0 };
        ports.asks.send(Ask::Lookup(LookupId(7), lookup)).unwrap();
        let answer = || ports.view.load().focus.answers.get(&LookupId(7)).cloned();
        while answer().is_none() {
            assert!(Instant::now() < until, "no answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        let found = answer().unwrap();
        assert!(matches!(&found.result, LookupResult::Record(r) if r.value.as_ref().is_some_and(|v| v.len() == 500_000)));
        assert!(fits(&session.wait_until(until, &end, &fits)), "{:?}", session.snapshot().viewer);
        session.stop();
    }

    fn config(brokers: String, budget: u64) -> SessionConfig {
        SessionConfig {
            tail: TailConfig { budget: Some(budget), ..TailConfig::default() },
            poller: PollerConfig { probe_controllers: false, ..PollerConfig::default() },
            engine: EngineConfig {
                catalogue: Arc::new(Catalogue::default()),
                source_kind: SourceKind::Live,
                source_name: "test".into(),
                bootstrap: brokers.as_str().into(),
                rules: RulesConfig::default(),
                history_memory: 1 << 20,
                started: Timestamp::now(),
            },
            kafka: KafkaConfig { brokers, ..KafkaConfig::default() },
            embedded_bytes: None,
            consume: None,
            mirror: None,
            crew: None,
            alarm: DeskConfig::default(),
            folders: Vec::new(),
        }
    }

    #[test]
    fn what_is_looked_up_is_taken_off_the_read_budget() {
        looked_up(50_000, |s| s.viewer.sampling == "sampled");
    }

    #[test]
    fn without_a_budget_a_person_still_gets_the_record() {
        looked_up(0, |s| s.viewer.sampling == "none");
    }
}
