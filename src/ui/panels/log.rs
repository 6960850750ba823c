//! What does vigie itself say? When figures are missing, the reason often stands here; Enter shows a line whole.

use super::PanelId;
use crate::model::{Level, LogLine};
use crate::snapshot::View;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::time::clock_ms;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct LogRows;

type Row = Arc<LogLine>;
type Col = Column<Row>;

impl Rows for LogRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Log;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Col] {
        COLUMNS
    }

    fn rows(_: &View, state: &UiState) -> Vec<Row> {
        state.log.to_vec()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Offset(0, row.number as i64)
    }

    fn copy(row: &Row) -> String {
        text::visible(&row.text).into_owned()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.text, &row.from])
    }

    fn level(row: &Row) -> Level {
        row.level
    }
}

const COLUMNS: &[Col] = &[
    Col::fixed("level", Word::Nothing, 1, |r, _, _| sign(r.level)).file(&[("level", |r, _| Some(named(r.level).to_owned()))]),
    Col::fixed("time", Word::ColTime, 12, |r, ctx, _| Ink::dim(clock_ms(ctx.state, r.at)))
        .file(&[("time", |r, _| raw::moment(Some(r.at)))]),
    Col::content("from", Word::ColFrom, (6, 22), |r, _, _| Ink::dim(text::visible(&r.from).into_owned())).leaves(1),
    Col::rest("text", Word::ColText, 20, |r, _, _| Ink::text(text::visible(&r.text).into_owned())),
];

/// As logs call it.
fn named(level: Level) -> &'static str {
    match level {
        Level::Critical => "error",
        Level::Warning => "warning",
        _ => "info",
    }
}

/// What is only told has no sign.
fn sign(level: Level) -> Ink {
    match level {
        Level::Critical => Ink::new(Role::Critical, "✘"),
        Level::Warning => Ink::new(Role::Warning, "▲"),
        _ => Ink::dim(" "),
    }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = counted(Word::Log, ctx.state.log.len());
    let empty = format!("{}.", word(Word::NothingLogged));
    table::draw::<LogRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}

/// A line whole, for the popup.
pub fn lines(ctx: Ctx, line: &LogLine, width: u16) -> Vec<Vec<Ink>> {
    let head = format!("{}  {}", clock_ms(ctx.state, line.at), text::visible(&line.from));
    let said = crate::ui::widgets::ink::wrap(&text::visible(&line.text), width);
    std::iter::once(vec![Ink::dim(head)]).chain(said.into_iter().map(|part| vec![Ink::text(part)])).collect()
}
