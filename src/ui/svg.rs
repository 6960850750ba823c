//! A drawn screen as an SVG picture: every cell where it stood, in its colours.

use super::color::rgb;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Of one cell, in the picture's units; DejaVu Sans Mono at 14 is 8.43 wide.
const CELL: (f32, f32) = (8.43, 18.0);
const MARGIN: f32 = 8.0;
/// What terminals have where a theme leaves it to them.
const FOREGROUND: (u8, u8, u8) = (200, 204, 212);
const BACKGROUND: (u8, u8, u8) = (17, 20, 26);

#[derive(Clone, Copy, PartialEq)]
struct Look {
    fg: (u8, u8, u8),
    bg: (u8, u8, u8),
    marks: Modifier,
}

pub fn picture(buffer: &Buffer) -> String {
    let (columns, rows) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 2.0 * MARGIN, rows * CELL.1 + 2.0 * MARGIN);
    let base = buffer.content.first().map_or(BACKGROUND, |cell| look(cell).bg);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" shape-rendering=\"crispEdges\">\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\" rx=\"6\"/>\n",
        hex(base)
    );
    for y in 0..buffer.area.height {
        line(&mut out, buffer, y, base);
    }
    out.push_str("</svg>\n");
    out
}

/// One line in runs of cells that look alike.
fn line(out: &mut String, buffer: &Buffer, y: u16, base: (u8, u8, u8)) {
    let mut x = 0;
    while x < buffer.area.width {
        let (from, run) = (x, look(&buffer[(x, y)]));
        let mut text = String::new();
        while x < buffer.area.width && look(&buffer[(x, y)]) == run {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += cells(symbol);
        }
        put(out, (from, y), &text, x.min(buffer.area.width) - from, run, base);
    }
}

fn cells(symbol: &str) -> u16 {
    u16::try_from(symbol.width()).unwrap_or(1).max(1)
}

fn put(out: &mut String, (x, y): (u16, u16), text: &str, wide: u16, run: Look, base: (u8, u8, u8)) {
    let (left, top) = (MARGIN + f32::from(x) * CELL.0, MARGIN + f32::from(y) * CELL.1);
    let length = f32::from(wide) * CELL.0;
    // Writing into a String does not fail.
    if run.bg != base {
        let _ =
            write!(out, "<rect x=\"{left:.1}\" y=\"{top}\" width=\"{length:.1}\" height=\"{}\" fill=\"{}\"/>", CELL.1, hex(run.bg));
    }
    if !text.trim().is_empty() {
        let weight = if run.marks.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
        let line = if run.marks.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
        let faint = if run.marks.contains(Modifier::DIM) { " opacity=\"0.65\"" } else { "" };
        let _ = write!(
            out,
            "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" fill=\"{}\"{weight}{line}{faint}>{}</text>",
            top + 13.5,
            hex(run.fg),
            escaped(text)
        );
    }
    out.push('\n');
}

fn look(cell: &Cell) -> Look {
    let (fg, bg) = (rgb(cell.fg).unwrap_or(FOREGROUND), rgb(cell.bg).unwrap_or(BACKGROUND));
    let (fg, bg) = if cell.modifier.contains(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) };
    Look { fg, bg, marks: cell.modifier & (Modifier::BOLD | Modifier::UNDERLINED | Modifier::DIM) }
}

fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

/// The screen as lines of text, without blanks at their ends.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += cells(symbol);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    fn drawn() -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_style(buffer.area, Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Rgb(9, 9, 9)));
        buffer.set_string(0, 0, "a<b>&\"é", Style::new());
        buffer.set_string(0, 1, "bad", Style::new().fg(Color::Rgb(255, 0, 0)).add_modifier(Modifier::BOLD));
        buffer.set_string(6, 1, "sel", Style::new().add_modifier(Modifier::REVERSED));
        buffer
    }

    #[test]
    fn a_picture_has_the_cells_in_their_colours_and_no_markup_from_outside() {
        let svg = picture(&drawn());
        assert!(svg.contains("fill=\"#ff0000\" font-weight=\"bold\">bad</text>"), "{svg}");
        assert!(svg.contains("a&lt;b&gt;&amp;\"é"), "{svg}");
        assert!(svg.contains("fill=\"#010203\"/><text"), "a selected cell has its colours turned round: {svg}");
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    }

    #[test]
    fn the_text_is_what_stood_there() {
        assert_eq!(text(&drawn()), "a<b>&\"é\nbad   sel\n");
    }
}
