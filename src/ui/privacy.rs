//! Who looks over my shoulder? What is personal stands as dots: on demand, or always where the profile says so. The whole view is
//! masked before anything is drawn or copied, so that no panel can forget it.

use super::state::{Layer, Popup, Screen};
use super::update::Ui;
use crate::snapshot::{Privacy, View};
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

/// The view that was masked last, and as what: one is drawn several times.
#[derive(Default)]
pub struct Masked(Option<(Arc<View>, Arc<View>)>);

impl Ui {
    /// The view on the screen.
    pub(super) fn shown(&self) -> Arc<View> {
        self.masked(self.state.shown(&self.newest))
    }

    pub(super) fn masked(&self, view: &Arc<View>) -> Arc<View> {
        if self.state.look.privacy == PrivacyMode::Open {
            return view.clone();
        }
        let mut kept = self.kept.borrow_mut();
        match &kept.0 {
            Some((of, masked)) if Arc::ptr_eq(of, view) => masked.clone(),
            _ => {
                let masked = Arc::new(self.state.look.personal.view(view));
                kept.0 = Some((view.clone(), masked.clone()));
                masked
            }
        }
    }

    /// On another cluster its profile counts; what the person hid stays hidden.
    pub(super) fn enter(&mut self, mode: PrivacyMode, personal: Arc<Privacy>) {
        let look = &mut self.state.look;
        look.personal = personal;
        if mode == PrivacyMode::Forced || look.privacy != PrivacyMode::Masked {
            look.privacy = mode;
        }
        *self.kept.borrow_mut() = Masked::default();
    }

    pub(super) fn next_privacy(&mut self) {
        let look = &mut self.state.look;
        look.privacy = match look.privacy {
            PrivacyMode::Forced => return self.say_word(Word::PrivacyForced),
            PrivacyMode::Masked => PrivacyMode::Open,
            PrivacyMode::Open => PrivacyMode::Masked,
        };
        // These hold what was shown before.
        self.state.layers.retain(|layer| matches!(layer, Layer::Popup(Popup::Help { .. })));
        self.state.recent.clear();
        // Its title has the key.
        self.leave_follow();
        if self.state.screen == Screen::Follow {
            self.go(Screen::Overview);
        }
        let said = if self.state.look.privacy == PrivacyMode::Open { Word::PrivacyOff } else { Word::PrivacyOn };
        self.say_word(said);
    }
}
