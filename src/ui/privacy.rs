//! Who looks over my shoulder? What is personal stands as dots: on demand, or always where the profile says so. The whole view is
//! masked before anything is drawn or copied, so that no panel can forget it.

use super::state::{Layer, Popup, Screen};
use super::update::Ui;
use crate::snapshot::{KeptMasks, Privacy, View};
use crate::text::Word;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrivacyMode {
    #[default]
    Open,
    Masked,
    /// By the profile: no key lifts it.
    Forced,
}

/// Who hides what is personal: it is hidden while either does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hiding {
    pub person: bool,
    /// No key lifts it.
    pub profile: bool,
}

impl Hiding {
    pub fn is_on(self) -> bool {
        self.person || self.profile
    }
}

impl From<PrivacyMode> for Hiding {
    fn from(mode: PrivacyMode) -> Self {
        Self { person: mode == PrivacyMode::Masked, profile: mode == PrivacyMode::Forced }
    }
}

/// The view that was masked last, and as what: one is drawn several times.
#[derive(Default)]
pub struct Masked {
    view: Option<(Arc<View>, Arc<View>)>,
    kept: KeptMasks,
}

impl Ui {
    /// The view on the screen.
    pub(super) fn shown(&self) -> Arc<View> {
        let view = self.state.shown(&self.newest);
        if !self.state.look.hiding.is_on() {
            return view.clone();
        }
        let mut last = self.masked.borrow_mut();
        match &last.view {
            Some((of, masked)) if Arc::ptr_eq(of, view) => masked.clone(),
            _ => {
                let masked = Arc::new(self.state.look.personal.view(view, &mut last.kept));
                last.view = Some((view.clone(), masked.clone()));
                masked
            }
        }
    }

    /// On another cluster its profile counts; what the person hid stays hidden.
    pub(super) fn enter(&mut self, mode: PrivacyMode, personal: Arc<Privacy>) {
        let look = &mut self.state.look;
        look.personal = personal;
        let told = Hiding::from(mode);
        look.hiding = Hiding { person: look.hiding.person || told.person, ..told };
        *self.masked.borrow_mut() = Masked::default();
    }

    pub(super) fn next_privacy(&mut self) {
        let hiding = &mut self.state.look.hiding;
        if hiding.profile {
            return self.say_word(Word::PrivacyForced);
        }
        hiding.person = !hiding.person;
        *self.masked.borrow_mut() = Masked::default();
        // These hold what was shown before.
        self.state.layers.retain(|layer| matches!(layer, Layer::Popup(Popup::Help { .. })));
        self.state.recent.clear();
        self.state.filter_history.clear();
        // Its title has the key.
        self.leave_follow();
        if self.state.screen == Screen::Follow {
            self.go(Screen::Overview);
        }
        let said = if self.state.look.hiding.is_on() { Word::PrivacyOn } else { Word::PrivacyOff };
        self.say_word(said);
    }
}
