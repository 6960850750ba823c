use crate::model::Label;
use std::collections::VecDeque;

/// Profiles of one kind that are kept; the one that was first seen goes first.
const MOST: usize = 200_000;

/// The ids of one kind of profiles, so that there are never too many.
#[derive(Default)]
pub struct Crowd(VecDeque<Label>);

impl Crowd {
    /// One more; returns the one that has to go for it.
    pub fn push(&mut self, id: Label) -> Option<Label> {
        self.0.push_back(id);
        (self.0.len() > MOST).then(|| self.0.pop_front()).flatten()
    }
}
