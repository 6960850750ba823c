//! Where couriers were in the last minutes, for the map. Beside the world, which keeps the newest position only: trails are no part
//! of the state, and what is lost of them is lost for good.

use crate::domain::{Happening, Kind, Map, Subject};
use crate::model::{Meaning, Point, Timestamp, Value};
use crate::snapshot::{Fix, Forecast, Trail};
use std::sync::Arc;

/// Couriers and orders with a trail; half of them go when there are more, those that were seen longest ago.
const MOST: usize = 20_000;
/// Positions of one: at a position each 18 s the last nine minutes, and never less than two.
const LONGEST: usize = 32;
/// Positions that come sooner take the last one's place.
const APART_MS: i64 = 5_000;
const FORECASTS: usize = 16;
/// A forecast that moved by less is the same.
const MOVED_MS: i64 = 30_000;

#[derive(Default)]
pub struct Trails {
    by: Map<Subject, Entry>,
}

#[derive(Default)]
struct Entry {
    last: Timestamp,
    trail: Arc<Trail>,
    forecasts: Vec<Forecast>,
}

impl Trails {
    pub fn note(&mut self, happening: &Happening) {
        if !matches!(happening.subject.kind, Kind::Courier | Kind::Walker(_)) {
            return;
        }
        let at = happening.stamp.at;
        for (meaning, value) in &happening.values {
            match (meaning, value) {
                (Meaning::Position, Value::Point(point)) if point.is_on_earth() => self.seen(&happening.subject, at, *point),
                (Meaning::Eta, Value::Time(eta)) => self.forecast(&happening.subject, Forecast { told_at: at, eta: *eta }),
                _ => {}
            }
        }
    }

    fn entry(&mut self, of: &Subject, at: Timestamp) -> &mut Entry {
        if self.by.len() >= MOST && !self.by.contains_key(of) {
            self.halve();
        }
        let entry = self.by.entry(of.clone()).or_default();
        entry.last = entry.last.max(at);
        entry
    }

    fn seen(&mut self, of: &Subject, at: Timestamp, point: Point) {
        let fixes = &mut Arc::make_mut(&mut self.entry(of, at).trail).0;
        let fix = Fix::new(at, point);
        let newest = fixes.back().map(|last| last.at);
        // The one before the last is what the last one has to be apart from.
        let before = fixes.len().checked_sub(2).and_then(|i| fixes.get(i)).map(|f| f.at);
        match (newest, before) {
            // It came too late: where the courier is by now is known.
            (Some(newest), _) if at < newest => return,
            (Some(newest), Some(before)) if newest.since_ms(before) < APART_MS => {
                fixes.pop_back();
            }
            _ => {}
        }
        if fixes.len() >= LONGEST {
            fixes.pop_front();
        }
        fixes.push_back(fix);
    }

    fn forecast(&mut self, of: &Subject, told: Forecast) {
        let forecasts = &mut self.entry(of, told.told_at).forecasts;
        let moved = |last: &Forecast| told.told_at > last.told_at && told.eta.since_ms(last.eta).abs() >= MOVED_MS;
        if forecasts.last().is_none_or(moved) {
            forecasts.push(told);
        }
        if forecasts.len() > FORECASTS {
            // The first is what was promised: it stays.
            forecasts.remove(1);
        }
    }

    fn halve(&mut self) {
        let mut times: Vec<Timestamp> = self.by.values().map(|entry| entry.last).collect();
        let half = times.len() / 2;
        let (_, middle, _) = times.select_nth_unstable(half);
        let middle = *middle;
        let mut spare = MOST / 2;
        self.by.retain(|_, entry| {
            let stays = entry.last > middle || entry.last == middle && spare > 0;
            spare = spare.saturating_sub(usize::from(stays && entry.last == middle));
            stays
        });
    }

    pub fn forget(&mut self, of: &Subject) {
        self.by.remove(of);
    }

    pub fn of(&self, subject: &Subject) -> Option<&Arc<Trail>> {
        self.by.get(subject).map(|entry| &entry.trail).filter(|trail| !trail.0.is_empty())
    }

    pub fn forecasts(&self, subject: &Subject) -> &[Forecast] {
        self.by.get(subject).map_or(&[], |entry| &entry.forecasts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, Stamp};

    fn courier(id: usize) -> Subject {
        Subject { kind: Kind::Courier, id: format!("k{id}").as_str().into() }
    }

    fn at(subject: Subject, s: i64, lat: f64) -> Happening {
        let place = Place { topic: "location.updated".into(), partition: 0, offset: s };
        let values = [(Meaning::Position, Value::Point(Point { lat, lon: -13.6 }))].into_iter().collect();
        let stamp = Stamp { at: Timestamp(s * 1_000), place };
        Happening { stamp, subject, about: None, step: None, part: None, counted: None, values }
    }

    fn seconds(trails: &Trails, of: usize) -> Vec<i64> {
        trails.of(&courier(of)).map_or_else(Vec::new, |t| t.0.iter().map(|fix| fix.at.0 / 1_000).collect())
    }

    #[test]
    fn positions_are_some_seconds_apart_and_the_newest_is_always_there() {
        let mut trails = Trails::default();
        for s in [0, 1, 2, 3, 6, 7, 4, 20, 21] {
            trails.note(&at(courier(1), s, 9.5));
        }
        assert_eq!(seconds(&trails, 1), [0, 6, 20, 21], "4 came too late");
        trails.note(&at(courier(2), 1, f64::NAN));
        assert!(trails.of(&courier(2)).is_none());
        (0..200).for_each(|s| trails.note(&at(courier(1), 100 + s * 18, 9.5)));
        assert_eq!((seconds(&trails, 1).len(), seconds(&trails, 1).last()), (LONGEST, Some(&(100 + 199 * 18))));
    }

    #[test]
    fn there_are_never_too_many_and_those_who_move_stay() {
        let mut trails = Trails::default();
        for n in 0..MOST * 2 {
            trails.note(&at(courier(n), n as i64 / 100, 9.5));
            trails.note(&at(courier(0), n as i64 / 100, 9.5));
        }
        assert!(trails.by.len() <= MOST);
        assert!(trails.of(&courier(0)).is_some() && trails.of(&courier(MOST * 2 - 1)).is_some());
        assert!(trails.of(&courier(1)).is_none());
    }
}
