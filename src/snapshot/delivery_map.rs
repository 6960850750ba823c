use super::Delivery;
use crate::model::{Point, Timestamp};
use std::collections::VecDeque;
use std::sync::Arc;

/// What the map of the deliveries shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapFocus {
    /// Sorted by order. More than the snapshot has: the newest 20,000 that are under way.
    pub couriers: Vec<Underway>,
}

/// A delivery and where its courier was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Underway {
    pub delivery: Arc<Delivery>,
    /// Since when the courier rides for it: its trail goes further back.
    pub began: Timestamp,
    /// `None`: the tail saw no position of it, whatever a store knows.
    pub trail: Option<Arc<Trail>>,
}

/// Positions of one courier, oldest first: the newest few, some seconds apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trail(pub VecDeque<Fix>);

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fix {
    pub at: Timestamp,
    lat: f32,
    lon: f32,
}

impl Fix {
    pub fn new(at: Timestamp, point: Point) -> Self {
        Self { at, lat: point.lat as f32, lon: point.lon as f32 }
    }

    /// To some two metres.
    pub fn point(self) -> Point {
        Point { lat: f64::from(self.lat), lon: f64::from(self.lon) }
    }
}

impl Trail {
    /// What was driven since then.
    pub fn since(&self, at: Timestamp) -> impl DoubleEndedIterator<Item = Fix> + Clone {
        self.0.iter().copied().filter(move |fix| fix.at >= at)
    }

    /// Metres a second over the positions since then. `None`: less than two, or less than ten seconds between them.
    pub fn speed_m_s(&self, since: Timestamp) -> Option<f64> {
        let fixes = self.since(since);
        let gone: f64 = fixes.clone().zip(fixes.clone().skip(1)).map(|(a, b)| a.point().distance_m(b.point())).sum();
        let took = fixes.clone().next_back()?.at.since_s(fixes.clone().next()?.at);
        (took >= 10.0).then(|| gone / took)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_the_way_driven() {
        let shop = Point { lat: 9.55, lon: -13.67 };
        let fix = |s: i64, north: f64| Fix::new(Timestamp(s * 1_000), shop.moved(north, 0.0));
        let trail = Trail([fix(0, 0.0), fix(30, 900.0), fix(60, 300.0), fix(90, 600.0)].into());
        let speed = trail.speed_m_s(Timestamp(30_000)).unwrap();
        assert!((speed - 15.0).abs() < 0.2, "there and back: {speed}");
        assert_eq!(trail.speed_m_s(Timestamp(60_001)), None, "one position says nothing");
    }
}
