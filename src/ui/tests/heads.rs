//! What the head says of the link, of privacy and of the cluster: as it looks, with and without the others beside it.

use super::screens::{SIZES, shot_of};
use super::*;
use crate::text::Language;
use crate::ui::cluster::ClusterSign;
use crate::ui::fixture;

/// The first two lines in every language and size, after what was done.
fn heads(name: &str, done: impl Fn(&mut Ui)) {
    for language in Language::ALL {
        for (width, height) in SIZES {
            let mut ui = ui(fixture::rich());
            ui.state.look.language = language;
            done(&mut ui);
            let screen = text_of(&paint(&mut ui, width, height));
            let head: Vec<&str> = screen.lines().take(2).collect();
            shot_of(language, &format!("head_{name}_{width}x{height}"), &head.join("\n"));
        }
    }
}

fn on_production(ui: &mut Ui) {
    ui.state.clusters.here = ClusterSign::new("prod-conakry", Some("#c01020"), true).unwrap();
}

#[test]
fn production_has_a_badge() {
    heads("production", on_production);
}

#[test]
fn what_is_personal_is_hidden_and_the_head_says_so() {
    heads("private", |ui| ui.state.look.hiding.person = true);
}

#[test]
fn a_slow_link_is_told() {
    heads("slow", |ui| ui.state.slow = true);
}

#[test]
fn all_of_it_at_once() {
    heads("crowded", |ui| {
        on_production(ui);
        ui.state.look.hiding.person = true;
        ui.state.slow = true;
    });
}
