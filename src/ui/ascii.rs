//! The screen without Unicode: each drawn sign has a plain one. Done on the finished frame, so that no panel has to think of it.

use ratatui::buffer::Buffer;

pub fn plain(buf: &mut Buffer) {
    for cell in &mut buf.content {
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        let plain = match symbol {
            "─" | "–" | "—" => "-",
            "│" => "|",
            "┌" | "┐" | "└" | "┘" | "├" | "┤" | "┬" | "┴" | "┼" => "+",
            "▁" => "_",
            "▂" => ".",
            "▃" => ":",
            "▄" => "-",
            "▅" => "=",
            "▆" => "+",
            "▇" => "*",
            "█" => "#",
            "░" => ".",
            "▒" => ":",
            "▓" => "*",
            "┃" => "|",
            "━" => "=",
            "╸" => "-",
            "●" | "★" => "*",
            "○" => "o",
            "•" => "@",
            "▲" => "!",
            "✘" => "X",
            "▾" => "v",
            "▴" => "^",
            "→" => ">",
            "←" => "<",
            "↑" => "^",
            "↓" => "v",
            "…" => "~",
            "·" => "-",
            "≤" => "<",
            "\u{202f}" | "\u{a0}" => " ",
            "à" | "â" | "ä" => "a",
            "ç" => "c",
            "é" | "è" | "ê" | "ë" => "e",
            "î" | "ï" => "i",
            "ô" | "ö" => "o",
            "ù" | "û" | "ü" => "u",
            "À" | "Â" => "A",
            "Ç" => "C",
            "É" | "È" | "Ê" => "E",
            "⌂" => "x",
            _ => dots(symbol),
        };
        cell.set_symbol(plain);
    }
}

/// Braille by how many of its eight dots are there.
fn dots(symbol: &str) -> &'static str {
    let bits = symbol.chars().next().and_then(|c| u32::from(c).checked_sub(0x2800)).filter(|bits| *bits < 0x100);
    match bits.map(u32::count_ones) {
        Some(0) => " ",
        Some(1..=3) => ".",
        Some(_) => ":",
        None => "?",
    }
}
/// The screen with the signs that the console of Linux has in its fonts (those of code page 437): lines, halves, arrows.
pub fn console(buf: &mut Buffer) {
    for cell in &mut buf.content {
        let symbol = cell.symbol();
        if symbol.is_ascii() || HAS.contains(symbol) {
            continue;
        }
        let has = match symbol {
            "–" | "—" => "-",
            "▁" | "▂" | "▃" => "▄",
            "▅" | "▆" | "▇" => "█",
            "━" | "╸" => "═",
            "●" => "•",
            "○" => "o",
            "▲" | "▴" => "▲",
            "▾" => "▼",
            "✘" => "X",
            "…" => "~",
            _ => "?",
        };
        cell.set_symbol(has);
    }
}

/// Signs of code page 437 that are drawn, and its letters.
const HAS: &str = "─│┌┐└┘├┤┬┴┼═║▄▀█▌▐░▒▓•·→←↑↓▲▼►◄≤≥±°«»éèêëàâäçùûüîïôöÉ";
