//! Children that never outlive the test runner, however it ends.

use crate::support;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, Once, OnceLock};

type Order = (Command, Sender<io::Result<Child>>);

static RUNNING: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// Starts a child that the kernel kills when the runner dies, and that is killed when it ends.
///
/// The kernel's rule is bound to the parent's *thread*, and the threads of tests come and go: one thread starts them all.
pub fn spawn(command: Command) -> io::Result<Child> {
    static DOOR: OnceLock<Mutex<Sender<Order>>> = OnceLock::new();
    let door = DOOR.get_or_init(|| {
        let (sender, orders) = channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                let _ = answer.send(command.spawn());
            }
        });
        Mutex::new(sender)
    });
    reap_at_exit();
    let mut command = command;
    // SAFETY: prctl is async-signal-safe and touches nothing of the parent.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        });
    }
    let (sender, answer) = channel();
    door.lock().unwrap_or_else(|e| e.into_inner()).send((command, sender)).expect("the thread lives as long as the runner");
    let child = answer.recv().expect("each order is answered")?;
    RUNNING.lock().unwrap_or_else(|e| e.into_inner()).push(child.id() as i32);
    Ok(child)
}

/// The child was waited for: its number may be another's by now.
pub fn forget(child: &Child) {
    forget_pid(child.id());
}

pub fn forget_pid(gone: u32) {
    RUNNING.lock().unwrap_or_else(|e| e.into_inner()).retain(|pid| *pid != gone as i32);
}

fn reap_at_exit() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the function takes no argument and does not unwind.
        unsafe { libc::atexit(reap) };
    });
}

extern "C" fn reap() {
    if let Ok(running) = RUNNING.try_lock() {
        for pid in running.iter() {
            // SAFETY: plain numbers; children that were not waited for keep their number.
            unsafe {
                libc::kill(*pid, libc::SIGKILL);
                libc::waitpid(*pid, std::ptr::null_mut(), 0);
            }
        }
    }
    let _ = std::fs::remove_dir_all(support::run_folder());
}
