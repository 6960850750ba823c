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
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
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

type Col = Column<Reader>;

const COLUMNS: &[Col] = &[
    Col::fixed("level", Word::Nothing, 1, symbol).file(&[("level", |r, _| raw::level(ReaderRows::level(r)))]),
    Col::rest("group", Word::ColGroup, 10, |r, _, _| Ink::text(text::visible(&r.0).into_owned())).rises(|a, b| a.0.cmp(&b.0)),
    Col::fixed("lag", Word::ColLag, 7, |r, _, _| Ink::quiet_zero(r.1, text::column_count))
        .file(&[("lag", |r, _| raw::whole(r.1))])
        .right()
        .sorts(|a, b| most(a.1, b.1)),
    Col::fixed("oldest", Word::ColOldest, 7, |r, _, _| Ink::quiet_zero(r.2, text::short_duration_s))
        .file(&[("oldest_s", |r, _| raw::number(r.2))])
        .right()
        .leaves(1)
        .sorts(|a, b| most(a.2, b.2)),
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
