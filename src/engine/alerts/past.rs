use crate::snapshot::PastAlert;
use std::collections::VecDeque;
use std::sync::Arc;

/// Alerts that are over and are still remembered; the oldest go first.
const MOST: usize = 200;
/// More, where many ended at once: who sends alerts looks once a second, and has to find the end of each.
const AT_ONCE: usize = 2_000;
const JUST_NOW_MS: i64 = 10_000;

#[derive(Default)]
pub struct Past {
    ended: VecDeque<Arc<PastAlert>>,
    list: Arc<Vec<Arc<PastAlert>>>,
}

impl Past {
    pub fn push(&mut self, alert: PastAlert) {
        let now = alert.ended_at;
        self.ended.push_front(Arc::new(alert));
        let is_new = |old: &Arc<PastAlert>| now.since_ms(old.ended_at) < JUST_NOW_MS;
        while self.ended.len() > AT_ONCE || (self.ended.len() > MOST && !self.ended.back().is_some_and(is_new)) {
            self.ended.pop_back();
        }
        self.list = Arc::new(self.ended.iter().cloned().collect());
    }

    /// Newest first.
    pub fn list(&self) -> Arc<Vec<Arc<PastAlert>>> {
        Arc::clone(&self.list)
    }
}
