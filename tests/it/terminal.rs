//! The real program in a pseudo-terminal, on its demo: drawn, steered, and gone without a trace.

use crate::support::{Nature, Terminal, XTERM, folder, seconds};
use std::time::{Duration, Instant};

/// On every Overview that has figures: the first rows of its table.
const UP: &str = "delivery.";
/// Esc as terminals write it that tell it from the beginning of a sequence: nothing has to be waited for.
const ESC: &str = "\x1b[27u";
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

const fn named(term: &'static [(&'static str, &'static str)]) -> Nature {
    Nature { env: term, ..XTERM }
}

/// Every key of the table that leads to a screen, drills down, opens or closes something.
#[test]
fn a_tour_through_every_screen_leaves_the_terminal_whole() {
    let mut terminal = demo(40, 120);
    terminal.wait_for(UP, seconds(10));
    let mut seen = std::collections::BTreeSet::new();
    for screen in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] {
        for keys in
            ["", "j", "\r", "\t", "s", "S", "z", "z", "G", "gg", ESC, ESC, "\x1b[B", "\x1bOA", "\x1b[6~", "+", "-", "/a\x1b[27u"]
        {
            terminal.send(if keys.is_empty() { screen } else { keys });
        }
        // The answer to a key is a frame; the last of them stands when the footer's clock of frames rests on this screen.
        terminal.send(screen);
        let shown = terminal.wait_until("the screen", seconds(5), |s| s.contains("vigie") && s.lines().count() > 30);
        seen.insert(shown.lines().nth(1).unwrap_or_default().to_owned());
    }
    for keys in ["?", "jjG", ESC, ":", "orders\x1b[27u", " ", " ", "T", "T", "U", "U", "y", "\x0c", "\x1b[200~q pasted\x1b[201~"] {
        terminal.send(keys);
    }
    for (rows, cols) in [(1, 1), (3, 500), (200, 500), (15, 60), (40, 120)] {
        terminal.resize(rows, cols);
        std::thread::sleep(Duration::from_millis(70)); // a storm of resizes is one to the program
    }
    terminal.send("1");
    terminal.wait_for(LOWER, seconds(10));
    terminal.quit();
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

    let terminal = Terminal::start(&["demo", "--no-mouse"], 30, 100);
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
    terminal.send("\"$VIGIE\" demo\r");
    terminal.wait_for(UP, seconds(15));
    assert_ne!(terminal.line(), shell, "raw mode");
    for stop in ["\x1a", "outside"] {
        match stop {
            "outside" => drop(std::process::Command::new("pkill").args(["-TSTP", "-P", &terminal.pid().to_string()]).status()),
            key => terminal.send(key),
        }
        terminal.wait_until("the shell's word", seconds(5), |s| s.contains("Stopped") || s.contains("Suspended"));
        assert_eq!(terminal.switches().left(), Vec::<String>::new());
        terminal.send("echo in the shell\r");
        terminal.wait_until("an echo", seconds(5), |s| s.lines().any(|l| l.trim() == "in the shell"));
        terminal.send("fg\r");
        terminal.wait_until("the dashboard", seconds(10), |s| s.contains(UP) && !s.contains("in the shell"));
    }
    terminal.send("q");
    terminal.wait_until("the prompt", seconds(20), |s| s.trim_end().ends_with('$'));
    assert_eq!(terminal.switches().left(), Vec::<String>::new());
    terminal.send("exit\r");
    terminal.ended(seconds(5));
    terminal.assert_restored();
}

#[test]
fn a_panic_gives_the_terminal_back_and_says_why() {
    let mut terminal = Terminal::start(&["demo", "--panic"], 30, 100);
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
    let terminal = Terminal::of(Nature { answers: None, ..XTERM }, &["demo"], 40, 120);
    terminal.wait_for("vigie", seconds(5));
    eprintln!("mute: first frame after {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
    terminal.wait_for(LOWER, seconds(10));
    let raw = String::from_utf8_lossy(&terminal.quit()).into_owned();
    assert!(!raw.contains("\x1b[?2026h"), "nobody said that it knows synchronized updates");

    let mut terminal = Terminal::of(Nature { answers: Some(seconds(2)), ..XTERM }, &["demo"], 40, 120);
    terminal.wait_for(LOWER, seconds(10));
    terminal.send("3");
    terminal.wait_until("the groups", seconds(5), |s| !s.contains(LOWER));
    terminal.send("1");
    let screen = terminal.wait_for(LOWER, seconds(10));
    assert!(!screen.contains("0n"), "{screen}");
    terminal.quit();
}

#[test]
fn each_terminal_gets_what_it_knows() {
    let linux = Terminal::of(named(&[("TERM", "linux")]), &["demo"], 30, 100);
    let screen = linux.wait_for(UP, seconds(10));
    assert!(!screen.contains(['▁', '▂', '▃', '▅', '▆', '▇', '●', '✘', '…']), "not in the console's font:\n{screen}");
    assert!(screen.contains('│'));
    assert_eq!(linux.switches().modes(), ["?7=false", "?25=false"], "the console knows no other");
    let raw = String::from_utf8_lossy(&linux.quit()).into_owned();
    assert!(!raw.contains("\x1b[38;") && !raw.contains("\x1b]"), "sixteen colours, no strings");

    let vt = Terminal::of(named(&[("TERM", "vt100")]), &["demo"], 24, 80);
    let screen = vt.wait_for(UP, seconds(10));
    assert!(screen.is_ascii(), "{screen}");
    assert_eq!(vt.switches().modes(), ["?7=false"], "a vt100 cannot even hide its cursor");
    vt.quit();

    for env in [&[("TERM", "dumb")][..], &[]] {
        let mut none = Terminal::of(named(env), &["demo"], 24, 80);
        assert_eq!(none.ended(seconds(10)), 1);
        let said = none.wait_for("--no-ui", seconds(5));
        assert!(said.contains("TERM"), "{said}");
        none.assert_restored();
    }
}

#[test]
fn the_title_is_put_back() {
    let terminal = Terminal::start(&["demo", "--title"], 30, 100);
    terminal.wait_for(UP, seconds(10));
    let raw = String::from_utf8_lossy(&terminal.quit()).into_owned();
    assert!(raw.contains("\x1b[22;2t") && raw.contains("\x1b]2;vigie · demo · "), "title set");
}

/// The bytes that a terminal got in that time.
fn bytes_in(terminal: &Terminal, time: Duration) -> f64 {
    let (before, at) = (terminal.bytes(), Instant::now());
    std::thread::sleep(time);
    (terminal.bytes() - before) as f64 / at.elapsed().as_secs_f64()
}

#[test]
fn what_is_said_to_be_slow_costs_less_than_2_kilobytes_a_second() {
    let terminal = Terminal::start(&["demo", "--slow"], 40, 120);
    let screen = terminal.wait_for(LOWER, seconds(15));
    assert!(screen.contains("SLOW"), "{screen}");
    std::thread::sleep(seconds(4)); // the first frames
    let rate = bytes_in(&terminal, seconds(10));
    eprintln!("--slow at 120x40: {rate:.0} bytes/s");
    assert!(rate > 50.0 && rate < 2_000.0, "{rate} bytes/s");
    terminal.quit();
}

#[test]
fn a_slow_line_is_found_and_keys_are_answered_on_it() {
    let rate = 960;
    let mut terminal = Terminal::of(Nature { rate: Some(rate), ..XTERM }, &["demo"], 24, 80);
    terminal.wait_for("SLOW", seconds(30));
    terminal.wait_for(UP, seconds(30));
    let spent = bytes_in(&terminal, seconds(8));
    let mut waits = Vec::new();
    for (key, sign) in [("?", "on every screen"), (ESC, UP), ("?", "on every screen"), (ESC, UP)] {
        let (at, before) = (Instant::now(), terminal.screen());
        terminal.send(key);
        terminal.wait_until("the first sign of the key", seconds(10), |s| s != before);
        waits.push(at.elapsed().as_millis());
        terminal.wait_for(sign, seconds(20));
    }
    eprintln!("9,600 baud, 80x24: {spent:.0} bytes/s of figures, first sign of a key after {waits:?} ms");
    assert!(spent < f64::from(rate) * 0.8, "{spent} bytes/s");
    let at = Instant::now();
    terminal.send("q");
    terminal.ended(seconds(5));
    assert!(at.elapsed() < seconds(3), "quitting waits for no frame: {:?}", at.elapsed());
    terminal.assert_restored();
}
