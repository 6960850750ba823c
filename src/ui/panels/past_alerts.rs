//! What fired before, how long did it last, and does it come again and again? Enter says what it was.

use super::PanelId;
use super::alert_table::{said, severity};
use crate::model::Level;
use crate::snapshot::{PastAlert, View, subject_name};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::time::clock;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct PastAlertRows;

pub type Row = Arc<PastAlert>;

impl Rows for PastAlertRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::PastAlerts;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        view.snapshot.alerts_past.to_vec()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Past(row.finding.subject.clone(), row.finding.reason.code, row.ended_at)
    }

    fn copy(row: &Row) -> String {
        format!("{}: {}", subject_name(&row.finding.subject), text::sentence(&row.finding.reason))
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        let finding = &row.finding;
        filter.matches(&[&subject_name(&finding.subject), &text::sentence(&finding.reason), finding.reason.code.name()])
    }

    fn level(_: &Row) -> Level {
        Level::Healthy
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("ended", Word::ColEnded, 9, |a, ctx, _| Ink::text(clock(ctx.state, a.ended_at)))
        .file(&[("ended", |r, _| raw::moment(Some(r.ended_at)))]),
    Col::fixed("lasted", Word::ColLasted, 7, |a, _, _| {
        Ink::text(text::short_duration_s(a.ended_at.since_s(a.finding.since).max(0.0)))
    })
    .file(&[("lasted_s", |r, _| raw::number(Some(r.ended_at.since_s(r.finding.since).max(0.0))))])
    .right(),
    Col::fixed("severity", Word::ColSeverity, 11, |a, _, _| severity(a.finding.level))
        .file(&[("severity", |r, _| raw::level(r.finding.level))]),
    Col::content("subject", Word::ColSubject, (8, 28), |a, _, _| {
        Ink::text(text::visible(&subject_name(&a.finding.subject)).into_owned())
    }),
    Col::rest("said", Word::ColSaid, 20, |a, _, room| {
        let mut reason = a.finding.reason.clone();
        // It is over: for how long it is gone stands on the left.
        reason.facts.retain(|(name, _)| *name != "gone_s");
        Ink::dim(said(&reason, room).text)
    }),
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = counted(Word::PastAlerts, ctx.view.snapshot.alerts_past.len());
    let empty = format!("{}.", word(Word::NoPastAlerts));
    table::draw::<PastAlertRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
