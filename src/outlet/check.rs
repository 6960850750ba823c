use super::limits::{Figure, Limits};
use crate::model::{Code, Level, LinkState, Reason};
use crate::snapshot::{Alert, Group, LagQuality, Snapshot, Topic};
use crate::text;

/// Findings that the line tells; how many more there are is said after them.
const TOLD: usize = 3;

/// What is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Cluster,
    Topic(String),
    Group(String),
    /// A group's lag on one topic.
    GroupOn {
        group: String,
        topic: String,
    },
}

/// The answer of a monitoring plugin: one line and the exit code (0 ok, 1 warning, 2 critical, 3 unknown).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub code: u8,
    pub line: String,
}

impl Verdict {
    pub fn unknown(why: &str) -> Self {
        Self { code: 3, line: format!("UNKNOWN - {}", one_line(why)) }
    }
}

/// Holds the subject's figures against the limits. A figure that is not known makes the answer unknown, unless another one already
/// is critical.
pub fn check(snapshot: &Snapshot, subject: &Subject, warn: &Limits, crit: &Limits) -> Verdict {
    if matches!(snapshot.source.state, LinkState::Down | LinkState::Connecting) {
        let why = snapshot.source.reason.as_ref().map_or_else(|| "the cluster was not reached in time".into(), text::sentence);
        return Verdict::unknown(&why);
    }
    let Some((name, health, values)) = read(snapshot, subject) else {
        return Verdict::unknown(&missing(snapshot, subject));
    };
    let mut asked: Vec<Figure> = Vec::new();
    for figure in crit.figures().chain(warn.figures()) {
        if !asked.contains(&figure) {
            asked.push(figure);
        }
    }
    let judged_by_health = asked.is_empty();
    let mut code = if judged_by_health { code_of(health.0) } else { 0 };
    let mut words = if judged_by_health { vec![health.1] } else { Vec::new() };
    for (figure, limits, level) in asked.iter().flat_map(|f| [(*f, crit, 2), (*f, warn, 1)]) {
        let Some(limit) = limits.of(figure) else { continue };
        match value_of(&values, figure) {
            None => {
                code = worse(code, 3);
                words.push(format!("{} is not known", figure.name()));
            }
            Some(value) if figure.alarms(value, limit) => {
                code = worse(code, level);
                words.push(format!("{} {} against {}", figure.name(), plain(value), plain(limit)));
            }
            Some(_) => {}
        }
    }
    words.dedup();
    if words.is_empty() {
        words.push(asked_values(&asked, &values));
    }
    Verdict { code, line: line(code, &name, &words.join(", "), &values, warn, crit) }
}

type Values = Vec<(Figure, Option<f64>)>;
type Read = (String, (Level, String), Values);

fn read(snapshot: &Snapshot, subject: &Subject) -> Option<Read> {
    match subject {
        Subject::Cluster => {
            snapshot.cluster.topics?;
            let totals = &snapshot.totals;
            let values = vec![
                (Figure::Lag, totals.lag.records.map(|n| n as f64)),
                (Figure::LagSeconds, totals.lag.seconds),
                (Figure::P99, totals.latency_ms.p99.map(|n| n as f64)),
                (Figure::ErrorRate, totals.error_rate),
                (Figure::Rate, rate(&totals.throughput.records_per_s)),
            ];
            Some(("cluster".into(), cluster_health(snapshot), values))
        }
        Subject::Topic(name) => snapshot.topic(name).map(|topic| topic_read(topic)),
        Subject::Group(name) => snapshot.group(name).map(|group| group_read(group)),
        Subject::GroupOn { group, topic } => {
            let found = snapshot.group(group)?;
            let mut read = group_read(found);
            read.0 = format!("{group} on {topic}");
            read.2 = group_on(found, topic)?;
            Some(read)
        }
    }
}

/// The worst of all that fires; or well, and what could not be seen.
fn cluster_health(snapshot: &Snapshot) -> (Level, String) {
    let health = &snapshot.totals.health;
    if !snapshot.alerts.is_empty() {
        return (health.level, firing(snapshot));
    }
    let unseen = match (&snapshot.source.reason, &snapshot.groups_reason) {
        (Some(reason), _) if reason.code == Code::NothingVisible => return (Level::Unknown, text::sentence(reason)),
        (Some(reason), _) => text::sentence(reason),
        (None, Some(reason)) => format!("no list of the groups: {}", text::sentence(reason)),
        (None, None) => return (health.level, now(&health.reason)),
    };
    (health.level, format!("{}, as far as can be seen ({unseen})", now(&health.reason)))
}

fn firing(snapshot: &Snapshot) -> String {
    let mut words: Vec<String> = snapshot.alerts.iter().take(TOLD).map(|alert| finding(alert)).collect();
    if let Some(more) = snapshot.alerts_count.checked_sub(TOLD).filter(|more| *more > 0) {
        words.push(format!("and {} more", text::count(more as u64)));
    }
    words.join("; ")
}

fn finding(alert: &Alert) -> String {
    let (subject, words) = (alert.subject(), now(&alert.0.reason));
    // "broker 2 is down" needs no "broker 2" before it.
    if words.starts_with(&subject) || subject == "cluster" { words } else { format!("{subject}: {words}") }
}

/// A reason without how long it was watched: a check has just come.
fn now(reason: &Reason) -> String {
    let facts = reason.facts.iter().filter(|(name, _)| !matches!(*name, "for_s" | "gone_s"));
    text::sentence(&Reason { code: reason.code, facts: facts.cloned().collect() })
}

fn topic_read(topic: &Topic) -> Read {
    let values = vec![
        (Figure::Lag, topic.lag.records.map(|n| n as f64)),
        (Figure::LagSeconds, topic.lag.seconds),
        (Figure::P99, topic.latency_ms.p99.map(|n| n as f64)),
        (Figure::ErrorRate, topic.error_rate),
        (Figure::Rate, rate(&topic.throughput.records_per_s)),
    ];
    (topic.name.to_string(), (topic.health.level, now(&topic.health.reason)), values)
}

fn group_read(group: &Group) -> Read {
    let seconds = match group.lag.quality {
        LagQuality::CaughtUp => Some(0.0),
        LagQuality::Unknown => None,
        LagQuality::Exact | LagQuality::Estimated => group.lag.seconds,
    };
    let values = vec![
        (Figure::Lag, group.lag.records.map(|n| n as f64)),
        (Figure::LagSeconds, seconds),
        (Figure::Rate, group.consume_per_s),
    ];
    (group.name.to_string(), (group.status.level, now(&group.status.reason)), values)
}

fn group_on(group: &Group, topic: &str) -> Option<Values> {
    let rows: Vec<_> = group.partitions.iter().filter(|p| p.topic.as_ref() == topic).collect();
    if rows.is_empty() {
        return None;
    }
    let lag = rows.iter().filter_map(|p| p.lag).reduce(|a, b| a + b).map(|n| n as f64);
    // One row whose time is not known: the worst is not known.
    let times: Option<Vec<f64>> = rows.iter().map(|p| if p.lag == Some(0) { Some(0.0) } else { p.lag_s }).collect();
    let seconds = times.and_then(|times| times.into_iter().reduce(f64::max));
    Some(vec![(Figure::Lag, lag), (Figure::LagSeconds, seconds)])
}

fn rate(windows: &crate::snapshot::ByWindow) -> Option<f64> {
    windows.m1.or(windows.s10)
}

fn value_of(values: &Values, figure: Figure) -> Option<f64> {
    values.iter().find(|(f, _)| *f == figure).and_then(|(_, value)| *value)
}

fn missing(snapshot: &Snapshot, subject: &Subject) -> String {
    match subject {
        Subject::Cluster => "the cluster could not be read in time".into(),
        Subject::Topic(name) => format!("no topic {name} (or no permission to describe it)"),
        Subject::Group(name) => match &snapshot.groups_reason {
            Some(reason) => format!("no group {name}: {}", text::sentence(reason)),
            None => format!("no group {name}"),
        },
        Subject::GroupOn { group, topic } => format!("group {group} has no offsets on {topic}"),
    }
}

fn code_of(level: Level) -> u8 {
    match level {
        Level::Healthy | Level::Silent => 0,
        Level::Warning => 1,
        Level::Critical => 2,
        Level::Unknown => 3,
    }
}

/// Critical beats unknown, unknown beats warning: a plugin that cannot see must not say that it is only a warning.
fn worse(a: u8, b: u8) -> u8 {
    let rank = |code: u8| match code {
        2 => 3,
        3 => 2,
        other => other,
    };
    if rank(a) >= rank(b) { a } else { b }
}

fn asked_values(asked: &[Figure], values: &Values) -> String {
    let shown = asked.iter().filter_map(|f| value_of(values, *f).map(|v| format!("{} {}", f.name(), plain(v))));
    shown.collect::<Vec<_>>().join(", ")
}

fn line(code: u8, name: &str, words: &str, values: &Values, warn: &Limits, crit: &Limits) -> String {
    let label = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::from(code.min(3))];
    let data: Vec<_> = values.iter().filter_map(|(f, v)| v.map(|v| perfdata(*f, v, warn, crit))).collect();
    let data = if data.is_empty() { String::new() } else { format!(" | {}", data.join(" ")) };
    // The bar parts the words from the performance data: it must not stand in a name.
    format!("{label} - {}: {}{data}", one_line(name).replace('|', "/"), one_line(words).replace('|', "/"))
}

/// `lag=12;1000;5000`, after the Monitoring Plugins development guidelines.
fn perfdata(figure: Figure, value: f64, warn: &Limits, crit: &Limits) -> String {
    let limit = |limits: &Limits| limits.of(figure).map(|limit| range(figure, limit)).unwrap_or_default();
    let text = format!("{}={}{};{};{}", figure.name(), plain(value), figure.unit(), limit(warn), limit(crit));
    text.trim_end_matches(';').to_owned()
}

/// `5:` alarms below 5, `5` above it.
fn range(figure: Figure, limit: f64) -> String {
    if figure == Figure::Rate { format!("{}:", plain(limit)) } else { plain(limit) }
}

fn plain(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn one_line(words: &str) -> String {
    text::visible(words).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fact, Finding, FindingState, Subject as About, Timestamp};
    use crate::snapshot::{Cluster, GroupLag, GroupStatus, Health, Source, Totals};
    use std::sync::Arc;

    fn picture(lag: Option<u64>, quality: LagQuality) -> Snapshot {
        let group = Group {
            name: "billing".into(),
            lag: GroupLag { records: lag, seconds: Some(8.0), quality, ..GroupLag::default() },
            status: GroupStatus { level: Level::Healthy, reason: Reason::default(), ..GroupStatus::default() },
            ..Group::default()
        };
        let source = Source { state: LinkState::Connected, ..Source::default() };
        Snapshot { groups: vec![Arc::new(group)], source: Arc::new(source), ..Snapshot::default() }
    }

    fn judge(lag: Option<u64>, warn: &str, crit: &str) -> Verdict {
        let subject = Subject::Group("billing".into());
        check(&picture(lag, LagQuality::Exact), &subject, &warn.parse().unwrap(), &crit.parse().unwrap())
    }

    #[test]
    fn the_four_answers() {
        assert_eq!(judge(Some(12), "lag=1000", "lag=5000").code, 0);
        assert_eq!(judge(Some(1_000), "lag=1000", "lag=5000").code, 1);
        assert_eq!(judge(Some(5_000), "lag=1000", "lag=5000").code, 2);
        assert_eq!(judge(None, "lag=1000", "lag=5000").code, 3);
    }

    #[test]
    fn a_figure_with_two_limits_is_told_once() {
        let verdict = judge(Some(12), "lag=1000", "lag=5000,lag_s=60");
        assert!(verdict.line.starts_with("OK - billing: lag 12, lag_s 8 |"), "{verdict:?}");
    }

    #[test]
    fn performance_data_has_value_and_limits() {
        let verdict = judge(Some(12), "lag=1000", "lag=5000");
        assert!(verdict.line.ends_with("| lag=12;1000;5000 lag_s=8s"), "{}", verdict.line);
    }

    #[test]
    fn critical_beats_unknown_and_unknown_beats_warning() {
        let subject = Subject::Group("billing".into());
        let picture = picture(Some(2_000), LagQuality::Unknown);
        let at = |warn: &str, crit: &str| check(&picture, &subject, &warn.parse().unwrap(), &crit.parse().unwrap()).code;
        assert_eq!(at("lag=1000", "lag_s=60"), 3);
        assert_eq!(at("", "lag=1000,lag_s=60"), 2);
    }

    fn of_cluster(picture: &Snapshot) -> Verdict {
        check(picture, &Subject::Cluster, &Limits::default(), &Limits::default())
    }

    fn read(topics: usize, alerts: Vec<Finding>, reason: Option<Reason>) -> Snapshot {
        let level = alerts.first().map_or(Level::Healthy, |f| f.level);
        let health = Health { level, reason: Code::Healthy.into() };
        let state = if reason.is_some() { LinkState::Degraded } else { LinkState::Connected };
        Snapshot {
            source: Arc::new(Source { state, reason, ..Source::default() }),
            cluster: Arc::new(Cluster { topics: Some(topics), ..Cluster::default() }),
            totals: Arc::new(Totals { health, ..Totals::default() }),
            alerts_count: alerts.len(),
            alerts: alerts.into_iter().map(|f| Arc::new(Alert(f, None))).collect(),
            ..Snapshot::default()
        }
    }

    #[test]
    fn a_cluster_that_is_not_there_or_not_read_is_unknown_not_ok() {
        assert_eq!(of_cluster(&Snapshot::default()).code, 3);
        let source = Source { state: LinkState::Connected, ..Source::default() };
        assert_eq!(of_cluster(&Snapshot { source: Arc::new(source), ..Snapshot::default() }).code, 3);
    }

    #[test]
    fn a_cluster_that_shows_nothing_is_unknown_and_a_missing_permission_is_told() {
        assert_eq!(of_cluster(&read(2, Vec::new(), None)).line, "OK - cluster: healthy");
        let nothing = of_cluster(&read(0, Vec::new(), Some(Code::NothingVisible.into())));
        assert!(nothing.code == 3 && nothing.line.contains("permissions are missing"), "{nothing:?}");
        let groups = of_cluster(&read(2, Vec::new(), Some(Code::GroupRefused.into())));
        assert!(groups.code == 0 && groups.line.contains("no permission on group"), "{groups:?}");
        let listed = Snapshot { groups_reason: Some(Code::NotSupported.into()), ..read(2, Vec::new(), None) };
        assert_eq!(
            of_cluster(&listed).line,
            "OK - cluster: healthy, as far as can be seen (no list of the groups: this cluster cannot tell)"
        );
    }

    #[test]
    fn the_line_tells_the_worst_findings_and_how_many_more_there_are() {
        let finding = |subject, level, code| Finding {
            subject,
            level,
            state: FindingState::Firing,
            since: Timestamp(0),
            reason: Reason::new(code).with("partitions", Fact::Count(2)).with("for_s", Fact::Seconds(0.4)),
        };
        let down = Finding {
            reason: Reason::new(Code::BrokerDown).with("id", Fact::Count(2)),
            ..finding(About::Broker(2), Level::Critical, Code::BrokerDown)
        };
        let topic = |n: usize| finding(About::Topic(format!("t{n}").into()), Level::Warning, Code::UnderReplicated);
        let all = vec![down, topic(1), topic(2), topic(3), topic(4)];
        let told = of_cluster(&read(4, all, Some(Code::BrokerUnreachable.into())));
        assert_eq!(told.code, 2);
        let words =
            "broker 2 is down; t1: 2 partitions with too few replicas in sync; t2: 2 partitions with too few replicas in sync";
        assert_eq!(told.line, format!("CRITICAL - cluster: {words}; and 2 more"));
    }
}
