//! The way from cluster to cluster without a restart: a thread that holds the running set, starts another one when the person
//! wishes for it, and stops the one before.

use super::session::{Prepared, Session};
use super::setup::SessionConfig;
use super::stop::Stop;
use crate::model::BaseMap;
use crate::text;
use crate::ui::{Arrival, ClusterPorts, ClusterSign, Feed, Switched, UiPorts};
use anyhow::{Result, bail};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

/// A cluster as it is configured now.
pub struct Target {
    pub session: SessionConfig,
    pub sign: ClusterSign,
}

/// Makes the target of a name; fails where its settings cannot be used.
pub type Aim = Box<dyn Fn(&str) -> Result<Target> + Send>;

/// Where one may go.
pub struct Roster {
    pub names: Vec<Arc<str>>,
    pub aim: Aim,
    /// Why the running set must not be stopped.
    pub stays: Option<&'static str>,
    /// Where screens and filters are kept, a file a cluster.
    pub memory: Option<PathBuf>,
    /// What is kept from before is not taken up.
    pub fresh: bool,
}

/// The running set, and the thread that exchanges it.
pub struct Board {
    wishes: Receiver<Arc<str>>,
    told: Sender<Switched>,
    roster: Roster,
    here: Arc<str>,
    seen: BTreeSet<Arc<str>>,
    session: Session,
    /// The set before, as long as it stops.
    stopping: Option<JoinHandle<()>>,
}

impl Board {
    /// Starts the first set and the thread. It ends when the ports are dropped, and stops what runs then.
    pub fn start(target: Target, roster: Roster, end: &Stop) -> Result<(UiPorts, JoinHandle<()>)> {
        let Target { session, sign } = target;
        let (wished, wishes) = bounded(1);
        let (told, answers) = bounded(1);
        let prepared = Prepared::new(session.engine.source_kind, &session.engine.source_name);
        let feed = prepared.feed();
        let map = Arc::clone(&session.engine.catalogue.map);
        let session = prepared.start(session)?;
        let here = Arc::clone(&sign.name);
        let mut board = Self { wishes, told, roster, here: Arc::clone(&here), seen: BTreeSet::new(), session, stopping: None };
        let here = board.arrival(sign, map);
        let clusters = ClusterPorts { here, names: board.roster.names.clone(), wishes: wished, told: answers };
        let thread = std::thread::Builder::new().name("clusters".into()).spawn(move || board.run())?;
        let Feed { view, beat, asks } = feed;
        Ok((UiPorts { view, beat, asks, stop: end.receiver(), journal: super::log::journal(), clusters }, thread))
    }

    fn run(mut self) {
        for name in self.wishes.clone() {
            let told = match self.go(&name) {
                Ok(switched) => switched,
                Err(error) => Switched::Refused { name, why: format!("{error:#}") },
            };
            if self.told.send(told).is_err() {
                break;
            }
        }
        self.session.stop();
        wait(self.stopping);
    }

    /// The new set is started before the old one is stopped: what cannot be started leaves everything as it was.
    fn go(&mut self, name: &Arc<str>) -> Result<Switched> {
        if let Some(why) = self.roster.stays {
            bail!("{why}");
        }
        let Target { session, sign } = (self.roster.aim)(name)?;
        let prepared = Prepared::new(session.engine.source_kind, &session.engine.source_name);
        let feed = prepared.feed();
        let map = Arc::clone(&session.engine.catalogue.map);
        let session = prepared.start(session)?;
        tracing::info!(from = %text::visible(&self.here), to = %text::visible(name), "another cluster is watched");
        self.here = Arc::clone(name);
        self.stop_beside(session)?;
        let here = self.arrival(sign, map);
        Ok(Switched::To(feed, here))
    }

    /// A set whose brokers keep silent may take its time to end: nobody waits for it, but for the one before it.
    fn stop_beside(&mut self, session: Session) -> Result<()> {
        wait(self.stopping.take());
        let old = std::mem::replace(&mut self.session, session);
        self.stopping = Some(std::thread::Builder::new().name("stopping".into()).spawn(move || old.stop())?);
        Ok(())
    }

    fn arrival(&mut self, sign: ClusterSign, map: Arc<BaseMap>) -> Arrival {
        let first = self.seen.insert(Arc::clone(&sign.name));
        let memory = self.roster.memory.as_deref().map(|folder| file_of(folder, &sign.name));
        Arrival { sign, memory, fresh: first && self.roster.fresh, map: Some(map) }
    }
}

fn wait(thread: Option<JoinHandle<()>>) {
    if thread.is_some_and(|thread| thread.join().is_err()) {
        tracing::error!("the threads of a cluster that was left ended in a panic");
    }
}

/// Longest part of a file's name that is made of a cluster's.
const LONGEST: usize = 80;

/// A cluster's file: its name where a file may have it, and a number that tells alike ones apart.
fn file_of(folder: &Path, name: &str) -> PathBuf {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
        .take(LONGEST)
        .collect();
    // FNV-1a: the same in every version of the program.
    let number = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |n, b| (n ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    folder.join(format!("{plain}-{:08x}.toml", number >> 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cluster_has_a_file_of_its_own() {
        let file = |name: &str| file_of(Path::new("/state"), name);
        assert_ne!(file("a/b"), file("a_b"));
        assert_eq!(file("../../etc/passwd").parent(), Some(Path::new("/state")));
        assert!(file(&"kafka-1:9092,".repeat(50)).file_name().unwrap().len() < 120);
        assert_eq!(file("prod"), file("prod"));
    }
}
