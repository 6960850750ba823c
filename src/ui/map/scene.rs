//! Which couriers a map has, which one is selected, and what it frames when nobody chose.

use super::{Lens, Room};
use crate::model::{BaseMap, Point};
use crate::snapshot::{Underway, View};
use crate::text::Word;
use crate::ui::list::{RowKey, Rows, ordered};
use crate::ui::panels::{DeliveryRows, PanelId, matches_delivery};
use crate::ui::state::UiState;
use std::borrow::Cow;
use std::sync::Arc;

/// All deliveries under way, sorted by order: what was asked for the map, else what the snapshot has.
pub fn couriers(view: &View) -> Cow<'_, [Underway]> {
    if let Some(map) = &view.focus.map {
        return Cow::Borrowed(&map.couriers);
    }
    let section = view.snapshot.business.deliveries.as_ref().and_then(|section| section.deliveries.as_ref());
    let plain = |delivery: &Arc<_>| Underway { delivery: Arc::clone(delivery), ..Underway::default() };
    Cow::Owned(section.into_iter().flatten().map(plain).collect())
}

/// The delivery of the Delivery screen.
pub fn one<'a>(couriers: &'a [Underway], state: &UiState) -> Option<&'a Underway> {
    found(couriers, state.order.as_deref()?)
}

/// The one that is selected in the table, also while the map has the keys.
pub fn selected<'a>(couriers: &'a [Underway], view: &View, state: &UiState) -> Option<&'a Underway> {
    let list = state.list(PanelId::Deliveries);
    if let Some(RowKey::Name(id)) = &list.selected
        && let Some(found) = found(couriers, id)
    {
        return Some(found);
    }
    if list.selected.is_none() {
        let shown = |courier: &&Underway| matches_delivery(&courier.delivery, state.filter(PanelId::Deliveries));
        let kept = state.order(PanelId::Deliveries).kept().find_map(|key| match key {
            RowKey::Name(id) => found(couriers, id).filter(shown),
            _ => None,
        });
        return kept.or_else(|| couriers.iter().find(shown));
    }
    let rows = ordered::<DeliveryRows>(view, state);
    let keys: Vec<_> = rows.iter().map(DeliveryRows::key).collect();
    rows.get(list.place(keys.iter())).and_then(|row| found(couriers, &row.order))
}

fn found<'a>(couriers: &'a [Underway], order: &str) -> Option<&'a Underway> {
    let at = couriers.binary_search_by(|courier| courier.delivery.order.as_ref().cmp(order)).ok()?;
    couriers.get(at)
}

/// The catalogue's places; where there are none, or nobody rides among them, the couriers.
pub fn town(base: &BaseMap, couriers: &[&Underway], room: Room) -> Option<Lens> {
    let riding = || couriers.iter().filter_map(|courier| courier.delivery.place());
    let places = Lens::around(base.places.iter().map(|place| place.at), room);
    let in_sight = |lens: &Lens| {
        let projection = lens.in_room(room);
        couriers.is_empty() || riding().any(|at| projection.cell(at).is_some())
    };
    places
        .filter(in_sight)
        .or_else(|| everybody(couriers, room).map(Lens::steady))
        .or(places)
        .or_else(|| Lens::around(base.lines.iter().flatten().copied(), room))
}

pub fn everybody(couriers: &[&Underway], room: Room) -> Option<Lens> {
    Lens::around(couriers.iter().filter_map(|courier| courier.delivery.place()), room)
}

/// Where a courier was, is and goes to.
pub fn around_one(courier: &Underway, room: Room) -> Option<Lens> {
    let driven = courier.trail.iter().flat_map(|trail| trail.since(courier.began)).map(|fix| fix.point());
    let ends = [courier.delivery.place(), courier.delivery.destination()].into_iter().flatten();
    let places: Vec<Point> = driven.chain(ends).collect();
    Lens::around(places.into_iter(), room).map(Lens::steady)
}

/// Why a map has nobody on it: nothing was told, or it is hidden.
pub fn nobody(state: &UiState, untold: Word) -> Word {
    if hides(state) { Word::PositionsHidden } else { untold }
}

/// A town without couriers would look as if nobody rode.
pub fn hides(state: &UiState) -> bool {
    state.look.hiding.is_on()
}

/// What the person chose, else `framed`; in the middle the courier that is followed.
pub fn chosen_lens(state: &UiState, panel: PanelId, followed: Option<&Underway>, framed: Option<Lens>) -> Option<Lens> {
    let map = state.maps.of(panel);
    let lens = map.lens.or(framed)?;
    let middle = followed.filter(|_| map.follow).and_then(|courier| courier.delivery.place());
    Some(Lens { centre: middle.unwrap_or(lens.centre), ..lens })
}
