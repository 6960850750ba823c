//! The end: asked for by a signal or by the command itself, seen by every thread that waits.

use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How long a person who left a dashboard waits for what does not end.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// A flag that can be waited for. Clones share it.
#[derive(Clone)]
pub struct Stop {
    closed: Receiver<()>,
    // Dropping the sender closes the channel, which wakes all that wait at once.
    sender: Arc<Mutex<Option<Sender<()>>>>,
}

impl Stop {
    pub fn new() -> Self {
        let (sender, closed) = bounded(0);
        Self { closed, sender: Arc::new(Mutex::new(Some(sender))) }
    }

    pub fn stop(&self) {
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    pub fn receiver(&self) -> Receiver<()> {
        self.closed.clone()
    }

    /// Waits that long, or until the end; `true` when it is the end.
    pub fn wait(&self, time: Duration) -> bool {
        matches!(self.closed.recv_timeout(time), Err(crossbeam_channel::RecvTimeoutError::Disconnected))
    }
}

/// A stop that SIGINT, SIGTERM and SIGHUP pull. The handlers stand when this returns.
pub fn on_signals() -> std::io::Result<Stop> {
    let stop = Stop::new();
    let pulled = stop.clone();
    let (ready, standing) = bounded(1);
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        match runtime.map(|runtime| runtime.block_on(first_signal(&ready))) {
            Ok(Ok(())) => pulled.stop(),
            Ok(Err(error)) | Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    })?;
    standing.recv().unwrap_or(Ok(()))?;
    Ok(stop)
}

/// Ends the process with `code` this long after it was asked to end, whatever hangs: a client of a group waits for its coordinator,
/// which may be gone. Nothing is lost: what was applied is in the store with its places, or in a committed transaction.
///
/// # Errors
/// No thread to be had.
pub fn insist(stop: &Stop, patience: Duration, code: u8) -> std::io::Result<()> {
    let asked = stop.receiver();
    std::thread::Builder::new().name("insists".into()).spawn(move || {
        let _ = asked.recv();
        std::thread::sleep(patience);
        tracing::warn!(
            "something did not end in time (a broker or a store that does not answer): ended without it; what was applied is kept"
        );
        std::process::exit(i32::from(code));
    })?;
    Ok(())
}

async fn first_signal(ready: &Sender<std::io::Result<()>>) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let _ = ready.send(Ok(()));
    loop {
        tokio::select! {
            // While a command of the person's own has the terminal, Ctrl-C ends that one.
            _ = interrupt.recv() => if !crate::ui::is_lent() { return Ok(()) },
            _ = terminate.recv() => return Ok(()),
            _ = hang_up.recv() => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_wakes_those_that_wait() {
        let stop = Stop::new();
        let waiting = stop.clone();
        let thread = std::thread::spawn(move || waiting.wait(Duration::from_secs(60)));
        stop.stop();
        assert!(thread.join().unwrap());
        assert!(stop.wait(Duration::ZERO), "it stays stopped");
    }
}
