//! Who was here last, and how many orders are theirs? Enter shows the orders.

use super::PanelId;
use crate::snapshot::{Customer, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, list_has, newest_of, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct CustomerRows;

type Row = Arc<Customer>;

impl Rows for CustomerRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Customers;
    const SORT: Option<&'static str> = Some("seen");

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        let Some(section) = view.snapshot.business.customers.as_ref() else { return Vec::new() };
        section.customer_rows.clone()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.id))
    }

    fn copy(row: &Row) -> String {
        row.id.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.id])
    }

    fn beyond(view: &View, _: &UiState) -> Vec<String> {
        let (listed, known) = counts(view);
        list_has(listed, known).into_iter().collect()
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::rest("customer", Word::ColCustomer, 12, |x, _, _| Ink::text(text::visible(&x.id).into_owned()))
        .rises(|a, b| a.id.cmp(&b.id)),
    Col::fixed("orders", Word::ColOrders, 7, |x, _, _| Ink::quiet_zero(Some(x.orders), text::column_count))
        .file(&[("orders", |r, _| raw::whole(Some(r.orders)))])
        .right()
        .sorts(|a, b| b.orders.cmp(&a.orders)),
    Col::fixed("seen", Word::ColSeen, 7, |x, ctx, _| {
        Ink::text(text::short_duration_s(ctx.view.snapshot.taken_at.since_s(x.last_seen).max(0.0)))
    })
    .file(&[("seen_s", |r, ctx| raw::since(ctx, r.last_seen))])
    .right()
    .rises(|a, b| b.last_seen.cmp(&a.last_seen)),
];

/// How many are listed, and how many are known.
fn counts(view: &View) -> (usize, usize) {
    let section = view.snapshot.business.customers.as_ref();
    section.map_or((0, 0), |s| (s.customer_rows.len(), s.customers_known))
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let (listed, known) = counts(ctx.view);
    let title = titled::<CustomerRows>(ctx, Word::Customers, known);
    let empty = format!("{}.", word(Word::NoCustomers));
    table::draw::<CustomerRows>(ctx, buf, area, hits, Dress { title, note: newest_of(listed, known), empty, section: None });
}
