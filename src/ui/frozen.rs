//! The view that is held still, or a past one. What somebody looks for meanwhile is found all the same: searches go on in it.

use crate::model::LookupId;
use crate::snapshot::{Focus, Past, SearchView, View};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Frozen {
    pub view: Arc<View>,
    /// As the engine told it; the view's has what was found since.
    told: Arc<Focus>,
}

impl Frozen {
    pub fn of(view: &Arc<View>) -> Self {
        Self { view: view.clone(), told: view.focus.clone() }
    }

    /// Another moment.
    pub fn show(&mut self, past: &Past) {
        if Arc::ptr_eq(&self.told, &past.focus) && Arc::ptr_eq(&self.view.snapshot, &past.snapshot) {
            return;
        }
        self.told = past.focus.clone();
        let view = View { snapshot: past.snapshot.clone(), focus: past.focus.clone(), ..View::default() };
        self.view = Arc::new(view);
    }

    /// What the open searches have by now.
    pub fn carry(&mut self, searches: &BTreeMap<LookupId, Arc<SearchView>>) {
        let shown = &self.view.focus.searches;
        let same = |(id, found): (&LookupId, &Arc<SearchView>)| shown.get(id).is_some_and(|known| Arc::ptr_eq(known, found));
        if shown.len() == searches.len() && searches.iter().all(same) {
            return;
        }
        let focus = Focus { searches: searches.clone(), ..(*self.told).clone() };
        self.view = Arc::new(View { focus: Arc::new(focus), ..(*self.view).clone() });
    }
}
