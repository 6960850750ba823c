//! Alerts leave the real binary: to web servers, with TLS and without, and to a command.

mod certificate;
mod hook;

use crate::support::{assert_conforms, at, seconds, vigie, vigie_until};
use certificate::Certificate;
use serde_json::Value;
use std::collections::HashSet;

pub use hook::Hook;

fn outlet(snapshot: &Value, name: &str) -> Value {
    let outlets = at(snapshot, "/outlets").as_array().expect("a list");
    outlets.iter().find(|o| o["name"] == name).unwrap_or_else(|| panic!("no outlet {name}: {outlets:?}")).clone()
}

/// Every topic whose records are looked at has a share of failed ones above this: a rule that speaks however far vigie itself is
/// behind, as on a machine that has no time for it. Silence, latency and all that does not come are not judged then.
const SPEAKS_ALWAYS: &str = "[rules.errors]\nwarning = -1.0\nleast_records = 1\nraise_after_s = 0.0\n";
const RULE: &str = "topic-errors";

#[test]
fn what_fires_in_the_demo_reaches_each_outlet_that_can_be_trusted_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (config, got, trusted) =
        (folder.path().join("config.toml"), folder.path().join("got.ndjson"), folder.path().join("ca.pem"));
    let (ca, strangers) = (Certificate::authority("ours"), Certificate::authority("not ours"));
    std::fs::write(&trusted, ca.pem()).expect("a file");
    let mut hook = Hook::plain();
    let mut safe = Hook::secure(&ca.signs("127.0.0.1"));
    let mut refused = [Hook::secure(&strangers.signs("127.0.0.1")), Hook::secure(&ca.signs("192.0.2.7"))];
    let mut told = SPEAKS_ALWAYS.to_owned();
    let [stranger, other] = [refused[0].address(), refused[1].address()];
    for (name, scheme, address) in [
        ("hook", "http", hook.address()),
        ("safe", "https", safe.address()),
        ("stranger", "https", stranger),
        ("other", "https", other),
    ] {
        told += &format!("[[outlets]]\nname = \"{name}\"\nwebhook = \"{scheme}://{address}/s3cret\"\n");
    }
    told += &format!("[[outlets]]\nname = \"file\"\ncommand = [\"tee\", \"-a\", \"{}\"]\n", got.display());
    std::fs::write(&config, told).expect("a file");
    let config = config.display().to_string();
    let args = ["demo", "--orders-per-minute", "60", "--no-ui", "--for", "10m", "--config", &config, "--send-alerts"];
    // The second message begins when the first was answered. Those who are refused try again after it: by then it is counted, too.
    let lines = || std::fs::read_to_string(&got).map_or(0, |text| text.matches(RULE).count());
    let mut tried = None;
    let mut happened = || {
        let all = hook.bodies().len() > 1 && safe.bodies().len() > 1 && lines() > 1 && refused.iter().all(|r| r.tries() > 1);
        let tries = refused.each_ref().map(Hook::tries);
        let before = *tried.get_or_insert(tries);
        if !all {
            tried = None;
        }
        all && tries.iter().zip(before).all(|(now, before)| *now > before)
    };
    let ran = vigie_until(&args, |command| _ = command.env("SSL_CERT_FILE", &trusted), seconds(120), &mut happened);
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
    for refused in &mut refused {
        assert_eq!(refused.bodies().len(), 0, "nothing was said to whom nobody trusts");
    }
    for mut trusted in [hook, safe] {
        let sent = trusted.bodies();
        let first = sent.iter().find(|b| b["rule"] == RULE).expect("an alert of that rule");
        assert_eq!((first["state"].as_str(), first["cluster"].as_str()), (Some("firing"), Some("demo")));
        assert!(first["message"].as_str().is_some_and(|m| m.contains("of records failed")), "{first}");
        let keys: HashSet<_> = sent.iter().map(|b| (b["key"].to_string(), b["state"].to_string())).collect();
        assert_eq!(keys.len(), sent.len(), "a message came twice");
    }
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
