//! Since when are some late, and do they get more? Each column is a moment, each row a latency: two bands apart are two kinds of
//! records, a band that climbs is a queue that grows. Shades tell how many.

use super::PanelId;
use super::topic_rate::{AXIS, time_axis};
use crate::snapshot::{Heat, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{Pick, columns};
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, awaited, put, put_middle, put_right};
use crate::ui::words::span_word;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::ops::Range;

const SHADES: [&str; 4] = ["░", "▒", "▓", "█"];
/// Fewer bands would only flicker between one and two rows.
const LEAST_BANDS: usize = 4;

fn heat<'a>(view: &'a View, state: &UiState) -> Option<&'a Heat> {
    let topic = view.focus.topic.as_ref().filter(|t| Some(&t.name) == state.topic.as_ref())?;
    topic.heat.as_ref()
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = [Ink::new(Role::Title, word(Word::LatencyOverTime))];
    let span = [Ink::new(Role::Key, "-+ "), Ink::dim(span_word(ctx.state.span))];
    let inner = frame(ctx, buf, area, PanelId::TopicHeat, &title, &span);
    hits.panel(PanelId::TopicHeat, area);
    if inner.height < 3 {
        return;
    }
    let Some(heat) = heat(ctx.view, ctx.state) else {
        let no_room = ctx.view.focus.topic.as_ref().is_some_and(|t| Some(&t.name) == ctx.state.topic.as_ref());
        let said = if no_room { format!("{}.", word(Word::NoRoomForHistory)) } else { awaited(ctx, Word::NotYet) };
        put_middle(ctx, buf, inner, &said);
        return;
    };
    let bands = bands(ctx, inner, heat);
    let used = used(&bands);
    plot(ctx, buf, inner, heat, &bands, used);
}

fn plot_area(inner: Rect) -> Rect {
    Rect { x: inner.x + AXIS + 1, width: inner.width.saturating_sub(AXIS + 2), height: inner.height.saturating_sub(1), ..inner }
}

/// The bands' rates, one a column of the plot inside `inner`.
pub fn bands(ctx: Ctx, inner: Rect, heat: &Heat) -> Vec<Vec<f32>> {
    let values = |line| columns(line, ctx.state.span.seconds(), plot_area(inner).width, Pick::Mean);
    heat.bands.iter().map(values).collect()
}

/// Those of the bands with their axes.
pub fn plot(ctx: Ctx, buf: &mut Buffer, inner: Rect, heat: &Heat, bands: &[Vec<f32>], used: Range<usize>) {
    let plot = plot_area(inner);
    if used.is_empty() {
        put_middle(ctx, buf, inner, &format!("{}.", word(Word::NoLatency)));
        return;
    }
    time_axis(ctx, buf, plot);
    let rows = rows(used, usize::from(plot.height));
    let most = bands.iter().flatten().copied().filter(|n| n.is_finite()).fold(0.0, f32::max);
    for (row, of) in rows.iter().enumerate() {
        let y = plot.bottom() - 1 - row as u16;
        let bound = heat.bounds_ms.get(of.end - 1);
        let label = match bound {
            Some(ms) => format!("≤{}", text::short_duration_ms(f64::from(*ms))),
            None => format!(">{}", text::short_duration_ms(heat.bounds_ms.last().copied().map_or(0.0, f64::from))),
        };
        put_right(buf, plot.x - 1, y, AXIS, &label, ctx.style(Role::Dim));
        put(buf, plot.x - 1, y, 1, "│", ctx.style(Role::Border));
        for (column, x) in (plot.x..plot.right()).enumerate() {
            let count: f32 = bands[of.clone()].iter().filter_map(|band| band.get(column)).filter(|n| n.is_finite()).sum();
            if let Some(shade) = shade(count, most) {
                put(buf, x, y, 1, shade, ctx.style(Role::Chart2));
            }
        }
    }
}

/// From the lowest band that holds something to the highest.
pub fn used(bands: &[Vec<f32>]) -> Range<usize> {
    let holds = |band: &Vec<f32>| band.iter().any(|n| *n > 0.0);
    let (Some(low), Some(high)) = (bands.iter().position(holds), bands.iter().rposition(holds)) else { return 0..0 };
    let end = (high + 1).max(low + LEAST_BANDS).min(bands.len());
    low.min(end.saturating_sub(LEAST_BANDS))..end
}

/// The bands of each row, the lowest first: one each, or several where there are fewer rows.
fn rows(used: Range<usize>, room: usize) -> Vec<Range<usize>> {
    let (n, rows) = (used.len(), used.len().min(room).max(1));
    (0..rows).map(|row| used.start + row * n / rows..used.start + (row + 1) * n / rows).collect()
}

/// Each shade stands for four times as many as the one before: few late ones show beside a thousand that are not.
fn shade(count: f32, most: f32) -> Option<&'static str> {
    if count <= 0.0 {
        return None;
    }
    let steps = (most / count).max(1.0).log(4.0).floor() as usize;
    Some(SHADES[(SHADES.len() - 1).saturating_sub(steps)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_late_ones_show_beside_a_thousand() {
        let shades = [0.01, 10.0, 30.0, 100.0, 1_000.0].map(|n| shade(n, 1_000.0).unwrap());
        assert_eq!(shades, ["░", "░", "▒", "▓", "█"]);
        assert_eq!(shade(0.0, 1_000.0), None);
    }

    #[test]
    fn bands_share_rows_where_there_are_few() {
        assert_eq!(rows(2..10, 3), [2..4, 4..7, 7..10]);
        assert_eq!(rows(2..4, 9), [2..3, 3..4]);
        let bands = |at: &[usize]| (0..16).map(|i| vec![if at.contains(&i) { 1.0 } else { f32::NAN }]).collect::<Vec<_>>();
        assert_eq!(
            (used(&bands(&[3, 9])), used(&bands(&[15])), used(&bands(&[0])), used(&bands(&[]))),
            (3..10, 12..16, 0..4, 0..0)
        );
    }
}
