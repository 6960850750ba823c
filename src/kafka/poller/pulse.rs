use super::Sink;
use crate::kafka::Causes;
use crate::kafka::native::Handle;
use crate::model::{Input, Link, Reason, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How soon a change of the connection is told.
const EVERY: Duration = Duration::from_millis(100);

/// Serves the handles' callbacks (log, statistics, tokens), and tells when the state of the connection changes, also while a
/// reading waits for a cluster that is away.
#[derive(Default)]
pub struct Pulse {
    stopped: AtomicBool,
    /// What the readings know to be missing.
    more: Mutex<Vec<Reason>>,
}

impl Pulse {
    /// # Errors
    /// No thread to be had.
    pub fn start(
        self: &Arc<Self>,
        handle: &Handle,
        side: &Handle,
        causes: &Arc<Causes>,
        sink: Sink,
    ) -> std::io::Result<JoinHandle<()>> {
        let (me, handle, side, causes) = (Arc::clone(self), Arc::clone(handle), Arc::clone(side), Arc::clone(causes));
        thread::Builder::new().name("kafka-pulse".into()).spawn(move || me.run(&handle, &side, &causes, &sink))
    }

    fn run(&self, handle: &Handle, side: &Handle, causes: &Causes, sink: &Sink) {
        let mut last: Option<Link> = None;
        while !self.stopped.load(Ordering::Relaxed) {
            // Errors reach the causes through the handles' context.
            let _ = handle.poll(EVERY);
            let _ = side.poll(Duration::ZERO);
            let link = causes.link(Timestamp::now(), &self.more.lock().unwrap_or_else(PoisonError::into_inner));
            if last.as_ref() != Some(&link) {
                if !sink.send(Input::Link(link.clone())) {
                    return;
                }
                last = Some(link);
            }
        }
    }

    pub fn missing(&self, more: Vec<Reason>) {
        *self.more.lock().unwrap_or_else(PoisonError::into_inner) = more;
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}
