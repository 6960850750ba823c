//! Is every broker there, does each carry its share, and how quickly does it answer?

use super::PanelId;
use crate::model::Level;
use crate::snapshot::{Broker, Cluster, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::table::{self, Align, Column, Dress, Width, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct BrokerRows;

/// One of the cluster's.
type Row = (Arc<Cluster>, usize);

fn of(row: &Row) -> Option<&Broker> {
    row.0.brokers.get(row.1)
}

fn cell(row: &Row, show: impl FnOnce(&Broker) -> Ink) -> Ink {
    of(row).map_or_else(Ink::unknown, show)
}

impl Rows for BrokerRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Brokers;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        let cluster = &view.snapshot.cluster;
        (0..cluster.brokers.len()).map(|at| (Arc::clone(cluster), at)).collect()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Partition(Arc::default(), of(row).map_or(-1, |b| b.id))
    }

    fn copy(row: &Row) -> String {
        of(row).map(|b| format!("{}:{}", b.host, b.port)).unwrap_or_default()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        of(row).is_some_and(|b| filter.matches(&[&b.host, &b.id.to_string()]))
    }

    fn level(row: &Row) -> Level {
        match of(row) {
            Some(b) if !b.up => Level::Critical,
            Some(b) if b.under_replicated > 0 => Level::Warning,
            _ => Level::Healthy,
        }
    }
}

const COLUMNS: &[Column<Row>] = &[
    Column {
        id: "up",
        words: Word::Nothing,
        width: Width::Fixed(1),
        align: Align::Left,
        leaves_first: 0,
        sort: None,
        cell: |r, _, _| cell(r, |b| if b.up { Ink::new(Role::Ok, "●") } else { Ink::new(Role::Critical, "✘") }),
    },
    Column {
        id: "id",
        words: Word::ColId,
        width: Width::Content { least: 3, most: 10 },
        align: Align::Right,
        leaves_first: 0,
        sort: None,
        cell: |r, ctx, _| {
            cell(r, |b| {
                let controller = if ctx.view.snapshot.cluster.controller == Some(b.id) { "*" } else { "" };
                Ink::text(format!("{controller}{}", b.id))
            })
        },
    },
    Column {
        id: "host",
        words: Word::ColHost,
        width: Width::Rest { least: 14 },
        align: Align::Left,
        leaves_first: 0,
        sort: None,
        cell: |r, _, _| cell(r, |b| Ink::text(text::visible(&format!("{}:{}", b.host, b.port)).into_owned())),
    },
    Column {
        id: "leaders",
        words: Word::ColLeaders,
        width: Width::Fixed(8),
        align: Align::Right,
        leaves_first: 1,
        sort: None,
        cell: |r, _, _| cell(r, |b| Ink::text(text::count(b.leaders as u64))),
    },
    Column {
        id: "replicas",
        words: Word::ColReplicas,
        width: Width::Fixed(8),
        align: Align::Right,
        leaves_first: 4,
        sort: None,
        cell: |r, _, _| cell(r, |b| Ink::text(text::count(b.replicas as u64))),
    },
    Column {
        id: "under",
        words: Word::ColUnderReplicated,
        width: Width::Fixed(8),
        align: Align::Right,
        leaves_first: 2,
        sort: None,
        cell: |r, _, _| {
            cell(r, |b| {
                let role = if b.under_replicated > 0 { Role::Warning } else { Role::Dim };
                Ink::new(role, text::count(b.under_replicated as u64))
            })
        },
    },
    Column {
        id: "trip",
        words: Word::ColRoundTrip,
        width: Width::Fixed(8),
        align: Align::Right,
        leaves_first: 3,
        sort: None,
        cell: |r, _, _| {
            cell(r, |b| {
                Ink::known(b.round_trip_ms, |ms| if ms < 9.95 { format!("{ms:.1}ms") } else { text::short_duration_ms(ms) })
            })
        },
    },
    Column {
        id: "why",
        words: Word::Nothing,
        width: Width::Content { least: 0, most: 40 },
        align: Align::Left,
        leaves_first: 5,
        sort: None,
        cell: |r, _, _| {
            cell(r, |b| match (&b.reason, b.throttle_ms.filter(|ms| *ms > 0.0)) {
                (Some(reason), _) => Ink::new(Role::Critical, text::visible(&text::sentence(reason)).into_owned()),
                (None, Some(ms)) => Ink::new(Role::Warning, format!("{} {}", word(Word::Throttled), text::duration_ms(ms))),
                (None, None) => Ink::text(""),
            })
        },
    },
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let cluster = &ctx.view.snapshot.cluster;
    let title = counted(Word::Brokers, cluster.brokers.len());
    let trouble = [
        (cluster.offline, Word::OfflineParts),
        (cluster.under_min_isr, Word::UnderMinIsr),
        (cluster.under_replicated, Word::UnderReplicatedParts),
    ];
    let note = trouble
        .iter()
        .find(|(n, _)| n.is_some_and(|n| n > 0))
        .map(|(n, label)| Ink::new(Role::Warning, format!("{} {}", text::count(n.unwrap_or_default() as u64), word(*label))));
    let empty = format!("{}.", word(Word::NoBrokerYet));
    table::draw::<BrokerRows>(ctx, buf, area, hits, Dress { title, note: note.into_iter().collect(), empty, section: None });
}
