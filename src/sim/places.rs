//! Conakry as the simulation knows it: districts on the peninsula, and straight ways between them.

/// A place: degrees north, degrees east (west is negative).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub lat: f64,
    pub lon: f64,
}

pub(super) struct District {
    pub name: &'static str,
    /// Where its ways cross.
    pub middle: Place,
}

const fn district(name: &'static str, lat: f64, lon: f64) -> District {
    District { name, middle: Place { lat, lon } }
}

/// From the tip of the peninsula inland.
pub(super) const DISTRICTS: [District; 34] = [
    district("Kaloum", 9.5092, -13.7122),
    district("Boulbinet", 9.5060, -13.7160),
    district("Sandervalia", 9.5078, -13.7075),
    district("Coronthie", 9.5165, -13.7050),
    district("Tombo", 9.5205, -13.6965),
    district("Camayenne", 9.5385, -13.6850),
    district("Landréah", 9.5470, -13.6765),
    district("Dixinn", 9.5510, -13.6720),
    district("Belle-Vue", 9.5545, -13.6670),
    district("Madina", 9.5435, -13.6640),
    district("Bonfi", 9.5405, -13.6570),
    district("Matam", 9.5475, -13.6545),
    district("Minière", 9.5660, -13.6590),
    district("Taouyah", 9.5740, -13.6560),
    district("Hamdallaye", 9.5700, -13.6440),
    district("Ratoma", 9.5830, -13.6530),
    district("Dabondy", 9.5540, -13.6400),
    district("Tannerie", 9.5640, -13.6280),
    district("Bambeto", 9.5855, -13.6350),
    district("Kipé", 9.5990, -13.6480),
    district("Kaporo", 9.6085, -13.6450),
    district("Nongo", 9.6190, -13.6380),
    district("Lambanyi", 9.6330, -13.6250),
    district("Cosa", 9.6010, -13.6180),
    district("Enco 5", 9.6130, -13.6050),
    district("Gbessia", 9.5745, -13.6170),
    district("Matoto", 9.5780, -13.6080),
    district("Yimbaya", 9.5850, -13.6000),
    district("Sangoyah", 9.6000, -13.5810),
    district("Enta", 9.6090, -13.5720),
    district("Kissosso", 9.6210, -13.5650),
    district("Wanindara", 9.6340, -13.5950),
    district("Sonfonia", 9.6500, -13.5800),
    district("Cimenterie", 9.6540, -13.5370),
];

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
