//! Files that the person asked for are written on a thread beside the loop: a file system that hangs stops no key and no signal.

use crossbeam_channel::{Receiver, Sender, unbounded};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// Who leaves waits so long for what is being written.
const PATIENCE: Duration = Duration::from_secs(2);

/// Writes, and says what the person is told of it.
type Job = Box<dyn FnOnce() -> String + Send>;

pub struct Files {
    jobs: Sender<Job>,
    /// What is to be said.
    pub told: Receiver<String>,
    open: usize,
}

impl Files {
    /// # Errors
    /// No thread to be had.
    pub fn start() -> io::Result<Self> {
        let (jobs, to_do) = unbounded::<Job>();
        let (tell, told) = unbounded();
        let work = move || to_do.iter().try_for_each(|job| tell.send(job()));
        thread::Builder::new().name("files".into()).spawn(work)?;
        Ok(Self { jobs, told, open: 0 })
    }

    pub fn put(&mut self, job: impl FnOnce() -> String + Send + 'static) {
        // The thread lives as long as we do, but for a panic, which ends the program.
        if self.jobs.send(Box::new(job)).is_ok() {
            self.open += 1;
        }
    }

    pub fn done(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    /// Waits for what is being written. `false`: it is given up.
    pub fn settle(&mut self) -> bool {
        let until = Instant::now() + PATIENCE;
        while self.open > 0 && self.told.recv_deadline(until).is_ok() {
            self.done();
        }
        self.open == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_goes_on_and_hears_of_it() {
        let mut files = Files::start().unwrap();
        let (go, wait) = unbounded::<()>();
        files.put(move || wait.recv().map_or_else(|e| e.to_string(), |()| "written".to_owned()));
        assert!(files.told.try_recv().is_err(), "it hangs, and we do not");
        go.send(()).unwrap();
        assert_eq!(files.told.recv_timeout(Duration::from_secs(30)).unwrap(), "written");
        files.done();
        files.put(|| "again".to_owned());
        assert!(files.settle());
    }

    #[test]
    fn who_leaves_does_not_wait_without_end() {
        let mut files = Files::start().unwrap();
        let (go, wait) = unbounded::<()>();
        files.put(move || wait.recv().map_or_else(|e| e.to_string(), |()| String::new()));
        assert!(!files.settle());
        drop(go);
    }
}
