//! Which orders are open, and where is this one? Where they are too many the newest and the oldest are listed. Found by its id, its
//! customer or its state with `/`, among all that are known: also between those, and those that ended a short while ago.

use super::PanelId;
use crate::snapshot::{Amount, FoundOrders, Order, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::palette::opens_orders;
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted, list_has, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::HashSet;
use std::sync::Arc;

pub struct OrderRows;

pub type Row = Arc<Order>;

pub fn money(amount: Option<&Amount>, currency: Option<&str>) -> Ink {
    let Some(amount) = amount else { return Ink::unknown() };
    Ink::text(text::visible(&text::money(amount.text(), currency)).into_owned())
}

impl Rows for OrderRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Orders;
    const SORT: Option<&'static str> = Some("age");

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, state: &UiState) -> Vec<Row> {
        let Some(orders) = view.snapshot.business.orders.as_ref() else { return Vec::new() };
        let mut rows = orders.orders.clone().unwrap_or_default();
        if let Some(found) = found(view, state) {
            let listed: HashSet<&Arc<str>> = rows.iter().map(|order| &order.id).collect();
            let more: Vec<Row> = found.orders.iter().filter(|order| !listed.contains(&order.id)).cloned().collect();
            rows.extend(more);
        }
        rows
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.id))
    }

    fn copy(row: &Row) -> String {
        row.id.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        let gap = if row.gap { "gap" } else { "" };
        filter.matches(&[&row.id, &row.state, row.customer.as_deref().unwrap_or_default(), gap])
    }

    fn beyond(view: &View, state: &UiState) -> Vec<String> {
        let opens = || opens_orders(state).map(|how| format!("{how} {}", word(Word::OpensAnyOther)));
        let told = match found(view, state) {
            Some(found) => found.is_done().then(opens).flatten(),
            // Only what is listed is looked through.
            None if state.frozen.is_some() => list_has(listed(view), open(view)),
            None => None,
        };
        told.into_iter().collect()
    }

    fn looked_through(view: &View, state: &UiState) -> Option<(usize, usize)> {
        found(view, state).map(|found| (found.count, found.searched))
    }
}

fn listed(view: &View) -> usize {
    view.snapshot.business.orders.as_ref().and_then(|orders| orders.orders.as_ref()).map_or(0, Vec::len)
}

fn open(view: &View) -> usize {
    view.snapshot.business.orders.as_ref().and_then(|orders| orders.orders_open).unwrap_or_else(|| listed(view))
}

/// What the engine found by the filter, among all that it knows.
fn found<'a>(view: &'a View, state: &UiState) -> Option<&'a FoundOrders> {
    let filter = state.filter(PanelId::Orders);
    view.focus.orders.as_deref().filter(|found| !filter.is_all() && found.asked == filter.asked())
}

/// A picture that was kept has the listed orders only, and nothing else is looked through.
fn only_listed(ctx: Ctx) -> Option<Ink> {
    let filtered = ctx.state.frozen.is_some() && !ctx.state.filter(PanelId::Orders).is_all();
    let told = || format!("{} {} {}", word(Word::OnlyIn), text::count(listed(ctx.view) as u64), word(Word::OfThatMoment));
    (filtered && found(ctx.view, ctx.state).is_none()).then(|| Ink::new(Role::Warning, told()))
}

/// Which of them are listed, where not all are.
fn listed_note(listed: usize, oldest: usize) -> Ink {
    let of = |n: usize, which| format!("{} {}", text::count(n as u64), word(which));
    Ink::dim(match oldest {
        0 => format!("{} {}", word(Word::NewestShown), text::count(listed as u64)),
        _ => format!("{}, {}", of(listed.saturating_sub(oldest), Word::NewestOfThem), of(oldest, Word::OldestOfThem)),
    })
}

/// How far the search came, and how much of it is shown.
fn search_note(found: &FoundOrders) -> Vec<Ink> {
    let mut note = Vec::new();
    if found.is_done() && found.count > found.orders.len() {
        let shown = format!(
            "{} {} {} {}",
            word(Word::NewestShown),
            text::count(found.orders.len() as u64),
            word(Word::Of),
            text::count(found.count as u64)
        );
        note.push(Ink::dim(shown));
    }
    // In how many they were found is in the title.
    if !found.is_done() {
        let (searched, all) = (text::count(found.searched as u64), text::count(found.of as u64));
        note.push(Ink::dim(format!("{} {searched} {} {all} …", word(Word::LookedThrough), word(Word::Of))));
    }
    note
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::rest("order", Word::ColOrder, 12, |o, _, _| Ink::text(text::visible(&o.id).into_owned())).rises(|a, b| a.id.cmp(&b.id)),
    Col::content("state", Word::ColState, (9, 16), |o, _, _| Ink::text(text::visible(&o.state).into_owned()))
        .along("order", |r| &r.state),
    Col::fixed("age", Word::ColAge, 7, |o, ctx, _| {
        Ink::text(text::short_duration_s(ctx.view.snapshot.taken_at.since_s(o.since).max(0.0)))
    })
    .file(&[("age_s", |r, ctx| raw::since(ctx, r.since))])
    .right()
    .rises(|a, b| b.since.cmp(&a.since)),
    Col::content("amount", Word::ColAmount, (7, 18), |o, _, _| money(o.amount.as_ref(), o.currency.as_deref()))
        .file(&[
            ("amount", |r, _| r.amount.as_ref().map(|a| a.text().to_owned())),
            ("currency", |r, _| raw::text(r.currency.as_deref())),
        ])
        .right()
        .leaves(1),
    Col::content("customer", Word::ColCustomer, (8, 24), |o, _, _| {
        Ink::known(o.customer.as_deref(), |c| text::visible(c).into_owned())
    })
    .leaves(2)
    .rises(|a, b| a.customer.cmp(&b.customer)),
    Col::content(
        "gap",
        Word::Nothing,
        (3, 12),
        |o, _, _| if o.gap { Ink::new(Role::Warning, word(Word::Gap)) } else { Ink::text("") },
    )
    .file(&[("gap", |r, _| raw::flag(r.gap))])
    .leaves(4),
    Col::content("last", Word::ColLastEvent, (14, 36), |o, _, _| {
        let last = o.last.as_ref().map(|l| format!("{}/{}@{}", text::visible(&l.topic), l.partition, l.offset));
        last.map_or_else(Ink::unknown, Ink::dim)
    })
    .leaves(3),
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let orders = ctx.view.snapshot.business.orders.as_ref();
    let (count, listed) = (open(ctx.view), listed(ctx.view));
    let (only, found) = (only_listed(ctx), found(ctx.view, ctx.state));
    // Which of them are listed is worth more than how they are sorted, which their heading says too.
    let title = match found {
        // Those that ended are found as well.
        Some(_) => vec![Ink::new(Role::Title, word(Word::Orders))],
        None if only.is_some() => vec![Ink::new(Role::Title, word(Word::OpenOrders))],
        None if count > listed && ctx.state.filter(PanelId::Orders).is_all() => counted(Word::OpenOrders, count),
        None => titled::<OrderRows>(ctx, Word::OpenOrders, count),
    };
    // The list has the newest and the oldest; the count is of all.
    let note = match (found, only) {
        (Some(found), _) => search_note(found),
        (None, Some(only)) => vec![only],
        (None, None) if count > listed => vec![listed_note(listed, orders.and_then(|o| o.orders_oldest).unwrap_or(0))],
        _ => Vec::new(),
    };
    let empty = match orders.and_then(|o| o.orders_reason.as_ref()) {
        Some(reason) => text::visible(&text::sentence(reason)).into_owned(),
        None => format!("{}.", word(Word::NoOrders)),
    };
    table::draw::<OrderRows>(ctx, buf, area, hits, Dress { title, note, empty, section: None });
}
