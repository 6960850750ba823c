//! The one table. Columns leave from the right or by rank when there is no room; figures stand on the right of a column
//! whose width does not change with them.

mod column;
mod title;

pub use column::{Align, Column, Width};
pub use title::with_filter;

use super::frame::frame;
use super::ink::{Ctx, Ink, fit, put, put_middle, put_right, width};
use crate::text::{Word, word};
use crate::ui::draw::{Hits, Target};
use crate::ui::list::{Rows, ordered};
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What a table says when it has no rows, and what stands on its frame.
pub struct Dress {
    pub title: Vec<Ink>,
    pub note: Vec<Ink>,
    pub empty: String,
    /// The heading between the sections of rows, with the first row of the second.
    pub section: Option<Word>,
}

struct Placed {
    index: usize,
    x: u16,
    width: u16,
}

/// Draws a list with its frame, heading and rows.
pub fn draw<L: Rows>(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits, dress: Dress) {
    let rows = ordered::<L>(ctx.view, ctx.state);
    let whole = if ctx.state.filter(L::PANEL).is_all() { rows.len() } else { L::rows(ctx.view, ctx.state).len() };
    let mut title = dress.title;
    let filter = ctx.state.filter(L::PANEL);
    if !filter.is_all() {
        let (found, all) = L::looked_through(ctx.view, ctx.state).unwrap_or((0, whole));
        let count = of_all(found.max(rows.len()), all);
        title = title::with_filter(title, Some(count), &filter.text, area);
    }
    let list = ctx.state.list(L::PANEL);
    let place = list.place_of(rows.len(), |selected| rows.iter().position(|r| L::key(r) == *selected));
    let inner = frame(ctx, buf, area, L::PANEL, &title, &dress.note);
    hits.panel(L::PANEL, area);
    if inner.height == 1 && whole == 0 {
        // One line is for why there is nothing.
        return put_middle(ctx, buf, inner, &dress.empty);
    }
    if inner.height < 2 {
        return;
    }
    let columns = L::columns();
    let body = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    let parted = dress.section.is_some() && rows.iter().any(|r| L::section(r) > 0);
    let page = usize::from(body.height.saturating_sub(u16::from(parted)));
    hits.page(L::PANEL, page);
    let offset = list.offset(place, rows.len(), page);
    let measured = rows.iter().take(MEASURED).chain(rows.iter().take(offset + page).skip(offset.max(MEASURED)));
    let placed = place_columns(columns, standing::<L>(ctx), measured, ctx, inner);
    heading::<L>(ctx, buf, inner, hits, &placed);
    if rows.is_empty() {
        put_middle(ctx, buf, body, &if whole > 0 { none_matches::<L>(ctx) } else { dress.empty });
        return;
    }
    let cells: Vec<_> = placed.iter().map(|p| (&columns[p.index], p)).collect();
    let mut y = body.y;
    for (i, row) in rows.iter().enumerate().skip(offset) {
        let begins = i > 0 && L::section(row) != L::section(&rows[i - 1]) || i == 0 && L::section(row) > 0;
        if let Some(section) = dress.section.filter(|_| begins) {
            put(buf, body.x + 1, y, body.width.saturating_sub(1), word(section), ctx.style(Role::Dim));
            y += 1;
        }
        if y >= body.bottom() {
            break;
        }
        let line = Rect { y, height: 1, ..body };
        let selected = i == place && ctx.state.focused_panel() == L::PANEL;
        draw_row(ctx, buf, line, &cells, row, Standing { selected, faint: L::section(row) > 0 });
        hits.push(line, Target::Row(L::PANEL, i));
        y += 1;
    }
    scroll_mark(ctx, buf, area, offset, rows.len(), page);
}

/// That the filter leaves nothing, and where else it may be.
fn none_matches<L: Rows>(ctx: Ctx) -> String {
    let mut told = vec![word(Word::NoFilterMatch).to_owned()];
    told.extend(L::beyond(ctx.view, ctx.state));
    told.push(word(Word::EscClears).to_owned());
    format!("{}.", told.join(". "))
}

fn heading<L: Rows>(ctx: Ctx, buf: &mut Buffer, inner: Rect, hits: &mut Hits, placed: &[Placed]) {
    let order = ctx.state.order(L::PANEL);
    let sorted = order.column.or(L::SORT);
    for p in placed {
        let column = &L::columns()[p.index];
        let title = word(column.words);
        let by_this = sorted == Some(column.id);
        let text = match column.sort.filter(|_| by_this && width(title) < p.width) {
            Some(sort) => format!("{title}{}", sort.arrow(order.reverse)),
            None => title.to_owned(),
        };
        let style = ctx.style(if by_this { Role::Title } else { Role::Dim });
        match column.align {
            Align::Left => put(buf, p.x, inner.y, p.width, &text, style),
            Align::Right => put_right(buf, p.x + p.width, inner.y, p.width, &text, style),
        };
        hits.column(L::PANEL, column.id);
        if column.sort.is_some() {
            hits.push(Rect { x: p.x, y: inner.y, width: p.width, height: 1 }, Target::Column(L::PANEL, column.id));
        }
    }
}

/// How a row differs from its neighbours.
#[derive(Clone, Copy)]
struct Standing {
    selected: bool,
    /// In a section apart.
    faint: bool,
}

fn draw_row<R: 'static>(ctx: Ctx, buf: &mut Buffer, line: Rect, cells: &[(&Column<R>, &Placed)], row: &R, is: Standing) {
    if is.selected {
        buf.set_style(line, ctx.style(Role::Selection));
    }
    for (column, p) in cells {
        let ink = (column.cell)(row, ctx, p.width);
        let style = match (is.selected && ctx.state.theme().whole_selection, is.faint) {
            (true, _) => Style::new(),
            (_, true) => ctx.style(Role::Dim),
            _ if ink.role == Role::Text => Style::new(),
            _ => ctx.style(ink.role),
        };
        match column.align {
            Align::Left => put(buf, p.x, line.y, p.width, &ink.text, style),
            Align::Right => put_right(buf, p.x + p.width, line.y, p.width, &ink.text, style),
        };
    }
}

/// Where in the list the visible rows are, at the foot of the frame.
fn scroll_mark(ctx: Ctx, buf: &mut Buffer, area: Rect, offset: usize, len: usize, height: usize) {
    if len <= height || area.height < 6 || buf.area.height < 20 {
        return;
    }
    let text = span_of(offset, height, len);
    put_right(buf, area.right() - 2, area.bottom() - 1, area.width.saturating_sub(4), &text, ctx.style(Role::Dim));
}

/// Which of so many rows or lines are seen: ` 1–27 of 1 000 `.
pub fn span_of(from: usize, page: usize, all: usize) -> String {
    let count = |n: usize| crate::text::count(n as u64);
    format!(" {}–{} {} {} ", count(from + 1), count((from + page).min(all)), word(Word::Of), count(all))
}

/// A name may drive out other columns up to this width.
const NAME: u16 = 24;
/// Rows at the top of a list, seen or not, that say how wide its columns are; beside them those that are seen.
const MEASURED: usize = 64;

/// Wider than this a gap between a name and its figures is hard to read across.
const GULF: u16 = 24;
/// Columns that follow their content do so in steps: they stand still while rows change.
const STEP: u16 = 8;

/// All that is left, unless what is needed leaves a gulf: then the rest of the line stays empty at its end.
fn whole_or_near(whole: u16, needed: u16) -> u16 {
    if whole.saturating_sub(needed) > GULF { needed } else { whole }
}

fn widest<'r, R: 'static>(column: &Column<R>, rows: impl Iterator<Item = &'r R>, ctx: Ctx, most: u16) -> u16 {
    let cells = rows.map(|r| (column.cell)(r, ctx, most).width());
    cells.max().unwrap_or(0).max(width(word(column.words))).max(column.width.least())
}

fn wanted_width<'r, R: 'static>(column: &Column<R>, rows: impl Iterator<Item = &'r R>, ctx: Ctx) -> u16 {
    match column.width {
        Width::Content { least, most } => {
            let widest = rows.map(|r| (column.cell)(r, ctx, most).width()).max();
            widest.unwrap_or(least).max(width(word(column.words))).clamp(least, most)
        }
        width => width.least(),
    }
}

/// The columns that the person lets stand, in order.
fn standing<L: Rows>(ctx: Ctx) -> Vec<usize> {
    let all = L::columns();
    match ctx.state.chosen.columns(L::PANEL) {
        Some(ids) => ids.iter().filter_map(|id| all.iter().position(|c| c.id == *id)).collect(),
        None => (0..all.len()).collect(),
    }
}

/// Chooses those of the columns that have room and gives them their cells.
fn place_columns<'r, R: 'static>(
    columns: &[Column<R>],
    mut kept: Vec<usize>,
    rows: impl Iterator<Item = &'r R> + Clone,
    ctx: Ctx,
    inner: Rect,
) -> Vec<Placed> {
    let room = inner.width.saturating_sub(1);
    // Names first: a column that leaves costs less than a name that cannot be read.
    let wanted: Vec<u16> = columns.iter().map(|c| wanted_width(c, rows.clone(), ctx)).collect();
    let need = |kept: &[usize], of: &dyn Fn(usize) -> u16| kept.iter().map(|i| of(*i) + 1).sum::<u16>().saturating_sub(1);
    while need(&kept, &|i| wanted[i].min(NAME)) > room {
        let leaver = kept.iter().copied().filter(|i| columns[*i].leaves_first > 0).max_by_key(|i| columns[*i].leaves_first);
        let Some(leaver) = leaver else { break };
        kept.retain(|i| *i != leaver);
    }
    let mut spare = room.saturating_sub(need(&kept, &|i| columns[i].width.least()));
    let mut widths: Vec<u16> = kept.iter().map(|i| columns[*i].width.least()).collect();
    for (slot, i) in kept.iter().enumerate() {
        let extra = wanted[*i].saturating_sub(widths[slot]).min(spare);
        widths[slot] += extra;
        spare -= extra;
    }
    if let Some(slot) = kept.iter().position(|i| matches!(columns[*i].width, Width::Rest { .. })) {
        let whole = widths[slot] + spare;
        let is_last = slot + 1 == kept.len();
        let needed = || widest(&columns[kept[slot]], rows, ctx, whole).next_multiple_of(STEP);
        widths[slot] = if is_last || spare < GULF { whole } else { whole_or_near(whole, needed()) };
    }
    let mut x = inner.x + u16::from(inner.width > 0);
    let mut placed = Vec::with_capacity(kept.len());
    for (index, width) in kept.into_iter().zip(widths) {
        let width = width.min(inner.right().saturating_sub(x));
        placed.push(Placed { index, x, width });
        x = (x + width + 1).min(inner.right());
    }
    placed
}

/// The title of a table: its word, its count, how it is sorted. Under a filter another count stands there, and two would be one too many.
pub fn titled<L: Rows>(ctx: Ctx, title: Word, count: usize) -> Vec<Ink> {
    let mut inks = counted(title, count);
    if !ctx.state.filter(L::PANEL).is_all() {
        inks.truncate(1);
    }
    let order = ctx.state.order(L::PANEL);
    let column = order.column.or(L::SORT).and_then(|id| L::columns().iter().find(|c| c.id == id));
    if let Some((column, sort)) = column.and_then(|column| Some((column, column.sort?))) {
        let sorted = format!("{} {}", fit(word(column.words), 12), sort.arrow(order.reverse));
        inks.push(Ink::dim(crate::text::labelled(&format!(" · {}", word(Word::Sort)), &sorted)));
    }
    inks
}

/// That a list has not all of them, but the newest.
pub fn newest_of(listed: usize, all: usize) -> Vec<Ink> {
    let told = || Ink::dim(format!("{} {}", crate::text::count(listed as u64), word(Word::NewestListed)));
    (listed < all).then(told).into_iter().collect()
}

/// The same in a sentence, for a filter that leaves none of them.
pub fn list_has(listed: usize, all: usize) -> Option<String> {
    (listed < all).then(|| format!("{} {}", word(Word::ListHas), of_all(listed, all)))
}

/// `3 of 24`.
fn of_all(some: usize, all: usize) -> String {
    let count = |n: usize| crate::text::count(n as u64);
    format!("{} {} {}", count(some), word(Word::Of), count(all))
}

pub fn counted(title: Word, count: usize) -> Vec<Ink> {
    vec![Ink::new(Role::Title, word(title)), Ink::dim(format!(" {}", crate::text::count(count as u64)))]
}
