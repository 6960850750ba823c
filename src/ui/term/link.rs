//! What is written leaves on a thread of its own: a terminal that takes nothing never keeps the keys waiting.

use super::tty::Tty;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::io::{self, Write};
use std::sync::Arc;

/// The way to the terminal. Whoever writes looks at [`taken`](Link::taken) before writing more, so that nothing piles up.
pub struct Link {
    jobs: Sender<Vec<u8>>,
    taken: Receiver<io::Result<usize>>,
}

impl Link {
    /// # Errors
    /// No thread can be had.
    pub fn start(tty: Arc<Tty>) -> io::Result<Self> {
        let (jobs, work) = unbounded::<Vec<u8>>();
        let (told, taken) = unbounded();
        let write = move || {
            for job in work {
                let result = tty.frame(&job).map(|()| job.len());
                let gone = result.is_err();
                if told.send(result).is_err() || gone {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("terminal".into()).spawn(write)?;
        Ok(Self { jobs, taken })
    }

    /// Tells of each write when the system has taken it whole, with its bytes.
    pub fn taken(&self) -> Receiver<io::Result<usize>> {
        self.taken.clone()
    }
}

impl Write for Link {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The thread ends only when the terminal is gone.
        self.jobs.send(bytes.to_vec()).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
