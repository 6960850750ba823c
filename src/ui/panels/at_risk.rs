//! Which partitions lack their leader or replicas in sync, and on which brokers? Enter opens the topic.

use super::PanelId;
use crate::model::{Code, Level, LinkState};
use crate::snapshot::{Cluster, PartitionAtRisk, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub struct AtRiskRows;

impl Rows for AtRiskRows {
    type Row = PartitionAtRisk;
    const PANEL: PanelId = PanelId::AtRisk;
    const SORT: Option<&'static str> = Some("lacks");

    fn columns() -> &'static [Column<PartitionAtRisk>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<PartitionAtRisk> {
        view.snapshot.cluster.partitions_at_risk.to_vec()
    }

    fn key(row: &PartitionAtRisk) -> RowKey {
        RowKey::Partition(row.topic.clone(), row.partition)
    }

    fn copy(row: &PartitionAtRisk) -> String {
        format!("{}/{}", row.topic, row.partition)
    }

    fn matches(row: &PartitionAtRisk, filter: &NameFilter) -> bool {
        filter.matches(&[&row.topic, lacks(row.lacks).2])
    }

    fn level(row: &PartitionAtRisk) -> Level {
        if row.lacks == Code::UnderReplicated { Level::Warning } else { Level::Critical }
    }
}

/// How a lack is shown, the worst with the greatest rank.
fn lacks(code: Code) -> (u8, Role, &'static str) {
    match code {
        Code::Offline => (2, Role::Critical, word(Word::NoLeader)),
        Code::UnderMinIsr => (1, Role::Critical, word(Word::BelowMinIsr)),
        _ => (0, Role::Warning, word(Word::UnderReplicated)),
    }
}

fn listed(brokers: impl Iterator<Item = i32>, between: &str) -> String {
    brokers.map(|id| id.to_string()).collect::<Vec<_>>().join(between)
}

type Col = Column<PartitionAtRisk>;

const COLUMNS: &[Col] = &[
    Col::content("topic", Word::ColTopic, (14, 40), |r, _, _| Ink::text(text::visible(&r.topic).into_owned()))
        .rises(|a, b| a.topic.cmp(&b.topic).then(a.partition.cmp(&b.partition))),
    Col::fixed("partition", Word::ColPartition, 4, |r, _, _| Ink::text(r.partition.to_string()))
        .file(&[("partition", |r, _| raw::whole(Some(r.partition)))])
        .right(),
    Col::content("lacks", Word::ColLacks, (12, 20), |r, _, _| {
        let (_, role, words) = lacks(r.lacks);
        Ink::new(role, words)
    })
    .file(&[("lacks", |r, _| Some(r.lacks.name().to_owned()))])
    .sorts(|a, b| lacks(b.lacks).0.cmp(&lacks(a.lacks).0)),
    Col::fixed("leader", Word::ColLeader, 7, |r, _, _| Ink::known(r.leader, |id| id.to_string()))
        .file(&[("leader", |r, _| raw::whole(r.leader))])
        .right()
        .leaves(2),
    Col::content("isr", Word::ColIsr, (5, 12), |r, _, _| Ink::text(listed(r.isr.iter().copied(), ",")))
        .file(&[
            ("in_sync", |r, _| Some(listed(r.isr.iter().copied(), " "))),
            ("replicas", |r, _| Some(listed(r.replicas.iter().copied(), " "))),
        ])
        .leaves(1),
    Col::rest("missing", Word::ColMissing, 8, |r, _, _| Ink::new(Role::Warning, listed(r.missing(), ",")))
        .file(&[("missing", |r, _| Some(listed(r.missing(), " ")))]),
];

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let cluster = &ctx.view.snapshot.cluster;
    let title = titled::<AtRiskRows>(ctx, Word::PartitionsAtRisk, count(cluster));
    // What the metadata said last is no all-clear while somebody is away.
    let all_there = ctx.view.snapshot.source.state == LinkState::Connected && cluster.brokers.iter().all(|b| b.up);
    let empty = match cluster.partitions {
        Some(_) if all_there => Word::NoPartitionAtRisk,
        Some(_) => Word::NoneAtRiskTold,
        None => Word::NoBrokerYet,
    };
    table::draw::<AtRiskRows>(
        ctx,
        buf,
        area,
        hits,
        Dress { title, note: Vec::new(), empty: format!("{}.", word(empty)), section: None },
    );
}

/// All that there are: an under-replicated one may also be below its least, or without a leader.
fn count(cluster: &Cluster) -> usize {
    let listed = cluster.partitions_at_risk.len();
    listed.max(cluster.under_replicated.unwrap_or_default()).max(cluster.offline.unwrap_or_default())
}
