use serde::{Deserialize, Serialize};

/// A place on Earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

impl Point {
    /// Whether there is such a place: what came from outside may be anything.
    pub fn is_on_earth(self) -> bool {
        self.lat.abs() <= 90.0 && self.lon.abs() <= 180.0
    }

    /// Metres to the north and to the east, on a plane that touches the Earth here.
    pub fn metres_to(self, other: Self) -> (f64, f64) {
        Plane::at(self).metres_to(other)
    }

    /// The place so many metres to the north and to the east of here.
    pub fn moved(self, north_m: f64, east_m: f64) -> Self {
        let lat = (self.lat + north_m / DEGREE_M).clamp(-90.0, 90.0);
        let lon = self.lon + east_m / (DEGREE_M * self.lat.to_radians().cos().max(0.01));
        Self { lat, lon: (lon + 540.0).rem_euclid(360.0) - 180.0 }
    }

    /// In metres, within a town.
    pub fn distance_m(self, other: Self) -> f64 {
        let (north, east) = self.metres_to(other);
        north.hypot(east)
    }
}

/// A plane that touches the Earth at a place: right within a town.
#[derive(Clone, Copy, Debug)]
pub struct Plane {
    touches: Point,
    /// Metres in a degree of longitude there.
    degree_east_m: f64,
}

impl Plane {
    pub fn at(touches: Point) -> Self {
        Self { touches, degree_east_m: DEGREE_M * touches.lat.to_radians().cos() }
    }

    /// Metres to the north and to the east of where it touches.
    pub fn metres_to(self, place: Point) -> (f64, f64) {
        ((place.lat - self.touches.lat) * DEGREE_M, short_way(place.lon - self.touches.lon) * self.degree_east_m)
    }
}

/// Degrees of longitude by the short way round, also across the 180th meridian.
fn short_way(degrees: f64) -> f64 {
    // Hardly anything lies on the other side: no division for all the rest.
    if (-180.0..180.0).contains(&degrees) { degrees } else { (degrees + 180.0).rem_euclid(360.0) - 180.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_is_a_plane() {
        let kaloum = Point { lat: 9.5092, lon: -13.7122 };
        let there = kaloum.moved(3_000.0, -4_000.0);
        assert!((kaloum.distance_m(there) - 5_000.0).abs() < 5.0);
        let (north, east) = Point { lat: 60.0, lon: 179.999 }.metres_to(Point { lat: 60.0, lon: -179.999 });
        assert!(north == 0.0 && (east - 111.2).abs() < 0.5, "the short way round: {east}");
        assert!(!Point { lat: f64::NAN, lon: 0.0 }.is_on_earth() && !Point { lat: 0.0, lon: f64::INFINITY }.is_on_earth());
    }
}
