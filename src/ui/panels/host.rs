//! Does the machine that vigie runs on have room left, and what does vigie take of it?

use super::PanelId;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put_whole};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From here on a share of the machine is told as a warning.
const FULL: f64 = 0.9;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let inner = frame(ctx, buf, area, PanelId::Host, &[Ink::new(Role::Title, word(Word::Host))], &[]);
    hits.panel(PanelId::Host, area);
    if inner.height == 0 {
        return;
    }
    let viewer = &ctx.view.snapshot.viewer;
    let machine = &viewer.machine;
    let label = |of: Word| Ink::dim(format!("{} ", word(of)));
    let share = |part: Option<f64>| if part.is_some_and(|part| part >= FULL) { Role::Warning } else { Role::Text };
    let memory = machine.memory_used_bytes.zip(machine.memory_bytes).map(|(used, all)| used as f64 / all as f64);
    let cpu = machine.cpu_percent.map(|percent| percent / 100.0);
    let groups = [
        vec![
            label(Word::Cpu),
            Ink::known(machine.cpu_percent, |percent| format!("{percent:>3.0}%")).with_role(share(cpu)),
            Ink::dim(machine.cores.map_or(String::new(), |n| format!(" {} {n} {}", word(Word::Of), word(Word::Cores)))),
        ],
        vec![
            label(Word::Memory),
            Ink::known(machine.memory_used_bytes, |bytes| text::bytes(bytes as f64)).with_role(share(memory)),
            Ink::dim(machine.memory_bytes.map_or(String::new(), |all| format!(" {} {}", word(Word::Of), text::bytes(all as f64)))),
        ],
        vec![label(Word::Load), Ink::known(machine.load, |load| text::number(load, 1))],
        vec![
            label(Word::Vigie),
            Ink::known(viewer.cpu_percent, |percent| format!("{percent:.0}%")),
            Ink::text(viewer.rss_bytes.map_or(String::new(), |bytes| format!(" {}", text::bytes(bytes as f64)))),
        ],
    ];
    let line = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    put_whole(ctx, buf, line, inner.y, 3, &groups);
}
