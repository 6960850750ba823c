//! The records of a past moment, which are read by themselves where somebody rests there.

use super::*;
use crate::model::{LinkState, Start};
use crate::ui::state::Screen;

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
