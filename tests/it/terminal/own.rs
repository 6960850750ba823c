//! Commands of one's own: they have the terminal, they are stopped as one with vigie, and what they started ends with them.

use super::{LOWER, UP, demo_with, has_prompt, words_of_a_stop};
use crate::support::{Nature, TempFolder, Terminal, XTERM, folder, seconds, wait_for};

const OWN: &str = r#"
[[commands]]
name = "ask"
key = "f2"
shell = true
run = 'read line; echo "got <$line> for $BOOTSTRAP"; exit 3'
[[commands]]
name = "long"
key = "f3"
run = ["sleep", "600"]
[[commands]]
name = "parent"
key = "f4"
shell = true
run = 'trap "" HUP TERM; sleep 600 & echo "child $! of a parent"; cat'
"#;

/// A configuration with these commands.
fn own() -> (String, TempFolder) {
    let folder = folder("own-commands");
    std::fs::write(folder.path().join("commands.toml"), OWN).expect("a file");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "").expect("a file");
    (config.display().to_string(), folder)
}

/// Runs a command and waits until it has the terminal: what is typed is its own from then on.
fn lend(terminal: &mut Terminal, key: &str) {
    let before = front(terminal);
    terminal.send(key);
    terminal.wait_until("the program's screen", seconds(10), |s| !s.contains(LOWER));
    wait_for("the program to have the terminal", seconds(10), || (front(terminal) != before).then_some(()));
}

/// The process group that has the terminal.
fn front(terminal: &Terminal) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", terminal.pid())).expect("a running process");
    let (_, rest) = stat.rsplit_once(") ").expect("a name in brackets");
    rest.split(' ').nth(5).expect("tpgid").to_owned()
}

fn come_back(terminal: &mut Terminal) {
    terminal.send("\r");
    terminal.wait_for(LOWER, seconds(10));
}

/// The number of the program that the command "parent" started.
fn child(terminal: &Terminal) -> String {
    let screen = terminal.wait_for(" of a parent", seconds(10));
    screen.split_once("child ").and_then(|(_, rest)| rest.split(' ').next()).expect("a number").to_owned()
}

/// Whether it runs: one that ended and that nobody has waited for is a zombie.
fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn a_command_of_ones_own_has_the_terminal_and_gives_it_back() {
    let (config, _folder) = own();
    let mut terminal = demo_with(&["--config", &config], 40, 120);
    terminal.wait_for(LOWER, seconds(20));
    lend(&mut terminal, "\x1bOQ");
    terminal.send("every letter\r");
    let screen = terminal.wait_for("exit code 3", seconds(10));
    assert!(screen.contains("got <every letter> for 127.0.0.1"), "no key was lost to vigie:\n{screen}");
    come_back(&mut terminal);
    lend(&mut terminal, "\x1bOR");
    terminal.send("\x03");
    terminal.wait_for("ended by signal 2", seconds(10));
    come_back(&mut terminal);
    lend(&mut terminal, "\x1bOR");
    terminal.signal(libc::SIGTERM);
    terminal.ended(seconds(10));
    terminal.assert_restored();
}

#[test]
fn a_command_that_is_ended_with_vigie_leaves_no_child() {
    let (config, _folder) = own();
    let mut terminal = demo_with(&["--config", &config], 40, 120);
    terminal.wait_for(LOWER, seconds(20));
    lend(&mut terminal, "\x1bOS");
    let child = child(&terminal);
    assert!(lives(&child), "{child}");
    terminal.signal(libc::SIGTERM);
    terminal.ended(seconds(10));
    wait_for("the child to end", seconds(5), || (!lives(&child)).then_some(()));
    terminal.assert_restored();
}

#[test]
fn a_stop_stops_the_command_and_vigie_as_one() {
    let (config, _folder) = own();
    let mut terminal = Terminal::of(Nature { shell: true, ..XTERM }, &[], 40, 120);
    terminal.wait_for("$ ", seconds(5));
    terminal.send(&format!("\"$VIGIE\" demo --orders-per-minute 60 --config '{config}'\r"));
    terminal.wait_for(UP, seconds(20));
    terminal.wait_for(LOWER, seconds(20));
    lend(&mut terminal, "\x1bOQ");
    terminal.send("\x1a");
    terminal.wait_until("the shell's word", seconds(10), |s| words_of_a_stop(s) > 0 && has_prompt(s));
    terminal.send("echo in the shell\r");
    terminal.wait_until("an echo", seconds(10), |s| s.lines().any(|l| l.trim() == "in the shell"));
    terminal.send("fg\r");
    terminal.send("after the stop\r");
    terminal.wait_for("got <after the stop>", seconds(10));
    come_back(&mut terminal);
    terminal.send("q");
    terminal.wait_until("the prompt", seconds(20), has_prompt);
    assert_eq!(terminal.switches().left(), Vec::<String>::new());
    terminal.send("exit\r");
    terminal.ended(seconds(10));
    terminal.assert_restored();
}

#[test]
fn a_command_is_not_stopped_where_no_shell_could_let_it_go_on() {
    let (config, _folder) = own();
    let mut terminal = demo_with(&["--config", &config], 40, 120);
    terminal.wait_for(LOWER, seconds(20));
    lend(&mut terminal, "\x1bOQ");
    terminal.send("\x1a");
    terminal.send("an answer\r");
    terminal.wait_for("got <an answer>", seconds(10));
    come_back(&mut terminal);
    terminal.quit();
}
