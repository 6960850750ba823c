//! A link that takes little.

use super::{ESC, LOWER, UP};
use crate::support::{Nature, Terminal, XTERM, seconds};
use std::time::{Duration, Instant};

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
    std::thread::sleep(seconds(2)); // the first frames
    let rate = bytes_in(&terminal, seconds(6));
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
    let spent = bytes_in(&terminal, seconds(5));
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
