//! What exactly does this record say, where is it, and is it as it should be? Whole, with nothing changed but blanks.

use crate::model::{Answer, LookupResult, RecordTime, TimestampKind};
use crate::snapshot::{LastEvent, TailRow, Verdict};
use crate::text::{self, Word, word};
use crate::ui::json;
use crate::ui::theme::Role;
use crate::ui::time::moment;
use crate::ui::widgets::ink::{Ctx, Ink, wrap};

pub fn title(row: &TailRow) -> Vec<Ink> {
    let topic = text::visible(&row.topic).into_owned();
    vec![
        Ink::new(Role::Title, topic),
        Ink::dim(format!(" {} {} ", word(Word::Partition), row.partition)),
        Ink::dim(format!("{} {}", word(Word::Offset), row.offset)),
    ]
}

/// The whole value where it was fetched, else what the tail kept of it.
pub fn value_of<'a>(row: &'a TailRow, answer: Option<&'a Answer>) -> Option<&'a [u8]> {
    match answer.map(|a| &a.result) {
        Some(LookupResult::Record(record)) => record.value.as_deref(),
        _ => row.value.as_deref(),
    }
}

/// A record that was not read by the tail, before its answer has come.
pub fn sought(place: &LastEvent) -> TailRow {
    TailRow {
        topic: place.topic.clone(),
        partition: place.partition,
        offset: place.offset,
        time: None,
        received_at: None,
        key: None,
        value: None,
        value_len: 0,
        headers: Vec::new(),
        verdict: Verdict::NotRead,
    }
}

/// The same with what the answer says of it; one that the tail read is shown as it was read.
pub fn found(row: &TailRow, answer: &Answer) -> Option<TailRow> {
    let LookupResult::Record(record) = &answer.result else { return None };
    let header = |(name, value): &(String, Option<Vec<u8>>)| (name.as_str().into(), value.as_deref().map(Into::into));
    row.received_at.is_none().then(|| TailRow {
        time: record.time,
        key: record.key.as_deref().map(Into::into),
        value: record.value.as_deref().map(Into::into),
        value_len: record.value.as_ref().map_or(0, Vec::len),
        headers: record.headers.iter().map(header).collect(),
        ..row.clone()
    })
}

pub fn lines(ctx: Ctx, row: &TailRow, answer: Option<&Answer>, asked: bool, width: u16) -> Vec<Vec<Ink>> {
    if row.verdict == Verdict::NotRead && answer.is_none_or(|a| !matches!(a.result, LookupResult::Record(_))) {
        let said = answer.map_or_else(
            || word(Word::AskingBroker).to_owned(),
            |a| match &a.result {
                LookupResult::Failed(reason) => text::visible(&text::sentence(reason)).into_owned(),
                _ => String::new(),
            },
        );
        return wrap(&said, width).into_iter().map(|line| vec![Ink::dim(line)]).collect();
    }
    let mut out = vec![
        field(Word::Timestamp, row.time.map_or_else(Ink::unknown, |t| Ink::text(stamp(ctx, t)))),
        field(Word::Received, Ink::text(received(ctx, row))),
        field(Word::Key, bytes_or_null(row.key.as_deref(), Word::Null)),
    ];
    // What was looked up nobody has judged.
    if row.verdict != Verdict::NotRead {
        out.push(field(Word::Verdict, verdict(&row.verdict)));
    }
    if !row.headers.is_empty() {
        out.push(heading(Word::Headers, String::new()));
        for (name, value) in &row.headers {
            let name = format!("  {}: ", text::visible(name));
            out.push(vec![Ink::dim(name), bytes_or_null(value.as_deref(), Word::Null)]);
        }
    }
    let cut = row.value.as_ref().is_some_and(|v| v.len() < row.value_len);
    let state = match answer.map(|a| &a.result) {
        Some(LookupResult::Failed(reason)) => text::sentence(reason),
        Some(_) => String::new(),
        None if cut && asked => format!("{} · {} {}", word(Word::FetchingWhole), word(Word::CutAt), size(row.value.as_deref())),
        None if cut => format!("{} {}", word(Word::CutAt), size(row.value.as_deref())),
        None => String::new(),
    };
    out.push(heading(Word::Value, format!("  {}  {}", text::bytes(row.value_len as f64), text::visible(&state))));
    match value_of(row, answer) {
        None => out.push(vec![Ink::dim(format!("  {}", word(Word::Deletion)))]),
        Some([]) => out.push(vec![Ink::dim(format!("  {}", word(Word::Empty)))]),
        Some(value) => {
            for line in json::pretty(value) {
                let indent = line.len() - line.trim_start().len();
                for (i, part) in wrap(line.trim_start(), width.saturating_sub(indent as u16 + 2).max(8)).into_iter().enumerate() {
                    let pad = indent + 2 + usize::from(i > 0) * 2;
                    out.push(vec![Ink::text(format!("{:pad$}{part}", ""))]);
                }
            }
        }
    }
    out
}

fn size(bytes: Option<&[u8]>) -> String {
    text::bytes(bytes.map_or(0, <[u8]>::len) as f64)
}

fn field(label: Word, ink: Ink) -> Vec<Ink> {
    vec![Ink::dim(format!("{:<11}", word(label))), ink]
}

fn heading(label: Word, more: String) -> Vec<Ink> {
    vec![Ink::new(Role::Title, word(label)), Ink::dim(more)]
}

fn bytes_or_null(bytes: Option<&[u8]>, null: Word) -> Ink {
    match bytes {
        None => Ink::dim(word(null)),
        Some([]) => Ink::dim(word(Word::Empty)),
        Some(bytes) => Ink::text(text::visible_bytes(bytes)),
    }
}

/// When it came to us, and how much later that was than its timestamp.
fn received(ctx: Ctx, row: &TailRow) -> String {
    let Some(received_at) = row.received_at else { return word(Word::LookedUp).to_owned() };
    let at = moment(ctx.state, received_at);
    match row.time.map(|t| received_at.since_s(t.at)) {
        Some(s) if s >= 0.0 => format!("{at}  {} {}", text::duration_ms(s * 1_000.0), word(Word::Later)),
        _ => at,
    }
}

fn stamp(ctx: Ctx, time: RecordTime) -> String {
    let by = match time.kind {
        TimestampKind::Create => Word::Producer,
        TimestampKind::Append => Word::BrokerTime,
    };
    format!("{}  {} {}", moment(ctx.state, time.at), word(Word::Timestamps), word(by))
}

pub fn verdict(verdict: &Verdict) -> Ink {
    let said = |label: Word, why: &str| text::labelled(word(label), &text::visible(why));
    match verdict {
        Verdict::Event => Ink::new(Role::Ok, word(Word::VerdictEvent)),
        Verdict::Unjudged => Ink::dim(word(Word::VerdictUnjudged)),
        Verdict::Deletion => Ink::dim(word(Word::VerdictDeletion)),
        Verdict::Malformed(why) => Ink::new(Role::Critical, said(Word::VerdictMalformed, why)),
        Verdict::Contract(why) => Ink::new(Role::Warning, said(Word::VerdictContract, why)),
        Verdict::NotRead => Ink::dim(word(Word::NotRead)),
        Verdict::Undecoded { schema } => Ink::dim(format!("{} {schema}", word(Word::VerdictUndecoded))),
    }
}

/// One cell for a verdict: nothing where all is well.
pub fn verdict_sign(verdict: &Verdict) -> Ink {
    match verdict {
        Verdict::Event | Verdict::Unjudged | Verdict::NotRead => Ink::dim(" "),
        Verdict::Deletion => Ink::dim("–"),
        Verdict::Malformed(_) => Ink::new(Role::Critical, "✘"),
        Verdict::Contract(_) => Ink::new(Role::Warning, "▲"),
        Verdict::Undecoded { .. } => Ink::dim("?"),
    }
}
