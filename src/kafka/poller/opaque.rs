use crate::kafka::native::Handle;
use crate::model::GroupKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// New groups of these kinds are rare.
const EVERY: Duration = Duration::from_secs(60);
const FIRST: Duration = Duration::from_secs(1);

/// Names of all groups, of every kind, by the old request that knows no kinds: what the new list lacks are share, streams and
/// Connect groups. The old request blocks, so it has a thread.
#[derive(Default)]
pub struct AllGroups {
    names: Mutex<Vec<(Arc<str>, GroupKind)>>,
    wanted: AtomicBool,
    stopped: AtomicBool,
}

impl AllGroups {
    /// # Errors
    /// No thread to be had.
    pub fn start(self: &Arc<Self>, handle: &Handle, timeout: Duration) -> std::io::Result<JoinHandle<()>> {
        let (me, handle) = (Arc::clone(self), Arc::clone(handle));
        thread::Builder::new().name("kafka-group-names".into()).spawn(move || me.run(&handle, timeout))
    }

    fn run(&self, handle: &Handle, timeout: Duration) {
        let mut due = Instant::now() + FIRST;
        while !self.stopped.load(Ordering::Relaxed) {
            thread::park_timeout(due.saturating_duration_since(Instant::now()).max(Duration::from_millis(200)));
            if Instant::now() < due || !self.wanted.load(Ordering::Relaxed) {
                continue;
            }
            due = Instant::now() + EVERY;
            use rdkafka::consumer::Consumer;
            // Refused or timed out: the next round may tell.
            if let Ok(list) = handle.client().fetch_group_list(None, timeout) {
                let names = list.groups().iter().map(|g| (g.name().into(), kind(g.protocol_type()))).collect();
                *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names;
            }
        }
    }

    /// The brokers answer such requests.
    pub fn want(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub fn names(&self) -> Vec<(Arc<str>, GroupKind)> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Of the kinds that are not listed only Connect says what it is.
fn kind(protocol_type: &str) -> GroupKind {
    match protocol_type {
        "connect" => GroupKind::Connect,
        "share" => GroupKind::Share,
        "streams" => GroupKind::Streams,
        _ => GroupKind::Unknown,
    }
}
