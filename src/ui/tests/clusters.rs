//! Going from cluster to cluster: what is asked for, what stays, what is said.

use super::*;
use crate::model::LinkState;
use crate::ui::cluster::ClusterSign;
use crate::ui::fixture;
use crate::ui::memory::Memory;
use crate::ui::panels::PanelId;
use crate::ui::privacy::PrivacyMode;
use crate::ui::state::Screen;
use crate::ui::update::Effect;

const W: u16 = 120;
const H: u16 = 40;

fn sign(name: &str, badge: Option<&str>, production: bool) -> ClusterSign {
    ClusterSign::new(name, badge, production).unwrap()
}

/// Staging is on the screen, production may be gone to.
fn on_staging() -> Ui {
    let mut ui = ui(View::default());
    ui.state.clusters.names = ["production", "staging"].map(Into::into).into();
    ui.arrive(sign("staging", None, false), &Memory::default());
    ui.view(Arc::new(fixture::rich()));
    ui
}

fn text(ui: &mut Ui, width: u16, height: u16) -> String {
    text_of(&paint(ui, width, height))
}

#[test]
fn the_palette_goes_to_the_other_cluster() {
    let mut ui = on_staging();
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "cluster pro");
    assert!(!text(&mut ui, W, H).contains("cluster staging"), "one is there already");
    press(&mut ui, W, H, "enter");
    assert!(ui.effects().contains(&Effect::Switch("production".into())));
    assert!(text(&mut ui, W, H).contains("switching to production"));
}

#[test]
fn what_was_chosen_on_one_cluster_is_not_taken_to_the_next() {
    let mut ui = on_staging();
    press(&mut ui, W, H, "T s / p a y enter j enter space ?");
    let theme = ui.state.look.theme;
    ui.arrive(sign("production", Some("#c01020"), true), &Memory::default());
    let state = &ui.state;
    assert_eq!((state.screen, state.topic.as_deref(), state.frozen.is_some()), (Screen::Overview, None, false));
    assert!(state.layers.is_empty() && state.filter(PanelId::Topics).is_all());
    assert_eq!(state.order(PanelId::Topics).column, None);
    assert_eq!(state.look.theme, theme, "how one sees is one's own");
    assert!(!text(&mut ui, W, H).contains("orders.created"), "no figure of the other cluster");
}

#[test]
fn no_name_of_the_cluster_before_is_offered_or_asked_for_on_the_next() {
    let mut ui = on_staging();
    press(&mut ui, W, H, "8 /");
    type_text(&mut ui, "CLI-1");
    press(&mut ui, W, H, "enter :");
    type_text(&mut ui, "ordcrea");
    press(&mut ui, W, H, "enter 3");
    for ms in [1_000, 2_000] {
        text(&mut ui, 200, 60);
        ui.view(Arc::new(fixture_after(ms)));
    }
    let state = &ui.state;
    assert!(state.group_in_sight.is_some() && state.group_passed.is_some());
    assert!(!state.recent.is_empty() && !state.filter_history.is_empty());
    let forced = ClusterSign { privacy: Some((PrivacyMode::Forced, Arc::default())), ..sign("production", None, true) };
    ui.arrive(forced, &Memory::default());
    let state = &ui.state;
    assert!(state.recent.is_empty() && state.filter_history.is_empty());
    assert_eq!((&state.group_in_sight, &state.group_passed), (&None, &None));
}

fn fixture_after(ms: i64) -> View {
    let mut view = fixture::rich();
    let mut snapshot = (*view.snapshot).clone();
    snapshot.taken_at = snapshot.taken_at.plus_ms(ms);
    view.snapshot = Arc::new(snapshot);
    view
}

#[test]
fn the_way_that_was_left_is_found_again() {
    let mut ui = on_staging();
    press(&mut ui, W, H, "s / p a y enter 3");
    let kept = ui.state.memory();
    ui.arrive(sign("production", None, true), &Memory::default());
    ui.arrive(sign("staging", None, false), &kept);
    assert_eq!((ui.state.screen, ui.state.filter(PanelId::Topics).text.as_str()), (Screen::Groups, "pay"));
    assert_eq!(ui.state.memory(), kept);
}

#[test]
fn escape_goes_back_while_nothing_is_known_of_the_new_one() {
    let mut ui = on_staging();
    press(&mut ui, W, H, "esc");
    assert!(ui.effects().is_empty(), "there is nowhere to go back to");
    ui.arrive(sign("production", None, true), &Memory::default());
    ui.view(Arc::new(fixture::down(LinkState::Down, vec![crate::model::Code::BrokerUnreachable.into()])));
    let shown = text(&mut ui, W, H);
    assert!(shown.contains("connecting to  production") && shown.contains("Esc goes back to staging"), "{shown}");
    press(&mut ui, W, H, "esc");
    assert_eq!(ui.effects(), [Effect::Switch("staging".into())]);
    ui.view(Arc::new(fixture::rich()));
    press(&mut ui, W, H, "esc");
    assert!(ui.effects().is_empty(), "here one is");
}

#[test]
fn a_cluster_that_cannot_be_used_is_said_and_the_one_before_stays() {
    let mut ui = on_staging();
    ui.refused("produc\x1btion", "config.toml:7: `fps`: `40` is not a number from 1 to 10");
    let shown = text(&mut ui, W, H);
    assert!(shown.contains("not switched to produc\\x1btion") && shown.contains("config.toml:7"), "{shown}");
    press(&mut ui, W, H, "esc");
    assert!(text(&mut ui, W, H).contains("orders.created"));
}

#[test]
fn production_is_read_in_every_window() {
    for (width, height) in [(60, 15), (80, 24), (120, 40)] {
        let mut ui = on_staging();
        ui.arrive(sign("conakry", Some("#c01020"), true), &Memory::default());
        ui.view(Arc::new(fixture::rich()));
        let buffer = paint(&mut ui, width, height);
        let head = text_of(&buffer).lines().next().unwrap().to_owned();
        assert!(head.contains(" conakry · PRODUCTION ") && head.contains("●"), "{head}");
        assert_eq!(head.contains("connected"), width > 60, "where there is room: {head}");
        assert_eq!(buffer[(10, 0)].bg, ratatui::style::Color::Rgb(0xc0, 0x10, 0x20));
    }
}

#[test]
fn what_the_person_hid_stays_hidden_behind_a_profile_that_hides() {
    let signed = |name: &str, mode| ClusterSign { privacy: Some((mode, Arc::default())), ..sign(name, None, false) };
    let mut ui = on_staging();
    let go = |ui: &mut Ui, name: &str, mode| {
        ui.arrive(signed(name, mode), &Memory::default());
        ui.view(Arc::new(fixture::rich()));
        press(ui, W, H, "8");
        text(ui, W, H)
    };
    assert!(go(&mut ui, "open", PrivacyMode::Open).contains("CLI-"));
    press(&mut ui, W, H, "P");
    for (name, mode) in [("forced", PrivacyMode::Forced), ("open", PrivacyMode::Open)] {
        let shown = go(&mut ui, name, mode);
        assert!(shown.contains("PRIVATE") && !shown.contains("CLI-"), "{name}: {shown}");
    }
    press(&mut ui, W, H, "P");
    assert!(text(&mut ui, W, H).contains("CLI-"), "the key that hid it shows it");
    go(&mut ui, "forced", PrivacyMode::Forced);
    assert!(go(&mut ui, "open", PrivacyMode::Open).contains("CLI-"), "what only the profile hid is shown where it does not");
}
