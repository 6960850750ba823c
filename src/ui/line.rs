//! One line of input with a cursor.

use super::keymap::Key;
use crossterm::event::KeyCode;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineEdit {
    text: String,
    /// Byte index, always on a character's boundary.
    cursor: usize,
}

impl LineEdit {
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), cursor: text.len() }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before and after the cursor.
    pub fn parts(&self) -> (&str, &str) {
        self.text.split_at(self.cursor)
    }

    pub fn insert(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            self.text.insert(self.cursor, c);
            self.cursor += c.len_utf8();
        }
    }

    /// Whether the key was one of editing.
    pub fn key(&mut self, key: Key) -> bool {
        match (key.code, key.ctrl) {
            (KeyCode::Char(c), false) if !key.alt => self.insert(c.encode_utf8(&mut [0; 4])),
            (KeyCode::Backspace, _) => {
                if let Some(c) = self.parts().0.chars().next_back() {
                    self.cursor -= c.len_utf8();
                    self.text.remove(self.cursor);
                }
            }
            (KeyCode::Delete, _) => {
                if self.cursor < self.text.len() {
                    self.text.remove(self.cursor);
                }
            }
            (KeyCode::Left, _) => self.cursor -= self.parts().0.chars().next_back().map_or(0, char::len_utf8),
            (KeyCode::Right, _) => self.cursor += self.parts().1.chars().next().map_or(0, char::len_utf8),
            (KeyCode::Home, _) | (KeyCode::Char('a'), true) => self.cursor = 0,
            (KeyCode::End, _) | (KeyCode::Char('e'), true) => self.cursor = self.text.len(),
            (KeyCode::Char('u'), true) => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            (KeyCode::Char('w'), true) => {
                let before = self.parts().0.trim_end();
                let from = before.rfind(' ').map_or(0, |i| i + 1);
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(line: &mut LineEdit, code: KeyCode, ctrl: bool) {
        line.key(Key { code, ctrl, alt: false });
    }

    #[test]
    fn editing_keeps_to_whole_characters() {
        let mut line = LineEdit::new("livré");
        press(&mut line, KeyCode::Backspace, false);
        press(&mut line, KeyCode::Left, false);
        press(&mut line, KeyCode::Char('é'), false);
        assert_eq!(line.parts(), ("livé", "r"));
        press(&mut line, KeyCode::Char('w'), true);
        assert_eq!(line.text(), "r");
    }

    #[test]
    fn a_paste_brings_no_control_characters() {
        let mut line = LineEdit::default();
        line.insert("a\x1b[2J\nb");
        assert_eq!(line.text(), "a[2Jb");
    }
}
