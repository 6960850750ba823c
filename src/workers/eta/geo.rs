use crate::model::Point;

const EARTH_M: f64 = 6_371_000.0;

/// The straight way, in metres (haversine).
pub fn metres(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
    let (d_lat, d_lon) = (lat_b - lat_a, (b.lon - a.lon).to_radians());
    let h = (d_lat / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (d_lon / 2.0).sin().powi(2);
    2.0 * EARTH_M * h.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_is_about_111_km() {
        let d = metres(Point { lat: 9.0, lon: -13.0 }, Point { lat: 10.0, lon: -13.0 });
        assert!((d - 111_195.0).abs() < 10.0, "{d}");
        assert!(metres(Point { lat: 9.5, lon: -13.7 }, Point { lat: 9.5, lon: -13.7 }) < 1e-6);
    }
}
