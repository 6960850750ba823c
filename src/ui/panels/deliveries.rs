//! Which courier is late or silent, and where is this delivery? The latest first; Enter goes to its order.

use super::PanelId;
use super::topics::most;
use crate::model::Level;
use crate::snapshot::{Delivery, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::time::clock;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::table::{self, Align, Column, Dress, Width, titled};
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
        let Some(section) = view.snapshot.business.deliveries.as_ref() else { return Vec::new() };
        section.deliveries.clone().unwrap_or_default()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.order))
    }

    fn copy(row: &Row) -> String {
        row.order.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.order, row.courier.as_deref().unwrap_or_default(), &row.state])
    }

    fn level(row: &Row) -> Level {
        let is_bad = is_late(row) || is_silent(row);
        if is_bad { Level::Warning } else { Level::Healthy }
    }
}

const COLUMNS: &[Column<Row>] = &[
    Column {
        id: "order",
        words: Word::ColOrder,
        width: Width::Rest { least: 12 },
        align: Align::Left,
        leaves_first: 0,
        sort: Some(|a, b| a.order.cmp(&b.order)),
        cell: |x, _, _| Ink::text(text::visible(&x.order).into_owned()),
    },
    Column {
        id: "courier",
        words: Word::ColCourier,
        width: Width::Content { least: 8, most: 16 },
        align: Align::Left,
        leaves_first: 0,
        sort: Some(|a, b| a.courier.cmp(&b.courier)),
        cell: |x, _, _| Ink::known(x.courier.as_deref(), |t| text::visible(t).into_owned()),
    },
    Column {
        id: "state",
        words: Word::ColState,
        width: Width::Content { least: 9, most: 14 },
        align: Align::Left,
        leaves_first: 1,
        sort: Some(|a, b| a.state.cmp(&b.state)),
        cell: |x, _, _| Ink::text(text::visible(&x.state).into_owned()),
    },
    Column {
        id: "eta",
        words: Word::ColEta,
        width: Width::Fixed(9),
        align: Align::Right,
        leaves_first: 3,
        sort: None,
        cell: |x, ctx, _| Ink::known(x.eta_at, |at| clock(ctx.state, at)),
    },
    Column {
        id: "late",
        words: Word::ColLate,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 0,
        sort: Some(|a, b| most(a.late_s, b.late_s)),
        cell: |r, _, _| late(r),
    },
    Column {
        id: "left",
        words: Word::ColLeft,
        width: Width::Fixed(8),
        align: Align::Right,
        leaves_first: 2,
        sort: Some(|a, b| most(a.remaining_m, b.remaining_m)),
        cell: |x, _, _| Ink::known(x.remaining_m, metres),
    },
    Column {
        id: "seen",
        words: Word::ColSeen,
        width: Width::Fixed(7),
        align: Align::Right,
        leaves_first: 0,
        sort: Some(|a, b| most(a.position_age_s, b.position_age_s)),
        cell: |r, _, _| seen(r),
    },
];

/// A courier that says nothing for so long is told of.
const SILENT_S: f64 = 60.0;
/// Sooner than this nobody is late.
const LATE_S: f64 = 60.0;

fn is_late(of: &Delivery) -> bool {
    of.late_s.is_some_and(|s| s >= LATE_S)
}

fn is_silent(of: &Delivery) -> bool {
    of.position_age_s.is_some_and(|s| s >= SILENT_S)
}

fn late(of: &Delivery) -> Ink {
    match of.late_s {
        Some(s) if s >= LATE_S => Ink::new(Role::Warning, format!("+{}", text::short_duration_s(s))),
        Some(_) => Ink::dim(word(Word::InTime)),
        None => Ink::unknown(),
    }
}

fn seen(of: &Delivery) -> Ink {
    Ink::known(of.position_age_s, text::short_duration_s).with_role(if is_silent(of) { Role::Warning } else { Role::Text })
}

/// `840 m`, `3.2 km`.
fn metres(m: f64) -> String {
    if m < 999.5 { format!("{m:.0} m") } else { format!("{:.1} km", m / 1_000.0) }
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
