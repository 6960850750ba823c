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
use crate::ui::widgets::ink::{Ctx, Ink, fit_middle};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
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

type OfTopic = Column<PartitionRow>;

const OF_TOPIC: &[OfTopic] = &[
    OfTopic::fixed("partition", Word::ColPartition, 4, |r, _, _| Ink::text(r.partition.to_string()))
        .file(&[("partition", |r, _| raw::whole(Some(r.partition)))])
        .right()
        .rises(|a, b| a.partition.cmp(&b.partition)),
    OfTopic::fixed("leader", Word::ColLeader, 7, |r, _, _| match r.leader {
        Some(id) => Ink::text(id.to_string()),
        None => Ink::new(Role::Critical, word(Word::Offline)),
    })
    .file(&[("leader", |r, _| raw::whole(r.leader))])
    .right()
    .leaves(3)
    .rises(|a, b| a.leader.cmp(&b.leader)),
    OfTopic::content("isr", Word::ColIsr, (5, 12), isr_cell)
        .file(&[("in_sync", |r, _| Some(listed(&r.isr))), ("replicas", |r, _| Some(listed(&r.replicas)))])
        .leaves(2),
    OfTopic::fixed("low", Word::ColLow, 11, |r, _, _| Ink::known(r.low, offset))
        .file(&[("low", |r, _| raw::whole(r.low))])
        .right()
        .leaves(9),
    OfTopic::fixed("high", Word::ColHigh, 11, |r, _, _| Ink::known(r.high, offset))
        .file(&[("high", |r, _| raw::whole(r.high))])
        .right()
        .leaves(5),
    OfTopic::fixed("rate", Word::ColRate, 6, |r, _, _| Ink::known(r.records_per_s, text::rate))
        .file(&[("msg_per_s", |r, _| raw::number(r.records_per_s))])
        .right()
        .sorts(|a, b| most(a.records_per_s, b.records_per_s)),
    OfTopic::fixed("share", Word::ColShare, 5, |r, _, _| Ink::known(r.share, |s| format!("{:.0} %", s * 100.0)))
        .file(&[("share", |r, _| raw::number(r.share))])
        .right()
        .leaves(6)
        .sorts(|a, b| most(a.share, b.share)),
    OfTopic::fixed("skew", Word::ColSkew, 5, skew_cell)
        .file(&[("skew", |r, _| raw::number(r.skew))])
        .right()
        .leaves(7)
        .sorts(|a, b| most(a.skew, b.skew)),
    OfTopic::fixed("p99", Word::ColP99, 6, |r, _, _| Ink::known(r.p99_ms, |ms| text::short_duration_ms(ms as f64)))
        .file(&[("p99_ms", |r, _| raw::whole(r.p99_ms))])
        .right()
        .leaves(4)
        .sorts(|a, b| most(a.p99_ms, b.p99_ms)),
    OfTopic::fixed("lag", Word::ColLag, 7, |r, _, _| Ink::quiet_zero(r.lag, text::column_count))
        .file(&[("lag", |r, _| raw::whole(r.lag))])
        .right()
        .leaves(1)
        .sorts(|a, b| most(a.lag, b.lag)),
];

fn offset(n: i64) -> String {
    text::count(n.max(0).unsigned_abs())
}

/// Parted by blanks: a spreadsheet may take `1,2` for a number.
fn listed(brokers: &[i32]) -> String {
    brokers.iter().map(i32::to_string).collect::<Vec<_>>().join(" ")
}

fn isr_cell(row: &PartitionRow, _: Ctx, _: u16) -> Ink {
    let listed = row.isr.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    if row.isr.len() < row.replicas.len() {
        return Ink::new(Role::Warning, format!("{listed} /{}", row.replicas.len()));
    }
    Ink::dim(listed)
}

fn skew_cell(row: &PartitionRow, _: Ctx, _: u16) -> Ink {
    let ink = Ink::known(row.skew, |s| format!("{}x", text::number(s, 1)));
    if row.skew.is_some_and(|s| s >= 2.0) { ink.with_role(Role::Warning) } else { ink }
}

pub fn draw_topic(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let count = TopicPartitions::rows(ctx.view, ctx.state).len();
    let title = counted(Word::Partitions, count);
    let empty = format!("{}.", word(Word::NoPartitions));
    let note = young(ctx).into_iter().collect();
    table::draw::<TopicPartitions>(ctx, buf, area, hits, Dress { title, note, empty, section: None });
}

/// Latency by partition is counted for the topic on the screen alone: the topic's own p99 may know more.
fn young(ctx: Ctx) -> Option<Ink> {
    let focus = ctx.view.focus.topic.as_ref().filter(|focus| Some(&focus.name) == ctx.state.topic.as_ref())?;
    let told = |seconds| Ink::dim(format!("{} {}", word(Word::P99CountedFor), text::age_s(seconds)));
    focus.partitions_young_s.map(told)
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

type OfGroup = Column<GroupPartition>;

const OF_GROUP: &[OfGroup] = &[
    OfGroup::content("topic", Word::ColTopic, (14, 40), |r, _, _| Ink::text(text::visible(&r.topic).into_owned()))
        .rises(|a, b| a.topic.cmp(&b.topic).then(a.partition.cmp(&b.partition))),
    OfGroup::fixed("partition", Word::ColPartition, 4, |r, _, _| Ink::text(r.partition.to_string()))
        .file(&[("partition", |r, _| raw::whole(Some(r.partition)))])
        .right(),
    OfGroup::fixed("committed", Word::ColCommitted, 15, committed_cell)
        .file(&[("committed", |r, _| raw::whole(r.committed))])
        .right()
        .leaves(4),
    OfGroup::fixed("end", Word::ColEnd, 13, |r, _, _| Ink::known(r.end, offset))
        .file(&[("end", |r, _| raw::whole(r.end))])
        .right()
        .leaves(5),
    OfGroup::fixed("lag", Word::ColLag, 7, |r, _, _| Ink::quiet_zero(r.lag, text::column_count))
        .file(&[("lag", |r, _| raw::whole(r.lag))])
        .right()
        .sorts(|a, b| most(a.lag, b.lag)),
    OfGroup::fixed("oldest", Word::ColOldest, 7, |r, _, _| lag_time(r.lag_s, r.quality))
        .file(&[
            ("oldest_s", |r, _| super::groups::oldest(r.lag_s, r.quality)),
            ("oldest_is_estimated", |r, _| raw::flag(r.quality == crate::snapshot::LagQuality::Estimated)),
        ])
        .right()
        .leaves(1)
        .sorts(|a, b| most(a.lag_s, b.lag_s)),
    // The first to leave: it may be long, and the figures say more.
    OfGroup::rest("member", Word::ColMember, 12, member_cell).leaves(6),
];

fn committed_cell(row: &GroupPartition, _: Ctx, _: u16) -> Ink {
    row.committed.map_or(Ink::dim(word(Word::NeverCommitted)), |n| Ink::text(offset(n)))
}

fn member_cell(row: &GroupPartition, _: Ctx, width: u16) -> Ink {
    let member = Ink::known(row.member.as_deref(), |m| fit_middle(&text::visible(m), width).into_owned());
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
