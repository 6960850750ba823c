//! Where do I want to go, what do I want done? A few letters, Enter.

use crate::text::{Word, word};
use crate::ui::draw::{Hits, Target};
use crate::ui::footer::put_line;
use crate::ui::palette::{Choice, Palette};
use crate::ui::theme::Role;
use crate::ui::widgets::frame::framed;
use crate::ui::widgets::ink::{Ctx, Ink, put, put_middle, put_right, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, palette: &Palette, hits: &mut Hits) {
    let wide = area.width.saturating_sub(4).min(72);
    let at = Rect { x: area.x + (area.width - wide) / 2, y: area.y, width: wide, height: area.height.min(16) };
    super::clear(ctx, buf, at);
    hits.cover();
    let title = [Ink::new(Role::Title, word(Word::KeyPalette))];
    let inner = framed(ctx, buf, at, true, &title, &[Ink::new(Role::Key, "Esc")]);
    let used = put(buf, inner.x + 1, inner.y, 2, "> ", ctx.style(Role::Key));
    let (before, after) = palette.line.parts();
    let line = Rect { x: inner.x + 1 + used, width: inner.width.saturating_sub(2 + used), ..inner };
    put_line(ctx, buf, line, before, after);
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if palette.found.is_empty() {
        put_middle(ctx, buf, list, word(Word::NothingFound));
    }
    let page = usize::from(list.height).max(1);
    let from = (palette.selected + 1).saturating_sub(page);
    for ((i, item), y) in palette.found.iter().enumerate().skip(from).zip(list.y..list.bottom()) {
        let row = Rect { y, height: 1, ..list };
        if i == palette.selected {
            buf.set_style(row, ctx.style(Role::Selection));
        }
        let kind = match item.choice {
            Choice::Action(_) => "",
            Choice::Topic(_) => word(Word::Topic),
            Choice::Group(_) => word(Word::Group),
        };
        let mark = if kind.is_empty() { item.key.as_str() } else { kind };
        let room = row.width.saturating_sub(4 + width(mark));
        put(buf, row.x + 3, y, room, &item.text, ratatui::style::Style::new());
        put_right(buf, row.right() - 1, y, 12, mark, ctx.style(Role::Dim));
        hits.push(row, Target::Choice(i));
    }
}
