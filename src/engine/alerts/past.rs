use crate::snapshot::PastAlert;
use std::collections::VecDeque;
use std::sync::Arc;

/// Alerts that are over and are still remembered; the oldest go first.
const MOST: usize = 200;

#[derive(Default)]
pub struct Past {
    ended: VecDeque<Arc<PastAlert>>,
    list: Arc<Vec<Arc<PastAlert>>>,
}

impl Past {
    pub fn push(&mut self, alert: PastAlert) {
        self.ended.push_front(Arc::new(alert));
        self.ended.truncate(MOST);
        self.list = Arc::new(self.ended.iter().cloned().collect());
    }

    /// Newest first.
    pub fn list(&self) -> Arc<Vec<Arc<PastAlert>>> {
        Arc::clone(&self.list)
    }
}
