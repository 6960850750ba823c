//! What happened to this key, on every topic, one after the other, and where did it wait? Newest first, and what comes comes on top.
//! Enter reads a record whole; at the list's end the search goes further back.

use super::PanelId;
use super::tail::value_cell;
use crate::model::Level;
use crate::snapshot::{TailRow, Verdict, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::json::one_line;
use crate::ui::list::{RowKey, Rows};
use crate::ui::past::{self, told};
use crate::ui::popups::verdict_sign;
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::time::{clock, clock_ms};
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::table::{self, Column, Dress};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct FollowRows;

/// A record, and how long after the one before it.
pub struct Row {
    pub record: Arc<TailRow>,
    after_s: Option<f64>,
}

impl Rows for FollowRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Follow;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, state: &UiState) -> Vec<Row> {
        let found = state.follow.as_ref().and_then(|f| view.focus.searches.get(&f.id));
        let Some(records) = found.map(|f| f.until(state.moment())) else { return Vec::new() };
        let after = |i: usize| Some(records[i].time?.at.since_s(records.get(i + 1)?.time?.at));
        (0..records.len()).map(|i| Row { record: records[i].clone(), after_s: after(i) }).collect()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(place(row).into())
    }

    fn copy(row: &Row) -> String {
        text::visible_bytes(row.record.value.as_deref().unwrap_or_default())
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        let value = text::visible_bytes(row.record.value.as_deref().unwrap_or_default());
        filter.matches(&[&row.record.topic, &value])
    }

    fn level(row: &Row) -> Level {
        super::tail::level(&row.record.verdict)
    }
}

fn place(row: &Row) -> String {
    format!("{}/{}@{}", row.record.topic, row.record.partition, row.record.offset)
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("verdict", Word::Nothing, 1, |r, _, _| verdict_sign(&r.record.verdict)),
    Col::fixed("time", Word::ColTime, 12, |r, ctx, _| {
        r.record.time.map_or_else(Ink::unknown, |t| Ink::dim(clock_ms(ctx.state, t.at)))
    }),
    Col::fixed("wait", Word::ColWait, 7, |r, _, _| match r.after_s {
        Some(s) => Ink::text(text::short_duration_s(s.max(0.0))),
        None => Ink::text(""),
    })
    .right(),
    Col::content("topic", Word::ColTopic, (12, 28), |r, _, _| Ink::new(Role::Accent, text::visible(&r.record.topic).into_owned())),
    Col::content("at", Word::ColWhere, (8, 16), |r, _, _| Ink::dim(format!("{}@{}", r.record.partition, r.record.offset)))
        .right()
        .leaves(1),
    Col::rest("value", Word::ColValue, 16, |r, ctx, width| match r.record.verdict {
        Verdict::NotRead => Ink::dim(word(Word::NotRead)),
        _ => value_cell(&r.record, ctx, width),
    }),
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let Some(follow) = &ctx.state.follow else { return };
    let found = past::found(ctx.view, ctx.state);
    let mut title = vec![
        Ink::new(Role::Title, word(Word::FollowTitle)),
        Ink::new(Role::Accent, format!(" {}", one_line(&follow.key.bytes, 64))),
    ];
    let mut note = Vec::new();
    if let Some(found) = found {
        let moment = ctx.state.moment();
        let shown = found.until(moment).len();
        title.push(Ink::dim(format!(" · {}", text::counted(shown as u64, Word::Record, Word::Records))));
        if let Some(moment) = moment {
            title.push(Ink::new(Role::Warning, format!(" · {} {}", word(Word::UpTo), clock(ctx.state, moment))));
        } else if let Some(since) = found.live_since {
            let came = text::counted(found.live, Word::CameOne, Word::Came);
            title.push(Ink::dim(format!(" · {} {}, {came}", word(Word::LiveSince), clock(ctx.state, since))));
        }
        if found.skipped > 0 {
            let skipped = text::counted(found.skipped, Word::TailSkippedOne, Word::TailSkipped);
            note.push(Ink::new(Role::Warning, format!("▲ {skipped}")));
        } else if found.older_cut {
            note.push(Ink::new(Role::Warning, word(Word::OldestLetGo)));
        }
    }
    let empty = match found.map(|f| f.progress.running) {
        Some(None) => format!("{}.", word(Word::NothingFoundYet)),
        _ => format!("{} …", word(Word::Searching)),
    };
    let (table, foot) = crate::ui::layout::split_top(area, area.height.saturating_sub(1));
    table::draw::<FollowRows>(ctx, buf, table, hits, Dress { title, note, empty, section: None });
    told::line(ctx, buf, foot, found.map(Arc::as_ref));
}
