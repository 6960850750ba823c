use super::*;
use crate::model::NamedPlace;
use crate::snapshot::{Delivery, Underway};
use crate::ui::config::UiConfig;
use crate::ui::keymap::{BINDINGS, Keymap};
use crate::ui::state::UiState;
use std::sync::Arc;

fn courier(n: usize) -> Underway {
    let at = Point { lat: 9.5, lon: -13.7 }.moved((n % 100) as f64 * 90.0, (n / 100) as f64 * 90.0);
    let delivery = Delivery {
        order: format!("o{n:05}").into(),
        lat: Some(at.lat),
        lon: Some(at.lon),
        late_s: Some(0.0),
        ..Delivery::default()
    };
    Underway { delivery: Arc::new(delivery), ..Underway::default() }
}

fn drawn(couriers: &[Underway], lens: Lens) -> (Buffer, usize) {
    drawn_on(&BaseMap::default(), couriers, lens)
}

fn drawn_on(base: &BaseMap, couriers: &[Underway], lens: Lens) -> (Buffer, usize) {
    let look = UiConfig::default().look(|_| None).unwrap();
    let (view, state) = (crate::snapshot::View::default(), UiState::new(look, Keymap::load(BINDINGS).unwrap()));
    let area = Rect::new(0, 0, 60, 30);
    let mut buf = Buffer::empty(area);
    let all: Vec<&Underway> = couriers.iter().collect();
    let scene = Scene { base, lens, couriers: &all, selected: None };
    let outside = draw(Ctx { view: &view, state: &state }, &mut buf, area, &scene);
    (buf, outside)
}

fn symbols(buf: &Buffer, symbol: &str) -> usize {
    buf.content.iter().filter(|cell| cell.symbol() == symbol).count()
}

#[test]
fn every_courier_is_seen_or_counted_as_out_of_sight() {
    let all: Vec<Underway> = (0..10_000).map(courier).collect();
    let lens = Lens { centre: all[0].delivery.place().unwrap(), m_per_dot: 20.0 };
    let (buf, outside) = drawn(&all, lens);
    assert!(symbols(&buf, "●") > 100);
    assert!((8_000..10_000).contains(&outside), "{outside}");
    let framed = Lens::around(all.iter().filter_map(|c| c.delivery.place()), Room::of_cells(60, 30)).unwrap();
    assert_eq!(drawn(&all, framed).1, 0);
}

#[test]
fn the_worst_of_a_cell_is_seen() {
    let one = |late: f64, age: f64| {
        let mut courier = courier(0);
        let delivery = Arc::make_mut(&mut courier.delivery);
        (delivery.late_s, delivery.position_age_s) = (Some(late), Some(age));
        courier
    };
    let lens = Lens { centre: courier(0).delivery.place().unwrap(), m_per_dot: 10.0 };
    let (buf, _) = drawn(&[one(0.0, 92.0), one(300.0, 1.0), one(0.0, 1.0)], lens);
    assert_eq!((symbols(&buf, "○"), symbols(&buf, "▲"), symbols(&buf, "●")), (1, 0, 0));
    let (buf, _) = drawn(&[one(300.0, 1.0), one(0.0, 1.0)], lens);
    assert_eq!((symbols(&buf, "▲"), symbols(&buf, "●")), (1, 0));
}

#[test]
fn places_that_do_not_exist_are_not_drawn() {
    let mut lost = courier(0);
    Arc::make_mut(&mut lost.delivery).lat = Some(f64::INFINITY);
    let lens = Lens { centre: courier(0).delivery.place().unwrap(), m_per_dot: 10.0 };
    let (buf, outside) = drawn(&[lost], lens);
    assert_eq!((symbols(&buf, "●"), outside), (0, 0));
}

#[test]
fn a_destination_is_no_letter_of_a_name() {
    let at = courier(0).delivery.place().unwrap();
    let mut base = BaseMap::default();
    base.places.push(NamedPlace { name: "Kipé".into(), at, rank: 1 });
    let mut all: Vec<Underway> = (0..4).map(courier).collect();
    for (n, courier) in all.iter_mut().enumerate() {
        let to = at.moved(n as f64 * 20.0 - 40.0, 0.0);
        let delivery = Arc::make_mut(&mut courier.delivery);
        (delivery.to_lat, delivery.to_lon, delivery.lat) = (Some(to.lat), Some(to.lon), None);
        // Its place is what is selected or driven; here none is.
        delivery.lon = None;
    }
    let (mut buf, _) = drawn_on(&base, &all, Lens { centre: at, m_per_dot: 10.0 });
    crate::ui::ascii::plain(&mut buf);
    assert!(crate::ui::svg::text(&buf).contains("Kipe"), "{}", crate::ui::svg::text(&buf));
}
