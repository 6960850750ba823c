//! What keys and the mouse do on a map.

use super::scene::{couriers, everybody, one, selected};
use super::{Lens, MapHit, Room, lens};
use crate::model::Point;
use crate::ui::keymap::Action;
use crate::ui::list::RowKey;
use crate::ui::panels::PanelId;
use crate::ui::state::Screen;
use crate::ui::update::Ui;
use std::sync::Arc;

const KEY: f64 = 1.5;
const WHEEL: f64 = 1.25;
/// Dots.
const STEP: f64 = 16.0;
/// A click this near to a courier means it. Dots.
const NEAR: f64 = 8.0;

impl MapHit {
    fn room(&self) -> Room {
        Room::of_cells(self.area.width, self.area.height)
    }

    /// The middle of a cell.
    fn dot(&self, x: u16, y: u16) -> (f64, f64) {
        let cell = |at: u16, from: u16, dots: f64| (f64::from(at.saturating_sub(from)) + 0.5) * dots;
        (cell(x, self.area.x, lens::ACROSS), cell(y, self.area.y, lens::DOWN))
    }

    fn middle(&self) -> (f64, f64) {
        (self.room().width / 2.0, self.room().height / 2.0)
    }
}

impl Ui {
    pub(in crate::ui) fn act_on_map(&mut self, action: Action) {
        let Some(hit) = self.hits.map else { return self.go(Screen::Deliveries) };
        let (lens, room) = (hit.lens, hit.room());
        match action {
            Action::MapNearer => self.look_at(&hit, lens.zoomed(KEY, room, hit.middle()), true),
            Action::MapFurther => self.look_at(&hit, lens.zoomed(1.0 / KEY, room, hit.middle()), true),
            Action::MapLeft => self.look_at(&hit, lens.panned(-STEP, 0.0), false),
            Action::MapRight => self.look_at(&hit, lens.panned(STEP, 0.0), false),
            Action::MapUp => self.look_at(&hit, lens.panned(0.0, -STEP), false),
            Action::MapDown => self.look_at(&hit, lens.panned(0.0, STEP), false),
            Action::MapFollow => {
                let map = self.state.maps.of_mut(hit.panel);
                (map.lens, map.follow) = (Some(lens), !map.follow);
            }
            Action::MapFit => self.fit(&hit),
            _ => {}
        }
    }

    fn look_at(&mut self, hit: &MapHit, lens: Lens, follows: bool) {
        let map = self.state.maps.of_mut(hit.panel);
        map.lens = Some(lens);
        map.follow &= follows;
    }

    /// The town, and from there all couriers, wherever they are.
    fn fit(&mut self, hit: &MapHit) {
        let view = self.shown();
        let all = couriers(&view);
        let is_framed = self.state.maps.of(hit.panel).lens.is_none();
        let lens =
            if is_framed && hit.panel == PanelId::Map { everybody(&all.iter().collect::<Vec<_>>(), hit.room()) } else { None };
        let map = self.state.maps.of_mut(hit.panel);
        (map.lens, map.follow) = (lens, false);
    }

    /// The map that the pointer is on, while nothing covers it.
    fn map_at(&self, x: u16, y: u16) -> Option<MapHit> {
        self.hits.map.filter(|hit| hit.area.contains((x, y).into()))
    }

    /// Turned away from the person is nearer. False: there is no map.
    pub(in crate::ui) fn wheel_on_map(&mut self, x: u16, y: u16, by: isize) -> bool {
        let Some(hit) = self.map_at(x, y) else { return false };
        let factor = if by < 0 { WHEEL } else { 1.0 / WHEEL };
        self.look_at(&hit, hit.lens.zoomed(factor, hit.room(), hit.dot(x, y)), true);
        true
    }

    /// False: there is no map.
    pub(in crate::ui) fn press_on_map(&mut self, x: u16, y: u16) -> bool {
        let Some(hit) = self.map_at(x, y) else { return false };
        self.focus(hit.panel);
        self.state.maps.of_mut(hit.panel).held = Some((x, y));
        if hit.panel == PanelId::Map
            && let Some(order) = self.nearest(&hit, hit.dot(x, y))
        {
            self.select_delivery(&order);
        }
        true
    }

    pub(in crate::ui) fn drag_map(&mut self, x: u16, y: u16) {
        let Some(hit) = self.hits.map else { return };
        let Some((from_x, from_y)) = self.state.maps.of(hit.panel).held else { return };
        let by = |to: u16, from: u16, dots: f64| (f64::from(from) - f64::from(to)) * dots;
        self.look_at(&hit, hit.lens.panned(by(x, from_x, lens::ACROSS), by(y, from_y, lens::DOWN)), false);
        self.state.maps.of_mut(hit.panel).held = Some((x, y));
        // Two drags may come before the next frame.
        if let Some(lens) = self.state.maps.of(hit.panel).lens {
            self.hits.map = Some(MapHit { lens, ..hit });
        }
    }

    pub(in crate::ui) fn let_go_of_map(&mut self) {
        if let Some(hit) = self.hits.map {
            self.state.maps.of_mut(hit.panel).held = None;
        }
    }

    fn nearest(&self, hit: &MapHit, to: (f64, f64)) -> Option<Arc<str>> {
        let view = self.shown();
        let filter = self.state.filter(PanelId::Deliveries);
        let all = couriers(&view);
        let far = |at: Point| {
            let dot = hit.lens.dot(hit.room(), at);
            (dot.0 - to.0).hypot(dot.1 - to.1)
        };
        let matching = all.iter().filter(|courier| crate::ui::panels::matches_delivery(&courier.delivery, filter));
        let near = matching.filter_map(|c| Some((far(c.delivery.place()?), c))).filter(|(far, _)| *far <= NEAR);
        near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, courier)| Arc::clone(&courier.delivery.order))
    }

    /// A second click on the selected one opens it.
    fn select_delivery(&mut self, order: &Arc<str>) {
        let view = self.shown();
        let Some(list) = PanelId::Deliveries.list() else { return };
        let keys = (list.keys)(&view, &self.state);
        let Some(index) = keys.iter().position(|(key, _)| *key == RowKey::Name(Arc::clone(order))) else { return };
        let again = self.state.list(PanelId::Deliveries).selected == Some(RowKey::Name(Arc::clone(order)));
        self.select(PanelId::Deliveries, index);
        if again {
            self.open_delivery(Arc::clone(order));
        }
    }

    /// The courier that was just selected is in sight.
    pub(in crate::ui) fn show_selected_on_map(&mut self) {
        let Some(hit) = self.hits.map.filter(|hit| hit.panel == PanelId::Map) else { return };
        let view = self.shown();
        let all = couriers(&view);
        let place = selected(&all, &view, &self.state).and_then(|courier| courier.delivery.place());
        if let Some(centre) = place.filter(|place| !hit.room().holds(hit.lens.dot(hit.room(), *place))) {
            self.look_at(&hit, Lens { centre, ..hit.lens }, true);
        }
    }

    /// The order that the screen is about, or whose delivery is selected.
    pub(in crate::ui) fn order_in_sight(&self) -> Option<Arc<str>> {
        let view = self.shown();
        let all = couriers(&view);
        let found = match self.state.screen {
            Screen::Delivery => return self.state.order.clone().or_else(|| Some(one(&all, &self.state)?.delivery.order.clone())),
            Screen::Deliveries => selected(&all, &view, &self.state),
            _ => None,
        };
        found.map(|courier| Arc::clone(&courier.delivery.order))
    }
}
