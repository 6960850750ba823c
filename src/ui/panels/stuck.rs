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
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress};
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

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::rest("order", Word::ColOrder, 12, |s, _, _| Ink::new(Role::Warning, text::visible(&s.key).into_owned())),
    Col::content("stage", Word::ColStage, (7, 14), |s, _, _| Ink::text(text::visible(&s.stage).into_owned())),
    Col::fixed("age", Word::ColAge, 7, |s, _, _| Ink::text(text::short_duration_s(s.age_s)))
        .file(&[("age_s", |r, _| raw::number(Some(r.age_s)))])
        .right(),
    Col::fixed("deadline", Word::ColDeadline, 7, |s, _, _| Ink::dim(text::short_duration_s(f64::from(s.deadline_s))))
        .file(&[("limit_s", |r, _| raw::whole(Some(r.deadline_s)))])
        .right()
        .leaves(2),
    Col::content("amount", Word::ColAtRisk, (7, 18), |s, _, _| super::orders::money(s.amount.as_ref(), s.currency.as_deref()))
        .file(&[
            ("amount", |r, _| r.amount.as_ref().map(|a| a.text().to_owned())),
            ("currency", |r, _| raw::text(r.currency.as_deref())),
        ])
        .right()
        .leaves(1),
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
