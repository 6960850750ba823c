//! Finding an order, whatever list it stands in, and what is told of it.

use super::*;
use crate::model::{Meaning, TailFilter};
use crate::snapshot::{CustomerSections, FoundOrders, Order, PaymentSections};
use crate::text::Language;
use crate::ui::fixture;
use crate::ui::state::Screen;

const W: u16 = 140;
const H: u16 = 40;

fn text(ui: &mut Ui) -> String {
    text_of(&paint(ui, W, H))
}

/// The engine found this order by `needle`, after so many of 200,000.
fn found(needle: &str, searched: usize) -> Arc<View> {
    let mut view = fixture::rich();
    let order = |id: &str| Order { id: id.into(), state: "delivered".into(), since: fixture::NOW, ..Order::default() };
    let found = FoundOrders {
        asked: TailFilter::Text(needle.into()),
        orders: vec![Arc::new(order("CMD-000007"))],
        count: 1,
        searched,
        of: 200_000,
    };
    let mut focus = (*view.focus).clone();
    focus.orders = Some(Arc::new(found));
    view.focus = Arc::new(focus);
    Arc::new(view)
}

#[test]
fn an_order_that_no_list_has_is_asked_for_and_opened() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 /");
    type_text(&mut ui, "cmd-000007");
    assert_eq!(ui.state.wants().orders, TailFilter::Text("cmd-000007".into()));
    press(&mut ui, W, H, "enter");
    assert!(!text(&mut ui).contains("CMD-000007"));
    ui.view(found("cmd-000007", 40_000));
    let shown = text(&mut ui);
    assert!(shown.contains("CMD-000007") && shown.contains("in 40 000 of 200 000 …"), "{shown}");
    ui.view(found("cmd-000007", 200_000));
    let shown = text(&mut ui);
    assert!(shown.contains("┌ orders · 1 of 200 000 · filter: cmd-000007 ") && !shown.contains("200 000 …"), "{shown}");
    assert_eq!(shown.matches("200 000").count(), 1, "in how many it was looked for is told once: {shown}");
    press(&mut ui, W, H, "enter");
    assert_eq!((ui.state.screen, ui.state.order.as_deref()), (Screen::Order, Some("CMD-000007")));
    assert_eq!(ui.state.wants().orders, TailFilter::All, "another screen looks for nothing");
}

#[test]
fn which_orders_are_listed_is_told_and_the_oldest_come_first_where_one_wants_them() {
    let mut view = fixture::rich();
    let mut snapshot = (*view.snapshot).clone();
    let mut orders = snapshot.business.orders.as_deref().cloned().unwrap();
    let waits = Order { id: "CMD-000001".into(), since: fixture::NOW.plus_ms(-86_400_000), ..Order::default() };
    orders.orders = orders.orders.map(|mut rows| {
        rows.insert(0, Arc::new(waits));
        rows
    });
    (orders.orders_open, orders.orders_oldest) = (Some(1_927), Some(19));
    snapshot.business.orders = Some(Arc::new(orders));
    view.snapshot = Arc::new(snapshot);
    let view = Arc::new(view);
    for (language, title, note) in [
        (Language::English, "open orders 1 927", "42 newest, 19 oldest"),
        (Language::French, "commandes ouvertes 1 927", "42 récentes, 19 anciennes"),
    ] {
        for (width, height) in [(60, 15), (80, 24), (120, 40), (200, 60)] {
            let mut ui = ui_with(UiConfig { utc: true, language: Some(language), ..UiConfig::default() }, (*view).clone());
            press(&mut ui, width, height, "4 R");
            let shown = text_of(&paint(&mut ui, width, height));
            assert!(shown.contains(title) && shown.contains(note), "{width}x{height}: {shown}");
            let first = shown.lines().skip_while(|line| !line.contains(title)).find(|line| line.contains("CMD-")).unwrap();
            assert!(first.contains("CMD-000001"), "{shown}");
        }
    }
}

#[test]
fn a_search_that_finds_what_ended_is_not_titled_open() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 /");
    type_text(&mut ui, "cmd-000007");
    press(&mut ui, W, H, "enter");
    ui.view(found("cmd-000007", 200_000));
    let shown = text(&mut ui);
    assert!(shown.contains("┌ orders · 1 of 200 000 · filter: cmd-000007 ") && !shown.contains("open orders"), "{shown}");
}

#[test]
fn where_a_record_stands_keeps_its_offset_however_narrow_it_is() {
    for (keys, width, height) in [("5 j j j j j enter", 120, 40), ("4 enter", 60, 15), ("4 enter", 80, 24), ("4 enter", 120, 40)] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, width, height, keys);
        let shown = text_of(&paint(&mut ui, width, height));
        let rows: Vec<_> = shown.lines().filter(|line| line.contains(".877 ")).collect();
        assert!(rows.len() == 6 && rows.iter().all(|row| row.contains("/3@41")), "{width}x{height}: {shown}");
    }
}

#[test]
fn where_a_filter_leaves_nothing_it_is_said_what_the_list_does_not_have() {
    let mut cut = fixture::rich();
    let mut snapshot = (*cut.snapshot).clone();
    let payments =
        snapshot.business.payments.as_deref().map(|section| PaymentSections { payments_known: Some(3_587), ..section.clone() });
    let customers =
        snapshot.business.customers.as_deref().map(|section| CustomerSections { customers_known: 9_412, ..section.clone() });
    (snapshot.business.payments, snapshot.business.customers) = (payments.map(Arc::new), customers.map(Arc::new));
    cut.snapshot = Arc::new(snapshot);
    for (language, keys, wanted) in [
        (Language::English, "5", "Only those under way are listed. :order ID opens any other. Esc clears it."),
        (Language::French, "5", "Seules celles en cours sont listées. :commande ID en ouvre toute autre."),
        (Language::English, "6", " of 3 587. Esc clears it."),
        (Language::French, "8", "Rien ne correspond au filtre. La liste en a "),
        (Language::English, "8", " of 9 412. Esc clears it."),
        (Language::English, "3", "Nothing matches the filter. Esc clears it."),
    ] {
        let mut ui = ui_with(UiConfig { utc: true, language: Some(language), ..UiConfig::default() }, cut.clone());
        press(&mut ui, W, H, keys);
        press(&mut ui, W, H, "/");
        type_text(&mut ui, "CMD-0035 nowhere");
        let shown = text(&mut ui);
        let said: Vec<&str> = shown.split(|c: char| c.is_whitespace() || "│┌┐└┘─".contains(c)).filter(|w| !w.is_empty()).collect();
        assert!(said.join(" ").contains(wanted.trim()), "{keys} {wanted}: {shown}");
    }
    // On Orders all that are known are looked through.
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 /");
    type_text(&mut ui, "cmd-000009");
    let mut view = (*found("cmd-000009", 200_000)).clone();
    let mut focus = (*view.focus).clone();
    focus.orders = focus.orders.map(|found| Arc::new(FoundOrders { orders: Vec::new(), count: 0, ..(*found).clone() }));
    view.focus = Arc::new(focus);
    ui.view(Arc::new(view));
    let shown = text(&mut ui);
    assert!(shown.contains("0 of 200 000") && shown.contains("Nothing matches the filter. :order ID opens any other."), "{shown}");
}

#[test]
fn under_a_filter_one_count_stands_and_the_filter_is_read() {
    for (keys, width, height) in [("5", 120, 40), ("4", 120, 40), ("8", 120, 40), ("5", 80, 24), ("4", 60, 15)] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, width, height, keys);
        press(&mut ui, width, height, "/");
        type_text(&mut ui, "CMD-003576");
        press(&mut ui, width, height, "enter");
        let shown = text_of(&paint(&mut ui, width, height));
        let title = shown.lines().find(|line| line.contains("filter: CMD-003576")).unwrap_or_else(|| panic!("{keys}: {shown}"));
        assert!(!title.contains("sort:") || !title.contains('…'), "{title}");
    }
}

#[test]
fn what_was_found_by_another_filter_is_not_shown() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 /");
    type_text(&mut ui, "cmd");
    ui.view(found("cmd-000007", 200_000));
    assert!(!text(&mut ui).contains("CMD-000007"));
}

#[test]
fn in_the_past_only_what_was_listed_is_looked_through_and_it_is_said() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4 {");
    assert!(ui.state.travel.is_some() && !text(&mut ui).contains("of that moment"));
    press(&mut ui, W, H, "/");
    type_text(&mut ui, "cmd-1041");
    press(&mut ui, W, H, "enter");
    let shown = text(&mut ui);
    let listed = fixture::rich().snapshot.business.orders.as_ref().and_then(|o| o.orders.as_ref().map(Vec::len)).unwrap();
    assert!(shown.contains(&format!("only in the {listed} of that moment")), "{shown}");
    press(&mut ui, W, H, "space");
    assert!(!text(&mut ui).contains("of that moment"));
}

#[test]
fn the_palette_opens_an_order_by_its_id() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "order X/17");
    press(&mut ui, W, H, "enter");
    assert_eq!((ui.state.screen, ui.state.wants().order.as_deref()), (Screen::Order, Some("X/17")));
}

#[test]
fn an_order_that_is_not_in_memory_is_followed_by_its_id() {
    for (keys, language, wanted) in
        [("", Language::English, "f finds its records in Kafka."), ("tab", Language::French, "f retrouve ses messages dans Kafka.")]
    {
        let mut ui = ui_with(UiConfig { utc: true, language: Some(language), ..UiConfig::default() }, fixture::rich());
        press(&mut ui, W, H, ":");
        type_text(&mut ui, "order CMD-000007");
        press(&mut ui, W, H, "enter");
        press(&mut ui, W, H, keys);
        assert!(text(&mut ui).contains(wanted), "{}", text(&mut ui));
        press(&mut ui, W, H, "f");
        let followed = ui.state.follow.as_ref().map(|follow| (follow.key.bytes.to_vec(), follow.key.names));
        assert_eq!((ui.state.screen, followed), (Screen::Follow, Some((b"CMD-000007".to_vec(), Some(Meaning::Order)))));
    }
}

#[test]
fn the_messages_about_an_order_stand_in_its_timeline() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4");
    ui.open_order("CMD-104100".into());
    let shown = text(&mut ui);
    let line = shown.lines().find(|line| line.contains("notifications.push")).unwrap_or_default();
    assert!(line.contains("message") && line.contains("push"), "{shown}");
    assert!(shown.contains("messages 1"), "{shown}");
}

#[test]
fn states_sort_in_the_order_of_the_pipeline() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, 60, "4");
    for _ in 0..6 {
        press(&mut ui, W, 60, "s");
        if text_of(&paint(&mut ui, W, 60)).contains("sort: state") {
            break;
        }
    }
    let shown = text_of(&paint(&mut ui, W, 60));
    let at = |state: &str| shown.lines().position(|line| line.contains("CMD-") && line.contains(state));
    let places: Vec<_> = ["created", "checked", "paying", "paid"].iter().map(|s| at(&format!(" {s} "))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {shown}");
    let place = |state| crate::ui::panels::pipeline_place(&fixture::rich(), "order", state);
    assert!(place("delivered") < place("cancelled") && place("cancelled") < place("what nobody told"));
}
