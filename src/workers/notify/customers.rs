use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Orders that are remembered, the newest.
const MOST: usize = 200_000;

/// Whose an order is: for events that lie in other partitions than the order's own.
#[derive(Default)]
pub struct Customers {
    of: HashMap<Arc<str>, Arc<str>>,
    oldest_first: VecDeque<Arc<str>>,
}

impl Customers {
    pub fn learn(&mut self, order: &Arc<str>, customer: &Arc<str>) {
        if self.of.insert(Arc::clone(order), Arc::clone(customer)).is_some() {
            return;
        }
        self.oldest_first.push_back(Arc::clone(order));
        if self.oldest_first.len() > MOST
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.of.remove(&oldest);
        }
    }

    pub fn of(&self, order: &str) -> Option<&Arc<str>> {
        self.of.get(order)
    }
}
