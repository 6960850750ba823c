//! Ctrl-Z: stops vigie as the system would, where somebody is there who can let it go on.

use rustix::process::{self, Pid, Signal};
use std::io;

/// A shell with job control that started us, itself or through others: it is told that we stopped, and has `fg`.
pub struct Shell;

impl Shell {
    /// `None`: nobody could let us go on, as in a container, over `ssh -t`, in a window of tmux that has no shell.
    pub fn ours() -> Option<Self> {
        let group = process::getpgrp();
        let session = process::getsid(None).ok()?;
        let of_ours = |of| process::getsid(Some(of)).is_ok_and(|theirs| theirs == session);
        let place = |of| Some(Place { group: process::getpgid(Some(of)).ok()?, parent: parent(of) }).filter(|_| of_ours(of));
        has_shell(group, process::getppid(), place).then_some(Self)
    }

    /// Stops our whole group, as the terminal does: what stands between the shell and us is seen to stop too. Comes back when the
    /// shell lets us go on.
    ///
    /// # Errors
    /// The system's own.
    pub fn stop(self) -> io::Result<()> {
        Ok(process::kill_current_process_group(Signal::STOP)?)
    }
}

struct Place {
    group: Pid,
    parent: Option<Pid>,
}

/// Whether a parent of ours leads to another group of our session. The system calls a group without one orphaned, and does not let
/// the terminal stop it. `place` knows those of our session only.
fn has_shell(group: Pid, mut parent: Option<Pid>, place: impl Fn(Pid) -> Option<Place>) -> bool {
    while let Some(at) = parent.and_then(&place) {
        if at.group != group {
            return true;
        }
        parent = at.parent;
    }
    false
}

/// Of another process; `None` also where there is no /proc: there only a shell that started us itself is found.
fn parent(of: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", of.as_raw_nonzero())).ok()?;
    // The name before it is in brackets, and may hold any byte.
    let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
    Pid::from_raw(parent.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pid(raw: i32) -> Pid {
        Pid::from_raw(raw).unwrap()
    }

    #[test]
    fn a_shell_is_found_through_those_of_our_group_and_not_beyond_our_session() {
        let place = |of: Pid| {
            let (group, parent) = match of.as_raw_nonzero().get() {
                // A shell and the script in our group that it started.
                10 => (10, 1),
                20 => (30, 10),
                // The first of a session: its parent is of another one.
                40 => (30, 1),
                _ => return None,
            };
            Some(Place { group: pid(group), parent: Pid::from_raw(parent) })
        };
        let found = |parent: i32| has_shell(pid(30), Pid::from_raw(parent), place);
        assert!(found(10) && found(20));
        assert!(!found(40) && !found(1) && !found(0));
    }

    #[test]
    fn the_parent_of_another_process_is_known() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let told = parent(Pid::from_child(&child));
        child.kill().and_then(|()| child.wait()).unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!(told, Some(process::getpid()));
        }
    }
}
