//! The town's clock, its agenda, and the records that wait to be sent.

use super::json::Json;
use crate::model::Timestamp;
use fastrand::Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Something that happened in the town, as the record that tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Happening {
    pub topic: &'static str,
    /// When it happened: the record's timestamp.
    pub at: Timestamp,
    /// When the service sends it.
    pub due: Timestamp,
    pub key: String,
    pub value: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
    /// A story made it wrong on purpose.
    pub spoiled: bool,
}

/// Milliseconds of the town's own time; 0 is the start, before it lies the prelude.
pub(super) type Ms = i64;

#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub start: Timestamp,
    /// How many seconds of the town pass in one.
    pub speed: f64,
}

impl Clock {
    pub fn wall(self, town: Ms) -> Timestamp {
        self.start.plus_ms((town as f64 / self.speed).floor() as i64)
    }

    pub fn town(self, wall: Timestamp) -> Ms {
        (wall.since_ms(self.start) as f64 * self.speed).ceil() as Ms
    }

    /// Seconds of the wall clock after the start: what the stories go by.
    pub fn story_s(self, town: Ms) -> i64 {
        (town as f64 / self.speed / 1_000.0).floor() as i64
    }

    /// The town's time of a second of the stories.
    pub fn of_story(self, s: i64) -> Ms {
        (s as f64 * 1_000.0 * self.speed).ceil() as Ms
    }
}

/// What is to be done when; of the same moment in the order it was planned.
pub(super) struct Desk<Act> {
    pub rng: Rng,
    pub clock: Clock,
    /// The moment of the act that is being done.
    pub now: Ms,
    planned: u64,
    acts: BinaryHeap<Reverse<(Ms, u64, Act)>>,
    out: BinaryHeap<Reverse<(Timestamp, u64, Sent)>>,
}

/// Ordered by what stands before it in the tuple only.
struct Sent(Happening);
impl PartialEq for Sent {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Sent {}
impl PartialOrd for Sent {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Sent {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl<Act: Ord> Desk<Act> {
    pub fn new(rng: Rng, clock: Clock, now: Ms) -> Self {
        Self { rng, clock, now, planned: 0, acts: BinaryHeap::new(), out: BinaryHeap::new() }
    }

    pub fn plan(&mut self, wait: Ms, act: Act) {
        self.planned += 1;
        self.acts.push(Reverse((self.now + wait.max(0), self.planned, act)));
    }

    /// Plans at a wait between the two, in milliseconds.
    pub fn plan_within(&mut self, from: Ms, to: Ms, act: Act) {
        let wait = self.rng.i64(from..=to);
        self.plan(wait, act);
    }

    /// The record that must go out before anything else is done, if there is one.
    pub fn ready(&mut self) -> Option<Happening> {
        let next_act = self.acts.peek().map(|Reverse((at, _, _))| self.clock.wall(*at));
        let due = self.out.peek().map(|Reverse((due, _, _))| *due)?;
        if next_act.is_some_and(|at| at < due) {
            return None;
        }
        self.out.pop().map(|Reverse((_, _, sent))| sent.0)
    }

    /// The next act; the clock moves on to it.
    pub fn next_act(&mut self) -> Option<Act> {
        let Reverse((at, _, act)) = self.acts.pop()?;
        self.now = at;
        Some(act)
    }

    pub fn iso(&self, town: Ms) -> String {
        iso(self.clock.wall(town))
    }

    /// Tells what happens now. A service needs a few milliseconds to say it; one in a hundred takes longer.
    pub fn tell(&mut self, topic: &'static str, key: &str, body: Json) {
        let slow = self.rng.u32(..100) == 0;
        let delay = if slow { self.rng.i64(60..220) } else { self.rng.i64(1..18) };
        self.tell_late(topic, key, body, delay);
    }

    /// Tells what happens now, `late_ms` of the wall clock later. Gives back when it will be heard.
    pub fn tell_late(&mut self, topic: &'static str, key: &str, body: Json, late_ms: i64) -> Timestamp {
        let at = self.clock.wall(self.now);
        let value = body.text("occurredAt", &iso(at)).end().into_bytes();
        let headers = headers(topic, at, self.planned);
        let due = at.plus_ms(late_ms);
        self.send(Happening { topic, at, due, key: key.to_owned(), value, headers, spoiled: false });
        due
    }

    pub fn send(&mut self, happening: Happening) {
        self.planned += 1;
        self.out.push(Reverse((happening.due, self.planned, Sent(happening))));
    }
}

pub(super) fn iso(at: Timestamp) -> String {
    at.iso().unwrap_or_default()
}

/// The push service speaks CloudEvents in binary mode; the others say who they are.
fn headers(topic: &'static str, at: Timestamp, id: u64) -> Vec<(&'static str, String)> {
    if topic == "notifications.push" {
        return vec![
            ("ce_specversion", "1.0".into()),
            ("ce_type", topic.into()),
            ("ce_source", "/services/notifier".into()),
            ("ce_id", format!("{id:x}")),
            ("ce_time", iso(at)),
        ];
    }
    let service = topic.split('.').next().unwrap_or_default();
    vec![("service", format!("{service}-service"))]
}
