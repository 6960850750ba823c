//! Is every broker there, does each carry its share, and how quickly does it answer?

use super::PanelId;
use crate::model::{Level, LinkState};
use crate::snapshot::{Broker, Cluster, View};
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

/// How the brokers stood at the last reading says nothing about now.
fn nobody_answers(ctx: Ctx) -> bool {
    ctx.view.snapshot.source.state == LinkState::Down
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("up", Word::Nothing, 1, |r, ctx, _| {
        cell(r, |b| match b.up {
            _ if nobody_answers(ctx) => Ink::dim("?"),
            true => Ink::new(Role::Ok, "●"),
            false => Ink::new(Role::Critical, "✘"),
        })
    })
    .file(&[("up", |r, _| raw::flag(of(r).is_some_and(|b| b.up)))]),
    Col::content("id", Word::ColId, (3, 10), |r, ctx, _| {
        cell(r, |b| {
            let controller = if ctx.view.snapshot.cluster.controller == Some(b.id) { "*" } else { "" };
            Ink::text(format!("{controller}{}", b.id))
        })
    })
    .file(&[
        ("id", |r, _| raw::whole(of(r).map(|b| b.id))),
        ("controller", |r, ctx| raw::flag(of(r).is_some_and(|b| ctx.view.snapshot.cluster.controller == Some(b.id)))),
    ])
    .right(),
    Col::rest("host", Word::ColHost, 14, |r, _, _| {
        cell(r, |b| Ink::text(text::visible(&format!("{}:{}", b.host, b.port)).into_owned()))
    }),
    Col::fixed("leaders", Word::ColLeaders, 8, |r, _, _| cell(r, |b| Ink::text(text::count(b.leaders as u64))))
        .file(&[("leaders", |r, _| raw::whole(of(r).map(|b| b.leaders)))])
        .right()
        .leaves(1),
    Col::fixed("replicas", Word::ColReplicas, 8, |r, _, _| cell(r, |b| Ink::text(text::count(b.replicas as u64))))
        .file(&[("replicas", |r, _| raw::whole(of(r).map(|b| b.replicas)))])
        .right()
        .leaves(4),
    Col::fixed("under", Word::ColUnderReplicated, 8, |r, _, _| {
        cell(r, |b| {
            let role = if b.under_replicated > 0 { Role::Warning } else { Role::Dim };
            Ink::new(role, text::count(b.under_replicated as u64))
        })
    })
    .file(&[("under_replicated", |r, _| raw::whole(of(r).map(|b| b.under_replicated)))])
    .right()
    .leaves(2),
    Col::fixed("trip", Word::ColRoundTrip, 8, |r, ctx, _| {
        cell(r, |b| {
            Ink::known(b.round_trip_ms.filter(|_| !nobody_answers(ctx)), |ms| {
                match ms {
                    // On the same host: no answer takes no time at all.
                    ..0.05 => format!("<{} ms", text::number(0.1, 1)),
                    ..9.95 => format!("{} ms", text::number(ms, 1)),
                    _ => text::short_duration_ms(ms),
                }
            })
        })
    })
    .file(&[("answers_ms", |r, _| raw::number(of(r).and_then(|b| b.round_trip_ms)))])
    .right()
    .leaves(3),
    Col::content("why", Word::Nothing, (0, 40), |r, _, _| {
        cell(r, |b| match (&b.reason, b.throttle_ms.filter(|ms| *ms > 0.0)) {
            (Some(reason), _) => Ink::new(Role::Critical, text::visible(&text::sentence(reason)).into_owned()),
            (None, Some(ms)) => Ink::new(Role::Warning, format!("{} {}", word(Word::Throttled), text::duration_ms(ms))),
            (None, None) => Ink::text(""),
        })
    })
    .leaves(5),
];

/// All that there are, as the brokers' rows count them.
fn under_replicated(cluster: &Cluster) -> Option<usize> {
    cluster.under_replicated.map(|n| n + cluster.under_replicated_hidden)
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let cluster = &ctx.view.snapshot.cluster;
    let title = counted(Word::Brokers, cluster.brokers.len());
    let trouble = [
        (cluster.offline, Word::OfflinePart, Word::OfflineParts),
        (cluster.under_min_isr, Word::UnderMinIsrPart, Word::UnderMinIsr),
        (under_replicated(cluster), Word::UnderReplicatedPart, Word::UnderReplicatedParts),
    ];
    let worst = trouble.into_iter().find_map(|(n, one, many)| Some((n.filter(|n| *n > 0)?, one, many)));
    let mut note: Vec<Ink> = Vec::new();
    if let Some((n, one, many)) = worst {
        note.push(Ink::new(Role::Warning, text::counted(n as u64, one, many)));
        if one == Word::UnderReplicatedPart && cluster.under_replicated_hidden > 0 {
            let hidden = text::count(cluster.under_replicated_hidden as u64);
            note.push(Ink::dim(format!(", {hidden} {}", word(Word::HiddenPartitions))));
        }
    }
    let empty = format!("{}.", word(Word::NoBrokerYet));
    table::draw::<BrokerRows>(ctx, buf, area, hits, Dress { title, note, empty, section: None });
}
