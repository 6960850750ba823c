//! What do the records say right now? Newest first; a filter finds the one that somebody asks about, Enter opens it whole. The
//! selected record stays where it is while newer ones come in above.

use super::PanelId;
use crate::model::{Code, Level, Rest, Start};
use crate::snapshot::{TailRow, TopicFocus, Verdict, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::json::one_line;
use crate::ui::keymap::{Action, Context};
use crate::ui::list::{RowKey, Rows};
use crate::ui::past::{self, Goto, Past};
use crate::ui::popups::verdict_sign;
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::time::{clock, clock_ms, moment};
use crate::ui::widgets::ink::{Ctx, Ink, awaited};
use crate::ui::widgets::table::{self, Column, Dress};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct TailRows;

type Row = Arc<TailRow>;

impl Rows for TailRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Tail;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, state: &UiState) -> Vec<Row> {
        if past::open(state).is_some() {
            return past::found(view, state).map(|f| f.rows.to_vec()).unwrap_or_default();
        }
        let topic = view.focus.topic.as_ref().filter(|t| Some(&t.name) == state.topic.as_ref());
        topic.map(|t| t.tail.rows.to_vec()).unwrap_or_default()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Offset(row.partition, row.offset)
    }

    fn copy(row: &Row) -> String {
        text::visible_bytes(row.value.as_deref().unwrap_or_default())
    }

    fn level(row: &Row) -> Level {
        level(&row.verdict)
    }
}

pub fn level(verdict: &Verdict) -> Level {
    match verdict {
        Verdict::Malformed(_) => Level::Critical,
        Verdict::Contract(_) => Level::Warning,
        _ => Level::Healthy,
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("verdict", Word::Nothing, 1, |r, _, _| verdict_sign(&r.verdict)),
    Col::fixed("time", Word::ColTime, 12, |r, ctx, _| r.time.map_or_else(Ink::unknown, |t| Ink::dim(clock_ms(ctx.state, t.at)))),
    Col::content("at", Word::ColWhere, (8, 16), |r, _, _| Ink::dim(format!("{}@{}", r.partition, r.offset))).right().leaves(1),
    Col::content("key", Word::ColKey, (10, 28), key_cell),
    Col::rest("value", Word::ColValue, 16, value_cell),
];

fn key_cell(row: &Row, _: Ctx, width: u16) -> Ink {
    match row.key.as_deref() {
        None => Ink::dim(word(Word::Null)),
        Some(key) => Ink::new(Role::Accent, one_line(key, usize::from(width) * 4)),
    }
}

pub fn value_cell(row: &Row, _: Ctx, width: u16) -> Ink {
    match row.value.as_deref() {
        None => Ink::dim(word(Word::Deletion)),
        Some([]) => Ink::dim(word(Word::Empty)),
        Some(value) => Ink::text(one_line(value, usize::from(width) * 4)),
    }
}

/// A time as it is, whatever was typed for it.
fn place(ctx: Ctx, past: &Past) -> String {
    match &past.goto {
        Goto::At(Start::Time(at)) if at.0 > 0 => moment(ctx.state, *at),
        Goto::At(Start::Time(_)) => word(Word::PlaceStart).to_owned(),
        Goto::Last(count) => text::of_last(*count as u64),
        _ => text::visible(&past.asked).into_owned(),
    }
}

/// What is past must not look like now.
fn draw_past(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits, past: &Past) {
    let found = past::found(ctx.view, ctx.state).map(Arc::as_ref);
    let mut title = vec![
        Ink::new(Role::Warning, format!("◀ {}", word(Word::PastTitle))),
        Ink::text(format!(" {} {}", word(Word::From), place(ctx, past))),
        Ink::new(Role::Warning, format!(" · {}", word(Word::NotLive))),
    ];
    if !ctx.state.tail_filter_text.is_empty() {
        title = table::with_filter(title, None, &ctx.state.tail_filter_text, area);
    }
    let span = found.and_then(|f| Some((f.rows.last()?.time?.at, f.rows.first()?.time?.at)));
    let note = span.map(|(from, to)| Ink::dim(format!("{} – {}", clock(ctx.state, from), clock(ctx.state, to))));
    let empty = match found.map(|f| f.progress.running.is_some() || f.progress.rests == Rest::NotBegun) {
        Some(false) => format!("{}.", word(Word::NothingFoundYet)),
        _ => format!("{} …", word(Word::Searching)),
    };
    let (table, foot) = crate::ui::layout::split_top(area, area.height.saturating_sub(1));
    let dress = Dress { title, note: note.into_iter().collect(), empty, section: None };
    table::draw::<TailRows>(ctx, buf, table, hits, dress);
    past::told::line(ctx, buf, foot, found);
}

/// Which key reads what is not kept.
fn with_key(ctx: Ctx, told: String) -> String {
    match ctx.state.keys.key(Context::Records, Action::Goto) {
        Some(key) => format!("{told} ({key})"),
        None => told,
    }
}

/// Nothing came since the topic was opened; what came before can be read.
fn none_came(ctx: Ctx, before: bool) -> String {
    let none = word(Word::NoRecords);
    match ctx.state.keys.key(Context::Records, Action::Goto).filter(|_| before) {
        Some(key) => text::labelled(none, &format!("{key} {}.", word(Word::ReadsBefore))),
        None => format!("{none}."),
    }
}

/// Whether the topic holds records, as far as is known.
fn lies_there(topic: &TopicFocus) -> bool {
    topic.partitions.iter().any(|p| p.low.zip(p.high).is_none_or(|(low, high)| low < high))
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    if let Some(past) = past::open(ctx.state) {
        return draw_past(ctx, buf, area, hits, past);
    }
    let focus = ctx.view.focus.topic.as_ref().filter(|t| Some(&t.name) == ctx.state.topic.as_ref());
    let mut title = vec![Ink::new(Role::Title, word(Word::Tail))];
    let mut note = Vec::new();
    let mut empty = awaited(ctx, Word::NotYet);
    if let Some(tail) = focus.map(|f| &f.tail) {
        if !ctx.state.tail_filter_text.is_empty() {
            title = table::with_filter(title, None, &ctx.state.tail_filter_text, area);
            let matched =
                format!(" {} {} {} {}", text::count(tail.matched), word(Word::Of), text::count(tail.passed), word(Word::Match));
            title.push(Ink::dim(matched));
        }
        if tail.dropped > 0 {
            note.push(Ink::new(Role::Warning, format!("{} {}", text::count(tail.dropped), word(Word::Dropped))));
        }
        let list = ctx.state.list(PanelId::Tail);
        if list.selected.is_some() {
            let above = tail.rows.iter().position(|r| Some(&TailRows::key(r)) == list.selected.as_ref()).unwrap_or(0);
            if above > list.line {
                title.push(Ink::new(Role::Accent, format!("  ↑ {} {}", above - list.line, word(Word::Newer))));
            }
        }
        empty = match &tail.reason {
            // The topic may be silent, or the filter too narrow: not the same.
            Some(reason) if reason.code == Code::NoRecords && tail.passed > 0 => format!("{}.", word(Word::NoneMatched)),
            Some(reason) if reason.code == Code::NoRecords => none_came(ctx, focus.is_some_and(|f| lies_there(f))),
            Some(reason) if reason.code == Code::PastTail => with_key(ctx, text::sentence(reason)),
            Some(reason) => text::visible(&text::sentence(reason)).into_owned(),
            None if tail.passed > 0 => format!("{}.", word(Word::NoneMatched)),
            None => none_came(ctx, focus.is_some_and(|f| lies_there(f))),
        };
    }
    if ctx.state.topic.is_none() {
        empty = format!("{}.", word(Word::NoTopicChosen));
    }
    table::draw::<TailRows>(ctx, buf, area, hits, Dress { title, note, empty, section: None });
}
