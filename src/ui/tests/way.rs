//! Esc leads back the way one came.

use super::*;
use crate::ui::fixture;
use crate::ui::state::Screen;

/// The screens that Esc leads through, as long as it leads anywhere.
fn back(ui: &mut Ui) -> Vec<Screen> {
    let mut out = Vec::new();
    for _ in 0..9 {
        let before = ui.state.screen;
        press(ui, 120, 40, "esc");
        if ui.state.screen == before {
            break;
        }
        out.push(ui.state.screen);
    }
    out
}

#[test]
fn esc_leads_back_through_the_screens_that_led_here() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, 120, 40, "3 enter");
    let group = ui.state.group.clone();
    assert!(ui.state.screen == Screen::Group && group.is_some());
    press(&mut ui, 120, 40, "enter");
    assert_eq!(ui.state.screen, Screen::Topic, "a partition leads to its topic");
    assert_eq!(back(&mut ui), [Screen::Group, Screen::Groups, Screen::Overview]);
    assert_eq!(ui.state.group, group);
}

#[test]
fn who_chooses_a_screen_by_its_key_begins_anew() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, 120, 40, "3 enter enter 4");
    assert_eq!(back(&mut ui), [Screen::Overview]);
}
