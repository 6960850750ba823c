//! Does one partition carry the load, lack replicas, or hold a group up? The skewed or lagging one names its leader or its
//! member: that is whom to look at next.

use super::PanelId;
use super::group::current;
use super::groups::lag_time;
use super::topics::most;
use crate::model::Level;
use crate::snapshot::{GroupPartition, PartitionRow, View};
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

pub struct TopicPartitions;

impl Rows for TopicPartitions {
    type Row = PartitionRow;
    const PANEL: PanelId = PanelId::Partitions;
    const SORT: Option<&'static str> = Some("partition");

    fn columns() -> &'static [Column<PartitionRow>] {
        OF_TOPIC
    }

    fn rows(view: &View, state: &UiState) -> Vec<PartitionRow> {
        let topic = view.focus.topic.as_ref().filter(|t| Some(&t.name) == state.topic.as_ref());
        topic.map(|t| t.partitions.to_vec()).unwrap_or_default()
    }

    fn key(row: &PartitionRow) -> RowKey {
        RowKey::Offset(row.partition, 0)
    }

    fn copy(row: &PartitionRow) -> String {
        row.partition.to_string()
    }

    fn matches(row: &PartitionRow, filter: &NameFilter) -> bool {
        filter.matches(&[&row.partition.to_string()])
    }

    fn level(row: &PartitionRow) -> Level {
        if row.leader.is_none() || row.isr.len() < row.replicas.len() { Level::Warning } else { Level::Healthy }
    }
}

const fn figure<R>(id: &'static str, words: Word, width: u16, leaves_first: u8) -> Column<R> {
    Column { id, words, width: Width::Fixed(width), align: Align::Right, leaves_first, sort: None, cell: |_, _, _| Ink::unknown() }
}

const OF_TOPIC: &[Column<PartitionRow>] = &[
    Column {
        sort: Some(|a, b| a.partition.cmp(&b.partition)),
        cell: |r, _, _| Ink::text(r.partition.to_string()),
        ..figure("partition", Word::ColPartition, 4, 0)
    },
    Column {
        sort: Some(|a, b| a.leader.cmp(&b.leader)),
        cell: |r, _, _| match r.leader {
            Some(id) => Ink::text(id.to_string()),
            None => Ink::new(Role::Critical, word(Word::Offline)),
        },
        ..figure("leader", Word::ColLeader, 7, 3)
    },
    Column {
        id: "isr",
        words: Word::ColIsr,
        width: Width::Content { least: 5, most: 12 },
        align: Align::Left,
        leaves_first: 2,
        sort: None,
        cell: isr_cell,
    },
    Column { cell: |r, _, _| Ink::known(r.low, offset), ..figure("low", Word::ColLow, 11, 9) },
    Column { cell: |r, _, _| Ink::known(r.high, offset), ..figure("high", Word::ColHigh, 11, 5) },
    Column {
        sort: Some(|a, b| most(a.records_per_s, b.records_per_s)),
        cell: |r, _, _| Ink::known(r.records_per_s, text::rate),
        ..figure("rate", Word::ColRate, 6, 0)
    },
    Column {
        sort: Some(|a, b| most(a.share, b.share)),
        cell: |r, _, _| Ink::known(r.share, |s| format!("{:.0} %", s * 100.0)),
        ..figure("share", Word::ColShare, 5, 6)
    },
    Column { sort: Some(|a, b| most(a.skew, b.skew)), cell: skew_cell, ..figure("skew", Word::ColSkew, 5, 7) },
    Column {
        sort: Some(|a, b| most(a.p99_ms, b.p99_ms)),
        cell: |r, _, _| Ink::known(r.p99_ms, |ms| text::short_duration_ms(ms as f64)),
        ..figure("p99", Word::ColP99, 6, 4)
    },
    Column {
        sort: Some(|a, b| most(a.lag, b.lag)),
        cell: |r, _, _| Ink::quiet_zero(r.lag, text::column_count),
        ..figure("lag", Word::ColLag, 7, 1)
    },
];

fn offset(n: i64) -> String {
    text::count(n.max(0).unsigned_abs())
}

fn isr_cell(row: &PartitionRow, _: Ctx, _: u16) -> Ink {
    let listed = row.isr.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    if row.isr.len() < row.replicas.len() {
        return Ink::new(Role::Warning, format!("{listed} /{}", row.replicas.len()));
    }
    Ink::dim(listed)
}

fn skew_cell(row: &PartitionRow, _: Ctx, _: u16) -> Ink {
    let ink = Ink::known(row.skew, |s| format!("{s:.1}x"));
    if row.skew.is_some_and(|s| s >= 2.0) { ink.with_role(Role::Warning) } else { ink }
}

pub fn draw_topic(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let count = TopicPartitions::rows(ctx.view, ctx.state).len();
    let title = counted(Word::Partitions, count);
    let empty = format!("{}.", word(Word::NoPartitions));
    table::draw::<TopicPartitions>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}

pub struct GroupPartitions;

impl Rows for GroupPartitions {
    type Row = GroupPartition;
    const PANEL: PanelId = PanelId::GroupPartitions;
    const SORT: Option<&'static str> = Some("lag");

    fn columns() -> &'static [Column<GroupPartition>] {
        OF_GROUP
    }

    fn rows(view: &View, state: &UiState) -> Vec<GroupPartition> {
        current(Ctx { view, state }).map(|g| g.partitions.to_vec()).unwrap_or_default()
    }

    fn key(row: &GroupPartition) -> RowKey {
        RowKey::Partition(row.topic.clone(), row.partition)
    }

    fn copy(row: &GroupPartition) -> String {
        format!("{}/{}", row.topic, row.partition)
    }

    fn matches(row: &GroupPartition, filter: &NameFilter) -> bool {
        filter.matches(&[&row.topic, row.member.as_deref().unwrap_or_default()])
    }
}

const OF_GROUP: &[Column<GroupPartition>] = &[
    Column {
        id: "topic",
        words: Word::ColTopic,
        width: Width::Content { least: 14, most: 40 },
        align: Align::Left,
        leaves_first: 0,
        sort: Some(|a, b| a.topic.cmp(&b.topic).then(a.partition.cmp(&b.partition))),
        cell: |r, _, _| Ink::text(text::visible(&r.topic).into_owned()),
    },
    Column { cell: |r, _, _| Ink::text(r.partition.to_string()), ..figure("partition", Word::ColPartition, 4, 0) },
    Column { cell: committed_cell, ..figure("committed", Word::ColCommitted, 15, 4) },
    Column { cell: |r, _, _| Ink::known(r.end, offset), ..figure("end", Word::ColEnd, 13, 5) },
    Column {
        sort: Some(|a, b| most(a.lag, b.lag)),
        cell: |r, _, _| Ink::quiet_zero(r.lag, text::column_count),
        ..figure("lag", Word::ColLag, 7, 0)
    },
    Column {
        sort: Some(|a, b| most(a.lag_s, b.lag_s)),
        cell: |r, _, _| lag_time(r.lag_s, r.quality),
        ..figure("oldest", Word::ColOldest, 7, 1)
    },
    Column {
        id: "member",
        words: Word::ColMember,
        width: Width::Rest { least: 12 },
        align: Align::Left,
        leaves_first: 3,
        sort: None,
        cell: member_cell,
    },
];

fn committed_cell(row: &GroupPartition, _: Ctx, _: u16) -> Ink {
    row.committed.map_or(Ink::dim(word(Word::NeverCommitted)), |n| Ink::text(offset(n)))
}

fn member_cell(row: &GroupPartition, _: Ctx, _: u16) -> Ink {
    let member = Ink::known(row.member.as_deref(), |m| text::visible(m).into_owned());
    if row.only_markers { Ink::dim(format!("{} · {}", member.text, word(Word::OnlyMarkers))) } else { member }
}

pub fn draw_group(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let count = GroupPartitions::rows(ctx.view, ctx.state).len();
    let mut title = counted(Word::Partitions, count);
    if let Some(group) = current(ctx) {
        title.push(Ink::dim(format!(" · {} ", word(Word::Group))));
        title.push(Ink::text(text::visible(&group.name).into_owned()));
    }
    let missing = if current(ctx).is_some() { Word::NoPartitions } else { Word::NoGroupChosen };
    let empty = format!("{}.", word(missing));
    table::draw::<GroupPartitions>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
