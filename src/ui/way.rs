//! The way back: Esc leads to where one came from, screen by screen. Who chooses a screen by its key begins anew.

use super::state::Screen;
use super::update::Ui;
use std::sync::Arc;

/// Steps that are remembered; the oldest go first.
const LONGEST: usize = 32;

/// A screen that was left, and what it showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    screen: Screen,
    topic: Option<Arc<str>>,
    beside: Option<Arc<str>>,
    group: Option<Arc<str>>,
    order: Option<Arc<str>>,
}

impl Ui {
    /// A screen that is chosen by itself: nothing lies behind it.
    pub(super) fn go_straight(&mut self, screen: Screen) {
        self.go(screen);
        self.state.way.clear();
    }

    /// Before another screen is shown. Following a key knows its own way back.
    pub(super) fn note_way(&mut self, next: Screen) {
        let state = &mut self.state;
        if next == state.screen || [next, state.screen].contains(&Screen::Follow) {
            return;
        }
        if state.way.len() == LONGEST {
            state.way.remove(0);
        }
        state.way.push(Place {
            screen: state.screen,
            topic: state.topic.clone(),
            beside: state.beside.clone(),
            group: state.group.clone(),
            order: state.order.clone(),
        });
    }

    pub(super) fn go_back(&mut self) {
        let here = self.state.screen;
        match self.state.way.pop() {
            Some(place) => {
                if let Some(topic) = place.topic {
                    self.choose_topic(topic);
                }
                (self.state.beside, self.state.group, self.state.order) = (place.beside, place.group, place.order);
                self.show_screen(place.screen);
            }
            None => match here {
                Screen::Group => self.show_screen(Screen::Groups),
                Screen::Order => self.show_screen(Screen::Orders),
                Screen::Delivery => self.show_screen(Screen::Deliveries),
                Screen::Overview => {}
                _ => self.show_screen(Screen::Overview),
            },
        }
    }
}
