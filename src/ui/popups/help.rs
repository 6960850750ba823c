//! How do I …? Made from the key table and the panels, so that it cannot lie.

use crate::text::{Word, bytes, bytes_rate, count, word};
use crate::ui::color::Depth;
use crate::ui::keymap::{Action, Chord, Context, Row};
use crate::ui::layout;
use crate::ui::theme::Role;
use crate::ui::time::zone_name;
use crate::ui::widgets::ink::{Ctx, Ink};

const KEYS: usize = 18;

pub fn lines(ctx: Ctx) -> Vec<Vec<Ink>> {
    let mut out = vec![heading(Word::Questions)];
    let panels: Vec<_> = layout::panels(ctx.state.screen).iter().map(|panel| panel.panel()).collect();
    let names = panels.iter().map(|panel| word(panel.title).chars().count()).max().unwrap_or_default();
    for panel in panels {
        out.push(vec![Ink::dim(format!("  {:<names$}  ", word(panel.title))), Ink::text(word(panel.question))]);
    }
    let mut told: Vec<&Row> = Vec::new();
    for context in [
        Context::Normal,
        Context::List,
        Context::Chart,
        Context::Alerts,
        Context::Map,
        Context::Pan,
        Context::Filter,
        Context::Popup,
        Context::Chooser,
        Context::Always,
        Context::OnTopic,
        Context::OnGroup,
        Context::OnRecord,
        Context::OnOrder,
    ] {
        let rows = ctx.state.keys.rows().iter().filter(|r| r.context == context);
        // What the same keys do elsewhere too is told once.
        // A command of one's own without a key is in the palette.
        let rows = rows.filter(|r| !r.keys.is_empty() || matches!(r.action, Action::Own(_)));
        let rows: Vec<_> = rows.filter(|r| told.iter().all(|t| t.action != r.action || t.keys != r.keys)).collect();
        if rows.is_empty() {
            continue;
        }
        out.push(Vec::new());
        out.push(heading(context.word()));
        for row in rows {
            let keys = row.keys.iter().map(Chord::shown).collect::<Vec<_>>().join(" ");
            out.push(vec![Ink::new(Role::Key, format!("  {keys:<KEYS$}")), Ink::text(row.label.text().to_owned())]);
            told.push(row);
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
