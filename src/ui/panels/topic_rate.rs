//! When did its traffic change? A step, a gap or a ramp on the curve says which deploy or which producer to look at; `+` and `-`
//! choose the span.

use super::PanelId;
use crate::snapshot::Line;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::time::clock;
use crate::ui::widgets::chart::{self, Pick, columns, nice_top, peak};
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, awaited, put, put_middle, put_right, width};
use crate::ui::words::span_word;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells for the figures of the upright axis.
pub const AXIS: u16 = 7;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let focus = ctx.view.focus.topic.as_ref().filter(|t| Some(&t.name) == ctx.state.topic.as_ref());
    let topic = ctx.state.topic.as_deref().and_then(|name| ctx.view.snapshot.topic(name));
    let mut title = vec![Ink::new(Role::Title, word(Word::Rate)), Ink::dim(" ")];
    title.push(Ink::known(topic.and_then(|t| t.throughput.records_per_s.s10), |r| {
        format!("{} {}", text::rate(r), word(Word::MsgPerS))
    }));
    title.push(Ink::dim("  "));
    title.push(Ink::known(topic.and_then(|t| t.throughput.bytes_per_s.s10), text::bytes_rate));
    if topic.is_some_and(|t| t.throughput.estimated) {
        title.push(Ink::dim(format!(" {}", word(Word::UpperBound))));
    }
    let span = [Ink::new(Role::Key, "-+ "), Ink::dim(span_word(ctx.state.span))];
    let inner = frame(ctx, buf, area, PanelId::TopicRate, &title, &span);
    hits.panel(PanelId::TopicRate, area);
    if inner.height < 3 {
        return;
    }
    let Some(focus) = focus else {
        put_middle(ctx, buf, inner, &awaited(ctx, Word::NotYet));
        return;
    };
    let values = values(ctx, inner, &focus.records_per_s, Pick::Mean);
    plot(ctx, buf, inner, &values, nice_top(peak(&values)), Role::Chart1);
}

fn plot_area(inner: Rect) -> Rect {
    Rect { x: inner.x + AXIS + 1, width: inner.width.saturating_sub(AXIS + 2), height: inner.height.saturating_sub(1), ..inner }
}

/// A curve's values, one a column of the plot inside `inner`.
pub fn values(ctx: Ctx, inner: Rect, line: &Line, pick: Pick) -> Vec<f32> {
    columns(line, ctx.state.span.seconds(), plot_area(inner).width, pick)
}

/// A curve with its axes.
pub fn plot(ctx: Ctx, buf: &mut Buffer, inner: Rect, values: &[f32], top: f32, role: Role) {
    let plot = plot_area(inner);
    axes(ctx, buf, plot, top);
    chart::area(buf, plot, values, top, ctx.style(role));
}

fn axes(ctx: Ctx, buf: &mut Buffer, plot: Rect, top: f32) {
    let dim = ctx.style(Role::Dim);
    let right = plot.x - 1;
    let label = |v: f32| {
        if top < 10.0 || top < 100.0 && v.fract() != 0.0 { text::number(v.into(), 1) } else { text::short_count(v.round() as u64) }
    };
    put_right(buf, right, plot.y, AXIS - 1, &label(top), dim);
    if plot.height >= 5 {
        put_right(buf, right, plot.y + plot.height / 2, AXIS - 1, &label(top / 2.0), dim);
    }
    put_right(buf, right, plot.bottom() - 1, AXIS - 1, "0", dim);
    for y in plot.y..plot.bottom() {
        put(buf, right, y, 1, "│", ctx.style(Role::Border));
    }
    time_axis(ctx, buf, plot);
}

/// The line below a plot that ends now, or at the moment that is shown.
pub fn time_axis(ctx: Ctx, buf: &mut Buffer, plot: Rect) {
    let dim = ctx.style(Role::Dim);
    let y = plot.bottom();
    let seconds = f64::from(ctx.state.span.seconds());
    put(buf, plot.x, y, 10, &format!("-{}", text::duration_s(seconds)), dim);
    if plot.width >= 40 {
        let half = format!("-{}", text::duration_s(seconds / 2.0));
        put(buf, plot.x + (plot.width - width(&half)) / 2, y, 10, &half, dim);
    }
    let end = match ctx.state.frozen {
        Some(_) => clock(ctx.state, ctx.view.snapshot.taken_at),
        None => word(Word::Now).to_owned(),
    };
    put_right(buf, plot.right(), y, 10, &end, dim);
}
