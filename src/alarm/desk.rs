use super::config::OutletConfig;
use super::files::{FileError, Kept};
use super::ledger::{Ledger, Outcome, Sight};
use super::message::Cluster;
use super::post::{Answer, Post, backoff};
use crate::kafka::KafkaConfig;
use crate::model::{Input, LinkState, Mark, OutletReading, Timed, Timestamp};
use crate::snapshot::{Snapshot, View};
use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, bounded, never, select, tick};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const LOOK: Duration = Duration::from_secs(1);
/// At the end answers that are on their way are waited for so long: what was taken must not be sent again by the next start. The
/// person who left has the shell again after five seconds.
const LAST_ANSWERS: Duration = Duration::from_secs(4);
/// Another process may have ended: its work is taken over.
const LOCK_AGAIN: Duration = Duration::from_secs(10);
/// A reading of the cluster that is older says nothing of now.
const OLD_S: f64 = 10.0;

/// What is kept of alerts, and where they go.
#[derive(Clone, Debug, Default)]
pub struct DeskConfig {
    /// The state folder; `None`: nothing is kept.
    pub folder: Option<PathBuf>,
    /// Empty: nothing is sent.
    pub outlets: Vec<OutletConfig>,
    pub kafka: KafkaConfig,
    /// `viewer.behind_s` of the rules: a view that is further behind hears no end.
    pub behind_s: f64,
}

/// The ways in and out of the desk.
pub struct Ports {
    pub view: Arc<ArcSwap<View>>,
    /// All that people decided, whenever that changes.
    pub marks: Receiver<Vec<Mark>>,
    pub inputs: Sender<Timed>,
    pub stop: Receiver<()>,
}

/// Keeps what people decided, and sends alerts. On a thread of its own.
pub struct Desk {
    config: DeskConfig,
    ports: Ports,
    answers: (Sender<Answer>, Receiver<Answer>),
    outlets: Vec<Outlet>,
    cluster: Option<Cluster>,
    marks: Option<Kept>,
    marks_seen: Option<SystemTime>,
    /// What people decided, as far as it is known here: the engine may not have heard of it yet.
    decided: Vec<Mark>,
    unsaved_marks: Option<Vec<Mark>>,
    sending: Option<Sending>,
    lock_at: Option<Instant>,
    told: Vec<OutletReading>,
}

/// What was sent of this cluster's alerts: nobody else on this machine sends them.
struct Sending {
    ledger: Ledger,
    file: Option<Kept>,
    _lock: Option<File>,
}

struct Outlet {
    config: OutletConfig,
    post: Post,
    busy: bool,
    failed: u32,
    next_try: Instant,
    reading: OutletReading,
}

impl Desk {
    /// # Errors
    /// No thread can be started for an outlet.
    pub fn new(config: DeskConfig, ports: Ports) -> std::io::Result<Self> {
        let answers = bounded(config.outlets.len().max(1) * 2);
        let outlet = |(place, config): (usize, &OutletConfig), kafka: &KafkaConfig| {
            Ok::<_, std::io::Error>(Outlet {
                post: Post::start(place, config.clone(), kafka.clone(), answers.0.clone())?,
                busy: false,
                failed: 0,
                next_try: Instant::now(),
                reading: OutletReading {
                    name: config.name.as_str().into(),
                    kind: config.target.kind(),
                    ..OutletReading::default()
                },
                config: config.clone(),
            })
        };
        let outlets = config.outlets.iter().enumerate().map(|o| outlet(o, &config.kafka)).collect::<Result<_, _>>()?;
        Ok(Self {
            config,
            ports,
            answers,
            outlets,
            cluster: None,
            marks: None,
            marks_seen: None,
            decided: Vec::new(),
            unsaved_marks: None,
            sending: None,
            lock_at: None,
            told: Vec::new(),
        })
    }

    /// Until the end is asked for.
    pub fn run(mut self) {
        let ticks = tick(LOOK);
        self.look();
        loop {
            select! {
                recv(self.ports.marks) -> marks => match marks {
                    Ok(marks) => self.take_marks(marks),
                    Err(_) => self.ports.marks = never(),
                },
                recv(self.answers.1) -> answer => if let Ok(answer) = answer { self.take(answer) },
                recv(ticks) -> _ => self.look(),
                recv(self.ports.stop) -> _ => break,
            }
            self.hand_out();
            self.tell();
        }
        self.finish();
    }

    fn look(&mut self) {
        let snapshot = Arc::clone(&self.ports.view.load().snapshot);
        if self.cluster.is_none() {
            let Some(id) = snapshot.source.cluster_id.as_deref() else { return };
            self.begin(Cluster { id: id.to_owned(), name: snapshot.source.name.to_string() });
        }
        self.read_marks();
        self.open_ledger();
        let (Some(cluster), Some(sending)) = (&self.cluster, &mut self.sending) else { return };
        let sight = Sight {
            alerts: &snapshot.alerts,
            cut: snapshot.alerts_count > snapshot.alerts.len(),
            past: &snapshot.alerts_past,
            decided: &self.decided,
            judged: judged(&snapshot, self.config.behind_s),
            now: snapshot.taken_at,
        };
        if sending.ledger.look(cluster, &self.config.outlets, &sight) {
            self.save_ledger();
        }
    }

    fn begin(&mut self, cluster: Cluster) {
        if let Some(folder) = &self.config.folder {
            self.marks = Some(Kept::new(folder, "marks", &cluster.id));
            // The engine joins what is kept with what was decided meanwhile, and tells all of it.
            self.unsaved_marks = None;
        }
        self.cluster = Some(cluster);
    }

    /// What was decided before, or by somebody else at another dashboard of this user.
    fn read_marks(&mut self) {
        let Some(kept) = &self.marks else { return };
        let changed = kept.changed_at();
        if changed.is_none() || changed == self.marks_seen || self.unsaved_marks.is_some() {
            return;
        }
        match kept.read::<Vec<serde_json::Value>>() {
            Ok(found) => {
                let found = found.unwrap_or_default();
                let known: Vec<Mark> = found.iter().filter_map(|m| serde_json::from_value(m.clone()).ok()).collect();
                if known.len() < found.len() {
                    tracing::warn!(left_out = found.len() - known.len(), "marks of rules that this vigie does not know");
                }
                self.decided.clone_from(&known);
                // An engine that is busy is told at the next look: until then nothing may be written over it.
                if self.send(Input::Marks(known)) {
                    self.marks_seen = changed;
                }
            }
            Err(error) => {
                tracing::error!("what people decided about alerts: {error}");
                self.marks_seen = changed;
            }
        }
    }

    /// All that people decided, as the engine has it.
    fn take_marks(&mut self, marks: Vec<Mark>) {
        self.decided.clone_from(&marks);
        self.unsaved_marks = Some(marks);
        self.save_marks();
    }

    /// There is a file that the engine was not told of: it joins that with what it has, and tells all of it.
    fn is_unread(&self, kept: &Kept) -> bool {
        self.marks_seen.is_none() && kept.changed_at().is_some()
    }

    fn save_marks(&mut self) {
        let (Some(kept), Some(marks)) = (&self.marks, &self.unsaved_marks) else { return };
        if self.is_unread(kept) {
            self.unsaved_marks = None;
            return;
        }
        match kept.write(marks) {
            Ok(()) => {
                self.marks_seen = kept.changed_at();
                self.unsaved_marks = None;
            }
            Err(error) => tracing::error!("what people decided about alerts is not kept: {error}"),
        }
    }

    /// Where the alerts of this cluster are sent from here, what was sent before is read.
    fn open_ledger(&mut self) {
        let Some(cluster) = &self.cluster else { return };
        let due = self.lock_at.is_none_or(|at| at.elapsed() >= LOCK_AGAIN);
        if self.sending.is_some() || self.outlets.is_empty() || !due {
            return;
        }
        self.lock_at = Some(Instant::now());
        match Sending::open(self.config.folder.as_ref().map(|folder| Kept::new(folder, "sent", &cluster.id))) {
            Ok(mut sending) => {
                sending.ledger.begin(&self.config.outlets);
                self.sending = Some(sending);
                self.trouble(None);
            }
            Err(error) => {
                tracing::error!("alerts are not sent: {error}");
                self.trouble(Some(&error));
            }
        }
    }

    fn save_ledger(&mut self) {
        let Some(Sending { ledger, file: Some(file), .. }) = &self.sending else { return };
        if let Err(error) = file.write(ledger) {
            tracing::error!("what was sent is not kept: {error}");
            self.trouble(Some(&error));
        }
    }

    /// Something that all outlets have in common.
    fn trouble(&mut self, error: Option<&FileError>) {
        for outlet in &mut self.outlets {
            outlet.reading.error = error.map(ToString::to_string);
        }
    }

    fn take(&mut self, Answer { outlet, key, kind, result }: Answer) {
        let (Some(out), Some(sending)) = (self.outlets.get_mut(outlet), &mut self.sending) else { return };
        out.busy = false;
        let name = &out.config.name;
        match result {
            Ok(()) => {
                out.failed = 0;
                out.reading.sent += 1;
                out.reading.error = None;
                out.reading.last = Some(Timestamp::now());
                sending.ledger.done(name, &key, kind, Outcome::Sent, out.config.resolved);
            }
            Err(failed) => {
                tracing::warn!(outlet = name, key, "an alert could not be sent: {}", failed.why);
                out.reading.failed += 1;
                out.reading.error = Some(failed.why);
                if failed.for_good {
                    out.reading.dropped += 1;
                    sending.ledger.done(name, &key, kind, Outcome::Refused, out.config.resolved);
                } else {
                    out.failed += 1;
                    out.next_try = Instant::now() + backoff(out.failed);
                    sending.ledger.failed(name, &key);
                }
            }
        }
        self.save_ledger();
    }

    /// Each outlet that is idle gets what waits longest.
    fn hand_out(&mut self) {
        let Some(sending) = &mut self.sending else { return };
        let now = Instant::now();
        for outlet in self.outlets.iter_mut().filter(|o| !o.busy && o.next_try <= now) {
            if let Some(message) = sending.ledger.hand_out(&outlet.config.name) {
                let (key, kind) = (message.key.clone(), message.kind);
                outlet.busy = outlet.post.give(message);
                if !outlet.busy {
                    sending.ledger.failed(&outlet.config.name, &key);
                    tracing::error!(outlet = outlet.config.name, key, kind = kind.word(), "its thread does not take it");
                    outlet.next_try = now + backoff(u32::MAX);
                }
            }
        }
    }

    /// Tells the engine how the outlets do, when that changed.
    fn tell(&mut self) {
        let ledger = self.sending.as_ref().map(|s| &s.ledger);
        let waiting = |name: &str| ledger.map_or(0, |l| l.waiting(name));
        let over = ledger.map_or(0, |l| l.dropped);
        let told = |o: &Outlet| {
            let (waiting, dropped) = (waiting(&o.config.name), o.reading.dropped + over);
            OutletReading { waiting, dropped, ..o.reading.clone() }
        };
        let readings: Vec<OutletReading> = self.outlets.iter().map(told).collect();
        if readings != self.told && self.send(Input::Outlets(readings.clone())) {
            self.told = readings;
        }
    }

    /// The engine may be busy: it is told at the next look then.
    fn send(&self, input: Input) -> bool {
        self.ports.inputs.try_send(Timed { at: Timestamp::now(), input }).is_ok()
    }

    fn finish(mut self) {
        let until = Instant::now() + LAST_ANSWERS;
        while self.outlets.iter().any(|o| o.busy) {
            match self.answers.1.recv_deadline(until) {
                Ok(answer) => self.take(answer),
                Err(_) => break,
            }
        }
        if let Ok(marks) = self.ports.marks.try_recv() {
            self.take_marks(marks);
        }
        self.save_marks();
        self.save_ledger();
    }
}

impl Sending {
    fn open(file: Option<Kept>) -> Result<Self, FileError> {
        let Some(file) = file else { return Ok(Self { ledger: Ledger::default(), file: None, _lock: None }) };
        let lock = file.lock()?;
        let ledger = match file.read() {
            // It was set aside: what fires is told once more, which is better than never.
            Err(error @ FileError::Spoiled { .. }) => {
                tracing::error!("what was sent before is not known: {error}");
                Ledger::default()
            }
            read => read?.unwrap_or_default(),
        };
        Ok(Self { ledger, file: Some(file), _lock: Some(lock) })
    }
}

/// Whether an alert that is not in the picture is over.
fn judged(snapshot: &Snapshot, most_behind_s: f64) -> bool {
    let connected = matches!(snapshot.source.state, LinkState::Connected | LinkState::Degraded);
    let behind = snapshot.viewer.behind_s.is_some_and(|s| s > most_behind_s);
    connected && snapshot.viewer.warmed_up && !behind && snapshot.cluster.age_s.is_some_and(|s| s < OLD_S)
}

#[cfg(test)]
mod tests;
