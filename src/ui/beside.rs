//! Two topics beside each other: the first `x` says which, the second with what.

use super::panels::PanelId;
use super::state::Screen;
use super::update::Ui;
use crate::text::{Word, visible, word};
use std::sync::Arc;

impl Ui {
    pub(super) fn compare(&mut self) {
        let Some(here) = self.topic_here() else {
            return self.say(word(Word::NoTopicChosen).to_owned());
        };
        match self.state.comparing.take() {
            Some(first) if first != here => {
                self.choose_topic(first);
                self.state.beside = Some(here);
                self.go(Screen::Compare);
            }
            _ => {
                self.say(format!("{}: {}", word(Word::CompareWith), visible(&here)));
                self.state.comparing = Some(here);
                if self.state.screen != Screen::Overview {
                    self.go(Screen::Overview);
                }
            }
        }
    }

    /// The selected topic of the list, else the one that is open.
    fn topic_here(&self) -> Option<Arc<str>> {
        if self.state.screen != Screen::Overview {
            return self.state.topic.clone().filter(|_| self.state.screen == Screen::Topic);
        }
        let view = self.shown();
        let place = self.place(PanelId::Topics)?;
        let name = (PanelId::Topics.list()?.copy)(&view, &self.state, place)?;
        view.snapshot.topic(&name).map(|topic| topic.name.clone())
    }
}
