//! How do people pay, and how much of it comes through: in the last ten minutes, and since counting began?

use super::PanelId;
use crate::snapshot::{Amount, Method, Payments, Sum};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, fit, put_middle, put_whole};
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
        put_whole(ctx, buf, inner, y, 0, line);
    }
}

/// Cells of a name, and of a figure.
const NAME: usize = 12;
const FIGURE: usize = 7;

/// Lines of pieces: what has no room leaves whole.
fn lines(payments: &Payments) -> Vec<Vec<Vec<Ink>>> {
    let mut out = Vec::new();
    if let Some(reason) = &payments.reason {
        out.push(vec![vec![Ink::new(Role::Unknown, text::visible(&text::sentence(reason)).into_owned())]]);
    }
    out.extend([heading(), all(payments)]);
    let mut methods: Vec<&Method> = payments.by_method.iter().collect();
    // Where there is no room for all, those are seen that most payments go through.
    methods.sort_by_key(|method| std::cmp::Reverse(method.initiated));
    out.extend(methods.into_iter().map(method));
    out.extend(payments.amounts.iter().map(|sum| money(sum, Word::CameIn, sum.total.as_ref(), sum.count)));
    let failed = payments.amounts.iter().filter(|sum| sum.failed > 0);
    out.extend(failed.map(|sum| money(sum, Word::NotPaid, sum.failed_total.as_ref(), sum.failed)));
    out
}

/// Cells of a count with a longer name.
const WIDE: usize = 11;

/// Now, then since counting began.
fn heading() -> Vec<Vec<Ink>> {
    let column = |of: Word| vec![Ink::dim(format!("{:>FIGURE$}", word(of)))];
    let mut first = vec![Ink::text(" ".repeat(NAME))];
    first.extend(column(Word::TenMinutes));
    let others = [Word::ColFailed, Word::InAll, Word::ColFailed].map(column);
    let counts = [Word::UnderWay, Word::Completed, Word::Started].map(|of| vec![Ink::dim(format!("{:>WIDE$}", word(of)))]);
    std::iter::once(first).chain(others).chain(counts).collect()
}

/// Success and failures lately and in all, then counts.
fn row(
    name: Ink,
    lately: (Option<f64>, Option<u64>),
    in_all: (Option<f64>, Option<u64>),
    counts: [Option<u64>; 3],
) -> Vec<Vec<Ink>> {
    let failed = |n: Option<u64>| vec![padded(n, FIGURE, text::column_count)];
    let mut pieces = vec![vec![name, success(lately.0)], failed(lately.1), vec![success(in_all.0)], failed(in_all.1)];
    pieces.extend(counts.map(|n| vec![padded(n, WIDE, text::count)]));
    pieces
}

fn padded<T>(value: Option<T>, cells: usize, show: impl FnOnce(T) -> String) -> Ink {
    let shown = Ink::known(value, show);
    Ink { text: format!("{:>cells$}", shown.text).into(), ..shown }
}

fn all(of: &Payments) -> Vec<Vec<Ink>> {
    let ended = of.completed.zip(of.failed).map(|(completed, failed)| completed + failed);
    let open = of.initiated.zip(ended).map(|(initiated, ended)| initiated.saturating_sub(ended));
    let name = Ink::dim(format!("{:<NAME$}", word(Word::AllMethods)));
    row(name, (of.success_rate_10m, of.failed_10m), (of.success_rate, of.failed), [open, of.completed, of.initiated])
}

fn method(of: &Method) -> Vec<Vec<Ink>> {
    let open = of.initiated.saturating_sub(of.completed + of.failed);
    let name = text::visible(&of.method);
    let name = Ink::text(format!("{:<NAME$}", fit(&name, NAME as u16)));
    let lately = (of.success_rate_10m, Some(of.failed_10m));
    row(name, lately, (of.success_rate, Some(of.failed)), [open, of.completed, of.initiated].map(Some))
}

fn money(of: &Sum, what: Word, total: Option<&Amount>, payments: u64) -> Vec<Vec<Ink>> {
    let total = total.map(|total| text::money(total.text(), of.currency.as_deref()));
    let total = Ink::known(total, |total| text::visible(&total).into_owned());
    vec![
        vec![Ink::dim(format!("{} ", word(what))), total],
        vec![Ink::dim(format!("  {} ", word(Word::PaymentsOf))), Ink::text(text::count(payments))],
    ]
}

/// The rate is of those that ended.
fn success(rate: Option<f64>) -> Ink {
    let shown = padded(rate, FIGURE, text::percent);
    if rate.is_some_and(|r| r < GOOD) { shown.with_role(Role::Warning) } else { shown }
}
