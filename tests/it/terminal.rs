//! The real program in a pseudo-terminal, on its demo: drawn, steered, and gone without a trace.

mod outside;
mod own;
mod slow;
mod tour;

use crate::support::{Nature, Terminal, XTERM, seconds};
use std::time::{Duration, Instant};

/// On every Overview that has figures: the first rows of its table.
const UP: &str = "delivery.";
/// Esc as terminals write it that tell it from the beginning of a sequence: nothing has to be waited for.
const ESC: &str = "\x1b[27u";
/// On a large one.
const LOWER: &str = "orders.created";

/// A quiet town: one with ten times the orders takes three times as long to its first figures.
const QUIET: [&str; 3] = ["demo", "--orders-per-minute", "60"];

fn demo(rows: u16, cols: u16) -> Terminal {
    demo_with(&[], rows, cols)
}

fn demo_with(more: &[&str], rows: u16, cols: u16) -> Terminal {
    Terminal::start(&[&QUIET[..], more].concat(), rows, cols)
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
    terminal.send("\x1b\x1b\x1b[27u");
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
    // All at once: each only waits for its first figures.
    let terminals = [libc::SIGTERM, libc::SIGHUP, libc::SIGINT].map(|signal| (signal, demo(30, 100)));
    for (signal, mut terminal) in terminals {
        terminal.wait_for(UP, seconds(20));
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
    let terminal = demo_with(&["--ascii", "--color", "none"], 30, 100);
    let screen = terminal.wait_for(UP, seconds(10));
    assert!(screen.is_ascii(), "--ascii draws with ASCII only:\n{screen}");
    let raw = String::from_utf8_lossy(&terminal.quit()).into_owned();
    assert!(!raw.contains("\x1b[38;") && !raw.contains("\x1b[48;"), "no colour was asked for");
}

const fn named(term: &'static [(&'static str, &'static str)]) -> Nature {
    Nature { env: term, ..XTERM }
}

#[test]
fn the_mouse_works_where_it_may() {
    let mut terminal = demo(40, 120);
    let first = terminal.wait_for(LOWER, seconds(10));
    let (row, column) = terminal.find("2 3 4 5");
    assert!(row > 30, "the tabs are in the footer:\n{first}");
    terminal.click(row, column + 2);
    terminal.wait_until("the groups", seconds(5), |s| !s.contains(LOWER));
    terminal.send("1");
    terminal.wait_for(LOWER, seconds(5));
    let (row, column) = terminal.find(LOWER);
    terminal.click(row, column);
    terminal.click(row, column);
    terminal.wait_until("the topic", seconds(5), |s| s.to_lowercase().contains("partitions"));
    terminal.send("\x1b[<65;10;10M\x1b[<64;10;10M");
    terminal.quit();

    let terminal = demo_with(&["--no-mouse"], 30, 100);
    terminal.wait_for(UP, seconds(10));
    let ever = terminal.switches().ever;
    assert!(ever.contains(&1049) && ![9, 1000, 1002, 1003, 1005, 1006, 1015].iter().any(|m| ever.contains(m)), "{ever:?}");
    terminal.quit();
}

#[test]
fn a_stop_gives_the_terminal_to_the_shell_and_takes_it_again() {
    let mut terminal = Terminal::of(Nature { shell: true, ..XTERM }, &[], 30, 100);
    terminal.wait_for("$ ", seconds(5));
    let shell = terminal.line();
    terminal.send("\"$VIGIE\" demo --orders-per-minute 60\r");
    terminal.wait_for(UP, seconds(15));
    assert_ne!(terminal.line(), shell, "raw mode");
    // What an earlier round left on the shell's screen comes back with it: each round has words of its own.
    for (stopped, stop) in ["\x1a", "outside"].into_iter().enumerate() {
        match stop {
            "outside" => drop(std::process::Command::new("pkill").args(["-TSTP", "-P", &terminal.pid().to_string()]).status()),
            key => terminal.send(key),
        }
        terminal.wait_until("the shell's word", seconds(10), |s| words_of_a_stop(s) > stopped && has_prompt(s));
        assert_eq!(terminal.switches().left(), Vec::<String>::new());
        let word = format!("in the shell {stopped}");
        terminal.send(&format!("echo {word}\r"));
        terminal.wait_until("an echo", seconds(5), |s| s.lines().any(|l| l.trim() == word));
        terminal.send("fg\r");
        terminal.wait_until("the dashboard", seconds(10), |s| s.contains(UP) && !s.contains("in the shell"));
    }
    terminal.send("q");
    terminal.wait_until("the prompt", seconds(20), has_prompt);
    assert_eq!(terminal.switches().left(), Vec::<String>::new());
    terminal.send("exit\r");
    terminal.ended(seconds(5));
    terminal.assert_restored();
}

fn has_prompt(screen: &str) -> bool {
    screen.trim_end().ends_with('$')
}

fn words_of_a_stop(screen: &str) -> usize {
    screen.matches("Stopped").count() + screen.matches("Suspended").count()
}

/// The thread of the embedded brokers does not survive an interruption, as by an `fg` or a new size.
#[cfg(target_os = "linux")]
#[test]
fn signals_leave_the_demos_brokers_alone() {
    let mut terminal = demo(30, 100);
    terminal.wait_for(UP, seconds(10));
    let brokers = terminal.thread("rdk:mock").expect("the brokers' thread");
    for signal in [libc::SIGCONT, libc::SIGWINCH, libc::SIGTSTP] {
        // SAFETY: plain numbers; the process is our child and was not waited for.
        let sent = unsafe { libc::syscall(libc::SYS_tgkill, terminal.pid(), brokers, signal) };
        assert_eq!(sent, 0, "{}", std::io::Error::last_os_error());
    }
    terminal.send("3");
    terminal.wait_until("the groups", seconds(5), |s| !s.contains("notify: ") && s.contains("dispatch"));
    assert_eq!(terminal.thread("rdk:mock"), Some(brokers));
    terminal.quit();
}

#[test]
fn a_stop_through_a_script_stops_the_script_too() {
    let mut terminal = Terminal::of(Nature { shell: true, ..XTERM }, &[], 30, 100);
    terminal.wait_for("$ ", seconds(5));
    terminal.send("sh -c '\"$VIGIE\" demo --orders-per-minute 60; echo left with $?'\r");
    terminal.wait_for(UP, seconds(15));
    terminal.send("\x1a");
    terminal.wait_until("the shell's word", seconds(10), |s| words_of_a_stop(s) > 0 && has_prompt(s));
    terminal.send("fg\r");
    terminal.wait_for(UP, seconds(10));
    terminal.send("q");
    terminal.wait_for("left with 0", seconds(20));
    terminal.send("exit\r");
    terminal.ended(seconds(5));
    terminal.assert_restored();
}

#[test]
fn a_stop_is_refused_where_no_shell_could_let_it_go_on() {
    for (language, said) in [("en", "not suspended"), ("fr", "pas suspendu")] {
        let mut terminal = demo_with(&["--language", language], 30, 100);
        terminal.wait_for(UP, seconds(10));
        terminal.send("\x1a");
        terminal.wait_for(said, seconds(5));
        terminal.quit();
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_says_why() {
    let mut terminal = demo_with(&["--panic"], 30, 100);
    terminal.wait_for("vigie", seconds(5));
    assert_eq!(terminal.ended(seconds(15)), 1);
    let screen = terminal.wait_for("as asked by --panic", seconds(5));
    assert!(!screen.contains('│'), "it is not buried in the last frame:\n{screen}");
    terminal.assert_restored();
}

#[test]
fn a_frozen_terminal_keeps_no_signal_waiting() {
    for signal in [libc::SIGTERM, libc::SIGHUP] {
        let mut terminal = demo(60, 200);
        terminal.wait_for(UP, seconds(10));
        terminal.freeze();
        // Frames until nothing fits in any more.
        for _ in 0..40 {
            terminal.send("\x0c");
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(600));
        let at = Instant::now();
        terminal.signal(signal);
        terminal.ended(seconds(5));
        eprintln!("a frozen terminal: ended {:.0} ms after signal {signal}", at.elapsed().as_secs_f64() * 1e3);
    }
}

#[test]
fn a_mute_terminal_is_served_and_a_late_answer_is_no_key() {
    let started = Instant::now();
    let terminal = Terminal::of(Nature { answers: None, ..XTERM }, &QUIET, 40, 120);
    terminal.wait_for("vigie", seconds(5));
    eprintln!("mute: first frame after {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
    terminal.wait_for(LOWER, seconds(10));
    let raw = String::from_utf8_lossy(&terminal.quit()).into_owned();
    assert!(!raw.contains("\x1b[?2026h"), "nobody said that it knows synchronized updates");

    let mut terminal = Terminal::of(Nature { answers: Some(seconds(2)), ..XTERM }, &QUIET, 40, 120);
    terminal.wait_for(LOWER, seconds(10));
    terminal.send("3");
    terminal.wait_until("the groups", seconds(5), |s| !s.contains(LOWER));
    terminal.send("1");
    let screen = terminal.wait_for(LOWER, seconds(10));
    assert!(!screen.contains("0n"), "{screen}");
    terminal.quit();
}

#[test]
fn an_answer_that_takes_its_time_is_not_left_to_the_shell() {
    let far = Nature { shell: true, answers: Some(Duration::from_millis(800)), ..XTERM };
    let mut terminal = Terminal::of(far, &[], 30, 100);
    terminal.wait_for("$ ", seconds(5));
    terminal.send("\"$VIGIE\" demo --orders-per-minute 60\r");
    terminal.wait_for(UP, seconds(20));
    terminal.send("q");
    terminal.wait_until("the prompt", seconds(20), has_prompt);
    terminal.send("exit\r");
    terminal.ended(seconds(5));
    assert!(!terminal.screen().contains("0n"), "{}", terminal.screen());
    terminal.assert_restored();
}

#[test]
fn each_terminal_gets_what_it_knows() {
    let linux = Terminal::of(named(&[("TERM", "linux")]), &QUIET, 30, 100);
    let screen = linux.wait_for(UP, seconds(10));
    assert!(!screen.contains(['▁', '▂', '▃', '▅', '▆', '▇', '●', '✘', '…']), "not in the console's font:\n{screen}");
    assert!(screen.contains('│'));
    assert_eq!(linux.switches().modes(), ["?7=false", "?25=false"], "the console knows no other");
    let raw = String::from_utf8_lossy(&linux.quit()).into_owned();
    assert!(!raw.contains("\x1b[38;") && !raw.contains("\x1b]"), "sixteen colours, no strings");

    let vt = Terminal::of(named(&[("TERM", "vt100")]), &QUIET, 24, 80);
    let screen = vt.wait_for(UP, seconds(10));
    assert!(screen.is_ascii(), "{screen}");
    assert_eq!(vt.switches().modes(), ["?7=false"], "a vt100 cannot even hide its cursor");
    vt.quit();

    for env in [&[("TERM", "dumb")][..], &[]] {
        let mut none = Terminal::of(named(env), &QUIET, 24, 80);
        assert_eq!(none.ended(seconds(10)), 1);
        let said = none.wait_for("--no-ui", seconds(5));
        assert!(said.contains("TERM"), "{said}");
        none.assert_restored();
    }
}
