use super::Place;
use crate::model::{Code, Mark, MarkWish, Marked, Subject, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// A mark from before the start whose alert does not come again for so long has lost its object.
const WAITS_MS: i64 = 3_600_000;
/// Marks that are kept; the oldest go first.
const MOST: usize = 1_000;

/// What people decided about alerts.
pub struct Marks {
    pub by: Arc<str>,
    by_place: HashMap<Place, Mark>,
    remembered_at: Option<Timestamp>,
    changed: bool,
}

impl Default for Marks {
    fn default() -> Self {
        Self { by: "unknown".into(), by_place: HashMap::new(), remembered_at: None, changed: false }
    }
}

impl Marks {
    pub fn get(&self, place: &Place) -> Option<&Mark> {
        self.by_place.get(place)
    }

    pub fn wish(&mut self, subject: Subject, rule: Code, wish: MarkWish, count: Option<u64>, now: Timestamp) {
        let place = (rule, subject.clone());
        let what = match wish {
            MarkWish::TakeBack => {
                self.changed |= self.by_place.remove(&place).is_some();
                return;
            }
            MarkWish::Acknowledge => Marked::Acknowledged,
            MarkWish::Silence(seconds) => Marked::Silenced { until: seconds.map(|s| now.plus_ms(i64::from(s) * 1_000)) },
        };
        let was = |mark: &Mark| mark.acknowledged || mark.what == Marked::Acknowledged;
        let acknowledged = what != Marked::Acknowledged && self.by_place.get(&place).is_some_and(was);
        self.by_place.insert(place, Mark { rule, subject, what, at: now, by: self.by.clone(), count, acknowledged });
        self.changed = true;
        self.stay_small();
    }

    fn stay_small(&mut self) {
        while self.by_place.len() > MOST {
            let oldest = self.by_place.iter().min_by_key(|(_, mark)| mark.at).map(|(place, _)| place.clone());
            let Some(oldest) = oldest else { return };
            self.by_place.remove(&oldest);
        }
    }

    /// What was decided before vigie started, joined with what was decided since; later what somebody else has decided at another
    /// dashboard, in place of all that we know.
    pub fn remember(&mut self, marks: Vec<Mark>, now: Timestamp) {
        let told = marks.len();
        // What was decided here before is not in the file yet.
        let own = self.remembered_at.is_none() && !self.by_place.is_empty();
        if self.remembered_at.is_some() {
            self.by_place.clear();
        }
        self.remembered_at.get_or_insert(now);
        for mark in marks {
            self.by_place.entry((mark.rule, mark.subject.clone())).or_insert(mark);
        }
        self.stay_small();
        self.changed |= own || self.by_place.len() != told;
    }

    /// The alert is over: so is what was said of it, unless it was for a time.
    pub fn ended(&mut self, place: &Place) {
        let Some(mark) = self.by_place.get_mut(place) else { return };
        if is_timed(mark) {
            self.changed |= std::mem::take(&mut mark.acknowledged);
        } else {
            self.by_place.remove(place);
            self.changed = true;
        }
    }

    pub fn expire(&mut self, now: Timestamp, is_open: impl Fn(&Place) -> bool) {
        let waited = self.remembered_at.is_some_and(|at| now.since_ms(at) >= WAITS_MS);
        let before = self.by_place.len();
        for (_, mark) in self.by_place.iter_mut().filter(|(place, mark)| mark.acknowledged && is_open(place)) {
            if matches!(mark.what, Marked::Silenced { until: Some(until) } if until <= now) {
                (mark.what, mark.acknowledged, self.changed) = (Marked::Acknowledged, false, true);
            }
        }
        self.by_place.retain(|place, mark| match mark.what {
            Marked::Silenced { until: Some(until) } => until > now,
            _ => !waited || now.since_ms(mark.at) < WAITS_MS || is_open(place),
        });
        self.changed |= self.by_place.len() != before;
    }

    pub fn changed(&mut self) -> Option<Vec<Mark>> {
        std::mem::take(&mut self.changed).then(|| {
            let mut all: Vec<Mark> = self.by_place.values().cloned().collect();
            all.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.subject.cmp(&b.subject)).then(a.rule.cmp(&b.rule)));
            all
        })
    }
}

fn is_timed(mark: &Mark) -> bool {
    matches!(mark.what, Marked::Silenced { until: Some(_) })
}
