//! A program as a shell runs it: in a process group of its own, which has the terminal meanwhile, may be stopped, and is ended as one.

use nix::sys::signal::{SigSet, SigmaskHow, Signal as Masked};
use rustix::io::Errno;
use rustix::process::{self, Pid, Signal, WaitOptions};
use rustix::termios::{self, OptionalActions, Termios};
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// How long a program that is asked to end may take.
const PATIENCE: Duration = Duration::from_millis(500);
const TURN: Duration = Duration::from_millis(20);

pub struct Job {
    /// The program's number, and its group's.
    group: Pid,
    front: Option<Front>,
}

/// How it stands.
pub enum Now {
    Runs,
    /// By Ctrl-Z, or by somebody else.
    Stopped,
    Ended(ExitStatus),
}

impl Job {
    /// # Errors
    /// The program cannot be started, or not be given the terminal.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let front = Front::ours();
        // It is waited for by its number: the standard library does not tell that one is stopped.
        let group = Pid::from_child(&command.process_group(0).spawn()?);
        let job = Self { group, front };
        if let Err(error) = job.go_on() {
            job.end();
            return Err(error);
        }
        Ok(job)
    }

    /// The terminal is the program's. It may have asked for it too early, which has stopped it.
    ///
    /// # Errors
    /// The system's own, as of a terminal that is gone.
    pub fn go_on(&self) -> io::Result<()> {
        if self.front.is_some() {
            termios::tcsetpgrp(io::stdout(), self.group)?;
        }
        self.wake()
    }

    /// It has the terminal already: who stands behind may not give it away.
    ///
    /// # Errors
    /// The system's own.
    pub fn wake(&self) -> io::Result<()> {
        Ok(process::kill_process_group(self.group, Signal::CONT)?)
    }

    /// # Errors
    /// The system's own.
    pub fn look(&self) -> io::Result<Now> {
        let told = process::waitpid(Some(self.group), WaitOptions::NOHANG | WaitOptions::UNTRACED)?;
        Ok(match told {
            None => Now::Runs,
            Some((_, status)) if status.stopped() => Now::Stopped,
            Some((_, status)) => Now::Ended(ExitStatus::from_raw(status.as_raw())),
        })
    }

    /// The terminal is ours again, and set as it was.
    ///
    /// # Errors
    /// The system's own, as of a terminal that is gone.
    pub fn take_back(&self) -> io::Result<()> {
        self.front.as_ref().map_or(Ok(()), Front::take)
    }

    /// Ends it with all that it started: first asked, then not asked. A child has its time also where the program goes at once.
    pub fn end(&self) {
        // Each of them may have ended just now.
        let _ = process::kill_process_group(self.group, Signal::TERM);
        let _ = process::kill_process_group(self.group, Signal::CONT);
        let until = Instant::now() + PATIENCE;
        while self.has_members() {
            if Instant::now() >= until {
                let _ = process::kill_process_group(self.group, Signal::KILL);
                let _ = process::waitpid(Some(self.group), WaitOptions::empty());
                return;
            }
            std::thread::sleep(TURN);
        }
    }

    /// Its number stays taken while the group has anybody, also after the program itself was waited for.
    fn has_members(&self) -> bool {
        // Who has ended is a member until waited for; in a container orphans may have become ours.
        while let Ok(Some(_)) = process::waitpgid(self.group, WaitOptions::NOHANG) {}
        process::test_kill_process_group(self.group) != Err(Errno::SRCH)
    }
}

/// Our place before the terminal, and how its line was set.
struct Front {
    ours: Pid,
    line: Termios,
}

impl Front {
    /// `None`: there is no terminal, or it is not ours to give.
    fn ours() -> Option<Self> {
        let ours = process::getpgrp();
        let has = termios::tcgetpgrp(io::stdout()).is_ok_and(|front| front == ours);
        has.then(|| termios::tcgetattr(io::stdout()).ok()).flatten().map(|line| Self { ours, line })
    }

    /// Who stands behind is stopped by the system for this (SIGTTOU), unless it does not hear.
    fn take(&self) -> io::Result<()> {
        let mut deaf = SigSet::empty();
        deaf.add(Masked::SIGTTOU);
        let before = deaf.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        // A program that was ended may have left the line as it needed it.
        let taken = termios::tcsetpgrp(io::stdout(), self.ours)
            .and_then(|()| termios::tcsetattr(io::stdout(), OptionalActions::Now, &self.line));
        before.thread_set_mask()?;
        Ok(taken?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHILD: &str = r#"
exec 2>/dev/null; cd "$1" || exit
sh -c 'trap "sleep 0.1; echo all > kept; exit" TERM; echo here > ready; while :; do sleep 0.02; done' &
wait
"#;

    #[test]
    fn a_child_has_its_time_also_where_the_program_goes_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let job = Job::start(Command::new("sh").args(["-c", CHILD, "sh"]).arg(folder.path())).unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        while !folder.path().join("ready").exists() {
            assert!(Instant::now() < until, "the child did not start");
            std::thread::sleep(TURN);
        }
        job.end();
        assert!(folder.path().join("kept").exists(), "the child was ended before it had written what it had");
    }
}
