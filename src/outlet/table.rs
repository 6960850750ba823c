use crate::snapshot::{CatchUp, Group, Snapshot, Topic};
use crate::text::{self, Word, word};
use unicode_width::UnicodeWidthStr;

/// The snapshot as plain text for a person: cluster line, topics, groups, alerts.
pub fn table(snapshot: &Snapshot) -> String {
    let mut out = source_line(snapshot);
    out.push('\n');
    out.push_str(&aligned(&topic_rows(snapshot)));
    if !snapshot.groups.is_empty() {
        out.push('\n');
        out.push_str(&aligned(&group_rows(snapshot)));
    }
    if let Some(reason) = &snapshot.groups_reason {
        out.push_str(&format!("\n{}\n", text::sentence(reason)));
    }
    if !snapshot.alerts.is_empty() {
        out.push('\n');
        out.push_str(&aligned(&alert_rows(snapshot)));
    }
    out
}

fn source_line(snapshot: &Snapshot) -> String {
    let source = &snapshot.source;
    let cluster = &snapshot.cluster;
    let mut line = format!("{}  {}", text::visible(&source.name), state_word(snapshot));
    if let Some(topics) = cluster.topics {
        let brokers = text::counted(cluster.brokers.len() as u64, Word::Broker, Word::Brokers);
        line.push_str(&format!("  {brokers}  {}", text::counted(topics as u64, Word::Topic, Word::Topics)));
    }
    if let Some(reason) = &source.reason {
        line.push_str(&format!("\n{}", text::sentence(reason)));
        if let Some(remedy) = text::remedy(reason) {
            line.push_str(&format!("\n{remedy}"));
        }
    }
    line.push('\n');
    line
}

fn state_word(snapshot: &Snapshot) -> &'static str {
    use crate::model::LinkState::{Connected, Connecting, Degraded, Down};
    word(match snapshot.source.state {
        Connecting => Word::Connecting,
        Connected => Word::Connected,
        Degraded => Word::Degraded,
        Down => Word::Down,
    })
}

type Row = Vec<String>;

fn heads(words: &[Word]) -> Row {
    words.iter().map(|w| word(*w).to_owned()).collect()
}

fn topic_rows(snapshot: &Snapshot) -> Vec<Row> {
    let head =
        [Word::ColTopic, Word::ColRate, Word::ColBytes, Word::ColP50, Word::ColP99, Word::ColLag, Word::ColErrors, Word::ColHealth];
    let mut rows = vec![heads(&head)];
    rows.extend(snapshot.topics.iter().map(|topic| topic_row(topic)));
    rows
}

fn topic_row(topic: &Topic) -> Row {
    vec![
        text::visible(&topic.name).into_owned(),
        known(topic.throughput.records_per_s.m1, text::rate),
        known(topic.throughput.bytes_per_s.m1, text::bytes_rate),
        known(topic.latency_ms.p50, |ms| text::duration_ms(ms as f64)),
        known(topic.latency_ms.p99, |ms| text::duration_ms(ms as f64)),
        known(topic.lag.records, text::count),
        known(topic.error_rate, text::percent),
        text::sentence(&topic.health.reason),
    ]
}

fn group_rows(snapshot: &Snapshot) -> Vec<Row> {
    let head = [Word::ColGroup, Word::ColLag, Word::ColOldest, Word::ColOut, Word::ColCatchUp, Word::ColStatus];
    let mut rows = vec![heads(&head)];
    rows.extend(snapshot.groups.iter().map(|group| group_row(group)));
    rows
}

fn group_row(group: &Group) -> Row {
    let catch_up = match group.catch_up {
        CatchUp::Seconds(s) => text::duration_s(s),
        CatchUp::CaughtUp | CatchUp::Unknown => word(Word::NotKnown).to_owned(),
        CatchUp::FallingBehind => text::sentence(&crate::model::Code::FallingBehind.into()),
    };
    vec![
        text::visible(&group.name).into_owned(),
        known(group.lag.records, text::count),
        known(group.lag.seconds, text::duration_s),
        known(group.consume_per_s, text::rate),
        catch_up,
        text::sentence(&group.status.reason),
    ]
}

fn alert_rows(snapshot: &Snapshot) -> Vec<Row> {
    let row = |alert: &crate::snapshot::Alert| {
        vec![
            word(match alert.0.level {
                crate::model::Level::Critical => Word::Critical,
                _ => Word::Warning,
            })
            .to_owned(),
            text::visible(&alert.subject()).into_owned(),
            text::sentence(&alert.0.reason),
        ]
    };
    snapshot.alerts.iter().map(|alert| row(alert)).collect()
}

fn known<T>(value: Option<T>, shown: impl Fn(T) -> String) -> String {
    value.map_or_else(|| word(Word::NotKnown).to_owned(), shown)
}

/// The last column is left as it is; numbers of the middle ones are right-aligned.
fn aligned(rows: &[Row]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |c: usize| rows.iter().map(|r| r[c].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        for (c, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[c].saturating_sub(cell.width()));
            match c {
                0 => out.push_str(&format!("{cell}{pad}")),
                c if c + 1 == columns => out.push_str(&format!("  {cell}")),
                _ => out.push_str(&format!("  {pad}{cell}")),
            }
        }
        out.push('\n');
    }
    out
}
