//! Do the messages go out on every channel?

use super::PanelId;
use crate::snapshot::{Channel, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct ChannelRows;

type Row = Arc<Channel>;

impl Rows for ChannelRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Channels;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        let Some(section) = view.snapshot.business.notifications.as_ref() else { return Vec::new() };
        section.notifications.clone()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.channel))
    }

    fn copy(row: &Row) -> String {
        row.channel.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.channel])
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::rest("channel", Word::ColChannel, 10, |x, _, _| Ink::text(text::visible(&x.channel).into_owned())),
    Col::fixed("rate", Word::ColRate, 8, |x, _, _| Ink::known(x.per_s, text::rate))
        .file(&[("msg_per_s", |r, _| raw::number(r.per_s))])
        .right(),
    Col::fixed("sent", Word::ColSent, 9, |x, _, _| Ink::known(x.sent, text::count))
        .file(&[("sent", |r, _| raw::whole(r.sent))])
        .right(),
    Col::content("why", Word::Nothing, (0, 60), |x, _, _| {
        x.reason.as_ref().map_or_else(|| Ink::text(""), |reason| Ink::dim(text::visible(&text::sentence(reason)).into_owned()))
    })
    .leaves(1),
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let count = ctx.view.snapshot.business.notifications.as_ref().map_or(0, |s| s.notifications.len());
    let title = counted(Word::Channels, count);
    let empty = format!("{}.", word(Word::NoChannels));
    table::draw::<ChannelRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
