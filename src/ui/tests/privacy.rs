//! What is personal reaches neither the screen nor what leaves it.

use super::*;
use crate::model::Meaning;
use crate::snapshot::{Privacy, TopicFields};
use crate::text::Language;
use crate::ui::fixture;
use crate::ui::privacy::PrivacyMode;
use crate::ui::save::Shot;
use crate::ui::update::Effect;

/// Of the fixture's people: ids of customers and couriers, a name, a district, a place.
const PERSONAL: [&str; 8] = ["CLI-", "LIV-", "Mariama", "Kip", "9.6012", "13.6459", "-13.67", "\"c14\""];
/// Every screen, its lists, a record, an order, the palette on a name.
const WAYS: [&str; 14] =
    ["", "j enter", "j enter j j enter", "3", "4", "4 enter", "5", "5 enter", "6", "7", "8", "9", "0", ": L I V"];

fn privacy() -> Privacy {
    let fields = vec![
        ("id", None, false),
        ("total", None, false),
        ("customerId", Some(Meaning::Customer), true),
        ("customerName", Some(Meaning::CustomerName), true),
        ("courierId", Some(Meaning::Courier), true),
        ("courierName", Some(Meaning::CourierName), true),
        ("address", Some(Meaning::Destination), true),
        ("lat", Some(Meaning::Lat), true),
    ];
    Privacy::new([TopicFields { topic: "payments.completed".into(), entity: Some("id"), envelope: None, fields }])
}

fn private_ui(mode: PrivacyMode) -> Ui {
    let config = UiConfig {
        color: ColorChoice::Truecolor,
        utc: true,
        language: Some(Language::English),
        privacy: mode,
        personal: Arc::new(privacy()),
        ..UiConfig::default()
    };
    ui_with(config, fixture::rich())
}

fn assert_masked(told: &str, way: &str) {
    for personal in PERSONAL {
        assert!(!told.contains(personal), "{personal} is told after {way:?}:\n{told}");
    }
}

#[test]
fn the_fixture_has_something_to_hide() {
    let mut open = private_ui(PrivacyMode::Open);
    let seen: String = WAYS
        .iter()
        .map(|way| {
            press(&mut open, 200, 60, way);
            let text = text_of(&paint(&mut open, 200, 60));
            open = private_ui(PrivacyMode::Open);
            text
        })
        .collect();
    for personal in ["CLI-", "LIV-", "Mariama", "9.6012", "c14"] {
        assert!(seen.contains(personal), "{personal}");
    }
}

#[test]
fn nothing_personal_is_drawn_copied_or_saved() {
    let folder = std::env::temp_dir().join(format!("vigie-privacy-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for way in WAYS {
        let mut ui = private_ui(PrivacyMode::Masked);
        press(&mut ui, 200, 60, way);
        let drawn = text_of(&paint(&mut ui, 200, 60));
        assert_masked(&drawn, way);
        assert!(drawn.contains("PRIVATE"), "{drawn}");
        press(&mut ui, 200, 60, "y");
        for effect in ui.effects() {
            if let Effect::Copy(text) = effect {
                assert_masked(&text, way);
            }
        }
        let base = Shot::take(&ui.shown(), &ui.state, (120, 40)).unwrap().write(&folder).unwrap();
        for ending in ["svg", "txt", "json"] {
            let text = std::fs::read_to_string(format!("{}.{ending}", base.display())).unwrap();
            assert_masked(&text, way);
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_key_hides_and_shows_and_closes_what_was_open() {
    let mut ui = private_ui(PrivacyMode::Open);
    press(&mut ui, 120, 40, "j enter j j enter P");
    assert!(ui.state.layers.is_empty(), "an open record holds what was shown before");
    assert_masked(&text_of(&paint(&mut ui, 120, 40)), "P");
    press(&mut ui, 120, 40, "P 8");
    assert!(text_of(&paint(&mut ui, 120, 40)).contains("CLI-"));
}

#[test]
fn filters_that_were_typed_before_are_not_offered_once_it_is_hidden() {
    let mut ui = private_ui(PrivacyMode::Open);
    press(&mut ui, 120, 40, "8 /");
    type_text(&mut ui, "CLI-1");
    press(&mut ui, 120, 40, "enter / ctrl-u enter P / up");
    assert_masked(&text_of(&paint(&mut ui, 120, 40)), "up");
    assert!(ui.state.filter_history.is_empty());
}

#[test]
fn what_the_profile_hides_no_key_shows() {
    let mut ui = private_ui(PrivacyMode::Forced);
    press(&mut ui, 120, 40, "8 P");
    let text = text_of(&paint(&mut ui, 120, 40));
    assert!(text.contains("The profile hides"), "{text}");
    press(&mut ui, 120, 40, "space L");
    assert_masked(&text_of(&paint(&mut ui, 120, 40)), "space");
}

#[test]
fn a_screen_is_saved_as_it_is_and_never_over_another() {
    let folder = std::env::temp_dir().join(format!("vigie-save-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut ui = ui(fixture::rich());
    press(&mut ui, 120, 40, "S");
    assert_eq!(ui.effects(), [Effect::Save]);
    let base = Shot::take(&ui.shown(), &ui.state, (120, 40)).unwrap().write(&folder).unwrap();
    let read = |ending: &str| std::fs::read_to_string(format!("{}.{ending}", base.display())).unwrap();
    assert_eq!(read("txt"), text_of(&paint(&mut ui, 120, 40)));
    assert!(read("svg").contains("payments.completed") && read("svg").ends_with("</svg>\n"));
    let json: serde_json::Value = serde_json::from_str(&read("json")).unwrap();
    assert_eq!(json["source"]["name"], "prod-conakry");
    let saved = |ui: &Ui| Shot::take(&ui.shown(), &ui.state, (120, 40)).unwrap().write(&folder).unwrap();
    let ending = |base: &std::path::Path, end: &str| assert!(base.display().to_string().ends_with(end), "{base:?}");
    ending(&base, "Z-overview");
    ending(&saved(&ui), "Z-overview-2");
    press(&mut ui, 120, 40, "space j enter");
    ending(&saved(&ui), "Z-topic");
    assert_eq!(read("txt").lines().count(), 40, "the first is as it was");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 9);
    let nowhere = Shot::take(&ui.shown(), &ui.state, (120, 40)).unwrap().write(&folder.join("none")).unwrap_err();
    assert!(nowhere.to_string().contains(".svg"), "{nowhere}");
    std::fs::remove_dir_all(&folder).unwrap();
}
