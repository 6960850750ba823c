//! Do alerts reach those who are not at this screen? What is wrong with an outlet stands behind it.

use super::PanelId;
use crate::model::{Level, OutletReading};
use crate::snapshot::View;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct OutletRows;

pub type Row = Arc<OutletReading>;

impl Rows for OutletRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Outlets;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        view.snapshot.outlets.clone()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.name))
    }

    fn copy(row: &Row) -> String {
        row.error.clone().unwrap_or_else(|| row.name.to_string())
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.name, row.kind, row.error.as_deref().unwrap_or_default()])
    }

    fn level(row: &Row) -> Level {
        if row.error.is_some() { Level::Warning } else { Level::Healthy }
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::content("name", Word::ColName, (6, 20), |o, _, _| Ink::text(text::visible(&o.name).into_owned())),
    Col::content("kind", Word::ColKind, (7, 8), |o, _, _| Ink::dim(o.kind)).leaves(3),
    Col::fixed("sent", Word::ColSent, 7, |o, _, _| Ink::text(text::short_count(o.sent)))
        .file(&[("sent", |r, _| raw::whole(Some(r.sent)))])
        .right(),
    Col::fixed("failed", Word::ColFailed, 6, |o, _, _| bad(o.failed))
        .file(&[("failed", |r, _| raw::whole(Some(r.failed)))])
        .right(),
    Col::fixed("dropped", Word::ColDropped, 7, |o, _, _| bad(o.dropped))
        .file(&[("dropped", |r, _| raw::whole(Some(r.dropped)))])
        .right()
        .leaves(2),
    Col::fixed("waiting", Word::ColWaiting, 7, |o, _, _| Ink::text(text::short_count(o.waiting as u64)))
        .file(&[("waiting", |r, _| raw::whole(Some(r.waiting)))])
        .right()
        .leaves(1),
    Col::rest("error", Word::ColLastError, 15, |o, _, _| match &o.error {
        Some(error) => Ink::new(Role::Warning, format!("▲ {}", text::visible(error))),
        None => Ink::dim(""),
    })
    .file(&[("error", |r, _| raw::text(r.error.as_deref()))]),
];

fn bad(n: u64) -> Ink {
    let role = if n > 0 { Role::Warning } else { Role::Dim };
    Ink::new(role, text::short_count(n))
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = counted(Word::Outlets, ctx.view.snapshot.outlets.len());
    let empty = format!("{}.", word(Word::NoOutlets));
    table::draw::<OutletRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
