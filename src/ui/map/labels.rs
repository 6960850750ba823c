//! Names of places, where they have room. Which ones are shown depends on the lens alone, not on who rides by: else names would
//! come and go.

use crate::model::NamedPlace;
use crate::text;
use crate::ui::widgets::ink::width;
use ratatui::layout::Rect;

/// A name, and the cell where it begins.
pub struct Label {
    pub text: String,
    pub x: u16,
    pub y: u16,
}

/// Names around their cells, those of the first ranks first. `taken` is kept free; `cell` says where a place is.
pub fn labels(places: &[NamedPlace], area: Rect, taken: &[Rect], cell: impl Fn(&NamedPlace) -> Option<(u16, u16)>) -> Vec<Label> {
    let mut order: Vec<&NamedPlace> = places.iter().collect();
    order.sort_by_key(|place| place.rank);
    let mut taken: Vec<Rect> = taken.to_vec();
    let mut out = Vec::new();
    for place in order {
        let Some((x, y)) = cell(place) else { continue };
        let text = text::visible(&place.name).into_owned();
        let wide = width(&text);
        let Some(room) = room(area, (x, y), wide) else { continue };
        // A blank on each side: two names are never one.
        let with_blanks = Rect { x: room.x.saturating_sub(1), width: wide + 2, ..room };
        if taken.iter().any(|other| other.intersects(with_blanks)) {
            continue;
        }
        taken.push(with_blanks);
        out.push(Label { text, x: room.x, y });
    }
    out
}

/// Around the cell, moved to the side where the edge is near.
fn room(area: Rect, (x, y): (u16, u16), wide: u16) -> Option<Rect> {
    let last = area.right().checked_sub(wide).filter(|last| *last >= area.x && wide > 0)?;
    Some(Rect { x: x.saturating_sub(wide / 2).clamp(area.x, last), y, width: wide, height: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Point;
    use proptest::prelude::*;

    fn place(name: &str, rank: u8) -> NamedPlace {
        NamedPlace { name: name.into(), at: Point { lat: 0.0, lon: 0.0 }, rank }
    }

    #[test]
    fn the_first_rank_has_the_room() {
        let places = [place("Boulbinet", 2), place("Kaloum", 1), place("Sonfonia", 2)];
        let cell = |p: &NamedPlace| Some(if p.name.as_ref() == "Sonfonia" { (39, 1) } else { (10, 5) });
        let found: Vec<_> = labels(&places, Rect::new(0, 0, 40, 10), &[], cell).into_iter().map(|l| (l.text, l.x)).collect();
        assert_eq!(found, [("Kaloum".to_owned(), 7), ("Sonfonia".to_owned(), 32)]);
    }

    proptest! {
        #[test]
        fn names_never_touch_and_stay_inside(cells in prop::collection::vec((0_u16..60, 0_u16..20), 0..40)) {
            let area = Rect::new(3, 2, 50, 15);
            let places: Vec<_> = (0..cells.len()).map(|n| place(&"n".repeat(n % 12 + 1), (n % 3) as u8)).collect();
            let at = |p: &NamedPlace| {
                let n = places.iter().position(|other| std::ptr::eq(other, p)).unwrap();
                Some(cells[n]).filter(|c| area.contains((*c).into()))
            };
            let found = labels(&places, area, &[Rect::new(3, 16, 12, 1)], at);
            let rects: Vec<_> = found.iter().map(|l| Rect { x: l.x, y: l.y, width: width(&l.text), height: 1 }).collect();
            for (n, rect) in rects.iter().enumerate() {
                prop_assert_eq!(rect.intersection(area), *rect);
                prop_assert!(rects[n + 1..].iter().all(|other| other.y != rect.y || other.right() < rect.x || rect.right() < other.x));
            }
        }
    }
}
