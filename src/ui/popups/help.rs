//! How do I …? Made from the key table and the panels, so that it cannot lie.

use crate::text::{Word, bytes, bytes_rate, count, word};
use crate::ui::color::Depth;
use crate::ui::keymap::{BINDINGS, Context, shown};
use crate::ui::layout;
use crate::ui::theme::Role;
use crate::ui::time::zone_name;
use crate::ui::widgets::ink::{Ctx, Ink};

const KEYS: usize = 18;

pub fn lines(ctx: Ctx) -> Vec<Vec<Ink>> {
    let mut out = vec![heading(Word::Questions)];
    for panel in layout::panels(ctx.state.screen) {
        out.push(vec![Ink::dim("  "), Ink::text(word(panel.panel().question))]);
    }
    for context in [Context::Normal, Context::List, Context::Chart, Context::Filter, Context::Popup, Context::Always] {
        let mut bindings = BINDINGS.iter().filter(|b| b.contexts.first() == Some(&context)).peekable();
        if bindings.peek().is_none() {
            continue;
        }
        out.push(Vec::new());
        out.push(heading(context.word()));
        for binding in bindings {
            let keys: Vec<_> = binding.keys.iter().map(|k| shown(k)).collect();
            let keys = format!("  {:<KEYS$}", keys.join(" "));
            out.push(vec![Ink::new(Role::Key, keys), Ink::text(word(binding.word))]);
        }
    }
    out.push(Vec::new());
    out.push(heading(Word::Filter));
    for hint in [Word::FilterHintList, Word::FilterHintTail] {
        out.push(vec![Ink::dim("  "), Ink::text(word(hint))]);
    }
    out.push(Vec::new());
    out.push(heading(Word::Figures));
    let written = ctx.state.written;
    let colors = match ctx.state.look.depth {
        Depth::True => "24 bit",
        Depth::C256 => "256",
        Depth::C16 => "16",
        Depth::Mono => "0",
    };
    let rate = bytes_rate(written.bytes_per_s);
    for (label, figure) in [
        (Word::Bootstrap, ctx.view.snapshot.source.bootstrap.to_string()),
        (Word::Zone, zone_name(ctx.state)),
        (Word::Theme, ctx.state.theme().name.clone()),
        (Word::Colors, colors.to_owned()),
        (Word::FramesWritten, count(written.frames)),
        (Word::BytesWritten, format!("{}  {rate}", bytes(written.bytes as f64))),
    ] {
        out.push(vec![Ink::dim(format!("  {:<34}", word(label))), Ink::text(crate::text::visible(&figure).into_owned())]);
    }
    out
}

fn heading(title: Word) -> Vec<Ink> {
    vec![Ink::new(Role::Title, word(title))]
}
