//! What is selected, as commands are told it: of an open record, of the focused row, else of the screen.

use super::Variable;
use crate::model::Subject;
use crate::snapshot::{LastEvent, TailRow, View};
use crate::text::is_masked;
use crate::ui::list::{RowKey, ordered};
use crate::ui::panels::{ChannelRows, DeliveryRows, MessageRows, PanelId, PaymentRows, SuspiciousRows, TailRows, TimelineRows};
use crate::ui::state::{Layer, Popup, Screen, UiState};

/// What is selected says of a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told<'a> {
    Value(&'a [u8]),
    /// It has one, which is personal and hidden.
    Hidden,
    Nothing,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selected {
    values: [Option<Vec<u8>>; Variable::ALL.len()],
    /// Dots stand for what is personal: they are no values.
    private: bool,
}

impl Selected {
    #[cfg(test)]
    pub fn of(values: impl IntoIterator<Item = (Variable, Vec<u8>)>) -> Self {
        let mut out = Self::default();
        for (variable, value) in values {
            out.values[variable as usize] = Some(value);
        }
        out
    }

    #[cfg(test)]
    pub fn in_private(self) -> Self {
        Self { private: true, ..self }
    }

    pub fn get(&self, variable: Variable) -> Told<'_> {
        match self.values[variable as usize].as_deref() {
            None => Told::Nothing,
            Some(dots) if self.private && is_masked(dots) => Told::Hidden,
            Some(value) => Told::Value(value),
        }
    }

    /// What lies nearest goes first: a value that is there stays.
    fn put(&mut self, variable: Variable, value: impl AsRef<[u8]>) {
        self.values[variable as usize].get_or_insert_with(|| value.as_ref().to_vec());
    }

    /// Of the view as it is shown: a private one has dots.
    pub fn in_view(view: &View, state: &UiState) -> Self {
        let mut out = Self { private: state.look.hiding.is_on(), ..Self::default() };
        out.put(Variable::Bootstrap, &*view.snapshot.source.bootstrap);
        if let Some(Layer::Popup(Popup::Record { row, .. })) = state.layers.last() {
            out.record(row);
            return out;
        }
        out.row(view, state);
        let of_screen = [
            (Screen::Topic, Variable::Topic, &state.topic),
            (Screen::Group, Variable::Group, &state.group),
            (Screen::Order, Variable::Order, &state.order),
        ];
        for (screen, variable, name) in of_screen {
            if let Some(name) = name.as_ref().filter(|_| state.screen == screen) {
                out.put(variable, &**name);
            }
        }
        out
    }

    fn record(&mut self, row: &TailRow) {
        self.place(&row.topic, row.partition, Some(row.offset));
        if let Some(key) = &row.key {
            self.put(Variable::Key, key);
        }
    }

    fn place(&mut self, topic: &str, partition: i32, offset: Option<i64>) {
        self.put(Variable::Topic, topic);
        self.put(Variable::Partition, partition.to_string());
        if let Some(offset) = offset {
            self.put(Variable::Offset, offset.to_string());
        }
    }

    fn row(&mut self, view: &View, state: &UiState) {
        let panel = state.focused_panel();
        let Some(list) = panel.list() else { return };
        let keys = (list.keys)(view, state);
        if keys.is_empty() {
            return;
        }
        let place = state.list(panel).place(keys.iter().map(|(k, _)| k));
        let Some((key, _)) = keys.into_iter().nth(place) else { return };
        match (panel, key) {
            (PanelId::Topics, RowKey::Name(name)) => self.put(Variable::Topic, &*name),
            (PanelId::Groups | PanelId::Readers, RowKey::Name(name)) => self.put(Variable::Group, &*name),
            (PanelId::Orders | PanelId::Stuck, RowKey::Name(id)) => self.put(Variable::Order, &*id),
            (PanelId::Partitions, RowKey::Offset(partition, _)) => self.put(Variable::Partition, partition.to_string()),
            (PanelId::GroupPartitions | PanelId::AtRisk, RowKey::Partition(topic, partition)) => {
                self.place(&topic, partition, None)
            }
            (PanelId::Tail, _) => {
                if let Some(row) = ordered::<TailRows>(view, state).get(place) {
                    self.record(row);
                }
            }
            (PanelId::Timeline, _) => {
                if let Some(step) = ordered::<TimelineRows>(view, state).get(place).and_then(|row| row.step()) {
                    let LastEvent { topic, partition, offset } = &step.told;
                    self.place(topic, *partition, Some(*offset));
                }
            }
            (PanelId::Messages, _) => {
                if let Some(message) = ordered::<MessageRows>(view, state).get(place) {
                    let LastEvent { topic, partition, offset } = &message.told;
                    self.place(topic, *partition, Some(*offset));
                    if let Some(order) = &message.order {
                        self.put(Variable::Order, &**order);
                    }
                }
            }
            (PanelId::Channels, _) => {
                if let Some(topic) = ordered::<ChannelRows>(view, state).get(place).and_then(|row| row.topic().cloned()) {
                    self.put(Variable::Topic, &*topic);
                }
            }
            (PanelId::Deliveries, _) => {
                if let Some(row) = ordered::<DeliveryRows>(view, state).get(place) {
                    self.put(Variable::Order, &*row.order);
                }
            }
            (PanelId::Payments, _) => {
                if let Some(order) = ordered::<PaymentRows>(view, state).get(place).and_then(|row| row.order.clone()) {
                    self.put(Variable::Order, &*order);
                }
            }
            (PanelId::Suspicious, _) => {
                if let Some(order) = ordered::<SuspiciousRows>(view, state).get(place).and_then(|row| row.order.clone()) {
                    self.put(Variable::Order, &*order);
                }
            }
            (_, RowKey::Alert(subject, _)) => self.subject(&subject),
            _ => {}
        }
    }

    fn subject(&mut self, subject: &Subject) {
        match subject {
            Subject::Topic(name) => self.put(Variable::Topic, &**name),
            Subject::Partition(name, partition) => self.place(name, *partition, None),
            Subject::Group(name) => self.put(Variable::Group, &**name),
            _ => {}
        }
    }
}
