//! What is told outside of the screen, by the raw bytes: only where it was asked for.

use super::{UP, demo_with};
use crate::support::{TempFolder, Terminal, folder, seconds};

/// Every record is older than 0 ms when it arrives: many topics turn critical at once.
const CRITICAL: &str = "[rules.latency]\np99_warning_ms = 0\np99_critical_ms = 0\nraise_after_s = 0.0\n";

fn critical(more: &[&str]) -> (Terminal, TempFolder) {
    let folder = folder("outside");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, CRITICAL).expect("a file");
    (demo_with(&[&["--config", &config.display().to_string()], more].concat(), 40, 120), folder)
}

/// All that the terminal got, up to some seconds in which critical alerts stood on the screen.
fn told(more: &[&str]) -> String {
    let (terminal, _folder) = critical(more);
    terminal.wait_until("a critical alert", seconds(30), |s| s.contains("✘ ") && s.contains("critical p99 "));
    let shown = terminal.bytes();
    terminal.wait_until("figures after it", seconds(10), |_| terminal.bytes() > shown + 4_000);
    String::from_utf8_lossy(&terminal.quit()).into_owned()
}

/// Strings for the terminal itself (OSC), without their ends.
fn strings(raw: &str) -> Vec<&str> {
    let whole = |rest: &'_ str| rest.find(['\x07', '\x1b']).unwrap_or(rest.len());
    raw.split("\x1b]").skip(1).map(|rest| &rest[..whole(rest)]).collect()
}

/// Bells that end no string.
fn bells(raw: &str) -> usize {
    raw.matches('\x07').count()
        - raw.split("\x1b]").skip(1).filter(|rest| rest[..rest.find('\x1b').unwrap_or(rest.len())].contains('\x07')).count()
}

#[test]
fn nobody_is_told_outside_of_the_screen_who_did_not_ask() {
    let raw = told(&[]);
    assert_eq!((strings(&raw), bells(&raw)), (Vec::new(), 0));
    assert!(!raw.contains("\x1b[22;2t"), "no title is put away either");
}

#[test]
fn a_new_critical_alert_rings_once() {
    let raw = told(&["--notify", "bell"]);
    assert_eq!((strings(&raw), bells(&raw)), (Vec::new(), 1), "many alerts at once are one bell");
}

#[test]
fn a_new_critical_alert_is_a_notification_of_names_only() {
    for (how, begins) in [("osc9", "9;vigie demo: critical: "), ("osc777", "777;notify;vigie demo;critical: ")] {
        let raw = told(&["--notify", how]);
        let (strings, bells) = (strings(&raw), bells(&raw));
        assert!(strings.len() == 1 && bells == 0, "{how}: {strings:?}, {bells} bells");
        let said = strings[0].strip_prefix(begins).unwrap_or_else(|| panic!("{how}: {strings:?}"));
        assert!(said.contains(" topic-latency") && said.is_ascii(), "a topic and a rule: {said:?}");
    }
}

#[test]
fn the_title_counts_critical_alerts_and_is_put_back() {
    let (terminal, _folder) = critical(&["--title"]);
    let counted = |raw: &[u8]| {
        let raw = String::from_utf8_lossy(raw).into_owned();
        strings(&raw).iter().any(|s| s.starts_with("2;vigie · demo · ") && s.ends_with(" critical"))
    };
    terminal.wait_for(UP, seconds(20));
    terminal.wait_until("the title", seconds(30), |_| counted(&terminal.raw()));
    let raw = String::from_utf8_lossy(&terminal.quit()).into_owned();
    let (put_away, set) = (raw.find("\x1b[22;2t"), raw.find("\x1b]2;"));
    assert!(put_away < set && put_away.is_some(), "the title from before is put away first");
    assert!(raw.rfind("\x1b[23;2t") > raw.rfind("\x1b]2;"), "and put back at the very end");
    assert!(strings(&raw).iter().all(|s| s.starts_with("2;")) && bells(&raw) == 0);
}
