//! Alerts leave the real binary: to web servers, with TLS and without, and to a command.

mod certificate;

use crate::support::{assert_conforms, at, seconds, vigie, vigie_with};
use certificate::Certificate;
use serde_json::Value;
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// A web server that takes everything; the bodies come out.
fn server(greet: impl Fn(TcpStream) -> Option<Box<dyn Talk>> + Send + 'static) -> (SocketAddr, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let (send, bodies) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let Some(mut stream) = greet(stream) else { continue };
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
    (address, bodies)
}

/// A connection, with TLS or without.
trait Talk: Read + Write {}
impl<T: Read + Write> Talk for T {}

fn plain() -> (SocketAddr, Receiver<Value>) {
    server(|stream| Some(Box::new(stream)))
}

fn secure(certificate: &Certificate) -> (SocketAddr, Receiver<Value>) {
    let acceptor = certificate.acceptor();
    // A client that does not trust us breaks off.
    server(move |stream| acceptor.accept(stream).ok().map(|stream| Box::new(stream) as Box<dyn Talk>))
}

fn outlet(snapshot: &Value, name: &str) -> Value {
    let outlets = at(snapshot, "/outlets").as_array().expect("a list");
    outlets.iter().find(|o| o["name"] == name).unwrap_or_else(|| panic!("no outlet {name}: {outlets:?}")).clone()
}

#[test]
fn what_fires_in_the_demo_reaches_each_outlet_that_can_be_trusted_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (config, got, trusted) =
        (folder.path().join("config.toml"), folder.path().join("got.ndjson"), folder.path().join("ca.pem"));
    let (ca, strangers) = (Certificate::authority("ours"), Certificate::authority("not ours"));
    std::fs::write(&trusted, ca.pem()).expect("a file");
    let (hook, bodies) = plain();
    let (safe, safe_bodies) = secure(&ca.signs("127.0.0.1"));
    let (stranger, strange_bodies) = secure(&strangers.signs("127.0.0.1"));
    let (other, other_bodies) = secure(&ca.signs("192.0.2.7"));
    // Every record is older than 0 ms when it arrives.
    let mut told = "[rules.latency]\np99_warning_ms = 0\nraise_after_s = 0.0\n".to_owned();
    for (name, scheme, address) in
        [("hook", "http", hook), ("safe", "https", safe), ("stranger", "https", stranger), ("other", "https", other)]
    {
        told += &format!("[[outlets]]\nname = \"{name}\"\nwebhook = \"{scheme}://{address}/s3cret\"\n");
    }
    told += &format!("[[outlets]]\nname = \"file\"\ncommand = [\"tee\", \"-a\", \"{}\"]\n", got.display());
    std::fs::write(&config, told).expect("a file");
    let config = config.display().to_string();
    let args = ["demo", "--orders-per-minute", "60", "--no-ui", "--for", "15s", "--config", &config, "--send-alerts"];
    let ran = vigie_with(&args, |command| _ = command.env("SSL_CERT_FILE", &trusted), seconds(60));
    let snapshot = ran.good_json();
    assert_conforms(&snapshot);
    for name in ["hook", "safe", "file"] {
        let outlet = outlet(&snapshot, name);
        assert!(outlet["sent"].as_u64() > Some(0) && outlet["failed"] == 0, "{outlet}");
    }
    // Refused is no loss: it waits for a certificate that is put right, and is counted.
    for (name, why) in [("stranger", "its certificate is refused: "), ("other", "IP address mismatch")] {
        let outlet = outlet(&snapshot, name);
        assert!(outlet["sent"] == 0 && outlet["dropped"] == 0, "{outlet}");
        assert!(outlet["failed"].as_u64() > Some(0) && outlet["waiting"].as_u64() > Some(0), "{outlet}");
        let error = outlet["error"].as_str().expect("a reason");
        assert!(error.contains(why) && error.contains("SSL_CERT_FILE") && !error.contains("s3cret"), "{error}");
    }
    assert_eq!(
        (strange_bodies.try_iter().count(), other_bodies.try_iter().count()),
        (0, 0),
        "nothing was said to whom nobody trusts"
    );
    for bodies in [bodies, safe_bodies] {
        let sent: Vec<Value> = bodies.try_iter().collect();
        let first = sent.iter().find(|b| b["rule"] == "topic-latency").expect("a latency alert");
        assert_eq!((first["state"].as_str(), first["cluster"].as_str()), (Some("firing"), Some("demo")));
        assert!(first["message"].as_str().is_some_and(|m| m.starts_with("p99 ")), "{first}");
        let keys: HashSet<_> = sent.iter().map(|b| (b["key"].to_string(), b["state"].to_string())).collect();
        assert_eq!(keys.len(), sent.len(), "a message came twice");
    }
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
