use std::io::{self, ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// More than any token has.
const MOST_BYTES: usize = 1 << 20;
const TURN: Duration = Duration::from_millis(10);

/// What a shell command printed by its end. Past the deadline it is ended, and what it started with it. What it leaves behind after
/// an end of its own may go on, and may keep its output open.
///
/// # Errors
/// What failed, in words that follow "the command".
pub fn output(command: &str, deadline: Duration) -> Result<String, String> {
    let until = Instant::now() + deadline;
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    // In a group of its own, which can be ended as one.
    let mut child = shell.process_group(0).spawn().map_err(|e| format!("could not be started: {e}"))?;
    let mut pipe = child.stdout.take().ok_or("has no output")?;
    let mut printed = Vec::new();
    let status = loop {
        // Asked before the pipe is read: what it printed by its end lies there then.
        let ended = child.try_wait().map_err(|e| format!("could not be waited for: {e}"))?;
        drain(&mut pipe, &mut printed).map_err(|e| format!("could not be read: {e}"))?;
        match ended {
            Some(status) => break status,
            None if printed.len() >= MOST_BYTES => return Err(end(child, "printed more than a token can be".into())),
            None if Instant::now() >= until => {
                return Err(end(child, format!("did not end within {} s", deadline.as_secs())));
            }
            None => std::thread::sleep(TURN),
        }
    };
    if !status.success() {
        return Err(format!("failed ({status})"));
    }
    String::from_utf8(printed).map_err(|_| "printed no text".into())
}

/// Reads what lies in the pipe, without a wait for more.
fn drain(pipe: &mut ChildStdout, printed: &mut Vec<u8>) -> io::Result<()> {
    let fd = pipe.as_raw_fd();
    // SAFETY: the descriptor is the pipe's and open; its flags are plain numbers.
    if unsafe { libc::fcntl(fd, libc::F_SETFL, libc::O_NONBLOCK) } < 0 {
        return Err(io::Error::last_os_error());
    }
    let room = MOST_BYTES.saturating_sub(printed.len());
    match pipe.take(u64::try_from(room).unwrap_or(u64::MAX)).read_to_end(printed) {
        Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
        _ => Ok(()),
    }
}

/// Ends a command that was not waited for, so that its number is still its own and its group's.
fn end(mut child: Child, why: String) -> String {
    if let Ok(group) = libc::pid_t::try_from(child.id()) {
        // SAFETY: kill takes plain numbers.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
    // Killed, it ends at once; an error would be that it was waited for.
    let _ = child.wait();
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    #[test]
    fn a_child_that_is_left_behind_holds_nobody() {
        let asked = Instant::now();
        let told = output("sleep 20 & echo t0k; echo $!", LONG).unwrap();
        assert!(asked.elapsed() < Duration::from_secs(5), "took {:?}", asked.elapsed());
        let Some(("t0k", sleeper)) = told.trim().split_once('\n') else { panic!("{told:?}") };
        output(&format!("kill {sleeper}"), LONG).expect("it was left alone, and ends with the test");
    }

    #[test]
    fn past_the_deadline_its_children_end_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lived-on");
        let asked = Instant::now();
        let command = format!("(sleep 1; touch '{}') & sleep 20", file.display());
        let error = output(&command, Duration::from_millis(300)).unwrap_err();
        assert!(error.contains("did not end") && asked.elapsed() < Duration::from_secs(5), "{error} {:?}", asked.elapsed());
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(!file.exists(), "a child lives on");
    }

    #[test]
    fn much_is_read_and_too_much_is_not() {
        let told = output("head -c 300000 /dev/zero | tr '\\0' x", LONG).unwrap();
        assert_eq!(told.len(), 300_000, "more than a pipe holds");
        assert!(output("cat /dev/zero", LONG).unwrap_err().contains("more"));
        assert!(output("exit 3", LONG).unwrap_err().contains("failed"));
    }
}
