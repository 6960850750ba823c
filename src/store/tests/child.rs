//! Services that the tests start themselves.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

type Order = (Command, Sender<Child>);

/// Starts it; the kernel sends it `signal` when the test runner dies. It goes by the *thread* that started a child: one that stays
/// starts them all.
pub fn spawn(mut command: Command, signal: i32) -> Child {
    static DOOR: OnceLock<Mutex<Sender<Order>>> = OnceLock::new();
    let door = DOOR.get_or_init(|| {
        let (sender, orders) = channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                let _ = answer.send(command.spawn().expect("it runs"));
            }
        });
        Mutex::new(sender)
    });
    // SAFETY: prctl is async-signal-safe.
    unsafe {
        command.pre_exec(move || match libc::prctl(libc::PR_SET_PDEATHSIG, signal) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
    let (sender, answer) = channel();
    door.lock().unwrap_or_else(PoisonError::into_inner).send((command, sender)).expect("the thread stays");
    answer.recv().expect("a child")
}
