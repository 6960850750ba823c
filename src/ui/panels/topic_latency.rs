//! Are all records late, or a few? A high p50 is the way itself, a high p99 alone is a slow partition, a retry, a pause: the
//! partitions below tell which.

use super::PanelId;
use crate::snapshot::{Distribution, Latency};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{area as area_chart, bar, peak};
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put, put_middle, put_right};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let topic = ctx.state.topic.as_deref().and_then(|name| ctx.view.snapshot.topic(name));
    let mut title = vec![Ink::new(Role::Title, word(Word::Latency)), Ink::dim(format!(" {}", word(Word::SpanMinute)))];
    if topic.is_some_and(|t| t.latency_ms.inflated) {
        title.push(Ink::new(Role::Warning, format!(" {}", word(Word::Inflated))));
    }
    let count = topic.map_or(0, |t| t.latency_ms.count);
    let note = [Ink::dim(format!("{} {}", text::short_count(count), text::plural(count, Word::Record, Word::Records)))];
    let inner = frame(ctx, buf, area, PanelId::TopicLatency, &title, &note);
    hits.panel(PanelId::TopicLatency, area);
    let Some(latency) = topic.map(|t| &t.latency_ms).filter(|l| l.count > 0) else {
        put_middle(ctx, buf, inner, &format!("{}.", word(Word::NoLatency)));
        return;
    };
    let rows = inner.height.min(5);
    percentiles(ctx, buf, Rect { height: rows, ..inner }, latency);
    let rest = Rect { y: inner.y + rows, height: inner.height - rows, ..inner };
    let focus = ctx.view.focus.topic.as_ref().filter(|t| Some(&t.name) == ctx.state.topic.as_ref());
    if let Some(focus) = focus.filter(|_| rest.height >= 3) {
        distribution(ctx, buf, rest, &focus.distribution);
    }
}

/// Bars on a log scale from 1 ms to the greatest.
fn percentiles(ctx: Ctx, buf: &mut Buffer, area: Rect, latency: &Latency) {
    let rows = [
        (Word::ColP50, latency.p50),
        (Word::P90, latency.p90),
        (Word::ColP99, latency.p99),
        (Word::P999, latency.p999),
        (Word::Max, latency.max),
    ];
    let log = |ms: u64| ((ms.max(1)) as f64).ln() + 0.7;
    let top = log(latency.max.unwrap_or(1));
    let room = area.width.saturating_sub(16);
    for ((label, value), y) in rows.into_iter().zip(area.y..area.bottom()) {
        put(buf, area.x + 1, y, 6, word(label), ctx.style(Role::Dim));
        let ink = Ink::known(value, |ms| text::short_duration_ms(ms as f64));
        put_right(buf, area.x + 14, y, 7, &ink.text, ctx.style(ink.role));
        if let Some(ms) = value {
            put(buf, area.x + 15, y, room, &bar(log(ms) / top, room), ctx.style(Role::Chart2));
        }
    }
}

/// How many records in each bucket, short ones on the left.
fn distribution(ctx: Ctx, buf: &mut Buffer, area: Rect, distribution: &Distribution) {
    let buckets = &distribution.buckets;
    if buckets.is_empty() || area.width < 12 {
        return;
    }
    let plot = Rect { x: area.x + 1, width: area.width - 2, height: area.height - 1, ..area };
    let columns: Vec<f32> = (0..usize::from(plot.width))
        .map(|x| buckets[x * buckets.len() / usize::from(plot.width)].1 as f32)
        .map(|n| if n == 0.0 { f32::NAN } else { n })
        .collect();
    area_chart(buf, plot, &columns, peak(&columns).max(1.0), ctx.style(Role::Chart2));
    let y = plot.bottom();
    let (first, last) = (buckets[0].0, buckets[buckets.len() - 1].0);
    put(buf, plot.x, y, 10, &format!("≤{}", text::short_duration_ms(first as f64)), ctx.style(Role::Dim));
    put_right(buf, plot.right(), y, 10, &text::short_duration_ms(last as f64), ctx.style(Role::Dim));
}
