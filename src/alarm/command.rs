use super::post::Failed;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const TURN: Duration = Duration::from_millis(20);
/// Of what it says on stderr.
const SAID: u64 = 4_096;

/// Runs a program, without a shell, with the alert on its stdin. Past the time limit it is ended, with all that it started.
pub fn run(argv: &[String], input: &[u8], limit: Duration) -> Result<(), Failed> {
    let Some((program, arguments)) = argv.split_first() else { return Err(Failed::now("no program is named")) };
    let name = program.rsplit('/').next().unwrap_or(program);
    let until = Instant::now() + limit;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let spawned = command.process_group(0).spawn();
    let mut child = spawned.map_err(|error| Failed::now(format!("{name} could not be started: {error}")))?;
    feed(&mut child, input);
    let said = listen(&mut child);
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => {
                let said = said.recv_timeout(TURN * 5).unwrap_or_default();
                let how = status.code().map_or_else(|| status.to_string(), |code| code.to_string());
                let last = said.lines().rev().find(|l| !l.trim().is_empty()).map(|l| format!(": {}", l.trim())).unwrap_or_default();
                return Err(Failed::now(format!("{name} ended with {how}{last}")));
            }
            Ok(None) if Instant::now() >= until => {
                end(child);
                return Err(Failed::now(format!("{name} did not end within {} s", limit.as_secs_f64())));
            }
            Ok(None) => std::thread::sleep(TURN),
            Err(error) => return Err(Failed::now(format!("{name} could not be waited for: {error}"))),
        }
    }
}

/// On a thread: one that does not read must not hold us, whatever a pipe holds.
fn feed(child: &mut Child, input: &[u8]) {
    let (Some(mut stdin), input) = (child.stdin.take(), input.to_vec()) else { return };
    // Who does not read its stdin says by its exit code whether that was well.
    let _ = std::thread::Builder::new().name("feed".into()).spawn(move || stdin.write_all(&input));
}

fn listen(child: &mut Child) -> crossbeam_channel::Receiver<String> {
    let (told, said) = crossbeam_channel::bounded(1);
    if let Some(stderr) = child.stderr.take() {
        let read = move || {
            let mut text = Vec::new();
            // What was read until then is told.
            let _ = stderr.take(SAID).read_to_end(&mut text);
            let _ = told.send(String::from_utf8_lossy(&text).into_owned());
        };
        let _ = std::thread::Builder::new().name("listen".into()).spawn(read);
    }
    said
}

/// It was not waited for: its number, and its group's, is still its own.
fn end(mut child: Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended just now.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    fn argv(of: &[&str]) -> Vec<String> {
        of.iter().map(|a| (*a).to_owned()).collect()
    }

    #[test]
    fn the_alert_is_on_its_stdin_and_arguments_are_no_shell() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("got; touch pwned");
        let name = file.to_str().unwrap().to_owned();
        run(&["tee".to_owned(), name], b"{\"key\":\"k\"}", LONG).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"{\"key\":\"k\"}");
        assert!(!folder.path().join("pwned").exists());
    }

    #[test]
    fn what_went_wrong_is_told_in_its_own_last_words() {
        let failed = run(&argv(&["sh", "-c", "echo first >&2; echo no route >&2; exit 3"]), b"x", LONG).unwrap_err();
        assert_eq!(failed, Failed::now("sh ended with 3: no route"));
        let failed = run(&argv(&["/no/such/program"]), b"x", LONG).unwrap_err();
        assert!(failed.why.starts_with("program could not be started"), "{}", failed.why);
    }

    #[test]
    fn past_the_limit_it_is_ended_with_its_children_and_one_that_reads_nothing_holds_nobody() {
        let begun = Instant::now();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lived-on");
        let script = format!("(sleep 1; touch '{}') & sleep 20", file.display());
        let failed = run(&argv(&["sh", "-c", &script]), &vec![b'x'; 1 << 20], Duration::from_millis(300)).unwrap_err();
        assert!(failed.why.contains("did not end within 0.3 s") && begun.elapsed() < LONG, "{}", failed.why);
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(!file.exists(), "a child lives on");
    }
}
