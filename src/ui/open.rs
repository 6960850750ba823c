//! Enter, and what else leads somewhere: a screen of its own for what has one, a popup for what has none.

use super::list::{Order, RowKey, ordered};
use super::panels::{self, PanelId};
use super::state::{Layer, Popup, Screen};
use super::update::{Effect, Ui};
use crate::model::{Ask, Lookup};
use crate::snapshot::{LastEvent, TailRow, Verdict};
use crate::text::Word;
use std::sync::Arc;

/// Panels whose rows lead somewhere.
pub fn leads(panel: PanelId) -> bool {
    use PanelId as P;
    let of_kafka =
        matches!(panel, P::Topics | P::GroupPartitions | P::AtRisk | P::Groups | P::Readers | P::Tail | P::Follow | P::Channels);
    let of_shop = matches!(panel, P::Orders | P::Stuck | P::Payments | P::Suspicious | P::Customers | P::Deliveries | P::Map);
    let told = matches!(panel, P::Timeline | P::Messages | P::Log | P::Alerts | P::AlertTable | P::PastAlerts);
    of_kafka || of_shop || told
}

impl Ui {
    pub(super) fn open(&mut self) {
        let panel = self.state.focused_panel();
        if matches!(panel, PanelId::Deliveries | PanelId::Map) {
            if let Some(order) = self.order_in_sight() {
                self.open_delivery(order);
            }
            return;
        }
        let (view, Some(place)) = (self.shown(), self.place(panel)) else { return };
        match panel {
            PanelId::Tail => self.open_record(place),
            PanelId::Follow => self.open_followed(place),
            PanelId::Log => {
                let rows = ordered::<panels::LogRows>(&view, &self.state);
                if let Some(line) = rows.get(place).cloned() {
                    self.state.layers.push(Layer::Popup(Popup::Log { line, scroll: 0 }));
                }
            }
            PanelId::Alerts | PanelId::AlertTable => self.open_alert(),
            PanelId::PastAlerts => self.open_past(place),
            PanelId::Timeline => {
                let told =
                    ordered::<panels::TimelineRows>(&view, &self.state).get(place).and_then(|r| Some(r.step()?.told.clone()));
                self.open_told(told);
            }
            PanelId::Messages => {
                let told = ordered::<panels::MessageRows>(&view, &self.state).get(place).map(|message| message.told.clone());
                self.open_told(told);
            }
            PanelId::Customers => self.open_customer(place),
            PanelId::Channels => {
                let rows = ordered::<panels::ChannelRows>(&view, &self.state);
                if let Some(topic) = rows.get(place).and_then(|row| row.topic().cloned()) {
                    self.open_topic(topic);
                }
            }
            PanelId::Payments => {
                let rows = ordered::<panels::PaymentRows>(&view, &self.state);
                if let Some(order) = rows.get(place).and_then(|row| row.order.clone()) {
                    self.open_order(order);
                }
            }
            PanelId::Suspicious => {
                let rows = ordered::<panels::SuspiciousRows>(&view, &self.state);
                if let Some(order) = rows.get(place).and_then(|row| row.order.clone()) {
                    self.open_order(order);
                }
            }
            PanelId::Orders | PanelId::Stuck => {
                let key = panel.list().and_then(|l| (l.keys)(&view, &self.state).into_iter().nth(place));
                if let Some((RowKey::Name(id), _)) = key {
                    self.open_order(id);
                }
            }
            PanelId::Topics | PanelId::GroupPartitions | PanelId::AtRisk => {
                let key = panel.list().and_then(|l| (l.keys)(&view, &self.state).into_iter().nth(place));
                if let Some((RowKey::Name(name) | RowKey::Partition(name, _), _)) = key {
                    self.open_topic(name);
                }
            }
            PanelId::Groups | PanelId::Readers => {
                let key = panel.list().and_then(|l| (l.keys)(&view, &self.state).into_iter().nth(place));
                if let Some((RowKey::Name(name), _)) = key {
                    self.open_group(name);
                }
            }
            _ => {}
        }
    }

    /// Their orders, among all that are known.
    fn open_customer(&mut self, place: usize) {
        let rows = ordered::<panels::CustomerRows>(&self.shown(), &self.state);
        let Some(id) = rows.get(place).map(|row| row.id.clone()) else { return };
        if self.state.look.hiding.is_on() {
            return self.say_word(Word::KeyHidden);
        }
        self.go(Screen::Orders);
        self.focus(PanelId::Orders);
        // An id may begin like a pattern: then it is looked for as it stands by the person.
        if self.set_filter(PanelId::Orders, &id).is_err() {
            self.say(crate::text::visible(&id).into_owned());
        }
    }

    /// The record that told of something is read from the broker.
    fn open_told(&mut self, told: Option<LastEvent>) {
        let Some(told) = told else { return };
        let id = self.next_lookup();
        let wanted = Lookup::Record { topic: told.topic.clone(), partition: told.partition, offset: told.offset };
        self.effects.push(Effect::Ask(Ask::Lookup(id, wanted)));
        let row = Arc::new(super::popups::sought(&told));
        self.state.layers.push(Layer::Popup(Popup::Record { row, lookup: Some(id), answer: None, scroll: 0 }));
    }

    /// A record whose value was cut is fetched whole.
    fn open_record(&mut self, place: usize) {
        let view = self.shown();
        let rows = ordered::<panels::TailRows>(&view, &self.state);
        let Some(row) = rows.get(place).cloned() else { return };
        // Pinned: the popup's record stays selected while newer ones come in.
        self.select(PanelId::Tail, place);
        self.state.lists[PanelId::Tail as usize].selected = Some(RowKey::Offset(row.partition, row.offset));
        self.show_record(row);
    }

    fn open_followed(&mut self, place: usize) {
        let view = self.shown();
        let rows = ordered::<panels::FollowRows>(&view, &self.state);
        let Some(row) = rows.get(place).map(|r| r.record.clone()) else { return };
        self.select(PanelId::Follow, place);
        self.show_record(row);
    }

    fn show_record(&mut self, row: Arc<TailRow>) {
        let unread = row.verdict == Verdict::NotRead;
        let cut = unread || row.value.as_ref().is_some_and(|v| v.len() < row.value_len);
        let lookup = cut.then(|| self.next_lookup());
        if let Some(id) = lookup {
            let wanted = Lookup::Record { topic: row.topic.clone(), partition: row.partition, offset: row.offset };
            self.effects.push(Effect::Ask(Ask::Lookup(id, wanted)));
        }
        self.state.layers.push(Layer::Popup(Popup::Record { row, lookup, answer: None, scroll: 0 }));
    }

    pub(super) fn open_topic(&mut self, name: Arc<str>) {
        self.choose_topic(name);
        self.go(Screen::Topic);
    }

    /// What was selected and filtered on another one's screen has no meaning here.
    pub(super) fn choose_topic(&mut self, name: Arc<str>) {
        if self.state.topic.as_ref() != Some(&name) {
            for panel in [PanelId::Tail, PanelId::Partitions, PanelId::Readers] {
                self.state.lists[panel as usize].selected = None;
                self.state.orders[panel as usize] = Order::default();
            }
            self.leave_past();
            self.unread();
            self.set_tail_filter("");
        }
        self.state.topic = Some(name);
    }

    pub(super) fn open_group(&mut self, name: Arc<str>) {
        for panel in [PanelId::GroupPartitions, PanelId::Members] {
            self.state.lists[panel as usize].selected = None;
            self.state.orders[panel as usize] = Order::default();
        }
        self.state.group = Some(name);
        self.go(Screen::Group);
    }

    pub(super) fn open_order(&mut self, id: Arc<str>) {
        self.state.lists[PanelId::Timeline as usize].selected = None;
        self.state.order = Some(id);
        self.go(Screen::Order);
    }

    pub(super) fn open_delivery(&mut self, order: Arc<str>) {
        self.state.lists[PanelId::Timeline as usize].selected = None;
        self.state.maps.one = super::map::MapState::default();
        self.state.order = Some(order);
        self.go(Screen::Delivery);
    }
}
