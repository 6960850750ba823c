use super::*;
use crate::snapshot::Status;

fn context(link: LinkState, second: i64) -> Context {
    Context { now: Timestamp(second * 1_000), link, behind_s: None }
}

#[test]
fn nobody_is_behind_while_the_cluster_is_away() {
    let mut rules = Rules::new(RulesConfig::default());
    let input = ViewerInput { behind_s: Some(30.0) };
    assert_eq!(rules.judge_viewer(&input, &context(LinkState::Down, 1)).level, Level::Unknown);
    assert_eq!(rules.judge_viewer(&input, &context(LinkState::Connected, 2)).level, Level::Warning);
}

/// A topic with this p99 at a second: what is told of it.
fn latency(rules: &mut Rules, p99: u64, second: i64) -> (Level, String) {
    let mut topic = crate::snapshot::Topic { name: "orders".into(), ..Default::default() };
    (topic.latency_ms.p99, topic.latency_ms.count) = (Some(p99), 100);
    let input = TopicInput {
        topic: topic.into(),
        window: (0, 0),
        moved_at: None,
        before_per_minute: None,
        usual: Err(Code::TooFewReadings.into()),
        open_transaction: None,
        unread: None,
    };
    let health = rules.judge_topic(&input, &context(LinkState::Connected, second));
    (health.level, crate::text::sentence(&health.reason))
}

#[test]
fn a_warning_that_is_on_its_way_to_critical_names_no_threshold_of_critical() {
    let mut rules = Rules::new(RulesConfig::default());
    let mut judge = |p99: u64, second: i64| latency(&mut rules, p99, second);
    judge(2_000, 0);
    assert_eq!(judge(2_000, 60), (Level::Warning, "p99 2.0 s over 1 s for 60 s".into()));
    assert_eq!(judge(6_000, 61), (Level::Warning, "p99 6.0 s for 61 s".into()));
    assert_eq!(judge(6_000, 121), (Level::Critical, "p99 6.0 s over 5 s for 60 s".into()));
}

#[test]
fn a_critical_that_eases_keeps_its_own_threshold_until_it_falls_to_a_warning() {
    let mut rules = Rules::new(RulesConfig::default());
    let mut judge = |p99: u64, second: i64| latency(&mut rules, p99, second);
    judge(6_000, 0);
    assert_eq!(judge(7_000, 60), (Level::Critical, "p99 7.0 s over 5 s for 60 s".into()));
    assert_eq!(judge(4_800, 61), (Level::Critical, "p99 7.0 s over 5 s for 61 s, eased to 4.8 s for 0 s".into()));
    assert_eq!(judge(4_200, 81), (Level::Critical, "p99 7.0 s over 5 s for 81 s, eased to 4.2 s for 20 s".into()));
    assert_eq!(judge(300, 90), (Level::Critical, "p99 7.0 s over 5 s for 90 s, well again for 0 s".into()));
    assert_eq!(judge(4_500, 110), (Level::Critical, "p99 7.0 s over 5 s for 110 s, eased to 4.5 s for 49 s".into()));
    assert_eq!(judge(4_400, 121), (Level::Warning, "p99 4.4 s over 1 s for 2 min".into()));
}

/// So many of a crowd late by five minutes, and silent for as long, at a second: what is told of both.
fn crowd(rules: &mut Rules, over: usize, of: usize, second: i64) -> [String; 2] {
    let seconds: Vec<f64> = (0..of).map(|n| if n < over { 300.0 } else { 0.0 }).collect();
    let faring = Ok(Faring { ages_s: seconds.clone(), lates_s: seconds });
    let input = FleetInput { faring, silent_anew: None, late_anew: None };
    let context = context(LinkState::Connected, second);
    rules.begin(&context);
    rules.judge_fleet(&input, &context);
    rules.end(context.now);
    [Code::DeliveriesLate, Code::CouriersSilent].map(|code| {
        let found = rules.findings().iter().find(|finding| finding.reason.code == code);
        found.map_or_else(String::new, |found| format!("{:?} {}", found.level, crate::text::sentence(&found.reason)))
    })
}

#[test]
fn what_is_judged_by_its_share_eases_by_its_share_though_its_count_grows() {
    let mut rules = Rules::new(RulesConfig::default());
    let mut judge = |over: usize, of: usize, second: i64| crowd(&mut rules, over, of, second);
    judge(40, 90, 100);
    let critical = judge(40, 90, 130);
    assert!(critical.iter().all(|told| told.starts_with("Critical 40 of 90 ")), "{critical:?}");
    let eased = judge(50, 180, 150);
    assert!(eased.iter().all(|told| told.starts_with("Critical 40 of 90 ")), "{eased:?}");
    assert!(eased.iter().all(|told| told.ends_with("eased to 27.8 % for 0 s")), "{eased:?}");
}

fn group(status: Status, reason: Code) -> GroupInput {
    GroupInput {
        name: "billing".into(),
        status,
        reason: reason.into(),
        lag_records: Some(5),
        lag_s: Some(1.0),
        quality: crate::snapshot::LagQuality::Exact,
        lag_reason: None,
        commit_interval_s: None,
        deleted_unread: 0,
        retention_danger_s: None,
        retention_s: None,
        danger_at: None,
    }
}

/// One round a second with what is said of the group.
fn rounds(rules: &mut Rules, seconds: std::ops::Range<i64>, status: Status, reason: Code) -> Health {
    let mut health = Health::default();
    for second in seconds {
        let context = context(LinkState::Connected, second);
        rules.begin(&context);
        health = rules.judge_group(&group(status, reason), &context);
        rules.end(context.now);
    }
    health
}

#[test]
fn what_cannot_be_judged_stands_marked_and_what_has_no_object_is_over() {
    for code in Code::ALL {
        let mut rules = Rules::new(RulesConfig::default());
        rounds(&mut rules, 0..20, Status::Stopped, Code::GroupStopped);
        assert_eq!(rules.findings().len(), 1);
        let since = rules.findings()[0].since;
        let health = rounds(&mut rules, 20..320, Status::Unknown, *code);
        let found = rules.findings().first().cloned();
        if unjudged::has_no_object(*code) {
            assert_eq!((found, health.level), (None, Level::Healthy), "{code:?}");
            continue;
        }
        let found = found.unwrap_or_else(|| panic!("{code:?}"));
        assert_eq!((found.since, found.level, found.unjudged_s()), (since, Level::Critical, Some(299.0)), "{code:?}");
        assert_eq!((health.level, health.reason.code), (Level::Unknown, *code), "others are well, this one nobody knows");
        rounds(&mut rules, 320..321, Status::Stopped, Code::GroupStopped);
        assert_eq!((rules.findings()[0].since, rules.findings()[0].unjudged_s()), (since, None));
    }
}

#[test]
fn a_topic_that_was_silent_is_not_healthy_because_vigie_fell_behind() {
    let mut rules = Rules::new(RulesConfig::default());
    let mut judge = |behind_s: f64, second: i64| {
        let offsets = vec![crate::snapshot::PartitionOffsets { leader: Some(1), ..Default::default() }];
        let topic = crate::snapshot::Topic { name: "orders".into(), offsets: offsets.into(), ..Default::default() };
        let input = TopicInput {
            topic: topic.into(),
            window: (0, 0),
            moved_at: Some(Timestamp(0)),
            before_per_minute: Some(600.0),
            usual: Err(Code::TooFewReadings.into()),
            open_transaction: None,
            unread: None,
        };
        let context = Context { behind_s: Some(behind_s), ..context(LinkState::Connected, second) };
        rules.begin(&context);
        let health = rules.judge_topic(&input, &context);
        rules.end(context.now);
        (health.level, health.reason.code, rules.findings().iter().map(|f| (f.level, f.unjudged_s())).collect::<Vec<_>>())
    };
    assert_eq!(judge(0.0, 400), (Level::Silent, Code::TopicSilent, vec![(Level::Silent, None)]));
    assert_eq!(judge(6.0, 401), (Level::Unknown, Code::ViewBehind, vec![(Level::Silent, Some(0.0))]));
    assert_eq!(judge(9.0, 460), (Level::Unknown, Code::ViewBehind, vec![(Level::Silent, Some(59.0))]));
    assert_eq!(judge(0.0, 461), (Level::Silent, Code::TopicSilent, vec![(Level::Silent, None)]));
}

#[test]
fn silence_is_counted_from_when_the_cluster_answers_again() {
    let mut rules = Rules::new(RulesConfig::default());
    rules.begin(&context(LinkState::Connected, 10));
    let (topic, moved): (Arc<str>, _) = ("orders".into(), Some(Timestamp(5_000)));
    assert_eq!(rules.silent_since(&topic, moved), moved);
    rules.begin(&context(LinkState::Down, 400));
    rules.begin(&context(LinkState::Connected, 401));
    assert_eq!(rules.silent_since(&topic, moved), Some(Timestamp(400_000)));
    assert_eq!(rules.silent_since(&topic, Some(Timestamp(500_000))), Some(Timestamp(500_000)));
    assert_eq!(rules.silent_since(&topic, None), None);
}

#[test]
fn an_amount_that_is_not_of_all_is_at_least_that_much() {
    let said = |of: usize| {
        let at_risk = Some(AtRisk { amount: "5000".into(), currency: "GNF".into(), of });
        let input = PipelineInput { name: "order".into(), stuck: Ok(StuckInput { count: 12, worst: None, at_risk }), anew: None };
        match (business::STUCK_RULES[0].judge)(&input, &context(LinkState::Connected, 0), &RulesConfig::default()) {
            Judgement::Firing { reason, .. } => crate::text::sentence(&reason),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(said(12), "12 stuck, 5 000 GNF at risk");
    assert_eq!(said(11), "12 stuck, ≥ 5 000 GNF at risk");
}

fn with_levels(text: &str) -> Result<RulesConfig, String> {
    toml::from_str(&format!("[levels]\n{text}")).map_err(|error| error.message().to_owned())
}

#[test]
fn a_rule_is_told_at_the_level_that_the_configuration_gives_it() {
    let told = |levels: &str, p99: u64| {
        let mut rules = Rules::new(with_levels(levels).unwrap());
        latency(&mut rules, p99, 0);
        latency(&mut rules, p99, 60)
    };
    assert_eq!(told("", 2_000).0, Level::Warning);
    assert_eq!(told("topic-errors = \"critical\"", 2_000).0, Level::Warning, "that is another rule");
    assert_eq!(told("topic-latency = \"critical\"", 2_000), (Level::Critical, "p99 2.0 s over 1 s for 60 s".into()));
    assert_eq!(told("topic-latency = \"warning\"", 7_000), (Level::Warning, "p99 7.0 s over 5 s for 60 s".into()));
}

#[test]
fn a_rule_that_is_off_is_never_raised_and_leaves_nothing_unknown() {
    let mut rules = Rules::new(with_levels("group-stopped = \"off\"\nview-behind = \"off\"").unwrap());
    let stopped = rounds(&mut rules, 0..320, Status::Stopped, Code::GroupStopped);
    assert_eq!((stopped.level, rules.findings()), (Level::Healthy, &[][..]));
    let stalled = rounds(&mut rules, 320..340, Status::Stalled, Code::GroupStalled);
    assert_eq!((stalled.level, rules.findings().len()), (Level::Warning, 1), "the others go on");
    for behind_s in [Some(30.0), None] {
        let health = rules.judge_viewer(&ViewerInput { behind_s }, &context(LinkState::Connected, 341));
        assert_eq!(health.level, Level::Healthy, "its only rule is off: {behind_s:?}");
    }
}

#[test]
fn a_level_of_no_rule_and_a_level_that_is_none_are_refused_with_what_there_is() {
    let wrong = |text: &str| with_levels(text).unwrap_err();
    let unknown = wrong("partition-scew = \"off\"");
    for wanted in ["`partition-scew` is no rule", "partition-skew", "broker-down", "cluster-down", "paid-twice", "disk-low"] {
        assert!(unknown.contains(wanted), "{wanted}: {unknown}");
    }
    assert!(wrong("healthy = \"off\"").contains("no rule"), "not all codes are rules'");
    for value in ["\"loud\"", "false", "3", "[\"off\"]"] {
        let error = wrong(&format!("partition-skew = {value}"));
        assert!(error.contains("`partition-skew` is \"off\", \"warning\" or \"critical\""), "{value}: {error}");
    }
    let config = with_levels("partition-skew = \"off\"").unwrap();
    assert_eq!(toml::from_str(&toml::to_string(&config).unwrap()), Ok(config), "as it is printed it is read");
}
