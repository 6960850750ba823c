//! How many of those who come buy something, and where do they turn away?

use super::PanelId;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put, put_middle, put_right};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of a label and of its figure.
const LABEL: u16 = 12;
const FIGURE: u16 = 12;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::Funnel, area);
    let inner = frame(ctx, buf, area, PanelId::Funnel, &[Ink::new(Role::Title, word(Word::Funnel))], &[]);
    let Some(customers) = ctx.view.snapshot.business.customers.as_ref().map(|s| &s.customers) else {
        return put_middle(ctx, buf, inner, &format!("{}.", word(Word::NoCustomers)));
    };
    let steps = [
        (Word::Logins, customers.logins),
        (Word::PageViews, customers.page_views),
        (Word::Searches, customers.searches),
        (Word::Purchases, customers.purchases),
    ];
    let most = steps.iter().filter_map(|(_, n)| *n).max().unwrap_or(0).max(1);
    let room = inner.width.saturating_sub(LABEL + FIGURE + 3);
    for ((label, n), y) in steps.iter().zip(inner.y..inner.bottom()) {
        put(buf, inner.x + 1, y, LABEL, word(*label), ctx.style(Role::Dim));
        let figure = Ink::known(*n, text::count);
        put_right(buf, inner.x + 1 + LABEL + FIGURE, y, FIGURE, &figure.text, ctx.style(figure.role));
        let cells = (n.unwrap_or(0) as f64 / most as f64 * f64::from(room)).round() as u16;
        for x in 0..cells.min(room) {
            put(buf, inner.x + LABEL + FIGURE + 2 + x, y, 1, "█", ctx.style(Role::Chart1));
        }
    }
    let last = inner.y + steps.len() as u16;
    if last < inner.bottom() {
        put(buf, inner.x + 1, last, LABEL, word(Word::Conversion), ctx.style(Role::Dim));
        let figure = Ink::known(customers.conversion, text::percent);
        put_right(buf, inner.x + 1 + LABEL + FIGURE, last, FIGURE, &figure.text, ctx.style(figure.role));
    }
    if let Some(reason) = customers.reason.as_ref().filter(|_| last + 1 < inner.bottom()) {
        let said = text::sentence(reason);
        put(buf, inner.x + 1, last + 1, inner.width.saturating_sub(2), &text::visible(&said), ctx.style(Role::Unknown));
    }
}
