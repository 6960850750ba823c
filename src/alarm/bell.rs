use super::post::Failed;
use std::fs::OpenOptions;
use std::io::Write;

/// Rings the terminal that this process runs in: one byte, which no screen shows.
pub fn ring() -> Result<(), Failed> {
    let rung = OpenOptions::new().write(true).open("/dev/tty").and_then(|mut tty| tty.write_all(b"\x07"));
    rung.map_err(|error| Failed { why: format!("no terminal to ring in: {error}"), for_good: true })
}
