//! What a line of the palette does.

use super::config::put;
use super::file::FileError;
use super::keymap::Action;
use super::palette::Choice;
use super::panels::{DeliveryRows, PanelId};
use super::state::{Layer, Screen};
use super::theme::Theme;
use super::update::Ui;
use crate::model::FollowedKey;
use crate::text::{Word, visible, word};
use crate::ui::list::ordered;

/// Choices that come first the next time.
const RECENT: usize = 8;

impl Ui {
    pub(super) fn choose(&mut self) {
        let Some(Layer::Palette(palette)) = self.state.layers.pop() else { return };
        let Some(item) = palette.found.into_iter().nth(palette.selected) else { return };
        self.remember(&item.choice);
        match item.choice {
            Choice::Action(action) => self.act(action),
            Choice::Topic(name) => self.open_topic(name),
            Choice::Group(name) => self.open_group(name),
            Choice::Order(id) => self.open_order(id),
            Choice::Courier(name) => self.go_to_courier(&name),
            Choice::Key(id) => self.follow_key(FollowedKey { bytes: id.as_bytes().into(), names: None, seen: None }),
            Choice::Span(span) => self.state.span = span,
            Choice::Cluster(name) => self.wish_for(name),
            Choice::Theme(index) => self.use_theme(index),
        }
    }

    fn remember(&mut self, choice: &Choice) {
        if !choice.is_harmless() || matches!(choice, Choice::Action(Action::Palette)) {
            return;
        }
        self.state.recent.retain(|c| c != choice);
        self.state.recent.insert(0, choice.clone());
        self.state.recent.truncate(RECENT);
    }

    /// One of the person's own themes was written. A broken one leaves the last that was good.
    pub(super) fn theme_changed(&mut self, news: Result<Theme, FileError>) {
        match news {
            Ok(theme) => _ = put(&mut self.state.look.themes, theme.at(self.state.look.depth)),
            Err(error) => self.say(visible(&error.to_string()).into_owned()),
        }
    }

    /// To what the courier is bringing now.
    fn go_to_courier(&mut self, name: &str) {
        self.go(Screen::Deliveries);
        self.focus(PanelId::Deliveries);
        if self.select_courier(name) {
            return;
        }
        // Whoever asks for one wants to see that one, whatever else is looked at.
        let filter = std::mem::take(&mut self.state.filters[PanelId::Deliveries as usize]);
        if self.select_courier(name) {
            return self.say(word(Word::FilterLifted).to_owned());
        }
        self.state.filters[PanelId::Deliveries as usize] = filter;
        self.say(format!("{} {}", visible(name), word(Word::NotAmongDeliveries)));
    }

    fn select_courier(&mut self, name: &str) -> bool {
        let rows = ordered::<DeliveryRows>(&self.shown(), &self.state);
        let place = rows.iter().position(|row| row.courier.as_deref() == Some(name));
        if let Some(place) = place {
            self.select(PanelId::Deliveries, place);
        }
        place.is_some()
    }
}
