use super::*;
use crate::model::Fact;

const REFUSED: &str = "h:2/1: Connect to ipv4#127.0.0.1:2 failed: Connection refused (after 0ms in state CONNECT)";

fn at(s: i64) -> Timestamp {
    Timestamp(s * 1_000)
}

fn seen(id: i32, port: u16) -> BrokerSeen {
    BrokerSeen { id, host: "h".into(), port }
}

fn causes() -> Causes {
    Causes::new(vec!["h:1".into()], at(0))
}

fn up(address: &str) -> Vec<BrokerStat> {
    vec![BrokerStat { id: 1, address: address.into(), up: true, ..BrokerStat::default() }]
}

fn codes(link: &Link) -> Vec<Code> {
    link.reasons.iter().map(|r| r.code).collect()
}

#[test]
fn it_connects_then_says_that_nobody_answers() {
    let c = causes();
    assert_eq!(c.link(at(1), &[]).state, LinkState::Connecting);
    c.unanswered(at(3));
    let link = c.link(at(6), &[]);
    assert_eq!((link.state, codes(&link)), (LinkState::Down, vec![Code::AllBrokersDown]));
    c.answered(at(7), vec![seen(1, 1)]);
    assert_eq!(c.link(at(7), &[]), Link { state: LinkState::Connected, reasons: vec![] });
}

#[test]
fn a_refused_login_is_down_at_once_with_its_cause() {
    let c = causes();
    c.told(at(1), "h:1/bootstrap: SASL authentication error: Authentication failed: Invalid username or password");
    c.unanswered(at(1));
    let link = c.link(at(1), &[]);
    assert_eq!((link.state, codes(&link)), (LinkState::Down, vec![Code::LoginRefused]));
    assert_eq!(c.reason_of_code(RDKafkaErrorCode::BrokerTransportFailure, at(1)).code, Code::LoginRefused);
}

#[test]
fn one_of_several_addresses_that_leads_nowhere_is_not_the_cluster() {
    let c = Causes::new(vec!["h:1".into(), "h:2".into()], at(0));
    c.told(at(1), REFUSED);
    assert_eq!(c.link(at(1), &[]).state, LinkState::Connecting);
    c.told(at(2), "h:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)");
    assert_eq!(c.link(at(2), &[]).state, LinkState::Down);
}

#[test]
fn an_advertised_address_that_leads_nowhere_is_told_as_such() {
    let c = causes();
    c.answered(at(1), vec![seen(1, 2)]);
    c.told(at(2), REFUSED);
    let link = c.link(at(2), &[]);
    assert_eq!((link.state, codes(&link)), (LinkState::Degraded, vec![Code::AdvertisedAddress]));
    assert_eq!(c.broker("h", 2, at(2)).map(|r| r.code), Some(Code::AdvertisedAddress));
}

#[test]
fn a_broker_that_answered_before_is_down_and_comes_back() {
    let c = causes();
    c.answered(at(1), vec![seen(1, 2), seen(2, 3)]);
    c.stats(at(0), up("h:2"));
    c.stats(at(1), up("h:2"));
    c.told(at(2), REFUSED);
    let link = c.link(at(2), &[]);
    assert_eq!((link.state, codes(&link)), (LinkState::Degraded, vec![Code::BrokerUnreachable]));
    c.stats(at(4), up("h:2"));
    assert_eq!(c.link(at(4), &[]).state, LinkState::Connected);
}

#[test]
fn the_only_broker_gone_is_the_cluster_gone() {
    let c = causes();
    c.answered(at(1), vec![seen(1, 2)]);
    c.stats(at(0), up("h:2"));
    c.stats(at(1), up("h:2"));
    c.told(at(2), REFUSED);
    assert_eq!(c.link(at(2), &[]).state, LinkState::Down);
    c.unanswered(at(2));
    assert_eq!(c.link(at(2), &[]).state, LinkState::Down);
    c.answered(at(60), vec![seen(1, 2)]);
    assert_eq!(c.link(at(60), &[]).state, LinkState::Connected);
}

#[test]
fn a_bootstrap_address_that_leads_nowhere_does_no_harm_once_another_answers() {
    let c = causes();
    c.told(at(1), "x:9/bootstrap: Failed to resolve 'x:9': Name or service not known");
    c.answered(at(2), vec![seen(1, 1)]);
    assert_eq!(c.link(at(2), &[]).state, LinkState::Connected);
}

#[test]
fn a_missing_permission_makes_it_degraded() {
    let c = causes();
    c.answered(at(1), vec![seen(1, 1)]);
    let link = c.link(at(1), &[Code::GroupRefused.into()]);
    assert_eq!((link.state, codes(&link)), (LinkState::Degraded, vec![Code::GroupRefused]));
}

#[test]
fn a_dying_broker_is_not_taken_for_a_wrong_protocol() {
    let c = causes();
    let eof = "ssl://h:1/1: Receive failed: error:0A000126:SSL routines::unexpected eof while reading (after 9ms in state UP)";
    c.told(at(1), eof);
    c.unanswered(at(1));
    assert_eq!(codes(&c.link(at(1), &[])), [Code::TlsNotExpected]);
    c.answered(at(2), vec![seen(1, 1)]);
    c.told(at(3), eof);
    assert_eq!(c.link(at(3), &[]).state, LinkState::Connected);
}

#[test]
fn topics_that_may_not_be_read_are_told() {
    let c = causes();
    c.answered(at(1), vec![seen(1, 1)]);
    c.topic(&"t".into(), true);
    assert_eq!(codes(&c.link(at(1), &[])), [Code::TopicRefused]);
    c.topic(&"t".into(), false);
    assert_eq!(c.link(at(1), &[]).state, LinkState::Connected);
}

#[test]
fn the_store_does_not_grow() {
    let c = causes();
    for port in 1..1_000 {
        c.told(at(1), &format!("h:{port}/{port}: Connection refused"));
        c.told(at(1), &format!("h:{port}/{port}: Connection refused"));
    }
    assert_eq!(c.lock().told.len(), KEPT);
}

#[test]
fn an_idle_handle_does_not_wipe_out_what_another_measured() {
    let c = causes();
    let measured = BrokerStat { round_trip_ms: Some(0.4), ..up("h:2").remove(0) };
    let idle = BrokerStat { up: false, round_trip_ms: None, ..measured.clone() };
    c.stats(at(1), vec![measured.clone()]);
    c.stats(at(2), vec![idle.clone()]);
    assert_eq!(c.stat("h", 2), Some(measured));
    c.stats(at(9), vec![idle.clone()]);
    assert_eq!(c.stat("h", 2), Some(idle));
}

#[test]
fn an_error_without_a_meaning_of_ours_is_told_in_words() {
    use RDKafkaErrorCode as E;
    let causes = causes();
    let text = |code| match causes.reason_of_code(code, at(0)).fact("text") {
        Some(Fact::Text(text)) => text.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(text(E::NotLeaderForPartition), "not leader for partition");
    assert_eq!(text(E::LeaderNotAvailable), "leader not available");
    for code in [E::PolicyViolation, E::UnknownTopicOrPartition, E::OffsetOutOfRange, E::InvalidConfig] {
        let text = text(code);
        assert!(!text.contains(&format!("{code:?}")) && !text.contains("Broker:"), "{text}");
    }
}

#[test]
fn a_broker_that_newer_metadata_no_longer_names_is_not_told_by_the_causes() {
    let c = causes();
    c.answered(at(1), vec![seen(1, 1), seen(2, 2)]);
    c.told(at(2), REFUSED);
    assert!(c.tells_of("h", 2, at(2)) && c.link(at(2), &[]).state == LinkState::Degraded);
    c.answered(at(3), vec![seen(1, 1)]);
    assert!(c.broker("h", 2, at(3)).is_some());
    assert!(!c.tells_of("h", 2, at(3)) && c.link(at(3), &[]).state == LinkState::Connected, "whoever still names it has to tell");
}
