//! Who is behind, and will they catch up? Lag in messages and in time together, the rates that decide it, and what retention
//! threatens; Enter shows which partition holds a group up and who works on it.

use super::PanelId;
use super::topics::{most, short_level_sentence};
use crate::model::Level;
use crate::snapshot::{CatchUp, Group, LagQuality, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{self, Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, titled};
use crate::ui::words::{group_state_word, kind_word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct GroupRows;

type Row = Arc<Group>;

impl Rows for GroupRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Groups;
    const SORT: Option<&'static str> = Some("status");

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        view.snapshot.groups.clone()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(row.name.clone())
    }

    fn copy(row: &Row) -> String {
        row.name.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.name, group_state_word(row.state), kind_word(row.kind)])
    }

    fn level(row: &Row) -> Level {
        if row.abandoned { Level::Healthy } else { row.status.level }
    }

    fn section(row: &Row) -> u8 {
        u8::from(row.abandoned)
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("level", Word::Nothing, 1, symbol)
        .file(&[("level", |r, _| raw::level(if r.abandoned { Level::Healthy } else { r.status.level }))]),
    Col::content("group", Word::ColGroup, (16, 40), |r, _, _| Ink::text(text::visible(&r.name).into_owned()))
        .rises(|a, b| a.name.cmp(&b.name)),
    Col::fixed("kind", Word::ColKind, 8, |r, _, _| Ink::dim(kind_word(r.kind)))
        .leaves(9)
        .rises(|a, b| kind_word(a.kind).cmp(kind_word(b.kind))),
    Col::fixed("state", Word::ColState, 11, |r, _, _| Ink::dim(group_state_word(r.state)))
        .leaves(8)
        .rises(|a, b| group_state_word(a.state).cmp(group_state_word(b.state))),
    Col::fixed("topics", Word::Topics, 6, |r, _, _| Ink::text(r.topics.to_string()))
        .file(&[("topics", |r, _| raw::whole(Some(r.topics)))])
        .right()
        .leaves(7)
        .sorts(|a, b| b.topics.cmp(&a.topics)),
    Col::fixed("lag", Word::ColLag, 7, |r, _, _| Ink::quiet_zero(r.lag.records, text::column_count))
        .file(&[("lag", |r, _| raw::whole(r.lag.records))])
        .right()
        .sorts(|a, b| most(a.lag.records, b.lag.records)),
    Col::fixed("oldest", Word::ColOldest, 7, oldest_cell)
        .file(&[
            ("oldest_s", |r, _| oldest(r.lag.seconds, r.lag.quality)),
            ("oldest_is_estimated", |r, _| raw::flag(r.lag.quality == LagQuality::Estimated)),
        ])
        .right()
        .leaves(1)
        .sorts(|a, b| most(a.lag.seconds, b.lag.seconds)),
    Col::fixed("in", Word::ColIn, 6, |r, _, _| Ink::known(r.produce_per_s, text::rate))
        .file(&[("in_per_s", |r, _| raw::number(r.produce_per_s))])
        .right()
        .leaves(5)
        .sorts(|a, b| most(a.produce_per_s, b.produce_per_s)),
    Col::fixed("out", Word::ColOut, 6, |r, _, _| Ink::known(r.consume_per_s, text::rate))
        .file(&[("out_per_s", |r, _| raw::number(r.consume_per_s))])
        .right()
        .leaves(4)
        .sorts(|a, b| most(a.consume_per_s, b.consume_per_s)),
    Col::fixed("catch-up", Word::ColCatchUp, 9, catch_up_cell)
        .file(&[("catch_up_s", |r, _| catch_up(r)), ("catch_up", |r, ctx| Some(catch_up_word(r, ctx)))])
        .right()
        .leaves(3),
    Col::fixed("retention", Word::ColRetention, 9, retention_cell)
        .file(&[("retention_s", |r, _| raw::number(r.retention_danger_s))])
        .right()
        .leaves(6)
        .rises(|a, b| match (a.retention_danger_s, b.retention_danger_s) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }),
    Col::rest("status", Word::ColStatus, 24, status_cell).sorts(|a, b| b.status.level.cmp(&a.status.level)),
];

fn status_cell(row: &Row, _: Ctx, width: u16) -> Ink {
    if row.abandoned {
        return Ink::dim(word(Word::AbandonedStatus));
    }
    short_level_sentence(row.status.level, &row.status.reason, width)
}

fn symbol(row: &Row, _: Ctx, _: u16) -> Ink {
    let (symbol, role, _) = ink::level(row.status.level);
    if row.abandoned { Ink::dim("·") } else { Ink::new(role, symbol) }
}

fn oldest_cell(row: &Row, _: Ctx, _: u16) -> Ink {
    lag_time(row.lag.seconds, row.lag.quality)
}

/// Lag in time as a figure.
pub(super) fn oldest(seconds: Option<f64>, quality: LagQuality) -> Option<String> {
    if quality == LagQuality::CaughtUp { raw::number(Some(0.0)) } else { raw::number(seconds) }
}

/// In seconds, where it is a time at all.
fn catch_up(row: &Row) -> Option<String> {
    match row.catch_up {
        CatchUp::Seconds(s) => raw::number(Some(s)),
        _ => None,
    }
}

/// And where it is none, why.
fn catch_up_word(row: &Row, ctx: Ctx) -> String {
    match row.catch_up {
        CatchUp::Seconds(_) | CatchUp::Unknown => String::new(),
        _ => catch_up_cell(row, ctx, u16::MAX).text.into_owned(),
    }
}

/// Lag in time; `~` in front where it was interpolated.
pub(super) fn lag_time(seconds: Option<f64>, quality: LagQuality) -> Ink {
    match (quality, seconds) {
        (LagQuality::CaughtUp, _) => Ink::dim("0"),
        (LagQuality::Estimated, Some(s)) => Ink::text(format!("~{}", text::short_duration_s(s))),
        (_, seconds) => Ink::quiet_zero(seconds, text::short_duration_s),
    }
}

pub(super) fn catch_up_cell(row: &Row, _: Ctx, _: u16) -> Ink {
    match row.catch_up {
        CatchUp::Seconds(s) => Ink::text(text::short_duration_s(s)),
        // What is on its way is no backlog, but "done" beside a lag would not be understood.
        CatchUp::CaughtUp if row.lag.records.is_some_and(|n| n > 0) => Ink::dim(word(Word::KeepsUp)),
        CatchUp::CaughtUp => Ink::dim(word(Word::Done)),
        // Slower for a moment: as long as its status says that all is well, "never" beside it would not be understood.
        CatchUp::FallingBehind if row.status.level == Level::Healthy => Ink::dim(word(Word::KeepsUp)),
        CatchUp::FallingBehind => Ink::new(Role::Warning, word(Word::Never)),
        CatchUp::Unknown => Ink::unknown(),
    }
}

/// Only what may be lost within two days is worth a look.
fn retention_cell(row: &Row, _: Ctx, _: u16) -> Ink {
    const SOON_S: f64 = 2.0 * 3_600.0;
    match row.retention_danger_s {
        Some(s) if s <= 0.0 => Ink::new(Role::Critical, word(Word::Deleted)),
        Some(s) if s < SOON_S => Ink::new(Role::Critical, text::short_duration_s(s)),
        Some(s) => Ink::dim(text::short_duration_s(s)),
        None => Ink::unknown(),
    }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let snapshot = &ctx.view.snapshot;
    let abandoned = snapshot.groups.iter().filter(|g| g.abandoned).count();
    let title = titled::<GroupRows>(ctx, Word::Groups, snapshot.groups.len() - abandoned);
    let note = match &snapshot.groups_reason {
        Some(reason) if !snapshot.groups.is_empty() => {
            let why = text::visible(&text::sentence(reason)).into_owned();
            vec![Ink::dim(text::labelled(word(Word::ListNotWhole), &why))]
        }
        _ => Vec::new(),
    };
    let empty = match &snapshot.groups_reason {
        Some(reason) => {
            let why = text::labelled(word(Word::GroupsNotListed), &text::visible(&text::sentence(reason)));
            format!("{why}. {}.", word(Word::NameGroups))
        }
        None => format!("{}.", word(Word::NoGroups)),
    };
    table::draw::<GroupRows>(ctx, buf, area, hits, Dress { title, note, empty, section: Some(Word::Abandoned) });
}
