//! One life of a worker: a member of the group and a transactional producer, until the end or until something goes wrong.

use super::core::Core;
use super::desk::Desk;
use super::figures::Meter;
use super::intake::Intake;
use super::table::Table;
use super::{WorkerConfig, WorkerReading};
use crate::kafka::member::{Change, GroupProtocol, Member, MemberConfig, Polled};
use crate::kafka::register::RegisterError;
use crate::kafka::transact::{TransactError, Transactions};
use crate::kafka::{Causes, KafkaConfig, KafkaError};
use crate::model::Timestamp;
use crossbeam_channel::{Receiver, Sender, TryRecvError};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a poll waits: so soon is a signal seen.
const POLL: Duration = Duration::from_millis(100);
/// One call to the brokers; longer ones are asked again, so that a stop is seen.
const CALL: Duration = Duration::from_secs(2);
const REPORT: Duration = Duration::from_secs(2);
/// Every so many reports one line is written.
const LINE_EVERY: u32 = 5;

/// What outlives a life.
pub struct Bench {
    pub worker: &'static str,
    pub config: WorkerConfig,
    pub inputs: Vec<Arc<str>>,
    pub memory: Arc<str>,
    pub core: Box<dyn Core>,
    pub intake: Intake,
    pub table: Table,
    pub meter: Meter,
}

/// Why a worker begins anew.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Settings(#[from] KafkaError),
    #[error(transparent)]
    Transaction(#[from] TransactError),
    #[error("its memory cannot be read: {0}")]
    Memory(#[from] RegisterError),
    #[error("{what}: {why}")]
    Group { what: &'static str, why: String },
}

pub struct Life<'a> {
    desk: Desk<'a>,
    figures: &'a Sender<WorkerReading>,
    stop: &'a Receiver<()>,
    reported: Instant,
    lines: u32,
}

impl<'a> Life<'a> {
    pub fn begin(
        kafka: &'a KafkaConfig,
        causes: &'a Arc<Causes>,
        bench: &'a mut Bench,
        figures: &'a Sender<WorkerReading>,
        stop: &'a Receiver<()>,
    ) -> Result<Self, Trouble> {
        // Of a producer that ended in trouble nobody knows how its last transaction ended: a name is used once.
        let name = format!("vigie-worker-{}-{:08x}", bench.config.group, fastrand::u32(..));
        let out = Transactions::within(kafka, causes, &name, transaction_time(bench.config.session_timeout))?;
        let member = MemberConfig {
            group: bench.config.group.clone(),
            protocol: GroupProtocol::Ranged,
            session_timeout: bench.config.session_timeout,
        };
        bench.core.memory().clear();
        let topics: Vec<&str> = bench.inputs.iter().map(AsRef::as_ref).collect();
        let member = Member::join(kafka, causes, &member, &topics)?;
        Ok(Self { desk: Desk::new(member, out, kafka, causes, bench), figures, stop, reported: Instant::now(), lines: 0 })
    }

    pub fn live(mut self) -> Result<(), Trouble> {
        while let Err(error) = self.desk.out.begin_life(CALL) {
            if !error.is_passing() {
                return Err(error.into());
            }
            tracing::debug!(%error, "the worker waits");
            if self.stopped() {
                return Ok(());
            }
        }
        while !self.stopped() {
            self.poll()?;
            self.desk.learn();
            self.take_changes();
            let stop = self.stop;
            self.desk.settle(&mut || !has_stopped(stop))?;
            if self.desk.is_due() {
                self.desk.exchange()?;
            }
            self.report();
        }
        self.desk.exchange()
    }

    fn stopped(&self) -> bool {
        has_stopped(self.stop)
    }

    fn poll(&mut self) -> Result<(), Trouble> {
        let wait = self.desk.due_in().map_or(POLL, |due| due.min(POLL));
        match self.desk.member.poll(wait) {
            Polled::Nothing => {}
            Polled::Record(received) => {
                let (topic, partition) = (received.topic(), received.partition());
                self.desk.inbox.take(&mut self.desk.bench.intake, topic, partition, &received.record());
            }
            Polled::Trouble(text) => tracing::warn!(worker = self.desk.bench.worker, "{}", text.escape_debug()),
            // What the group committed is held against the log when partitions are given: so they are given anew.
            Polled::OffsetGone => return Err(Trouble::Group { what: "a partition", why: "records were removed unread".into() }),
        }
        Ok(())
    }

    fn take_changes(&mut self) {
        for change in self.desk.member.changes() {
            match change {
                Change::Given(partitions) => self.desk.given(partitions),
                Change::Taken(partitions) => self.desk.taken(partitions.len()),
            }
        }
    }

    fn report(&mut self) {
        if self.reported.elapsed() < REPORT {
            return;
        }
        self.reported = Instant::now();
        let figures = self.desk.figures(Timestamp::now());
        if self.lines.is_multiple_of(LINE_EVERY) {
            tell(&figures);
        }
        self.lines += 1;
        // Nobody has to look.
        let _ = self.figures.try_send(figures);
    }
}

fn has_stopped(stop: &Receiver<()>) -> bool {
    matches!(stop.try_recv(), Err(TryRecvError::Disconnected))
}

fn tell(f: &WorkerReading) {
    let (in_per_s, out_per_s) = (f.in_per_s.unwrap_or(0.0).round(), f.out_per_s.unwrap_or(0.0).round());
    let (p50_s, p90_s) = (f.error.map(|e| e.p50_s.round()), f.error.map(|e| e.p90_s.round()));
    tracing::info!(worker = f.name, assigned = f.assigned, in_per_s, out_per_s, f.transactions, f.aborted, f.lag, p50_s, p90_s);
}

/// After so long without a word from us the brokers abort what is open: until then whoever takes over waits. A little more than a
/// session, so that a process that only stood still can end what it began.
fn transaction_time(session: Duration) -> Duration {
    (session * 5 / 3).clamp(Duration::from_secs(2), Duration::from_secs(60))
}
