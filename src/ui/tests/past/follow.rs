//! Following a key over all topics: how far it is searched, what is told of it, from which rows.

use super::*;
use crate::model::{Meaning, Rest, Scope, Search, Start};
use crate::snapshot::Suspicious;
use crate::text::Language;
use crate::ui::panels::PanelId;
use crate::ui::state::Screen;

#[test]
fn a_key_that_is_followed_in_the_past_has_nothing_of_later() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 {");
    let moment = fixture::NOW.plus_ms(-60_000);
    ui.travel(moment);
    ui.view(Arc::new(at_moment(fixture::rich(), moment)));
    press(&mut ui, W, H, "f");
    let asked = asks(&mut ui);
    let [Ask::Search(ID, search), Ask::Extend(ID, back)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((&search.start, back.back_to), (&Start::Time(moment.plus_ms(1)), Some(moment.plus_ms(-3_600_000))));
    ui.view(Arc::new(at_moment(fixture::followed(), moment)));
    let screen = shown(&mut ui);
    assert!(screen.contains(" PAST ") && screen.contains("delivery.assigned"), "{screen}");
    assert!(screen.contains("4 records · up to 14:01:17") && !screen.contains("delivery.tracking"), "{screen}");
    assert!(screen.contains("4 found") && !screen.contains("in memory"), "what is counted is what is shown: {screen}");
    press(&mut ui, W, H, "[");
    assert_eq!(asks(&mut ui), [], "what is earlier was searched");
    press(&mut ui, W, H, "space");
    let asked = asks(&mut ui);
    let [Ask::Cancel(ID), Ask::Search(LookupId(2), search), Ask::Extend(..)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((&search.start, ui.state.screen), (&Start::End, Screen::Follow), "what came since was not");
}

#[test]
fn one_record_that_was_passed_over_is_not_many() {
    let told = |skipped, language| {
        let mut view = fixture::followed();
        let mut focus = (*view.focus).clone();
        let mut found = (*focus.searches[&ID]).clone();
        found.skipped = skipped;
        focus.searches.insert(ID, Arc::new(found));
        view.focus = Arc::new(focus);
        let mut ui = ui(view);
        ui.state.look.language = language;
        press(&mut ui, 200, 60, "4 f");
        text_of(&paint(&mut ui, 200, 60))
    };
    for (skipped, language, wanted) in [
        (1, Language::English, "▲ 1 record was passed over"),
        (2, Language::English, "▲ 2 records were passed over"),
        (1, Language::French, "▲ 1 message non lu "),
        (2, Language::French, "▲ 2 messages non lus "),
    ] {
        let screen = told(skipped, language);
        assert!(screen.contains(wanted), "{wanted}: {screen}");
    }
}

#[test]
fn what_a_key_has_in_memory_is_told_beside_what_the_search_found() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 f");
    ui.view(Arc::new(fixture::followed()));
    let screen = shown(&mut ui);
    assert!(screen.contains("5 records") && screen.contains("2 came") && screen.contains("2 in memory · 1 found"), "{screen}");
}

#[test]
fn an_order_is_followed_over_all_topics_and_left_again() {
    let mut ui = ui(fixture::followed());
    press(&mut ui, W, H, "4 f");
    let asked = asks(&mut ui);
    let [Ask::Search(ID, search), Ask::Extend(ID, back)] = &asked[..] else { panic!("{asked:?}") };
    let Scope::Key(key) = &search.scope else { panic!("{search:?}") };
    assert_eq!((key.bytes.as_ref(), key.names), (&b"CMD-104100"[..], Some(Meaning::Order)));
    assert_eq!(
        (back.back_to, back.most_bytes),
        (Some(fixture::NOW.plus_ms(-3_600_000)), Some(8 << 20)),
        "a small search by itself"
    );
    let screen = shown(&mut ui);
    for wanted in ["follow CMD-104100", "live since", "payments.completed", "not read yet", "goes on"] {
        assert!(screen.contains(wanted), "{wanted}: {screen}");
    }
    let mut later = fixture::followed();
    let mut snapshot = (*later.snapshot).clone();
    snapshot.taken_at = snapshot.taken_at.plus_ms(1_000);
    later.snapshot = Arc::new(snapshot);
    ui.view(Arc::new(later));
    press(&mut ui, W, H, "G");
    let asked = asks(&mut ui);
    let [Ask::Extend(ID, further)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(
        (further.back_to, further.most_bytes),
        (Some(fixture::NOW.plus_ms(1_000 - 6 * 3_600_000)), None),
        "six times further"
    );
    press(&mut ui, W, H, "k enter");
    assert!(matches!(asks(&mut ui)[..], [Ask::Lookup(..)]), "what was not read is read");
    press(&mut ui, W, H, "esc esc");
    assert_eq!(ui.state.screen, Screen::Orders);
    assert!(asks(&mut ui).contains(&Ask::Cancel(ID)));
}

#[test]
fn a_record_is_followed_by_its_key_from_the_list_and_from_its_popup() {
    for keys in ["j enter j f", "j enter j enter f"] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, W, H, keys);
        let asked = asks(&mut ui);
        let Some(Scope::Key(key)) = asked.iter().find_map(|a| match a {
            Ask::Search(_, search) => Some(&search.scope),
            _ => None,
        }) else {
            panic!("{asked:?}")
        };
        assert_eq!(key.bytes.as_ref(), b"o-16999");
        assert_eq!(key.seen.as_ref().map(|s| (s.topic.as_ref(), s.partition)), Some(("payments.completed", 1)));
        press(&mut ui, W, H, "esc");
        assert_eq!(ui.state.screen, Screen::Topic);
    }
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter");
    (0..7).for_each(|_| press(&mut ui, W, H, "j"));
    press(&mut ui, W, H, "f");
    assert!(shown(&mut ui).contains("this row has no key"));
}

#[test]
fn a_payment_that_looks_wrong_and_an_article_are_followed() {
    let wrong = |order: Option<&str>| {
        let mut view = fixture::rich();
        let mut snapshot = (*view.snapshot).clone();
        let mut section = (**snapshot.business.payments.as_ref().unwrap()).clone();
        let row = (*section.payments.suspicious[0]).clone();
        section.payments.suspicious = vec![Arc::new(Suspicious { order: order.map(Into::into), ..row })];
        snapshot.business.payments = Some(Arc::new(section));
        view.snapshot = Arc::new(snapshot);
        view
    };
    let followed = |view, keys: &str| {
        let mut ui = ui(view);
        press(&mut ui, W, H, keys);
        let (panel, footer) = (ui.state.focused_panel(), shown(&mut ui).contains("f follow"));
        press(&mut ui, W, H, "f");
        let asked = asks(&mut ui);
        let Some(Ask::Search(ID, Search { scope: Scope::Key(key), .. })) = asked.first() else { panic!("{asked:?}") };
        (panel, footer, String::from_utf8_lossy(&key.bytes).into_owned(), key.names)
    };
    let payment = (PanelId::Suspicious, true, "PAY-104107".to_owned(), None);
    assert_eq!(followed(wrong(None), "6 tab"), payment);
    let order = (PanelId::Suspicious, true, "CMD-104107".to_owned(), Some(Meaning::Order));
    assert_eq!(followed(wrong(Some("CMD-104107")), "6 tab"), order, "topics are keyed by the order");
    let (panel, footer, sku, names) = followed(fixture::rich(), "7");
    assert!(panel == PanelId::Stock && footer && sku.starts_with("sku-") && names.is_none(), "{sku} {names:?}");
}

#[test]
fn a_search_that_rests_says_which_topics_it_has_not_read_through() {
    let followed = |rests, running, left: &[&str], language| {
        let mut view = fixture::followed();
        let mut focus = (*view.focus).clone();
        let mut found = (*focus.searches[&ID]).clone();
        (found.progress.rests, found.progress.running) = (rests, running);
        (found.progress.topics, found.progress.left) = (12, left.iter().map(|name| (*name).into()).collect());
        focus.searches.insert(ID, Arc::new(found));
        view.focus = Arc::new(focus);
        let mut ui = ui_with(UiConfig { utc: true, language: Some(language), ..UiConfig::default() }, view);
        press(&mut ui, W, H, "4 f");
        let line = |ui: &mut Ui, width| text_of(&paint(ui, width, 24)).lines().rev().find(|l| l.contains("▲ ")).map(str::to_owned);
        (line(&mut ui, 200), line(&mut ui, 80))
    };
    let messages = ["notifications.email", "notifications.push", "notifications.sms", "notifications.whatsapp"];
    let (wide, narrow) = followed(Rest::BytesUp, None, &messages, Language::English);
    let wide = wide.unwrap();
    assert!(wide.contains("paused  ▲ 4 of 12 topics still to search  "), "{wide}");
    assert!(wide.contains("↓ goes on  (notifications.email, notifications.push, …)"), "{wide}");
    let narrow = narrow.unwrap();
    assert!(narrow.contains("4 of 12 topics still to search") && narrow.contains("↓ goes on"), "{narrow}");
    let (french, _) = followed(Rest::Stopped, None, &messages[..1], Language::French);
    assert!(french.unwrap().contains("▲ 1 sur 12 topics encore à lire"));
    let quiet = |told: (Option<String>, Option<String>)| !told.0.unwrap_or_default().contains("still to search");
    assert!(quiet(followed(Rest::BytesUp, Some(Way::Back), &messages, Language::English)), "while it goes on its state says so");
    assert!(quiet(followed(Rest::AtEnd, None, &[], Language::English)));
}
