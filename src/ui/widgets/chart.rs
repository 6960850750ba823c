//! Curves of block eighths: a spark line in a cell row, or an area of several rows. Steps of time are tied to the clock, not
//! to the right edge, so that a curve moves on by whole columns and does not shimmer.

use crate::snapshot::Line;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// How the points of one column become one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pick {
    Mean,
    /// A peak is never averaged away.
    Max,
}

/// The newest `columns` values of the last `span_s` seconds, oldest first; NaN where nothing is known.
pub fn columns(line: &Line, span_s: u32, columns: u16, pick: Pick) -> Vec<f32> {
    let columns = usize::from(columns);
    let step = i64::from(line.step_s.max(1)) * 1_000;
    let points = (i64::from(span_s) * 1_000 / step).max(1);
    let each = (points + columns as i64 - 1) / (columns as i64).max(1);
    let mut out = vec![f32::NAN; columns];
    let mut sums = vec![(0.0_f32, 0_u32); columns];
    let newest = line.end.0.div_euclid(step);
    let newest_column = newest.div_euclid(each.max(1));
    for (i, value) in line.points.iter().rev().enumerate() {
        let back = newest_column - (newest - i as i64).div_euclid(each.max(1));
        let Some(column) = usize::try_from(back).ok().and_then(|b| columns.checked_sub(b + 1)) else { break };
        if value.is_nan() {
            continue;
        }
        let (sum, n) = &mut sums[column];
        *sum = if pick == Pick::Max { sum.max(*value) } else { *sum + value };
        *n += 1;
        out[column] = if pick == Pick::Max { *sum } else { *sum / *n as f32 };
    }
    out
}

/// The top of a scale that holds `max`: coarse, so that the scale seldom changes.
pub fn nice_top(max: f32) -> f32 {
    if max <= 0.0 || !max.is_finite() {
        return 1.0;
    }
    let power = 10_f32.powf(max.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.iter().map(|s| s * power).find(|top| *top >= max * 0.999).unwrap_or(max)
}

pub fn peak(values: &[f32]) -> f32 {
    values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max)
}

/// One row of blocks, at most six eighths high, so that the rows of a table stay apart. A known value always shows at
/// least one eighth.
pub fn spark(values: &[f32], top: f32) -> String {
    values.iter().map(|v| EIGHTHS[height_of(*v, top * 8.0 / 6.0, 1)]).collect()
}

fn height_of(value: f32, top: f32, rows: usize) -> usize {
    if value.is_nan() {
        return 0;
    }
    ((value / top * (rows * 8) as f32).round().max(0.0) as usize).clamp(1, rows * 8)
}

/// An area chart of the values, one a column, as high as the area: a bright crest on a dim body.
pub fn area(buf: &mut Buffer, area: Rect, values: &[f32], top: f32, style: Style) {
    let rows = usize::from(area.height);
    for (value, x) in values.iter().zip(area.x..area.right()) {
        let eighths = height_of(*value, top, rows.max(1));
        for row in 0..rows {
            let fill = eighths.saturating_sub(row * 8).min(8);
            let crest = eighths <= (row + 1) * 8;
            if fill > 0 {
                let style = if crest { style } else { style.add_modifier(Modifier::DIM) };
                buf[(x, area.bottom() - 1 - row as u16)].set_symbol(EIGHTHS[fill]).set_style(style);
            }
        }
    }
}

/// A level bar of at most `width` cells in halves of a cell, thin, so that bars below each other stay apart.
pub fn bar(ratio: f64, width: u16) -> String {
    let halves = (ratio.clamp(0.0, 1.0) * f64::from(width) * 2.0).round() as usize;
    format!("{}{}", "━".repeat(halves / 2), if halves % 2 == 1 { "╸" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn line(end_s: i64, points: &[f32]) -> Line {
        Line { step_s: 1, end: Timestamp(end_s * 1_000), points: points.into() }
    }

    #[test]
    fn columns_end_at_the_newest_and_leave_gaps() {
        let values = columns(&line(3, &[1.0, f32::NAN, 3.0]), 5, 5, Pick::Mean);
        assert!(values[0].is_nan() && values[1].is_nan() && values[3].is_nan());
        assert_eq!((values[2], values[4]), (1.0, 3.0));
    }

    #[test]
    fn a_curve_does_not_shimmer_as_time_goes_on() {
        let at = |end: i64| {
            let points: Vec<f32> = (end - 59..=end).map(|t| (t * 7919 % 101) as f32).collect();
            columns(&line(end, &points), 60, 10, Pick::Max)
        };
        let (before, after) = (at(599), at(600));
        assert_eq!(before[1..9], at(598)[1..9], "inside a step only the newest column changes");
        assert_eq!(before[2..], after[1..9], "a step later all move by one");
    }

    #[test]
    fn zero_is_drawn_and_unknown_is_not() {
        assert_eq!(spark(&[0.0, f32::NAN, 4.0, 8.0], 8.0), "▁ ▃▆");
    }

    #[test]
    fn scales_are_round() {
        assert_eq!(nice_top(0.0), 1.0);
        assert_eq!(nice_top(41.0), 50.0);
        assert_eq!(nice_top(1_250.0), 1_500.0);
    }

    #[test]
    fn bars_have_halves() {
        assert_eq!(bar(0.5, 4), "━━");
        assert_eq!(bar(0.6, 4), "━━╸");
        assert_eq!(bar(7.0, 2), "━━");
    }
}
