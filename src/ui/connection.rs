//! Before anything is known: what is tried, why it does not work, what to do. Not tables full of zeros.

use super::header::state_sign;
use super::theme::Role;
use super::widgets::frame::framed;
use super::widgets::ink::{Ctx, Ink, put, put_all, wrap};
use super::words::link_word;
use crate::model::LinkState;
use crate::snapshot::View;
use crate::text::{self, Word, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// No reading of the cluster has come yet.
pub fn nothing_known(view: &View) -> bool {
    view.snapshot.cluster.topics.is_none() && view.snapshot.topics.is_empty() && view.snapshot.groups.is_empty()
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect) {
    let source = &ctx.view.snapshot.source;
    let wide = area.width.saturating_sub(4).min(90);
    let lines = lines(ctx, wide.saturating_sub(4));
    let height = (lines.len() as u16 + 2).min(area.height);
    let top = area.y + (area.height - height) / 3;
    let at = Rect { x: area.x + (area.width - wide) / 2, y: top, width: wide, height };
    let (sign, role) = state_sign(source.state);
    let title = [Ink::new(role, format!("{sign} {}", link_word(source.state)))];
    let inner = framed(ctx, buf, at, false, &title, &[]);
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        put_all(ctx, buf, Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }, y, line);
    }
    way_back(ctx, buf, at, area.bottom());
    if source.state == LinkState::Connecting && source.reasons.is_empty() {
        return;
    }
    let below = at.bottom();
    if below < area.bottom() {
        let hint = word(Word::NoBrokerYet);
        put(buf, at.x + 2, below, at.width.saturating_sub(2), hint, ctx.style(Role::Dim));
    }
}

/// The way back to where one came from.
fn way_back(ctx: Ctx, buf: &mut Buffer, at: Rect, bottom: u16) {
    let Some(before) = ctx.state.clusters.before.as_deref() else { return };
    if at.bottom() + 1 < bottom {
        let text = format!(" {} {}", word(Word::GoesBackTo), text::visible(before));
        let line = [Ink::new(Role::Key, word(Word::NameEsc)), Ink::dim(text)];
        put_all(ctx, buf, Rect { x: at.x + 2, width: at.width.saturating_sub(2), ..at }, at.bottom() + 1, &line);
    }
}

fn lines(ctx: Ctx, width: u16) -> Vec<Vec<Ink>> {
    let source = &ctx.view.snapshot.source;
    let address = text::visible(&source.bootstrap).into_owned();
    let mut out = Vec::new();
    let name = ctx.state.clusters.here.name.as_ref();
    if !name.is_empty() && name != source.bootstrap.as_ref() {
        out.push(vec![
            Ink::dim(format!("{}  ", word(Word::ConnectingTo))),
            Ink::new(Role::Title, text::visible(name).into_owned()),
        ]);
    }
    out.push(vec![Ink::dim(format!("{}  ", word(Word::Trying))), Ink::new(Role::Header, address)]);
    let reasons = if source.reasons.is_empty() { source.reason.as_slice() } else { &source.reasons };
    for reason in reasons {
        out.push(Vec::new());
        for line in wrap(&text::visible(&text::sentence(reason)), width) {
            out.push(vec![Ink::new(state_sign(source.state).1, line)]);
        }
        let Some(remedy) = text::remedy(reason) else { continue };
        for (i, line) in wrap(remedy, width.saturating_sub(3)).into_iter().enumerate() {
            out.push(vec![Ink::dim(if i == 0 { "→ " } else { "  " }), Ink::text(line)]);
        }
    }
    if reasons.is_empty() {
        out.push(Vec::new());
        out.extend(wrap(word(Word::NoBrokerYet), width).into_iter().map(|l| vec![Ink::dim(l)]));
    }
    out
}
