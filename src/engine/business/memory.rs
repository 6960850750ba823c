use crate::domain::{Plans, Standing, Subject};
use crate::engine::clock::Step;
use crate::model::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;

/// What ended stays for so long, for what comes late.
const ENDED_MS: i64 = 600_000;
/// Entities on their way in one pipeline; the oldest go first.
pub const MOST_OPEN: usize = 200_000;
const MOST_ENDED: usize = 200_000;

/// What ended then is still remembered.
pub fn remembers(ended: Timestamp, now: Timestamp) -> bool {
    now.since_ms(ended) < ENDED_MS
}

/// Walkers that have nothing open: they leave ten minutes after they last changed.
#[derive(Default)]
pub struct Ended {
    queue: VecDeque<(Timestamp, Subject, Arc<Standing>)>,
}

impl Ended {
    pub fn push(&mut self, subject: Subject, standing: Arc<Standing>, now: Timestamp) {
        self.queue.push_back((now, subject, standing));
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(self.queue.iter_mut().map(|(at, ..)| at));
    }

    /// The next one whose time is up. It stands as it did then, or it is in here again.
    pub fn pop(&mut self, now: Timestamp) -> Option<(Subject, Arc<Standing>)> {
        let (at, ..) = self.queue.front()?;
        let over = now.since_ms(*at) >= ENDED_MS || self.queue.len() > MOST_ENDED;
        over.then(|| self.queue.pop_front()).flatten().map(|(_, subject, standing)| (subject, standing))
    }
}

/// Neither the walker nor one of its parts is on its way.
pub fn is_over(standing: &Standing, subject: &Subject, plans: &Plans) -> bool {
    let crate::domain::Kind::Walker(pipeline) = subject.kind else { return false };
    let ended = |pipeline, step: Option<_>| step.is_none_or(|step| plans.get(pipeline).has_ended(step));
    ended(pipeline, standing.step) && standing.parts.iter().all(|part| ended(part.part.pipeline, part.step))
}
