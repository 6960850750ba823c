//! Do the messages go out on every channel, how many wait, and which are given up? The worst channel stands on top with its
//! evidence; Enter goes to its topic.

use super::PanelId;
use super::topics::{most, short_level_sentence};
use crate::model::{Code, Level, Reason};
use crate::snapshot::{Channel, Topic, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::widgets::ink::{self, Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct ChannelRows;

/// A channel with those of its topics that exist.
#[derive(Clone)]
pub struct Row {
    channel: Arc<Channel>,
    topics: Vec<Arc<Topic>>,
}

impl Row {
    /// The one that is worst off.
    fn worst(&self) -> Option<&Arc<Topic>> {
        self.topics.iter().max_by_key(|topic| topic.health.level)
    }

    pub fn topic(&self) -> Option<&Arc<str>> {
        self.worst().map(|topic| &topic.name)
    }

    fn level(&self) -> Level {
        self.worst().map_or(Level::Unknown, |topic| topic.health.level)
    }

    /// Known only where each topic's is.
    fn waiting(&self) -> Option<u64> {
        self.topics.iter().map(|topic| topic.lag.records).sum()
    }

    fn oldest(&self) -> Option<f64> {
        self.topics.iter().filter_map(|topic| topic.lag.seconds).max_by(f64::total_cmp)
    }

    fn p99(&self) -> Option<u64> {
        self.topics.iter().filter_map(|topic| topic.latency_ms.p99).max()
    }

    /// Dead-lettered or refused.
    fn given_up(&self) -> u64 {
        self.topics.iter().map(|topic| topic.records.rejected).sum()
    }
}

impl Rows for ChannelRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Channels;
    const SORT: Option<&'static str> = Some("health");

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        let Some(section) = view.snapshot.business.notifications.as_ref() else { return Vec::new() };
        let row = |channel: &Arc<Channel>| Row {
            topics: channel.topics.iter().filter_map(|name| view.snapshot.topic(name).cloned()).collect(),
            channel: Arc::clone(channel),
        };
        section.notifications.iter().map(row).collect()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.channel.channel))
    }

    fn copy(row: &Row) -> String {
        row.channel.channel.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.channel.channel])
    }

    fn level(row: &Row) -> Level {
        row.level()
    }
}

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("level", Word::Nothing, 1, |x, _, _| {
        let (symbol, role, _) = ink::level(x.level());
        Ink::new(role, symbol)
    })
    .file(&[("level", |r, _| raw::level(r.level()))]),
    Col::content("channel", Word::ColChannel, (8, 24), |x, _, _| Ink::text(text::visible(&x.channel.channel).into_owned()))
        .rises(|a, b| a.channel.channel.cmp(&b.channel.channel)),
    Col::fixed("rate", Word::ColRate, 6, |x, _, _| Ink::known(x.channel.per_s, text::rate))
        .file(&[("msg_per_s", |r, _| raw::number(r.channel.per_s))])
        .right()
        .sorts(|a, b| most(a.channel.per_s, b.channel.per_s)),
    Col::fixed("sent", Word::ColSent, 9, |x, _, _| Ink::known(x.channel.sent, text::count))
        .file(&[("sent", |r, _| raw::whole(r.channel.sent))])
        .right()
        .sorts(|a, b| most(a.channel.sent, b.channel.sent)),
    Col::fixed("p99", Word::ColP99, 6, |x, _, _| Ink::known(x.p99(), |ms| text::short_duration_ms(ms as f64)))
        .file(&[("p99_ms", |r, _| raw::whole(r.p99()))])
        .right()
        .leaves(3)
        .sorts(|a, b| most(a.p99(), b.p99())),
    Col::fixed("waiting", Word::ColWaiting, 8, |x, _, _| Ink::quiet_zero(x.waiting(), text::column_count))
        .file(&[("waiting", |r, _| raw::whole(r.waiting()))])
        .right()
        .sorts(|a, b| most(a.waiting(), b.waiting())),
    Col::fixed("oldest", Word::ColOldest, 7, |x, _, _| Ink::quiet_zero(x.oldest(), text::short_duration_s))
        .file(&[("oldest_s", |r, _| raw::number(r.oldest()))])
        .right()
        .leaves(2)
        .sorts(|a, b| most(a.oldest(), b.oldest())),
    Col::fixed("given-up", Word::ColGivenUp, 8, |x, _, _| Ink::quiet_zero(Some(x.given_up()), text::column_count))
        .file(&[("given_up", |r, _| raw::whole(Some(r.given_up())))])
        .right()
        .leaves(1)
        .sorts(|a, b| b.given_up().cmp(&a.given_up())),
    Col::rest("health", Word::ColHealth, 12, health).sorts(|a, b| b.level().cmp(&a.level())),
];

/// What the channel's own count lacks, else how its topic is.
fn health(row: &Row, _: Ctx, width: u16) -> Ink {
    let own = row.channel.reason.as_ref().filter(|_| row.level() <= Level::Healthy);
    let none = Reason::from(Code::NoTopics);
    let reason = own.or_else(|| row.worst().map(|topic| &topic.health.reason)).unwrap_or(&none);
    short_level_sentence(if own.is_some() { Level::Unknown } else { row.level() }, reason, width)
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let count = ctx.view.snapshot.business.notifications.as_ref().map_or(0, |s| s.notifications.len());
    let title = titled::<ChannelRows>(ctx, Word::Channels, count);
    let empty = format!("{}.", word(Word::NoChannels));
    table::draw::<ChannelRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
