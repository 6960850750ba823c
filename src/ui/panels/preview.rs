//! What does the selected record say? Beside the list, as one goes through it; Enter shows it whole.

use super::{FollowRows, PanelId, TailRows};
use crate::snapshot::{TailRow, Verdict};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::json;
use crate::ui::list::{Rows, ordered};
use crate::ui::past;
use crate::ui::state::Screen;
use crate::ui::theme::Role;
use crate::ui::time::moment;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put_all, put_middle, wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let record = selected(ctx);
    let title = match &record {
        Some(r) => vec![
            Ink::new(Role::Title, word(Word::Preview)),
            Ink::dim(format!(" {} {}@{}", text::visible(&r.topic), r.partition, r.offset)),
        ],
        None => vec![Ink::new(Role::Title, word(Word::Preview))],
    };
    let inner = frame(ctx, buf, area, PanelId::Preview, &title, &[]);
    hits.panel(PanelId::Preview, area);
    let text = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    match &record {
        None => put_middle(ctx, buf, text, word(Word::SelectToRead)),
        Some(record) => {
            for (line, y) in lines(ctx, record, text.width, usize::from(text.height)).iter().zip(text.y..text.bottom()) {
                put_all(ctx, buf, text, y, line);
            }
        }
    }
}

/// A live tail has no selection until somebody makes one: a record that changes with each beat cannot be read.
fn selected(ctx: Ctx) -> Option<Arc<TailRow>> {
    if ctx.state.screen == Screen::Follow {
        let rows = ordered::<FollowRows>(ctx.view, ctx.state);
        let keys: Vec<_> = rows.iter().map(FollowRows::key).collect();
        return rows.get(ctx.state.list(PanelId::Follow).place(keys.iter())).map(|r| r.record.clone());
    }
    let list = ctx.state.list(PanelId::Tail);
    if list.selected.is_none() && past::open(ctx.state).is_none() {
        return None;
    }
    let rows = ordered::<TailRows>(ctx.view, ctx.state);
    let keys: Vec<_> = rows.iter().map(TailRows::key).collect();
    rows.get(list.place(keys.iter())).cloned()
}

fn lines(ctx: Ctx, record: &TailRow, width: u16, most: usize) -> Vec<Vec<Ink>> {
    let time = record.time.map_or_else(Ink::unknown, |t| Ink::text(moment(ctx.state, t.at)));
    let mut out = vec![vec![time]];
    if let Some(key) = record.key.as_deref() {
        out.push(vec![
            Ink::dim(format!("{} ", word(Word::Key))),
            Ink::new(Role::Accent, json::one_line(key, usize::from(width) * 4)),
        ]);
    }
    for (name, value) in record.headers.iter().take(3) {
        let value = value.as_deref().map_or_else(|| word(Word::Null).to_owned(), text::visible_bytes);
        out.push(vec![Ink::dim(format!("{}: {value}", text::visible(name)))]);
    }
    match record.value.as_deref() {
        _ if record.verdict == Verdict::NotRead => out.push(vec![Ink::dim(word(Word::NotRead))]),
        None => out.push(vec![Ink::dim(word(Word::Deletion))]),
        Some([]) => out.push(vec![Ink::dim(word(Word::Empty))]),
        Some(value) => {
            for line in json::pretty(value) {
                if out.len() >= most {
                    break;
                }
                let indent = (line.len() - line.trim_start().len()).min(usize::from(width / 2));
                let room = width.saturating_sub(indent as u16).max(8);
                for part in wrap(line.trim_start(), room) {
                    out.push(vec![Ink::text(format!("{:indent$}{part}", ""))]);
                }
            }
        }
    }
    if out.len() > most && most > 0 {
        out.truncate(most);
        out[most - 1] = vec![Ink::dim(format!("… {}", word(Word::EnterShowsAll)))];
    }
    out
}
