//! What a person does with an alert: look after it, keep it quiet for a while, read what to do.

use super::list::{RowKey, ordered};
use super::panels::{AlertRows, AlertTableRows, PanelId, PastAlertRows};
use super::state::{Layer, Popup, Screen};
use super::update::{Effect, Ui};
use crate::model::{Ask, FindingState, MarkWish, Subject};
use crate::snapshot::Alert;
use crate::text::{Word, visible, word};
use std::sync::Arc;

/// For how long an alert can be silenced.
pub const SILENCES: [(Word, MarkWish); 5] = [
    (Word::Silence15Min, MarkWish::Silence(Some(15 * 60))),
    (Word::Silence1H, MarkWish::Silence(Some(3_600))),
    (Word::Silence8H, MarkWish::Silence(Some(8 * 3_600))),
    (Word::SilenceUntilOver, MarkWish::Silence(None)),
    (Word::SilenceEnd, MarkWish::TakeBack),
];

/// The panels that list alerts of now.
pub fn lists_alerts(panel: PanelId) -> bool {
    matches!(panel, PanelId::Alerts | PanelId::AlertTable)
}

impl Ui {
    /// The alert that is meant: of the popup, else the selected one.
    fn meant(&self) -> Option<Arc<Alert>> {
        match self.state.layers.last() {
            Some(Layer::Popup(Popup::Alert { alert, ended: None, .. } | Popup::Silence { alert, .. })) => {
                return Some(alert.clone());
            }
            Some(_) => return None,
            None => {}
        }
        let panel = self.state.focused_panel();
        let (view, place) = (self.shown(), self.place(panel)?);
        let rows = match panel {
            PanelId::Alerts => ordered::<AlertRows>(&view, &self.state),
            PanelId::AlertTable => ordered::<AlertTableRows>(&view, &self.state),
            _ => return None,
        };
        rows.get(place).cloned()
    }

    /// What holds until it is over is for an alert of now: one of a frozen or past picture, or of a popup, may be over.
    fn wish(&mut self, alert: &Alert, wish: MarkWish, said: Word) {
        let until_over = matches!(wish, MarkWish::Acknowledge | MarkWish::Silence(None));
        if until_over && !self.is_open(alert) {
            return self.say(format!("{}: {}", visible(&alert.subject()), word(Word::ThatWasThen)));
        }
        // It moves to the foot of the list: who presses once more means the same one.
        let panel = self.state.focused_panel();
        if lists_alerts(panel) {
            self.state.lists[panel as usize].selected = Some(RowKey::Alert(alert.0.subject.clone(), alert.0.reason.code));
        }
        self.effects.push(Effect::Ask(Ask::Mark(alert.0.subject.clone(), alert.0.reason.code, wish)));
        self.say(format!("{}: {}", visible(&alert.subject()), word(said)));
    }

    fn is_open(&self, alert: &Alert) -> bool {
        let is_it =
            |a: &Alert| a.0.subject == alert.0.subject && a.0.reason.code == alert.0.reason.code && a.0.since == alert.0.since;
        self.newest.snapshot.alerts.iter().any(|a| is_it(a))
    }

    /// Somebody looks after it; once more takes that back.
    pub(super) fn acknowledge(&mut self) {
        let Some(alert) = self.meant() else { return };
        match alert.0.state {
            FindingState::Acknowledged => self.wish(&alert, MarkWish::TakeBack, Word::SpeaksAgain),
            _ => self.wish(&alert, MarkWish::Acknowledge, Word::Acknowledged),
        }
        self.close_alert();
    }

    /// Asks for how long it shall be quiet.
    pub(super) fn silence(&mut self) {
        if let Some(alert) = self.meant() {
            self.close_alert();
            self.state.layers.push(Layer::Popup(Popup::Silence { alert, selected: 0 }));
        }
    }

    pub(super) fn choose_silence(&mut self) {
        let Some(Layer::Popup(Popup::Silence { alert, selected })) = self.state.layers.pop() else { return };
        if let Some((said, wish)) = SILENCES.get(selected) {
            self.wish(&alert, *wish, *said);
        }
    }

    /// The popup would go on saying what was.
    fn close_alert(&mut self) {
        if matches!(self.state.layers.last(), Some(Layer::Popup(Popup::Alert { .. } | Popup::Silence { .. }))) {
            self.state.layers.pop();
        }
    }

    /// What it is, and what to do.
    pub(super) fn explain(&mut self) {
        if let Some(alert) = self.meant() {
            self.state.layers.push(Layer::Popup(Popup::Alert { alert, ended: None, scroll: 0 }));
        }
    }

    pub(super) fn open_past(&mut self, place: usize) {
        let view = self.shown();
        let rows = ordered::<PastAlertRows>(&view, &self.state);
        let Some(past) = rows.get(place) else { return };
        let alert = Arc::new(Alert(past.finding.clone(), None));
        self.state.layers.push(Layer::Popup(Popup::Alert { alert, ended: Some(past.ended_at), scroll: 0 }));
    }

    /// Where its cause can be seen.
    pub(super) fn open_alert(&mut self) {
        let Some(alert) = self.meant() else { return };
        match &alert.0.subject {
            Subject::Topic(name) | Subject::Partition(name, _) => self.open_topic(name.clone()),
            Subject::Group(name) => self.open_group(name.clone()),
            Subject::Pipeline(name) if name.as_ref() == "payment" => self.go(Screen::Payments),
            Subject::Pipeline(name) if name.as_ref() == "delivery" => self.go(Screen::Deliveries),
            Subject::Pipeline(_) => self.go(Screen::Orders),
            Subject::Fleet => self.go(Screen::Deliveries),
            Subject::Broker(_) => self.go(Screen::Cluster),
            Subject::Cluster | Subject::Viewer | Subject::Disk(_) => self.explain(),
        }
    }
}
