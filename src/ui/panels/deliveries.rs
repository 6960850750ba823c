//! Which courier is late or silent, and where is this delivery? The latest first; Enter opens it, `O` its order.

use super::PanelId;
use super::topics::most;
use crate::model::Level;
use crate::snapshot::{Delivery, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::map::{self, Manner, is_late, is_silent};
use crate::ui::palette::opens_orders;
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::time::clock;
use crate::ui::widgets::chart::bar;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct DeliveryRows;

pub type Row = Arc<Delivery>;

impl Rows for DeliveryRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Deliveries;
    const SORT: Option<&'static str> = Some("late");

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        map::couriers(view).iter().map(|courier| Arc::clone(&courier.delivery)).collect()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.order))
    }

    fn copy(row: &Row) -> String {
        row.order.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        matches_delivery(row, filter)
    }

    fn beyond(_: &View, state: &UiState) -> Vec<String> {
        let opens = opens_orders(state).map(|how| format!("{how} {}", word(Word::OpensAnyOther)));
        [word(Word::OnlyUnderWay).to_owned()].into_iter().chain(opens).collect()
    }

    fn level(row: &Row) -> Level {
        if Manner::of(row) > Manner::InTime { Level::Warning } else { Level::Healthy }
    }
}

/// Whether a filter lets it pass, in the table and on the map.
pub fn matches_delivery(delivery: &Delivery, filter: &NameFilter) -> bool {
    let optional = |text: &Option<Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
    filter.is_all()
        || filter.matches(&[&optional(&delivery.courier), &delivery.order, &delivery.state, &optional(&delivery.district)])
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("how", Word::Nothing, 1, |x, _, _| {
        let (symbol, role, _) = Manner::of(x).look();
        Ink::new(role, symbol)
    })
    .file(&[("how", |r, _| Some(word(Manner::of(r).look().2).to_owned()))]),
    Col::content("courier", Word::ColCourier, (8, 16), |x, _, _| {
        Ink::known(x.courier.as_deref(), |t| text::visible(t).into_owned())
    })
    .rises(|a, b| a.courier.cmp(&b.courier)),
    Col::rest("order", Word::ColOrder, 10, |x, _, _| Ink::text(text::visible(&x.order).into_owned()))
        .rises(|a, b| a.order.cmp(&b.order)),
    Col::content("state", Word::ColState, (9, 14), |x, _, _| Ink::text(text::visible(&x.state).into_owned()))
        .leaves(1)
        .along("delivery", |r| &r.state),
    Col::fixed("progress", Word::ColProgress, 8, |x, _, width| progress(x, width))
        .file(&[("progress", |r, _| raw::number(r.progress))])
        .leaves(3)
        .sorts(|a, b| most(a.progress, b.progress)),
    Col::fixed("eta", Word::ColEta, 9, |x, ctx, _| Ink::known(x.eta_at, |at| clock(ctx.state, at)))
        .file(&[("eta", |r, _| raw::moment(r.eta_at))])
        .right()
        .leaves(2),
    Col::fixed("late", Word::ColLate, 7, |r, _, _| late(r))
        .file(&[("late_s", |r, _| raw::number(r.late_s))])
        .right()
        .sorts(|a, b| most(a.late_s, b.late_s)),
    Col::fixed("left", Word::ColLeft, 8, |x, _, _| Ink::known(x.remaining_m, metres))
        .file(&[("left_m", |r, _| raw::number(r.remaining_m))])
        .right()
        .leaves(4)
        .sorts(|a, b| most(a.remaining_m, b.remaining_m)),
    Col::fixed("seen", Word::ColSeen, 13, |r, _, _| seen(r))
        .file(&[("seen_s", |r, _| raw::number(r.position_age_s))])
        .right()
        .sorts(|a, b| most(a.position_age_s, b.position_age_s)),
];

/// How much of the way lies behind the courier.
pub fn progress(of: &Delivery, width: u16) -> Ink {
    Ink::known(of.progress, |share| {
        let done = bar(share, width);
        let rest = usize::from(width).saturating_sub(done.chars().count());
        format!("{done}{}", "─".repeat(rest))
    })
}

pub fn late(of: &Delivery) -> Ink {
    match of.late_s {
        Some(s) if is_late(of) => Ink::new(Role::Warning, format!("+{}", text::lateness_s(s))),
        Some(_) => Ink::dim(word(Word::InTime)),
        None => Ink::unknown(),
    }
}

/// The same in a line of words.
pub fn late_told(of: &Delivery) -> Vec<Ink> {
    let in_time = of.late_s.is_some() && !is_late(of);
    let label = (!in_time).then(|| Ink::dim(format!("{} ", word(Word::ColLate))));
    label.into_iter().chain([late(of)]).collect()
}

fn seen(of: &Delivery) -> Ink {
    match of.position_age_s {
        Some(s) if is_silent(of) => Ink::new(Role::Critical, format!("{} {}", word(Word::Silent), text::age_s(s))),
        age => Ink::known(age, text::age_s),
    }
}

/// `840 m`, `3.2 km`.
fn metres(m: f64) -> String {
    if m < 999.5 { format!("{m:.0} m") } else { format!("{} km", text::number(m / 1_000.0, 1)) }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let section = ctx.view.snapshot.business.deliveries.as_ref();
    let listed = section.and_then(|s| s.deliveries.as_ref()).map_or(0, Vec::len);
    let title = titled::<DeliveryRows>(ctx, Word::Deliveries, section.and_then(|s| s.deliveries_active).unwrap_or(listed));
    let empty = match section.and_then(|s| s.deliveries_reason.as_ref()) {
        Some(reason) => text::visible(&text::sentence(reason)).into_owned(),
        None => format!("{}.", word(Word::NoDeliveries)),
    };
    table::draw::<DeliveryRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
