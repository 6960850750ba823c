//! A column of a table: its heading, its width, what stands in its cells, on the screen and in a file, and how it sorts.

use crate::snapshot::View;
use crate::text::Word;
use crate::ui::panels::pipeline_place;
use crate::ui::widgets::ink::{Ctx, Ink};
use std::cmp::Ordering;

pub struct Column<R: 'static> {
    pub id: &'static str,
    pub words: Word,
    pub width: Width,
    pub align: Align,
    /// The greatest leaves first; 0 stays.
    pub leaves_first: u8,
    pub sort: Option<Sort<R>>,
    /// The cell's text, for a cell this wide.
    pub cell: Cell<R>,
    /// What it is in a file; `None`: as it is shown, under its id.
    pub file: Option<&'static [Raw<R>]>,
}

/// The order that the first press on a heading gives: what one looks for comes first.
pub struct Sort<R: 'static> {
    by: By<R>,
    /// The least value comes first.
    rises: bool,
}

enum By<R: 'static> {
    Rows(fn(&R, &R) -> Ordering),
    /// By the place of its state in the pipeline of this name.
    Stage(&'static str, fn(&R) -> &str),
}

impl<R: 'static> Clone for By<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: 'static> Copy for By<R> {}

impl<R: 'static> By<R> {
    fn compare(self, a: &R, b: &R, view: &View) -> Ordering {
        match self {
            Self::Rows(by) => by(a, b),
            Self::Stage(pipeline, state) => {
                let place = |row| (pipeline_place(view, pipeline, state(row)), state(row));
                place(a).cmp(&place(b))
            }
        }
    }
}

impl<R: 'static> Clone for Sort<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: 'static> Copy for Sort<R> {}

impl<R: 'static> Sort<R> {
    pub fn compare(self, a: &R, b: &R, reverse: bool, view: &View) -> Ordering {
        if reverse { self.by.compare(b, a, view) } else { self.by.compare(a, b, view) }
    }

    /// What the figures do from the top of the list to its foot.
    pub(super) fn arrow(self, reverse: bool) -> &'static str {
        if self.rises == reverse { "▾" } else { "▴" }
    }
}

/// A heading with its unit, and the value there as a program reads it; `None`: not known.
pub type Raw<R> = (&'static str, fn(&R, Ctx) -> Option<String>);

type Cell<R> = fn(&R, Ctx, u16) -> Ink;

/// A column stands on the left, never leaves and cannot sort, unless it says so.
impl<R: 'static> Column<R> {
    const fn new(id: &'static str, words: Word, width: Width, cell: Cell<R>) -> Self {
        Self { id, words, width, align: Align::Left, leaves_first: 0, sort: None, cell, file: None }
    }

    /// So many cells, whatever is in it.
    pub const fn fixed(id: &'static str, words: Word, cells: u16, cell: Cell<R>) -> Self {
        Self::new(id, words, Width::Fixed(cells), cell)
    }

    /// As wide as the widest content, between least and most.
    pub const fn content(id: &'static str, words: Word, (least, most): (u16, u16), cell: Cell<R>) -> Self {
        Self::new(id, words, Width::Content { least, most }, cell)
    }

    /// What the others leave, at least this.
    pub const fn rest(id: &'static str, words: Word, least: u16, cell: Cell<R>) -> Self {
        Self::new(id, words, Width::Rest { least }, cell)
    }

    /// Figures stand on the right.
    pub const fn right(mut self) -> Self {
        self.align = Align::Right;
        self
    }

    /// In a file it is these fields instead: raw figures, and nothing that is drawn.
    pub const fn file(mut self, fields: &'static [Raw<R>]) -> Self {
        self.file = Some(fields);
        self
    }

    /// Leaves where there is no room, the greatest rank first.
    pub const fn leaves(mut self, rank: u8) -> Self {
        self.leaves_first = rank;
        self
    }

    /// It can sort, the greatest first.
    pub const fn sorts(mut self, by: fn(&R, &R) -> Ordering) -> Self {
        self.sort = Some(Sort { by: By::Rows(by), rises: false });
        self
    }

    /// It can sort, the least first.
    pub const fn rises(mut self, by: fn(&R, &R) -> Ordering) -> Self {
        self.sort = Some(Sort { by: By::Rows(by), rises: true });
        self
    }

    /// It can sort by the place of a state in its pipeline, the first stage first.
    pub const fn along(mut self, pipeline: &'static str, state: fn(&R) -> &str) -> Self {
        self.sort = Some(Sort { by: By::Stage(pipeline, state), rises: true });
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    Fixed(u16),
    /// As wide as the widest content, in these bounds.
    Content {
        least: u16,
        most: u16,
    },
    /// What the others leave, at least this.
    Rest {
        least: u16,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Align {
    Left,
    Right,
}

impl Width {
    /// Cells that a heading has at least: a column that is as wide as its content is as wide as its heading, too.
    pub fn room(self) -> u16 {
        match self {
            Self::Content { most, .. } => most,
            width => width.least(),
        }
    }

    pub(super) fn least(self) -> u16 {
        match self {
            Self::Fixed(w) => w,
            Self::Content { least, .. } | Self::Rest { least } => least,
        }
    }
}
