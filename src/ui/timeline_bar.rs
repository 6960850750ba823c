//! When was it bad? One line of the past, the worst alert of each moment; a click goes there.

use super::draw::{Hits, Target};
use super::theme::Role;
use super::widgets::ink::{Ctx, put, put_right, width};
use super::words::span_word;
use crate::model::{Level, Timestamp};
use crate::snapshot::Moment;
use crate::text::{self, Word, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Windows of this many lines always have it.
const SPARES_A_LINE: u16 = 45;
/// What the line shows where it is less than the curves do, or more, in minutes: it keeps still while time goes by.
const SPANS_MIN: [i64; 10] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360];

/// Lines that it takes.
pub fn height(ctx: Ctx, window: Rect) -> u16 {
    u16::from(!moments(ctx).is_empty() && (ctx.state.frozen.is_some() || window.height >= SPARES_A_LINE))
}

/// Those of now: the picture that is shown may be a past one.
fn moments<'a>(ctx: Ctx<'a>) -> &'a [Moment] {
    &ctx.state.moments
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let now = ctx.state.live_at;
    let shown = ctx.state.frozen.as_ref().map_or(now, |f| f.view.snapshot.taken_at);
    let chosen_ms = i64::from(ctx.state.span.seconds()) * 1_000;
    let oldest = moments(ctx).first().map_or(now, |m| m.at);
    let span_ms = span_ms(chosen_ms, now.since_ms(oldest), now.since_ms(shown) + 1_000);
    let left = if span_ms == chosen_ms { span_word(ctx.state.span).to_owned() } else { text::duration_s(span_ms as f64 / 1_000.0) };
    let left = format!("-{left} ");
    let right = format!(" {}", word(Word::Now));
    let dim = ctx.style(Role::Dim);
    let x = area.x + 1 + put(buf, area.x + 1, area.y, area.width / 3, &left, dim);
    put_right(buf, area.right() - 1, area.y, width(&right), &right, dim);
    let bar = Rect { x, width: (area.right() - 1).saturating_sub(x + width(&right)), ..area };
    let columns = i64::from(bar.width);
    let start = now.plus_ms(-span_ms);
    let edge = |column: i64| start.plus_ms(span_ms * column / columns.max(1));
    for column in 0..columns {
        let (from, to) = (edge(column), edge(column + 1));
        let here = shown >= from && shown < to || column + 1 == columns && shown >= to;
        let x = bar.x + column as u16;
        let (symbol, role) = worst(moments(ctx), from, to).map_or((" ", Role::Dim), sign);
        if here && ctx.state.frozen.is_some() {
            put(buf, x, bar.y, 1, "┃", ctx.style(Role::Key).add_modifier(Modifier::BOLD));
        } else {
            put(buf, x, bar.y, 1, symbol, ctx.style(role));
        }
        hits.push(Rect { x, width: 1, height: 1, ..bar }, Target::Moment(to));
    }
}

/// As long as the curves, but no longer than the past reaches back, and as long as the shown moment is ago.
fn span_ms(chosen: i64, reach: i64, shown: i64) -> i64 {
    let round = |ms: i64| SPANS_MIN.iter().map(|min| min * 60_000).find(|span| *span >= ms).unwrap_or(ms);
    let span = chosen.min(round(reach));
    if shown > span { round(shown) } else { span }
}

/// The worst of a slice of time, by the pictures that stand for any of it.
fn worst(moments: &[Moment], from: Timestamp, to: Timestamp) -> Option<Level> {
    let first = moments.partition_point(|m| m.until <= from);
    let after = moments.partition_point(|m| m.at < to);
    moments.get(first..after)?.iter().map(|m| m.level).max()
}

/// Told by height, not by colour alone.
fn sign(level: Level) -> (&'static str, Role) {
    match level {
        Level::Healthy => ("▁", Role::Ok),
        Level::Unknown => ("·", Role::Unknown),
        Level::Silent => ("▃", Role::Silent),
        Level::Warning => ("▅", Role::Warning),
        Level::Critical => ("█", Role::Critical),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_as_long_as_the_past_is_and_keeps_still() {
        let min = |n: i64| n * 60_000;
        assert_eq!(span_ms(min(10), min(300), 1_000), min(10), "as the curves");
        assert_eq!(span_ms(min(360), min(12), 1_000), min(15), "vigie looks on for twelve minutes");
        assert_eq!(span_ms(min(360), min(12), min(12)), min(15));
        assert_eq!([11, 12, 14].map(|n| span_ms(min(10), min(300), min(n))), [min(15); 3], "further back than the curves");
        assert_eq!(span_ms(min(360), min(400), min(390)), min(390));
    }
}
