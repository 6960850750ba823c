use crate::text;
use unicode_width::UnicodeWidthStr;

/// A cell of a plain table; `None` is not known.
pub enum Cell {
    Left(Option<String>),
    Right(Option<String>),
}

impl Cell {
    fn text(&self) -> String {
        let (Self::Left(text) | Self::Right(text)) = self;
        text.as_deref().map_or_else(|| "–".to_owned(), |text| text::visible(text).into_owned())
    }
}

/// Rows as plain text under their heads, each column as wide as it has to be.
pub fn rows(heads: &[&str], rows: impl Iterator<Item = Vec<Cell>>) -> String {
    let rows: Vec<Vec<Cell>> = rows.collect();
    let texts: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(Cell::text).collect()).collect();
    let width = |at: usize| {
        let cells = texts.iter().filter_map(|row| row.get(at)).map(|t| t.width());
        cells.chain(heads.get(at).map(|h| h.width())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let is_right = |at: usize| rows.iter().any(|row| matches!(row.get(at), Some(Cell::Right(_))));
    let right: Vec<bool> = (0..heads.len()).map(is_right).collect();
    let line = |cells: &mut dyn Iterator<Item = (usize, &str)>| {
        let mut out = String::new();
        for (at, text) in cells {
            let pad = " ".repeat(widths.get(at).copied().unwrap_or(0).saturating_sub(text.width()));
            out += &if right.get(at) == Some(&true) { format!("{pad}{text}  ") } else { format!("{text}{pad}  ") };
        }
        out.trim_end().to_owned() + "\n"
    };
    let mut out = line(&mut heads.iter().copied().enumerate());
    for row in &texts {
        out += &line(&mut row.iter().map(String::as_str).enumerate());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let row = |name: &str, n: Option<&str>| vec![Cell::Left(Some(name.into())), Cell::Right(n.map(str::to_owned))];
        let text = rows(&["sku", "level"], [row("riz-25kg", Some("12")), row("é\u{1b}", None)].into_iter());
        assert_eq!(text, "sku       level\nriz-25kg     12\né\\x1b         –\n");
    }
}
