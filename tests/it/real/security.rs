//! TLS, SASL and permissions: what a read-only user sees, and each refusal in plain words.

use crate::kafka::{self, Kafka, create_topic, kafkajs, kcat_count, kcat_group, kcat_lines};
use crate::needs;
use crate::support::{Ran, TempFolder, Watch, assert_conforms, at, folder, group, int, seconds, text, topic, vigie};
use serde_json::json;

/// The secured cluster with its users, its rules, a topic of ten records and a group that read four of them.
pub(super) fn secured() -> &'static Kafka {
    use std::sync::OnceLock;
    static MADE: OnceLock<()> = OnceLock::new();
    let kafka = kafka::secured();
    MADE.get_or_init(|| {
        let brokers = kafka.address();
        let rule = |who: &str, kind: &str, name: &str, operations: &[&str]| {
            json!({"principal": format!("User:{who}"), "kind": kind, "name": name, "operations": operations})
        };
        let rules: Vec<_> = ["observer", "CN=client"]
            .iter()
            .flat_map(|who| {
                [
                    rule(who, "TOPIC", "*", &["DESCRIBE", "READ", "DESCRIBE_CONFIGS"]),
                    rule(who, "GROUP", "*", &["DESCRIBE"]),
                    rule(who, "CLUSTER", "kafka-cluster", &["DESCRIBE", "DESCRIBE_CONFIGS"]),
                ]
            })
            .collect();
        kafkajs(&brokers, "allow", json!({"rules": rules}));
        create_topic(&brokers, "guarded", 1, &[]);
        kcat_lines(&brokers, "guarded", &[], (0..10).map(|n| format!("k{n}:{{}}")));
        kcat_group(&brokers, "guarded-group", "guarded", 4);
        assert_eq!(kcat_count(&brokers, "guarded"), 10);
    });
    kafka
}

/// A file of librdkafka properties, as `-F` takes it.
fn properties(lines: &[(&str, &str)]) -> (TempFolder, String) {
    let folder = folder("properties");
    let path = folder.path().join("client.properties");
    let text: String = lines.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    std::fs::write(&path, text).expect("a file");
    let path = path.display().to_string();
    (folder, path)
}

fn sasl<'a>(user: &'a str, password: &'a str, mechanism: &'a str, authority: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("security.protocol", "SASL_SSL"),
        ("sasl.mechanisms", mechanism),
        ("sasl.username", user),
        ("sasl.password", password),
        ("ssl.ca.location", authority),
    ]
}

fn snapshot(brokers: &str, settings: &[(&str, &str)]) -> Ran {
    let (_folder, file) = properties(settings);
    let args = [
        "snapshot",
        "-b",
        brokers,
        "-F",
        &file,
        "--topics",
        "guarded",
        "--groups",
        "*",
        "--from",
        "beginning",
        "--yes",
        "--for",
        "2s",
    ];
    vigie(&args)
}

/// The cluster was not reached, and the words that a person needs are there.
fn assert_refused(ran: &Ran, any_of: &[&str]) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let snapshot = ran.json();
    assert_conforms(&snapshot);
    assert_eq!(text(&snapshot, "/source/state"), "down");
    assert_told(ran, any_of);
}

fn assert_told(ran: &Ran, any_of: &[&str]) {
    let reason = text(&ran.json(), "/source/reason").to_lowercase();
    assert!(any_of.iter().any(|word| reason.contains(word)), "none of {any_of:?} in {reason:?}\n{}", ran.err);
    assert!(!reason.contains("transport failure"), "the library's last word is not ours: {reason}");
    assert!(!ran.words().contains("-pw"), "a password was shown: {ran:?}");
}

#[test]
fn a_read_only_user_sees_everything() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let kafka = secured();
    let authority = kafka.certificates().authority_file();
    for mechanism in ["SCRAM-SHA-512", "PLAIN"] {
        let ran = snapshot(&kafka.sasl_address(), &sasl("observer", "observer-pw", mechanism, &authority));
        let snapshot = ran.good_json();
        assert_conforms(&snapshot);
        assert_eq!(text(&snapshot, "/source/state"), "connected", "{}", at(&snapshot, "/source"));
        assert_eq!(int(topic(&snapshot, "guarded").expect("the topic"), "/records/seen"), 10);
        assert_eq!(int(group(&snapshot, "guarded-group").expect("the group"), "/lag/records"), 6);
        assert!(!ran.words().contains("observer-pw"), "{ran:?}");
    }
}

#[test]
fn a_client_certificate_is_enough() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let kafka = secured();
    let authority = kafka.certificates().authority_file();
    let (certificate, key) = kafka.certificates().client_files();
    let tls = [("security.protocol", "SSL"), ("ssl.ca.location", authority.as_str())];
    let own = [("ssl.certificate.location", certificate.as_str()), ("ssl.key.location", key.as_str())];
    let snapshot = snapshot(&kafka.tls_address(), &[&tls[..], &own].concat()).good_json();
    assert_eq!(int(topic(&snapshot, "guarded").expect("the topic"), "/records/seen"), 10);

    assert_refused(&self::snapshot(&kafka.tls_address(), &tls), &["client certificate", "certificate"]);
}

#[test]
fn a_refused_login_is_told() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let kafka = secured();
    let authority = kafka.certificates().authority_file();
    for mechanism in ["SCRAM-SHA-512", "PLAIN"] {
        let ran = snapshot(&kafka.sasl_address(), &sasl("observer", "wrong", mechanism, &authority));
        assert_refused(&ran, &["login", "password", "user name"]);
    }
    let ran = snapshot(&kafka.sasl_address(), &sasl("observer", "observer-pw", "SCRAM-SHA-256", &authority));
    assert_refused(&ran, &["mechanism"]);
    assert!(ran.words().contains("scram-sha-512"), "which mechanisms would do? {ran:?}");
}

#[test]
fn a_certificate_of_nobody_is_told() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let kafka = secured();
    let authority = kafka.certificates().other_authority_file();
    let ran = snapshot(&kafka.sasl_address(), &sasl("observer", "observer-pw", "SCRAM-SHA-512", &authority));
    assert_refused(&ran, &["certificate"]);
}

#[test]
fn the_wrong_protocol_is_told() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let kafka = secured();
    let authority = kafka.certificates().authority_file();
    let tls = [("security.protocol", "SSL"), ("ssl.ca.location", authority.as_str())];
    assert_refused(&snapshot(&kafka.tls_address(), &[]), &["tls", "security.protocol"]);
    assert_refused(&snapshot(&kafka.sasl_address(), &[]), &["tls", "security.protocol"]);
    assert_refused(&snapshot(&kafka.address(), &tls), &["tls", "plaintext", "security.protocol"]);
    assert_refused(&snapshot(&kafka.sasl_address(), &tls), &["sasl", "login", "security.protocol"]);
}

#[test]
fn a_missing_permission_is_not_an_empty_cluster() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let kafka = secured();
    let authority = kafka.certificates().authority_file();
    let (_folder, file) = properties(&sasl("stranger", "stranger-pw", "SCRAM-SHA-512", &authority));
    let brokers = kafka.sasl_address();
    let ran = vigie(&["snapshot", "-b", &brokers, "-F", &file, "--for", "2s"]);
    assert_told(&ran, &["permission", "allowed", "acl", "authori"]);
    assert_ne!(text(&ran.json(), "/source/state"), "connected", "{}", at(&ran.json(), "/source"));

    let named = vigie(&["snapshot", "-b", &brokers, "-F", &file, "--topics", "guarded", "--for", "2s"]);
    assert_told(&named, &["permission", "allowed", "acl", "authori"]);
    let doctor = vigie(&["doctor", "-b", &brokers, "-F", &file]);
    assert_ne!(doctor.code, Some(0), "{doctor:?}");
    assert!(["permission", "allowed", "acl"].iter().any(|word| doctor.words().contains(word)), "{doctor:?}");
}

#[test]
fn an_address_that_leads_nowhere_is_named() {
    needs!(OwnKafka, Openssl, Kcat, Kafkajs);
    let kafka = secured();
    let (brokers, nowhere) = kafka.lost_address();
    let mut watch = Watch::start(&brokers, &["--topics", "guarded"]);
    let line = watch.until("the advertised address", seconds(20), |line| {
        line.pointer("/source/reason").and_then(|r| r.as_str()).is_some_and(|r| r.contains(&nowhere.to_string()))
    });
    let reason = text(&line, "/source/reason").to_lowercase();
    assert!(reason.contains("the cluster names") || reason.contains("advertise"), "whose address is it? {reason}");
    assert_ne!(at(&line, "/source/state"), "connected");
}
