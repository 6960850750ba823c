//! The panels. Each file begins with the question that is asked there and what one does next; a row in [`PANELS`] makes a panel known
//! to layouts, help and tests.

mod alerts;
mod group;
mod groups;
mod members;
mod partitions;
mod readers;
mod tail;
mod tiles;
mod topic_info;
mod topic_latency;
mod topic_rate;
mod topics;

pub use alerts::AlertRows;
pub use groups::GroupRows;
pub use readers::ReaderRows;
pub use tail::TailRows;
pub use topics::TopicRows;

use super::draw::Hits;
use super::list::ListOps;
use super::widgets::ink::Ctx;
use crate::text::Word;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

macro_rules! panels {
    ($($panel:ident, $title:ident, $question:ident, ($width:literal, $height:literal), $draw:path, $list:expr;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum PanelId { $($panel,)* }
        impl PanelId {
            pub const ALL: &[PanelId] = &[$(PanelId::$panel,)*];
        }
        pub const PANELS: &[Panel] = &[$(Panel {
            id: PanelId::$panel,
            title: Word::$title,
            question: Word::$question,
            least: ($width, $height),
            draw: $draw,
            list: $list,
        },)*];
    };
}

/// A panel: its name, what it answers, the least room it needs (columns, rows), how it is drawn, and its list if it is one.
pub struct Panel {
    pub id: PanelId,
    pub title: Word,
    pub question: Word,
    pub least: (u16, u16),
    pub draw: fn(Ctx, &mut Buffer, Rect, &mut Hits),
    pub list: Option<ListOps>,
}

panels! {
    Throughput, Throughput, AskThroughput, (18, 3), tiles::throughput, None;
    Latency, LatencyShort, AskLatency, (18, 3), tiles::latency, None;
    Lag, ConsumerLag, AskLag, (18, 3), tiles::lag, None;
    Errors, ErrorsShort, AskErrors, (18, 3), tiles::errors, None;
    Topics, Topics, AskTopics, (40, 4), topics::draw, Some(ListOps::of::<TopicRows>());
    Alerts, Alerts, AskAlerts, (24, 3), alerts::draw, Some(ListOps::of::<AlertRows>());
    TopicInfo, Topic, AskTopicInfo, (40, 1), topic_info::draw, None;
    TopicRate, Rate, AskRate, (30, 5), topic_rate::draw, None;
    TopicLatency, LatencyShort, AskDistribution, (28, 5), topic_latency::draw, None;
    Partitions, Partitions, AskPartitions, (36, 4), partitions::draw_topic, Some(ListOps::of::<partitions::TopicPartitions>());
    Readers, Readers, AskReaders, (24, 4), readers::draw, Some(ListOps::of::<ReaderRows>());
    Tail, Tail, AskTail, (40, 4), tail::draw, Some(ListOps::of::<TailRows>());
    Groups, Groups, AskGroups, (40, 4), groups::draw, Some(ListOps::of::<GroupRows>());
    GroupInfo, Group, AskGroupInfo, (40, 4), group::draw, None;
    GroupPartitions, Partitions, AskGroupPartitions, (36, 4), partitions::draw_group, Some(ListOps::of::<partitions::GroupPartitions>());
    Members, Members, AskMembers, (30, 4), members::draw, Some(ListOps::of::<members::MemberRows>());
}

impl PanelId {
    pub fn panel(self) -> &'static Panel {
        PANELS.iter().find(|p| p.id == self).unwrap_or(&PANELS[0])
    }

    pub fn list(self) -> Option<ListOps> {
        self.panel().list
    }
}
