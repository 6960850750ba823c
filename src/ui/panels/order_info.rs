//! What is this order: whose, how much, and how do its payment and its delivery stand?

use super::PanelId;
use super::deliveries::late_told;
use super::timeline::shown;
use crate::model::{Meaning, Value};
use crate::snapshot::EntityWay;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::time::clock;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put_middle, put_whole};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::OrderInfo, area);
    let id = ctx.state.order.as_deref().unwrap_or_default();
    let title = [Ink::dim(format!("{} ", word(Word::Order))), Ink::new(Role::Title, text::visible(id).into_owned())];
    let order = shown(ctx.view, ctx.state);
    let marks = order.map_or_else(Vec::new, |order| {
        let marks = [(order.gap, Word::GapLong), (order.midway, Word::MidwayLong), (order.conflict, Word::ConflictLong)];
        marks.iter().filter(|(is, _)| *is).map(|(_, w)| Ink::new(Role::Warning, format!("{} ", word(*w)))).collect()
    });
    let inner = frame(ctx, buf, area, PanelId::OrderInfo, &title, &marks);
    let Some(order) = order else {
        return put_middle(ctx, buf, inner, &format!("{}.", word(Word::OrderNotInMemory)));
    };
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut spare = usize::from(inner.height).saturating_sub(order.ways.len());
    let mut y = inner.y;
    for (at, way) in order.ways.iter().enumerate() {
        let mut pieces = line(ctx, way, way.id == order.id);
        pieces.extend(attempt(&order.ways, at));
        if way.pipeline.as_ref() == "delivery"
            && let Some(late) = lateness(ctx, &order.id)
        {
            pieces.insert(2.min(pieces.len()), late);
        }
        if at == 0 && !order.messages.is_empty() {
            pieces.push(vec![Ink::dim(format!("{} ", word(Word::Channels))), Ink::text(order.messages.len().to_string())]);
        }
        let lines = broken(pieces, inner.width, 1 + spare);
        spare -= lines.len() - 1;
        for (n, (pieces, y)) in lines.iter().zip(y..inner.bottom()).enumerate() {
            let indent = if n == 0 { 0 } else { INDENT };
            let room = Rect { x: inner.x + indent, width: inner.width.saturating_sub(indent), ..inner };
            put_whole(ctx, buf, room, y, GAP, pieces);
        }
        y += lines.len() as u16;
    }
}

/// Cells between two pieces, and before a line that goes on.
const GAP: u16 = 2;
const INDENT: u16 = 2;

/// As many lines as the pieces need, and `most` at most: what does not fit is in the last one too.
fn broken(pieces: Vec<Vec<Ink>>, room: u16, most: usize) -> Vec<Vec<Vec<Ink>>> {
    let (mut lines, mut used) = (vec![Vec::new()], 0);
    for piece in pieces {
        let wide: u16 = piece.iter().map(Ink::width).sum();
        if used > 0 && used + GAP + wide > room && lines.len() < most {
            lines.push(Vec::new());
            used = INDENT;
        } else if used > 0 {
            used += GAP;
        }
        used = used.saturating_add(wide);
        if let Some(line) = lines.last_mut() {
            line.push(piece);
        }
    }
    lines
}

/// By how much its courier is late, as Deliveries has it.
fn lateness(ctx: Ctx, order: &str) -> Option<Vec<Ink>> {
    let deliveries = ctx.view.snapshot.business.deliveries.as_ref()?.deliveries.as_ref()?;
    let delivery = deliveries.iter().find(|delivery| delivery.order.as_ref() == order)?;
    delivery.late_s.map(|_| late_told(delivery))
}

/// Which attempt a payment is, where there was more than one.
fn attempt(ways: &[EntityWay], at: usize) -> Option<Vec<Ink>> {
    let way = ways.get(at)?;
    let alike = |way: &&EntityWay, of: &EntityWay| way.pipeline == of.pipeline;
    let all = ways.iter().filter(|other| alike(other, way)).count();
    let before = ways.iter().take(at).filter(|other| alike(other, way)).count();
    (all > 1).then(|| vec![Ink::dim(format!("{} ", word(Word::Attempt))), Ink::text(format!("{}/{all}", before + 1))])
}

/// How one way stands, and what is known of it: pieces that leave whole where there is no room.
pub fn line(ctx: Ctx, way: &EntityWay, own: bool) -> Vec<Vec<Ink>> {
    let name = if own { way.pipeline.to_string() } else { format!("{} {}", way.pipeline, way.id) };
    let state = way.state.as_deref().map(|s| text::visible(s).into_owned());
    let mut out = vec![vec![Ink::dim(format!("{} ", text::visible(&name))), Ink::known(state, |s| s).with_role(Role::Accent)]];
    if let Some(since) = way.since {
        let age = ctx.view.snapshot.taken_at.since_s(since).max(0.0);
        out.push(vec![Ink::dim(format!("{} ", word(Word::ColSince))), Ink::text(text::duration_s(age))]);
    }
    let currency = way.facts.iter().find_map(|fact| match &fact.value {
        Value::Text(t) if fact.meaning == Meaning::Currency => Some(t.as_ref()),
        _ => None,
    });
    let mut facts: Vec<_> = way.facts.iter().collect();
    // When it comes is what a caller asks: where there is no room, other things leave.
    facts.sort_by_key(|fact| fact.meaning != Meaning::Eta);
    for fact in facts {
        if let Some(label) = label(fact.meaning) {
            let value = shown_value(ctx, fact.meaning, &fact.value, currency);
            out.push(vec![Ink::dim(format!("{} ", word(label))), Ink::text(value)]);
        }
    }
    out
}

/// What is told of a way beside its steps; the rest is in its records.
fn label(meaning: Meaning) -> Option<Word> {
    Some(match meaning {
        Meaning::Amount => Word::ColAmount,
        Meaning::Customer => Word::ColCustomer,
        Meaning::CustomerName | Meaning::CourierName => Word::Name,
        Meaning::Shop => Word::Shop,
        Meaning::Method => Word::Method,
        Meaning::Courier => Word::Courier,
        Meaning::District => Word::District,
        Meaning::Eta => Word::Eta,
        Meaning::Remaining => Word::Remaining,
        Meaning::Reason => Word::Why,
        Meaning::Position => Word::Position,
        _ => return None,
    })
}

fn shown_value(ctx: Ctx, meaning: Meaning, value: &Value, currency: Option<&str>) -> String {
    let text = match value {
        Value::Text(text) => text.to_string(),
        Value::Amount(amount) => text::money(&amount.to_string(), currency),
        Value::Number(metres) if meaning == Meaning::Remaining => format!("{metres:.0} m"),
        Value::Number(n) => text::local(n.to_string()),
        Value::Integer(n) => n.to_string(),
        Value::Time(at) => clock(ctx.state, *at),
        Value::Flag(flag) => flag.to_string(),
        Value::Point(point) => format!("{:.4}, {:.4}", point.lat, point.lon),
    };
    text::visible(&text).into_owned()
}
