//! Which topic is not well, and why? The worst stands on top with its evidence; Enter goes to the topic to see since when and who
//! suffers.

use super::PanelId;
use crate::model::{Level, Reason};
use crate::snapshot::{Topic, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{Pick, columns, nice_top, peak, spark};
use crate::ui::widgets::ink::{self, Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::cmp::Ordering;
use std::sync::Arc;

pub struct TopicRows;

impl Rows for TopicRows {
    type Row = Arc<Topic>;
    const PANEL: PanelId = PanelId::Topics;
    const SORT: Option<&'static str> = Some("health");

    fn columns() -> &'static [Column<Self::Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Self::Row> {
        view.snapshot.topics.clone()
    }

    fn key(row: &Self::Row) -> RowKey {
        RowKey::Name(row.name.clone())
    }

    fn copy(row: &Self::Row) -> String {
        row.name.to_string()
    }

    fn matches(row: &Self::Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.name, row.role.as_deref().unwrap_or_default()])
    }

    fn pinned(row: &Self::Row, state: &UiState) -> bool {
        state.chosen.is_pinned(&row.name)
    }

    fn level(row: &Self::Row) -> Level {
        row.health.level
    }
}

type Row = Arc<Topic>;

/// Known figures first, the greatest on top.
pub(super) fn most<T: PartialOrd>(a: Option<T>, b: Option<T>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.partial_cmp(&a).unwrap_or(Ordering::Equal),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn rate(row: &Row) -> Option<f64> {
    row.throughput.records_per_s.s10
}

fn bytes(row: &Row) -> Option<f64> {
    row.throughput.bytes_per_s.s10
}

/// The worst first; among equals by name, so that the table stands still.
fn worst(a: &Row, b: &Row) -> Ordering {
    b.health.level.cmp(&a.health.level)
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("level", Word::Nothing, 1, symbol).file(&[("level", |r, _| raw::level(r.health.level))]),
    Col::content("topic", Word::ColTopic, (16, 40), name_cell)
        .file(&[("topic", |r, _| raw::text(Some(&r.name)))])
        .rises(|a, b| a.name.cmp(&b.name)),
    Col::fixed("rate", Word::ColRate, 6, rate_cell)
        .file(&[("msg_per_s", |r, _| raw::number(rate(r))), ("msg_per_s_is_at_most", |r, _| raw::flag(r.throughput.estimated))])
        .right()
        .sorts(|a, b| most(rate(a), rate(b))),
    Col::fixed("minute", Word::ColMinute, 8, minute_cell).file(&[]).leaves(6),
    Col::fixed("bytes", Word::ColBytes, 8, |r, _, _| Ink::known(bytes(r), text::bytes))
        .file(&[("bytes_per_s", |r, _| raw::number(bytes(r)))])
        .right()
        .leaves(8)
        .sorts(|a, b| most(bytes(a), bytes(b))),
    Col::fixed("p50", Word::ColP50, 6, |r, _, _| Ink::known(r.latency_ms.p50, |ms| text::short_duration_ms(ms as f64)))
        .file(&[("p50_ms", |r, _| raw::whole(r.latency_ms.p50))])
        .right()
        .leaves(7)
        .sorts(|a, b| most(a.latency_ms.p50, b.latency_ms.p50)),
    Col::fixed("p99", Word::ColP99, 6, p99_cell)
        .file(&[("p99_ms", |r, _| raw::whole(r.latency_ms.p99))])
        .right()
        .leaves(3)
        .sorts(|a, b| most(a.latency_ms.p99, b.latency_ms.p99)),
    Col::fixed("lag", Word::ColLag, 7, |r, _, _| Ink::quiet_zero(r.lag.records, text::column_count))
        .file(&[("lag", |r, _| raw::whole(r.lag.records))])
        .right()
        .sorts(|a, b| most(a.lag.records, b.lag.records)),
    Col::fixed("oldest", Word::ColOldest, 7, |r, _, _| Ink::quiet_zero(r.lag.seconds, text::short_duration_s))
        .file(&[("oldest_s", |r, _| raw::number(r.lag.seconds))])
        .right()
        .leaves(4)
        .sorts(|a, b| most(a.lag.seconds, b.lag.seconds)),
    Col::fixed("errors", Word::ColErrors, 5, |r, _, _| Ink::quiet_zero(r.error_rate, text::percent_figure))
        .file(&[("error_rate", |r, _| raw::number(r.error_rate))])
        .right()
        .leaves(5)
        .sorts(|a, b| most(a.error_rate, b.error_rate)),
    Col::rest("health", Word::ColHealth, 14, health_cell).sorts(worst),
];

fn symbol(row: &Row, _: Ctx, _: u16) -> Ink {
    let (symbol, role, _) = ink::level(row.health.level);
    Ink::new(role, symbol)
}

/// A star on those that are pinned.
fn name_cell(row: &Row, ctx: Ctx, _: u16) -> Ink {
    let name = text::visible(&row.name);
    Ink::text(if ctx.state.chosen.is_pinned(&row.name) { format!("★ {name}") } else { name.into_owned() })
}

fn rate_cell(row: &Row, _: Ctx, _: u16) -> Ink {
    let mark = if row.throughput.estimated { "≤" } else { "" };
    Ink::known(rate(row), |r| format!("{mark}{}", text::rate(r)))
}

fn p99_cell(row: &Row, _: Ctx, _: u16) -> Ink {
    let ink = Ink::known(row.latency_ms.p99, |ms| text::short_duration_ms(ms as f64));
    if row.latency_ms.inflated { ink.with_role(Role::Dim) } else { ink }
}

fn minute_cell(row: &Row, ctx: Ctx, width: u16) -> Ink {
    let Some(line) = ctx.view.focus.sparks.get(&row.name) else { return Ink::dim("") };
    let values = columns(line, 60, width, Pick::Mean);
    Ink::new(Role::Chart1, spark(&values, nice_top(peak(&values))))
}

fn health_cell(row: &Row, _: Ctx, width: u16) -> Ink {
    short_level_sentence(row.health.level, &row.health.reason, width)
}

/// The same as a judgement's sentence, for a cell of so many columns.
pub(super) fn short_level_sentence(level: Level, reason: &Reason, width: u16) -> Ink {
    Ink::new(sentence_role(level), text::visible(&text::short_sentence(reason, width.into())).into_owned())
}

/// The sentence of a judgement; only what is not well has a colour.
pub(super) fn level_sentence(level: Level, reason: &Reason) -> Ink {
    Ink::new(sentence_role(level), text::visible(&text::sentence(reason)).into_owned())
}

fn sentence_role(level: Level) -> Role {
    let (_, role, _) = ink::level(level);
    if matches!(level, Level::Healthy | Level::Unknown) { Role::Dim } else { role }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let snapshot = &ctx.view.snapshot;
    let mut note = Vec::new();
    if snapshot.cluster.hidden_topics > 0 {
        note.push(Ink::dim(format!("{} {}", snapshot.cluster.hidden_topics, word(Word::Hidden))));
    }
    let title = titled::<TopicRows>(ctx, Word::Topics, snapshot.topics.len());
    let empty = format!("{}.", word(Word::NoTopics));
    table::draw::<TopicRows>(ctx, buf, area, hits, Dress { title, note, empty, section: None });
}
