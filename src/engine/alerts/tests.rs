use super::*;
use crate::model::{Controllers, Level, LinkState, Reason};
use crate::rules::{BrokerInput, ClusterInput, Context, DiskInput, RulesConfig};
use crate::snapshot::PartitionOffsets;

/// Nothing is known of topics.
struct Nowhere;

impl Map for Nowhere {
    fn partitions(&self, _: &str) -> &[PartitionOffsets] {
        &[]
    }

    fn reads(&self, _: &str) -> Vec<(Arc<str>, i32)> {
        Vec::new()
    }

    fn feeds(&self, _: &Subject) -> Vec<Arc<str>> {
        Vec::new()
    }
}

struct Desk {
    rules: Rules,
    alerts: Alerts,
}

impl Desk {
    fn new() -> Self {
        let mut alerts = Alerts::default();
        alerts.operator("awa@ops".into());
        Self { rules: Rules::new(RulesConfig::default()), alerts }
    }

    fn second(&mut self, second: i64, link: LinkState, broker_up: bool, free_bytes: u64) {
        let context = Context { now: at(second), link, behind_s: None };
        self.rules.begin(&context);
        let broker = BrokerInput { id: 2, host: "b".into(), port: 1, up: broker_up, reason: None };
        self.rules.judge_broker(&broker, &context);
        let reason = (link == LinkState::Down).then(|| Reason::new(Code::AllBrokersDown).text("broker", "b:1"));
        self.rules.judge_cluster(&ClusterInput { controllers: Controllers::Answering, reason }, &context);
        let disk = DiskInput { folder: "/var".into(), free_bytes, total_bytes: 1_000 };
        self.rules.judge_disk(&disk, &context);
        self.rules.end(at(second));
        self.alerts.take(&self.rules, &Nowhere, at(second));
    }

    fn mark(&mut self, wish: MarkWish, second: i64) {
        self.alerts.mark(Subject::Broker(2), Code::BrokerDown, wish, at(second));
    }

    fn states(&self) -> Vec<(Code, FindingState)> {
        self.alerts.shown.iter().map(|a| (a.0.reason.code, a.0.state)).collect()
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp(second * 1_000)
}

const UP: LinkState = LinkState::Connected;
const FREE: u64 = 900;

#[test]
fn an_acknowledged_alert_goes_quiet_stays_listed_and_is_new_when_it_comes_again() {
    let mut desk = Desk::new();
    desk.second(0, UP, false, 50);
    assert_eq!(desk.states().first(), Some(&(Code::BrokerDown, FindingState::Firing)));
    desk.mark(MarkWish::Acknowledge, 1);
    desk.second(2, UP, false, 50);
    let low = (Code::DiskLow, FindingState::Firing);
    assert_eq!(desk.states(), [low, (Code::BrokerDown, FindingState::Acknowledged)], "what speaks comes first");
    let quiet = desk.alerts.shown[1].1.clone().unwrap();
    assert_eq!((quiet.by.as_deref(), quiet.at), (Some("awa@ops"), Some(at(1))));
    assert_eq!((desk.alerts.count, desk.alerts.quiet.acknowledged), (2, 1));
    for second in 3..20 {
        desk.second(second, UP, true, 50);
    }
    assert_eq!(desk.states(), [low]);
    assert_eq!(desk.alerts.past().first().map(|p| (p.finding.reason.code, p.ended_at)), Some((Code::BrokerDown, at(13))));
    desk.second(20, UP, false, 50);
    assert_eq!(desk.states().first(), Some(&(Code::BrokerDown, FindingState::Firing)));
}

#[test]
fn a_silence_for_a_time_outlives_the_alert_and_ends_by_itself() {
    let mut desk = Desk::new();
    desk.second(0, UP, false, FREE);
    desk.mark(MarkWish::Silence(Some(60)), 0);
    for second in 1..59 {
        desk.second(second, UP, second % 30 > 15, FREE);
    }
    desk.second(59, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Silenced)]);
    desk.second(60, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Firing)]);
    desk.mark(MarkWish::Silence(None), 61);
    desk.second(61, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Silenced)]);
    desk.mark(MarkWish::TakeBack, 62);
    desk.second(62, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Firing)]);
}

#[test]
fn who_looked_after_it_still_does_when_a_silence_is_over_unless_the_alert_was_over_first() {
    let mut desk = Desk::new();
    desk.second(0, UP, false, FREE);
    desk.mark(MarkWish::Acknowledge, 1);
    desk.mark(MarkWish::Silence(Some(60)), 2);
    desk.second(61, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Silenced)]);
    desk.second(62, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Acknowledged)]);
    desk.mark(MarkWish::Silence(Some(60)), 63);
    (64..90).for_each(|second| desk.second(second, UP, true, FREE));
    desk.second(124, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Firing)], "another one");
}

#[test]
fn while_nobody_answers_an_alert_is_neither_over_nor_new_afterwards() {
    let mut desk = Desk::new();
    desk.second(0, UP, false, FREE);
    let since = desk.alerts.shown[0].0.since;
    for second in 1..600 {
        desk.second(second, LinkState::Down, false, FREE);
        let broker = desk.alerts.shown.iter().find(|a| a.0.reason.code == Code::BrokerDown).unwrap();
        assert_eq!(broker.unjudged_since(at(second)), Some(at(1)));
        assert!(desk.alerts.past().is_empty());
    }
    desk.second(600, UP, false, FREE);
    let broker = desk.alerts.shown.iter().find(|a| a.0.reason.code == Code::BrokerDown).unwrap();
    assert_eq!((broker.0.since, broker.unjudged_since(at(600))), (since, None), "it is the same one");
}

#[test]
fn a_cluster_that_goes_away_is_one_alert_and_nothing_storms_when_it_returns() {
    let mut desk = Desk::new();
    let down = |state| (Code::ClusterDown, state);
    let broker = |state| (Code::BrokerDown, state);
    desk.second(0, UP, true, FREE);
    for second in 1..16 {
        desk.second(second, LinkState::Down, false, FREE);
        assert_eq!(desk.states(), [], "at {second}");
    }
    desk.second(16, LinkState::Down, false, 50);
    assert_eq!(desk.states(), [down(FindingState::Firing), (Code::DiskLow, FindingState::Firing)], "our own disk is ours");
    let said = crate::text::sentence(&desk.alerts.shown[0].0.reason);
    assert_eq!(said, "the cluster is out of reach for 15 s: no broker answers: b:1");
    for second in 17..100 {
        desk.second(second, LinkState::Down, false, FREE);
    }
    desk.second(100, UP, true, FREE);
    for second in 101..180 {
        desk.second(second, UP, true, FREE);
    }
    assert_eq!(desk.states(), []);
    assert_eq!(desk.alerts.past().first().map(|p| p.finding.reason.code), Some(Code::ClusterDown));
    desk.second(180, UP, false, FREE);
    assert_eq!(desk.states(), [broker(FindingState::Inhibited)], "what begins shortly after follows from it");
    for second in 181..230 {
        desk.second(second, UP, false, FREE);
    }
    assert_eq!(desk.states(), [broker(FindingState::Firing)], "and speaks when it lasts");
}

#[test]
fn what_would_hold_until_it_is_over_is_refused_where_it_is_over() {
    let mut desk = Desk::new();
    desk.second(0, UP, true, FREE);
    desk.mark(MarkWish::Acknowledge, 1);
    desk.mark(MarkWish::Silence(None), 1);
    assert_eq!(desk.alerts.changed_marks(), None);
    desk.second(2, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Firing)]);
    desk.mark(MarkWish::Acknowledge, 3);
    desk.second(3, UP, false, FREE);
    assert_eq!(desk.states(), [(Code::BrokerDown, FindingState::Acknowledged)]);
}

#[test]
fn who_looks_once_a_second_finds_the_end_of_each_of_many() {
    let mut past = Past::default();
    let over = |broker: i32, second: i64| {
        let (subject, level, state) = (Subject::Broker(broker), Level::Critical, FindingState::Firing);
        let finding = Finding { subject, level, state, since: at(0), reason: Code::BrokerDown.into() };
        PastAlert { finding, ended_at: at(second) }
    };
    (0..300).for_each(|broker| past.push(over(broker, 5)));
    assert_eq!(past.list().len(), 300);
    past.push(over(0, 20));
    assert_eq!(past.list().len(), 200, "later those are enough");
    (0..5_000).for_each(|broker| past.push(over(broker, 30)));
    assert_eq!(past.list().len(), 2_000, "whatever happens");
}

#[test]
fn marks_survive_and_those_without_an_object_go_in_time() {
    let mut desk = Desk::new();
    desk.second(0, UP, false, FREE);
    desk.mark(MarkWish::Acknowledge, 0);
    let kept = desk.alerts.changed_marks().unwrap();
    assert_eq!(desk.alerts.changed_marks(), None, "told once");
    let text = serde_json::to_string(&kept).unwrap();
    let mut again = Desk::new();
    again.alerts.remember(serde_json::from_str(&text).unwrap(), at(100));
    again.second(130, UP, false, FREE);
    assert_eq!(again.states(), [(Code::BrokerDown, FindingState::Acknowledged)]);
    let mut other = Desk::new();
    other.alerts.remember(kept, at(100));
    other.second(3_699, UP, true, FREE);
    assert_eq!(other.alerts.changed_marks(), None);
    other.second(3_701, UP, true, FREE);
    assert_eq!(other.alerts.changed_marks(), Some(Vec::new()));
}

#[test]
fn levels_are_kept() {
    let mut desk = Desk::new();
    desk.second(0, UP, true, 20);
    assert_eq!(desk.alerts.shown[0].0.level, Level::Critical);
    assert_eq!(Reason::from(Code::DiskLow).code, desk.alerts.shown[0].0.reason.code);
}

#[test]
fn an_acknowledged_alert_remembers_how_many_it_was_about() {
    let stuck = |count| {
        let reason = Reason::new(Code::PipelineStuck).with("stuck", crate::model::Fact::Count(count));
        let subject = Subject::Pipeline("order".into());
        Finding { subject, level: Level::Warning, since: at(0), state: FindingState::Firing, reason }
    };
    let place = (Code::PipelineStuck, stuck(2).subject);
    let mut alerts = Alerts::default();
    alerts.open.insert(place.clone(), Episode { finding: stuck(2), spoke: true });
    alerts.mark(place.1, place.0, MarkWish::Acknowledge, at(1));
    let mut grown = |count| alerts.judged(&stuck(count), None, at(2), 0).grown();
    assert_eq!((grown(2), grown(1), grown(5)), (None, None, Some((2, 5))));
    let marks = serde_json::to_string(&alerts.changed_marks().unwrap()).unwrap();
    let older = marks.replace(",\"count\":2", "");
    let read: Vec<Mark> = serde_json::from_str(&older).unwrap();
    assert!(marks != older && read[0].count.is_none(), "one that an older vigie wrote is read: {marks}");
}
