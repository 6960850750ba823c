//! Which orders hang, for how long, and how much money is at risk? The worst first. Enter looks for it below.

use super::PanelId;
use super::pipeline;
use crate::model::Level;
use crate::snapshot::{Stuck, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::table::{self, Align, Column, Dress, Width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct StuckRows;

pub type Row = Arc<Stuck>;

impl Rows for StuckRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Stuck;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        let Some(pipeline) = pipeline::shown(view) else { return Vec::new() };
        pipeline.stuck.clone().unwrap_or_default()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.key))
    }

    fn copy(row: &Row) -> String {
        row.key.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.key, &row.stage])
    }

    fn level(_: &Row) -> Level {
        Level::Warning
    }
}

const COLUMNS: &[Column<Row>] = &[
    Column {
        id: "order",
        words: Word::ColOrder,
        width: Width::Rest { least: 12 },
        align: Align::Left,
        leaves_first: 0,
        sort: None,
        cell: |s, _, _| Ink::new(Role::Warning, text::visible(&s.key).into_owned()),
    },
    Column {
        id: "stage",
        words: Word::ColStage,
        width: Width::Content { least: 7, most: 14 },
        align: Align::Left,
        leaves_first: 0,
        sort: None,
        cell: |s, _, _| Ink::text(text::visible(&s.stage).into_owned()),
    },
    Column {
        id: "age",
        words: Word::ColAge,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 0,
        sort: None,
        cell: |s, _, _| Ink::text(text::short_duration_s(s.age_s)),
    },
    Column {
        id: "deadline",
        words: Word::ColDeadline,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 2,
        sort: None,
        cell: |s, _, _| Ink::dim(text::short_duration_s(f64::from(s.deadline_s))),
    },
    Column {
        id: "amount",
        words: Word::ColAtRisk,
        width: Width::Content { least: 7, most: 18 },
        align: Align::Right,
        leaves_first: 1,
        sort: None,
        cell: |s, _, _| super::orders::money(s.amount.as_ref(), s.currency.as_deref()),
    },
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let pipeline = pipeline::shown(ctx.view);
    let count = pipeline.and_then(|p| p.stuck_count);
    let mut title = vec![Ink::new(Role::Title, word(Word::Stuck))];
    title.extend(count.map(|n| Ink::dim(format!(" {}", text::count(n as u64)))));
    let empty = match pipeline.map(|p| (&p.stuck, &p.stuck_reason)) {
        Some((None, Some(reason))) => text::visible(&text::sentence(reason)).into_owned(),
        Some((Some(_), _)) => format!("{}.", word(Word::NoneStuck)),
        _ => format!("{}.", word(Word::NoPipeline)),
    };
    table::draw::<StuckRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
