//! The real program in a pseudo-terminal, on its demo: drawn, steered, and gone without a trace.

use crate::support::{Terminal, folder, seconds};
use std::time::Instant;

/// On every Overview that has figures: the first rows of its table.
const UP: &str = "delivery.";
/// On a large one.
const LOWER: &str = "orders.created";

fn demo(rows: u16, cols: u16) -> Terminal {
    Terminal::start(&["demo"], rows, cols)
}

#[test]
fn keys_lead_through_the_screens() {
    let started = Instant::now();
    let mut terminal = demo(40, 120);
    terminal.wait_for("vigie", seconds(5));
    eprintln!("first frame after {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
    let overview = terminal.wait_for(LOWER, seconds(10));
    assert!(overview.to_lowercase().contains("connected"), "the state word is in the header:\n{overview}");

    terminal.send("3");
    let groups = terminal.wait_until("the groups", seconds(5), |s| s.to_lowercase().contains("group") && !s.contains(LOWER));
    assert_ne!(overview, groups);
    terminal.send("1");
    terminal.wait_for(LOWER, seconds(5));
    terminal.send("2");
    terminal.wait_until("the topic screen", seconds(5), |s| s.to_lowercase().contains("partition"));
    terminal.send("1");
    let plain = terminal.wait_for(LOWER, seconds(5));

    terminal.send("?");
    let help = terminal.wait_until("the help", seconds(5), |s| s.contains("on every screen"));
    assert!(help.contains("Esc"), "the help names the keys:\n{help}");
    terminal.send("\x1b");
    terminal.wait_until("the help to close", seconds(5), |s| s.lines().count() > 0 && s.contains(LOWER));

    terminal.send("/payments");
    terminal.wait_until("only payments", seconds(5), |s| s.contains("payments.initiated") && !s.contains(LOWER));
    terminal.send("\x1b");
    terminal.wait_for(LOWER, seconds(5));
    terminal.send(":");
    terminal.wait_until("the palette", seconds(5), |s| *s != plain && s.contains("palette"));
    terminal.send("\x1b");
    terminal.wait_for(LOWER, seconds(5));
    terminal.send("\x1b\x1b\x1b");
    terminal.wait_for(LOWER, seconds(5)); // Esc never quits
    terminal.quit();
}

#[test]
fn the_past_of_a_topic_and_a_key_that_is_followed() {
    let mut terminal = demo(40, 120);
    terminal.wait_for(LOWER, seconds(10));
    terminal.send("2");
    terminal.wait_until("records on the live tail", seconds(20), |s| s.contains("live tail") && s.contains("{\""));
    terminal.send("@last 40\r");
    let past = terminal.wait_until("the past", seconds(20), |s| s.contains("not live") && s.contains("more lies there"));
    assert!(past.contains("preview"), "what the selected record says stands beside it:\n{past}");
    terminal.send("f");
    terminal.wait_for("live since", seconds(20));
    terminal.send("1");
    terminal.wait_for(LOWER, seconds(5));
    terminal.quit();
}

#[test]
fn every_size_is_drawn() {
    let terminal = demo(24, 80);
    terminal.wait_for(UP, seconds(10));
    for (rows, cols) in [(15, 60), (100, 300), (40, 120), (24, 80)] {
        terminal.resize(rows, cols);
        terminal.wait_until(&format!("{cols}x{rows}"), seconds(5), |screen| {
            screen.contains("vigie") && screen.lines().count() + 2 >= usize::from(rows)
        });
    }
    terminal.resize(8, 30);
    terminal.wait_until("the least size", seconds(5), |screen| screen.contains("60") && screen.contains("15"));
    terminal.resize(24, 80);
    terminal.wait_for(UP, seconds(5));
    terminal.quit();
}

#[test]
fn a_freeze_stands_still() {
    let mut terminal = demo(40, 120);
    terminal.wait_for(UP, seconds(10));
    terminal.send(" ");
    terminal.wait_until("the frozen word", seconds(5), |s| {
        let s = s.to_lowercase();
        s.contains("frozen") || s.contains("paused")
    });
    terminal.send(" ");
    terminal.wait_until("live again", seconds(5), |s| !s.to_lowercase().contains("frozen"));
    terminal.quit();
}

#[test]
fn signals_give_the_terminal_back() {
    for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT] {
        let mut terminal = demo(30, 100);
        terminal.wait_for(UP, seconds(10));
        terminal.signal(signal);
        terminal.ended(seconds(5));
        terminal.assert_restored();
    }
}

#[test]
fn control_c_quits() {
    let mut terminal = demo(30, 100);
    terminal.wait_for(UP, seconds(10));
    terminal.send("\x03");
    terminal.ended(seconds(5));
    terminal.assert_restored();
}

#[test]
fn it_never_outlives_its_terminal() {
    let mut terminal = demo(30, 100);
    terminal.wait_for(UP, seconds(10));
    terminal.hang_up();
    terminal.ended(seconds(5));
}

#[test]
fn a_dead_cluster_does_not_keep_the_first_frame() {
    let started = Instant::now();
    let terminal = Terminal::start(&["watch", "-b", "127.0.0.1:1"], 30, 100);
    let screen = terminal.wait_until("a frame that waits for no broker", seconds(3), |s| s.contains("vigie"));
    assert!(started.elapsed() < seconds(3), "{screen}");
    terminal.wait_until("the state word", seconds(15), |s| s.to_lowercase().contains("down"));
    terminal.quit();
}

#[test]
fn plain_terminals_are_served() {
    let terminal = Terminal::start(&["demo", "--ascii", "--color", "none"], 30, 100);
    let screen = terminal.wait_for(UP, seconds(10));
    assert!(screen.is_ascii(), "--ascii draws with ASCII only:\n{screen}");
    let raw = String::from_utf8_lossy(&terminal.quit()).into_owned();
    assert!(!raw.contains("\x1b[38;") && !raw.contains("\x1b[48;"), "no colour was asked for");
}

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
"#;

#[test]
fn a_command_of_ones_own_has_the_terminal_and_gives_it_back() {
    let folder = folder("own-commands");
    std::fs::write(folder.path().join("commands.toml"), OWN).expect("a file");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "").expect("a file");
    let mut terminal = Terminal::start(&["demo", "--config", &config.display().to_string()], 40, 120);
    terminal.wait_for(LOWER, seconds(10));
    terminal.send("\x1bOQ");
    terminal.wait_until("the shell's screen", seconds(5), |s| !s.contains(LOWER));
    terminal.send("every letter\r");
    let screen = terminal.wait_for("exit code 3", seconds(5));
    assert!(screen.contains("got <every letter> for 127.0.0.1"), "no key was lost to vigie:\n{screen}");
    terminal.send("\r");
    terminal.wait_for(LOWER, seconds(5));
    terminal.send("\x1bOR");
    terminal.wait_until("the program's screen", seconds(5), |s| !s.contains(LOWER));
    terminal.send("\x03");
    terminal.wait_for("ended by signal 2", seconds(5));
    terminal.send("\r");
    terminal.wait_for(LOWER, seconds(5));
    terminal.send("\x1bOR");
    terminal.wait_until("the program's screen again", seconds(5), |s| !s.contains(LOWER));
    terminal.signal(libc::SIGTERM);
    terminal.ended(seconds(5));
    terminal.assert_restored();
}
