//! What people do: look at dead letters, produce them again, publish records of their own.

use super::sent::{Store, committed};
use crate::kafka::{Kafka, create_topic, kcat, kcat_lines, shared};
use crate::needs;
use crate::postgres::Postgres;
use crate::real::state::contents;
use crate::real::state::processes::Consumer;
use crate::real::state::{QUICK, quick};
use crate::support::{Ran, folder, seconds, text, unique, vigie, vigie_with, wait_for};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_letter_is_found_shown_and_once_its_reason_is_mended_retried() {
    needs!(Kafka, Kcat);
    let folder = folder("people");
    found_shown_and_retried(&Store::sqlite(folder.path().join("state.db")), folder.path());
}

#[test]
fn so_it_is_in_postgresql() {
    needs!(Kafka, Kcat, Postgres);
    let (server, folder) = (Postgres::start(), folder("people"));
    found_shown_and_retried(&Store(contents::Store::Postgres(server.url(""))), folder.path());
}

fn found_shown_and_retried(store: &Store, folder: &Path) {
    let own = Kafka::start(quick());
    let brokers = own.address();
    create_topic(&brokers, "orders.confirmed", 2, &[]);
    create_topic(&brokers, "vigie.dead-letter", 1, &[("max.message.bytes", "4000")]);
    let address = store.as_state().address();
    // A catalogue that asks for more than the shop sends.
    let strict = folder.join("strict.toml");
    let builtin = include_str!("../../../../src/catalogue/224solutions.toml");
    // Its map's files are in another folder.
    let map = "places = \"conakry/places.toml\"\nbase = \"conakry/coast.geojson\"\n";
    assert!(builtin.contains(map), "the map of the built-in catalogue");
    let builtin = builtin.replace(map, "");
    let (before, after) = builtin.split_once("name = \"orders.confirmed\"").expect("one of the topics");
    let asked = after.replacen("shopId = \"text\"", "shopId = \"text required\"", 1);
    std::fs::write(&strict, format!("{before}name = \"orders.confirmed\"{asked}")).expect("a file");
    let group = unique("people");
    let args = [&["--group", &group][..], &QUICK].concat();
    let with_strict = [&args[..], &["--catalogue", strict.to_str().expect("a plain path")]].concat();

    let put = |line: &str| kcat_lines(&brokers, "orders.confirmed", &["-p", "1", "-H", "trace=7"], [line.to_owned()]);
    put(r#"A1:{"orderId":"A1","occurredAt":1790000000000}"#);
    put("A2:{\"orderId\": \u{1b}[31m}");
    put(&format!("A3:{{\"large\": \"{}\"", "x".repeat(9_000)));
    let consumer = Consumer::start(&brokers, &store.as_state(), &with_strict);
    wait_for("the letters to be sent", seconds(40), || (store.sent() == 3).then_some(()));
    assert_eq!(consumer.stop(), Some(0));

    let sent = committed(&brokers);
    let of = |key: &str| sent.iter().find(|s| s.key == key).expect("sent");
    assert_eq!((sent.len(), of("A1").value.as_str()), (3, r#"{"orderId":"A1","occurredAt":1790000000000}"#));
    assert_eq!((of("A1").header("vigie.reason"), of("A1").header("trace")), ("contract", "7"));
    assert!(of("A1").header("vigie.at").starts_with("20"), "{:?}", of("A1").headers);
    assert_eq!(of("A3").value, "", "too large for the topic");
    assert!(of("A3").header("vigie.value-left-out").contains("bytes"), "{:?}", of("A3").headers);

    let letters = |more: &[&str]| vigie(&[&["dead-letter", "list", "--store", &address][..], more].concat());
    let all = letters(&[]).good_json();
    let offsets: Vec<_> = all.as_array().expect("a list").iter().map(|l| l["offset"].as_i64().expect("a number")).collect();
    assert_eq!(offsets, [2, 1, 0]);
    assert_eq!(letters(&["--reason", "contract"]).good_json().as_array().map(Vec::len), Some(1));
    assert_eq!(letters(&["--topic", "orders.created"]).good_json().as_array().map(Vec::len), Some(0));
    let table = letters(&["--format", "table"]);
    assert!(table.out.contains("orders.confirmed/1@1  malformed"), "{table:?}");
    let shown = vigie(&["dead-letter", "show", "--store", &address, "orders.confirmed/1@1"]);
    for wanted in ["malformed: not JSON", "key       A2", "trace: 7", "\\x1b["] {
        assert!(shown.out.contains(wanted), "{wanted}: {shown:?}");
    }
    assert!(!shown.out.contains('\u{1b}'), "{shown:?}");
    let private = vigie(&["dead-letter", "show", "--store", &address, "--privacy", "orders.confirmed/1@1"]);
    for wanted in ["malformed: not JSON", "key       A2", "trace: •••", "  ••••••"] {
        assert!(private.out.contains(wanted), "{wanted}: {private:?}");
    }
    assert!(!private.out.contains("orderId"), "what is no JSON may hold anybody: {private:?}");

    // The catalogue asks no more than the shop sends.
    let consumer = Consumer::start(&brokers, &store.as_state(), &args);
    // What is produced again is the original, whatever is hidden from who looks on.
    let retry = |more: &[&str]| {
        let args = [&["dead-letter", "retry", "-b", &brokers, "--store", &address][..], more].concat();
        vigie_with(&args, |command| _ = command.env("VIGIE_PRIVACY", "true"), seconds(60))
    };
    let retried = retry(&["--reason", "contract"]);
    assert_eq!((retried.code, retried.out.as_str()), (Some(0), "orders.confirmed/1@0 → orders.confirmed/1@3\n"), "{retried:?}");
    let state = || {
        let order = vigie(&["state", "orders", "--store", &address, "--id", "A1"]).good_json();
        order.get(0).map(|order| text(order, "/state").to_owned())
    };
    wait_for("the retried record to count", seconds(20), || (state().as_deref() == Some("confirmed")).then_some(()));
    assert!(retry(&["--reason", "contract"]).out.contains("no dead letter is left"));
    let twice = retry(&["orders.confirmed/1@0"]);
    assert!(twice.code == Some(1) && twice.err.contains("--again") && twice.err.contains("1@3"), "{twice:?}");
    assert_eq!(retry(&["orders.confirmed/1@0", "--again"]).code, Some(0));
    assert_eq!(retry(&["orders.confirmed/1@99"]).code, Some(1), "there is none");
    assert_eq!(retry(&[]).code, Some(1), "which?");
    let at = |offset: &str, what: &str| {
        kcat(&brokers, &["-C", "-t", "orders.confirmed", "-p", "1", "-o", offset, "-c", "1", "-q", "-f", what], "")
    };
    assert_eq!(at("3", "%k %s %T"), at("0", "%k %s %T"), "key, value and time are the original's");
    let headers = [at("0", "%h").as_str(), "vigie.retry-of=orders.confirmed/1@0"].join(",");
    assert_eq!(at("3", "%h"), headers.trim_start_matches(','));
    does_not_feed_itself(&retry, &|| letters(&["--reason", "malformed"]).good_json().as_array().map_or(0, Vec::len));
    assert_eq!(consumer.stop(), Some(0));
}

/// What is rejected again is a letter of its own, and is not produced for its reason.
fn does_not_feed_itself(retry: &dyn Fn(&[&str]) -> Ran, malformed: &dyn Fn() -> usize) {
    let before = malformed();
    let retried = retry(&["--reason", "malformed"]);
    assert!(retried.code == Some(0) && retried.out.contains('→'), "{retried:?}");
    wait_for("the copies to be rejected too", seconds(20), || (malformed() == before * 2).then_some(()));
    let again = retry(&["--reason", "malformed"]);
    assert!(again.code == Some(0) && again.out.is_empty() && again.err.contains("is itself a retry"), "{again:?}");
    let unknown = retry(&["--reason", "contrct"]);
    assert!(unknown.code == Some(2) && unknown.err.contains("contract"), "{unknown:?}");
}

fn publish(brokers: &str, args: &[&str], input: &str) -> Ran {
    let input = input.to_owned();
    let file = folder("input").path().join("lines");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    let mut lines = std::fs::File::options().create(true).truncate(true).read(true).write(true).open(&file).expect("a file");
    lines.write_all(input.as_bytes()).expect("written");
    let lines = std::fs::File::open(&file).expect("a file");
    vigie_with(&[&["publish", "-b", brokers][..], args].concat(), |command| _ = command.stdin(Stdio::from(lines)), seconds(60))
}

#[test]
fn good_lines_are_published_and_bad_ones_told_by_their_number() {
    needs!(Kafka, Kcat);
    let brokers = shared();
    let unnamed = unique("unnamed");
    create_topic(brokers, "orders.preparing", 2, &[]);
    create_topic(brokers, &unnamed, 1, &[]);
    let id = unique("P");
    let lines = format!("{{\"orderId\":\"{id}-1\"}}\n\n{{oops\n{{\"shopId\":\"s\"}}\n  {{\"orderId\":\"{id}-2\"}}");
    let ran = publish(brokers, &["orders.preparing"], &lines);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), "2 delivered, 2 refused, 0 not delivered\n"), "{ran:?}");
    for wanted in ["line 3: refused: not JSON", "line 4: refused: `orderId` is missing"] {
        assert!(ran.err.contains(wanted), "{wanted}: {ran:?}");
    }
    let there = kcat(brokers, &["-C", "-t", "orders.preparing", "-o", "beginning", "-e", "-q", "-f", "%k %s\\n"], "");
    let mut mine: Vec<_> = there.lines().filter(|line| line.starts_with(&id)).collect();
    mine.sort_unstable();
    assert_eq!(mine, [1, 2].map(|n| format!("{id}-{n} {{\"orderId\":\"{id}-{n}\"}}")));

    let keyed = publish(brokers, &["orders.preparing", "-", "--key", "other"], &format!("{{\"orderId\":\"{id}\"}}"));
    assert!(keyed.code == Some(1) && keyed.err.contains("line 1: refused: `orderId` and the record's key differ"), "{keyed:?}");
    let good = publish(brokers, &["orders.preparing", "--key", &id], &format!("{{\"orderId\":\"{id}\"}}"));
    assert_eq!(good.code, Some(0), "{good:?}");

    let refused = publish(brokers, &[&unnamed], "anything");
    assert!(refused.code == Some(1) && refused.err.contains("--unchecked"), "{refused:?}");
    assert_eq!(publish(brokers, &[&unnamed, "--unchecked", "--key", "k"], "anything").code, Some(0));
    assert_eq!(kcat(brokers, &["-C", "-t", &unnamed, "-o", "beginning", "-e", "-q", "-f", "%k %s"], ""), "k anything");
    let missing = publish(brokers, &["--unchecked", &unique("nowhere")], "{}");
    assert!(missing.code == Some(1) && missing.err.contains("no topic"), "{missing:?}");
}

#[test]
fn nothing_is_written_to_another_machine_unasked() {
    // Nobody answers there, and nobody is asked to.
    let ran = publish("192.0.2.1:9092", &["orders.preparing"], "{}");
    assert!(ran.code == Some(1) && ran.err.contains("--yes"), "{ran:?}");
}
