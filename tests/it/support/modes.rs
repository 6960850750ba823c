//! What a terminal is left with, from the raw bytes that it got.

use std::collections::BTreeMap;

/// Modes of DEC that a fresh terminal has on: a shown cursor and autowrap.
const USUALLY_ON: [u32; 2] = [25, 7];

/// The switches of a terminal that a program can leave wrong.
#[derive(Default)]
pub struct Modes {
    /// `CSI ? n h` and `l`.
    dec: BTreeMap<u32, bool>,
    /// `CSI > … u`, `CSI < … u`.
    keyboards: i32,
    /// `CSI 22 t`, `CSI 23 t`.
    titles: i32,
    /// The last `CSI … m` set something.
    inked: bool,
    /// Every mode that was ever set.
    pub ever: Vec<u32>,
}

impl Modes {
    pub fn of(raw: &[u8]) -> Self {
        let mut modes = Self::default();
        let mut rest = raw;
        while let Some(start) = rest.iter().position(|b| *b == 0x1b) {
            rest = &rest[start + 1..];
            match rest {
                [b'[', body @ ..] => rest = modes.sequence(body),
                [b']' | b'P', body @ ..] => rest = behind_string(body),
                _ => {}
            }
        }
        modes
    }

    /// Reads what follows `ESC [`; an Esc or a CAN in its midst ends it, as in a terminal.
    fn sequence<'a>(&mut self, body: &'a [u8]) -> &'a [u8] {
        let Some(end) = body.iter().position(|b| (0x40..=0x7e).contains(b) || *b == 0x1b || *b == 0x18) else { return &[] };
        let (whole, last) = (&body[..end], body[end]);
        if last == 0x1b || last == 0x18 {
            return &body[end..];
        }
        let (mark, numbers) = match whole {
            [m @ b'<'..=b'?', numbers @ ..] => (Some(*m), numbers),
            numbers => (None, numbers),
        };
        let text = String::from_utf8_lossy(numbers).into_owned();
        let mut all = text.split(';').filter_map(|n| n.parse::<u32>().ok());
        match (mark, last) {
            (Some(b'?'), b'h' | b'l') => {
                for mode in all {
                    self.dec.insert(mode, last == b'h');
                    self.ever.extend((last == b'h').then_some(mode));
                }
            }
            (Some(b'>'), b'u') => self.keyboards += 1,
            (Some(b'<'), b'u') => self.keyboards -= 1,
            (None, b't') => match all.next() {
                Some(22) => self.titles += 1,
                Some(23) => self.titles -= 1,
                _ => {}
            },
            (None, b'm') => self.inked = !matches!(text.as_str(), "" | "0"),
            _ => {}
        }
        &body[end + 1..]
    }

    /// The modes of DEC that are not as a fresh terminal has them.
    pub fn modes(&self) -> Vec<String> {
        let wrong = self.dec.iter().filter(|(mode, on)| **on != USUALLY_ON.contains(mode));
        wrong.map(|(mode, on)| format!("?{mode}={on}")).collect()
    }

    /// All that is not as a fresh terminal has it.
    pub fn left(&self) -> Vec<String> {
        let mut left = self.modes();
        for (what, count) in [("keyboard stack", self.keyboards), ("title stack", self.titles), ("ink", i32::from(self.inked))] {
            if count != 0 {
                left.push(format!("{what} {count}"));
            }
        }
        left
    }
}

fn behind_string(body: &[u8]) -> &[u8] {
    let bell = body.iter().position(|b| *b == 0x07).map(|at| at + 1);
    let terminator = body.windows(2).position(|w| w == b"\x1b\\").map(|at| at + 2);
    bell.into_iter().chain(terminator).min().map_or(&[], |end| &body[end..])
}

#[test]
fn what_is_left_is_seen() {
    assert!(Modes::of(b"\x1b[?1049h\x1b[?25l\x1b[1mx\x1b[m\x1b[?25h\x1b[?1049l").left().is_empty());
    assert_eq!(Modes::of(b"\x1b[?2004h\x1b[31m\x1b[22;2t\x1b]2;\x1b[?7l\x07").left(), ["?2004=true", "title stack 1", "ink 1"]);
    assert!(Modes::of(b"\x1b[?25l\x1b[38;5\x18\x1b[m\x1b[?25h").left().is_empty(), "a sequence that was broken off");
}
