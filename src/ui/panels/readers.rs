//! Who reads this topic, and who is behind? Enter goes to the group.

use super::PanelId;
use super::topics::most;
use crate::snapshot::View;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::widgets::ink::{Ctx, Ink, level};
use crate::ui::widgets::table::{self, Align, Column, Dress, Width, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct ReaderRows;

/// Group, lag in records, lag in seconds.
type Reader = (Arc<str>, Option<u64>, Option<f64>);

impl Rows for ReaderRows {
    type Row = Reader;
    const PANEL: PanelId = PanelId::Readers;
    const SORT: Option<&'static str> = Some("oldest");

    fn columns() -> &'static [Column<Reader>] {
        COLUMNS
    }

    fn rows(view: &View, state: &UiState) -> Vec<Reader> {
        let topic = view.focus.topic.as_ref().filter(|t| Some(&t.name) == state.topic.as_ref());
        topic.map(|t| t.readers.clone()).unwrap_or_default()
    }

    fn key(row: &Reader) -> RowKey {
        RowKey::Name(row.0.clone())
    }

    fn copy(row: &Reader) -> String {
        row.0.to_string()
    }

    fn matches(row: &Reader, filter: &NameFilter) -> bool {
        filter.matches(&[&row.0])
    }
}

const COLUMNS: &[Column<Reader>] = &[
    Column {
        id: "level",
        words: Word::Nothing,
        width: Width::Fixed(1),
        align: Align::Left,
        leaves_first: 0,
        sort: None,
        cell: symbol,
    },
    Column {
        id: "group",
        words: Word::ColGroup,
        width: Width::Rest { least: 10 },
        align: Align::Left,
        leaves_first: 0,
        sort: Some(|a, b| a.0.cmp(&b.0)),
        cell: |r, _, _| Ink::text(text::visible(&r.0).into_owned()),
    },
    Column {
        id: "lag",
        words: Word::ColLag,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 0,
        sort: Some(|a, b| most(a.1, b.1)),
        cell: |r, _, _| Ink::quiet_zero(r.1, text::column_count),
    },
    Column {
        id: "oldest",
        words: Word::ColOldest,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 1,
        sort: Some(|a, b| most(a.2, b.2)),
        cell: |r, _, _| Ink::quiet_zero(r.2, text::short_duration_s),
    },
];

fn symbol(row: &Reader, ctx: Ctx, _: u16) -> Ink {
    match ctx.view.snapshot.group(&row.0) {
        Some(group) if !group.abandoned => {
            let (symbol, role, _) = level(group.status.level);
            Ink::new(role, symbol)
        }
        _ => Ink::dim("·"),
    }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let count = ReaderRows::rows(ctx.view, ctx.state).len();
    let title = counted(Word::Readers, count);
    let empty = format!("{}.", word(Word::NoReaders));
    table::draw::<ReaderRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
