//! Is all well? Four figures with their curves, read at a glance from across the room: does it flow, how late, who is behind, is
//! it broken. What stands out sends one to the topics below.

use super::PanelId;
use crate::snapshot::{Line, Totals};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{self, Pick, columns, nice_top, peak};
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put_all};
use crate::ui::words::span_word;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A figure with its label.
struct Part {
    inks: [Ink; 2],
    leaves_first: u8,
}

/// Below this the figures stand close.
const NARROW: u16 = 24;

struct Tile<'a> {
    panel: PanelId,
    title: Word,
    /// The title of a narrow tile.
    short_title: Word,
    parts: Vec<Part>,
    /// The same with fewer words, for when `parts` do not fit.
    short: Option<Vec<Part>>,
    line: &'a Line,
    pick: Pick,
    role: Role,
}

fn totals<'a>(ctx: Ctx<'a>) -> &'a Totals {
    &ctx.view.snapshot.totals
}

fn part(leaves_first: u8, label: Word, figure: Ink) -> Part {
    Part { inks: [Ink::dim(word(label)), figure], leaves_first }
}

pub fn throughput(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let t = &totals(ctx).throughput;
    let unit = if area.width < NARROW { word(Word::PerSecond).to_owned() } else { format!(" {}", word(Word::MsgPerS)) };
    let rate = Ink::known(t.records_per_s.s10, |r| format!("{}{unit}", text::rate(r)));
    let bytes = Ink::known(t.bytes_per_s.s10, text::bytes_rate);
    let line = &ctx.view.focus.totals.records_per_s;
    let tile = Tile {
        panel: PanelId::Throughput,
        title: Word::Throughput,
        short_title: Word::Throughput,
        parts: vec![part(0, Word::Nothing, rate), part(1, Word::Nothing, bytes)],
        short: None,
        line,
        pick: Pick::Mean,
        role: Role::Chart1,
    };
    draw(ctx, buf, area, hits, tile);
}

pub fn latency(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let l = &totals(ctx).latency_ms;
    let ms = |v: Option<u64>| Ink::known(v, |ms| text::short_duration_ms(ms as f64));
    let parts = vec![part(1, Word::ColP50, ms(l.p50)), part(0, Word::ColP99, ms(l.p99)), part(2, Word::P999, ms(l.p999))];
    // Where the three do not fit, milliseconds are named once.
    let bare = |v: Option<u64>| Ink::known(v, |ms| ms.to_string());
    let short = l
        .p999
        .is_some_and(|ms| ms < 1_000)
        .then(|| vec![part(1, Word::ColP50, bare(l.p50)), part(0, Word::ColP99, bare(l.p99)), part(2, Word::P999, ms(l.p999))]);
    let line = &ctx.view.focus.totals.p99_ms;
    let tile = Tile {
        panel: PanelId::Latency,
        title: Word::Latency,
        short_title: Word::LatencyShort,
        parts,
        short,
        line,
        pick: Pick::Max,
        role: Role::Chart2,
    };
    draw(ctx, buf, area, hits, tile);
}

pub fn lag(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let lag = &totals(ctx).lag;
    let narrow = area.width < NARROW;
    let label = if narrow { Word::Nothing } else { Word::Oldest };
    let records = Ink::known(lag.records, |n| format!("{} {}", text::column_count(n), word(Word::Msgs)));
    let oldest = Ink::known(lag.seconds, text::short_duration_s);
    let line = &ctx.view.focus.totals.lag_records;
    let parts = vec![part(0, Word::Nothing, records), part(1, label, oldest)];
    let tile = Tile {
        panel: PanelId::Lag,
        title: Word::ConsumerLag,
        short_title: Word::ConsumerLag,
        parts,
        short: None,
        line,
        pick: Pick::Max,
        role: Role::Chart3,
    };
    draw(ctx, buf, area, hits, tile);
}

pub fn errors(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let t = totals(ctx);
    let bad = t.error_rate.is_some_and(|r| r > 0.0);
    let ratio = Ink::known(t.error_rate, text::percent).with_role(if bad { Role::Warning } else { Role::Text });
    let sum = t.records.malformed + t.records.contract + t.records.rejected;
    let line = &ctx.view.focus.totals.errors_per_s;
    let records = |n: u64| text::plural(n, Word::Record, Word::Records);
    let minute = Ink::known(last_minute(line), |n| format!("{} {}", text::column_count(n), records(n)));
    let all = Ink::text(format!("{} {}", text::column_count(sum), word(Word::SinceStart)));
    let parts = vec![part(0, Word::Nothing, ratio), part(1, Word::Nothing, minute), part(2, Word::Nothing, all)];
    let tile = Tile {
        panel: PanelId::Errors,
        title: Word::ErrorsOneMinute,
        short_title: Word::ErrorsShort,
        parts,
        short: None,
        line,
        pick: Pick::Max,
        role: Role::Warning,
    };
    draw(ctx, buf, area, hits, tile);
}

/// How many there were in the last minute; `None`: nothing is known of it, or the curve is too coarse to tell.
fn last_minute(line: &Line) -> Option<u64> {
    let step = line.step_s.max(1);
    let steps = (60 / step) as usize;
    let known = || line.points.iter().rev().take(steps).filter(|rate| rate.is_finite());
    (steps > 0 && known().next().is_some()).then(|| (known().sum::<f32>() * step as f32).round() as u64)
}

fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits, tile: Tile) {
    let span = [Ink::dim(span_word(ctx.state.span))];
    let title = if area.width < NARROW { tile.short_title } else { tile.title };
    let inner = frame(ctx, buf, area, tile.panel, &[Ink::new(Role::Title, word(title))], &span);
    hits.panel(tile.panel, area);
    if inner.height == 0 {
        return;
    }
    let pad = u16::from(inner.width >= NARROW);
    let text = Rect { x: inner.x + pad, width: inner.width - 2 * pad, ..inner };
    let fits = |parts: &Vec<Part>| needed(parts, least_gap(text.width)) <= text.width;
    let parts = tile.short.filter(|short| !fits(&tile.parts) && fits(short)).unwrap_or(tile.parts);
    figures(ctx, buf, text, parts);
    let curve = Rect { y: inner.y + 1, height: inner.height - 1, ..text };
    let values = columns(tile.line, ctx.state.span.seconds(), curve.width, tile.pick);
    chart::area(buf, curve, &values, nice_top(peak(&values)), ctx.style(tile.role));
}

fn least_gap(room: u16) -> u16 {
    if room < NARROW { 1 } else { 2 }
}

fn wide(part: &Part) -> u16 {
    let [label, figure] = &part.inks;
    label.width() + figure.width() + u16::from(!label.text.is_empty())
}

fn needed(parts: &[Part], gap: u16) -> u16 {
    parts.iter().map(|p| wide(p) + gap).sum::<u16>().saturating_sub(gap)
}

/// As many parts as there is room for, spread over the width. A narrow tile keeps what matters most.
fn figures(ctx: Ctx, buf: &mut Buffer, area: Rect, mut parts: Vec<Part>) {
    let least_gap = least_gap(area.width);
    while parts.len() > 1 && needed(&parts, least_gap) > area.width {
        let Some(leaver) = (0..parts.len()).max_by_key(|i| parts[*i].leaves_first) else { break };
        parts.remove(leaver);
    }
    let used: u16 = parts.iter().map(wide).sum();
    let gaps = (parts.len() as u16).saturating_sub(1).max(1);
    let gap = (area.width.saturating_sub(used) / gaps).clamp(least_gap, 4);
    let mut x = area.x;
    for Part { inks: [label, figure], .. } in parts {
        let space = Ink::dim(if label.text.is_empty() { "" } else { " " });
        let room = Rect { x, width: area.right().saturating_sub(x), ..area };
        x = put_all(ctx, buf, room, area.y, &[label, space, figure]) + gap;
    }
}
