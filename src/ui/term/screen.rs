use super::sgr::{self, Pen};
use super::writer::FrameWriter;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// The terminal as it stands, and the fewest bytes to make it look like the next buffer.
///
/// It takes ratatui's `Buffer` directly instead of being a `Backend` under ratatui's `Terminal`: that one hides the
/// cursor at every frame, asks the terminal where its cursor is, and hands over only the changed cells, so that a short
/// run of unchanged ones cannot be written through instead of jumped over.
pub struct Screen<W> {
    writer: FrameWriter<W>,
    shown: Buffer,
    pen: Pen,
    /// Where the next byte would land; `None` when not sure.
    cursor: Option<(u16, u16)>,
    clear_first: bool,
    /// Attributes can only be put out all together (vt100).
    plain: bool,
    /// The row that the next piece of a frame begins with.
    next_row: usize,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Painted {
    /// 0 when nothing changed.
    pub bytes: usize,
    /// False when rows are left for the next piece.
    pub whole: bool,
}

impl<W: Write> Screen<W> {
    pub fn new(out: W) -> Self {
        Self {
            writer: FrameWriter::new(out),
            shown: Buffer::empty(Rect::ZERO),
            pen: Pen::PLAIN,
            cursor: None,
            clear_first: true,
            plain: false,
            next_row: 0,
        }
    }

    /// For a terminal that knows no way to end one attribute alone.
    pub fn plain_attributes(&mut self) {
        self.plain = true;
    }

    pub fn writer(&mut self) -> &mut FrameWriter<W> {
        &mut self.writer
    }

    /// The next frame is painted whole: after a resize, or when somebody else wrote on the terminal.
    pub fn forget(&mut self) {
        self.clear_first = true;
    }

    /// [`paint_piece`](Self::paint_piece) without a limit; returns the bytes written.
    #[cfg(test)]
    pub fn paint(&mut self, next: &mut Buffer) -> io::Result<usize> {
        self.paint_piece(next, usize::MAX).map(|painted| painted.bytes)
    }

    /// Makes the terminal show `next` in one write and keeps it; `next` gets the old buffer back for reuse. The rows that come
    /// after about `most` bytes are left as they are: the next call goes on with them, in whatever its buffer is then.
    pub fn paint_piece(&mut self, next: &mut Buffer, most: usize) -> io::Result<Painted> {
        if self.clear_first || self.shown.area != next.area {
            self.shown = Buffer::empty(next.area);
            self.pen = Pen::PLAIN;
            self.cursor = None;
            self.clear_first = false;
            self.next_row = 0;
            self.writer.frame().extend_from_slice(b"\x1b[m\x1b[2J");
        }
        let (width, height) = (usize::from(next.area.width), usize::from(next.area.height));
        let mut whole = true;
        let begin = if most == usize::MAX { 0 } else { self.next_row };
        let out = self.writer.frame();
        let limit = most.saturating_add(out.len());
        let mut painter = Painter { out, pen: self.pen, cursor: self.cursor, plain: self.plain };
        for y in (begin..height).chain(0..begin.min(height)) {
            let row = y * width..(y + 1) * width;
            let (Some(new), Some(old)) = (next.content.get_mut(row.clone()), self.shown.content.get(row)) else { break };
            if painter.out.len() < limit {
                painter.row(y as u16, new, old);
            } else if new != old {
                if whole {
                    self.next_row = y;
                    whole = false;
                }
                new.clone_from_slice(old);
            }
        }
        (self.pen, self.cursor) = (painter.pen, painter.cursor);
        if whole {
            self.next_row = 0;
        }
        let written = self.writer.finish();
        if written.is_err() {
            self.clear_first = true;
        }
        std::mem::swap(&mut self.shown, next);
        Ok(Painted { bytes: written?, whole })
    }
}

struct Painter<'a> {
    out: &'a mut Vec<u8>,
    pen: Pen,
    cursor: Option<(u16, u16)>,
    plain: bool,
}

/// What a cell shows: its text, unless a wide character before it covers it.
fn lead<'a>(row: &'a [Cell], covered: &mut usize, x: usize) -> Option<&'a Cell> {
    if x < *covered {
        return None;
    }
    let cell = row.get(x)?;
    *covered = x + width(cell).max(1);
    Some(cell)
}

fn width(cell: &Cell) -> usize {
    let symbol = cell.symbol();
    if symbol.len() == 1 { 1 } else { symbol.width() }
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " || cell.symbol().is_empty()
}

/// Two cells that look alike.
fn alike(a: &Cell, b: &Cell) -> bool {
    match (is_blank(a), is_blank(b)) {
        (true, true) => Pen::of(a).same_blank(Pen::of(b)),
        (false, false) => a.symbol() == b.symbol() && Pen::of(a) == Pen::of(b),
        _ => false,
    }
}

impl Painter<'_> {
    fn row(&mut self, y: u16, new: &[Cell], old: &[Cell]) {
        if new == old {
            return;
        }
        let blank_from = blank_tail(new);
        let (mut new_covered, mut old_covered) = (0, 0);
        for x in 0..new.len() {
            let now = lead(new, &mut new_covered, x);
            let was = lead(old, &mut old_covered, x);
            let same = match (now, was) {
                (Some(now), Some(was)) => alike(now, was) && new_covered == old_covered,
                (None, None) => true,
                _ => false,
            };
            let Some(now) = now.filter(|_| !same) else { continue };
            if x >= blank_from && worth_erasing(&new[x..], &old[x..]) {
                self.go(y, x as u16, new);
                self.ink(Pen::PLAIN);
                self.out.extend_from_slice(b"\x1b[K");
                return;
            }
            self.go(y, x as u16, new);
            self.cell(now, x, y, new.len());
        }
    }

    fn cell(&mut self, cell: &Cell, x: usize, y: u16, row_width: usize) {
        let pen = Pen::of(cell);
        let wide = width(cell).max(1);
        if is_blank(cell) {
            if !pen.same_blank(self.pen) {
                self.ink(pen);
            }
            self.out.push(b' ');
        } else if x + wide > row_width {
            // A wide character that does not fit: the terminal would wrap or scroll.
            self.ink(pen);
            self.out.extend(std::iter::repeat_n(b' ', row_width - x));
        } else {
            self.ink(pen);
            self.out.extend_from_slice(cell.symbol().as_bytes());
        }
        // Terminals disagree on the width of what is not plain: the next move is absolute.
        let sure = wide == 1 && cell.symbol().chars().nth(1).is_none() && x + 1 < row_width;
        self.cursor = sure.then_some((x as u16 + 1, y));
    }

    fn ink(&mut self, pen: Pen) {
        if self.plain {
            sgr::change_plainly(self.out, self.pen, pen);
        } else {
            sgr::change(self.out, self.pen, pen);
        }
        self.pen = pen;
    }

    /// Moves to the cell by the shortest way; unchanged cells between are written through when that is shorter.
    fn go(&mut self, y: u16, x: u16, row: &[Cell]) {
        if self.cursor == Some((x, y)) {
            return;
        }
        if let Some((cx, cy)) = self.cursor
            && cy == y
            && cx < x
        {
            let gap = &row[usize::from(cx)..usize::from(x)];
            let step = if gap.len() == 1 { 3 } else { 3 + digits(gap.len()) };
            if self.may_write_through(gap, step) {
                for cell in gap {
                    self.out.extend_from_slice(if is_blank(cell) { b" " } else { cell.symbol().as_bytes() });
                }
            } else {
                self.out.extend_from_slice(b"\x1b[");
                if gap.len() > 1 {
                    sgr::push_number(self.out, gap.len() as u16);
                }
                self.out.push(b'C');
            }
        } else if let Some((_, cy)) = self.cursor
            && x == 0
            && cy + 1 == y
        {
            self.out.extend_from_slice(b"\r\n");
        } else {
            self.out.extend_from_slice(b"\x1b[");
            sgr::push_number(self.out, y + 1);
            if x > 0 {
                self.out.push(b';');
                sgr::push_number(self.out, x + 1);
            }
            self.out.push(b'H');
        }
        self.cursor = Some((x, y));
    }

    fn may_write_through(&self, gap: &[Cell], limit: usize) -> bool {
        let mut cost = 0;
        for cell in gap {
            let fits = if is_blank(cell) {
                Pen::of(cell).same_blank(self.pen)
            } else {
                Pen::of(cell) == self.pen && width(cell) == 1 && cell.symbol().chars().nth(1).is_none()
            };
            cost += cell.symbol().len();
            if !fits || cost > limit {
                return false;
            }
        }
        true
    }
}

/// From where on the row is blank in the terminal's own colours.
fn blank_tail(row: &[Cell]) -> usize {
    let plain = |c: &Cell| is_blank(c) && Pen::of(c).same_blank(Pen::PLAIN);
    row.iter().rposition(|c| !plain(c)).map_or(0, |i| i + width(&row[i]).max(1))
}

fn worth_erasing(new: &[Cell], old: &[Cell]) -> bool {
    new.iter().zip(old).filter(|(n, o)| !alike(n, o)).count() > 3
}

fn digits(n: usize) -> usize {
    match n {
        0..10 => 1,
        10..100 => 2,
        _ => 3,
    }
}
