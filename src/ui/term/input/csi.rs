//! What follows `ESC [`: keys with their modifiers, the mouse, answers.

use super::parser::{Step, key};
use super::{Answer, Input};
use crossterm::event::{Event, KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// The mode of synchronized updates.
const SYNCHRONIZED: u16 = 2026;

/// `rest` is what follows `ESC [`.
pub fn step(rest: &[u8], longest: usize) -> Step {
    match rest {
        // The console of Linux writes F1 to F5 so.
        [b'[', c, ..] => {
            return Step::Took(4, key(KeyCode::F(c.wrapping_sub(b'A').wrapping_add(1).clamp(1, 5)), KeyModifiers::NONE));
        }
        [b'['] => return Step::Amid,
        [b'M', button, x, y, ..] => return Step::Took(6, old_mouse(*button, *x, *y)),
        [b'M', ..] => return Step::Amid,
        _ => {}
    }
    let Some(end) = rest.iter().position(|b| !(0x20..=0x3f).contains(b)) else {
        return if rest.len() > longest { Step::Took(rest.len() + 2, None) } else { Step::Amid };
    };
    let last = rest[end];
    if !(0x40..=0x7e).contains(&last) {
        // Broken off: what follows stands for itself.
        return Step::Took(end + 2, None);
    }
    Step::Took(end + 3, meaning(&rest[..end], last))
}

fn meaning(body: &[u8], last: u8) -> Option<Input> {
    let (prefix, body) = match body {
        [p @ b'<'..=b'?', body @ ..] => (Some(*p), body),
        body => (None, body),
    };
    let (body, between) = match body {
        [body @ .., i @ 0x20..=0x2f] => (body, Some(*i)),
        body => (body, None),
    };
    let mut numbers = [0_u16; 4];
    for (to, text) in numbers.iter_mut().zip(body.split(|b| *b == b';')) {
        // Of `97:65` the first is the key itself.
        let first = text.split(|b| *b == b':').next().unwrap_or_default();
        *to = std::str::from_utf8(first).ok().and_then(|t| t.parse().ok()).unwrap_or(0);
    }
    let [first, second, third, _] = numbers;
    match (prefix, between, last) {
        (Some(b'<'), None, b'M' | b'm') => mouse(first, second, third, last == b'm'),
        (Some(b'?'), Some(b'$'), b'y') if first == SYNCHRONIZED => {
            Some(Input::Answer(Answer::Synchronizes(matches!(second, 1 | 2))))
        }
        (Some(b'>'), None, b'c') => Some(Input::Answer(Answer::Device(first))),
        (None, None, b'n') if matches!(first, 0 | 3) => Some(Input::Answer(Answer::Here)),
        (None, None, b'~') => numbered(first, modifiers(second)),
        (None, None, b'u') => {
            let code = char::from_u32(u32::from(first)).map(named)?;
            key(code, modifiers(second))
        }
        // A cursor's place, which nobody asked for, looks like F3 with modifiers.
        (None, None, b'R') if first != 1 || second > 16 => None,
        (None, None, last) => letter(last, modifiers(second)),
        _ => None,
    }
}

/// The field after the key: one more than the sum of its bits.
fn modifiers(field: u16) -> KeyModifiers {
    let bits = field.saturating_sub(1);
    let mut out = KeyModifiers::NONE;
    for (bit, modifier) in [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)] {
        if bits & bit != 0 {
            out |= modifier;
        }
    }
    out
}

fn named(c: char) -> KeyCode {
    match c {
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        '\x7f' | '\x08' => KeyCode::Backspace,
        c => KeyCode::Char(c),
    }
}

/// Keys that end in a letter, after `ESC [` and after `ESC O`.
pub fn letter(last: u8, modifiers: KeyModifiers) -> Option<Input> {
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        b'Z' => return key(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT),
        _ => return None,
    };
    key(code, modifiers)
}

fn numbered(number: u16, modifiers: KeyModifiers) -> Option<Input> {
    let code = match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number as u8 - 10),
        17..=21 => KeyCode::F(number as u8 - 11),
        23 | 24 => KeyCode::F(number as u8 - 12),
        _ => return None,
    };
    key(code, modifiers)
}

fn old_mouse(button: u8, x: u8, y: u8) -> Option<Input> {
    let [button, x, y] = [button, x, y].map(|b| u16::from(b.saturating_sub(32)));
    // The third button's number tells that one was let go.
    let up = button & 0x43 == 3;
    mouse(if up { button & !3 } else { button }, x, y, up)
}

fn mouse(button: u16, x: u16, y: u16, up: bool) -> Option<Input> {
    let which = match button & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (button & 0x60, button & 3) {
        (0x40, 0) => MouseEventKind::ScrollUp,
        (0x40, 1) => MouseEventKind::ScrollDown,
        (0x40, 2) => MouseEventKind::ScrollLeft,
        (0x40, _) => MouseEventKind::ScrollRight,
        (0x20, 3) => MouseEventKind::Moved,
        (0x20, _) => MouseEventKind::Drag(which),
        _ if up => MouseEventKind::Up(which),
        _ => MouseEventKind::Down(which),
    };
    let modifiers = [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)]
        .into_iter()
        .filter(|(bit, _)| button & bit != 0)
        .fold(KeyModifiers::NONE, |all, (_, one)| all | one);
    Some(Input::Event(Event::Mouse(MouseEvent { kind, column: x.saturating_sub(1), row: y.saturating_sub(1), modifiers })))
}
