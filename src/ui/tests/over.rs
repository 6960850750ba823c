//! What lies over a screen, or at its foot, while one chooses, writes or is told what did not work: as it looks.

use super::screens::{shots, shots_of};
use super::*;
use crate::text::speaking;
use crate::ui::fixture;
use crate::ui::keymap::Action;

#[test]
fn the_chooser_of_columns() {
    shots("columns", "c j j space", fixture::rich);
}

#[test]
fn the_chooser_of_panels() {
    shots_of("panels", fixture::rich, |ui, width, height| {
        paint(ui, width, height);
        speaking(ui.state.look.language, || ui.act(Action::Panels));
        press(ui, width, height, "j j space");
    });
}

#[test]
fn the_line_that_asks_where_to_write() {
    shots("write", "w", fixture::rich);
}

#[test]
fn a_notice() {
    shots_of("notice", fixture::rich, |ui, _, _| {
        let why = "the certificate /etc/kafka/ca.pem cannot be read: No such file or directory (os error 2)";
        ui.refused("prod-conakry", why);
    });
}
