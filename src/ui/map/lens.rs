//! From places on Earth to dots on the screen and back: an equirectangular view that is true at its middle. A cell is two dots wide
//! and four high, and twice as high as it is wide, so that a dot is a square.

use crate::model::{Plane, Point};

/// Dots of a cell.
pub const ACROSS: f64 = 2.0;
pub const DOWN: f64 = 4.0;
/// Metres a dot. Nearer nobody can say which side of the street it is; further the Earth is no plane.
const NEAREST: f64 = 0.5;
const FURTHEST: f64 = 50_000.0;
/// What is framed keeps off the edges.
const USED: f64 = 0.86;

/// What a map shows: the place in its middle, and how large a dot is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    pub centre: Point,
    pub m_per_dot: f64,
}

/// The room of a map, in dots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    pub width: f64,
    pub height: f64,
}

impl Room {
    pub fn of_cells(width: u16, height: u16) -> Self {
        Self { width: f64::from(width) * ACROSS, height: f64::from(height) * DOWN }
    }

    pub fn holds(self, (x, y): (f64, f64)) -> bool {
        (0.0..self.width).contains(&x) && (0.0..self.height).contains(&y)
    }
}

impl Lens {
    /// Dots from the left and from the top.
    pub fn dot(self, room: Room, place: Point) -> (f64, f64) {
        self.in_room(room).dot(place)
    }

    /// For many places.
    pub fn in_room(self, room: Room) -> Projection {
        Projection { plane: Plane::at(self.centre), room, dots_per_m: 1.0 / self.m_per_dot }
    }

    /// The place at a dot.
    pub fn place(self, room: Room, (x, y): (f64, f64)) -> Point {
        self.centre.moved((room.height / 2.0 - y) * self.m_per_dot, (x - room.width / 2.0) * self.m_per_dot)
    }

    /// All places in sight. `None`: there is none.
    pub fn around(places: impl Iterator<Item = Point> + Clone, room: Room) -> Option<Self> {
        let first = places.clone().next()?;
        let plane = Plane::at(first);
        let (mut north, mut east) = ((0.0_f64, 0.0_f64), (0.0_f64, 0.0_f64));
        for (n, e) in places.map(|place| plane.metres_to(place)) {
            north = (north.0.min(n), north.1.max(n));
            east = (east.0.min(e), east.1.max(e));
        }
        let needed = ((north.1 - north.0) / room.height).max((east.1 - east.0) / room.width) / USED;
        let centre = first.moved((north.0 + north.1) / 2.0, (east.0 + east.1) / 2.0);
        // A lone place is shown with the streets around it.
        Some(Self { centre, m_per_dot: needed.clamp(8.0 * NEAREST, FURTHEST) })
    }

    /// The same in coarse steps, so that a view of what moves stands still for a while.
    pub fn steady(self) -> Self {
        let m_per_dot = 2.0_f64.powf((self.m_per_dot.log2() * 2.0).ceil() / 2.0);
        let grid = m_per_dot * 8.0;
        let zero = Point { lat: self.centre.lat.round(), lon: self.centre.lon.round() };
        let (north, east) = zero.metres_to(self.centre);
        Self { centre: zero.moved((north / grid).round() * grid, (east / grid).round() * grid), m_per_dot }
    }

    /// Nearer (above 1) or further away (below); the place at `dot` stays where it is.
    pub fn zoomed(self, by: f64, room: Room, dot: (f64, f64)) -> Self {
        let kept = self.place(room, dot);
        let mut next = Self { m_per_dot: (self.m_per_dot / by).clamp(NEAREST, FURTHEST), ..self };
        // The east is as long as the middle's latitude makes it, which moves with the middle.
        for _ in 0..4 {
            let (x, y) = next.dot(room, kept);
            next = next.panned(x - dot.0, y - dot.1);
        }
        next
    }

    /// Looks so many dots further to the right and down.
    pub fn panned(self, right: f64, down: f64) -> Self {
        Self { centre: self.centre.moved(-down * self.m_per_dot, right * self.m_per_dot), ..self }
    }
}

/// A lens over a room, with what is the same for all places.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    plane: Plane,
    room: Room,
    dots_per_m: f64,
}

impl Projection {
    /// Dots from the left and from the top.
    pub fn dot(self, place: Point) -> (f64, f64) {
        let (north, east) = self.plane.metres_to(place);
        (self.room.width / 2.0 + east * self.dots_per_m, self.room.height / 2.0 - north * self.dots_per_m)
    }

    /// The cell that a place is in, from the left and from the top. `None`: it is out of sight.
    pub fn cell(self, place: Point) -> Option<(u16, u16)> {
        let (x, y) = self.dot(place);
        self.room.holds((x, y)).then(|| ((x / ACROSS) as u16, (y / DOWN) as u16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn a_lens() -> impl Strategy<Value = Lens> {
        (-70.0..70.0, -180.0..180.0, 1.0..500.0).prop_map(|(lat, lon, m_per_dot)| Lens { centre: Point { lat, lon }, m_per_dot })
    }

    fn a_room() -> impl Strategy<Value = Room> {
        (4_u16..200, 3_u16..60).prop_map(|(width, height)| Room::of_cells(width, height))
    }

    proptest! {
        #[test]
        fn a_dot_and_its_place_are_the_same(lens in a_lens(), room in a_room(), x in 0.0..1.0, y in 0.0..1.0) {
            let dot = (x * room.width, y * room.height);
            let back = lens.dot(room, lens.place(room, dot));
            prop_assert!((back.0 - dot.0).abs() < 1e-3 && (back.1 - dot.1).abs() < 1e-3, "{dot:?} {back:?}");
        }

        #[test]
        fn what_is_framed_is_in_sight(
            room in a_room(),
            middle in (-65.0..65.0, -180.0..180.0),
            offsets in prop::collection::vec((-20_000.0..20_000.0, -20_000.0..20_000.0), 1..30),
        ) {
            let middle = Point { lat: middle.0, lon: middle.1 };
            let places: Vec<Point> = offsets.iter().map(|(n, e)| middle.moved(*n, *e)).collect();
            let lens = Lens::around(places.iter().copied(), room).unwrap();
            for place in places {
                prop_assert!(room.holds(lens.dot(room, place)), "{place:?} by {lens:?} in {room:?}");
            }
        }

        #[test]
        fn the_place_under_the_pointer_stays_there(lens in a_lens(), room in a_room(), by in 0.5..2.0, x in 0.0..1.0, y in 0.0..1.0) {
            let dot = (x * room.width, y * room.height);
            let kept = lens.place(room, dot);
            let (x, y) = lens.zoomed(by, room, dot).dot(room, kept);
            prop_assert!((x - dot.0).abs() < 1.0 && (y - dot.1).abs() < 1.0, "{dot:?} {x} {y}");
        }
    }

    #[test]
    fn a_square_of_streets_is_a_square_of_dots() {
        let lens = Lens { centre: Point { lat: 60.0, lon: 25.0 }, m_per_dot: 10.0 };
        let room = Room::of_cells(40, 20);
        let (x, y) = lens.dot(room, lens.centre.moved(200.0, 200.0));
        assert!((x - 60.0).abs() < 1e-6 && (y - 20.0).abs() < 1e-6, "{x} {y}");
    }

    #[test]
    fn a_view_of_what_moves_stands_still_for_a_while() {
        let room = Room::of_cells(60, 30);
        let start = Point { lat: 48.85, lon: 2.35 };
        let at = |s: f64| [start, start.moved(3_000.0 + s * 8.0, 2_000.0 - s * 8.0)];
        let lenses: Vec<Lens> = (0..60).filter_map(|s| Some(Lens::around(at(f64::from(s)).into_iter(), room)?.steady())).collect();
        let moves = lenses.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(moves <= 6, "{moves} moves in a minute");
    }
}
