//! The head of every screen: which cluster, how we stand with it, and whether what one sees is now. A second line says what is wrong
//! and what to do, as long as something is.

use super::theme::Role;
use super::time::clock;
use super::widgets::ink::{Ctx, Ink, fit, put, put_all, put_right, width};
use super::words::link_word;
use super::{badge, connection};
use crate::model::{Level, LinkState, Reason};
use crate::snapshot::{SourceKind, View};
use crate::text::{self, Word, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A reading of the cluster that is older than this says so; it comes every 2 s as long as the cluster is quick.
const OLD_S: f64 = 8.0;
/// Windows of this many lines have one more for the head.
const SPARES_A_LINE: u16 = 24;
/// Below so many cells words that say nothing new leave.
const NARROW: u16 = 70;
/// Cells of the program's name and the gap after it.
const BEFORE_NAME: u16 = 7;

/// Returns the lines used.
pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect) -> u16 {
    let line = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
    let (left, right) = fitting(left_side(ctx, line.width), right_side(ctx), line.width);
    let right_width: u16 = right.iter().map(Ink::width).sum();
    put_all(ctx, buf, Rect { width: line.width.saturating_sub(right_width + 1), ..line }, line.y, &left);
    put_all(
        ctx,
        buf,
        Rect { x: line.right().saturating_sub(right_width), width: right_width.min(line.width), ..line },
        line.y,
        &right,
    );
    let sign = &ctx.state.clusters.here;
    if !sign.is_plain() {
        let (x, text) = (line.x + BEFORE_NAME, badge::text(sign));
        let look = &ctx.state.look;
        put(buf, x, line.y, line.right().saturating_sub(x), &text, badge::style(sign, ctx.state.theme(), look.depth));
    }
    let source = &ctx.view.snapshot.source;
    let told = source.state != LinkState::Connected && !connection::nothing_known(ctx.view);
    let Some(reason) = worst(&source.reasons).or(source.reason.as_ref()).filter(|_| told) else {
        return 1;
    };
    let (_, role) = state_sign(source.state);
    let mut x = line.x;
    let y = line.y + 1;
    let more = source.reasons.len().saturating_sub(1);
    let tail = if more > 0 { format!("+{more}") } else { String::new() };
    let room = line.right().saturating_sub(width(&tail) + u16::from(more > 0));
    let said = text::visible(&text::sentence(reason)).into_owned();
    let remedy = text::remedy(reason);
    // What to do has a line of its own where both do not fit on one and the window can spare it.
    let both = width(&said) + remedy.map_or(0, |r| width(r) + 3);
    let two = remedy.is_some() && area.height >= SPARES_A_LINE && both > room.saturating_sub(x);
    x += put(buf, x, y, room.saturating_sub(x), &said, ctx.style(role));
    let remedy_y = y + u16::from(two);
    if two {
        x = line.x;
    }
    if let Some(remedy) = remedy {
        x += put(buf, x, remedy_y, room.saturating_sub(x), if two { "→ " } else { " → " }, ctx.style(Role::Dim));
        put(buf, x, remedy_y, room.saturating_sub(x), remedy, ctx.style(Role::Text));
    }
    put_right(buf, line.right(), y, width(&tail), &tail, ctx.style(Role::Dim));
    2 + u16::from(two)
}

/// The worst of the reasons, which come worst first. Of several alike always the same one: the line must not change with each try.
fn worst(reasons: &[Reason]) -> Option<&Reason> {
    let first = reasons.first()?;
    reasons.iter().filter(|r| r.code == first.code).min_by_key(|r| text::sentence(r))
}

pub fn state_sign(state: LinkState) -> (&'static str, Role) {
    match state {
        LinkState::Connected => ("●", Role::Ok),
        LinkState::Connecting => ("○", Role::Accent),
        LinkState::Degraded => ("▲", Role::Warning),
        LinkState::Down => ("✘", Role::Critical),
    }
}

/// A piece of the line with its rank.
type Piece = (u8, Vec<Ink>);

/// Of both sides those of the highest rank leave until the rest fits: the cluster's figures outlive our own.
fn fitting(mut left: Vec<Piece>, mut right: Vec<Piece>, room: u16) -> (Vec<Ink>, Vec<Ink>) {
    let wide = |(_, inks): &Piece| inks.iter().map(Ink::width).sum::<u16>() + 2;
    while left.iter().chain(&right).map(wide).sum::<u16>() > room + 2 {
        let Some(last) = left.iter().chain(&right).map(|(rank, _)| *rank).filter(|r| *r > 0).max() else { break };
        left.retain(|(rank, _)| *rank != last);
        right.retain(|(rank, _)| *rank != last);
    }
    (joined(left), joined(right))
}

fn joined(pieces: Vec<Piece>) -> Vec<Ink> {
    let mut out = Vec::new();
    for (_, inks) in pieces {
        if !out.is_empty() {
            out.push(Ink::dim("  "));
        }
        out.extend(inks);
    }
    out
}

fn left_side(ctx: Ctx, room: u16) -> Vec<Piece> {
    let snapshot = &ctx.view.snapshot;
    let mut pieces = who(ctx, room);
    pieces.push((3, brokers(ctx)));
    if let Some(topics) = snapshot.cluster.topics {
        pieces.push((4, counted(topics, Word::Topic, Word::Topics)));
        pieces.push((5, groups(ctx)));
    }
    pieces.retain(|(_, inks)| !inks.is_empty());
    pieces
}

/// Program, cluster, and how we stand with it: in a narrow window a sign alone says that all is well.
fn who(ctx: Ctx, room: u16) -> Vec<Piece> {
    let source = &ctx.view.snapshot.source;
    let (sign, role) = state_sign(source.state);
    let name = match source.kind {
        // One address is enough for kcat; the help has them all.
        SourceKind::Demo => format!("{} {}", word(Word::Demo), source.bootstrap.split(',').next().unwrap_or_default()),
        SourceKind::Replay => format!("{} {}", word(Word::Replay), source.name),
        SourceKind::Live if source.name.is_empty() => source.bootstrap.to_string(),
        SourceKind::Live => source.name.to_string(),
    };
    let is_plain = source.state == LinkState::Connected && room < NARROW;
    let state = Ink::new(role, if is_plain { sign.to_owned() } else { format!("{sign} {}", link_word(source.state)) });
    let cluster = &ctx.state.clusters.here;
    let name = match cluster.is_plain() {
        true => (1, fit(&text::visible(&name), 40).into_owned()),
        // Never left out: production is not taken for anything else. Its badge is put over it.
        false => (0, badge::text(cluster)),
    };
    vec![(0, vec![Ink::new(Role::Key, word(Word::Vigie))]), (name.0, vec![Ink::new(Role::Header, name.1)]), (0, vec![state])]
}

fn counted(n: usize, one: Word, many: Word) -> Vec<Ink> {
    vec![Ink::text(text::count(n as u64)), Ink::dim(format!(" {}", text::plural(n as u64, one, many)))]
}

/// How many groups are known: none is not 0 where they cannot be listed.
fn groups(ctx: Ctx) -> Vec<Ink> {
    let snapshot = &ctx.view.snapshot;
    if snapshot.groups.is_empty() && snapshot.groups_reason.is_some() {
        return vec![Ink::unknown(), Ink::dim(format!(" {}", word(Word::Groups)))];
    }
    counted(snapshot.groups.len(), Word::Group, Word::Groups)
}

/// A sign for each broker while they are few, else how many are up.
fn brokers(ctx: Ctx) -> Vec<Ink> {
    let brokers = &ctx.view.snapshot.cluster.brokers;
    if brokers.is_empty() {
        return Vec::new();
    }
    let label = word(if brokers.len() == 1 { Word::Broker } else { Word::Brokers });
    let up = brokers.iter().filter(|b| b.up).count();
    // Nobody answers: how they stood at the last reading says nothing about now.
    if ctx.view.snapshot.source.state == LinkState::Down {
        return vec![Ink::dim(format!("{} {label} ?", brokers.len()))];
    }
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

fn right_side(ctx: Ctx) -> Vec<Piece> {
    let viewer = &ctx.view.snapshot.viewer;
    let mut pieces: Vec<Piece> = Vec::new();
    if !viewer.warmed_up && ctx.view.snapshot.cluster.topics.is_some() {
        pieces.push((5, vec![Ink::new(Role::Accent, word(Word::WarmingUp))]));
    }
    match viewer.sampling {
        "sampled" => pieces.push((4, vec![Ink::new(Role::Warning, word(Word::Sampled))])),
        "none" => pieces.push((4, vec![Ink::new(Role::Warning, word(Word::NotReading))])),
        _ => {}
    }
    let worst = ctx.state.log.iter().take_while(|line| line.number > ctx.state.log_seen).map(|line| line.level).max();
    if let Some(worst) = worst.filter(|level| *level >= Level::Warning) {
        let (symbol, role, _) = super::widgets::ink::level(worst);
        pieces.push((6, vec![Ink::new(role, symbol), Ink::dim(format!(" {}", word(Word::ScreenLog)))]));
    }
    if viewer.throttled {
        pieces.push((4, vec![Ink::new(Role::Warning, word(Word::Throttled))]));
    }
    if ctx.state.slow {
        pieces.push((2, vec![Ink::new(Role::Warning, word(Word::SlowLink))]));
    }
    if ctx.state.look.hiding.is_on() {
        pieces.push((2, vec![Ink::new(Role::Accent, word(Word::Private))]));
    }
    let alerts = alerts(ctx.view);
    if !alerts.is_empty() {
        pieces.push((1, alerts));
    }
    let mut live = live_or_frozen(ctx);
    let gap = if live.is_empty() { "" } else { " " };
    live.push(Ink::text(format!("{gap}{}", clock(ctx.state, ctx.state.live_at))));
    pieces.push((0, live));
    if let Some(percent) = viewer.cpu_percent {
        pieces.push((7, vec![Ink::dim(word(Word::Cpu)), Ink::text(format!("{percent:>4.0}%"))]));
    }
    if let Some(bytes) = viewer.rss_bytes {
        pieces.push((8, vec![Ink::dim(format!("{} ", word(Word::Rss))), Ink::text(text::bytes(bytes as f64))]));
    }
    if let Some(bytes) = viewer.embedded_bytes {
        let label = format!("{} ≤", word(Word::EmbeddedLogs));
        pieces.push((9, vec![Ink::dim(label), Ink::text(text::bytes(bytes as f64))]));
    }
    let late = viewer.behind_s.is_some_and(|s| s > 1.0);
    let role = if late { Role::Warning } else { Role::Text };
    // Nobody reads while the cluster is away: how old all is stands beside.
    let reads = ctx.view.snapshot.source.state != LinkState::Down;
    if let Some(behind) = viewer.behind_s.filter(|_| reads) {
        let lag = Ink::new(role, format!("{:>6}", text::short_duration_s(behind)));
        pieces.push((if late { 2 } else { 6 }, vec![Ink::dim(word(Word::ViewLag)), lag]));
    }
    pieces
}

/// How many alerts want somebody, by how bad they are: on every screen.
fn alerts(view: &View) -> Vec<Ink> {
    let mut out = Vec::new();
    for level in [Level::Critical, Level::Warning] {
        let count = view.snapshot.alerts.iter().filter(|alert| alert.speaks() && alert.0.level == level).count();
        if count > 0 {
            let (symbol, role, _) = super::widgets::ink::level(level);
            let gap = if out.is_empty() { "" } else { " " };
            out.push(Ink::new(role, format!("{gap}{symbol} {}", text::short_count(count as u64))));
        }
    }
    out
}

/// What is seen is not now: the age of the last reading of the cluster.
fn stale_s(view: &View) -> Option<f64> {
    let down = view.snapshot.source.state == LinkState::Down;
    view.snapshot.cluster.age_s.filter(|age| down || *age > OLD_S)
}

fn live_or_frozen(ctx: Ctx) -> Vec<Ink> {
    if ctx.state.frozen.is_none() {
        return match stale_s(ctx.view) {
            Some(age) => vec![Ink::new(Role::Warning, format!("{} {}", word(Word::Stale), text::age_s(age)))],
            None if ctx.view.snapshot.source.state == LinkState::Down => Vec::new(),
            None => vec![Ink::new(Role::Header, word(Word::Live))],
        };
    }
    let snapshot = &ctx.view.snapshot;
    if ctx.state.travel.is_some() {
        let ago = text::age_s(ctx.state.live_at.since_s(snapshot.taken_at));
        let then = format!(" {} -{ago}", clock(ctx.state, snapshot.taken_at));
        return vec![Ink::new(Role::Warning, word(Word::Past)), Ink::text(then), Ink::dim(format!(" {}", word(Word::Now)))];
    }
    let held = text::age_s(ctx.state.live_at.since_s(snapshot.taken_at));
    let passed = ctx.state.live_seen.saturating_sub(snapshot.totals.records.seen);
    let more = format!(" {held} +{} {}", text::short_count(passed), word(Word::NewRecords));
    vec![Ink::new(Role::Warning, word(Word::Frozen)), Ink::text(more)]
}
