//! SASL OAUTHBEARER: tokens from a file and from a command, and their renewal. The broker closes connections whose token has expired.

use super::security::secured;
use crate::kafka::kcat_lines;
use crate::needs;
use crate::support::{Watch, at, folder, group, int, seconds, text, topic, vigie};
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

const LOGIN: [&str; 2] = ["-X", "security.protocol=SASL_PLAINTEXT"];
/// How long the first tokens hold, in seconds. librdkafka fetches a new one after 80 % of it, and shows it to the broker after 90 %: much
/// shorter ones are shown too late, and their connections made anew.
const SHORT: u64 = 30;

/// Prints a token of the observer, which nobody has signed, and notes that it was asked for.
fn script(notes: &Path) -> String {
    let payload = format!(r#"printf '{{"sub":"observer","exp":%s}}' $(($(date +%s) + {SHORT}))"#);
    let encode = "base64 | tr -d '\\n=' | tr '+/' '-_'";
    format!("echo asked >> '{}'; printf 'eyJhbGciOiJub25lIn0.%s.' $({payload} | {encode})", notes.display())
}

/// Writes such a token into a file, in one piece.
fn write_token(file: &Path, holds_s: i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() as i64;
    let payload = format!(r#"{{"sub":"observer","exp":{}}}"#, now + holds_s);
    let new = file.with_extension("new");
    std::fs::write(&new, format!("eyJhbGciOiJub25lIn0.{}.", base64url(payload.as_bytes()))).expect("a file");
    std::fs::rename(new, file).expect("in its place");
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bit = |i: usize| bytes.get(i / 8).is_some_and(|b| b >> (7 - i % 8) & 1 == 1);
    let digit = |d: usize| (0..6).fold(0, |sum, i| sum * 2 + usize::from(bit(d * 6 + i)));
    (0..(bytes.len() * 8).div_ceil(6)).map(|d| DIGITS[digit(d)] as char).collect()
}

/// Watches beyond the life of the first token: never a word of trouble, and what is produced after it is read.
fn watch_beyond(token: &[&str], renew: impl FnOnce()) {
    let kafka = secured();
    let name = crate::support::unique("tokens");
    crate::kafka::create_topic(&kafka.address(), &name, 1, &[]);
    let args = [&LOGIN[..], token, &["--topics", &name, "--groups", "guarded-group"]].concat();
    let mut watch = Watch::start(&kafka.oauth_address(), &args);
    let begun = Instant::now();
    let line = watch.until("the connection", seconds(15), |line| {
        at(line, "/source/state") == "connected" && topic(line, &name).is_some() && group(line, "guarded-group").is_some()
    });
    assert_eq!(int(group(&line, "guarded-group").expect("the group"), "/lag/records"), 6);
    renew();
    let mut states = Vec::new();
    watch.until("the token's end", seconds(2 * SHORT), |line| {
        states.push(text(line, "/source/state").to_owned());
        begun.elapsed() > seconds(SHORT + 6)
    });
    assert!(states.iter().all(|state| state == "connected"), "{states:?}");
    kcat_lines(&kafka.address(), &name, &[], (0..10).map(|n| format!("k{n}:v")));
    watch.until("the records after it", seconds(10), |line| {
        topic(line, &name).is_some_and(|t| int(t, "/records/seen") == 10) && at(line, "/source/state") == "connected"
    });
    let (_, err) = watch.stop();
    assert!(!err.contains("eyJ"), "a token was shown: {err}");
}

#[test]
fn a_token_command_is_asked_again_before_its_token_expires() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let folder = folder("tokens");
    let notes = folder.path().join("asked");
    let asked = || std::fs::read_to_string(&notes).map_or(0, |text| text.lines().count());
    let mut first = 0;
    watch_beyond(&["--token-command", &script(&notes)], || first = asked());
    assert!(first > 0 && asked() >= 2 * first, "asked {first} times at the start, {} in all", asked());
}

#[test]
fn a_token_file_is_read_again_before_its_token_expires() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let folder = folder("tokens");
    let file = folder.path().join("token");
    write_token(&file, SHORT as i64);
    watch_beyond(&["--token-file", &file.display().to_string()], || write_token(&file, 3_600));
}

#[test]
fn a_token_that_has_expired_is_told() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let folder = folder("tokens");
    let file = folder.path().join("token");
    write_token(&file, -5);
    let brokers = secured().oauth_address();
    let file = file.display().to_string();
    let ran = vigie(&[&["snapshot", "-b", &brokers, "--token-file", &file, "--for", "2s"][..], &LOGIN].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let reason = text(&ran.json(), "/source/reason").to_lowercase();
    assert!(reason.contains("token") && reason.contains("expired"), "{reason}");
    assert!(!ran.words().contains("eyj"), "a token was shown: {ran:?}");
}
