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
            "●" => "*",
            // Beside a topic's sign, which is a star already.
            "★" => "+",
            "○" => "o",
            "•" => "@",
            "▲" => "!",
            "✘" => "X",
            // As `ps --sort` has them: a letter would be read as part of the heading.
            "▾" => "-",
            "▴" => "+",
            "→" | "▶" | "▸" => ">",
            "←" | "◀" => "<",
            "±" => "~",
            "№" => "#",
            "↑" => "^",
            "↓" => "v",
            "…" => "~",
            "·" => "-",
            "≤" => "<",
            "≥" => ">",
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
            "⌂" => "^",
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
            "┃" => "│",
            "●" => "•",
            "○" => "o",
            "▲" | "▴" => "▲",
            "▾" => "▼",
            "▶" | "▸" => "►",
            "◀" => "◄",
            "★" => "*",
            "⌂" => "^",
            "№" => "#",
            "\u{202f}" | "\u{a0}" => " ",
            "À" | "Â" => "A",
            "Ç" => "C",
            "È" | "Ê" => "E",
            "✘" => "X",
            "…" => "~",
            _ => "?",
        };
        cell.set_symbol(has);
    }
}

/// Signs of code page 437 that are drawn, and its letters.
const HAS: &str = "─│┌┐└┘├┤┬┴┼═║▄▀█▌▐░▒▓•·→←↑↓▲▼►◄≤≥±°«»éèêëàâäçùûüîïôöÉ";

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Signs in the sources of what is drawn and said, without comments and tests. Braille is drawn by its dots.
    fn signs() -> BTreeSet<char> {
        let mut folders =
            vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"), Path::new(env!("CARGO_MANIFEST_DIR")).join("src/text")];
        let mut out = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() && !["tests", "snapshots", "fixture"].contains(&name.as_str()) {
                    folders.push(path);
                } else if name.ends_with(".rs") && name != "ascii.rs" && name != "fixture.rs" && name != "tests.rs" {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let drawn = text.split("#[cfg(test)]").next().unwrap_or_default();
                    let said = drawn.lines().flat_map(|line| line.split("//").next());
                    out.extend(said.flat_map(str::chars).filter(|c| !c.is_ascii() && !('\u{2800}'..='\u{28ff}').contains(c)));
                }
            }
        }
        out
    }

    #[test]
    fn every_sign_that_is_drawn_has_one_that_every_terminal_knows() {
        let signs = signs();
        assert!(signs.contains(&'▶') && signs.len() > 30, "{signs:?}");
        for reduce in [plain as fn(&mut Buffer), console] {
            let none = |sign: &&char| {
                let mut buf = Buffer::empty(Rect::new(0, 0, 1, 1));
                buf.content[0].set_symbol(&sign.to_string());
                reduce(&mut buf);
                buf.content[0].symbol() == "?"
            };
            let missing: Vec<_> = signs.iter().filter(none).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
    }
}
