//! Where do I want to go, what do I want done? A few letters, Enter.

use crate::text::{Word, count, labelled, word};
use crate::ui::draw::{Hits, Target};
use crate::ui::footer::put_line;
use crate::ui::keymap::{Action, Context};
use crate::ui::palette::Palette;
use crate::ui::theme::Role;
use crate::ui::widgets::frame::framed;
use crate::ui::widgets::ink::{Ctx, Ink, put, put_middle, put_right, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Cells of the column that says what a line is.
const KIND: u16 = 8;

/// What can be found, for whoever found nothing.
fn nothing_called_so() -> String {
    let unlisted = format!("{} ID, {} ID", word(Word::Order), word(Word::KeyFollow));
    let unlisted = labelled(&unlisted, word(Word::AlsoUnlisted));
    format!("{}. {}. {unlisted}.", word(Word::NothingFound), word(Word::CanBeFound))
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, palette: &Palette, hits: &mut Hits) {
    let wide = area.width.saturating_sub(4).min(72);
    let at = Rect { x: area.x + (area.width - wide) / 2, y: area.y, width: wide, height: area.height.min(16) };
    super::clear(ctx, buf, at);
    hits.cover();
    let mut title = vec![Ink::new(Role::Title, word(Word::KeyPalette))];
    if palette.left_out > 0 {
        title.push(Ink::new(Role::Warning, format!(" {} {}", count(palette.left_out as u64), word(Word::NotSearched))));
    }
    let esc = ctx.state.keys.key(Context::Palette, Action::Back).unwrap_or_default();
    let inner = framed(ctx, buf, at, true, &title, &[Ink::new(Role::Key, esc)]);
    let used = put(buf, inner.x + 1, inner.y, 2, "> ", ctx.style(Role::Key));
    let (before, after) = palette.line.parts();
    let line = Rect { x: inner.x + 1 + used, width: inner.width.saturating_sub(2 + used), ..inner };
    put_line(ctx, buf, line, before, after);
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if palette.found.len() == palette.guesses {
        let used = (palette.guesses as u16).min(list.height);
        let room = Rect { x: list.x + 2, y: list.y + used, width: list.width.saturating_sub(4), height: list.height - used };
        put_middle(ctx, buf, room, &nothing_called_so());
    }
    let page = usize::from(list.height).max(1);
    let from = (palette.selected + 1).saturating_sub(page);
    for ((i, item), y) in palette.found.iter().enumerate().skip(from).zip(list.y..list.bottom()) {
        let row = Rect { y, height: 1, ..list };
        if i == palette.selected {
            buf.set_style(row, ctx.style(Role::Selection));
        }
        let kind = item.choice.kind();
        let keys = row.right().saturating_sub(KIND + 2);
        let room = keys.saturating_sub(row.x + 4 + width(&item.key));
        put(buf, row.x + 3, y, room, &item.text, Style::new());
        // In a selection that shows alone the cells' own colours do not.
        let style = |role| if i == palette.selected && ctx.state.theme().whole_selection { Style::new() } else { ctx.style(role) };
        put_right(buf, keys, y, 12, &item.key, style(Role::Key));
        put_right(buf, row.right() - 1, y, KIND, kind, style(Role::Dim));
        hits.push(row, Target::Choice(i));
    }
}
