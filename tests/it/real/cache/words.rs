//! What is wrong with Redis is told in words, and is nobody's end.

use super::{QUICK, quick};
use crate::kafka::{Kafka, create_topic, kcat_lines};
use crate::needs;
use crate::real::state::contents::Store;
use crate::real::state::processes::Consumer;
use crate::redis::{PASSWORD, Redis};
use crate::support::{folder, seconds, wait_for};

#[test]
fn each_refusal_has_its_words_and_the_state_goes_on() {
    needs!(Kafka, Kcat, Openssl, Redis);
    let (own, plain, folder) = (Kafka::start(quick()), Redis::start(), folder("words"));
    let (secured, certificates) = Redis::secured();
    let brokers = own.address();
    create_topic(&brokers, "orders.created", 1, &[]);
    kcat_lines(&brokers, "orders.created", &[], [r#"A1:{"id":"A1"}"#.to_owned()]);
    let password = PASSWORD.replace(' ', "%20");
    let tls = |host: &str, query: &str| secured.url(query).replace("redis://", "rediss://").replace("127.0.0.1", host);
    let (ours, other) = (certificates.authority_file(), certificates.other_authority_file());
    // As docs/configuration.md has it, and one that may nothing.
    let rights = "~vigie:* &vigie:* +@read +@write +publish +evalsha +script|load +select";
    plain.ask(&[&["ACL", "SETUSER", "vigie", "on", ">falsch"][..], &rights.split(' ').collect::<Vec<_>>()].concat());
    plain.ask(&["ACL", "SETUSER", "guest", "on", ">falsch"]);
    let of_user = |user: &str| plain.url("").replace(&format!(":{password}@"), &format!("{user}:falsch@"));
    let cases = [
        (of_user("vigie"), ""),
        (of_user("guest"), "NOPERM"),
        (plain.url("").replace(&password, "falsch"), "WRONGPASS"),
        (plain.url("").replace(&format!(":{password}@"), ""), "NOAUTH"),
        (plain.url("").replace("/0", "/99"), "databases"),
        (plain.url("").replace("redis://", "rediss://"), "if it knows no TLS"),
        (secured.url(""), "rediss://"),
        (tls("localhost", ""), "sslrootcert"),
        (tls("localhost", &format!("?sslrootcert={other}")), "sslrootcert"),
        (tls("localhost", &format!("?sslrootcert={ours}")), ""),
        (plain.url("x"), "number"),
    ];
    for (at, (address, word)) in cases.iter().enumerate() {
        let (store, log) = (Store::Sqlite(folder.path().join(format!("{at}.db"))), folder.path().join(format!("{at}.log")));
        let file = std::fs::File::create(&log).expect("a file");
        let group = format!("words-{at}");
        let args = [&["--cache", address, "--group", &group, "--log", "info"][..], &QUICK].concat();
        let consumer = Consumer::start_telling(&brokers, &store, &args, file.into());
        let read = || std::fs::read_to_string(&log).unwrap_or_default();
        if *word == "number" {
            wait_for("a refusal at the start", seconds(20), || read().contains("number").then_some(()));
            assert_eq!(consumer.wait(), Some(2), "{}", read());
        } else {
            let told = if word.is_empty() { "the cache has what is active" } else { word };
            wait_for(&format!("{told:?} of {address}"), seconds(30), || {
                let log = read();
                assert!(!log.contains("Usage"), "{log}");
                log.contains(told).then_some(())
            });
            wait_for("the state", seconds(30), || (store.applied() == 1).then_some(()));
            assert_eq!(consumer.stop(), Some(0));
        }
        let log = read();
        assert!(!log.contains(PASSWORD) && !log.contains(&password) && !log.contains("falsch"), "a password was shown: {log}");
    }
}
