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
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted, list_has, newest_of, titled};
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
            &row.state,
            row.method.as_deref().unwrap_or_default(),
            row.order.as_deref().unwrap_or_default(),
            row.customer.as_deref().unwrap_or_default(),
        ])
    }

    fn beyond(view: &View, _: &UiState) -> Vec<String> {
        let (listed, known) = counts(view);
        list_has(listed, known).into_iter().collect()
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("suspicious", Word::Nothing, 1, |x, ctx, _| suspicion(ctx, x))
        .file(&[("suspicious", |r, ctx| raw::flag(is_suspicious(ctx, r)))]),
    Col::rest("payment", Word::ColPayment, 12, |x, _, _| Ink::text(text::visible(&x.id).into_owned()))
        .rises(|a, b| a.id.cmp(&b.id)),
    Col::content("state", Word::ColState, (9, 12), |r, _, _| state(r)).along("payment", |r| &r.state),
    Col::content("amount", Word::ColAmount, (7, 18), |x, _, _| money(x.amount.as_ref(), x.currency.as_deref()))
        .file(&[
            ("amount", |r, _| r.amount.as_ref().map(|a| a.text().to_owned())),
            ("currency", |r, _| raw::text(r.currency.as_deref())),
        ])
        .right(),
    Col::content("method", Word::ColMethod, (6, 16), |x, _, _| Ink::known(x.method.as_deref(), |t| text::visible(t).into_owned()))
        .leaves(1)
        .rises(|a, b| a.method.cmp(&b.method)),
    Col::fixed("age", Word::ColAge, 7, |x, ctx, _| {
        Ink::text(text::short_duration_s(ctx.view.snapshot.taken_at.since_s(x.since).max(0.0)))
    })
    .file(&[("age_s", |r, ctx| raw::since(ctx, r.since))])
    .right()
    .rises(|a, b| b.since.cmp(&a.since)),
    Col::content("order", Word::ColOrder, (8, 20), |x, _, _| Ink::known(x.order.as_deref(), |t| text::visible(t).into_owned()))
        .leaves(2)
        .rises(|a, b| a.order.cmp(&b.order)),
    Col::content("customer", Word::ColCustomer, (8, 20), |x, _, _| {
        Ink::known(x.customer.as_deref(), |t| text::visible(t).into_owned())
    })
    .leaves(3)
    .rises(|a, b| a.customer.cmp(&b.customer)),
];

/// What is wrong with it stands beside the table.
fn suspicion(ctx: Ctx, of: &Payment) -> Ink {
    if is_suspicious(ctx, of) { Ink::new(Role::Warning, "▲") } else { Ink::dim("") }
}

fn is_suspicious(ctx: Ctx, of: &Payment) -> bool {
    let section = ctx.view.snapshot.business.payments.as_ref();
    section.is_some_and(|s| s.payments.suspicious.iter().any(|told| told.id == of.id))
}

fn state(of: &Payment) -> Ink {
    let role = if of.state.as_ref() == "failed" { Role::Warning } else { Role::Text };
    Ink::new(role, text::visible(&of.state).into_owned())
}

/// How many are listed, and how many are known.
fn counts(view: &View) -> (usize, usize) {
    let section = view.snapshot.business.payments.as_ref();
    let listed = section.and_then(|s| s.payment_rows.as_ref()).map_or(0, Vec::len);
    (listed, section.and_then(|s| s.payments_known).unwrap_or(listed))
}

/// Which of all payments are listed.
fn listed_note(listed: usize, known: usize, waiting: usize) -> Vec<Ink> {
    let mut note = newest_of(listed - waiting.min(listed), known);
    if waiting > 0 && !note.is_empty() {
        note.push(Ink::dim(format!(", {} {}", text::count(waiting as u64), word(Word::WaitingLongest))));
    }
    note
}

/// The count is of those that are still kept: more came in.
fn in_memory(mut title: Vec<Ink>) -> Vec<Ink> {
    title.insert(2.min(title.len()), Ink::dim(format!(" {}", word(Word::InMemory))));
    title
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let section = ctx.view.snapshot.business.payments.as_ref();
    let (listed, known) = counts(ctx.view);
    let note = listed_note(listed, known, section.and_then(|s| s.payments_waiting).unwrap_or(0));
    // Which of them are listed is worth more than how they are sorted, which their heading says too.
    let sorted = titled::<PaymentRows>(ctx, Word::Payments, known);
    let title = match (ctx.state.filter(PanelId::Payments).is_all(), note.is_empty()) {
        (false, _) => sorted,
        (true, true) => in_memory(sorted),
        (true, false) => in_memory(counted(Word::Payments, known)),
    };
    let empty = match section.and_then(|s| s.payments.reason.as_ref()) {
        Some(reason) => text::visible(&text::sentence(reason)).into_owned(),
        None => format!("{}.", word(Word::NoPayments)),
    };
    table::draw::<PaymentRows>(ctx, buf, area, hits, Dress { title, note, empty, section: None });
}
