//! Lists: which rows a panel has, in which order, and which one is selected. The order stays while figures change: it is made
//! anew when asked, and on a slow beat while nobody moves in the list.

mod order;

pub use order::Order;

use super::filter::NameFilter;
use super::panels::PanelId;
use super::state::UiState;
use super::widgets::table::Column;
use crate::model::{Code, Level, Subject, Timestamp};
use crate::snapshot::View;
use crate::text::Word;
use std::sync::Arc;

/// A table is put in order again this often.
const SORT_BEAT_MS: i64 = 5_000;
/// But not while somebody moved in a list this recently.
const QUIET_MS: i64 = 3_000;

/// What a row is, whatever its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowKey {
    Name(Arc<str>),
    Partition(Arc<str>, i32),
    Offset(i32, i64),
    Alert(Subject, Code),
    /// One that is over, by when it ended.
    Past(Subject, Code, Timestamp),
}

#[derive(Clone, Debug, Default)]
pub struct ListState {
    /// `None`: whatever row is first.
    pub selected: Option<RowKey>,
    /// Where the selected row was last: it stays there when its row goes.
    pub index: usize,
    /// The screen line of the selected row: rows that come in above it do not move it.
    pub line: usize,
    /// Rows that were visible at the last draw.
    pub page: usize,
    /// The list begins at its top, and is one that is put in order again: the worst, which rises there, stays in sight as long as
    /// the selected row does.
    from_top: bool,
    /// Put in order by figures, so that rows change their places.
    sorted: bool,
}

/// One kind of list. Rows are cheap to clone: they are behind `Arc` or small.
pub trait Rows {
    type Row: 'static;
    const PANEL: PanelId;
    /// Column that sorts when nobody chose; `None` keeps the rows as they come.
    const SORT: Option<&'static str>;
    fn columns() -> &'static [Column<Self::Row>];
    /// What a file has of it.
    fn in_a_file() -> &'static [Column<Self::Row>] {
        Self::columns()
    }
    fn rows(view: &View, state: &UiState) -> Vec<Self::Row>;
    fn key(row: &Self::Row) -> RowKey;
    /// What `y` copies.
    fn copy(row: &Self::Row) -> String;
    fn matches(_row: &Self::Row, _filter: &NameFilter) -> bool {
        true
    }
    /// What is said where a filter leaves none of them: which are not in the list, and where they are found.
    fn beyond(_view: &View, _state: &UiState) -> Vec<String> {
        Vec::new()
    }
    /// How many a filter leaves, and of how many, where more is looked through than what stands in the list.
    fn looked_through(_view: &View, _state: &UiState) -> Option<(usize, usize)> {
        None
    }
    fn level(_row: &Self::Row) -> Level {
        Level::Healthy
    }
    /// Stands before the others of its section.
    fn pinned(_row: &Self::Row, _state: &UiState) -> bool {
        false
    }
    /// Rows that stand apart at the end have a higher one.
    fn section(_row: &Self::Row) -> u8 {
        0
    }
}

/// The rows as they are shown: filtered, in the kept order.
pub fn ordered<L: Rows>(view: &View, state: &UiState) -> Vec<L::Row> {
    let filter = state.filter(L::PANEL);
    let mut rows = L::rows(view, state);
    if !filter.is_all() {
        rows.retain(|r| L::matches(r, filter));
    }
    let mut rows = state.order(L::PANEL).arranged::<L>(rows);
    rows.sort_by_key(|r| (L::section(r), !L::pinned(r, state)));
    rows
}

fn refresh<L: Rows>(view: &View, state: &mut UiState, now: bool) {
    state.lists[L::PANEL as usize].sorted = L::SORT.is_some();
    let order = state.order(L::PANEL);
    let Some(column) = order.column.or(L::SORT) else { return };
    let Some(sort) = L::columns().iter().find(|c| c.id == column).and_then(|c| c.sort) else { return };
    let at = state.live_at;
    let age = at.since_ms(order.sorted_at);
    let due = now || order.kept.is_empty() || age < 0 || age >= SORT_BEAT_MS && at.since_ms(order.touched_at) >= QUIET_MS;
    if !due {
        return;
    }
    let reverse = order.reverse;
    let mut rows = L::rows(view, state);
    rows.sort_by(|a, b| sort.compare(a, b, reverse, view));
    state.orders[L::PANEL as usize].keep(rows.iter().map(L::key).collect(), at);
}

/// A column without its cells.
#[derive(Clone, Copy)]
pub struct Heading {
    pub id: &'static str,
    pub words: Word,
    /// Cells that its words have where it stands at all.
    pub room: u16,
}

/// What the input side may do with a list, without knowing its rows.
#[derive(Clone, Copy)]
pub struct ListOps {
    pub keys: fn(&View, &UiState) -> Vec<(RowKey, Level)>,
    /// Puts the list in order: at once, or when its beat has come.
    pub refresh: fn(&View, &mut UiState, bool),
    /// All columns.
    pub columns: fn() -> Vec<Heading>,
    /// Columns that can sort.
    pub sorts: fn() -> Vec<&'static str>,
    pub default_sort: Option<&'static str>,
    pub copy: fn(&View, &UiState, usize) -> Option<String>,
    /// The list as CSV, and how many rows it has.
    pub csv: fn(&View, &UiState) -> (String, usize),
}

impl ListOps {
    pub const fn of<L: Rows>() -> Self {
        Self {
            keys: |view, state| ordered::<L>(view, state).iter().map(|r| (L::key(r), L::level(r))).collect(),
            refresh: refresh::<L>,
            columns: || L::columns().iter().map(|c| Heading { id: c.id, words: c.words, room: c.width.room() }).collect(),
            sorts: || L::columns().iter().filter(|c| c.sort.is_some()).map(|c| c.id).collect(),
            default_sort: L::SORT,
            copy: |view, state, index| ordered::<L>(view, state).get(index).map(L::copy),
            csv: super::write::csv_of::<L>,
        }
    }
}

impl ListState {
    /// The selected row's place among `keys`.
    pub fn place<'k>(&self, mut keys: impl ExactSizeIterator<Item = &'k RowKey>) -> usize {
        self.place_of(keys.len(), |selected| keys.position(|k| k == selected))
    }

    /// The selected row's place among so many rows, looked for only where one is selected.
    pub fn place_of(&self, rows: usize, position: impl FnOnce(&RowKey) -> Option<usize>) -> usize {
        let Some(selected) = &self.selected else { return 0 };
        position(selected).unwrap_or(self.index.min(rows.saturating_sub(1)))
    }

    /// The first visible row, so that the selected one keeps its line.
    pub fn offset(&self, place: usize, len: usize, height: usize) -> usize {
        if self.sorted && self.from_top && place < height {
            return 0;
        }
        let line = self.line.min(height.saturating_sub(1));
        place.saturating_sub(line).min(len.saturating_sub(height))
    }

    /// Selects the row at `index` and moves its line as little as needed.
    pub fn select(&mut self, keys: &[(RowKey, Level)], index: usize) {
        let Some(index) = keys.len().checked_sub(1).map(|last| index.min(last)) else { return };
        let before = self.place(keys.iter().map(|(k, _)| k));
        let offset = self.offset(before, keys.len(), self.page);
        self.selected = keys.get(index).map(|(k, _)| k.clone());
        self.index = index;
        self.line = index.saturating_sub(offset).min(self.page.saturating_sub(1));
        self.from_top = index == self.line;
    }

    /// Whatever row is first.
    pub fn show_top(&mut self) {
        (self.selected, self.index, self.line, self.from_top) = (None, 0, 0, true);
    }

    /// Moves the rows under the selection by `by` lines, and the selection only when it would leave the screen.
    pub fn scroll(&mut self, keys: &[(RowKey, Level)], by: isize) {
        let place = self.place(keys.iter().map(|(k, _)| k));
        let offset = self.offset(place, keys.len(), self.page);
        let last = keys.len().saturating_sub(self.page.max(1));
        let offset = offset.saturating_add_signed(by).min(last);
        let index = place.clamp(offset, (offset + self.page.max(1) - 1).min(keys.len().saturating_sub(1)));
        self.selected = keys.get(index).map(|(k, _)| k.clone());
        self.index = index;
        self.line = index - offset;
        self.from_top = offset == 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(n: i64) -> Vec<(RowKey, Level)> {
        (0..n).map(|i| (RowKey::Offset(0, i), Level::Healthy)).collect()
    }

    struct Numbers;

    impl Rows for Numbers {
        type Row = i64;
        const PANEL: PanelId = PanelId::Log;
        const SORT: Option<&'static str> = None;
        fn columns() -> &'static [Column<i64>] {
            &[]
        }
        fn rows(_: &View, _: &UiState) -> Vec<i64> {
            Vec::new()
        }
        fn key(row: &i64) -> RowKey {
            RowKey::Offset(0, *row)
        }
        fn copy(row: &i64) -> String {
            row.to_string()
        }
    }

    #[test]
    fn rows_stand_where_the_beat_put_them_and_new_ones_at_the_end() {
        let mut order = Order::default();
        assert_eq!(order.arranged::<Numbers>(vec![3, 1, 2]), [3, 1, 2], "before the first beat as they come");
        order.keep([2, 9, 1].iter().map(Numbers::key).collect(), Timestamp(0));
        assert_eq!(order.arranged::<Numbers>(vec![5, 1, 2, 1, 4]), [2, 1, 5, 1, 4], "9 is gone, 5 and 4 are new, 1 is there twice");
    }

    #[test]
    fn the_selected_row_keeps_its_line_when_rows_come_in_above() {
        let mut list = ListState { page: 5, ..ListState::default() };
        let first = keys(20);
        list.select(&first, 3);
        let more: Vec<_> = (100..110).map(|i| (RowKey::Offset(0, i), Level::Healthy)).chain(first).collect();
        let place = list.place(more.iter().map(|(k, _)| k));
        assert_eq!(place, 13);
        assert_eq!(place - list.offset(place, more.len(), 5), 3);
    }

    #[test]
    fn the_worst_that_rises_above_the_selected_row_is_seen() {
        let mut list = ListState { page: 5, sorted: true, ..ListState::default() };
        let keys = keys(20);
        list.select(&keys, 1);
        let risen: Vec<_> = keys[5..8].iter().chain(&keys[..5]).chain(&keys[8..]).cloned().collect();
        let place = list.place(risen.iter().map(|(k, _)| k));
        assert_eq!((place, list.offset(place, 20, 5)), (4, 0));
        // Past the page the selected row keeps its line, and what the wheel did stays done.
        assert_eq!(list.offset(9, 20, 5), 8);
        list.scroll(&keys, 2);
        assert_eq!(list.offset(2, 20, 5), 2);
    }

    #[test]
    fn selecting_past_the_page_scrolls_by_one() {
        let mut list = ListState { page: 5, ..ListState::default() };
        let keys = keys(20);
        for i in 0..=5 {
            list.select(&keys, i);
        }
        assert_eq!(list.offset(5, 20, 5), 1);
    }

    #[test]
    fn the_wheel_moves_the_rows_and_keeps_the_selection_on_the_screen() {
        let mut list = ListState { page: 5, ..ListState::default() };
        let keys = keys(20);
        list.scroll(&keys, 3);
        assert_eq!((list.index, list.line), (3, 0));
        list.scroll(&keys, 100);
        assert_eq!((list.index, list.offset(list.index, 20, 5)), (15, 15));
    }

    #[test]
    fn a_row_that_goes_leaves_the_selection_at_its_place() {
        let mut list = ListState { page: 5, ..ListState::default() };
        let mut keys = keys(6);
        list.select(&keys, 3);
        keys.remove(3);
        assert_eq!(list.place(keys.iter().map(|(k, _)| k)), 3);
    }
}
