//! Which payments came through, which failed, and why? Enter goes to the order.

use super::PanelId;
use super::orders::money;
use crate::snapshot::{Payment, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::table::{self, Align, Column, Dress, Width, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct PaymentRows;

pub type Row = Arc<Payment>;

impl Rows for PaymentRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Payments;
    const SORT: Option<&'static str> = Some("age");

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        let Some(section) = view.snapshot.business.payments.as_ref() else { return Vec::new() };
        section.payment_rows.clone().unwrap_or_default()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.id))
    }

    fn copy(row: &Row) -> String {
        row.id.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[
            &row.id,
            row.order.as_deref().unwrap_or_default(),
            &row.state,
            row.method.as_deref().unwrap_or_default(),
            row.customer.as_deref().unwrap_or_default(),
        ])
    }
}

const COLUMNS: &[Column<Row>] = &[
    Column {
        id: "payment",
        words: Word::ColPayment,
        width: Width::Rest { least: 12 },
        align: Align::Left,
        leaves_first: 0,
        sort: Some(|a, b| a.id.cmp(&b.id)),
        cell: |x, _, _| Ink::text(text::visible(&x.id).into_owned()),
    },
    Column {
        id: "state",
        words: Word::ColState,
        width: Width::Content { least: 9, most: 12 },
        align: Align::Left,
        leaves_first: 0,
        sort: Some(|a, b| a.state.cmp(&b.state)),
        cell: |r, _, _| state(r),
    },
    Column {
        id: "amount",
        words: Word::ColAmount,
        width: Width::Content { least: 7, most: 18 },
        align: Align::Right,
        leaves_first: 0,
        sort: None,
        cell: |x, _, _| money(x.amount.as_ref(), x.currency.as_deref()),
    },
    Column {
        id: "method",
        words: Word::ColMethod,
        width: Width::Content { least: 6, most: 16 },
        align: Align::Left,
        leaves_first: 1,
        sort: Some(|a, b| a.method.cmp(&b.method)),
        cell: |x, _, _| Ink::known(x.method.as_deref(), |t| text::visible(t).into_owned()),
    },
    Column {
        id: "age",
        words: Word::ColAge,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 0,
        sort: Some(|a, b| b.since.cmp(&a.since)),
        cell: |x, ctx, _| Ink::text(text::short_duration_s(ctx.view.snapshot.taken_at.since_s(x.since).max(0.0))),
    },
    Column {
        id: "order",
        words: Word::ColOrder,
        width: Width::Content { least: 8, most: 20 },
        align: Align::Left,
        leaves_first: 2,
        sort: Some(|a, b| a.order.cmp(&b.order)),
        cell: |x, _, _| Ink::known(x.order.as_deref(), |t| text::visible(t).into_owned()),
    },
    Column {
        id: "customer",
        words: Word::ColCustomer,
        width: Width::Content { least: 8, most: 20 },
        align: Align::Left,
        leaves_first: 3,
        sort: Some(|a, b| a.customer.cmp(&b.customer)),
        cell: |x, _, _| Ink::known(x.customer.as_deref(), |t| text::visible(t).into_owned()),
    },
];

fn state(of: &Payment) -> Ink {
    let role = if of.state.as_ref() == "failed" { Role::Warning } else { Role::Text };
    Ink::new(role, text::visible(&of.state).into_owned())
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let section = ctx.view.snapshot.business.payments.as_ref();
    let listed = section.and_then(|s| s.payment_rows.as_ref()).map_or(0, Vec::len);
    let title = titled::<PaymentRows>(ctx, Word::Payments, section.and_then(|s| s.payments_known).unwrap_or(listed));
    let empty = match section.and_then(|s| s.payments.reason.as_ref()) {
        Some(reason) => text::visible(&text::sentence(reason)).into_owned(),
        None => format!("{}.", word(Word::NoPayments)),
    };
    table::draw::<PaymentRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
