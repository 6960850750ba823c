//! The layout of one's own, as it is chosen on the screen.

use super::*;
use crate::ui::chosen::Chosen;
use crate::ui::fixture;
use crate::ui::panels::PanelId;
use crate::ui::update::Effect;

const W: u16 = 120;
const H: u16 = 40;

fn text(ui: &mut Ui) -> String {
    text_of(&paint(ui, W, H))
}

fn heading(ui: &mut Ui) -> String {
    text(ui).lines().find(|l| l.contains("err%")).unwrap().to_owned()
}

#[test]
fn columns_are_put_out_in_and_elsewhere_and_the_table_follows_at_once() {
    let mut ui = ui(fixture::rich());
    assert!(heading(&mut ui).contains("msg/s"));
    // The third line is the rate.
    press(&mut ui, W, H, "c j j space");
    let shown = text(&mut ui);
    assert!(shown.contains("columns · topics") && shown.contains("[ ] msg/s"), "{shown}");
    press(&mut ui, W, H, "esc");
    assert!(!heading(&mut ui).contains("msg/s"));
    press(&mut ui, W, H, &format!("c G space {} esc", "K ".repeat(10)));
    let heading_now = heading(&mut ui);
    assert!(heading_now.find("msg/s") < heading_now.find("topic"), "{heading_now}");
    press(&mut ui, W, H, "c d esc");
    assert_eq!(ui.state.chosen, Chosen::default());
}

#[test]
fn a_chooser_offers_what_works_in_it() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 c");
    let footer = text(&mut ui).lines().last().unwrap().to_owned();
    assert!(footer.contains("Space in or out") && footer.contains("Esc back"), "{footer}");
    for idle in ["copy", "follow", "filter"] {
        assert!(!footer.contains(idle), "{idle}: {footer}");
    }
    ui.effects();
    press(&mut ui, W, H, "y f /");
    assert!(ui.effects().is_empty() && ui.state.layers.len() == 1 && ui.state.follow.is_none());
}

#[test]
fn the_last_column_stays() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "c");
    for _ in 0..20 {
        press(&mut ui, W, H, "space j");
    }
    assert_eq!(ui.state.chosen.columns(PanelId::Topics).unwrap(), ["health"]);
}

#[test]
fn a_pinned_topic_stands_first_with_a_star_and_stays_selected() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "G p");
    let shown = text(&mut ui);
    let first = shown.lines().skip_while(|l| !l.contains("err%")).nth(1).unwrap().to_owned();
    assert!(first.contains("★ "), "{first}");
    assert_eq!(ui.place(PanelId::Topics), Some(0));
    press(&mut ui, W, H, "p");
    assert!(!text(&mut ui).contains('★'));
}

#[test]
fn overview_shows_what_the_person_lets_stand() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "choose panels");
    press(&mut ui, W, H, "enter");
    assert!(text(&mut ui).contains("[x] alerts"));
    press(&mut ui, W, H, "j space esc");
    assert!(!ui.state.chosen.stands(PanelId::Alerts));
    assert!(!text(&mut ui).contains("┌ alerts"), "the table has its room");
    press(&mut ui, W, H, "tab");
    assert_ne!(ui.state.focused_panel(), PanelId::Alerts);
    let mut only = Chosen::default();
    only.set_overview(vec![PanelId::Lag]);
    ui.state.chosen = only;
    for (width, height) in [(60, 15), (80, 24), (120, 40), (200, 60)] {
        assert!(text_of(&paint(&mut ui, width, height)).contains("consumer lag"), "{width}x{height}");
    }
}

#[test]
fn it_is_kept_when_the_person_says_so() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "p");
    assert!(ui.effects().is_empty());
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "save lay");
    press(&mut ui, W, H, "enter");
    assert!(ui.effects().contains(&Effect::SaveLayout));
}
