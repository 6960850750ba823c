//! Finding an order, whatever list it stands in, and what is told of it.

use super::*;
use crate::model::TailFilter;
use crate::snapshot::{FoundOrders, Order};
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
    assert!(text(&mut ui).contains(" in 200 000 ") && !text(&mut ui).contains("200 000 …"), "{}", text(&mut ui));
    press(&mut ui, W, H, "enter");
    assert_eq!((ui.state.screen, ui.state.order.as_deref()), (Screen::Order, Some("CMD-000007")));
    assert_eq!(ui.state.wants().orders, TailFilter::All, "another screen looks for nothing");
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
fn the_messages_about_an_order_stand_in_its_timeline() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "4");
    ui.open_order("CMD-104100".into());
    let shown = text(&mut ui);
    let line = shown.lines().find(|line| line.contains("notifications.push")).unwrap_or_default();
    assert!(line.contains("message") && line.contains("push"), "{shown}");
    assert!(shown.contains("messages 1"), "{shown}");
}
