use super::*;

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

#[test]
fn a_warning_that_is_on_its_way_to_critical_names_no_threshold_of_critical() {
    let mut rules = Rules::new(RulesConfig::default());
    let mut judge = |p99: u64, second: i64| {
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
    };
    judge(2_000, 0);
    assert_eq!(judge(2_000, 60), (Level::Warning, "p99 2.0 s over 1 s for 60 s".into()));
    assert_eq!(judge(6_000, 61), (Level::Warning, "p99 6.0 s for 61 s".into()));
    assert_eq!(judge(6_000, 121), (Level::Critical, "p99 6.0 s over 5 s for 60 s".into()));
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
