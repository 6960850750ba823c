use crate::model::Label;
use std::collections::{HashMap, VecDeque};

/// Orders that are remembered, the newest.
const MOST: usize = 200_000;

/// Whose an order is: for events that lie in other partitions than the order's own.
#[derive(Default)]
pub struct Customers {
    of: HashMap<Label, Label>,
    oldest_first: VecDeque<Label>,
}

impl Customers {
    pub fn learn(&mut self, order: &Label, customer: &Label) {
        if self.of.insert(order.clone(), customer.clone()).is_some() {
            return;
        }
        self.oldest_first.push_back(order.clone());
        if self.oldest_first.len() > MOST
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.of.remove(&oldest);
        }
    }

    pub fn of(&self, order: &str) -> Option<&Label> {
        self.of.get(order)
    }
}
