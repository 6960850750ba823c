//! Which payments look wrong, and why? The newest on top; Enter goes to the order.

use super::PanelId;
use crate::model::Level;
use crate::snapshot::{Suspicious, View};
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

pub struct SuspiciousRows;

type Row = Arc<Suspicious>;

impl Rows for SuspiciousRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Suspicious;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        view.snapshot.business.payments.as_ref().map(|section| section.payments.suspicious.clone()).unwrap_or_default()
    }

    /// A payment may look wrong in more than one way.
    fn key(row: &Row) -> RowKey {
        RowKey::Name(format!("{} {}", row.id, row.code.name()).into())
    }

    fn copy(row: &Row) -> String {
        format!("{}: {}", row.id, text::sentence(&row.reason))
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.id, row.order.as_deref().unwrap_or_default(), row.code.name()])
    }

    fn level(_: &Row) -> Level {
        Level::Warning
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("level", Word::Nothing, 1, |_, _, _| Ink::new(Role::Warning, "▲")).file(&[]),
    Col::content("payment", Word::ColPayment, (8, 20), |x, _, _| Ink::text(text::visible(&x.id).into_owned())),
    Col::fixed("age", Word::ColAge, 7, |x, ctx, _| {
        Ink::dim(text::short_duration_s(ctx.view.snapshot.taken_at.since_s(x.at).max(0.0)))
    })
    .file(&[("age_s", |r, ctx| raw::since(ctx, r.at))])
    .right()
    .leaves(1),
    Col::rest("why", Word::ColSaid, 16, |x, _, _| Ink::text(text::visible(&text::sentence(&x.reason)).into_owned())),
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let section = ctx.view.snapshot.business.payments.as_ref();
    let count = section.map_or(0, |s| s.payments.suspicious_count);
    let role = if count > 0 { Role::Warning } else { Role::Dim };
    let title = vec![Ink::new(Role::Title, word(Word::LookWrong)), Ink::new(role, format!(" {}", text::count(count)))];
    let empty = match section.and_then(|s| s.payments.reason.as_ref()) {
        Some(reason) => text::visible(&text::sentence(reason)).into_owned(),
        None => format!("{}.", word(Word::NoneSuspicious)),
    };
    table::draw::<SuspiciousRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
