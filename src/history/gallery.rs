use super::series::{COARSE_CELLS, COARSE_S, FINE_CELLS};
use crate::model::{Level, LinkState, Timestamp};
use crate::snapshot::{Moment, Moments, Snapshot};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Pictures are kept for so long, in ms.
const LONGEST_MS: i64 = COARSE_S * 1_000 * COARSE_CELLS as i64;
/// So old ones are kept by tens of seconds, in ms.
const FINE_MS: i64 = 1_000 * FINE_CELLS as i64;
/// The newest picture stands for so long after it, until the next one is there, in ms.
const STANDS_MS: i64 = COARSE_S * 1_000;
/// The newest are never taken to make room.
const LEAST: usize = 2;
/// What the gallery itself keeps of a part: an entry of a table that is half full on average.
const ENTRY: usize = 48;

struct Kept {
    moment: Moment,
    snapshot: Arc<Snapshot>,
}

/// Past pictures: one a second for ten minutes, one in ten seconds for six hours. Where memory lacks, they stand the wider apart
/// the older they are. Parts that pictures share are paid once.
#[derive(Default)]
pub struct Gallery {
    kept: VecDeque<Kept>,
    /// How many pictures have a part, and what it costs.
    parts: HashMap<usize, (u32, usize), foldhash::fast::RandomState>,
    bytes: usize,
    told: Option<Moments>,
}

impl Gallery {
    /// Keeps a picture, unless the last one is less than a second old, without what only grows older. `room`: bytes that pictures may take.
    pub fn keep(&mut self, snapshot: &Arc<Snapshot>, room: usize) {
        let at = snapshot.taken_at;
        if self.kept.back().is_some_and(|last| at.0.div_euclid(1_000) <= last.moment.at.0.div_euclid(1_000)) {
            return;
        }
        let still = snapshot.still(self.kept.back().map(|last| last.snapshot.as_ref()));
        if let Some(last) = self.kept.back_mut() {
            last.moment.until = last.moment.until.min(at);
        }
        let moment = Moment { at, until: at.plus_ms(STANDS_MS), level: level(snapshot) };
        let kept = Kept { moment, snapshot: Arc::new(still) };
        self.count(&kept.snapshot);
        self.kept.push_back(kept);
        while self.kept.front().is_some_and(|old| at.since_ms(old.moment.at) > LONGEST_MS) {
            self.remove(0);
        }
        self.thin_out(at);
        while self.bytes > room && self.kept.len() > LEAST {
            self.remove(self.least_missed(at));
        }
        self.told = None;
    }

    /// What pictures there are.
    pub fn moments(&mut self) -> Moments {
        let kept = &self.kept;
        self.told.get_or_insert_with(|| kept.iter().map(|k| k.moment).collect()).clone()
    }

    /// The newest picture up to `at`, else the oldest.
    pub fn at(&self, at: Timestamp) -> Option<Arc<Snapshot>> {
        let after = self.kept.partition_point(|k| k.moment.at <= at);
        self.kept.get(after.saturating_sub(1)).map(|k| Arc::new(k.snapshot.moving()))
    }

    /// About what they cost, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The clock was set back: pictures keep their age.
    pub fn step_back(&mut self, moved: impl Fn(&mut Timestamp)) {
        for kept in std::mem::take(&mut self.kept) {
            self.uncount(&kept.snapshot);
            let mut snapshot = kept.snapshot.as_ref().clone();
            moved(&mut snapshot.taken_at);
            let mut moment = Moment { at: snapshot.taken_at, ..kept.moment };
            moved(&mut moment.until);
            let snapshot = Arc::new(snapshot);
            self.count(&snapshot);
            self.kept.push_back(Kept { moment, snapshot });
        }
        self.told = None;
    }

    /// Of those that just became old, one in ten seconds stays.
    fn thin_out(&mut self, now: Timestamp) {
        let tens = |kept: &Kept| kept.moment.at.0.div_euclid(COARSE_S * 1_000);
        let mut at = self.kept.partition_point(|k| now.since_ms(k.moment.at) > FINE_MS);
        while at > 1 && tens(&self.kept[at - 1]) == tens(&self.kept[at - 2]) {
            self.remove(at - 1);
            at -= 1;
        }
    }

    /// The picture whose absence leaves the smallest gap for its age.
    fn least_missed(&self, now: Timestamp) -> usize {
        let gap = |i: usize| {
            let at = |i: usize| self.kept[i].moment.at;
            at(i + 1).since_ms(at(i - 1)) as f64 / (now.since_ms(at(i)) as f64 + 1_000.0)
        };
        (1..self.kept.len() - 1).min_by(|a, b| gap(*a).total_cmp(&gap(*b))).unwrap_or(0)
    }

    fn remove(&mut self, index: usize) {
        let Some(gone) = self.kept.remove(index) else { return };
        self.uncount(&gone.snapshot);
        let before = index.checked_sub(1).and_then(|before| self.kept.get_mut(before));
        if let Some(Kept { moment, .. }) = before.filter(|before| before.moment.until >= gone.moment.at) {
            moment.until = moment.until.max(gone.moment.until);
            moment.level = moment.level.max(gone.moment.level);
        }
    }

    fn count(&mut self, snapshot: &Snapshot) {
        snapshot.parts(|(place, bytes)| {
            let known = self.parts.entry(place).or_insert((0, bytes));
            known.0 += 1;
            if known.0 == 1 {
                self.bytes += bytes + ENTRY;
            }
        });
    }

    fn uncount(&mut self, snapshot: &Snapshot) {
        snapshot.parts(|(place, _)| {
            let Some(known) = self.parts.get_mut(&place) else { return };
            known.0 -= 1;
            if known.0 == 0 {
                self.bytes -= known.1 + ENTRY;
                self.parts.remove(&place);
            }
        });
    }
}

fn level(snapshot: &Snapshot) -> Level {
    match snapshot.source.state {
        LinkState::Down | LinkState::Connecting => Level::Unknown,
        // What somebody looks after already is not told again.
        _ => snapshot.alerts.iter().filter(|alert| alert.speaks()).map(|alert| alert.0.level).max().unwrap_or(Level::Healthy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LinkState;
    use crate::snapshot::{Source, Topic};
    use proptest::prelude::*;

    fn source() -> Arc<Source> {
        Arc::new(Source { state: LinkState::Connected, ..Source::default() })
    }

    fn picture(second: i64, source: &Arc<Source>) -> Arc<Snapshot> {
        let topics = (0..10).map(|_| Arc::new(Topic::default())).collect();
        Arc::new(Snapshot { taken_at: Timestamp(second * 1_000 + 250), source: Arc::clone(source), topics, ..Snapshot::default() })
    }

    fn seconds(gallery: &mut Gallery) -> Vec<i64> {
        gallery.moments().iter().map(|m| m.at.0 / 1_000).collect()
    }

    #[test]
    fn eight_hours_leave_one_a_second_for_ten_minutes_and_one_in_ten_seconds_for_six_hours() {
        let (mut gallery, source) = (Gallery::default(), source());
        for second in 0..8 * 3_600 {
            gallery.keep(&picture(second, &source), usize::MAX);
            gallery.keep(&picture(second, &source), usize::MAX);
        }
        let kept = seconds(&mut gallery);
        let end = 8 * 3_600 - 1;
        assert_eq!(kept.len(), 600 + (21_600 - 600) / 10 + 1, "{:?}", &kept[..3]);
        assert!(kept[kept.len() - 600..].windows(2).all(|w| w[1] - w[0] == 1));
        assert!(kept[..kept.len() - 601].windows(2).all(|w| w[1] - w[0] == 10));
        assert!((end - kept[0]) <= 21_600 && (end - kept[0]) > 21_580);
        assert_eq!(gallery.at(Timestamp(end * 1_000)).unwrap().taken_at.0 / 1_000, end - 1, "not one of the future");
        assert_eq!(gallery.at(Timestamp(0)).unwrap().taken_at.0 / 1_000, kept[0], "what is older than all is the oldest");
    }

    #[test]
    fn where_memory_lacks_the_old_stand_wider_apart_and_the_past_reaches_as_far() {
        let (mut gallery, source) = (Gallery::default(), source());
        let room = 1_000_000;
        for second in 0..7 * 3_600 {
            gallery.keep(&picture(second, &source), room);
            assert!(gallery.bytes() <= room);
        }
        let kept = seconds(&mut gallery);
        let gaps: Vec<i64> = kept.windows(2).map(|w| w[1] - w[0]).collect();
        assert!(kept.len() > 50 && 7 * 3_600 - kept[0] > 18_000, "{} kept, from {}", kept.len(), kept[0]);
        assert!(gaps[gaps.len() - 10..].iter().all(|gap| *gap <= 2), "{gaps:?}");
        assert!(gaps[1] > 60 && gaps[1] < 3_600, "{gaps:?}");
    }

    proptest! {
        #[test]
        fn what_it_costs_is_what_its_pictures_cost(rooms in prop::collection::vec(0usize..200_000, 1..60)) {
            let (mut gallery, source) = (Gallery::default(), source());
            for (i, room) in rooms.iter().enumerate() {
                gallery.keep(&picture(i as i64 * 7, &source), *room);
            }
            let mut parts = HashMap::new();
            gallery.kept.iter().for_each(|k| k.snapshot.parts(|(place, bytes)| { parts.insert(place, bytes); }));
            prop_assert_eq!(gallery.bytes(), parts.values().map(|bytes| bytes + ENTRY).sum::<usize>());
        }
    }

    #[test]
    fn a_picture_stands_for_those_that_are_not_kept_with_the_worst_of_them_and_for_no_time_that_nobody_saw() {
        let (mut gallery, well) = (Gallery::default(), source());
        let down = Arc::new(Source { state: LinkState::Down, ..Source::default() });
        // Nobody looked from 900 to 1,500 s.
        for second in (0..900).chain(1_500..3_000) {
            let source = if (100..103).contains(&second) { &down } else { &well };
            gallery.keep(&picture(second, source), 60_000);
        }
        let moments = gallery.moments();
        assert!(moments.len() < 100, "{}", moments.len());
        for pair in moments.windows(2) {
            let gap = pair[1].at.since_s(pair[0].until);
            let looked_away = pair[0].at.0 < 900_000 && pair[1].at.0 >= 900_000;
            assert!(if looked_away { gap > 500.0 } else { gap <= 0.0 }, "{pair:?}");
        }
        let worse: Vec<&Moment> = moments.iter().filter(|m| m.level == Level::Unknown).collect();
        assert!(worse.len() == 1 && worse[0].at.0 < 103_000 && worse[0].until.0 >= 103_000, "{worse:?}");
    }

    #[test]
    fn a_clock_that_is_set_back_takes_the_pictures_with_it() {
        let (mut gallery, source) = (Gallery::default(), source());
        (100..110).for_each(|second| gallery.keep(&picture(second, &source), usize::MAX));
        let before = gallery.bytes();
        gallery.step_back(|at| *at = at.plus_ms(-60_000));
        assert_eq!(seconds(&mut gallery), (40..50).collect::<Vec<_>>());
        assert_eq!(gallery.bytes(), before);
        gallery.keep(&picture(50, &source), usize::MAX);
        assert_eq!(gallery.moments().len(), 11);
    }
}
