use super::*;
use crate::model::{Code, LinkState, Reason};
use crate::text::{Language, speaking};
use crate::ui::fixture;
use crate::ui::panels::PANELS;
use crate::ui::widgets::ink::Ctx;

pub(super) const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

pub(super) fn shot(language: Language, name: &str, buffer: &Buffer) {
    shot_of(language, name, &text_of(buffer));
}

/// What a person sees, or a part of it.
pub(super) fn shot_of(language: Language, name: &str, text: &str) {
    let path = match language {
        Language::English => "../snapshots",
        Language::French => "../snapshots/fr",
    };
    insta::with_settings!({ snapshot_path => path, prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

pub(super) fn shots(name: &str, keys: &str, view: fn() -> View) {
    shots_of(name, view, |ui, width, height| press(ui, width, height, keys));
}

/// In every language and size, after what was done.
pub(super) fn shots_of(name: &str, view: fn() -> View, done: impl Fn(&mut Ui, u16, u16)) {
    for language in Language::ALL {
        for (width, height) in SIZES {
            let mut ui = ui(view());
            ui.state.look.language = language;
            done(&mut ui, width, height);
            shot(language, &format!("{name}_{width}x{height}"), &paint(&mut ui, width, height));
        }
    }
}

#[test]
fn overview() {
    shots("overview", "", fixture::rich);
}

#[test]
fn topic() {
    shots("topic", "j enter", fixture::rich);
}

#[test]
fn latency_over_time() {
    shots("heat", "j enter tab tab tab tab tab", fixture::rich);
}

#[test]
fn the_past() {
    shots_of("past", fixture::rich, |ui, width, height| {
        press(ui, width, height, "{ { { {");
        ui.view(Arc::new(fixture::gone_back(ui.state.travel.unwrap())));
    });
}

#[test]
fn two_topics() {
    shots("compare", "j x j x", fixture::rich);
}

#[test]
fn the_past_of_a_topic() {
    type Named = (&'static str, fn() -> View);
    let views: [Named; 2] = [("topic_past", fixture::past), ("topic_past_searching", fixture::searching)];
    for (name, view) in views {
        shots_of(name, view, |ui, width, height| {
            press(ui, width, height, "j enter @");
            type_text(ui, "-2h");
            press(ui, width, height, "enter");
            ui.view(Arc::new(view()));
        });
    }
}

#[test]
fn the_log() {
    shots_of("log", fixture::rich, |ui, width, height| {
        ui.read_log(&fixture::log());
        press(ui, width, height, "o enter");
    });
}

#[test]
fn follow() {
    shots("follow", "4 f", fixture::followed);
    shots("goto", "j enter @", fixture::rich);
}

#[test]
fn groups() {
    shots("groups", "3", fixture::rich);
}

#[test]
fn group() {
    shots("group", "3 j enter", fixture::rich);
}

#[test]
fn orders() {
    shots("orders", "4", fixture::rich);
}

#[test]
fn one_order() {
    shots("order", "4 enter", fixture::rich);
}

#[test]
fn one_delivery() {
    shots("delivery", "5 j j j j j enter", fixture::rich);
}

#[test]
fn cluster() {
    shots("cluster", "0", fixture::rich);
}

#[test]
fn the_business() {
    for (name, key) in [("deliveries", "5"), ("payments", "6"), ("stock", "7"), ("customers", "8"), ("messages", "9")] {
        shots(name, key, fixture::rich);
    }
}

#[test]
fn alerts() {
    shots("alerts", "a", fixture::rich);
    shots("alert", "a i", fixture::rich);
    shots("silence", "a M j", fixture::rich);
}

#[test]
fn a_record() {
    shots("record", "j enter j j enter", fixture::rich);
}

#[test]
fn help() {
    shots("help", "?", fixture::rich);
}

#[test]
fn palette() {
    shots("palette", ": p a y", fixture::rich);
}

#[test]
fn nothing_there_yet() {
    shots("connecting", "", || fixture::down(LinkState::Connecting, Vec::new()));
    shots("down", "", || {
        fixture::down(LinkState::Down, vec![Reason::new(Code::LoginRefused), Reason::new(Code::BrokerUnreachable)])
    });
    shots("empty", "", fixture::empty);
}

#[test]
fn degraded_says_why_on_a_line_of_its_own() {
    shots("degraded", "", || {
        let mut view = fixture::rich();
        let mut snapshot = (*view.snapshot).clone();
        let mut source = (*snapshot.source).clone();
        source.state = LinkState::Degraded;
        source.reasons = vec![Reason::new(Code::BrokerDown), Reason::new(Code::TopicRefused)];
        snapshot.source = Arc::new(source);
        view.snapshot = Arc::new(snapshot);
        view
    });
}

#[test]
fn hostile_names_reach_no_terminal() {
    for keys in ["", "enter", "3", "3 enter", "enter enter"] {
        let mut ui = ui(fixture::hostile());
        press(&mut ui, 120, 40, keys);
        let text = text_of(&paint(&mut ui, 120, 40));
        let bad = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202e}' | '\u{200b}' | '\u{9b}'));
        assert!(!text.contains(bad), "{text}");
    }
    shots("hostile", "", fixture::hostile);
}

#[test]
fn every_panel_at_its_least_and_at_ease() {
    for language in Language::ALL {
        let mut ui = ui(fixture::rich());
        ui.state.look.language = language;
        press(&mut ui, 120, 40, "j enter 3 j enter");
        speaking(language, || every_panel(&ui, language));
    }
}

fn every_panel(ui: &crate::ui::update::Ui, language: Language) {
    let view = ui.shown();
    for panel in PANELS {
        for (kind, (width, height)) in [("least", panel.least), ("ease", (panel.least.0 * 2, panel.least.1 + 8))] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, width.max(70), height.max(20)));
            let ctx = Ctx { view: &view, state: &ui.state };
            (panel.draw)(ctx, &mut buffer, Rect::new(0, 0, width, height), &mut Default::default());
            shot(language, &format!("panel_{:?}_{kind}", panel.id).to_lowercase(), &buffer);
        }
    }
}

#[test]
fn without_unicode_every_cell_is_ascii() {
    let keys = ["", "j enter", "3", "3 j enter", "?", "4", "4 enter", "5", "5 tab + +", "5 enter", "6", "7", "8", "9", "0"];
    for (keys, language) in keys.iter().flat_map(|keys| Language::ALL.map(|language| (*keys, language))) {
        let map = Arc::new(fixture::base_map());
        let config = UiConfig { ascii: true, utc: true, language: Some(language), map, ..UiConfig::default() };
        let mut ui = ui_with(config, fixture::rich());
        press(&mut ui, 120, 40, keys);
        let buffer = paint(&mut ui, 120, 40);
        assert!(text_of(&buffer).is_ascii());
        if keys.is_empty() {
            shot(language, "overview_ascii", &buffer);
        }
    }
}

#[test]
fn below_the_least_size_one_line_says_how_large() {
    let mut ui = ui(fixture::rich());
    let text = text_of(&paint(&mut ui, 40, 10));
    assert!(text.contains("60x15"), "{text}");
}

#[test]
fn any_size_is_drawn_without_a_panic() {
    for keys in ["", "j enter", "3", "3 j enter", "5", "5 tab", "5 tab z", "5 enter tab", "?", ":", "/", "j enter enter", "z"] {
        for (width, height) in [(0, 0), (1, 1), (59, 14), (60, 15), (61, 19), (70, 20), (76, 18), (110, 16), (300, 100)] {
            let mut ui = ui(fixture::rich());
            press(&mut ui, 120, 40, keys);
            paint(&mut ui, width, height);
        }
    }
}
