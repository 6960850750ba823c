use super::*;
use crate::alarm::config::Target;
use crate::model::{Level, Reason};
use crate::snapshot::Quiet;
use proptest::prelude::*;
use std::collections::HashSet;
use std::time::Duration;

fn outlet(name: &str, least: Level) -> OutletConfig {
    OutletConfig { name: name.into(), target: Target::Bell, least, resolved: true, timeout: Duration::from_secs(1) }
}

fn cluster() -> Cluster {
    Cluster { id: "c".into(), name: "prod".into() }
}

fn alert(topic: usize, level: Level, since: i64, state: FindingState) -> Arc<Alert> {
    let subject = Subject::Topic(format!("t{topic}").into());
    let finding = Finding { subject, level, state, since: Timestamp(since), reason: Reason::new(Code::TopicLatency) };
    let quiet = (state != FindingState::Firing).then(Quiet::default);
    Arc::new(Alert(finding, quiet))
}

fn over(alert: &Alert, at: i64) -> Arc<PastAlert> {
    Arc::new(PastAlert { finding: alert.0.clone(), ended_at: Timestamp(at) })
}

fn sight<'a>(alerts: &'a [Arc<Alert>], past: &'a [Arc<PastAlert>], now: i64) -> Sight<'a> {
    Sight { alerts, cut: false, past, decided: &[], judged: true, now: Timestamp(now) }
}

fn sent(ledger: &mut Ledger, outlet: &str) -> Vec<(String, Kind)> {
    let mut out = Vec::new();
    while let Some(message) = ledger.hand_out(outlet) {
        ledger.done(outlet, &message.key, message.kind, Outcome::Sent, true);
        out.push((message.key, message.kind));
    }
    out
}

#[test]
fn one_message_for_firing_and_one_for_resolved() {
    let (mut ledger, outlets) = (Ledger::default(), [outlet("a", Level::Silent)]);
    let firing = [alert(1, Level::Warning, 5, FindingState::Firing)];
    let key = "c/topic-latency/t1/5".to_owned();
    for now in 0..10 {
        ledger.look(&cluster(), &outlets, &sight(&firing, &[], now));
        assert_eq!(sent(&mut ledger, "a"), if now == 0 { vec![(key.clone(), Kind::Firing)] } else { vec![] });
    }
    let past = [over(&firing[0], 20)];
    for now in 20..30 {
        ledger.look(&cluster(), &outlets, &sight(&[], &past, now));
        assert_eq!(sent(&mut ledger, "a"), if now == 20 { vec![(key.clone(), Kind::Resolved)] } else { vec![] });
    }
    assert!(ledger.open.is_empty());
}

#[test]
fn quiet_ones_are_not_sent_and_one_that_grows_worse_reaches_those_who_wait_for_that() {
    let (mut ledger, outlets) = (Ledger::default(), [outlet("all", Level::Silent), outlet("pager", Level::Critical)]);
    for state in [FindingState::Acknowledged, FindingState::Silenced, FindingState::Inhibited] {
        ledger.look(&cluster(), &outlets, &sight(&[alert(1, Level::Critical, 5, state)], &[], 0));
        assert_eq!(ledger.hand_out("all"), None);
    }
    ledger.look(&cluster(), &outlets, &sight(&[alert(1, Level::Warning, 5, FindingState::Firing)], &[], 1));
    assert_eq!((sent(&mut ledger, "all").len(), sent(&mut ledger, "pager").len()), (1, 0));
    ledger.look(&cluster(), &outlets, &sight(&[alert(1, Level::Critical, 5, FindingState::Firing)], &[], 2));
    assert_eq!((sent(&mut ledger, "all").len(), sent(&mut ledger, "pager").len()), (0, 1));
}

#[test]
fn what_was_over_before_it_was_taken_is_told_to_nobody_unless_it_was_taken() {
    let outlets = [outlet("a", Level::Silent)];
    let firing = [alert(1, Level::Warning, 5, FindingState::Firing)];
    let past = [over(&firing[0], 9)];
    for taken in [false, true] {
        let mut ledger = Ledger::default();
        ledger.look(&cluster(), &outlets, &sight(&firing, &[], 0));
        let message = ledger.hand_out("a").unwrap();
        ledger.look(&cluster(), &outlets, &sight(&[], &past, 9));
        match taken {
            true => ledger.done("a", &message.key, Kind::Firing, Outcome::Sent, true),
            false => ledger.failed("a", &message.key),
        }
        let told: Vec<_> = sent(&mut ledger, "a").into_iter().map(|(_, kind)| kind).collect();
        assert_eq!(told, if taken { vec![Kind::Resolved] } else { vec![] });
        assert!(ledger.open.is_empty());
    }
}

#[test]
fn a_new_start_goes_on_with_what_fires_and_gives_up_what_does_not_come_again() {
    let outlets = [outlet("a", Level::Silent)];
    let mut ledger = Ledger::default();
    let firing = [alert(1, Level::Warning, 5, FindingState::Firing), alert(2, Level::Warning, 6, FindingState::Firing)];
    ledger.look(&cluster(), &outlets, &sight(&firing, &[], 0));
    assert_eq!(sent(&mut ledger, "a").len(), 2);
    let text = serde_json::to_string(&ledger).unwrap();
    let mut again: Ledger = serde_json::from_str(&text).unwrap();
    again.begin(&outlets);
    // It was raised anew: the same alert, by another clock.
    let firing = [alert(1, Level::Warning, 900, FindingState::Firing)];
    again.look(&cluster(), &outlets, &sight(&firing, &[], 1_000));
    assert_eq!(sent(&mut again, "a"), []);
    let away = Sight { judged: false, ..sight(&firing, &[], 500_000) };
    again.look(&cluster(), &outlets, &away);
    again.look(&cluster(), &outlets, &sight(&firing, &[], 1_000_000));
    assert_eq!(sent(&mut again, "a"), [], "while nobody answered nothing was missing");
    again.look(&cluster(), &outlets, &sight(&firing, &[], 1_600_000));
    assert_eq!(sent(&mut again, "a"), [("c/topic-latency/t2/6".to_owned(), Kind::Resolved)]);
    again.look(&cluster(), &outlets, &sight(&[], &[over(&firing[0], 2_000_000)], 2_000_000));
    assert_eq!(sent(&mut again, "a"), [("c/topic-latency/t1/5".to_owned(), Kind::Resolved)]);
}

#[derive(Clone, Debug)]
enum Step {
    Flip(usize),
    Quiet(usize),
    Try { works: bool },
    Restart,
    Away,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3usize).prop_map(Step::Flip),
        1 => (0..3usize).prop_map(Step::Quiet),
        4 => any::<bool>().prop_map(|works| Step::Try { works }),
        1 => Just(Step::Restart),
        1 => Just(Step::Away),
    ];
    prop::collection::vec(step, 1..200)
}

proptest! {
    /// Whatever flaps, fails and starts anew: no message is taken twice, no end comes without its beginning, and once all
    /// is quiet and the outlet works, each beginning that was taken has its end.
    #[test]
    fn flapping_cannot_send_twice(steps in steps()) {
        let outlets = [outlet("a", Level::Silent)];
        let mut ledger = Ledger::default();
        let mut fires: [Option<i64>; 3] = [None; 3];
        let mut quiet = [false; 3];
        let mut past: Vec<Arc<PastAlert>> = Vec::new();
        let mut taken: Vec<(String, Kind)> = Vec::new();
        let on = |fires: &[Option<i64>; 3], quiet: &[bool; 3]| -> Vec<Arc<Alert>> {
            let state = |i: usize| if quiet[i] { FindingState::Silenced } else { FindingState::Firing };
            (0..3).filter_map(|i| Some(alert(i, Level::Warning, fires[i]?, state(i)))).collect()
        };
        let mut now = 0i64;
        for step in steps {
            now += 1_000;
            match step {
                Step::Flip(i) => match fires[i].take() {
                    Some(since) => past.insert(0, over(&alert(i, Level::Warning, since, FindingState::Firing), now)),
                    None => fires[i] = Some(now),
                },
                Step::Quiet(i) => quiet[i] = !quiet[i],
                Step::Try { works } => if let Some(message) = ledger.hand_out("a") {
                    if works {
                        ledger.done("a", &message.key, message.kind, Outcome::Sent, true);
                        taken.push((message.key, message.kind));
                    } else {
                        ledger.failed("a", &message.key);
                    }
                },
                Step::Restart => {
                    ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
                    ledger.begin(&outlets);
                    past.clear();
                    // Raised again by the new process, which counts from its own beginning.
                    fires.iter_mut().flatten().for_each(|since| *since = now);
                }
                Step::Away => {
                    let gone = Sight { judged: false, ..sight(&[], &past, now) };
                    ledger.look(&cluster(), &outlets, &gone);
                }
            }
            let alerts = on(&fires, &quiet);
            ledger.look(&cluster(), &outlets, &sight(&alerts, &past, now));
        }
        for (i, fires) in fires.iter_mut().enumerate() {
            if let Some(since) = fires.take() {
                past.insert(0, over(&alert(i, Level::Warning, since, FindingState::Firing), now));
            }
        }
        ledger.look(&cluster(), &outlets, &sight(&[], &past, now));
        ledger.look(&cluster(), &outlets, &sight(&[], &past, now + 2 * ADOPTED_MS));
        ledger.look(&cluster(), &outlets, &sight(&[], &past, now + 4 * ADOPTED_MS));
        taken.extend(sent(&mut ledger, "a"));
        let unique: HashSet<_> = taken.iter().collect();
        prop_assert_eq!(unique.len(), taken.len(), "{:?}", taken);
        let of = |kind| taken.iter().filter(|(_, k)| *k == kind).map(|(key, _)| key).collect::<HashSet<_>>();
        prop_assert_eq!(of(Kind::Firing), of(Kind::Resolved));
        prop_assert!(ledger.open.is_empty());
    }
}

#[test]
fn what_there_is_no_room_for_is_counted_once() {
    let (mut ledger, outlets) = (Ledger::default(), [outlet("a", Level::Silent)]);
    let firing: Vec<_> = (0..MOST + 3).map(|topic| alert(topic, Level::Warning, 5, FindingState::Firing)).collect();
    for now in 0..3 {
        ledger.look(&cluster(), &outlets, &sight(&firing, &[], now));
    }
    assert_eq!(ledger.dropped, 3);
    let more = [&firing[..], &[alert(MOST + 9, Level::Warning, 5, FindingState::Firing)]].concat();
    ledger.look(&cluster(), &outlets, &sight(&more, &[], 11));
    assert_eq!(ledger.dropped, 4);
}

#[test]
fn what_a_person_decided_counts_before_the_picture_has_it() {
    let outlets = [outlet("a", Level::Silent)];
    let firing = [alert(1, Level::Warning, 5, FindingState::Firing)];
    let mark = |what| Mark {
        rule: firing[0].0.reason.code,
        subject: firing[0].0.subject.clone(),
        what,
        at: Timestamp(0),
        by: "awa@ops".into(),
        count: None,
        acknowledged: false,
    };
    let (long, short) = (Some(Timestamp(100)), Some(Timestamp(7)));
    let quiet = [Marked::Acknowledged, Marked::Silenced { until: None }, Marked::Silenced { until: long }];
    for (what, quiet) in quiet.map(|what| (what, true)).into_iter().chain([(Marked::Silenced { until: short }, false)]) {
        let (mut ledger, decided) = (Ledger::default(), [mark(what)]);
        ledger.look(&cluster(), &outlets, &Sight { decided: &decided, ..sight(&firing, &[], 8) });
        assert_eq!(sent(&mut ledger, "a").is_empty(), quiet, "{what:?}");
    }
}
