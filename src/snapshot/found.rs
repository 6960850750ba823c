use super::Order;
use crate::model::TailFilter;
use std::sync::Arc;

/// Orders that were looked for, among all that the engine knows: open ones and those that ended a short while ago.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundOrders {
    /// What they were looked for by.
    pub asked: TailFilter,
    /// Those that were found, newest first, at most 1,000.
    pub orders: Vec<Arc<Order>>,
    /// How many were found, also past the first 1,000.
    pub count: usize,
    /// How many were looked through so far, and how many there are.
    pub searched: usize,
    pub of: usize,
}

impl FoundOrders {
    pub fn is_done(&self) -> bool {
        self.searched >= self.of
    }
}
