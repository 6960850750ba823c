//! Conakry as the simulation knows it: districts on the peninsula, and straight ways between them.

use crate::catalogue::Catalogue;
use crate::model::NamedPlace;
use std::sync::{Arc, LazyLock};

/// A place: degrees north, degrees east (west is negative).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub lat: f64,
    pub lon: f64,
}

pub(super) struct District {
    pub name: Arc<str>,
    /// Where its ways cross.
    pub middle: Place,
}

/// Those of the shipped map, in its order.
pub(super) static DISTRICTS: LazyLock<Vec<District>> = LazyLock::new(|| {
    let place = |p: &NamedPlace| District { name: p.name.clone(), middle: Place { lat: p.at.lat, lon: p.at.lon } };
    Catalogue::builtin().map.places.iter().map(place).collect()
});

/// Metres in a degree of latitude, and in one of longitude at Conakry (cos 9.58° of it).
const LAT_M: f64 = 111_200.0;
const LON_M: f64 = 109_650.0;

impl Place {
    pub fn metres_to(self, other: Self) -> f64 {
        let (north, east) = ((other.lat - self.lat) * LAT_M, (other.lon - self.lon) * LON_M);
        (north * north + east * east).sqrt()
    }

    pub fn moved(self, north_m: f64, east_m: f64) -> Self {
        Self { lat: self.lat + north_m / LAT_M, lon: self.lon + east_m / LON_M }
    }

    fn between(self, other: Self, part: f64) -> Self {
        Self { lat: self.lat + (other.lat - self.lat) * part, lon: self.lon + (other.lon - self.lon) * part }
    }

    /// Degrees from north, clockwise.
    fn heading_to(self, other: Self) -> f64 {
        ((other.lon - self.lon) * LON_M).atan2((other.lat - self.lat) * LAT_M).to_degrees().rem_euclid(360.0)
    }
}

/// A way through the crossings of the districts it touches.
#[derive(Clone, Debug)]
pub(super) struct Way {
    points: Vec<Place>,
    pub length_m: f64,
}

impl Way {
    pub fn new(points: Vec<Place>) -> Self {
        let length_m = points.windows(2).map(|leg| leg[0].metres_to(leg[1])).sum();
        Self { points, length_m }
    }

    /// Where one is after so many metres, and where one looks to.
    pub fn after(&self, metres: f64) -> (Place, f64) {
        let mut left = metres.max(0.0);
        let mut last = (Place { lat: 0.0, lon: 0.0 }, 0.0);
        for leg in self.points.windows(2) {
            let length = leg[0].metres_to(leg[1]);
            let heading = leg[0].heading_to(leg[1]);
            if left <= length && length > 0.0 {
                return (leg[0].between(leg[1], left / length), heading);
            }
            left -= length;
            last = (leg[1], heading);
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_walked_from_end_to_end() {
        let (a, b) = (DISTRICTS[0].middle, DISTRICTS[19].middle);
        let way = Way::new(vec![a, DISTRICTS[9].middle, b]);
        assert!((11_000.0..14_000.0).contains(&way.length_m), "{}", way.length_m);
        assert_eq!(way.after(0.0).0, a);
        let end = way.after(way.length_m + 5.0).0;
        assert!(end.metres_to(b) < 1.0);
        assert!(way.after(way.length_m / 2.0).0.metres_to(a) > 4_000.0);
    }
}
