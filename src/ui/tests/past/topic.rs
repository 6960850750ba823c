//! The past of a topic: which places there are, what is found there, and the way back to now.

use super::*;
use crate::model::{Scope, Start, TailFilter};
use crate::text::Language;
use crate::ui::list::RowKey;
use crate::ui::panels::PanelId;
use crate::ui::state::{Layer, Screen};

#[test]
fn going_to_a_time_reads_both_ways_and_says_that_it_is_not_live() {
    let mut ui = gone_back(fixture::past());
    let asked = asks(&mut ui);
    let [Ask::Search(ID, search), Ask::Extend(ID, on), Ask::Extend(ID, back)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(search.scope, Scope::Topic("payments.completed".into()));
    assert_eq!(search.start, Start::Time(fixture::NOW.plus_ms(-7_200_000)));
    assert_eq!((on, back), (&extent(Way::Forward, 200), &extent(Way::Back, 200)));
    let screen = shown(&mut ui);
    assert!(screen.contains("past from 2026-01-15 12:02:17.000 +00:00 · not live") && screen.contains("PAY-3"), "{screen}");
    ui.view(Arc::new(fixture::past()));
    // The first record at or past that moment.
    assert_eq!(ui.state.list(PanelId::Tail).selected, Some(RowKey::Offset(1, 89_975)));
}

#[test]
fn whoever_looks_at_a_moment_reads_its_records_and_stays_there() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter { {");
    let moment = ui.state.travel.unwrap();
    ui.view(Arc::new(at_moment(fixture::rich(), moment)));
    press(&mut ui, W, H, "@ enter");
    let asked = asks(&mut ui);
    let Some(Ask::Search(_, search)) = asked.first() else { panic!("{asked:?}") };
    assert_eq!((&search.start, ui.state.travel), (&Start::Time(moment), Some(moment)));
    ui.view(Arc::new(at_moment(fixture::past(), moment)));
    let screen = shown(&mut ui);
    assert!(screen.contains(" PAST ") && screen.contains("PAY-3"), "found, and the head is of then: {screen}");
    assert_eq!(ui.shown().snapshot.taken_at, moment);
    press(&mut ui, W, H, "esc");
    assert_eq!((ui.state.past.is_some(), ui.state.travel), (false, Some(moment)), "one thing after the other");
    press(&mut ui, W, H, "@ enter space");
    assert!(ui.state.past.is_none() && ui.state.moment().is_none(), "and to now at once");
}

#[test]
fn going_back_in_time_does_not_lose_what_was_found() {
    let mut ui = gone_back(fixture::past());
    press(&mut ui, W, H, "{");
    let moment = ui.state.travel.unwrap();
    ui.view(Arc::new(at_moment(fixture::past(), moment)));
    let screen = shown(&mut ui);
    assert!(screen.contains("PAY-25") && !screen.contains("Searching"), "{screen}");
    ui.view(Arc::new(at_moment(fixture::searching(), moment)));
    assert!(shown(&mut ui).contains("searching back"), "what is found is told while the dashboard stands still");
}

#[test]
fn a_frozen_screen_shows_what_is_found() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter space @");
    type_text(&mut ui, "-2h");
    press(&mut ui, W, H, "enter");
    ui.view(Arc::new(fixture::past()));
    let screen = shown(&mut ui);
    assert!(screen.contains("FROZEN") && screen.contains("PAY-25"), "{screen}");
}

#[test]
fn it_says_how_far_back_retention_reaches() {
    let told = |late, oldest: Option<i64>| {
        let mut view = fixture::past();
        let mut focus = (*view.focus).clone();
        let mut found = (*focus.searches[&ID]).clone();
        (found.progress.partitions, found.progress.late) = (6, late);
        found.progress.oldest = oldest.map(|ms| fixture::NOW.plus_ms(ms));
        focus.searches.insert(ID, Arc::new(found));
        view.focus = Arc::new(focus);
        shown(&mut gone_back(view))
    };
    assert!(told(6, Some(-3_600_000)).contains("retention has nothing before 2026-01-15 13:02:17"));
    assert!(told(2, Some(-7_300_000)).contains("retention has nothing so old in 2 of 6 partitions"));
    assert!(!told(0, Some(-7_300_000)).contains("retention has"));
}

#[test]
fn what_is_no_place_is_refused_and_stays_on_the_line() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter ctrl-g");
    type_text(&mut ui, "25:99");
    press(&mut ui, W, H, "enter");
    assert!(matches!(ui.state.layers.last(), Some(Layer::Prompt { .. })));
    assert!(shown(&mut ui).contains("no place"));
    press(&mut ui, W, H, "esc");
    assert!(ui.state.layers.is_empty() && ui.state.past.is_none() && asks(&mut ui).is_empty());
}

#[test]
fn a_partition_that_is_not_there_is_told_with_those_that_are() {
    let told = |language, partitions, asked: &str| {
        let mut view = fixture::rich();
        let mut snapshot = (*view.snapshot).clone();
        snapshot.topics.iter_mut().for_each(|topic| Arc::make_mut(topic).partitions = partitions);
        view.snapshot = Arc::new(snapshot);
        let mut ui = ui(view);
        ui.state.look.language = language;
        press(&mut ui, W, H, "j enter @");
        type_text(&mut ui, asked);
        press(&mut ui, W, H, "enter");
        (shown(&mut ui), asks(&mut ui).len())
    };
    for (language, partitions, why) in [
        (Language::English, 6, "no partition 9: this topic has 0 to 5"),
        (Language::English, 1, "no partition 9: this topic has partition 0 only"),
        (Language::French, 6, "pas de partition 9\u{202f}: ce topic a les partitions 0 à 5"),
        (Language::French, 1, "pas de partition 9\u{202f}: ce topic n'a que la partition 0"),
    ] {
        let (screen, asked) = told(language, partitions, "9@1");
        assert!(screen.contains(why) && asked == 0, "{why}, {asked}: {screen}");
    }
    // As long as nobody knows how many there are, and where it is one of them.
    assert_eq!([told(Language::English, 0, "9@1").1, told(Language::English, 6, "5@1").1], [3, 3]);
}

#[test]
fn before_a_search_has_begun_nothing_is_said_to_be_found() {
    let mut view = fixture::past();
    let mut focus = (*view.focus).clone();
    focus.searches.insert(ID, Arc::default());
    view.focus = Arc::new(focus);
    let screen = shown(&mut gone_back(view));
    let foot = screen.lines().rev().find(|line| line.contains("Searching …")).unwrap();
    assert!(!foot.contains("found") && !foot.contains("goes on") && !foot.contains("read"), "{foot}");
}

#[test]
fn escape_stops_the_search_and_then_leads_back_to_now() {
    let mut ui = gone_back(fixture::searching());
    asks(&mut ui);
    press(&mut ui, W, H, "esc");
    assert_eq!(asks(&mut ui), [Ask::Rest(ID)]);
    assert!(ui.state.past.is_some());
    ui.view(Arc::new(fixture::past()));
    press(&mut ui, W, H, "esc");
    assert_eq!(asks(&mut ui), [Ask::Cancel(ID)]);
    assert!(ui.state.past.is_none() && ui.state.screen == Screen::Topic && shown(&mut ui).contains("live tail"));
    let mut ui = gone_back(fixture::past());
    press(&mut ui, W, H, "space");
    assert!(ui.state.past.is_none() && ui.state.frozen.is_none(), "the space bar leads back to now, too");
}

#[test]
fn escape_takes_away_what_came_last_the_filter_or_the_place() {
    let filter = |ui: &mut Ui| {
        press(ui, W, H, "/");
        type_text(ui, "key:CMD-17");
        press(ui, W, H, "enter");
    };
    let mut ui = gone_back(fixture::past());
    filter(&mut ui);
    press(&mut ui, W, H, "esc");
    assert!(ui.state.past.is_some() && ui.state.tail_filter == TailFilter::All, "the filter goes first");
    press(&mut ui, W, H, "esc");
    assert!(ui.state.past.is_none() && ui.state.screen == Screen::Topic);
    filter(&mut ui);
    press(&mut ui, W, H, "@");
    type_text(&mut ui, "-2h");
    press(&mut ui, W, H, "enter esc");
    assert!(ui.state.past.is_none() && ui.state.tail_filter != TailFilter::All, "here the place came last");
    press(&mut ui, W, H, "esc");
    assert_eq!(ui.state.tail_filter, TailFilter::All);
}

#[test]
fn the_past_is_told_in_french_whatever_was_typed() {
    let config = UiConfig { utc: true, language: Some(Language::French), ..UiConfig::default() };
    let mut ui = ui_with(config, fixture::searching());
    press(&mut ui, W, H, "j enter @");
    type_text(&mut ui, "last 50");
    press(&mut ui, W, H, "enter");
    let screen = shown(&mut ui);
    assert!(screen.contains("passé depuis les 50 derniers") && screen.contains("Échap arrête"), "{screen}");
}

#[test]
fn the_list_goes_on_where_somebody_comes_to_its_ends() {
    let mut ui = gone_back(fixture::past());
    asks(&mut ui);
    let later = |ms: i64| {
        let mut view = fixture::past();
        let mut snapshot = (*view.snapshot).clone();
        snapshot.taken_at = Timestamp(snapshot.taken_at.0 + ms);
        view.snapshot = Arc::new(snapshot);
        Arc::new(view)
    };
    ui.view(later(1_000));
    press(&mut ui, W, H, "j");
    assert_eq!(asks(&mut ui), [], "there is more below");
    press(&mut ui, W, H, "G");
    assert_eq!(asks(&mut ui), [Ask::Extend(ID, extent(Way::Back, 200))]);
    press(&mut ui, W, H, "j");
    assert_eq!(asks(&mut ui), [], "it was asked for just now");
    ui.view(later(2_000));
    press(&mut ui, W, H, "g g");
    assert_eq!(asks(&mut ui), [Ask::Extend(ID, extent(Way::Forward, 200))]);
}

#[test]
fn a_clock_that_was_set_back_does_not_hold_up_reading_on() {
    let earlier = |mut view: View| {
        let mut snapshot = (*view.snapshot).clone();
        snapshot.taken_at = snapshot.taken_at.plus_ms(-3_600_000);
        view.snapshot = Arc::new(snapshot);
        Arc::new(view)
    };
    let mut past = gone_back(fixture::past());
    asks(&mut past);
    past.view(earlier(fixture::past()));
    press(&mut past, W, H, "G");
    assert_eq!(asks(&mut past), [Ask::Extend(ID, extent(Way::Back, 200))]);
    press(&mut past, W, H, "j");
    assert_eq!(asks(&mut past), [], "from then on it goes by the new clock");
    let mut followed = ui(fixture::followed());
    press(&mut followed, W, H, "4 f");
    asks(&mut followed);
    followed.view(earlier(fixture::followed()));
    press(&mut followed, W, H, "G");
    let asked = asks(&mut followed);
    assert!(matches!(asked[..], [Ask::Extend(ID, _)]), "{asked:?}");
}

#[test]
fn a_filter_searches_back_from_the_same_place() {
    let mut ui = gone_back(fixture::past());
    asks(&mut ui);
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "key:CMD-17");
    press(&mut ui, W, H, "enter");
    let asked = asks(&mut ui);
    let [Ask::Cancel(ID), Ask::Search(LookupId(2), search), Ask::Extend(_, on), Ask::Extend(_, back)] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(
        (&search.filter, &search.start),
        (&TailFilter::Key("CMD-17".into()), &Start::Time(fixture::NOW.plus_ms(-7_200_000)))
    );
    assert_eq!((on, back), (&extent(Way::Forward, 100), &extent(Way::Back, 100)));
    press(&mut ui, W, H, "1 :");
    type_text(&mut ui, "ordcrea");
    press(&mut ui, W, H, "enter");
    assert!(ui.state.past.is_none() && asks(&mut ui).contains(&Ask::Cancel(LookupId(2))), "another topic is live");
}

#[test]
fn every_moment_that_is_offered_is_a_place() {
    let zones = ["UTC", "Europe/Paris", "Asia/Kolkata", "America/New_York"].map(|name| jiff::tz::TimeZone::get(name).unwrap());
    for (language, zone) in Language::ALL.into_iter().flat_map(|l| zones.iter().map(move |z| (l, z))) {
        for utc in [false, true] {
            let mut ui = ui(fixture::rich());
            (ui.state.look.language, ui.state.look.zone, ui.state.look.utc) = (language, zone.clone(), utc);
            press(&mut ui, W, H, "j enter { {");
            let moment = ui.state.travel.unwrap();
            press(&mut ui, W, H, "@ enter");
            let asked = asks(&mut ui);
            let Some(Ask::Search(_, search)) = asked.first() else { panic!("{language:?} {zone:?}: {}", shown(&mut ui)) };
            assert_eq!(search.start, Start::Time(moment), "{language:?} {zone:?}");
        }
    }
}
