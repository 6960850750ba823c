//! The frame of a panel: its title, what applies to it (sort, filter, counts), and whether it has the keys.

use super::ink::{Ctx, Ink, put, put_all, width};
use crate::ui::panels::PanelId;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the frame and returns what is inside. A low panel gets a rule on top only.
pub fn frame(ctx: Ctx, buf: &mut Buffer, area: Rect, panel: PanelId, title: &[Ink], note: &[Ink]) -> Rect {
    let focused = ctx.state.focused_panel() == panel && ctx.state.layers.is_empty();
    framed(ctx, buf, area, focused, title, note)
}

/// The same for what is no panel, such as a popup.
pub fn framed(ctx: Ctx, buf: &mut Buffer, area: Rect, focused: bool, title: &[Ink], note: &[Ink]) -> Rect {
    if area.width < 4 || area.height < 2 {
        return Rect { height: 0, ..area };
    }
    let style = ctx.style(if focused { Role::BorderFocus } else { Role::Border });
    let boxed = buf.area.height >= 20 && buf.area.width >= 70;
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    let mut set = |x: u16, y: u16, symbol: &str| {
        if let Some(cell) = buf.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    };
    for x in area.x..area.right() {
        set(x, area.y, "─");
    }
    if boxed {
        for x in area.x..area.right() {
            set(x, bottom, "─");
        }
        for y in area.y..area.bottom() {
            set(area.x, y, "│");
            set(right, y, "│");
        }
        for (x, y, corner) in [(area.x, area.y, "┌"), (right, area.y, "┐"), (area.x, bottom, "└"), (right, bottom, "┘")] {
            set(x, y, corner);
        }
    }
    let line = Rect { x: area.x + 1, width: area.width - 2, ..area };
    let end = titled(ctx, buf, line, title);
    let room = line.right().saturating_sub(end + 1);
    let notes: u16 = note.iter().map(Ink::width).sum::<u16>() + 2;
    if !note.is_empty() && notes <= room {
        titled(ctx, buf, Rect { x: line.right() - notes, width: notes, ..line }, note);
    }
    if boxed {
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
    } else {
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    }
}

fn titled(ctx: Ctx, buf: &mut Buffer, area: Rect, inks: &[Ink]) -> u16 {
    let wide: u16 = inks.iter().map(|i| width(&i.text)).sum();
    if inks.is_empty() || area.width < 4 {
        return area.x;
    }
    // The rule's colour must not shine through where the theme leaves text its own.
    for x in area.x..area.right().min(area.x + wide + 2) {
        if let Some(cell) = buf.cell_mut((x, area.y)) {
            cell.reset();
            cell.set_style(ctx.style(Role::Text));
        }
    }
    let inner = Rect { x: area.x + 1, width: (area.width - 2).min(wide), ..area };
    let end = put_all(ctx, buf, inner, area.y, inks);
    end + put(buf, end, area.y, 1, " ", ctx.style(Role::Text))
}
