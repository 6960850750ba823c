use super::knowledge::{Counts, Knowledge};
use super::picture::Gaze;
use super::rates::Live;
use super::store::StoreSide;
use crate::catalogue::{Catalogue, Role};
use crate::engine::clock::Step;
use crate::engine::sliding::Sliding;
use crate::engine::topics::Topics;
use crate::model::Timestamp;
use crate::snapshot::{Channel as Row, Message, Notifications};
use std::sync::Arc;

struct Channel {
    name: Arc<str>,
    sent: u64,
    window: Sliding,
    knowledge: Knowledge,
}

/// Messages to customers, by channel.
pub struct Channels(Vec<Channel>);

impl Channels {
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut names: Vec<Arc<str>> = Vec::new();
        for topic in &catalogue.topics {
            if let Role::Notification { channel } = &topic.role {
                names.push(channel.clone());
            }
        }
        names.sort();
        names.dedup();
        let channel = |name: Arc<str>| {
            let knowledge =
                Knowledge::of(catalogue, |entry| matches!(&entry.role, Role::Notification { channel } if *channel == name));
            Channel { sent: 0, window: Sliding::default(), knowledge, name }
        };
        Self(names.into_iter().map(channel).collect())
    }

    pub fn sent(&mut self, name: &str, live: Option<i64>) {
        let Some(channel) = self.0.iter_mut().find(|c| c.name.as_ref() == name) else { return };
        channel.sent += 1;
        if let Some(second) = live {
            channel.window.record(second);
        }
    }

    pub fn step_back(&mut self, step: Step) {
        for channel in &mut self.0 {
            channel.window.step_back(step);
        }
    }

    pub fn knowledge(&mut self) -> impl Iterator<Item = &mut Knowledge> {
        self.0.iter_mut().map(|c| &mut c.knowledge)
    }

    /// Counts begin anew where messages were passed over.
    pub fn begin_anew(&mut self, topics: &Topics, now: Timestamp, followed: bool) {
        for channel in &mut self.0 {
            if channel.knowledge.begins_anew(topics, now, followed) {
                channel.sent = 0;
            }
        }
    }

    /// `None`: the catalogue has no channel.
    pub fn section(
        &mut self,
        gaze: &Gaze<'_>,
        store: Option<&StoreSide>,
        live: Live,
        messages: Vec<Arc<Message>>,
    ) -> Option<Notifications> {
        let row = |channel: &mut Channel| {
            let known = channel.knowledge.counted(gaze, store.is_some());
            let of_store = store.filter(|_| known == Ok(Counts::OfStore));
            let sent = of_store.map_or(channel.sent, |store| store.counted("channel", &channel.name));
            Row {
                channel: channel.name.clone(),
                topics: channel.knowledge.topics().to_vec(),
                sent: known.is_ok().then_some(sent),
                per_s: live.per_s(&mut channel.window, gaze.now).filter(|_| known.is_ok()),
                reason: known.err(),
            }
        };
        let rows: Vec<Arc<Row>> = self.0.iter_mut().map(row).map(Arc::new).collect();
        (!rows.is_empty()).then_some(Notifications { notifications: rows, messages })
    }
}
