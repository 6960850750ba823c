//! The screens in French, and the switch between the languages.

use super::*;
use crate::text::Language;
use crate::ui::fixture;

#[test]
fn the_screen_speaks_the_language_that_was_chosen() {
    let mut ui = ui(fixture::rich());
    assert!(text_of(&paint(&mut ui, 120, 40)).contains("connected"));
    ui.state.look.language = Language::French;
    let french = text_of(&paint(&mut ui, 120, 40));
    assert!(french.contains("connecté") && !french.contains("connected"), "{french}");
}
