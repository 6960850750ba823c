//! Do the workers of this process produce what they should, and how far off are their forecasts?

use super::PanelId;
use crate::model::{Level, WorkerReading};
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

pub struct WorkerRows;

type Row = Arc<WorkerReading>;

impl Rows for WorkerRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Workers;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        view.snapshot.workers.clone()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(row.name.as_str().into())
    }

    fn copy(row: &Row) -> String {
        row.group.clone()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.name, &row.group])
    }

    fn level(row: &Row) -> Level {
        if row.trouble.is_some() { Level::Warning } else { Level::Healthy }
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::content("name", Word::ColWorker, (6, 12), |r, _, _| Ink::text(text::visible(&r.name).into_owned())),
    Col::fixed("assigned", Word::ColAssignedShort, 5, |r, _, _| Ink::text(text::count(r.assigned as u64)))
        .file(&[("partitions", |r, _| raw::whole(Some(r.assigned)))])
        .right()
        .leaves(2),
    Col::fixed("in", Word::ColReads, 7, |r, _, _| Ink::known(r.in_per_s, text::rate))
        .file(&[("in_per_s", |r, _| raw::number(r.in_per_s))])
        .right(),
    Col::fixed("out", Word::ColWrites, 7, |r, _, _| Ink::known(r.out_per_s, text::rate))
        .file(&[("out_per_s", |r, _| raw::number(r.out_per_s))])
        .right(),
    Col::fixed("lag", Word::ColLag, 7, |r, _, _| Ink::quiet_zero(r.lag, text::column_count))
        .file(&[("lag", |r, _| raw::whole(r.lag))])
        .right(),
    Col::fixed("aborted", Word::ColAborted, 8, |r, _, _| Ink::quiet_zero(Some(r.aborted), text::column_count))
        .file(&[("aborted", |r, _| raw::whole(Some(r.aborted)))])
        .right()
        .leaves(3),
    Col::rest("how", Word::ColStatus, 12, |r, _, _| how(r)).file(&[
        ("trouble", |r, _| raw::text(r.trouble.as_deref())),
        ("off_p50_s", |r, _| raw::number(r.error.map(|e| e.p50_s))),
        ("off_p90_s", |r, _| raw::number(r.error.map(|e| e.p90_s))),
        ("arrivals", |r, _| raw::whole(r.error.map(|e| e.count))),
    ]),
];

fn how(row: &Row) -> Ink {
    if let Some(trouble) = &row.trouble {
        return Ink::new(Role::Warning, text::visible(trouble).into_owned());
    }
    match row.error {
        Some(error) => {
            let off = format!("p50 {} p90 {}", text::short_duration_s(error.p50_s), text::short_duration_s(error.p90_s));
            Ink::text(format!("{} {off}, {} {}", word(Word::ForecastOff), text::count(error.count), word(Word::Arrivals)))
        }
        None => Ink::new(Role::Ok, word(Word::Healthy)),
    }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = counted(Word::Workers, ctx.view.snapshot.workers.len());
    let empty = format!("{}.", word(Word::NoWorkers));
    table::draw::<WorkerRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
