//! `:` finds everything, shows a theme while it is looked at, and stays quick.

use super::*;
use crate::text::Language;
use crate::ui::fixture;
use crate::ui::panels::PanelId;
use crate::ui::state::{Layer, Screen};

const W: u16 = 120;
const H: u16 = 40;

fn found(ui: &Ui) -> Vec<(&'static str, String)> {
    let Some(Layer::Palette(palette)) = ui.state.layers.last() else { panic!("no palette") };
    palette.found.iter().map(|item| (item.choice.kind(), item.text.to_string())).collect()
}

fn chosen(text: &str) -> Ui {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, ":");
    type_text(&mut ui, text);
    press(&mut ui, W, H, "enter");
    ui
}

#[test]
fn everything_that_can_be_gone_to_is_found() {
    for (text, kind) in [
        ("freeze", "action"),
        ("deliveries", "screen"),
        ("payments.init", "topic"),
        ("billing", "group"),
        ("CMD-104100", "order"),
        ("LIV-", "courier"),
        ("theme light", "theme"),
        ("span 1 h", "span"),
    ] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, W, H, ":");
        type_text(&mut ui, text);
        assert_eq!(found(&ui).first().map(|f| f.0), Some(kind), "{text}: {:?}", found(&ui));
    }
    assert_eq!(chosen("CMD-104100").state.order.as_deref(), Some("CMD-104100"));
    assert_eq!(chosen("billing").state.group.as_deref(), Some("billing"));
    assert_eq!(chosen("span 1 h").state.span.seconds(), 3_600);
    let ui = chosen("LIV-");
    assert_eq!((ui.state.screen, ui.state.focused_panel()), (Screen::Deliveries, PanelId::Deliveries));
}

#[test]
fn a_courier_is_found_behind_a_filter_and_one_who_is_gone_is_said() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "5 /");
    type_text(&mut ui, "nobody");
    press(&mut ui, W, H, "enter :");
    type_text(&mut ui, "LIV-");
    let name = found(&ui)[0].1.clone();
    press(&mut ui, W, H, "enter");
    assert!(ui.state.filter(PanelId::Deliveries).is_all());
    let shown = text_of(&paint(&mut ui, W, H));
    assert!(shown.contains("the filter is lifted") && shown.contains(&name), "{shown}");
    // He was there when the palette opened, and is not any more.
    press(&mut ui, W, H, ":");
    type_text(&mut ui, &name);
    let mut view = fixture::rich();
    let mut snapshot = (*view.snapshot).clone();
    snapshot.business.deliveries = None;
    let mut focus = (*view.focus).clone();
    focus.map = None;
    (view.snapshot, view.focus) = (Arc::new(snapshot), Arc::new(focus));
    ui.view(Arc::new(view));
    press(&mut ui, W, H, "enter");
    let shown = text_of(&paint(&mut ui, W, H));
    assert!(shown.contains(&format!("{name} is not among the deliveries")), "{shown}");
}

#[test]
fn what_nothing_is_called_may_be_an_order_or_a_key_and_it_is_said_what_can_be_found() {
    for (text, whole) in [("CMD-012409", true), ("cmd-104100", false), ("nobody?", true)] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, W, H, ":");
        type_text(&mut ui, text);
        let list = found(&ui);
        let last = [("order", format!("order {text}")), ("action", format!("follow {text}"))];
        assert_eq!(list[list.len() - 2..], last, "{list:?}");
        assert_eq!(list.len() == 2, whole, "{list:?}");
        let shown = text_of(&paint(&mut ui, W, H));
        assert_eq!(shown.contains("Nothing is called so.") && shown.contains("order ID, follow ID: "), whole, "{shown}");
    }
    assert_eq!(chosen("CMD-012409").state.order.as_deref(), Some("CMD-012409"));
    for key in ["follow C-17", "suivre C-17"] {
        let mut ui = ui(fixture::rich());
        ui.state.look.language = if key.starts_with('s') { Language::French } else { Language::English };
        press(&mut ui, W, H, ":");
        type_text(&mut ui, key);
        press(&mut ui, W, H, "enter");
        let followed = ui.state.follow.as_ref().map(|follow| follow.key.bytes.to_vec());
        assert_eq!((ui.state.screen, followed), (Screen::Follow, Some(b"C-17".to_vec())));
    }
    // Two words are no id, and a name that is known needs no guess.
    for (text, empty) in [("no such thing at all", true), ("billing", false)] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, W, H, ":");
        type_text(&mut ui, text);
        assert_eq!(found(&ui).is_empty(), empty);
        assert!(found(&ui).iter().all(|(_, text)| !text.starts_with("follow ")), "{:?}", found(&ui));
        assert_eq!(text_of(&paint(&mut ui, 60, 15)).contains("Nothing is called so."), empty);
    }
}

#[test]
fn a_theme_shows_while_it_is_looked_at_and_stays_only_when_it_is_taken() {
    let mut ui = ui(fixture::rich());
    let before = ui.state.theme().name.clone();
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "theme light");
    assert_eq!(ui.state.theme().name, "light");
    press(&mut ui, W, H, "esc");
    assert_eq!(ui.state.theme().name, before);
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "theme light");
    press(&mut ui, W, H, "enter");
    assert_eq!(ui.state.theme().name, "light");
}

#[test]
fn what_was_chosen_last_comes_first_while_nothing_is_typed() {
    let mut ui = ui(fixture::rich());
    for text in ["billing", "local time", "quit"] {
        press(&mut ui, W, H, ":");
        type_text(&mut ui, text);
        press(&mut ui, W, H, "enter");
    }
    press(&mut ui, W, H, ":");
    let list = found(&ui);
    assert_eq!((list[0].0, list[1].1.as_str()), ("action", "billing"), "{list:?}");
    assert_ne!(list[2].1, "quit");
    let mut names: Vec<_> = list.iter().collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), list.len(), "nothing twice");
}

#[test]
fn typing_on_finds_what_a_new_search_finds() {
    for text in ["ordcre", "pay !fail", "^pay", "ted$", "a b", "!a", "é"] {
        let mut typed = ui(fixture::rich());
        press(&mut typed, W, H, ":");
        type_text(&mut typed, text);
        let mut pasted = ui(fixture::rich());
        press(&mut pasted, W, H, ":");
        pasted.paste(text);
        assert_eq!(found(&typed), found(&pasted), "{text}");
    }
}

fn many(topics: usize) -> View {
    let mut view = fixture::rich();
    let mut snapshot = (*view.snapshot).clone();
    let first = snapshot.topics[0].clone();
    snapshot.topics = (0..topics)
        .map(|i| {
            let mut topic = (*first).clone();
            topic.name = format!("region-{}.orders.{}.v{i}", i % 17, ["created", "paid", "shipped"][i % 3]).into();
            Arc::new(topic)
        })
        .collect();
    view.snapshot = Arc::new(snapshot);
    view
}

#[test]
fn what_a_key_press_looks_through_has_a_bound() {
    let mut ui = ui(many(120_000));
    ui.key(Key { code: KeyCode::Char(':'), ctrl: false, alt: false });
    let Some(Layer::Palette(palette)) = ui.state.layers.last() else { panic!("no palette") };
    assert!(palette.left_out > 20_000 && palette.found.len() <= 100);
    let mut buffer = Buffer::empty(Rect::new(0, 0, W, H));
    draw(&ui.shown(), &ui.state, &mut buffer);
    assert!(text_of(&buffer).contains("not searched"), "{}", text_of(&buffer));
}

/// What a key press costs with 20,000 topics: the first one, and one more.
#[test]
#[ignore = "a measurement, for a quiet machine and the release profile"]
fn cost() {
    let mut ui = ui(many(20_000));
    let start = std::time::Instant::now();
    ui.key(Key { code: KeyCode::Char(':'), ctrl: false, alt: false });
    println!("open: {} us", start.elapsed().as_micros());
    for c in "orders paid v19".chars() {
        let start = std::time::Instant::now();
        ui.key(Key { code: KeyCode::Char(c), ctrl: false, alt: false });
        println!("{c:?}: {} us", start.elapsed().as_micros());
    }
}
