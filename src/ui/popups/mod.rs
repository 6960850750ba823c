//! What lies over a screen until Esc: help, one record, one alert, the palette.

mod alert;
pub mod chooser;
mod help;
pub mod palette;
mod record;

use super::draw::Hits;
use super::keymap::{Action, Context};
use super::state::Popup;
use super::theme::Role;
use super::widgets::frame::framed;
use super::widgets::ink::{Ctx, Ink, put_all, put_right, width, wrap};
use super::widgets::table::span_of;
use crate::text::{Word, labelled, visible, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use record::{found, sought, value_of, verdict_sign};

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, popup: &Popup, hits: &mut Hits) {
    match popup {
        Popup::Help { scroll, find } => {
            let wide = area.width.min(96).saturating_sub(4);
            let mut title = vec![Ink::new(Role::Title, word(Word::KeyHelp))];
            if !find.is_empty() {
                title.push(Ink::dim(labelled(&format!(" · {}", word(Word::Filter)), "")));
                title.push(Ink::new(Role::Accent, visible(find).into_owned()));
            }
            Page { wide, title, lines: help::lines(ctx, find), scroll: *scroll }.draw(ctx, buf, area, hits);
        }
        Popup::Record { row, answer, lookup, scroll } => {
            let wide = area.width.saturating_sub(if area.width > 90 { 8 } else { 0 }).min(140);
            let lines = record::lines(ctx, row, answer.as_deref(), lookup.is_some(), wide.saturating_sub(4));
            Page { wide, title: record::title(row), lines, scroll: *scroll }.draw(ctx, buf, area, hits);
        }
        Popup::Log { line, scroll } => {
            let wide = area.width.saturating_sub(4).min(120);
            let lines = crate::ui::panels::log::lines(ctx, line, wide.saturating_sub(4));
            let title = vec![Ink::new(Role::Title, word(Word::Log))];
            Page { wide, title, lines, scroll: *scroll }.draw(ctx, buf, area, hits);
        }
        Popup::Notice { title, text, scroll } => {
            let wide = area.width.saturating_sub(4).min(80);
            let lines = wrap(&crate::text::visible(text), wide.saturating_sub(4)).into_iter().map(|line| vec![Ink::text(line)]);
            let title = vec![Ink::new(Role::Warning, title.clone())];
            Page { wide, title, lines: lines.collect(), scroll: *scroll }.draw(ctx, buf, area, hits);
        }
        Popup::Silence { alert, selected } => {
            let mut title = alert::title(alert);
            title.insert(0, Ink::dim(format!("{} ", word(Word::SilenceTitle))));
            Page { wide: area.width.saturating_sub(4).min(52), title, lines: alert::silences(*selected), scroll: 0 }
                .draw(ctx, buf, area, hits);
        }
        Popup::Alert { alert, ended, scroll } => {
            let wide = area.width.saturating_sub(4).min(80);
            let lines = alert::lines(ctx, alert, *ended, wide.saturating_sub(4));
            Page { wide, title: alert::title(alert), lines, scroll: *scroll }.draw(ctx, buf, area, hits);
        }
    }
}

/// A box in the middle with lines that scroll.
struct Page {
    wide: u16,
    title: Vec<Ink>,
    lines: Vec<Vec<Ink>>,
    scroll: usize,
}

impl Page {
    /// Returns where the lines are.
    fn draw(self, ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Rect {
        // Beside a narrow one what is under it would only be cut words.
        let wide = if area.width < 70 { area.width } else { self.wide };
        let height = u16::try_from(self.lines.len() + 2).unwrap_or(u16::MAX).clamp(4, area.height);
        let top = area.y + (area.height - height) / 2;
        let at = Rect { x: area.x + (area.width - wide) / 2, y: top, width: wide, height };
        clear(ctx, buf, at);
        hits.cover();
        let esc = ctx.state.keys.key(Context::Popup, Action::Back).unwrap_or_default();
        let inner = framed(ctx, buf, at, true, &self.title, &[Ink::new(Role::Key, esc)]);
        let text = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        let page = usize::from(text.height);
        let last = self.lines.len().saturating_sub(page);
        hits.popup_lines = Some((last, page));
        let from = self.scroll.min(last);
        for (line, y) in self.lines.iter().skip(from).zip(text.y..text.bottom()) {
            put_all(ctx, buf, text, y, line);
        }
        if last > 0 {
            let mark = span_of(from, page, self.lines.len());
            put_right(buf, at.right() - 2, at.bottom() - 1, width(&mark), &mark, ctx.style(Role::Dim));
        }
        text
    }
}

/// Blanks with the screen's own style, so that nothing shines through.
fn clear(ctx: Ctx, buf: &mut Buffer, area: Rect) {
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            buf[(x, y)].reset();
        }
    }
    buf.set_style(area, ctx.style(Role::Text));
}
