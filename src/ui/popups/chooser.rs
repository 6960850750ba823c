//! What stands here, and in which order? Space puts a line in or out, the list behind follows at once.

use super::Page;
use crate::text::{Word, word};
use crate::ui::chooser::{Chooser, Of};
use crate::ui::draw::{Hits, Target};
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const WIDE: u16 = 46;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, chooser: &Chooser, hits: &mut Hits) {
    let title = match chooser.of {
        Of::Columns(panel) => format!("{} · {}", word(Word::Columns), word(panel.panel().title)),
        Of::Overview => format!("{} · {}", word(Word::Panels), word(Word::ScreenOverview)),
    };
    let line = |entry: &crate::ui::chooser::Entry| {
        let (mark, role) = if entry.stands { ("[x] ", Role::Text) } else { ("[ ] ", Role::Dim) };
        let mut inks = vec![Ink::new(Role::Key, mark), Ink::new(role, entry.label)];
        if matches!(chooser.of, Of::Columns(panel) if entry.stands && !hits.shows(panel, entry.id)) {
            inks.push(Ink::dim(format!("  {}", word(Word::NoRoomForIt))));
        }
        inks
    };
    let lines: Vec<Vec<Ink>> = chooser.entries.iter().map(line).collect();
    let page = usize::from(area.height.saturating_sub(2)).max(1);
    let scroll = (chooser.selected + 1).saturating_sub(page);
    let page = Page { wide: WIDE.min(area.width), title: vec![Ink::new(Role::Title, title)], lines, scroll };
    let text = page.draw(ctx, buf, area, hits);
    for (i, y) in (scroll..chooser.entries.len()).zip(text.y..text.bottom()) {
        let row = Rect { y, height: 1, ..text };
        hits.push(row, Target::Choice(i));
        if i == chooser.selected {
            buf.set_style(row, ctx.style(Role::Selection));
        }
    }
}
