//! What was masked before: from one look to the next most records are the same, and so are most parts of the picture.

use crate::snapshot::{Business, TailRow};
use std::collections::HashMap;
use std::sync::Arc;

/// For one viewer. It holds what it masked, so that nothing else can have its address.
#[derive(Default)]
pub struct KeptMasks {
    rows: HashMap<usize, Pair>,
    /// Those of the look before.
    before: HashMap<usize, Pair>,
    business: Option<(Business, Business)>,
}

type Pair = (Arc<TailRow>, Arc<TailRow>);

impl KeptMasks {
    /// Another look: what the last one had no use for is let go of.
    pub(super) fn turn(&mut self) {
        self.before = std::mem::take(&mut self.rows);
    }

    pub(super) fn row(&mut self, row: &Arc<TailRow>, mask: impl FnOnce(&TailRow) -> Arc<TailRow>) -> Arc<TailRow> {
        let at = Arc::as_ptr(row) as usize;
        let before = || self.before.remove(&at).unwrap_or_else(|| (row.clone(), mask(row)));
        self.rows.entry(at).or_insert_with(before).1.clone()
    }

    pub(super) fn business(&mut self, business: &Business, mask: impl FnOnce(&Business, Option<&Before>) -> Business) -> Business {
        let masked = mask(business, self.business.as_ref());
        self.business = Some((business.clone(), masked.clone()));
        masked
    }
}

/// The business as it was, and as it was shown.
pub(super) type Before = (Business, Business);

/// A part of the business, masked anew where it changed.
pub(super) fn part<T>(
    part: &Option<Arc<T>>,
    before: Option<&Before>,
    of: impl Fn(&Business) -> &Option<Arc<T>>,
    mask: impl FnOnce(&T) -> T,
) -> Option<Arc<T>> {
    let part = part.as_ref()?;
    let known = before.filter(|(was, _)| of(was).as_ref().is_some_and(|was| Arc::ptr_eq(was, part)));
    known.and_then(|(_, shown)| of(shown).clone()).or_else(|| Some(Arc::new(mask(part))))
}
