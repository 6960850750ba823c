//! What keys and clicks do, each told by what the person sees then. One room: all press the same few helpers on the same view.

use super::*;
use crate::model::{Answer, Ask, Code, LinkState, Lookup, LookupResult, MarkWish, OwnedRecord, Reason, Slot, TailFilter};
use crate::snapshot::{Snapshot, TailView};
use crate::ui::fixture;
use crate::ui::list::RowKey;
use crate::ui::panels::PanelId;
use crate::ui::state::{Layer, Screen};
use crate::ui::update::Effect;

const W: u16 = 120;
const H: u16 = 40;

fn lines(ui: &mut Ui) -> Vec<String> {
    text_of(&paint(ui, W, H)).lines().map(String::from).collect()
}

/// The names in the topics table, from the top.
fn names(ui: &mut Ui) -> Vec<String> {
    let view = ui.shown();
    let keys = (PanelId::Topics.list().unwrap().keys)(&view, &ui.state);
    keys.into_iter()
        .map(|(key, _)| match key {
            RowKey::Name(name) => name.to_string(),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn later(ms: i64, change: impl FnOnce(&mut Snapshot)) -> Arc<View> {
    let mut view = fixture::rich();
    let mut snapshot = (*view.snapshot).clone();
    snapshot.taken_at = snapshot.taken_at.plus_ms(ms);
    change(&mut snapshot);
    view.snapshot = Arc::new(snapshot);
    Arc::new(view)
}

#[test]
fn the_worst_stands_on_top() {
    let mut ui = ui(fixture::rich());
    assert_eq!(names(&mut ui)[..3], ["delivery.failed", "payments.completed", "inventory.low-stock"]);
}

#[test]
fn the_order_stands_while_figures_change_and_is_made_anew_on_a_slow_beat() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "s s");
    let before = names(&mut ui);
    let reversed = |s: &mut Snapshot| {
        for topic in &mut s.topics {
            let mut changed = (**topic).clone();
            changed.throughput.records_per_s.s10 = changed.throughput.records_per_s.s10.map(|r| 1.0 / (r + 1.0));
            *topic = Arc::new(changed);
        }
    };
    ui.view(later(1_000, reversed));
    assert_eq!(names(&mut ui), before);
    ui.view(later(11_000, reversed));
    assert_ne!(names(&mut ui), before);
}

#[test]
fn the_selected_row_stays_selected_when_the_order_changes() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j");
    ui.view(later(60_000, |s| s.topics.retain(|t| &*t.name != "delivery.failed")));
    press(&mut ui, W, H, "enter");
    assert_eq!(ui.state.topic.as_deref(), Some("payments.completed"));
}

#[test]
fn a_topic_that_comes_up_between_beats_stands_at_the_end() {
    let mut ui = ui(fixture::rich());
    ui.view(later(1_000, |s| {
        let mut new = (*s.topics[0]).clone();
        new.name = "aaa.new".into();
        s.topics.insert(0, Arc::new(new));
    }));
    assert_eq!(names(&mut ui).last().unwrap(), "aaa.new");
}

#[test]
fn escape_pops_one_thing_at_a_time_and_never_quits() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter j enter ?");
    assert_eq!(ui.state.layers.len(), 2);
    press(&mut ui, W, H, "esc esc z esc");
    assert_eq!((ui.state.screen, ui.state.zoom), (Screen::Topic, false));
    press(&mut ui, W, H, "esc esc esc esc");
    assert_eq!(ui.state.screen, Screen::Overview);
    assert!(!ui.effects().contains(&Effect::Leave));
    press(&mut ui, W, H, "q");
    assert!(ui.effects().contains(&Effect::Leave));
}

#[test]
fn control_c_quits_from_under_every_layer() {
    for keys in ["/", ":", "?", "j enter enter"] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, W, H, keys);
        press(&mut ui, W, H, "ctrl-c");
        assert!(ui.effects().contains(&Effect::Leave), "after {keys}");
    }
}

#[test]
fn a_filter_takes_effect_while_it_is_typed_and_escape_takes_it_back() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "pay");
    assert!(names(&mut ui).iter().all(|n| n.contains("pay")));
    press(&mut ui, W, H, "esc");
    assert_eq!(names(&mut ui).len(), 24);
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "q");
    assert!(ui.effects().is_empty(), "q is text here");
    press(&mut ui, W, H, "enter");
    press(&mut ui, W, H, "esc");
    assert_eq!(names(&mut ui).len(), 24, "Esc clears an accepted filter");
}

#[test]
fn words_of_a_filter_may_stand_in_different_columns() {
    for filter in ["failed orange", "orange FAILED", "/failed.*orange/", "/orange.*CMD-/", "pay- /x"] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, W, H, "6 /");
        type_text(&mut ui, filter);
        let rows: Vec<_> = lines(&mut ui).into_iter().filter(|line| line.contains("PAY-") && line.contains("orange")).collect();
        assert_eq!(rows.is_empty(), filter.contains("/x"), "{filter}: {}", text_of(&paint(&mut ui, W, H)));
        assert!(!filter.contains("ailed") || rows.iter().all(|row| row.contains("failed")), "{rows:?}");
    }
}

#[test]
fn a_filter_that_matches_nothing_says_so() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "zzz");
    assert!(lines(&mut ui).iter().any(|l| l.contains("Nothing matches the filter")));
}

#[test]
fn a_bad_pattern_is_refused_and_stays_on_the_line() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "/(/");
    press(&mut ui, W, H, "enter");
    assert!(matches!(ui.state.layers.last(), Some(Layer::Filter { .. })));
    assert!(lines(&mut ui).iter().any(|l| l.contains("bad pattern")));
}

#[test]
fn the_engine_is_told_what_the_screen_needs() {
    let mut ui = ui(fixture::rich());
    assert_eq!(ui.state.wants().topic, None);
    press(&mut ui, W, H, "j enter");
    assert_eq!(ui.state.wants().topic.as_deref(), Some("payments.completed"));
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "key:o-17");
    press(&mut ui, W, H, "enter");
    assert_eq!(ui.state.wants().filter, TailFilter::Key("o-17".into()));
    press(&mut ui, W, H, "+");
    assert_eq!(ui.state.wants().span.seconds(), 3_600);
    press(&mut ui, W, H, "3 j enter");
    assert_eq!(ui.state.wants().groups, [Arc::from("billing")]);
}

#[test]
fn on_cluster_an_empty_list_takes_one_line_and_what_brokers_lack_is_told_whole() {
    let mut view = fixture::rich();
    let snapshot = Arc::make_mut(&mut view.snapshot);
    (snapshot.state_consumers, snapshot.workers) = (Vec::new(), Vec::new());
    let cluster = Arc::make_mut(&mut snapshot.cluster);
    (cluster.offline, cluster.under_min_isr) = (Some(0), Some(0));
    (cluster.under_replicated, cluster.under_replicated_hidden) = (Some(175), 8);
    let mut ui = ui(view);
    press(&mut ui, 80, 24, "0");
    let shown = text_of(&paint(&mut ui, 80, 24));
    assert!(shown.contains("183 under-replicated partitions, 8 hidden"), "{shown}");
    let lines: Vec<&str> = shown.lines().collect();
    let at = |words: &str| lines.iter().position(|line| line.contains(words)).unwrap();
    assert_eq!(at(" workers 0 ") - at(" state consumers 0 "), 3, "{shown}");
    assert!(shown.contains("FILE sees a store's") && shown.contains("eta,notify,stock starts them"), "{shown}");
}

#[test]
fn cluster_says_nothing_of_brokers_and_partitions_while_nobody_answers() {
    let away = |state, risky: bool| {
        let mut view = fixture::rich();
        let snapshot = Arc::make_mut(&mut view.snapshot);
        Arc::make_mut(&mut snapshot.source).state = state;
        if !risky {
            Arc::make_mut(&mut snapshot.cluster).partitions_at_risk = Arc::default();
        }
        let mut ui = ui(view);
        press(&mut ui, W, H, "0");
        lines(&mut ui).join("\n")
    };
    let well = away(LinkState::Connected, false);
    assert!(well.contains("●  *1") && well.contains("0.4 ms") && well.contains("Every partition has its leader"), "{well}");
    let down = away(LinkState::Down, false);
    assert!(down.contains("?  *1") && !down.contains("0.4 ms") && down.contains("None by the cluster's last answer"), "{down}");
    assert!(away(LinkState::Down, true).contains("below min ISR"), "what was known last stays");
}

#[test]
fn groups_asks_for_the_one_that_it_shows_and_not_for_each_that_is_passed() {
    let mut ui = ui(fixture::rich());
    let beat = |ui: &mut Ui| {
        paint(ui, W, H);
        ui.view(Arc::new(fixture::rich()));
        ui.state.wants().groups
    };
    press(&mut ui, W, H, "3");
    assert_eq!(beat(&mut ui), Vec::<Arc<str>>::new(), "it may be passed");
    // Not the first by its status alone, which is abandoned and stands apart at the end.
    assert_eq!(beat(&mut ui), [Arc::from("tracker")]);
    press(&mut ui, W, H, "j");
    assert_eq!(beat(&mut ui), [Arc::from("tracker")], "somebody scrolls");
    assert_eq!(beat(&mut ui), [Arc::from("billing")]);
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "kit");
    press(&mut ui, W, H, "enter");
    beat(&mut ui);
    assert_eq!(beat(&mut ui), [Arc::from("kitchen")]);
    // Where neither the curve nor the members stand nobody is asked.
    paint(&mut ui, 80, 24);
    ui.view(Arc::new(fixture::rich()));
    paint(&mut ui, 80, 24);
    ui.view(Arc::new(fixture::rich()));
    assert_eq!(ui.state.wants().groups, Vec::<Arc<str>>::new());
}

#[test]
fn a_record_that_was_cut_is_fetched_whole_and_cancelled_when_closed() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter j j enter");
    let effects = ui.effects();
    let Some(Effect::Ask(Ask::Lookup(id, Lookup::Record { offset, .. }))) = effects.last() else { panic!("{effects:?}") };
    assert_eq!(*offset, 182_398);
    press(&mut ui, W, H, "esc");
    assert_eq!(ui.effects(), [Effect::Ask(Ask::Cancel(*id))]);
}

#[test]
fn a_step_of_an_order_is_read_from_the_broker_and_shown_whole() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 enter j enter");
    assert_eq!(ui.state.wants().order.as_deref(), Some("CMD-104100"));
    let effects = ui.effects();
    let Some(Effect::Ask(Ask::Lookup(id, lookup))) = effects.last() else { panic!("{effects:?}") };
    let Lookup::Record { topic, partition, offset } = lookup else { panic!("{lookup:?}") };
    assert_eq!((topic.as_ref(), *partition, *offset), ("payments.initiated", 3, 41_001));
    assert!(lines(&mut ui).iter().any(|l| l.contains("Asking the broker")));
    let record = OwnedRecord {
        slot: Slot(0),
        offset: 41_001,
        time: None,
        key: Some(b"CMD-104100".to_vec()),
        value: Some(br#"{"paymentId":"PAY-104100"}"#.to_vec()),
        headers: vec![("trace".into(), Some(b"7\x1b[2J".to_vec()))],
    };
    let mut view = fixture::rich();
    let mut focus = (*view.focus).clone();
    focus.answers.insert(*id, Arc::new(Answer { id: *id, lookup: lookup.clone(), result: LookupResult::Record(Box::new(record)) }));
    view.focus = Arc::new(focus);
    ui.view(Arc::new(view));
    let shown = lines(&mut ui).join("\n");
    for wanted in ["looked up", "CMD-104100", "trace: 7\\x1b[2J", "\"paymentId\": \"PAY-104100\""] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    press(&mut ui, W, H, "esc esc");
    assert_eq!(ui.state.screen, Screen::Orders);
    press(&mut ui, W, H, "5 enter O");
    assert_eq!((ui.state.screen, ui.state.order.as_deref()), (Screen::Order, Some("CMD-104125")), "the latest delivery's");
}

#[test]
fn frozen_figures_stand_still_and_the_header_says_for_how_long() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "space");
    ui.view(later(12_000, |s| {
        s.topics.clear();
        let mut totals = (*s.totals).clone();
        totals.records.seen += 1_204;
        s.totals = Arc::new(totals);
    }));
    let lines = lines(&mut ui);
    assert!(lines[0].contains("FROZEN 12 s +1.2k new"), "{}", lines[0]);
    assert_eq!(names(&mut ui).len(), 24);
    press(&mut ui, W, H, "space");
    assert_eq!(names(&mut ui).len(), 0);
}

#[test]
fn the_tail_follows_until_somebody_selects() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter");
    assert_eq!(ui.state.list(PanelId::Tail).selected, None);
    press(&mut ui, W, H, "j");
    assert_eq!(ui.state.list(PanelId::Tail).selected, Some(RowKey::Offset(1, 182_399)));
    press(&mut ui, W, H, "k");
    assert_eq!(ui.state.list(PanelId::Tail).selected, None);
}

/// `payments.completed` as it was just opened, its partitions between these offsets.
fn just_opened(low: i64, high: i64) -> Ui {
    let mut view = fixture::rich();
    let mut focus = (*view.focus).clone();
    let topic = Arc::make_mut(focus.topic.as_mut().unwrap());
    (topic.tail, topic.partitions_young_s) = (TailView::default(), Some(12.0));
    Arc::make_mut(&mut topic.partitions).iter_mut().for_each(|p| (p.low, p.high) = (Some(low), Some(high)));
    view.focus = Arc::new(focus);
    let mut ui = ui(view);
    press(&mut ui, W, H, "j enter");
    ui
}

#[test]
fn a_quiet_topic_says_how_what_lies_in_it_is_read() {
    let mut some = just_opened(0, 170);
    let screen = lines(&mut some).join("\n");
    assert!(screen.contains("since this topic was opened: @ and \"last 500\" read those before."), "{screen}");
    press(&mut some, W, H, "@");
    type_text(&mut some, "last 500");
    press(&mut some, W, H, "enter");
    assert!(some.state.past.is_some(), "what is told works");
    let screen = lines(&mut just_opened(170, 170)).join("\n");
    assert!(screen.contains("since this topic was opened."), "in an empty one there is nothing to read: {screen}");
}

#[test]
fn partitions_say_for_how_long_their_p99_is_counted_as_long_as_that_is_no_minute() {
    let screen = lines(&mut just_opened(0, 170)).join("\n");
    assert!(screen.contains("p99 counted for 12 s"), "{screen}");
    let mut older = ui(fixture::rich());
    press(&mut older, W, H, "j enter");
    assert!(!lines(&mut older).join("\n").contains("p99 counted"));
}

#[test]
fn the_palette_goes_to_a_topic_by_a_few_letters() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "ordcrea");
    press(&mut ui, W, H, "enter");
    assert_eq!(ui.state.topic.as_deref(), Some("orders.created"));
}

#[test]
fn a_click_on_a_heading_sorts_and_a_second_one_turns_it_round() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut ui = ui(fixture::rich());
    let heading = lines(&mut ui).iter().position(|l| l.contains(" topic ") && l.contains("msg/s")).unwrap();
    let column = lines(&mut ui)[heading].chars().position(|c| c == 'g').unwrap();
    let click = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: column as u16,
        row: heading as u16,
        modifiers: KeyModifiers::NONE,
    };
    ui.mouse(click);
    assert_eq!(names(&mut ui)[0], "location.updated");
    paint(&mut ui, W, H);
    ui.mouse(click);
    assert_eq!(names(&mut ui).last().unwrap(), "location.updated");
}

#[test]
fn n_goes_to_the_next_row_that_is_not_well() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "n n enter");
    assert_eq!(ui.state.topic.as_deref(), Some("inventory.low-stock"));
}

#[test]
fn drawing_changes_no_state() {
    let ui = ui(fixture::rich());
    let before = format!("{:?}", ui.state);
    let mut buffer = Buffer::empty(Rect::new(0, 0, W, H));
    draw(&ui.shown(), &ui.state, &mut buffer);
    assert_eq!(format!("{:?}", ui.state), before);
}

/// The column by which the topics are in order, as their title says.
fn sorted_by(ui: &mut Ui) -> String {
    let title = lines(ui).into_iter().find(|l| l.contains("sort: ")).unwrap();
    title.split("sort: ").nth(1).and_then(|t| t.split(" ▾").next()).unwrap().to_owned()
}

#[test]
fn sorting_goes_through_the_columns_that_are_seen_and_to_the_top() {
    let mut ui = ui(fixture::rich());
    let mut seen = Vec::new();
    for _ in 0..9 {
        press(&mut ui, 80, 24, "j j s");
        seen.push(
            text_of(&paint(&mut ui, 80, 24)).lines().find_map(|l| Some(l.split("sort: ").nth(1)?.split(" ▾").next()?.to_owned())),
        );
        assert_eq!(ui.state.list(PanelId::Topics).selected, None, "who comes first by it?");
    }
    assert!(seen.contains(&Some("lag".into())) && !seen.contains(&Some("bytes/s".into())), "{seen:?}");
    press(&mut ui, W, H, "s");
    assert_ne!(sorted_by(&mut ui), "");
}

#[test]
fn enter_right_after_the_palette_opens_does_not_end_the_program() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, ": enter");
    assert!(!ui.effects().iter().any(|effect| matches!(effect, Effect::Leave | Effect::Suspend)));
}

#[test]
fn the_footer_says_how_to_leave_and_how_to_go_live_again() {
    let mut ui = ui(fixture::rich());
    for (width, height) in [(60, 15), (80, 24), (120, 40)] {
        assert!(text_of(&paint(&mut ui, width, height)).contains("q quit"), "{width}x{height}");
    }
    assert!(lines(&mut ui).last().unwrap().contains("Space freeze"));
    press(&mut ui, W, H, "space");
    assert!(lines(&mut ui).last().unwrap().contains("Space go live"));
    press(&mut ui, W, H, "space enter");
    assert!(!lines(&mut ui).last().unwrap().contains("s sort"), "the tail has an order of its own");
}

#[test]
fn catching_up_goes_by_one_word_in_the_list_and_on_the_groups_screen() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "3");
    let row = lines(&mut ui).into_iter().find(|line| line.contains("▲ billing")).unwrap();
    assert!(row.contains(" never "), "{row}");
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "billing");
    press(&mut ui, W, H, "enter enter");
    let screen = lines(&mut ui).join("\n");
    assert!(screen.contains("group billing") && screen.contains("catch up never "), "{screen}");
}

#[test]
fn groups_that_cannot_be_listed_are_not_none() {
    let mut ui = ui(fixture::rich());
    ui.view(later(1_000, |s| {
        s.groups.clear();
        s.groups_reason = Some(Code::NotSupported.into());
    }));
    assert!(lines(&mut ui)[0].contains("– groups"), "{}", lines(&mut ui)[0]);
    press(&mut ui, W, H, "3");
    let screen = lines(&mut ui).join("\n");
    assert!(screen.contains("The groups cannot be listed: this cluster cannot tell. Named with --groups"), "{screen}");
    assert!(screen.contains("No group is chosen."), "{screen}");
}

#[test]
fn the_line_of_what_is_wrong_does_not_change_with_each_try() {
    let away = |broker: &str| Reason::new(Code::BrokerUnreachable).text("broker", broker);
    let mut seen = Vec::new();
    for order in [["b1:1", "b2:1", "b3:1"], ["b3:1", "b1:1", "b2:1"]] {
        let mut ui = ui(fixture::rich());
        ui.view(later(1_000, |s| {
            let mut source = (*s.source).clone();
            (source.state, source.reasons) = (LinkState::Down, order.map(away).to_vec());
            s.source = Arc::new(source);
        }));
        assert!(!lines(&mut ui)[0].contains("view lag"), "nobody reads: {}", lines(&mut ui)[0]);
        seen.push(lines(&mut ui)[1].clone());
    }
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn what_has_no_room_leaves_whole() {
    let mut ui = ui(fixture::rich());
    for keys in ["j enter", "3 j enter"] {
        press(&mut ui, 80, 24, keys);
        let screen = text_of(&paint(&mut ui, 80, 24));
        let cut = screen.lines().take(4).find(|l| l.trim_end_matches([' ', '│']).ends_with('…'));
        assert_eq!(cut, None, "{screen}");
    }
}

#[test]
fn keys_of_the_persons_own_file_work_and_are_what_footer_help_and_palette_say() {
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"[normal]\nhelp = [\"f1\"]\ngroups = [\"alt-g\"]\n[popup]\nhelp = []\n[list]\nsort = [\"o\"]\n").unwrap();
    let config = UiConfig { utc: true, keys: Some(file.path().into()), ..UiConfig::default() };
    let mut ui = ui_with(config, fixture::rich());
    let footer = lines(&mut ui).pop().unwrap();
    assert!(footer.contains("F1 help") && footer.contains("o sort") && footer.contains("M-g"), "{footer}");
    ui.key(Key { code: KeyCode::F(1), ctrl: false, alt: false });
    let help = text_of(&paint(&mut ui, W, 100));
    assert!(help.contains("f1 ") && help.contains("alt-g ") && !help.contains("M-g   ") && !help.contains("  ?  "), "{help}");
    press(&mut ui, W, H, "esc :");
    type_text(&mut ui, "groups");
    assert!(lines(&mut ui).iter().any(|l| l.contains("groups") && l.contains("alt-g") && l.contains("screen")));
    press(&mut ui, W, H, "esc");
    ui.key(Key { code: KeyCode::Char('g'), ctrl: false, alt: true });
    assert_eq!(ui.state.screen, Screen::Groups);
    press(&mut ui, W, H, "3 ?");
    assert!(ui.state.layers.is_empty(), "the old keys do nothing");
}

#[test]
fn the_help_is_searched_and_its_footer_has_what_works_there() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "3 ?");
    let footer = lines(&mut ui).pop().unwrap();
    assert!(footer.contains("/ filter") && footer.contains("Esc back") && footer.contains(": palette"), "{footer}");
    for idle in ["follow", "copy", "help"] {
        assert!(!footer.contains(idle), "{idle}: {footer}");
    }
    press(&mut ui, W, H, "?");
    assert_eq!(ui.state.layers.len(), 1, "no help over the help");
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "half down");
    let found = text_of(&paint(&mut ui, W, H));
    assert!(found.contains("filter: half down") && found.contains("ctrl-d "), "{found}");
    assert!(!found.contains("overview") && !found.contains("on every screen"), "{found}");
    press(&mut ui, W, H, "enter");
    assert!(lines(&mut ui).pop().unwrap().contains("/ filter"));
    press(&mut ui, W, H, "/ ctrl-u");
    type_text(&mut ui, "no such thing");
    assert!(text_of(&paint(&mut ui, W, H)).contains("Nothing matches the filter"));
    press(&mut ui, W, H, "esc");
    let all = text_of(&paint(&mut ui, W, H));
    assert!(all.contains("on every screen") && all.contains("overview") && ui.state.layers.len() == 1, "{all}");
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "ctrl-");
    press(&mut ui, W, H, "enter esc");
    assert!(text_of(&paint(&mut ui, W, H)).contains("on every screen"), "Esc clears the filter first");
    press(&mut ui, W, H, "esc");
    assert!(ui.state.layers.is_empty());
    // What a popup has no use for its footer does not offer.
    press(&mut ui, W, H, "a i");
    let footer = lines(&mut ui).pop().unwrap();
    assert!(!footer.contains("follow") && !footer.contains("filter") && footer.contains("y copy"), "{footer}");
    press(&mut ui, W, H, "/");
    assert_eq!(ui.state.layers.len(), 1);
    press(&mut ui, W, H, "esc 1 j enter j enter");
    let footer = lines(&mut ui).pop().unwrap();
    assert!(footer.contains("f follow") && footer.contains("y copy") && !footer.contains("/ filter"), "{footer}");
}

#[test]
fn the_whole_dashboard_goes_back_in_time_and_space_returns() {
    let mut ui = ui(fixture::rich());
    let now = ui.shown().snapshot.taken_at;
    press(&mut ui, W, H, "[ [");
    let asked = ui.state.wants().at.unwrap();
    assert_eq!(now.since_ms(asked), 2_000, "two pictures back");
    assert_eq!(ui.shown().snapshot.taken_at, now, "until the engine has answered");
    ui.view(Arc::new(fixture::gone_back(asked)));
    assert_eq!(ui.shown().snapshot.taken_at, asked);
    assert!(lines(&mut ui)[0].contains("PAST"), "{}", lines(&mut ui)[0]);
    press(&mut ui, W, H, "]");
    assert_eq!(ui.state.wants().at, Some(asked.plus_ms(1_000)));
    press(&mut ui, W, H, "}");
    assert!(ui.state.wants().at.is_none() && ui.state.frozen.is_none(), "past the newest picture it is now");
    press(&mut ui, W, H, "{ space");
    assert_eq!((ui.state.wants().at, ui.shown().snapshot.taken_at), (None, now));
}

#[test]
fn a_screen_that_is_opened_in_the_past_is_asked_for_as_of_then() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "{ enter");
    let wants = ui.state.wants();
    assert!(wants.topic.is_some() && wants.at.is_some());
    let mut view = fixture::gone_back(wants.at.unwrap());
    ui.view(Arc::new(view.clone()));
    let first = ui.shown();
    let mut past = (**view.past.as_ref().unwrap()).clone();
    past.focus = Arc::new(Default::default());
    view.past = Some(Arc::new(past));
    ui.view(Arc::new(view));
    assert!(!Arc::ptr_eq(&first, &ui.shown()), "the same moment with what another screen needs");
}

#[test]
fn nothing_older_is_said() {
    let mut view = fixture::rich();
    view.moments = Default::default();
    let mut ui = ui(view);
    press(&mut ui, W, H, "[");
    assert!(ui.state.frozen.is_none() && lines(&mut ui)[39].contains("nothing older"));
}

#[test]
fn a_click_on_the_bar_of_the_past_goes_there() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "[");
    let bar = lines(&mut ui)[1].clone();
    let column = bar.chars().position(|c| c == '█').unwrap() as u16;
    let kind = MouseEventKind::Down(MouseButton::Left);
    ui.mouse(MouseEvent { kind, column, row: 1, modifiers: KeyModifiers::NONE });
    let ago = fixture::NOW.since_s(ui.state.travel.unwrap());
    assert!((275.0..345.0).contains(&ago), "{ago} s ago, where it was bad: {bar}");
}

#[test]
fn what_vigie_complains_of_is_told_in_the_head_until_somebody_has_read_it() {
    let mut ui = ui(fixture::rich());
    assert!(ui.read_log(&fixture::log()));
    assert!(lines(&mut ui)[0].contains("✘ Log"), "{}", lines(&mut ui)[0]);
    press(&mut ui, W, H, "o");
    assert_eq!(ui.state.screen, Screen::Log);
    assert!(lines(&mut ui).iter().any(|line| line.contains("Connection refused")));
    press(&mut ui, W, H, "1");
    assert!(!lines(&mut ui)[0].contains("Log"), "{}", lines(&mut ui)[0]);
}

#[test]
fn x_on_one_topic_and_on_another_shows_both_on_the_same_scales() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "x");
    let first = names(&mut ui)[0].clone();
    assert!(lines(&mut ui)[39].contains(&first), "which one is chosen: {}", lines(&mut ui)[39]);
    press(&mut ui, W, H, "x");
    assert_eq!(ui.state.screen, Screen::Overview, "not with itself");
    press(&mut ui, W, H, "j x");
    let wants = ui.state.wants();
    assert_eq!((ui.state.screen, wants.topic.as_deref()), (Screen::Compare, Some(first.as_str())));
    assert_eq!(wants.beside.as_deref(), Some(names(&mut ui)[1].as_str()));
    press(&mut ui, W, H, "esc enter x");
    assert_eq!(ui.state.screen, Screen::Overview, "from a topic's screen one chooses the other in the list");
}

/// What was asked of the engine about alerts.
fn marks(ui: &mut Ui) -> Vec<(String, Code, MarkWish)> {
    let marks = ui.effects().into_iter().filter_map(|effect| match effect {
        Effect::Ask(Ask::Mark(subject, code, wish)) => Some((crate::snapshot::subject_name(&subject), code, wish)),
        _ => None,
    });
    marks.collect()
}

#[test]
fn an_alert_is_acknowledged_silenced_and_let_speak_again() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "a A");
    assert_eq!(marks(&mut ui), [("delivery.failed".into(), Code::TopicUnusual, MarkWish::Acknowledge)]);
    press(&mut ui, W, H, "j M j enter");
    assert_eq!(marks(&mut ui), [("tracker".into(), Code::GroupStalled, MarkWish::Silence(Some(3_600)))]);
    assert!(ui.state.layers.is_empty(), "the menu is gone");
    press(&mut ui, W, H, "j j j A");
    assert_eq!(marks(&mut ui), [("billing".into(), Code::GroupLag, MarkWish::TakeBack)], "once more takes it back");
    press(&mut ui, W, H, "M esc");
    assert!(marks(&mut ui).is_empty() && ui.state.layers.is_empty());
    press(&mut ui, W, H, "i A");
    assert_eq!(marks(&mut ui).len(), 1, "in the popup too");
}

#[test]
fn an_alert_of_then_takes_no_mark_that_would_be_of_the_next_one() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "a space");
    let view = later(60_000, |snapshot| {
        let mut again = (*snapshot.alerts[0]).clone();
        again.0.since = again.0.since.plus_ms(600_000);
        snapshot.alerts = vec![Arc::new(again)];
        snapshot.alerts_count = 1;
    });
    assert!(ui.view(view));
    press(&mut ui, W, H, "A j A");
    assert_eq!(marks(&mut ui), [], "one is another by now, one is over");
    assert!(lines(&mut ui)[usize::from(H) - 1].contains("that was then"), "{}", lines(&mut ui)[usize::from(H) - 1]);
    press(&mut ui, W, H, "M j enter");
    assert_eq!(marks(&mut ui).len(), 1, "a silence for a time holds for the next one too");
    press(&mut ui, W, H, "space g A");
    assert_eq!(marks(&mut ui).len(), 1, "of now it can be said");
}

#[test]
fn enter_on_an_alert_goes_to_its_subject_and_on_a_past_one_says_what_it_was() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "a enter");
    assert_eq!((ui.state.screen, ui.state.topic.as_deref()), (Screen::Topic, Some("delivery.failed")));
    press(&mut ui, W, H, "a i");
    assert!(lines(&mut ui).iter().any(|l| l.contains("what to do")));
    press(&mut ui, W, H, "esc tab enter");
    let shown = lines(&mut ui).join("\n");
    assert!(shown.contains("14 stuck, the oldest 3 min in paying") && shown.contains("ended"), "{shown}");
    press(&mut ui, W, H, "A");
    assert!(marks(&mut ui).is_empty(), "what is over needs nobody");
}
