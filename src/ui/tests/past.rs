//! The past of a topic, following a key, and writing what a list shows.

use super::*;
use crate::model::{Ask, Code, Extent, LinkState, LookupId, Meaning, Rest, Scope, Search, Start, TailFilter, Timestamp, Way};
use crate::snapshot::{Focus, Past, Suspicious, TailView};
use crate::text::Language;
use crate::ui::fixture;
use crate::ui::list::RowKey;
use crate::ui::panels::PanelId;
use crate::ui::state::{Layer, Screen};
use crate::ui::update::Effect;
use std::collections::BTreeMap;

const W: u16 = 120;
const H: u16 = 40;
const ID: LookupId = LookupId(1);

fn asks(ui: &mut Ui) -> Vec<Ask> {
    let ask = |effect| match effect {
        Effect::Ask(ask) => Some(ask),
        _ => None,
    };
    ui.effects().into_iter().filter_map(ask).collect()
}

/// Goes to two hours ago on `payments.completed`.
fn gone_back(view: View) -> Ui {
    let mut ui = ui(view);
    press(&mut ui, W, H, "j enter @");
    type_text(&mut ui, "-2h");
    press(&mut ui, W, H, "enter");
    ui
}

/// The engine has told the moment that was asked for.
fn at_moment(mut view: View, moment: Timestamp) -> View {
    let mut snapshot = (*fixture::rich().snapshot).clone();
    snapshot.taken_at = moment;
    let mut focus = Focus { searches: BTreeMap::new(), ..(*view.focus).clone() };
    if let Some(topic) = &mut focus.topic {
        Arc::make_mut(topic).tail = TailView { reason: Some(Code::PastTail.into()), ..TailView::default() };
    }
    view.past = Some(Arc::new(Past { asked: moment, snapshot: Arc::new(snapshot), focus: Arc::new(focus) }));
    view
}

fn shown(ui: &mut Ui) -> String {
    text_of(&paint(ui, W, H))
}

fn extent(way: Way, most: usize) -> Extent {
    Extent { way, most, back_to: None, most_bytes: None }
}

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

/// On `payments.completed` two minutes ago, where nobody has read anything yet.
fn two_minutes_ago() -> (Ui, Timestamp) {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter { {");
    let moment = ui.state.travel.unwrap();
    ui.view(Arc::new(at_moment(fixture::rich(), moment)));
    shown(&mut ui);
    (ui, moment)
}

/// The engine's picture so long after the fixture's now; what is open was found as `view` has it.
fn after(ui: &mut Ui, view: View, ms: i64) {
    let mut view = ui.state.travel.map_or(view.clone(), |moment| at_moment(view, moment));
    let mut snapshot = (*view.snapshot).clone();
    snapshot.taken_at = fixture::NOW.plus_ms(ms);
    view.snapshot = Arc::new(snapshot);
    ui.view(Arc::new(view));
    shown(ui);
}

/// Where the records of a moment were begun to be read by itself, and which search that is.
fn begun(asked: &[Ask]) -> Option<(LookupId, Timestamp)> {
    let (Ask::Search(id, search), [.., Ask::Extend(_, on), Ask::Extend(_, back)]) =
        (asked.iter().find(|ask| matches!(ask, Ask::Search(..)))?, asked)
    else {
        return None;
    };
    let Start::Time(at) = search.start else { panic!("{asked:?}") };
    let small = |way| Extent { most_bytes: Some(8 << 20), ..extent(way, 200) };
    assert_eq!((on, back), (&small(Way::Forward), &small(Way::Back)), "no more than one sees at once");
    Some((*id, at))
}

#[test]
fn the_records_of_a_moment_are_read_where_one_rests_and_not_at_every_step() {
    let (mut ui, moment) = two_minutes_ago();
    assert!(shown(&mut ui).contains("read it from the topic (@)"), "who does not want to wait");
    for step in 1..5 {
        press(&mut ui, W, H, "[");
        after(&mut ui, fixture::rich(), step * 600);
    }
    assert_eq!(asks(&mut ui), [], "on the way nothing is read");
    let there = ui.state.travel.unwrap();
    assert!(there < moment);
    after(&mut ui, fixture::rich(), 3_200);
    assert_eq!(begun(&asks(&mut ui)), Some((ID, there)));
    after(&mut ui, fixture::past(), 3_500);
    assert!(shown(&mut ui).contains("past from 2026-01-15 14:00:1"), "{}", shown(&mut ui));
    after(&mut ui, fixture::past(), 9_000);
    press(&mut ui, W, H, "[");
    assert!(asks(&mut ui).is_empty() && shown(&mut ui).contains("PAY-"), "what is read stays until the next is");
    after(&mut ui, fixture::past(), 9_800);
    let asked = asks(&mut ui);
    assert_eq!(asked[0], Ask::Cancel(ID));
    assert_eq!(begun(&asked), Some((LookupId(2), ui.state.travel.unwrap())));
    press(&mut ui, W, H, "space");
    assert_eq!(asks(&mut ui), [Ask::Cancel(LookupId(2))]);
    assert!(ui.state.past.is_none() && ui.state.moment().is_none(), "now has its own tail");
}

#[test]
fn what_is_being_read_of_a_moment_stops_with_the_next_step_at_now_and_on_another_screen() {
    let reading = || {
        let (mut ui, _) = two_minutes_ago();
        after(&mut ui, fixture::rich(), 800);
        asks(&mut ui);
        after(&mut ui, fixture::searching(), 900);
        ui
    };
    for keys in ["[", "{", "space"] {
        let mut ui = reading();
        press(&mut ui, W, H, keys);
        assert_eq!((asks(&mut ui), ui.state.past.is_some()), (vec![Ask::Cancel(ID)], false), "{keys}");
    }
    let mut ui = reading();
    press(&mut ui, W, H, "3");
    after(&mut ui, fixture::searching(), 1_100);
    assert_eq!(asks(&mut ui), [Ask::Cancel(ID)]);
    after(&mut ui, fixture::rich(), 9_000);
    assert_eq!(asks(&mut ui), [], "no tail is in sight");
    press(&mut ui, W, H, "2");
    shown(&mut ui);
    after(&mut ui, fixture::rich(), 9_200);
    assert_eq!(begun(&asks(&mut ui)).map(|(id, _)| id), Some(LookupId(2)), "and is read anew when one is back");
}

#[test]
fn what_was_read_by_itself_costs_no_escape_and_takes_no_place_that_somebody_went_to() {
    let (mut ui, moment) = two_minutes_ago();
    after(&mut ui, fixture::rich(), 800);
    after(&mut ui, fixture::past(), 1_000);
    press(&mut ui, W, H, "esc");
    assert_eq!((ui.state.screen, ui.state.travel), (Screen::Overview, Some(moment)));
    let (mut ui, _) = two_minutes_ago();
    press(&mut ui, W, H, "@");
    after(&mut ui, fixture::rich(), 5_000);
    assert_eq!(asks(&mut ui), [], "somebody types");
    press(&mut ui, W, H, "enter [");
    asks(&mut ui);
    after(&mut ui, fixture::past(), 9_000);
    assert_eq!(asks(&mut ui), [], "he went there");
    press(&mut ui, W, H, "esc");
    after(&mut ui, fixture::past(), 9_100);
    assert_eq!(begun(&asks(&mut ui)).map(|(id, _)| id), Some(LookupId(2)), "the moment that the dashboard shows was not read yet");
}

#[test]
fn nothing_is_read_by_itself_where_nothing_may_be_read() {
    let (mut ui, _) = two_minutes_ago();
    let mut view = fixture::rich();
    let mut snapshot = (*view.snapshot).clone();
    snapshot.viewer.read_budget = Some(0);
    view.snapshot = Arc::new(snapshot);
    after(&mut ui, view, 5_000);
    assert!(asks(&mut ui).is_empty() && shown(&mut ui).contains("read it from the topic (@)"));
    after(&mut ui, fixture::down(LinkState::Down, Vec::new()), 6_000);
    assert_eq!(asks(&mut ui), []);
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
fn what_a_key_has_in_memory_is_told_beside_what_the_search_found() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 f");
    ui.view(Arc::new(fixture::followed()));
    let screen = shown(&mut ui);
    assert!(screen.contains("5 records") && screen.contains("2 came") && screen.contains("2 in memory · 1 found"), "{screen}");
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
fn records_are_written_as_ndjson_and_tables_as_csv() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter w");
    assert!(shown(&mut ui).contains("payments.completed-20260115-140217.ndjson"));
    press(&mut ui, W, H, "enter");
    let effects = ui.effects();
    let Some(Effect::Write(export)) = effects.last() else { panic!("{effects:?}") };
    let lines: Vec<serde_json::Value> = export.text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!((export.rows, lines.len()), (60, 60));
    assert_eq!((&lines[0]["offset"], &lines[0]["value"]["id"]), (&serde_json::json!(182_400), &serde_json::json!("o-17000")));
    press(&mut ui, W, H, "1 /");
    type_text(&mut ui, "payments");
    press(&mut ui, W, H, "enter w enter");
    let effects = ui.effects();
    let Some(Effect::Write(export)) = effects.last() else { panic!("{effects:?}") };
    let names: Vec<&str> = export.text.split("\r\n").collect();
    assert_eq!((export.rows, names.len()), (3, 5), "a heading, three topics, and the end: {names:?}");
    assert!(names[1].contains("payments.completed"), "in the order of the list: {names:?}");
}

#[test]
fn every_moment_that_is_offered_is_a_place() {
    use crate::text::Language;
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
