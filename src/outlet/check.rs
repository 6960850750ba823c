use crate::model::{Level, LinkState};
use crate::snapshot::{Group, LagQuality, Snapshot, Topic};
use crate::text;
use std::str::FromStr;

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

/// The figures that can be held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Figure {
    Lag,
    LagSeconds,
    P99,
    ErrorRate,
    /// Alarms when it falls below.
    Rate,
}

impl Figure {
    const ALL: [(&'static str, Self); 5] = [
        ("lag", Self::Lag),
        ("lag_s", Self::LagSeconds),
        ("p99_ms", Self::P99),
        ("error_rate", Self::ErrorRate),
        ("per_s", Self::Rate),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, figure)| *figure == self).map_or("", |(name, _)| name)
    }

    fn unit(self) -> &'static str {
        match self {
            Self::LagSeconds => "s",
            Self::P99 => "ms",
            Self::Lag | Self::ErrorRate | Self::Rate => "",
        }
    }

    fn alarms(self, value: f64, limit: f64) -> bool {
        if self == Self::Rate { value < limit } else { value >= limit }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LimitsError {
    #[error("`{0}` is not FIGURE=VALUE, such as lag=1000")]
    Shape(String),
    #[error("`{0}` is no figure; there are lag, lag_s, p99_ms, error_rate, per_s")]
    Figure(String),
    #[error("`{1}` is not a number for {0}")]
    Value(String, String),
}

/// Thresholds as given on the command line: `lag=5000,lag_s=60`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits(Vec<(Figure, f64)>);

impl FromStr for Limits {
    type Err = LimitsError;

    fn from_str(text: &str) -> Result<Self, LimitsError> {
        let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
        parts.map(limit).collect::<Result<_, _>>().map(Self)
    }
}

fn limit(part: &str) -> Result<(Figure, f64), LimitsError> {
    let (name, value) = part.split_once('=').ok_or_else(|| LimitsError::Shape(part.into()))?;
    let figure = Figure::ALL.iter().find(|(n, _)| *n == name.trim()).map(|(_, f)| *f);
    let figure = figure.ok_or_else(|| LimitsError::Figure(name.into()))?;
    match value.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok((figure, number)),
        _ => Err(LimitsError::Value(name.into(), value.into())),
    }
}

impl Limits {
    fn of(&self, figure: Figure) -> Option<f64> {
        self.0.iter().find(|(f, _)| *f == figure).map(|(_, limit)| *limit)
    }

    /// Whether records must be read to judge: lag and rates come from offsets alone.
    pub fn needs_records(&self) -> bool {
        self.0.iter().any(|(f, _)| matches!(f, Figure::P99 | Figure::ErrorRate))
    }

    fn figures(&self) -> impl Iterator<Item = Figure> {
        self.0.iter().map(|(figure, _)| *figure)
    }
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
    let mut asked: Vec<Figure> = crit.figures().chain(warn.figures()).collect();
    asked.dedup();
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
            let totals = &snapshot.totals;
            let values = vec![
                (Figure::Lag, totals.lag.records.map(|n| n as f64)),
                (Figure::LagSeconds, totals.lag.seconds),
                (Figure::P99, totals.latency_ms.p99.map(|n| n as f64)),
                (Figure::ErrorRate, totals.error_rate),
                (Figure::Rate, rate(&totals.throughput.records_per_s)),
            ];
            Some(("cluster".into(), (totals.health.level, text::sentence(&totals.health.reason)), values))
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

fn topic_read(topic: &Topic) -> Read {
    let values = vec![
        (Figure::Lag, topic.lag.records.map(|n| n as f64)),
        (Figure::LagSeconds, topic.lag.seconds),
        (Figure::P99, topic.latency_ms.p99.map(|n| n as f64)),
        (Figure::ErrorRate, topic.error_rate),
        (Figure::Rate, rate(&topic.throughput.records_per_s)),
    ];
    (topic.name.to_string(), (topic.health.level, text::sentence(&topic.health.reason)), values)
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
    (group.name.to_string(), (group.status.level, text::sentence(&group.status.reason)), values)
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
        Subject::Cluster => "no figures yet".into(),
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
    use crate::model::Reason;
    use crate::snapshot::{GroupLag, GroupStatus, Source};
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

    #[test]
    fn a_cluster_that_is_not_there_is_unknown_not_ok() {
        let subject = Subject::Cluster;
        assert_eq!(check(&Snapshot::default(), &subject, &Limits::default(), &Limits::default()).code, 3);
    }

    #[test]
    fn wrong_limits_say_what_would_be_right() {
        assert_eq!("lag".parse::<Limits>(), Err(LimitsError::Shape("lag".into())));
        assert!("lags=1".parse::<Limits>().unwrap_err().to_string().contains("lag_s"));
        assert!("lag=-1".parse::<Limits>().is_err());
    }
}
