//! Where do the orders stand, where do they wait, and does every one of them come out again? Enter on a stuck one below.

use super::PanelId;
use crate::snapshot::{Pipeline, Stage, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, fit, put, put_middle, put_whole, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// A stage needs so many cells to be read.
const NARROWEST: u16 = 9;
/// Name, rate, how many are there, the slow ones' wait; and the usual one's, where the window is high.
const LINES: u16 = 4;
const HIGH: u16 = 30;

/// The pipeline of the screen: the orders', else the catalogue's first.
pub fn shown(view: &View) -> Option<&Arc<Pipeline>> {
    let all = view.snapshot.business.pipelines.as_ref()?;
    all.iter().find(|p| p.name.as_ref() == "order").or_else(|| all.first())
}

/// The place of a state in the pipeline of this name: its stages in their order, then its exits; what is unknown comes last.
pub fn place(view: &View, pipeline: &str, state: &str) -> usize {
    let all = view.snapshot.business.pipelines.as_deref().unwrap_or_default();
    let Some(pipeline) = all.iter().find(|p| p.name.as_ref() == pipeline) else { return usize::MAX };
    let names = pipeline.stages.iter().map(|s| &s.name).chain(pipeline.exits.iter().map(|e| &e.name));
    names.into_iter().position(|name| name.as_ref() == state).unwrap_or(usize::MAX)
}

/// Rows that the strip needs in a window of this size, its frame and the line below it included.
pub fn height(stages: usize, window: Rect) -> u16 {
    let bands = stages.div_ceil(in_a_band(stages, window.width)).max(1);
    bands as u16 * lines(window.height) + 3
}

fn lines(high: u16) -> u16 {
    if high >= HIGH { LINES + 1 } else { LINES }
}

/// Stages beside each other: as many as fit, in bands of equal length.
fn in_a_band(stages: usize, room: u16) -> usize {
    let most = usize::from((room.saturating_sub(2) / NARROWEST).max(1));
    let bands = stages.div_ceil(most).max(1);
    stages.div_ceil(bands).max(1)
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::Pipeline, area);
    let Some(pipeline) = shown(ctx.view) else {
        let inner = frame(ctx, buf, area, PanelId::Pipeline, &[Ink::new(Role::Title, word(Word::Pipeline))], &[]);
        put_middle(ctx, buf, inner, &format!("{}.", word(Word::NoPipeline)));
        return;
    };
    let title = [Ink::dim(format!("{} ", word(Word::Pipeline))), Ink::new(Role::Title, text::visible(&pipeline.name).into_owned())];
    let inner = frame(ctx, buf, area, PanelId::Pipeline, &title, &source(ctx));
    let band = in_a_band(pipeline.stages.len(), inner.width);
    let bands = pipeline.stages.len().div_ceil(band) as u16;
    let lines = if inner.height > bands * (LINES + 1) { LINES + 1 } else { LINES };
    let below = inner.height.saturating_sub(1);
    for (row, stages) in pipeline.stages.chunks(band).enumerate() {
        let y = inner.y + row as u16 * lines;
        for (at, stage) in stages.iter().enumerate() {
            let edge = |n: usize| (u32::from(inner.width) * n as u32 / band as u32) as u16;
            let cell = Rect { x: inner.x + edge(at), y, width: edge(at + 1) - edge(at), height: lines };
            if cell.bottom() <= inner.y + below {
                let last = row * band + at + 1 == pipeline.stages.len();
                draw_stage(ctx, buf, cell, pipeline, stage, last);
            }
        }
    }
    if inner.height > 0 {
        let line = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        put_whole(ctx, buf, line, inner.bottom() - 1, 3, &balance(pipeline));
    }
}

/// Where the figures come from.
fn source(ctx: Ctx) -> Vec<Ink> {
    let Some(source) = ctx.view.snapshot.business.source.as_ref() else { return Vec::new() };
    let from = word(if source.source == "store" { Word::FromStoreAndTail } else { Word::FromTail });
    match &source.reason {
        Some(reason) => vec![Ink::new(Role::Unknown, text::visible(&text::sentence(reason)).into_owned())],
        None => vec![Ink::dim(from)],
    }
}

fn draw_stage(ctx: Ctx, buf: &mut Buffer, cell: Rect, pipeline: &Pipeline, stage: &Stage, last: bool) {
    let room = cell.width.saturating_sub(2);
    let x = cell.x + 1;
    let is_stuck = pipeline.stuck.iter().flatten().any(|s| s.stage == stage.name);
    let name = text::visible(&stage.name).into_owned();
    let role = if is_stuck { Role::Warning } else { Role::Title };
    let end = x + put(buf, x, cell.y, room, &fit(&name, room), ctx.style(role));
    if !last {
        let arrow = cell.right().saturating_sub(1);
        for x in end + 1..arrow {
            put(buf, x, cell.y, 1, "─", ctx.style(Role::Border));
        }
        put(buf, arrow, cell.y, 1, "▶", ctx.style(Role::Border));
    }
    let mut line = |at: u16, inks: &[Ink]| {
        let whole: u16 = inks.iter().map(Ink::width).sum();
        let mut x = x;
        // The next stage's blank is enough between two. Where a word has no room, what is before it stands alone.
        let room = room + 1;
        for ink in inks.iter().take(if whole <= room { inks.len() } else { inks.len().min(1) }) {
            x += put(buf, x, cell.y + at, room, &ink.text, ctx.style(ink.role));
        }
    };
    line(1, &[Ink::known(stage.per_s, text::rate), Ink::dim("/s")]);
    let here = word(if last { Word::Ended } else { Word::Here });
    let inside = Ink::known(stage.inside, |n| if room < 8 { text::short_count(n) } else { text::count(n) });
    line(2, &[inside.with_role(if is_stuck { Role::Warning } else { Role::Text }), Ink::dim(format!(" {here}"))]);
    if !last {
        let waits = [("p50 ", stage.wait_ms.map(|w| w.p50)), ("p99 ", stage.wait_ms.map(|w| w.p99))];
        let shown = if cell.height > LINES { &waits[..] } else { &waits[1..] };
        for (at, (label, wait)) in (3..).zip(shown) {
            let figure = Ink::known(*wait, |ms| text::short_duration_ms(ms as f64));
            let fits = label.len() as u16 + figure.width() <= room + 1;
            line(at, &if fits { vec![Ink::dim(*label), figure] } else { vec![figure] });
        }
    }
}

/// What came in, and whether it came out again.
fn balance(pipeline: &Pipeline) -> Vec<Vec<Ink>> {
    if let Some(reason) = &pipeline.reason {
        return vec![vec![Ink::new(Role::Unknown, text::visible(&text::sentence(reason)).into_owned())]];
    }
    let figure = |label: Word, n: Option<u64>| vec![Ink::dim(format!("{} ", word(label))), Ink::known(n, text::count)];
    let mut out = Vec::new();
    let stuck = pipeline.stuck_count;
    out.push(vec![
        Ink::dim(format!("{} ", word(Word::Stuck))),
        Ink::known(stuck, |n| text::count(n as u64)).with_role(if stuck.is_some_and(|n| n > 0) {
            Role::Warning
        } else {
            Role::Text
        }),
    ]);
    for exit in &pipeline.exits {
        let name = text::visible(&exit.name).into_owned();
        let rate = exit.per_s.filter(|r| *r > 0.0).map(|r| format!(" {}/s", text::rate(r))).unwrap_or_default();
        out.push(vec![Ink::dim(format!("{name} ")), Ink::known(exit.count, text::count), Ink::dim(rate)]);
    }
    if let Some(missing) = pipeline.missing_steps.filter(|n| *n > 0) {
        // Who they are is found by this word.
        let names = if pipeline.name.as_ref() == "order" { " /gap" } else { "" };
        let figure = Ink::new(Role::Warning, text::count(missing));
        out.insert(1, vec![Ink::dim(format!("{} ", word(Word::MissingSteps))), figure, Ink::dim(names)]);
    }
    out.push(figure(Word::Entered, pipeline.entered));
    out.push(figure(Word::Left, pipeline.left));
    out.push(figure(Word::Inside, pipeline.inside));
    if pipeline.evicted.is_some_and(|n| n > 0) {
        out.push(figure(Word::EvictedOrders, pipeline.evicted));
    }
    if pipeline.joined_midway.is_some_and(|n| n > 0) {
        out.push(figure(Word::JoinedMidway, pipeline.joined_midway));
    }
    out.retain(|inks| inks.iter().map(|i| width(&i.text)).sum::<u16>() > 0);
    out
}
