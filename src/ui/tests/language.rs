//! The screens in French, and the switch between the languages.

use super::*;
use crate::text::{Language, word};
use crate::ui::fixture;

#[test]
fn the_language_changes_while_it_runs_and_nothing_else_does() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, 120, 40, "j L");
    let french = text_of(&paint(&mut ui, 120, 40));
    assert!(french.contains("connecté") && french.contains("Français") && !french.contains("connected"), "{french}");
    press(&mut ui, 120, 40, "enter");
    let topic = text_of(&paint(&mut ui, 120, 40));
    assert!(topic.contains("1,9 s") && topic.contains("flux en direct") && !topic.contains("live tail"), "{topic}");
    press(&mut ui, 120, 40, "L esc");
    assert!(text_of(&paint(&mut ui, 120, 40)).contains("connected"));
    assert_eq!(ui.state.list(crate::ui::panels::PanelId::Topics).index, 1, "the selection stayed");
}

#[test]
fn the_locale_chooses_and_the_setting_overrules_it() {
    let locale = |name: &str| (name == "LANG").then(|| "fr_GN.UTF-8".to_owned());
    assert_eq!(UiConfig::default().look(locale).unwrap().language, Language::French);
    let english = UiConfig { language: Some(Language::English), ..UiConfig::default() };
    assert_eq!(english.look(locale).unwrap().language, Language::English);
}

#[test]
fn what_is_copied_is_said_in_the_language_that_was_spoken() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, 120, 40, "L tab y");
    let copied = ui.effects();
    assert!(matches!(&copied[..], [crate::ui::update::Effect::Copy(text)] if text.contains("d'habitude")), "{copied:?}");
}

#[test]
fn the_json_of_a_french_dashboard_is_english() {
    let view = fixture::rich();
    let json = |language| crate::text::speaking(language, || serde_json::to_string(&view.snapshot).unwrap());
    assert_eq!(json(Language::French), json(Language::English));
}

#[test]
fn every_heading_has_room_for_its_words_in_every_language() {
    for language in Language::ALL {
        crate::text::speaking(language, || {
            let cut =
                crate::ui::panels::PANELS.iter().filter_map(|panel| Some((panel.id, panel.list?))).flat_map(|(panel, list)| {
                    let columns =
                        (list.columns)().into_iter().map(move |column| (panel, column.id, word(column.words), column.room));
                    columns.filter(|(.., words, room)| crate::ui::widgets::ink::width(words) > *room)
                });
            let cut: Vec<_> = cut.collect();
            assert!(cut.is_empty(), "{language:?}: {cut:?}");
        });
    }
}

#[test]
fn no_alerts_title_is_cut_where_overview_has_little_room_and_one_is_told_as_one() {
    let mut view = fixture::rich();
    let title = |view: &crate::snapshot::View, width| {
        let mut ui = ui(view.clone());
        ui.state.look.language = Language::French;
        text_of(&paint(&mut ui, width, 40)).lines().find(|line| line.contains("alertes")).unwrap().to_owned()
    };
    assert!(title(&view, 120).contains(" alertes 4 · 2 muettes ─"), "{}", title(&view, 120));
    assert!(title(&view, 200).contains(" alertes 4 en cours · 2 muettes ─"), "{}", title(&view, 200));
    let mut snapshot = (*view.snapshot).clone();
    snapshot.alerts_quiet = crate::snapshot::QuietCounts { acknowledged: 1, ..Default::default() };
    view.snapshot = Arc::new(snapshot);
    assert!(title(&view, 200).contains(" · 1 muette ─"), "{}", title(&view, 200));
}

/// Nobody reads "1 partitions" without stumbling, in either language.
#[test]
fn one_is_not_many_on_any_picture() {
    let many = regex::Regex::new(r"(?:^|[^\d.,\u{202f}])\b1 (\p{L}+s)\b").unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui/snapshots");
    let mut seen = 0;
    for file in [folder.clone(), folder.join("fr")].iter().flat_map(|f| std::fs::read_dir(f).unwrap()) {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let picture = std::fs::read_to_string(&path).unwrap();
        seen += 1;
        let wrong = many.captures_iter(&picture).find(|found| &found[1] != "ms");
        assert!(wrong.is_none(), "{}: {wrong:?}", path.display());
    }
    assert!(seen > 100 && many.is_match(" 1 partitions"), "{seen} pictures");
}
