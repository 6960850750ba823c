use super::*;
use crate::ui::fixture;
use crate::ui::term::Screen;
use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};

const W: u16 = 40;
const H: u16 = 6;

fn color(n: u8) -> Color {
    match n % 6 {
        0 => Color::Reset,
        1 => Color::Red,
        2 => Color::LightBlue,
        3 => Color::Indexed(n),
        _ => Color::Rgb(n, n / 2, 200),
    }
}

fn terminal_color(color: Color) -> vt100::Color {
    match color {
        Color::Reset => vt100::Color::Default,
        Color::Red => vt100::Color::Idx(1),
        Color::LightBlue => vt100::Color::Idx(12),
        Color::Indexed(n) => vt100::Color::Idx(n),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        other => panic!("{other:?}"),
    }
}

fn terminal(rows: u16, columns: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)
}

/// One piece of text somewhere.
type Stroke = (u16, u16, String, u8, u8, u8);

fn strokes() -> impl Strategy<Value = Vec<Stroke>> {
    let text = prop_oneof!["[a-z ]{1,12}", "[ ]{1,20}", "[─│●▁█é]{1,8}", "[a注文 ]{1,8}"];
    prop::collection::vec((0..W, 0..H, text, any::<u8>(), any::<u8>(), 0..8_u8), 0..24)
}

fn buffer_of(strokes: &[Stroke]) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, W, H));
    for (x, y, text, fg, bg, modifiers) in strokes {
        let mut style = Style::new().fg(color(*fg)).bg(color(*bg));
        for (bit, modifier) in [(1, Modifier::BOLD), (2, Modifier::REVERSED), (4, Modifier::UNDERLINED)] {
            if modifiers & bit != 0 {
                style = style.add_modifier(modifier);
            }
        }
        buffer.set_string(*x, *y, text, style);
    }
    buffer
}

/// What the terminal shows against what the buffer says.
fn compare(terminal: &vt100::Screen, buffer: &Buffer) -> Result<(), TestCaseError> {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            let shown = terminal.cell(y, x).unwrap();
            let wide = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1) as u16;
            let symbol = if x + wide > buffer.area.width { " " } else { cell.symbol() };
            let text = if shown.contents().is_empty() { " " } else { shown.contents() };
            prop_assert_eq!(text, symbol, "at {},{}", x, y);
            let seen = symbol != " ";
            let inked = cell.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED);
            prop_assert_eq!(shown.bgcolor(), terminal_color(cell.bg), "paper at {},{}", x, y);
            prop_assert_eq!(shown.inverse(), cell.modifier.contains(Modifier::REVERSED), "at {},{}", x, y);
            prop_assert_eq!(shown.underline(), cell.modifier.contains(Modifier::UNDERLINED), "at {},{}", x, y);
            if seen || inked {
                prop_assert_eq!(shown.fgcolor(), terminal_color(cell.fg), "ink at {},{}", x, y);
            }
            if seen {
                prop_assert_eq!(shown.bold(), cell.modifier.contains(Modifier::BOLD), "at {},{}", x, y);
            }
            x += wide;
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_terminal_shows_the_buffer_whatever_was_there_before(frames in prop::collection::vec(strokes(), 1..5)) {
        let mut terminal = terminal(H, W);
        let mut screen = Screen::new(Vec::new());
        let mut fed = 0;
        for frame in &frames {
            let buffer = buffer_of(frame);
            screen.paint(&mut buffer.clone()).unwrap();
            let bytes = screen.writer().get_ref();
            terminal.process(&bytes[fed..]);
            fed = bytes.len();
            compare(terminal.screen(), &buffer)?;
        }
    }
}

#[test]
fn an_unchanged_frame_writes_nothing() {
    let mut ui = ui(fixture::rich());
    let mut screen = Screen::new(Vec::new());
    assert!(screen.paint(&mut paint(&mut ui, 120, 40)).unwrap() > 1_000);
    assert_eq!(screen.paint(&mut paint(&mut ui, 120, 40)).unwrap(), 0);
    assert_eq!(screen.writer().frames, 1);
}

#[derive(Default)]
struct Counting(Vec<Vec<u8>>);

impl std::io::Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_frame_is_one_write_and_synchronized_where_the_terminal_can() {
    let mut ui = ui(fixture::rich());
    for synchronized in [false, true] {
        let mut screen = Screen::new(Counting::default());
        screen.writer().synchronized = synchronized;
        let written = screen.paint(&mut paint(&mut ui, 120, 40)).unwrap();
        let writes = &screen.writer().get_ref().0;
        assert_eq!(writes.len(), 1);
        assert_eq!(writes[0].len(), written);
        assert_eq!(writes[0].starts_with(b"\x1b[?2026h") && writes[0].ends_with(b"\x1b[?2026l"), synchronized);
        assert_eq!(screen.paint(&mut paint(&mut ui, 120, 40)).unwrap(), 0, "nothing changed, nothing is written");
    }
}

#[test]
fn a_frame_in_pieces_comes_to_the_same() {
    let mut ui = ui(fixture::rich());
    let mut screen = Screen::new(Counting::default());
    let mut terminal = terminal(40, 120);
    let mut pieces = 0;
    loop {
        let painted = screen.paint_piece(&mut paint(&mut ui, 120, 40), 300).unwrap();
        pieces += 1;
        if painted.whole {
            break;
        }
    }
    assert!(pieces > 10);
    let writes = screen.writer().get_ref().0.clone();
    assert!(writes.iter().all(|w| w.len() < 300 + 1_200), "a piece ends with the row that exceeds it");
    terminal.process(&writes.concat());
    let mut at_once = Screen::new(Vec::new());
    at_once.paint(&mut paint(&mut ui, 120, 40)).unwrap();
    let mut other = self::terminal(40, 120);
    other.process(at_once.writer().get_ref());
    assert_eq!(terminal.screen().contents_formatted(), other.screen().contents_formatted());
}

#[test]
fn a_terminal_without_colours_gets_attributes_that_it_knows() {
    let config = UiConfig { color: ColorChoice::None, ascii: true, utc: true, ..UiConfig::default() };
    let mut ui = ui_with(config, fixture::rich());
    let mut screen = Screen::new(Vec::new());
    screen.plain_attributes();
    let mut buffer = paint(&mut ui, 120, 40);
    screen.paint(&mut buffer.clone()).unwrap();
    press(&mut ui, 120, 40, "j");
    buffer = paint(&mut ui, 120, 40);
    screen.paint(&mut buffer.clone()).unwrap();
    let bytes = screen.writer().get_ref().clone();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.is_ascii());
    for known in text.split("\x1b[").skip(1).filter_map(|s| s.split_once('m')).map(|(s, _)| s) {
        let is_sgr = known.bytes().all(|b| b.is_ascii_digit() || b == b';');
        assert!(!is_sgr || matches!(known, "" | "1" | "4" | "5" | "7"), "vt100 does not know {known:?}");
    }
    let mut terminal = terminal(40, 120);
    terminal.process(&bytes);
    for y in 0..40 {
        for x in 0..120 {
            let reversed = buffer[(x, y)].modifier.contains(Modifier::REVERSED);
            assert_eq!(terminal.screen().cell(y, x).unwrap().inverse(), reversed, "at {x},{y}");
        }
    }
}

#[test]
fn every_screen_is_painted_as_drawn() {
    for keys in ["", "j enter", "3", "3 j enter", "?", "j enter enter"] {
        let mut ui = ui(fixture::rich());
        press(&mut ui, 120, 40, keys);
        let buffer = paint(&mut ui, 120, 40);
        let mut screen = Screen::new(Vec::new());
        screen.paint(&mut buffer.clone()).unwrap();
        let mut terminal = terminal(40, 120);
        terminal.process(screen.writer().get_ref());
        let shown: String = (0..40).map(|y| terminal.screen().rows(0, 120).nth(y).unwrap().trim_end().to_owned() + "\n").collect();
        assert_eq!(shown, text_of(&buffer), "after {keys}");
    }
}
