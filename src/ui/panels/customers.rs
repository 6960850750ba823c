//! Who was here last, and how many orders are theirs?

use super::PanelId;
use crate::snapshot::{Customer, CustomerSections, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::table::{self, Align, Column, Dress, Width, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct CustomerRows;

/// One of the section's.
type Row = (Arc<CustomerSections>, usize);

fn of(row: &Row) -> Option<&Customer> {
    row.0.customer_rows.get(row.1)
}

/// What is known of it, else a dash.
fn cell(row: &Row, show: impl FnOnce(&Customer) -> Ink) -> Ink {
    of(row).map_or_else(Ink::unknown, show)
}

impl Rows for CustomerRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Customers;
    const SORT: Option<&'static str> = Some("seen");

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        let Some(section) = view.snapshot.business.customers.as_ref() else { return Vec::new() };
        (0..section.customer_rows.len()).map(|at| (Arc::clone(section), at)).collect()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(of(row).map(|x| Arc::clone(&x.id)).unwrap_or_default())
    }

    fn copy(row: &Row) -> String {
        of(row).map(|x| x.id.to_string()).unwrap_or_default()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        of(row).is_some_and(|x| filter.matches(&[&x.id]))
    }
}

const COLUMNS: &[Column<Row>] = &[
    Column {
        id: "customer",
        words: Word::ColCustomer,
        width: Width::Rest { least: 12 },
        align: Align::Left,
        leaves_first: 0,
        sort: Some(|a, b| of(a).map(|x| &x.id).cmp(&of(b).map(|x| &x.id))),
        cell: |r, _, _| cell(r, |x| Ink::text(text::visible(&x.id).into_owned())),
    },
    Column {
        id: "orders",
        words: Word::ColOrders,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 0,
        sort: Some(|a, b| of(b).map(|x| x.orders).cmp(&of(a).map(|x| x.orders))),
        cell: |r, _, _| cell(r, |x| Ink::quiet_zero(Some(x.orders), text::column_count)),
    },
    Column {
        id: "seen",
        words: Word::ColSeen,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 0,
        sort: Some(|a, b| of(b).map(|x| x.last_seen).cmp(&of(a).map(|x| x.last_seen))),
        cell: |r, ctx, _| cell(r, |x| Ink::text(text::short_duration_s(ctx.view.snapshot.taken_at.since_s(x.last_seen).max(0.0)))),
    },
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let known = ctx.view.snapshot.business.customers.as_ref().map_or(0, |s| s.customers_known);
    let title = titled::<CustomerRows>(ctx, Word::Customers, known);
    let empty = format!("{}.", word(Word::NoCustomers));
    table::draw::<CustomerRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
