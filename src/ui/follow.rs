//! Following a key over all topics: what is in memory at once, then what comes, and a search back.

use super::list::ordered;
use super::panels::{
    CustomerRows, DeliveryRows, FollowRows, MessageRows, OrderRows, PanelId, PaymentRows, StockRows, StuckRows, SuspiciousRows,
    TailRows,
};
use super::past::paused;
use super::state::{Layer, Popup, Screen};
use super::update::{Effect, Ui};
use crate::model::{Ask, Extent, FollowedKey, LookupId, Meaning, Scope, Search, Start, TailFilter, Timestamp, TopicPartition, Way};
use crate::snapshot::TailRow;
use crate::text::{Word, is_masked, word};
use std::sync::Arc;

/// The first search back goes so far, and reads so much: it is started by itself.
const FIRST_SPAN_S: i64 = 3_600;
const FIRST_BYTES: u64 = 8 << 20;
/// Each later one so many times further.
const FURTHER: i64 = 6;
/// Found records after which it rests.
const MOST: usize = 500;

/// Who is followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    pub id: LookupId,
    pub key: FollowedKey,
    /// Where one came from.
    from: Screen,
    /// The moment that it is searched back from; `None`: now.
    until: Option<Timestamp>,
    /// How far back is searched next, in seconds.
    span_s: i64,
    extended_at: Timestamp,
}

impl Ui {
    /// Follows the key of what is selected.
    pub(super) fn follow(&mut self) {
        // What is chosen in a chooser is no key, and what is under it is not meant.
        if matches!(self.state.layers.last(), Some(Layer::Choose(_))) {
            return;
        }
        match self.selected_key() {
            Some(key) if is_masked(&key.bytes) => self.say(word(Word::KeyHidden).to_owned()),
            Some(key) => self.follow_key(key),
            None => self.say(word(Word::NoKeyHere).to_owned()),
        }
    }

    /// The order that the screen is about, or whose row is selected.
    pub(super) fn order_selected(&self) -> Option<Arc<str>> {
        if self.state.screen == Screen::Order {
            return self.state.order.clone();
        }
        let key = self.selected_key().filter(|key| key.names == Some(Meaning::Order))?;
        std::str::from_utf8(&key.bytes).ok().map(Arc::from)
    }

    fn selected_key(&self) -> Option<FollowedKey> {
        if let Some(Layer::Popup(popup)) = self.state.layers.last() {
            return match popup {
                Popup::Record { row, .. } => of_record(row),
                _ => None,
            };
        }
        let panel = self.state.focused_panel();
        let (view, state) = (self.shown(), &self.state);
        let named = |id: &Arc<str>, names| FollowedKey { bytes: id.as_bytes().into(), names: Some(names), seen: None };
        // An order is known by its id, also where nothing else of it is.
        if matches!(panel, PanelId::Timeline | PanelId::OrderInfo) {
            return state.order.as_ref().map(|id| named(id, Meaning::Order));
        }
        let at = self.place(panel)?;
        let unnamed = |id: &Arc<str>| FollowedKey { bytes: id.as_bytes().into(), names: None, seen: None };
        // Topics are keyed by the order, not by its payment.
        let payment = |id, order: &Option<_>| order.as_ref().map_or_else(|| unnamed(id), |order| named(order, Meaning::Order));
        match panel {
            PanelId::Tail => of_record(ordered::<TailRows>(&view, state).get(at)?),
            PanelId::Follow => of_record(&ordered::<FollowRows>(&view, state).get(at)?.record),
            PanelId::Orders => ordered::<OrderRows>(&view, state).get(at).map(|o| named(&o.id, Meaning::Order)),
            PanelId::Stuck => ordered::<StuckRows>(&view, state).get(at).map(|s| named(&s.key, Meaning::Order)),
            PanelId::Deliveries => ordered::<DeliveryRows>(&view, state).get(at).map(|d| named(&d.order, Meaning::Order)),
            PanelId::Payments => ordered::<PaymentRows>(&view, state).get(at).map(|p| payment(&p.id, &p.order)),
            PanelId::Suspicious => ordered::<SuspiciousRows>(&view, state).get(at).map(|s| payment(&s.id, &s.order)),
            PanelId::Stock => ordered::<StockRows>(&view, state).get(at).map(|article| unnamed(&article.sku)),
            PanelId::Messages => ordered::<MessageRows>(&view, state)
                .get(at)
                .and_then(|m| m.order.as_ref())
                .map(|order| named(order, Meaning::Order)),
            PanelId::Customers => ordered::<CustomerRows>(&view, state).get(at).map(|c| named(&c.id, Meaning::Customer)),
            _ => None,
        }
    }

    pub(super) fn follow_key(&mut self, key: FollowedKey) {
        let from = match (&self.state.screen, &self.state.follow) {
            (Screen::Follow, Some(before)) => before.from,
            (screen, _) => *screen,
        };
        self.state.layers.clear();
        self.search_key(key, from);
        self.state.lists[PanelId::Follow as usize].show_top();
        self.go(Screen::Follow);
    }

    /// From the moment that the dashboard shows.
    fn search_key(&mut self, key: FollowedKey, from: Screen) {
        self.leave_follow();
        let id = self.next_lookup();
        let until = self.state.moment();
        // Records of that very millisecond are of it.
        let start = until.map_or(Start::End, |at| Start::Time(at.plus_ms(1)));
        let search = Search { scope: Scope::Key(key.clone()), start, filter: TailFilter::All };
        self.effects.push(Effect::Ask(Ask::Search(id, search)));
        self.state.follow = Some(Follow { id, key, from, until, span_s: FIRST_SPAN_S, extended_at: Timestamp(i64::MIN) });
        self.search_back(Some(FIRST_BYTES));
    }

    /// The dashboard shows another moment. What lies between an earlier one and this was not searched.
    pub(super) fn follow_moment(&mut self) {
        let Some(follow) = &self.state.follow else { return };
        let later = |until| self.state.moment().is_none_or(|moment| moment > until);
        if follow.until.is_some_and(later) {
            let (key, from) = (follow.key.clone(), follow.from);
            self.search_key(key, from);
        }
    }

    fn search_back(&mut self, most_bytes: Option<u64>) {
        let now = self.state.live_at;
        let Some(follow) = &mut self.state.follow else { return };
        let back_to = Some(follow.until.unwrap_or(now).plus_ms(follow.span_s.saturating_mul(-1_000)));
        follow.extended_at = now;
        let extent = Extent { way: Way::Back, most: MOST, back_to, most_bytes };
        self.effects.push(Effect::Ask(Ask::Extend(follow.id, extent)));
    }

    /// Searches on: to the end of the span, or further back when that is reached.
    pub(super) fn follow_on(&mut self) {
        let Some(follow) = &self.state.follow else { return };
        let Some(progress) = self.newest.focus.searches.get(&follow.id).map(|s| &s.progress) else { return };
        if progress.running.is_some() || progress.back.whole || !paused(follow.extended_at, self.state.live_at) {
            return;
        }
        let reached = progress.rests == crate::model::Rest::AtEnd;
        if let Some(follow) = self.state.follow.as_mut().filter(|_| reached) {
            follow.span_s = follow.span_s.saturating_mul(FURTHER);
        }
        self.search_back(None);
    }

    /// Nobody is followed any more.
    pub(super) fn leave_follow(&mut self) {
        if let Some(follow) = self.state.follow.take() {
            self.effects.push(Effect::Ask(Ask::Cancel(follow.id)));
        }
    }

    /// Back to where one came from.
    pub(super) fn back_from_follow(&mut self) {
        let from = self.state.follow.as_ref().map_or(Screen::Overview, |f| f.from);
        self.go(from);
    }
}

fn of_record(row: &TailRow) -> Option<FollowedKey> {
    let bytes: Arc<[u8]> = row.key.as_deref().filter(|k| !k.is_empty())?.into();
    let seen = TopicPartition { topic: row.topic.clone(), partition: row.partition };
    Some(FollowedKey { bytes, names: None, seen: Some(seen) })
}
