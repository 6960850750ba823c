use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// How a cell looks, without what does not show: a blank has no ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pen {
    pub fg: Color,
    pub bg: Color,
    pub modifier: Modifier,
}

impl Pen {
    pub const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    pub fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// Whether a blank in this pen looks as one in `other`.
    pub fn same_blank(self, other: Self) -> bool {
        let inked = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        let (a, b) = (self.modifier & inked, other.modifier & inked);
        self.bg == other.bg && a == b && (a.is_empty() || self.fg == other.fg)
    }
}

const MODIFIERS: [(Modifier, u8); 8] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// The shortest sequence that turns one pen into the other.
pub fn change(out: &mut Vec<u8>, from: Pen, to: Pen) {
    if from == to {
        return;
    }
    if to == Pen::PLAIN {
        out.extend_from_slice(b"\x1b[m");
        return;
    }
    let mut step = Vec::with_capacity(32);
    difference(&mut step, from, to);
    let mut anew = Vec::with_capacity(32);
    anew.extend_from_slice(b"0;");
    difference(&mut anew, Pen::PLAIN, to);
    let best = if step.len() <= anew.len() { step } else { anew };
    out.extend_from_slice(b"\x1b[");
    out.extend_from_slice(best.strip_suffix(b";").unwrap_or(&best));
    out.push(b'm');
}

/// The same for a terminal that can end attributes only all at once (vt100), and knows no colours.
pub fn change_plainly(out: &mut Vec<u8>, from: Pen, to: Pen) {
    let bare = |pen: Pen| pen.modifier & (Modifier::BOLD | Modifier::UNDERLINED | Modifier::SLOW_BLINK | Modifier::REVERSED);
    let (from, to) = (bare(from), bare(to));
    if from == to {
        return;
    }
    if !(from - to).is_empty() {
        out.extend_from_slice(b"\x1b[m");
    }
    let base = if (from - to).is_empty() { from } else { Modifier::empty() };
    let on: Vec<_> = MODIFIERS.iter().filter(|(m, _)| to.contains(*m) && !base.contains(*m)).collect();
    for (_, number) in on {
        out.extend_from_slice(b"\x1b[");
        push_number(out, u16::from(*number));
        out.push(b'm');
    }
}

fn difference(out: &mut Vec<u8>, from: Pen, to: Pen) {
    let gone = from.modifier - to.modifier;
    let mut kept = from.modifier & to.modifier;
    for (modifiers, off) in [
        (Modifier::BOLD | Modifier::DIM, 22),
        (Modifier::ITALIC, 23),
        (Modifier::UNDERLINED, 24),
        (Modifier::SLOW_BLINK, 25),
        (Modifier::REVERSED, 27),
        (Modifier::HIDDEN, 28),
        (Modifier::CROSSED_OUT, 29),
    ] {
        if gone.intersects(modifiers) {
            number(out, off);
            kept -= modifiers;
        }
    }
    for (modifier, on) in MODIFIERS {
        if to.modifier.contains(modifier) && !kept.contains(modifier) {
            number(out, on);
        }
    }
    if from.fg != to.fg {
        color(out, to.fg, 30);
    }
    if from.bg != to.bg {
        color(out, to.bg, 40);
    }
}

/// `base` is 30 for ink, 40 for paper.
fn color(out: &mut Vec<u8>, color: Color, base: u8) {
    let sixteen = match color {
        Color::Reset => return number(out, base + 9),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(n) if n < 16 => n,
        Color::Indexed(n) => return [base + 8, 5, n].into_iter().for_each(|v| number(out, v)),
        Color::Rgb(r, g, b) => return [base + 8, 2, r, g, b].into_iter().for_each(|v| number(out, v)),
    };
    number(out, if sixteen < 8 { base + sixteen } else { base + 60 + sixteen - 8 });
}

fn number(out: &mut Vec<u8>, n: u8) {
    push_number(out, u16::from(n));
    out.push(b';');
}

/// A number in decimal, without an allocation.
pub fn push_number(out: &mut Vec<u8>, n: u16) {
    if n >= 10 {
        push_number(out, n / 10);
    }
    out.push(b'0' + (n % 10) as u8);
}
