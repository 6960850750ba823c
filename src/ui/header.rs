//! The head of every screen: which cluster, how we stand with it, and whether what one sees is now. A second line says what is wrong
//! and what to do, as long as something is.

use super::connection;
use super::theme::Role;
use super::time::clock;
use super::widgets::ink::{Ctx, Ink, fit, put, put_all, put_right, width};
use super::words::link_word;
use crate::model::LinkState;
use crate::snapshot::SourceKind;
use crate::text::{self, Word, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A reading of the cluster that is older than this says so; it comes every 2 s as long as the cluster is quick.
const OLD_S: f64 = 8.0;

/// Returns the lines used.
pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect) -> u16 {
    let line = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
    let right = right_side(ctx, line.width.saturating_sub(least_left(ctx) + 2));
    let right_width: u16 = right.iter().map(Ink::width).sum();
    let left = left_side(ctx, line.width.saturating_sub(right_width + 2));
    put_all(ctx, buf, Rect { width: line.width.saturating_sub(right_width + 1), ..line }, line.y, &left);
    put_all(
        ctx,
        buf,
        Rect { x: line.right().saturating_sub(right_width), width: right_width.min(line.width), ..line },
        line.y,
        &right,
    );
    let source = &ctx.view.snapshot.source;
    let told = source.state != LinkState::Connected && !connection::nothing_known(ctx.view);
    let Some(reason) = source.reasons.first().or(source.reason.as_ref()).filter(|_| told) else {
        return 1;
    };
    let (_, role) = state_sign(source.state);
    let mut x = line.x;
    let y = line.y + 1;
    let more = source.reasons.len().saturating_sub(1);
    let tail = if more > 0 { format!("+{more}") } else { String::new() };
    let room = line.right().saturating_sub(width(&tail) + u16::from(more > 0));
    x += put(buf, x, y, room - x, &text::visible(&text::sentence(reason)), ctx.style(role));
    if let Some(remedy) = text::remedy(reason) {
        x += put(buf, x, y, room.saturating_sub(x), " → ", ctx.style(Role::Dim));
        put(buf, x, y, room.saturating_sub(x), remedy, ctx.style(Role::Text));
    }
    put_right(buf, line.right(), y, width(&tail), &tail, ctx.style(Role::Dim));
    2
}

pub fn state_sign(state: LinkState) -> (&'static str, Role) {
    match state {
        LinkState::Connected => ("●", Role::Ok),
        LinkState::Connecting => ("○", Role::Accent),
        LinkState::Degraded => ("▲", Role::Warning),
        LinkState::Down => ("✘", Role::Critical),
    }
}

/// Pieces with a rank; those of the highest rank leave until the rest fits.
fn fitting(mut pieces: Vec<(u8, Vec<Ink>)>, room: u16) -> Vec<Ink> {
    let wide = |pieces: &[(u8, Vec<Ink>)]| pieces.iter().map(|(_, inks)| inks.iter().map(Ink::width).sum::<u16>() + 2).sum::<u16>();
    while wide(&pieces) > room + 2 {
        let Some(last) = pieces.iter().map(|(rank, _)| *rank).filter(|r| *r > 0).max() else { break };
        pieces.retain(|(rank, _)| *rank != last);
    }
    let mut out = Vec::new();
    for (_, inks) in pieces {
        if !out.is_empty() {
            out.push(Ink::dim("  "));
        }
        out.extend(inks);
    }
    out
}

fn left_side(ctx: Ctx, room: u16) -> Vec<Ink> {
    let snapshot = &ctx.view.snapshot;
    let mut pieces = who(ctx);
    pieces.push((3, brokers(ctx)));
    pieces.push((4, counted(snapshot.cluster.topics, Word::Topic, Word::Topics)));
    let groups = snapshot.cluster.topics.map(|_| snapshot.groups.len());
    pieces.push((5, counted(groups, Word::Group, Word::Groups)));
    pieces.retain(|(_, inks)| !inks.is_empty());
    fitting(pieces, room)
}

/// What the left side does not do without.
fn least_left(ctx: Ctx) -> u16 {
    who(ctx).iter().flat_map(|(_, inks)| inks).map(|ink| ink.width() + 2).sum()
}

/// Program, cluster, and how we stand with it.
fn who(ctx: Ctx) -> Vec<(u8, Vec<Ink>)> {
    let source = &ctx.view.snapshot.source;
    let (sign, role) = state_sign(source.state);
    let name = match source.kind {
        // One address is enough for kcat; the help has them all.
        SourceKind::Demo => format!("{} {}", word(Word::Demo), source.bootstrap.split(',').next().unwrap_or_default()),
        SourceKind::Replay => format!("{} {}", word(Word::Replay), source.name),
        SourceKind::Live if source.name.is_empty() => source.bootstrap.to_string(),
        SourceKind::Live => source.name.to_string(),
    };
    let state = Ink::new(role, format!("{sign} {}", link_word(source.state)));
    vec![
        (0, vec![Ink::new(Role::Key, word(Word::Vigie))]),
        (1, vec![Ink::new(Role::Header, fit(&text::visible(&name), 40).into_owned())]),
        (0, vec![state]),
    ]
}

fn counted(n: Option<usize>, one: Word, many: Word) -> Vec<Ink> {
    let label = word(if n == Some(1) { one } else { many });
    let figure = Ink::known(n, |n| text::count(n as u64));
    vec![figure, Ink::dim(format!(" {label}"))]
}

/// A sign for each broker while they are few, else how many are up.
fn brokers(ctx: Ctx) -> Vec<Ink> {
    let brokers = &ctx.view.snapshot.cluster.brokers;
    if brokers.is_empty() {
        return Vec::new();
    }
    let label = word(if brokers.len() == 1 { Word::Broker } else { Word::Brokers });
    let up = brokers.iter().filter(|b| b.up).count();
    let figure = if up == brokers.len() { up.to_string() } else { format!("{up}/{}", brokers.len()) };
    let mut inks = vec![Ink::text(figure), Ink::dim(format!(" {label}"))];
    if brokers.len() <= 5 {
        inks.push(Ink::dim(" "));
        for broker in brokers {
            inks.push(if broker.up { Ink::new(Role::Ok, "●") } else { Ink::new(Role::Critical, "✘") });
        }
    }
    inks
}

fn right_side(ctx: Ctx, room: u16) -> Vec<Ink> {
    let viewer = &ctx.view.snapshot.viewer;
    let mut pieces: Vec<(u8, Vec<Ink>)> = Vec::new();
    if !viewer.warmed_up && ctx.view.snapshot.cluster.topics.is_some() {
        pieces.push((5, vec![Ink::new(Role::Accent, word(Word::WarmingUp))]));
    }
    if let Some(age) = ctx.view.snapshot.cluster.age_s.filter(|age| *age > OLD_S) {
        pieces.push((1, vec![Ink::new(Role::Warning, format!("{} {}", word(Word::ReadingAge), text::short_duration_s(age)))]));
    }
    match viewer.sampling {
        "sampled" => pieces.push((4, vec![Ink::new(Role::Warning, word(Word::Sampled))])),
        "none" => pieces.push((4, vec![Ink::new(Role::Warning, word(Word::NotReading))])),
        _ => {}
    }
    if viewer.throttled {
        pieces.push((4, vec![Ink::new(Role::Warning, word(Word::Throttled))]));
    }
    let mut live = live_or_frozen(ctx);
    live.push(Ink::text(format!(" {}", clock(ctx.state, ctx.state.live_at))));
    pieces.push((0, live));
    if let Some(percent) = viewer.cpu_percent {
        pieces.push((7, vec![Ink::dim(word(Word::Cpu)), Ink::text(format!("{percent:>4.0}%"))]));
    }
    if let Some(bytes) = viewer.rss_bytes {
        pieces.push((8, vec![Ink::dim(format!("{} ", word(Word::Rss))), Ink::text(text::short_bytes(bytes as f64))]));
    }
    if let Some(bytes) = viewer.embedded_bytes {
        let label = format!("{} ≤", word(Word::EmbeddedLogs));
        pieces.push((9, vec![Ink::dim(label), Ink::text(text::short_bytes(bytes as f64))]));
    }
    let late = viewer.behind_s.is_some_and(|s| s > 1.0);
    let role = if late { Role::Warning } else { Role::Text };
    if let Some(behind) = viewer.behind_s {
        let lag = Ink::new(role, format!("{:>6}", text::short_duration_s(behind)));
        pieces.push((if late { 2 } else { 6 }, vec![Ink::dim(word(Word::ViewLag)), lag]));
    }
    fitting(pieces, room)
}

fn live_or_frozen(ctx: Ctx) -> Vec<Ink> {
    if ctx.state.frozen.is_none() {
        return vec![Ink::new(Role::Header, word(Word::Live))];
    }
    let snapshot = &ctx.view.snapshot;
    let held = text::duration_s(ctx.state.live_at.since_s(snapshot.taken_at).max(0.0).floor());
    let passed = ctx.state.live_seen.saturating_sub(snapshot.totals.records.seen);
    let more = format!(" {held} +{} {}", text::short_count(passed), word(Word::NewRecords));
    vec![Ink::new(Role::Warning, word(Word::Frozen)), Ink::text(more)]
}
