//! Alerts leave the real binary: to a web server and to a command, each once.

use crate::support::{assert_conforms, at, vigie};
use serde_json::Value;
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

/// A web server that takes everything; the bodies come out.
fn server() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("its address"));
    let (send, bodies) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let (mut text, mut bytes) = (String::new(), [0; 65_536]);
            while let Ok(n @ 1..) = stream.read(&mut bytes) {
                text.push_str(&String::from_utf8_lossy(&bytes[..n]));
                if text.ends_with('}') {
                    break;
                }
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            let body = text.split("\r\n\r\n").nth(1).and_then(|body| serde_json::from_str(body).ok());
            if body.is_some_and(|body| send.send(body).is_err()) {
                return;
            }
        }
    });
    (url, bodies)
}

#[test]
fn what_fires_in_the_demo_reaches_a_webhook_and_a_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let (config, got) = (folder.path().join("config.toml"), folder.path().join("got.ndjson"));
    let (url, bodies) = server();
    // Every record is older than 0 ms when it arrives.
    let rules = "[rules.latency]\np99_warning_ms = 0\nraise_after_s = 0.0\n";
    let outlets = format!(
        "[[outlets]]\nname = \"hook\"\nwebhook = \"{url}\"\n[[outlets]]\nname = \"file\"\ncommand = [\"tee\", \"-a\", \"{}\"]\n",
        got.display()
    );
    std::fs::write(&config, format!("{rules}{outlets}")).expect("a file");
    let config = config.display().to_string();
    let ran = vigie(&["demo", "--no-ui", "--for", "25s", "--config", &config, "--send-alerts"]);
    let snapshot = ran.good_json();
    assert_conforms(&snapshot);
    for outlet in at(&snapshot, "/outlets").as_array().expect("a list") {
        assert!(outlet["sent"].as_u64() > Some(0) && outlet["failed"] == 0, "{outlet}");
    }
    let sent: Vec<Value> = bodies.try_iter().collect();
    let first = sent.iter().find(|b| b["rule"] == "topic-latency").expect("a latency alert");
    assert_eq!((first["state"].as_str(), first["cluster"].as_str()), (Some("firing"), Some("demo")));
    assert!(first["message"].as_str().is_some_and(|m| m.starts_with("p99 ")), "{first}");
    let keys: HashSet<_> = sent.iter().map(|b| (b["key"].to_string(), b["state"].to_string())).collect();
    assert_eq!(keys.len(), sent.len(), "a message came twice");
    let told = std::fs::read_to_string(&got).expect("what the command got");
    assert!(told.contains("\"rule\":\"topic-latency\""), "{told}");
}

#[test]
fn without_outlets_nothing_can_be_sent_and_that_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "fps = 4\n").expect("a file");
    let config = config.display().to_string();
    let ran = vigie(&["demo", "--no-ui", "--config", &config, "--send-alerts"]);
    assert!(ran.code == Some(2) && ran.err.contains("no [[outlets]]"), "{ran:?}");
}
