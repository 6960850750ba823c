//! What keys and the mouse do on the map, and that it and the table go together.

use super::*;
use crate::ui::fixture;
use crate::ui::list::RowKey;
use crate::ui::map::MapHit;
use crate::ui::panels::PanelId;
use crate::ui::state::Screen;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

const W: u16 = 120;
const H: u16 = 40;

fn opened(keys: &str) -> Ui {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, keys);
    paint(&mut ui, W, H);
    ui
}

fn hit(ui: &Ui) -> MapHit {
    ui.hits.map.expect("a map was drawn")
}

fn selected(ui: &Ui) -> Option<String> {
    match &ui.state.list(PanelId::Deliveries).selected {
        Some(RowKey::Name(name)) => Some(name.to_string()),
        _ => None,
    }
}

fn mouse(ui: &mut Ui, kind: MouseEventKind, (column, row): (u16, u16)) {
    ui.mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    paint(ui, W, H);
}

/// The cell of a symbol on the map.
fn find(ui: &mut Ui, symbol: &str) -> (u16, u16) {
    let buffer = paint(ui, W, H);
    let area = hit(ui).area;
    let cells = area.positions().filter(|at| buffer[*at].symbol() == symbol);
    cells.map(|at| (at.x, at.y)).next().expect("it is on the map")
}

#[test]
fn the_map_zooms_with_the_table_and_pans_when_it_has_the_keys() {
    let mut ui = opened("5");
    let before = hit(&ui).lens;
    press(&mut ui, W, H, "+ +");
    paint(&mut ui, W, H);
    assert!((before.m_per_dot / hit(&ui).lens.m_per_dot - 2.25).abs() < 1e-9);
    let top = hit(&ui).lens.centre;
    press(&mut ui, W, H, "down");
    paint(&mut ui, W, H);
    assert_eq!(hit(&ui).lens.centre, top, "the table has the keys");
    press(&mut ui, W, H, "tab down");
    paint(&mut ui, W, H);
    assert!(hit(&ui).lens.centre.lat < top.lat);
    press(&mut ui, W, H, "l l");
    paint(&mut ui, W, H);
    assert!(hit(&ui).lens.centre.lon > top.lon);
    press(&mut ui, W, H, "F");
    paint(&mut ui, W, H);
    assert_eq!(hit(&ui).lens, before, "the town again");
    press(&mut ui, W, H, "F");
    paint(&mut ui, W, H);
    let hit = hit(&ui);
    let room = crate::ui::map::Room::of_cells(hit.area.width, hit.area.height);
    let view = ui.shown();
    let places = crate::ui::map::couriers(&view).iter().filter_map(|c| c.delivery.place()).collect::<Vec<_>>();
    assert!(places.len() > 20 && places.iter().all(|at| room.holds(hit.lens.dot(room, *at))), "all couriers");
}

#[test]
fn a_followed_courier_stays_in_the_middle_until_the_map_is_moved() {
    let mut ui = opened("5 j tab f");
    let view = ui.shown();
    let all = crate::ui::map::couriers(&view);
    let place = crate::ui::map::selected(&all, &view, &ui.state).unwrap().delivery.place().unwrap();
    assert_eq!(hit(&ui).lens.centre, place);
    press(&mut ui, W, H, "+");
    paint(&mut ui, W, H);
    assert_eq!(hit(&ui).lens.centre, place);
    assert!(text_of(&paint(&mut ui, W, H)).contains("following"));
    press(&mut ui, W, H, "h");
    paint(&mut ui, W, H);
    assert!(!ui.state.maps.of(PanelId::Map).follow && hit(&ui).lens.centre.lon < place.lon);
}

#[test]
fn a_click_on_a_courier_selects_its_row_and_a_second_one_opens_it() {
    let mut ui = opened("5");
    let at = find(&mut ui, "○");
    mouse(&mut ui, MouseEventKind::Down(MouseButton::Left), at);
    mouse(&mut ui, MouseEventKind::Up(MouseButton::Left), at);
    let order = selected(&ui).expect("a row is selected");
    let view = ui.shown();
    let row = crate::ui::map::couriers(&view).iter().find(|c| *c.delivery.order == *order).unwrap().delivery.clone();
    assert!(crate::ui::map::is_silent(&row), "{row:?}");
    assert_eq!(ui.state.focused_panel(), PanelId::Map);
    mouse(&mut ui, MouseEventKind::Down(MouseButton::Left), at);
    assert_eq!((ui.state.screen, ui.state.order.as_deref()), (Screen::Delivery, Some(order.as_str())));
}

#[test]
fn the_wheel_keeps_the_place_under_the_pointer_and_a_drag_takes_it_along() {
    let mut ui = opened("5");
    let area = hit(&ui).area;
    let room = crate::ui::map::Room::of_cells(area.width, area.height);
    let pointer = (area.x + 9, area.y + 5);
    let dot = (19.0, 22.0);
    let under = |ui: &Ui| hit(ui).lens.place(room, dot);
    let before = under(&ui);
    mouse(&mut ui, MouseEventKind::ScrollUp, pointer);
    assert!(before.distance_m(under(&ui)) < 20.0 && ui.state.maps.of(PanelId::Map).lens.is_some());
    mouse(&mut ui, MouseEventKind::Down(MouseButton::Left), pointer);
    let held = under(&ui);
    mouse(&mut ui, MouseEventKind::Drag(MouseButton::Left), (pointer.0 + 4, pointer.1 + 2));
    let moved = hit(&ui).lens.place(room, (dot.0 + 8.0, dot.1 + 8.0));
    assert!(held.distance_m(moved) < 20.0, "{held:?} {moved:?}");
    mouse(&mut ui, MouseEventKind::Up(MouseButton::Left), pointer);
    mouse(&mut ui, MouseEventKind::Drag(MouseButton::Left), pointer);
    assert_eq!(hit(&ui).lens.place(room, (dot.0 + 8.0, dot.1 + 8.0)), moved, "the button is up");
}

#[test]
fn enter_opens_the_delivery_and_o_its_order_and_escape_goes_back() {
    for keys in ["5 j enter", "5 j tab enter"] {
        let mut ui = opened(keys);
        assert_eq!(ui.state.screen, Screen::Delivery);
        let wants = ui.state.wants();
        assert!(wants.map && wants.order.is_some() && wants.order.as_deref() == selected(&ui).as_deref());
        press(&mut ui, W, H, "esc");
        assert_eq!(ui.state.screen, Screen::Deliveries);
        press(&mut ui, W, H, "O");
        assert_eq!((ui.state.screen, &ui.state.order), (Screen::Order, &wants.order));
        press(&mut ui, W, H, "D");
        assert_eq!((ui.state.screen, &ui.state.order), (Screen::Delivery, &wants.order), "and back");
    }
}

#[test]
fn d_opens_the_delivery_of_the_order_that_is_selected() {
    for keys in ["4 j D", "6 j D"] {
        let ui = opened(keys);
        assert_eq!(ui.state.screen, Screen::Delivery, "{keys}");
        assert!(ui.state.order.as_deref().is_some_and(|order| order.starts_with("CMD-")), "{:?}", ui.state.order);
    }
}

#[test]
fn the_next_problem_is_brought_into_sight() {
    let ui = opened("5 tab + + + + + + h h h h h h n");
    let view = ui.shown();
    let all = crate::ui::map::couriers(&view);
    let courier = crate::ui::map::selected(&all, &view, &ui.state).unwrap();
    let hit = hit(&ui);
    let room = crate::ui::map::Room::of_cells(hit.area.width, hit.area.height);
    assert!(room.holds(hit.lens.dot(room, courier.delivery.place().unwrap())));
}

#[test]
fn a_filter_of_the_table_is_one_of_the_map() {
    let mut ui = opened("5 /");
    type_text(&mut ui, "CMD-104101");
    let text = text_of(&paint(&mut ui, W, H));
    assert!(text.contains("map  ● 1 "), "{text}");
}

#[test]
fn where_positions_are_hidden_the_map_says_so_instead_of_an_empty_town() {
    let mut ui = opened("5 P");
    let text = text_of(&paint(&mut ui, W, H));
    assert!(text.contains("Positions are personal, and hidden"), "{text}");
    assert!(ui.hits.map.is_none() && !text.contains("Tannerie"), "{text}");
    press(&mut ui, W, H, "P");
    assert!(text_of(&paint(&mut ui, W, H)).contains("Tannerie"));
}
