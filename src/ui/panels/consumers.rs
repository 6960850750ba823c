//! Do the consumers keep the state, and how far is it behind? What is stopped says why.

use super::PanelId;
use crate::model::{CacheState, ConsumerReading, Level, StoreState};
use crate::snapshot::View;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct ConsumerRows;

type Row = Arc<ConsumerReading>;

impl Rows for ConsumerRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Consumers;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        view.snapshot.state_consumers.clone()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(row.instance.as_str().into())
    }

    fn copy(row: &Row) -> String {
        row.instance.clone()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.instance, &row.group])
    }

    fn level(row: &Row) -> Level {
        match row.store {
            StoreState::Down => Level::Critical,
            StoreState::Ok if !row.stopped.is_empty() || row.lost > 0 => Level::Warning,
            StoreState::Ok => Level::Healthy,
        }
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::rest("instance", Word::ColInstance, 12, |r, _, _| Ink::text(text::visible(&r.instance).into_owned())),
    Col::fixed("assigned", Word::ColAssignedShort, 5, |r, _, _| Ink::text(text::count(r.assigned as u64)))
        .file(&[("partitions", |r, _| raw::whole(Some(r.assigned)))])
        .right()
        .leaves(1),
    Col::fixed("applied", Word::ColApplied, 9, |r, _, _| Ink::known(r.applied_per_s, text::rate))
        .file(&[("applied_per_s", |r, _| raw::number(r.applied_per_s))])
        .right(),
    Col::fixed("lag", Word::ColLag, 7, |r, _, _| Ink::quiet_zero(r.lag, text::column_count))
        .file(&[("lag", |r, _| raw::whole(r.lag))])
        .right(),
    Col::fixed("apply", Word::ColApplyP99, 9, |r, _, _| Ink::known(r.apply_ms.p99, text::short_duration_ms))
        .file(&[("apply_p99_ms", |r, _| raw::number(r.apply_ms.p99))])
        .right()
        .leaves(2),
    Col::fixed("commit", Word::ColCommitP99, 10, |r, _, _| Ink::known(r.commit_ms.p99, text::short_duration_ms))
        .file(&[("commit_p99_ms", |r, _| raw::number(r.commit_ms.p99))])
        .right()
        .leaves(4),
    Col::fixed("rejected", Word::ColRejected, 8, |r, _, _| Ink::quiet_zero(Some(r.rejected), text::column_count))
        .file(&[("rejected", |r, _| raw::whole(Some(r.rejected)))])
        .right()
        .leaves(3),
    Col::content("how", Word::ColStatus, (12, 48), |r, _, _| how(r)),
];

/// The worst of what is wrong with it.
fn how(row: &Row) -> Ink {
    if row.store == StoreState::Down {
        let why = row.store_reason.as_deref().unwrap_or_default();
        return Ink::new(Role::Critical, text::labelled(word(Word::StoreAway), &text::visible(why)));
    }
    if let Some((partition, why)) = row.stopped.first_key_value() {
        let count = row.stopped.len();
        return Ink::new(
            Role::Critical,
            text::visible(&text::labelled(&format!("{count} {}", word(Word::StoppedPartitions)), &format!("{partition}: {why}")))
                .into_owned(),
        );
    }
    if row.lost > 0 {
        return Ink::new(Role::Warning, format!("{} {}", text::count(row.lost), word(Word::RemovedUnread)));
    }
    match row.cache.as_ref().map(|c| c.state) {
        Some(CacheState::Down) => Ink::new(Role::Warning, word(Word::CacheAway)),
        Some(CacheState::Rebuilding) => Ink::dim(word(Word::CacheRebuilding)),
        _ => Ink::new(Role::Ok, word(Word::Healthy)),
    }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = counted(Word::StateConsumers, ctx.view.snapshot.state_consumers.len());
    let empty = format!("{}.", word(Word::NoConsumers));
    table::draw::<ConsumerRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
