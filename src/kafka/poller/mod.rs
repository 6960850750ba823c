//! Reads the cluster: brokers, topics, offsets, groups, settings. It asks and never joins, commits or creates.

mod beat;
mod brokers;
mod configs;
mod controllers;
mod coordinators;
mod courier;
mod groups;
mod marks;
mod opaque;
mod pace;
mod pulse;
#[cfg(test)]
mod tests;
mod topics;

use super::native::Handle;
use super::{Causes, GroupFilter, KafkaConfig, KafkaError, TopicFilter};
use crate::model::{Input, Timed, Timestamp};
pub(super) use controllers::nowhere;

use beat::Beat;
use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, bounded};
use opaque::AllGroups;
use pace::Pace;
use pulse::Pulse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Statistics tell within a second who is up, the round trip and throttling; without topics in them they are small.
const STATISTICS_MS: u32 = 1_000;
/// How long [`Poller::stop`] waits: a call that hangs ends by itself, later.
const FAREWELL: Duration = Duration::from_millis(250);
/// Members of other groups are asked for so soon after the last reading began: somebody walks through a list.
const ANSWER: Duration = Duration::from_millis(500);
/// Questions that may wait while a reading is made.
const QUESTIONS: usize = 16;

/// What is read, and how often.
#[derive(Clone, Debug)]
pub struct PollerConfig {
    pub topics: TopicFilter,
    pub groups: GroupFilter,
    /// From the beginning of one reading to the next.
    pub every: Duration,
    /// How long one call may take.
    pub timeout: Duration,
    /// Ask at times whether the controllers answer (`CreateTopics` with `validate_only`, which makes nothing).
    pub probe_controllers: bool,
}

impl Default for PollerConfig {
    fn default() -> Self {
        Self {
            topics: TopicFilter::default(),
            groups: GroupFilter::default(),
            every: Duration::from_secs(2),
            timeout: Duration::from_secs(5),
            probe_controllers: true,
        }
    }
}

/// The running poller. Dropped, it stops without waiting.
pub struct Poller {
    focus: Sender<Vec<Arc<str>>>,
    done: Receiver<()>,
    stop: Arc<Stop>,
}

#[derive(Default)]
struct Stop {
    asked: Arc<AtomicBool>,
    pulse: Arc<Pulse>,
    all_groups: Arc<AllGroups>,
}

/// Begins to read the cluster. Waits for no broker: where none answers, it keeps trying and tells the state of the connection.
///
/// # Errors
/// Settings that librdkafka refuses, or no thread to be had.
pub fn start(config: &KafkaConfig, causes: &Arc<Causes>, poller: PollerConfig, sink: Sender<Timed>) -> Result<Poller, KafkaError> {
    let mut settings = config.observer(STATISTICS_MS)?.client;
    // Every broker is asked with every reading. With connections on demand, the client spins while it waits for one that is away.
    settings.set("enable.sparse.connections", "false");
    let handle: Handle = Arc::new(config.asker("readings of the cluster", &settings, causes)?);
    let thread = |what| move |source| KafkaError::Thread { what, source };
    let stop = Arc::new(Stop::default());
    let sink = Sink { to: sink, stopped: Arc::clone(&stop.asked) };
    // A broker answers the requests of a connection one after the other: what may hang waits on connections of its own. What is
    // told of those is no cause: a question to dead controllers hangs, though the broker that passes it on lives.
    let unheard = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
    let side: Handle = Arc::new(config.consumer("side questions", &config.observer(0)?.client, &unheard)?);
    let (focus, asked) = bounded(QUESTIONS);
    let (ended, done) = bounded(1);
    // Dropped on an early return, which ends what was started.
    let running = Poller { focus, done, stop: Arc::clone(&stop) };
    stop.pulse.start(&handle, &side, causes, sink.clone()).map_err(thread("kafka-pulse"))?;
    stop.all_groups.start(&side, poller.timeout).map_err(thread("kafka-group-names"))?;
    let pace = Pace::new(poller.every);
    let beat = Beat::new(&handle, &side, causes, poller, &stop.all_groups);
    let runner = Runner { beat, pace, asked, sink, stop };
    let body = move || {
        runner.run();
        drop(ended);
    };
    thread::Builder::new().name("kafka-poller".into()).spawn(body).map_err(thread("kafka-poller"))?;
    Ok(running)
}

impl Poller {
    /// The groups whose members are on the screen; replaces those before. Read with the next reading, which begins within half a second.
    pub fn focus(&self, groups: Vec<Arc<str>>) {
        // Full: the person changes screens quicker than the cluster answers; the next change will come.
        let _ = self.focus.try_send(groups);
    }

    /// Stops, within about a quarter of a second. A thread that hangs in a call ends when the call does.
    pub fn stop(self) {
        self.stop.ask();
        let _ = self.done.recv_timeout(FAREWELL);
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.stop.ask();
    }
}

impl Stop {
    fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
        self.pulse.stop();
        self.all_groups.stop();
    }
}

/// Where the readings go: a full channel makes us wait, never grow.
#[derive(Clone)]
struct Sink {
    to: Sender<Timed>,
    stopped: Arc<AtomicBool>,
}

impl Sink {
    /// `false`: there is nobody to read any more, or we are to stop.
    fn send(&self, input: Input) -> bool {
        let mut timed = Timed { at: Timestamp::now(), input };
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return false;
            }
            match self.to.send_timeout(timed, Duration::from_millis(100)) {
                Ok(()) => return true,
                Err(SendTimeoutError::Timeout(back)) => timed = back,
                Err(SendTimeoutError::Disconnected(_)) => return false,
            }
        }
    }
}

struct Runner {
    beat: Beat,
    pace: Pace,
    asked: Receiver<Vec<Arc<str>>>,
    sink: Sink,
    stop: Arc<Stop>,
}

impl Runner {
    fn run(mut self) {
        loop {
            let begun = Instant::now();
            let pause = match self.beat.read() {
                Some(reading) => {
                    let missing = self.beat.missing(&reading);
                    // Told with the reading: a broker that is down beside a connection that is well would contradict itself.
                    let link = self.beat.link(&missing);
                    self.stop.pulse.missing(missing);
                    if !self.sink.send(Input::Link(link)) || !self.sink.send(Input::Cluster(Box::new(reading))) {
                        break;
                    }
                    self.pace.after(begun.elapsed())
                }
                None => self.pace.after_failure(),
            };
            if !self.rest(begun, Instant::now() + pause) {
                break;
            }
        }
        self.stop.ask();
    }

    /// Waits for the next reading, or for a question that makes it come sooner. `false`: stop.
    fn rest(&mut self, begun: Instant, mut until: Instant) -> bool {
        loop {
            if self.stop.asked.load(Ordering::Relaxed) {
                return false;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.asked.recv_timeout(left.min(Duration::from_millis(100))) {
                Ok(groups) => {
                    let groups = self.asked.try_iter().last().unwrap_or(groups);
                    if !groups.is_empty() {
                        until = until.min(begun + ANSWER);
                    }
                    self.beat.focus(groups);
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return true,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}
