use super::{Input, csi};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// A lone Esc is a key when nothing follows it for this long: bytes of one key come closer together, also at 1,200 baud.
const ALONE: Duration = Duration::from_millis(50);
/// So long the end of a paste is waited for, which may come in many pieces.
const PASTING: Duration = Duration::from_secs(2);
/// A sequence that is longer is none.
const LONGEST: usize = 4_096;
/// A paste that is longer is cut: nobody filters by a megabyte.
const LONGEST_PASTE: usize = 1 << 20;
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// Bytes in, however they are cut into pieces; keys, clicks, pastes and answers out.
#[derive(Default)]
pub struct Parser {
    bytes: Vec<u8>,
}

/// What the beginning of the bytes is.
pub(super) enum Step {
    /// More must follow.
    Amid,
    /// So many bytes are done with.
    Took(usize, Option<Input>),
}

pub(super) fn key(code: KeyCode, modifiers: KeyModifiers) -> Option<Input> {
    Some(Input::Event(Event::Key(KeyEvent::new(code, modifiers))))
}

impl Parser {
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        self.bytes.extend_from_slice(bytes);
        self.take(out);
    }

    /// How long to wait for the rest of what was begun; `None` when nothing was.
    pub fn patience(&self) -> Option<Duration> {
        let wait = if self.bytes.starts_with(PASTE_BEGINS) { PASTING } else { ALONE };
        (!self.bytes.is_empty()).then_some(wait)
    }

    /// Nothing came for a while: what was begun is all there is.
    pub fn nothing_follows(&mut self, out: &mut Vec<Input>) {
        match self.bytes.as_slice() {
            [] => return,
            [0x1b] => out.extend(key(KeyCode::Esc, KeyModifiers::NONE)),
            // Alt with a key that could begin a sequence.
            [0x1b, c] if c.is_ascii_graphic() => out.extend(key(KeyCode::Char(char::from(*c)), KeyModifiers::ALT)),
            // A paste whose end was lost must not take the keys that follow.
            bytes if bytes.starts_with(PASTE_BEGINS) => out.push(pasted(&bytes[PASTE_BEGINS.len()..])),
            _ => {}
        }
        self.bytes.clear();
    }

    fn take(&mut self, out: &mut Vec<Input>) {
        let mut done = 0;
        while done < self.bytes.len() {
            match step(&self.bytes[done..]) {
                Step::Amid => break,
                Step::Took(n, input) => {
                    done += n.max(1);
                    out.extend(input);
                }
            }
        }
        self.bytes.drain(..done);
    }
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [0x1b, rest @ ..] => escape(bytes, rest),
        [b'\r' | b'\n', ..] => Step::Took(1, key(KeyCode::Enter, KeyModifiers::NONE)),
        [b'\t', ..] => Step::Took(1, key(KeyCode::Tab, KeyModifiers::NONE)),
        [0x7f | 0x08, ..] => Step::Took(1, key(KeyCode::Backspace, KeyModifiers::NONE)),
        [0, ..] => Step::Took(1, key(KeyCode::Char(' '), KeyModifiers::CONTROL)),
        [c @ 1..=0x1a, ..] => Step::Took(1, key(KeyCode::Char(char::from(c - 1 + b'a')), KeyModifiers::CONTROL)),
        [c @ 0x1c..=0x1f, ..] => Step::Took(1, key(KeyCode::Char(char::from(c - 0x1c + b'4')), KeyModifiers::CONTROL)),
        _ => character(bytes),
    }
}

fn character(bytes: &[u8]) -> Step {
    let long = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    let head = &bytes[..bytes.len().min(long)];
    match std::str::from_utf8(head) {
        Ok(text) => Step::Took(long, text.chars().next().and_then(typed)),
        Err(error) if error.error_len().is_none() && bytes.len() < long => Step::Amid,
        Err(_) => Step::Took(1, None),
    }
}

fn typed(c: char) -> Option<Input> {
    key(KeyCode::Char(c), if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE })
}

fn escape(bytes: &[u8], rest: &[u8]) -> Step {
    match rest {
        [] => Step::Amid,
        [0x1b, ..] => Step::Took(1, key(KeyCode::Esc, KeyModifiers::NONE)),
        [b'[', ..] if bytes.starts_with(PASTE_BEGINS) => paste(bytes),
        [b'[', rest @ ..] => csi::step(rest, LONGEST),
        [b'O', c, ..] => Step::Took(3, csi::letter(*c, KeyModifiers::NONE)),
        // A string that answers a question nobody asked, up to its end.
        [b']' | b'P' | b'X' | b'^' | b'_', rest @ ..] => string(rest),
        [b'O'] => Step::Amid,
        _ => match step(rest) {
            Step::Took(n, Some(Input::Event(Event::Key(pressed)))) => {
                Step::Took(n + 1, key(pressed.code, pressed.modifiers | KeyModifiers::ALT))
            }
            Step::Took(n, other) => Step::Took(n + 1, other),
            Step::Amid => Step::Amid,
        },
    }
}

fn string(rest: &[u8]) -> Step {
    let bell = rest.iter().position(|b| *b == 0x07).map(|at| at + 1);
    let terminator = rest.windows(2).position(|w| w == b"\x1b\\").map(|at| at + 2);
    match bell.into_iter().chain(terminator).min() {
        Some(n) => Step::Took(n + 2, None),
        None if rest.len() > LONGEST => Step::Took(rest.len() + 2, None),
        None => Step::Amid,
    }
}

fn paste(bytes: &[u8]) -> Step {
    let text = &bytes[PASTE_BEGINS.len()..];
    match text.windows(PASTE_ENDS.len()).position(|w| w == PASTE_ENDS) {
        Some(end) => Step::Took(PASTE_BEGINS.len() + end + PASTE_ENDS.len(), Some(pasted(&text[..end]))),
        None if text.len() > LONGEST_PASTE => Step::Took(bytes.len(), Some(pasted(text))),
        None => Step::Amid,
    }
}

fn pasted(text: &[u8]) -> Input {
    Input::Event(Event::Paste(String::from_utf8_lossy(text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::Answer;
    use super::*;
    use crossterm::event::{MouseButton, MouseEventKind};
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Vec<Input> {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        parser.feed(bytes, &mut out);
        parser.nothing_follows(&mut out);
        out
    }

    fn keys(bytes: &[u8]) -> Vec<(KeyCode, KeyModifiers)> {
        let key = |input: Input| match input {
            Input::Event(Event::Key(key)) => (key.code, key.modifiers),
            other => panic!("{other:?}"),
        };
        parse(bytes).into_iter().map(key).collect()
    }

    #[test]
    fn keys_of_all_kinds() {
        use KeyCode::*;
        const NO: KeyModifiers = KeyModifiers::NONE;
        let table: &[(&[u8], KeyCode, KeyModifiers)] = &[
            (b"q", Char('q'), NO),
            ("é".as_bytes(), Char('é'), NO),
            (b"G", Char('G'), KeyModifiers::SHIFT),
            (b"\x03", Char('c'), KeyModifiers::CONTROL),
            (b"\x1b", Esc, NO),
            (b"\x1bx", Char('x'), KeyModifiers::ALT),
            (b"\x1b[", Char('['), KeyModifiers::ALT),
            (b"\x1b[A", Up, NO),
            (b"\x1bOB", Down, NO),
            (b"\x1b[1;5C", Right, KeyModifiers::CONTROL),
            (b"\x1b[Z", BackTab, KeyModifiers::SHIFT),
            (b"\x1b[5~", PageUp, NO),
            (b"\x1b[6;2~", PageDown, KeyModifiers::SHIFT),
            (b"\x1b[1~", Home, NO),
            (b"\x1bOF", End, NO),
            (b"\x1bOP", F(1), NO),
            (b"\x1b[[C", F(3), NO),
            (b"\x1b[24~", F(12), NO),
            (b"\x1b[97;5u", Char('a'), KeyModifiers::CONTROL),
            (b"\r", Enter, NO),
            (b"\x7f", Backspace, NO),
            (b"\x08", Backspace, NO),
        ];
        for (bytes, code, modifiers) in table {
            assert_eq!(keys(bytes), [(*code, *modifiers)], "{:?}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(keys(b"\x1b\x1b\x1b"), [(Esc, NO); 3]);
    }

    #[test]
    fn answers_are_no_keys() {
        assert_eq!(parse(b"\x1b[0n"), [Input::Answer(Answer::Here)]);
        assert_eq!(parse(b"\x1b[?2026;2$y"), [Input::Answer(Answer::Synchronizes(true))]);
        assert_eq!(parse(b"\x1b[?2026;0$y"), [Input::Answer(Answer::Synchronizes(false))]);
        assert_eq!(parse(b"\x1b[>84;0;0c"), [Input::Answer(Answer::Device(84))]);
        for nothing in [&b"\x1b[?1;2c"[..], b"\x1b[24;80R", b"\x1b]11;rgb:0/0/0\x07", b"\x1bP>|tmux 3.3a\x1b\\", b"\x1b[I"] {
            let keys: Vec<_> = parse(nothing).into_iter().filter(|i| !matches!(i, Input::Answer(_))).collect();
            assert_eq!(keys, [], "{:?}", String::from_utf8_lossy(nothing));
        }
        assert_eq!(parse(b"\x1b[?2026;2$yj").len(), 2, "the key behind an answer is not swallowed");
    }

    #[test]
    fn clicks_have_their_place() {
        let [Input::Event(Event::Mouse(click))] = &parse(b"\x1b[<0;200;3M")[..] else { panic!() };
        assert_eq!((click.kind, click.column, click.row), (MouseEventKind::Down(MouseButton::Left), 199, 2));
        let [Input::Event(Event::Mouse(wheel))] = &parse(b"\x1b[<65;1;1M")[..] else { panic!() };
        assert_eq!(wheel.kind, MouseEventKind::ScrollDown);
        let [Input::Event(Event::Mouse(old))] = &parse(b"\x1b[M !!")[..] else { panic!() };
        assert_eq!((old.kind, old.column, old.row), (MouseEventKind::Down(MouseButton::Left), 0, 0));
    }

    #[test]
    fn a_paste_is_one_event_and_its_lost_end_frees_the_keys() {
        assert_eq!(parse(b"\x1b[200~q\x1b[A\n\x1b[201~"), [Input::Event(Event::Paste("q\x1b[A\n".into()))]);
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        parser.feed(b"\x1b[200~lost", &mut out);
        assert!(out.is_empty() && parser.patience() == Some(PASTING));
        parser.nothing_follows(&mut out);
        parser.feed(b"q", &mut out);
        assert_eq!(out.len(), 2);
    }

    const PARTS: &[&[u8]] = &[
        b"\x1b[A",
        b"\x1b[0n",
        b"q",
        "é".as_bytes(),
        b"\x1b[<0;3;4M",
        b"\x1b[200~ab\x1b[201~",
        b"\x1b[?2026;2$y",
        b"\x1b]0;x\x07",
        b"\x1bOP",
    ];

    proptest! {
        #[test]
        fn pieces_make_the_same_as_the_whole(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..8),
            cut in 1_usize..5,
        ) {
            let bytes = parts.concat();
            let (mut parser, mut out) = (Parser::default(), Vec::new());
            for piece in bytes.chunks(cut) {
                parser.feed(piece, &mut out);
            }
            prop_assert_eq!(out, parse(&bytes));
        }

        #[test]
        fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let (mut parser, mut out) = (Parser::default(), Vec::new());
            parser.feed(&bytes, &mut out);
            parser.nothing_follows(&mut out);
            prop_assert!(parser.patience().is_none());
        }
    }
}
