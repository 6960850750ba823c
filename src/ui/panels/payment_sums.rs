//! How do people pay, and how much of it comes through?

use super::PanelId;
use crate::snapshot::{Method, Payments};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put_middle, put_whole};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Below this share of success a method is told of.
const GOOD: f64 = 0.95;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::PaymentSums, area);
    let payments = ctx.view.snapshot.business.payments.as_ref().map(|s| &s.payments);
    let inner = frame(ctx, buf, area, PanelId::PaymentSums, &[Ink::new(Role::Title, word(Word::PaymentSums))], &[]);
    let Some(payments) = payments else { return put_middle(ctx, buf, inner, &format!("{}.", word(Word::NoPayments))) };
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (line, y) in lines(payments).iter().zip(inner.y..inner.bottom()) {
        put_whole(ctx, buf, inner, y, 2, line);
    }
}

/// Lines of pieces: what has no room leaves whole.
fn lines(payments: &Payments) -> Vec<Vec<Vec<Ink>>> {
    let figure = |label: Word, n: Option<u64>| vec![Ink::dim(format!("{} ", word(label))), Ink::known(n, text::count)];
    let mut out = vec![vec![
        vec![Ink::dim(format!("{} ", word(Word::Success))), success(payments.success_rate)],
        figure(Word::Started, payments.initiated),
        figure(Word::Completed, payments.completed),
        figure(Word::Failed, payments.failed),
    ]];
    if let Some(reason) = &payments.reason {
        out.push(vec![vec![Ink::new(Role::Unknown, text::visible(&text::sentence(reason)).into_owned())]]);
    }
    out.extend(payments.by_method.iter().map(method));
    for sum in &payments.amounts {
        let total = sum.total.as_ref().map(|t| text::money(t.text(), sum.currency.as_deref()));
        let total = Ink::known(total, |t| text::visible(&t).into_owned());
        out.push(vec![vec![Ink::dim(format!("{} ", word(Word::CameIn))), total], figure(Word::PaymentsOf, Some(sum.count))]);
    }
    out
}

fn method(of: &Method) -> Vec<Vec<Ink>> {
    let name = format!("{:<14}", text::visible(&of.method));
    // The rate is of those that ended.
    let ended = of.completed + of.failed;
    let through = format!("{} {} {}", text::count(of.completed), word(Word::Of), text::count(ended));
    let open = of.initiated.saturating_sub(ended);
    let open = format!("{} {}", text::count(open), word(Word::UnderWay));
    vec![vec![Ink::text(name), success(of.success_rate)], vec![Ink::dim(through)], vec![Ink::dim(open)]]
}

fn success(rate: Option<f64>) -> Ink {
    let role = if rate.is_some_and(|r| r < GOOD) { Role::Warning } else { Role::Text };
    Ink::known(rate, text::percent).with_role(role)
}
