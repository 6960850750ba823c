//! Where one is: the cluster that is shown, what is remembered of it, and the layout of one's own.

use super::Session;
use crate::text::{Word, speaking, word};
use crate::ui::chosen::Chosen;
use crate::ui::cluster::{ClusterPorts, Switched};
use crate::ui::memory::Memory;
use std::sync::Arc;

impl Session {
    /// The cluster that is shown from now on, as it was left the last time.
    pub(super) fn arrive(&mut self) {
        let ClusterPorts { here, names, .. } = &self.ports.clusters;
        let memory = here.memory.as_deref().filter(|_| !here.fresh).map(Memory::load).unwrap_or_else(|| Ok(Memory::default()));
        self.canvas.ui.state.clusters.names = names.clone();
        if let Some(map) = &here.map {
            self.canvas.ui.state.look.map = Arc::clone(map);
        }
        self.canvas.ui.arrive(here.sign.clone(), memory.as_ref().unwrap_or(&Memory::default()));
        if let Err(error) = memory {
            self.canvas.ui.notice(&error.to_string());
        }
        self.asked = None;
        self.asks.forget();
    }

    pub(super) fn switched(&mut self, told: Switched) {
        match told {
            Switched::To(feed, here) => {
                self.keep();
                (self.ports.view, self.ports.beat, self.ports.asks) = (feed.view, feed.beat, feed.asks);
                self.ports.clusters.here = here;
                self.arrive();
                self.canvas.view(self.ports.view.load_full());
            }
            Switched::Refused { name, why } => self.canvas.ui.refused(&name, &why),
        }
    }

    /// Keeps where one was on this cluster.
    pub(super) fn keep(&mut self) {
        let Some(file) = &self.ports.clusters.here.memory else { return };
        if let Err(error) = self.canvas.ui.state.memory().save(file) {
            tracing::warn!(file = %file.display(), %error, "where one was on this cluster cannot be kept");
        }
    }

    pub(super) fn load_layout(&mut self) {
        match self.layout.as_deref().map(Chosen::load).transpose() {
            Ok(chosen) => self.canvas.ui.state.chosen = chosen.unwrap_or_default(),
            Err(error) => self.canvas.ui.notice(&error.to_string()),
        }
    }

    pub(super) fn save_layout(&mut self) {
        let Some(file) = &self.layout else { return };
        let shown = file.display().to_string();
        let shown = crate::text::visible(&shown);
        let saved = self.canvas.ui.state.chosen.save(file);
        let said = speaking(self.canvas.ui.state.look.language, || match saved {
            Ok(()) => format!("{} {shown}", word(Word::LayoutSaved)),
            Err(error) => format!("{} {shown}: {error}", word(Word::LayoutNotSaved)),
        });
        self.canvas.ui.say(said);
    }

    pub(super) fn wish(&mut self, name: Arc<str>) {
        if self.ports.clusters.wishes.try_send(name).is_err() {
            self.canvas.ui.say_word(Word::StillSwitching);
        }
    }
}
