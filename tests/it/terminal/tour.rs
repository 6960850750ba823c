//! Through every screen of the demo, each told by what only it shows, and by a row of live data.

use super::{ESC, LOWER, UP, demo, demo_with};
use crate::support::{Terminal, folder, seconds};
use regex::Regex;
use std::time::Duration;

/// A place of the tour: the keys that lead there from the one before, what only it shows, and a row of live data.
struct Stop {
    name: &'static str,
    keys: &'static [&'static str],
    only: &'static str,
    row: &'static str,
}

const fn stop(name: &'static str, keys: &'static [&'static str], only: &'static str, row: &'static str) -> Stop {
    Stop { name, keys, only, row }
}

/// As the regex crate reads them; keys are sent one after the other, a frame between them.
const TOUR: &[Stop] = &[
    stop("Overview", &["1"], "┌ throughput ─.* end-to-end latency ", r"● [a-z]+\.[a-z-]+ +\d[\d.]* [▁-█]+ +\d"),
    stop("two topics", &["j", "x", "j", "x"], "latency over time .* latency over time ", "[░▒▓█] .*│.*[░▒▓█]"),
    stop("topic", &["1", ":", "orders.created", "\r"], "┌ live tail ", r#"CMD-\d+ +\{""#),
    stop("partitions", &[], r"┌ partitions \d+ ─.* read by \d", r"│ +\d +\d 1,2,3 +\d"),
    stop("latency over time", &["\t"; 5], "┌ latency over time ", r"≤\d+ m?s│ .*[░▒▓█]"),
    stop("go to", &["@"], "@ .* last 500  live", r#"CMD-\d+ +\{""#),
    stop("the past of a topic", &["last 40\r"], "not live .*", r"\d@\d+ +CMD-\d+ +\{"),
    stop("a record", &["\r"], r"┌ orders\.created partition \d offset \d+ ", r#""customerId": "CLI-\d+""#),
    stop("groups", &[ESC, "3"], r"┌ groups \d+ · ", r"● billing +\S+ +\d+ +[\d ]+"),
    stop("group", &[":", "billing", "\r"], "┌ group billing ", r"payments\.[a-z]+ +\d+ +\d"),
    stop("orders", &["4"], r"┌ pipeline order .*(?s).*┌ open orders \d+ ", r"CMD-\d{6} +[a-z_]+ +\d"),
    stop("order", &["\r"], r"┌ order CMD-\d+ ", r"order +created +orders\.created/\d@\d+"),
    stop("follow", &["f"], r"┌ follow CMD-\d+ · \d+ records? · live since ", r#"orders\.created +\d@\d+ \{""#),
    stop("deliveries", &["5"], r"┌ map .*┌ deliveries under way \d+ ", r"● LIV-\d+ CMD-\d+ +[a-z_]+"),
    stop("delivery", &["\r"], r"┌ delivery CMD-\d+ ", r"courier LIV-\d+ (?s).* delivery\.assigned/\d@\d"),
    stop("payments", &["6"], r"┌ payments [\d ]+in memory .*┌ by method ", r"PAY-\d+-\d +[a-z]+ +[\d ]+ GNF [a-z_]+"),
    stop("stock", &["7"], r"┌ stock \d+ ", r"● SKU-\d+-\d .* \d+ +20 +\d"),
    stop("customers", &["8"], r"┌ customers \d+ .*from login to purchase ", r"logins +[1-9](?s).*CLI-\d+ +\d+ +\d"),
    stop("messages", &["9"], r"┌ messages 3 ", r"email +\d[\d.]* +\d"),
    stop("cluster", &["0"], r"┌ brokers 3 ", r"127\.0\.0\.1:\d+ +\d+(?s).*eta +\d+ +[\d.]+.*notify +\d+ .*CPU +\d"),
    stop("vigie's own log", &["o"], r"\A.*\n┌ vigie's own log \d+ ", r"\d\d:\d\d:\d\d\.\d{3} +\S+ +\S"),
    stop("alerts", &["a"], r"┌ alerts \d+ firing .*(?s).*┌ outlets 0 ", r"▲ warning .* p99 \d"),
    stop("an alert", &["i"], "┌ ▲ warning ", "rule topic-latency(?s).*what to do"),
    stop("keep quiet", &[ESC, "M"], "┌ keep quiet ", "15 min"),
    stop("help", &[ESC, "?"], "on every screen", r"Esc.*back"),
    stop("palette", &[ESC, ":", "payments"], "> payments", r"payments +6 +screen"),
];

/// Every topic is late at once, so that there is an alert to look at.
const LATE: &str = "[rules.latency]\np99_warning_ms = 0\np99_critical_ms = 3600000\nraise_after_s = 0.0\n";

#[test]
fn every_screen_shows_what_is_its_own_and_live_data() {
    let folder = folder("tour");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, LATE).expect("a file");
    let mut terminal = demo_with(&["--config", &config.display().to_string(), "--log", "info"], 40, 120);
    terminal.wait_for(UP, seconds(20));
    let pattern = |text: &str| Regex::new(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut shown: Vec<(&str, String)> = Vec::new();
    for Stop { name, keys, only, row } in TOUR {
        press(&mut terminal, keys);
        let (only, row) = (pattern(only), pattern(row));
        let screen =
            terminal.wait_until(&format!("{name}: {only}, and {row}"), seconds(30), |s| only.is_match(s) && row.is_match(s));
        shown.push((name, screen));
    }
    // What marks a screen would be no mark if another had it too; what lies over one lets it through.
    let over = ["an alert", "keep quiet", "help", "palette", "go to", "a record", "partitions", "latency over time", "topic"];
    for Stop { name, only, .. } in TOUR {
        let only = pattern(only);
        let others: Vec<_> =
            shown.iter().filter(|(of, s)| of != name && !over.contains(of) && only.is_match(s)).map(|(of, _)| of).collect();
        assert!(others.is_empty() || over.contains(name), "{name} is told by {only}, which {others:?} show too");
    }
    press(&mut terminal, &[ESC]);
    terminal.quit();
}

/// Each key is answered by a frame before the next goes out: what the second means may depend on the first.
fn press(terminal: &mut Terminal, keys: &[&str]) {
    for key in keys {
        let before = terminal.bytes();
        terminal.send(key);
        terminal.wait_until("a frame", seconds(5), |_| terminal.bytes() > before);
    }
}

/// Every key of the table that leads to a screen, drills down, opens or closes something.
#[test]
fn a_storm_of_keys_on_every_screen_leaves_the_terminal_whole() {
    let mut terminal = demo(40, 120);
    terminal.wait_for(UP, seconds(10));
    for screen in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] {
        for keys in
            ["", "j", "\r", "\t", "s", "S", "z", "z", "G", "gg", ESC, ESC, "\x1b[B", "\x1bOA", "\x1b[6~", "+", "-", "/a\x1b[27u"]
        {
            terminal.send(if keys.is_empty() { screen } else { keys });
        }
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
