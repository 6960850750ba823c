//! What happened to this order, on which topics, and where did it wait? Oldest first; Enter reads the record that said so.

use super::PanelId;
use crate::snapshot::{EntityFocus, EntityWay, LastEvent, StepTold, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::keymap::{Action, Context};
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::time::clock_ms;
use crate::ui::widgets::ink::{Ctx, Ink, fit, width};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct TimelineRows;

/// A step of one of its ways, and how long after the one before it on that way. A record that moved the order and its part is one row.
pub struct Row {
    of: Arc<EntityFocus>,
    way: usize,
    step: usize,
    after_s: Option<f64>,
}

impl Row {
    fn way(&self) -> Option<&EntityWay> {
        self.of.ways.get(self.way)
    }

    pub fn step(&self) -> Option<&StepTold> {
        // Past the ways stand the messages.
        self.of.ways.get(self.way).map_or(&self.of.messages, |way| &way.steps).get(self.step)
    }

    /// The part that the record is of, where it has an id of its own.
    fn part(&self) -> Option<&str> {
        let told = &self.step()?.told;
        let moved = |way: &&EntityWay| way.steps.iter().any(|step| step.told == *told);
        self.of.ways.iter().skip(1).find(moved).map(|way| way.id.as_ref()).filter(|id| *id != self.of.id.as_ref())
    }
}

/// The order that is shown, where it is in memory.
pub fn shown<'a>(view: &'a View, state: &UiState) -> Option<&'a Arc<EntityFocus>> {
    view.focus.order.as_ref().filter(|order| Some(&order.id) == state.order.as_ref())
}

impl Rows for TimelineRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Timeline;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, state: &UiState) -> Vec<Row> {
        let Some(order) = shown(view, state) else { return Vec::new() };
        let mut rows = Vec::new();
        for (way, of) in order.ways.iter().enumerate() {
            for (step, told) in of.steps.iter().enumerate() {
                let before = step.checked_sub(1).and_then(|before| of.steps.get(before));
                let after_s = before.map(|before| told.at.since_s(before.at));
                rows.push(Row { of: Arc::clone(order), way, step, after_s });
            }
        }
        let messages = order.messages.iter().enumerate();
        rows.extend(messages.map(|(step, _)| Row { of: Arc::clone(order), way: order.ways.len(), step, after_s: None }));
        let own = order.ways.first().map_or(&[][..], |own| &own.steps);
        rows.retain(|row| row.way == 0 || row.step().is_some_and(|step| own.iter().all(|own| own.told != step.told)));
        rows.sort_by_key(|row| (row.step().map(|s| s.at), row.way, row.step));
        rows
    }

    fn key(row: &Row) -> RowKey {
        match row.step() {
            Some(step) => RowKey::Name(format!("{}/{}/{}@{}", row.way, step.name, step.told.partition, step.told.offset).into()),
            None => RowKey::Name(Arc::default()),
        }
    }

    fn copy(row: &Row) -> String {
        row.step().map(|s| format!("{}/{}@{}", s.told.topic, s.told.partition, s.told.offset)).unwrap_or_default()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        let (pipeline, id) = row.way().map_or(("", ""), |way| (&way.pipeline, &way.id));
        row.step().is_some_and(|step| filter.matches(&[pipeline, &step.name, id, &step.told.topic]))
    }
}

fn cell(row: &Row, show: impl FnOnce(&StepTold) -> Ink) -> Ink {
    row.step().map_or_else(Ink::unknown, show)
}

/// The pipeline, or that it is a message.
fn what(row: &Row) -> Ink {
    Ink::dim(row.way().map_or_else(|| word(Word::Message).to_owned(), |way| text::visible(&way.pipeline).into_owned()))
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("time", Word::ColTime, 13, |r, ctx, _| cell(r, |step| Ink::dim(clock_ms(ctx.state, step.at))))
        .file(&[("time", |r, _| raw::moment(r.step().map(|step| step.at)))]),
    Col::fixed("wait", Word::ColWait, 7, |r, _, _| match r.after_s {
        // Topics have no common order: a later step may have been told of an earlier moment.
        Some(s) if s < 0.0 => Ink::dim(format!("-{}", text::short_duration_s(-s))),
        Some(s) => Ink::text(text::short_duration_s(s)),
        None => Ink::text(""),
    })
    .file(&[("wait_s", |r, _| raw::number(r.after_s))])
    .right(),
    Col::content("what", Word::Nothing, (5, 12), |r, _, _| what(r)),
    Col::content("step", Word::ColStage, (9, 18), |r, _, _| cell(r, |step| Ink::text(text::visible(&step.name).into_owned()))),
    Col::content("id", Word::ColId, (6, 24), |r, _, _| Ink::dim(text::visible(r.part().unwrap_or_default()).into_owned()))
        .leaves(2),
    Col::rest("at", Word::ColWhere, 18, |r, _, width| cell(r, |step| Ink::dim(place(&step.told, width)))).leaves(1),
];

/// Where a record stands: where there is no room for all of it the topic is cut, for without its offset nobody finds it.
fn place(told: &LastEvent, max: u16) -> String {
    let offset = format!("/{}@{}", told.partition, told.offset);
    let topic = text::visible(&told.topic);
    format!("{}{offset}", fit(&topic, max.saturating_sub(width(&offset)).max(1)))
}

/// Where an order is found of which nothing is in memory.
fn elsewhere(ctx: Ctx) -> String {
    let store = format!("{}.", word(Word::StoreFindsIt));
    match ctx.state.keys.key(Context::Keyed, Action::Follow) {
        Some(key) => format!("{key} {}. {store}", word(Word::FindsItsRecords)),
        None => store,
    }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = counted(Word::Timeline, TimelineRows::rows(ctx.view, ctx.state).len());
    let empty = elsewhere(ctx);
    table::draw::<TimelineRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
