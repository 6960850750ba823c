//! The panels. Each file begins with the question that is asked there and what one does next; a row in [`PANELS`] makes a panel known
//! to layouts, help and tests.

mod alert_table;
mod alerts;
mod at_risk;
mod brokers;
mod channels;
mod compare;
mod consumers;
mod customers;
mod deliveries;
mod delivery_info;
mod delivery_map;
mod follow;
mod funnel;
mod group;
mod groups;
mod host;
pub mod log;
mod map;
mod members;
mod messages;
mod order_info;
mod orders;
mod outlets;
mod partitions;
mod past_alerts;
mod payment_sums;
mod payments;
mod pipeline;
mod preview;
mod readers;
mod stock;
mod stuck;
mod suspicious;
mod tail;
mod tiles;
mod timeline;
mod topic_heat;
mod topic_info;
mod topic_latency;
mod topic_rate;
mod topics;
mod workers;

pub use alert_table::{AlertTableRows, quiet as alert_quiet};
pub use alerts::AlertRows;
pub use channels::ChannelRows;
pub use customers::CustomerRows;
pub use deliveries::{DeliveryRows, matches_delivery};
pub use follow::FollowRows;
pub use group::current as selected_group;
pub use groups::GroupRows;
pub use log::LogRows;
pub use messages::MessageRows;
pub use orders::OrderRows;
pub use past_alerts::PastAlertRows;
pub use payments::PaymentRows;
pub use pipeline::{height as pipeline_height, place as pipeline_place, shown as pipeline_shown};
pub use readers::ReaderRows;
pub use stock::StockRows;
pub use stuck::StuckRows;
pub use suspicious::SuspiciousRows;
pub use tail::TailRows;
pub use timeline::TimelineRows;
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
    TopicHeat, LatencyOverTime, AskHeat, (30, 5), topic_heat::draw, None;
    Partitions, Partitions, AskPartitions, (36, 4), partitions::draw_topic, Some(ListOps::of::<partitions::TopicPartitions>());
    Readers, Readers, AskReaders, (24, 4), readers::draw, Some(ListOps::of::<ReaderRows>());
    Tail, Tail, AskTail, (40, 4), tail::draw, Some(ListOps::of::<TailRows>());
    Groups, Groups, AskGroups, (40, 4), groups::draw, Some(ListOps::of::<GroupRows>());
    GroupInfo, Group, AskGroupInfo, (40, 4), group::draw, None;
    GroupPartitions, Partitions, AskGroupPartitions, (36, 4), partitions::draw_group, Some(ListOps::of::<partitions::GroupPartitions>());
    Members, Members, AskMembers, (30, 4), members::draw, Some(ListOps::of::<members::MemberRows>());
    Pipeline, Pipeline, AskPipeline, (40, 3), pipeline::draw, None;
    Stuck, Stuck, AskStuck, (36, 3), stuck::draw, Some(ListOps::of::<stuck::StuckRows>());
    Deliveries, Deliveries, AskDeliveries, (36, 4), deliveries::draw, Some(ListOps::of::<deliveries::DeliveryRows>());
    Map, Map, AskMap, (24, 6), map::draw, None;
    DeliveryInfo, Delivery, AskDelivery, (36, 3), delivery_info::draw, None;
    DeliveryMap, Map, AskDeliveryMap, (20, 6), delivery_map::draw, None;
    Payments, Payments, AskPayments, (36, 4), payments::draw, Some(ListOps::of::<payments::PaymentRows>());
    PaymentSums, PaymentSums, AskPaymentSums, (30, 3), payment_sums::draw, None;
    Suspicious, LookWrong, AskSuspicious, (36, 4), suspicious::draw, Some(ListOps::of::<SuspiciousRows>());
    Stock, Stock, AskStock, (36, 4), stock::draw, Some(ListOps::of::<StockRows>());
    Customers, Customers, AskCustomers, (30, 4), customers::draw, Some(ListOps::of::<customers::CustomerRows>());
    Funnel, Funnel, AskFunnel, (36, 3), funnel::draw, None;
    Channels, Channels, AskChannels, (30, 3), channels::draw, Some(ListOps::of::<ChannelRows>());
    Messages, NewestMessages, AskMessages, (30, 4), messages::draw, Some(ListOps::of::<MessageRows>());
    Brokers, Brokers, AskBrokers, (36, 3), brokers::draw, Some(ListOps::of::<brokers::BrokerRows>());
    AtRisk, PartitionsAtRisk, AskAtRisk, (36, 3), at_risk::draw, Some(ListOps::of::<at_risk::AtRiskRows>());
    Consumers, StateConsumers, AskConsumers, (36, 3), consumers::draw, Some(ListOps::of::<consumers::ConsumerRows>());
    Workers, Workers, AskWorkers, (36, 3), workers::draw, Some(ListOps::of::<workers::WorkerRows>());
    CompareRates, Rate, AskCompare, (60, 5), compare::rates, None;
    CompareHeats, LatencyOverTime, AskCompare, (60, 5), compare::heats, None;
    CompareFigures, Comparison, AskCompare, (36, 4), compare::figures, None;
    Host, Host, AskHost, (36, 2), host::draw, None;
    Log, Log, AskLog, (36, 4), log::draw, Some(ListOps::of::<LogRows>());
    OrderInfo, Order, AskOrderInfo, (36, 3), order_info::draw, None;
    Timeline, Timeline, AskTimeline, (36, 4), timeline::draw, Some(ListOps::of::<TimelineRows>());
    AlertTable, Alerts, AskAlertTable, (40, 4), alert_table::draw, Some(ListOps::of::<AlertTableRows>());
    PastAlerts, PastAlerts, AskPastAlerts, (40, 4), past_alerts::draw, Some(ListOps::of::<PastAlertRows>());
    Outlets, Outlets, AskOutlets, (40, 3), outlets::draw, Some(ListOps::of::<outlets::OutletRows>());
    Follow, FollowTitle, AskFollow, (40, 5), follow::draw, Some(ListOps::of::<FollowRows>());
    Preview, Preview, AskPreview, (24, 4), preview::draw, None;
    Orders, OpenOrders, AskOrders, (36, 4), orders::draw, Some(ListOps::of::<orders::OrderRows>());
}

impl PanelId {
    pub fn panel(self) -> &'static Panel {
        PANELS.iter().find(|p| p.id == self).unwrap_or(&PANELS[0])
    }

    pub fn list(self) -> Option<ListOps> {
        self.panel().list
    }
}
