//! Lines of braille dots, two by four in a cell. A cell has one colour: that of the line that came last.

use super::lens::Room;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::Ctx;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The bit of a dot by its column and row.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

pub struct Dots {
    width: usize,
    room: Room,
    cells: Vec<(u8, Role)>,
}

impl Dots {
    pub fn new(width: u16, height: u16) -> Self {
        let cells = vec![(0, Role::Text); usize::from(width) * usize::from(height)];
        Self { width: usize::from(width), room: Room::of_cells(width, height), cells }
    }

    /// `every`: 1 is a whole line, 3 each third dot.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), role: Role, every: usize) {
        let Some((from, to)) = clip(from, to, self.room) else { return };
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).ceil().max(1.0);
        for step in (0..=steps as usize).step_by(every.max(1)) {
            let part = step as f64 / steps;
            self.dot((from.0 + dx * part, from.1 + dy * part), role);
        }
    }

    fn dot(&mut self, (x, y): (f64, f64), role: Role) {
        // What was clipped may lie on the far edge itself.
        let x = x.clamp(0.0, self.room.width - 1.0) as usize;
        let y = y.clamp(0.0, self.room.height - 1.0) as usize;
        if let Some(cell) = self.cells.get_mut(y / 4 * self.width + x / 2) {
            cell.0 |= BITS[x % 2][y % 4];
            cell.1 = role;
        }
    }

    pub fn draw(&self, ctx: Ctx, buf: &mut Buffer, area: Rect) {
        for (at, (bits, role)) in self.cells.iter().enumerate().filter(|(_, (bits, _))| *bits > 0) {
            let (x, y) = ((at % self.width) as u16, (at / self.width) as u16);
            let symbol = char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' ');
            if let Some(cell) = buf.cell_mut((area.x + x, area.y + y)) {
                cell.set_char(symbol).set_style(ctx.style(*role));
            }
        }
    }
}

/// The part of a line that lies in the room (Liang and Barsky). `None`: none does.
fn clip(from: (f64, f64), to: (f64, f64), room: Room) -> Option<((f64, f64), (f64, f64))> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut first, mut last) = (0.0_f64, 1.0_f64);
    for (towards, distance) in [(-dx, from.0), (dx, room.width - from.0), (-dy, from.1), (dy, room.height - from.1)] {
        if towards == 0.0 {
            if distance < 0.0 {
                return None;
            }
            continue;
        }
        let part = distance / towards;
        if towards < 0.0 { first = first.max(part) } else { last = last.min(part) }
    }
    let at = |part: f64| (from.0 + dx * part, from.1 + dy * part);
    (first <= last).then(|| (at(first), at(last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lit(dots: &Dots) -> usize {
        dots.cells.iter().map(|(bits, _)| bits.count_ones() as usize).sum()
    }

    proptest! {
        #[test]
        fn a_line_stays_in_its_room_and_costs_no_more_than_it_shows(
            width in 1_u16..100,
            height in 1_u16..50,
            from in (-1e9..1e9, -1e9..1e9),
            to in (-1e9..1e9, -1e9..1e9),
        ) {
            let mut dots = Dots::new(width, height);
            dots.line(from, to, Role::Text, 1);
            prop_assert!(lit(&dots) <= usize::from(width) * 2 + usize::from(height) * 4);
        }

        #[test]
        fn what_is_clipped_lies_on_the_line(from in (-500.0..500.0, -500.0..500.0), to in (-500.0..500.0, -500.0..500.0)) {
            let room = Room::of_cells(40, 20);
            if let Some((a, b)) = clip(from, to, room) {
                let across = |p: (f64, f64)| (to.0 - from.0) * (p.1 - from.1) - (to.1 - from.1) * (p.0 - from.0);
                for p in [a, b] {
                    prop_assert!((-1e-6..=room.width + 1e-6).contains(&p.0) && (-1e-6..=room.height + 1e-6).contains(&p.1));
                    prop_assert!(across(p).abs() < 1e-3, "{p:?}");
                }
            } else {
                prop_assert!(!room.holds(from) && !room.holds(to), "an end in sight was lost");
            }
        }
    }

    #[test]
    fn a_line_across_a_corner_is_seen_though_both_ends_are_not() {
        let mut dots = Dots::new(10, 10);
        dots.line((-10.0, 5.0), (8.0, -5.0), Role::Text, 1);
        assert_eq!(lit(&dots), 0, "it passes by");
        dots.line((-10.0, 15.0), (15.0, -10.0), Role::Text, 1);
        assert!(lit(&dots) >= 5);
    }

    #[test]
    fn dots_have_the_bits_of_braille() {
        let mut dots = Dots::new(1, 1);
        dots.line((0.0, 0.0), (0.0, 3.5), Role::Text, 1);
        assert_eq!(dots.cells[0].0, 0x47, "the left column");
    }
}
