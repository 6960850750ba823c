//! What fires, who looks after it, and what is worth looking at first? Enter goes to its subject, `i` says what to do, `A` says that
//! one looks after it, `M` keeps it quiet for a while.

use super::PanelId;
use crate::model::{FindingState, Level, LinkState};
use crate::snapshot::{Alert, Snapshot, View, subject_name};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::time::clock;
use crate::ui::widgets::ink::{self, Ctx, Ink, width};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct AlertTableRows;

pub type Row = Arc<Alert>;

impl Rows for AlertTableRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::AlertTable;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        view.snapshot.alerts.clone()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Alert(row.0.subject.clone(), row.0.reason.code)
    }

    fn copy(row: &Row) -> String {
        format!("{}: {}", row.subject(), text::sentence(&row.0.reason))
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.subject(), &text::sentence(&row.0.reason), row.0.reason.code.name()])
    }

    fn level(row: &Row) -> Level {
        row.0.level
    }

    fn section(row: &Row) -> u8 {
        u8::from(!row.speaks())
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("severity", Word::ColSeverity, 11, |a, _, _| severity(a.0.level))
        .file(&[("severity", |r, _| raw::level(r.0.level))]),
    Col::fixed("since", Word::ColSince, 6, |a, ctx, _| {
        Ink::dim(text::age_s(ctx.view.snapshot.taken_at.since_s(a.0.since).max(0.0)))
    })
    .file(&[("since", |r, _| raw::moment(Some(r.0.since))), ("fires_s", |r, ctx| raw::since(ctx, r.0.since))])
    .right(),
    Col::content("subject", Word::ColSubject, (8, 28), |a, _, _| Ink::text(text::visible(&a.subject()).into_owned())),
    Col::rest("said", Word::ColSaid, 24, |a, _, room| said(&a.0.reason, room)),
    Col::content("quiet", Word::ColQuiet, (0, 30), |a, ctx, _| Ink::dim(quiet(ctx, a))).leaves(1),
];

pub fn severity(of: Level) -> Ink {
    let (symbol, role, label) = ink::level(of);
    Ink::new(role, format!("{symbol} {}", word(label)))
}

/// The whole sentence where it has room, else a short one: evidence that ends in the middle of a word is worth less.
pub fn said(reason: &crate::model::Reason, room: u16) -> Ink {
    let whole = text::visible(&text::sentence(reason)).into_owned();
    if width(&whole) <= room {
        return Ink::text(whole);
    }
    Ink::text(text::visible(&text::short_sentence(reason, room.into())).into_owned())
}

/// Since when nobody can say whether it still fires, and who or what keeps it quiet.
pub fn quiet(ctx: Ctx, alert: &Alert) -> String {
    let unjudged = alert.unjudged_since(ctx.view.snapshot.taken_at);
    let unjudged = unjudged.map(|at| format!("{} {}", word(Word::UnjudgedSince), clock(ctx.state, at)));
    let parts = [unjudged, Some(kept_quiet(ctx, alert)).filter(|said| !said.is_empty())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn kept_quiet(ctx: Ctx, alert: &Alert) -> String {
    let Some(quiet) = &alert.1 else { return String::new() };
    let by = quiet.by.as_deref().map(|by| format!(" · {}", text::visible(by))).unwrap_or_default();
    match (alert.0.state, &quiet.because, quiet.until) {
        (FindingState::Inhibited, Some(cause), _) => {
            format!("{} {}", word(Word::FollowsFrom), text::visible(&subject_name(cause)))
        }
        (FindingState::Silenced, _, Some(until)) => format!("{} {}{by}", word(Word::SilentUntil), clock(ctx.state, until)),
        (FindingState::Silenced, ..) => format!("{}{by}", word(Word::SilentUntilOver)),
        _ => format!("{}{by}", acknowledged(alert)),
    }
}

/// Quiet as it is, who looks after it wants to know that it grows.
fn acknowledged(alert: &Alert) -> String {
    let told = |(then, now)| {
        let (then, now) = (text::count(then), text::count(now));
        format!("{} {} {then}, {} {now}", word(Word::Acknowledged), word(Word::AtCount), word(Word::Now))
    };
    alert.grown().map_or_else(|| word(Word::Acknowledged).to_owned(), told)
}

/// How many cannot be judged now.
pub fn unjudged(snapshot: &Snapshot) -> Option<Ink> {
    let count = snapshot.alerts.iter().filter(|alert| alert.0.unjudged_s().is_some()).count();
    (count > 0).then(|| Ink::dim(format!(" · {count} {}", word(Word::Unjudged))))
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let snapshot = &ctx.view.snapshot;
    let mut title = vec![Ink::new(Role::Title, word(Word::Alerts))];
    let speaking = snapshot.alerts_count.saturating_sub(snapshot.alerts_quiet.sum());
    if snapshot.alerts_count > 0 {
        title.push(Ink::dim(format!(" {speaking} {}", word(Word::Firing))));
    }
    let counts = snapshot.alerts_quiet;
    for (n, label) in
        [(counts.acknowledged, Word::Acknowledged), (counts.silenced, Word::Silenced), (counts.inhibited, Word::Following)]
    {
        if n > 0 {
            title.push(Ink::dim(format!(" · {n} {}", word(label))));
        }
    }
    title.extend(unjudged(snapshot));
    let blind = matches!(snapshot.source.state, LinkState::Down | LinkState::Connecting);
    let empty = format!("{}.", word(if blind { Word::NotJudged } else { Word::NoAlerts }));
    table::draw::<AlertTableRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: Some(Word::Quiet) });
}
