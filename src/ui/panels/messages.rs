//! What was just sent, to whom and about what? The newest on top; Enter reads the record, which has the text.

use super::PanelId;
use crate::snapshot::{Message, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::time::clock_ms;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct MessageRows;

type Row = Arc<Message>;

impl Rows for MessageRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Messages;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        view.snapshot.business.notifications.as_ref().map(|section| section.messages.clone()).unwrap_or_default()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(place(row).into())
    }

    fn copy(row: &Row) -> String {
        row.order.as_deref().unwrap_or(&row.channel).to_owned()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.channel, row.order.as_deref().unwrap_or_default()])
    }
}

/// The record, as Timeline names it.
fn place(row: &Row) -> String {
    format!("{}/{}@{}", text::visible(&row.told.topic), row.told.partition, row.told.offset)
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("time", Word::ColTime, 13, |x, ctx, _| Ink::dim(clock_ms(ctx.state, x.at)))
        .file(&[("time", |r, _| raw::moment(Some(r.at)))]),
    Col::content("channel", Word::ColChannel, (6, 16), |x, _, _| Ink::text(text::visible(&x.channel).into_owned())),
    Col::content("order", Word::ColOrder, (10, 24), |x, _, _| Ink::known(x.order.as_deref(), |id| text::visible(id).into_owned())),
    Col::rest("at", Word::ColWhere, 14, |x, _, _| Ink::dim(place(x))).leaves(1),
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = counted(Word::NewestMessages, MessageRows::rows(ctx.view, ctx.state).len());
    let empty = format!("{}.", word(Word::NoMessages));
    table::draw::<MessageRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
