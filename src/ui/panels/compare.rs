//! What is different about these two? Both on the same scales: what the one does and the other does not is what to look at. `x` on
//! one topic and then on another opens it.

use super::PanelId;
use super::topic_heat as heat;
use super::topic_rate as rate;
use crate::snapshot::{Heat, Topic, TopicFocus};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::layout::split_left;
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{Pick, nice_top, peak};
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, awaited, level, put, put_middle, put_right};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Cells of a figure's name, and of each figure.
const NAME: u16 = 12;
const FIGURE: u16 = 30;

type Pair<'a> = [Option<&'a Arc<TopicFocus>>; 2];

fn names<'a>(ctx: Ctx<'a>) -> [Option<&'a Arc<str>>; 2] {
    [ctx.state.topic.as_ref(), ctx.state.beside.as_ref()]
}

fn pair<'a>(ctx: Ctx<'a>) -> Pair<'a> {
    let focus = &ctx.view.focus;
    let [one, other] = names(ctx);
    [
        focus.topic.as_ref().filter(|topic| Some(&topic.name) == one),
        focus.beside.as_ref().filter(|topic| Some(&topic.name) == other),
    ]
}

/// Two halves, each under its topic's name.
fn halves(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits, panel: PanelId) -> [Rect; 2] {
    let (left, right) = split_left(area, area.width / 2);
    hits.panel(panel, area);
    let mut half = |at: Rect, name: Option<&Arc<str>>| {
        let name = name.map_or_else(Ink::unknown, |name| Ink::new(Role::Title, text::visible(name).into_owned()));
        let what = [Ink::dim(word(panel.panel().title))];
        frame(ctx, buf, at, panel, &[name], &what)
    };
    let [one, other] = names(ctx);
    [half(left, one), half(right, other)]
}

pub fn rates(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let places = halves(ctx, buf, area, hits, PanelId::CompareRates);
    let curves: Vec<Option<Vec<f32>>> = pair(ctx)
        .iter()
        .zip(places)
        .map(|(topic, at)| topic.map(|t| rate::values(ctx, at, &t.records_per_s, Pick::Mean)))
        .collect();
    let top = nice_top(curves.iter().flatten().map(|values| peak(values)).fold(0.0, f32::max));
    for (values, at) in curves.iter().zip(places) {
        match values {
            Some(values) if at.height >= 3 => rate::plot(ctx, buf, at, values, top, Role::Chart1),
            _ => put_middle(ctx, buf, at, &awaited(ctx, Word::NotYet)),
        }
    }
}

pub fn heats(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let places = halves(ctx, buf, area, hits, PanelId::CompareHeats);
    let heats: Vec<Option<Bands>> = pair(ctx)
        .iter()
        .zip(places)
        .map(|(topic, at)| topic.and_then(|t| t.heat.as_ref()).map(|h| (h, heat::bands(ctx, at, h))))
        .collect();
    let used = heats.iter().flatten().map(|(_, bands)| heat::used(bands)).filter(|used| !used.is_empty());
    let both = used.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(0..0);
    for (told, at) in heats.iter().zip(places) {
        match told {
            Some((h, bands)) if at.height >= 3 => heat::plot(ctx, buf, at, h, bands, both.clone()),
            _ => put_middle(ctx, buf, at, &format!("{}.", word(Word::NoLatency))),
        }
    }
}

/// A topic's bands as they fit its half.
type Bands<'a> = (&'a Heat, Vec<Vec<f32>>);

type Figure = (Word, fn(&Topic) -> Option<f64>, fn(f64) -> String);

const FIGURES: &[Figure] = &[
    (Word::ColRate, |t| t.throughput.records_per_s.s10, text::rate),
    (Word::ColBytes, |t| t.throughput.bytes_per_s.s10, text::bytes_rate),
    (Word::ColP50, |t| t.latency_ms.p50.map(|ms| ms as f64), text::duration_ms),
    (Word::ColP99, |t| t.latency_ms.p99.map(|ms| ms as f64), text::duration_ms),
    (Word::ColLag, |t| t.lag.records.map(|n| n as f64), |n| text::count(n as u64)),
    (Word::ColOldest, |t| t.lag.seconds, text::duration_s),
    (Word::ColErrors, |t| t.error_rate, text::percent),
    (Word::Partitions, |t| Some(t.partitions as f64), |n| text::count(n as u64)),
];

pub fn figures(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(ctx, buf, area, PanelId::CompareFigures, &[Ink::new(Role::Title, word(Word::Comparison))], &[]);
    hits.panel(PanelId::CompareFigures, area);
    let topics = names(ctx).map(|name| name.and_then(|name| ctx.view.snapshot.topic(name)));
    let [Some(one), Some(other)] = topics else {
        return put_middle(ctx, buf, inner, &format!("{}.", word(Word::TwoTopicsNeeded)));
    };
    let wide = (inner.width.saturating_sub(NAME + 2) / 3).min(FIGURE);
    let right = |column: u16| inner.x + 1 + NAME + wide * column;
    let rows = inner.y..inner.bottom();
    let mut lines = rows.into_iter();
    if let Some(y) = lines.next() {
        for (column, topic) in [(1, one), (2, other)] {
            let (symbol, role, _) = level(topic.health.level);
            let name = text::visible(&topic.name).into_owned();
            let name = crate::ui::widgets::ink::fit(&name, wide.saturating_sub(4)).into_owned();
            put_right(buf, right(column), y, wide - 1, &name, ctx.style(Role::Title));
            put(buf, right(column) - wide + 1, y, 1, symbol, ctx.style(role));
        }
        put_right(buf, right(3), y, wide - 1, word(Word::OtherByOne), ctx.style(Role::Dim));
    }
    for ((label, of, show), y) in FIGURES.iter().zip(lines) {
        put(buf, inner.x + 1, y, NAME, word(*label), ctx.style(Role::Dim));
        let values = [of(one), of(other)];
        for (column, value) in [(1, values[0]), (2, values[1])] {
            let ink = Ink::known(value, show);
            put_right(buf, right(column), y, wide - 1, &ink.text, ctx.style(ink.role));
        }
        let ratio = match values {
            [Some(one), Some(other)] if one > 0.0 => Ink::text(times(other / one)),
            _ => Ink::unknown(),
        };
        put_right(buf, right(3), y, wide - 1, &ratio.text, ctx.style(ratio.role));
    }
}

/// `1.00x`, `12x`.
fn times(ratio: f64) -> String {
    if ratio < 9.995 { format!("{ratio:.2}x") } else { format!("{}x", text::count(ratio.round() as u64)) }
}
