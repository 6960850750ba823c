//! What is this delivery: whose, how far along, and will it be in time?

use super::PanelId;
use super::deliveries::{late_told, progress};
use super::order_info;
use super::timeline::shown;
use crate::model::Timestamp;
use crate::snapshot::{EntityFocus, EntityWay, Forecast, StepTold, Underway};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::map::{self, Manner};
use crate::ui::theme::Role;
use crate::ui::time::clock;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put_middle, put_whole};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A speed is that of so long, in milliseconds.
const SPEED_MS: i64 = 180_000;
/// Cells of the bar.
const BAR: u16 = 16;
/// Times of arrival that are shown beside the first.
const NEWEST: usize = 4;

type Line = Vec<Vec<Ink>>;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::DeliveryInfo, area);
    let id = ctx.state.order.as_deref().unwrap_or_default();
    let title = [Ink::dim(format!("{} ", word(Word::Delivery))), Ink::new(Role::Title, text::visible(id).into_owned())];
    let inner = frame(ctx, buf, area, PanelId::DeliveryInfo, &title, &[]);
    let Some(order) = shown(ctx.view, ctx.state) else {
        return put_middle(ctx, buf, inner, &format!("{}.", word(Word::OrderNotInMemory)));
    };
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (line, y) in lines(ctx, order).iter().zip(inner.y..inner.bottom()) {
        put_whole(ctx, buf, inner, y, 2, line);
    }
}

fn lines(ctx: Ctx, order: &EntityFocus) -> Vec<Line> {
    let all = map::couriers(ctx.view);
    let courier = map::one(&all, ctx.state);
    let way = order.ways.iter().find(|way| way.pipeline.as_ref() == "delivery");
    let mut out: Vec<Line> = Vec::new();
    out.extend(way.map(|way| order_info::line(ctx, way, way.id == order.id)));
    out.extend(courier.map(|courier| riding(ctx, courier)));
    out.extend(way.map(|way| steps(ctx, way, courier.is_some())));
    out.extend(forecasts(ctx, order));
    let others = order.ways.iter().filter(|other| way.is_none_or(|way| !std::ptr::eq(*other, way)));
    out.extend(others.map(|other| order_info::line(ctx, other, other.id == order.id)));
    out
}

/// How the courier is doing.
fn riding(ctx: Ctx, courier: &Underway) -> Line {
    let delivery = &courier.delivery;
    let (symbol, role, name) = Manner::of(delivery).look();
    let now = ctx.view.snapshot.taken_at;
    let speed = courier.trail.as_ref().and_then(|trail| trail.speed_m_s(courier.began.max(now.plus_ms(-SPEED_MS))));
    let labelled = |label: Word, ink: Ink| vec![Ink::dim(format!("{} ", word(label))), ink];
    let percent = |share: f64| format!(" {:.0} %", share * 100.0);
    vec![
        vec![Ink::new(role, format!("{symbol} {}", word(name)))],
        vec![progress(delivery, BAR), Ink::known(delivery.progress, percent)],
        late_told(delivery),
        labelled(Word::Speed, Ink::known(speed, |m_s| format!("{:.0} km/h", m_s * 3.6))),
        labelled(Word::ColSeen, Ink::known(delivery.position_age_s, |s| format!("{} {}", text::age_s(s), word(Word::Ago)))),
    ]
}

/// How long it stood in each stage.
fn steps(ctx: Ctx, way: &EntityWay, goes_on: bool) -> Line {
    let now = ctx.view.snapshot.taken_at;
    let ends = way.steps.iter().skip(1).map(|next| Some(next.at)).chain([goes_on.then_some(now)]);
    let stage = |(step, end): (&StepTold, Option<Timestamp>)| {
        let name = Ink::dim(format!("{} ", text::visible(&step.name)));
        match end {
            Some(end) => vec![name, Ink::text(text::age_s(end.since_s(step.at).max(0.0)))],
            None => vec![name, Ink::text(clock(ctx.state, step.at))],
        }
    };
    way.steps.iter().zip(ends).map(stage).collect()
}

/// The times of arrival that were told, the newest last. `None`: it never moved.
fn forecasts(ctx: Ctx, order: &EntityFocus) -> Option<Line> {
    let told = &order.forecasts;
    if told.len() < 2 {
        return None;
    }
    let mut line = vec![vec![Ink::dim(word(Word::Forecasts))]];
    let at = |forecast: &Forecast| Ink::text(clock(ctx.state, forecast.eta));
    line.extend(told.first().map(|promised| vec![at(promised)]));
    let left_out = told.len().saturating_sub(1 + NEWEST);
    for (n, forecast) in told.iter().skip(1 + left_out).enumerate() {
        let arrow = if n == 0 && left_out > 0 { "→ … → " } else { "→ " };
        line.push(vec![Ink::dim(arrow), at(forecast)]);
    }
    Some(line)
}
