//! How do I …? Made from the key table and the panels, so that it cannot lie. Keys are spelled as files spell them.

use crate::text::{Word, bytes, bytes_rate, count, word};
use crate::ui::color::Depth;
use crate::ui::keymap::{Action, Context, Row};
use crate::ui::layout;
use crate::ui::theme::Role;
use crate::ui::time::zone_name;
use crate::ui::widgets::ink::{Ctx, Ink};

/// Cells of the keys.
const KEYS: usize = 25;

/// What of it has all the words, under its headings; all of it where there are none.
pub fn lines(ctx: Ctx, find: &str) -> Vec<Vec<Ink>> {
    let all = all(ctx);
    let words: Vec<String> = find.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return all;
    }
    let has = |line: &Vec<Ink>| {
        let text = line.iter().map(|ink| ink.text.as_ref()).collect::<String>().to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut out: Vec<Vec<Ink>> = Vec::new();
    for section in all.split(Vec::is_empty) {
        let Some((heading, lines)) = section.split_first() else { continue };
        let found: Vec<_> = lines.iter().filter(|line| has(line)).cloned().collect();
        if !found.is_empty() {
            out.extend((!out.is_empty()).then(Vec::new));
            out.push(heading.clone());
            out.extend(found);
        }
    }
    if out.is_empty() {
        out.push(vec![Ink::dim(format!("{}. {}.", word(Word::NoFilterMatch), word(Word::EscClears)))]);
    }
    out
}

fn all(ctx: Ctx) -> Vec<Vec<Ink>> {
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
            let keys = row.keys.iter().map(|chord| chord.text.as_str()).collect::<Vec<_>>().join("  ");
            out.push(vec![Ink::new(Role::Key, format!("  {keys:<KEYS$}")), Ink::text(row.label.text().to_owned())]);
            told.push(row);
        }
    }
    out.push(Vec::new());
    out.push(heading(Word::Filter));
    let of_tail = format!("{} / {}", word(Word::Tail), word(Word::PastTitle));
    for (of, hint) in [(word(Word::CtxList), Word::FilterHintList), (&of_tail, Word::FilterHintTail)] {
        out.push(vec![Ink::dim(format!("  {of:<KEYS$}")), Ink::text(word(hint))]);
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
