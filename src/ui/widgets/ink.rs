//! Text in cells: measured, cut with an ellipsis, styled by role.

use crate::model::Level;
use crate::snapshot::View;
use crate::text::{Word, word};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What every draw is given.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    pub view: &'a View,
    pub state: &'a UiState,
}

impl Ctx<'_> {
    pub fn style(&self, role: Role) -> Style {
        self.state.theme().style(role)
    }
}

/// A piece of text with its role.
#[derive(Clone, Debug)]
pub struct Ink {
    pub text: Cow<'static, str>,
    pub role: Role,
}

impl Ink {
    pub fn new(role: Role, text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), role }
    }

    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Role::Text, text)
    }

    pub fn dim(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Role::Dim, text)
    }

    /// A figure that is not known.
    pub fn unknown() -> Self {
        Self::new(Role::Dim, word(Word::NotKnown))
    }

    /// The figure, or the sign for not known.
    pub fn known<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> Self {
        value.map_or_else(Self::unknown, |v| Self::text(show(v)))
    }

    /// A figure of which 0 means that there is nothing to see.
    pub fn quiet_zero<T: PartialEq + Default + Copy>(value: Option<T>, show: impl FnOnce(T) -> String) -> Self {
        match value {
            Some(v) if v == T::default() => Self::dim("0"),
            value => Self::known(value, show),
        }
    }

    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    pub fn width(&self) -> u16 {
        width(&self.text)
    }
}

pub fn width(text: &str) -> u16 {
    let cells = if text.is_ascii() { text.len() } else { text.width() };
    u16::try_from(cells).unwrap_or(u16::MAX)
}

/// The symbol, role and word of a level: never a colour alone.
pub fn level(level: Level) -> (&'static str, Role, Word) {
    match level {
        Level::Healthy => ("●", Role::Ok, Word::Healthy),
        Level::Unknown => ("?", Role::Unknown, Word::Unknown),
        Level::Silent => ("○", Role::Silent, Word::Silent),
        Level::Warning => ("▲", Role::Warning, Word::Warning),
        Level::Critical => ("✘", Role::Critical, Word::Critical),
    }
}

/// The text, at most `max` cells wide, its cut marked by `…`.
pub fn fit(text: &str, max: u16) -> Cow<'_, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(1) else { return Cow::Borrowed("") };
    let mut used = 0;
    let mut end = 0;
    for (i, grapheme) in text.grapheme_indices(true) {
        let next = used + width(grapheme);
        if next > room {
            break;
        }
        used = next;
        end = i + grapheme.len();
    }
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}

/// The same, cut in the middle: what tells names from each other is often their end.
pub fn fit_middle(text: &str, max: u16) -> Cow<'_, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let room = max.saturating_sub(1) / 2;
    let (mut used, mut from) = (0, text.len());
    for (i, grapheme) in text.grapheme_indices(true).rev() {
        used += width(grapheme);
        if used > room {
            break;
        }
        from = i;
    }
    let end = text.get(from..).unwrap_or_default();
    Cow::Owned(format!("{}{end}", fit(text, max - width(end))))
}

/// Puts text at a place, cut to `max` cells. Returns the cells used.
pub fn put(buf: &mut Buffer, x: u16, y: u16, max: u16, text: &str, style: Style) -> u16 {
    if !buf.area.contains((x, y).into()) {
        return 0;
    }
    let text = fit(text, max);
    if text.is_ascii() {
        return put_ascii(buf, x, y, &text, style);
    }
    let (end, _) = buf.set_stringn(x, y, text, usize::from(max), style);
    end - x
}

/// Most of what is drawn, without the search for graphemes.
fn put_ascii(buf: &mut Buffer, x: u16, y: u16, text: &str, style: Style) -> u16 {
    let room = usize::from(buf.area.right() - x);
    let from = buf.index_of(x, y);
    let mut used = 0;
    for (i, cell) in (0..text.len().min(room)).zip(buf.content.iter_mut().skip(from)) {
        let symbol = &text[i..=i];
        if !symbol.as_bytes()[0].is_ascii_control() {
            cell.set_symbol(symbol).set_style(style);
        }
        used += 1;
    }
    used
}

/// Puts pieces one after the other. Returns where the next would begin.
pub fn put_all(ctx: Ctx, buf: &mut Buffer, area: Rect, y: u16, inks: &[Ink]) -> u16 {
    let mut x = area.x;
    for ink in inks {
        if x >= area.right() {
            break;
        }
        x += put(buf, x, y, area.right() - x, &ink.text, ctx.style(ink.role));
    }
    x
}

/// Puts groups of pieces with a gap between them: each whole or not at all, except the first.
pub fn put_whole(ctx: Ctx, buf: &mut Buffer, area: Rect, y: u16, gap: u16, groups: &[Vec<Ink>]) {
    let mut x = area.x;
    for group in groups.iter().filter(|group| !group.is_empty()) {
        let from = if x == area.x { x } else { x + gap };
        let wide: u16 = group.iter().map(Ink::width).sum();
        if from + wide > area.right() && x > area.x {
            continue;
        }
        let room = Rect { x: from, width: area.right().saturating_sub(from), ..area };
        x = put_all(ctx, buf, room, y, group);
    }
}

pub fn put_right(buf: &mut Buffer, right: u16, y: u16, max: u16, text: &str, style: Style) -> u16 {
    let text = fit(text, max);
    put(buf, right.saturating_sub(width(&text)), y, max, &text, style)
}

/// What to say while an answer is awaited. A frozen screen gets none.
pub fn awaited(ctx: Ctx, what: Word) -> String {
    match ctx.state.frozen {
        Some(_) => format!("{}.", word(Word::FrozenBefore)),
        None => format!("{} …", word(what)),
    }
}

/// One sentence in the middle, for a panel without content.
pub fn put_middle(ctx: Ctx, buf: &mut Buffer, area: Rect, text: &str) {
    if area.is_empty() {
        return;
    }
    let lines = wrap(text, area.width);
    let top = area.y + area.height.saturating_sub(lines.len() as u16) / 2;
    for (line, y) in lines.iter().zip(top..area.bottom()) {
        let x = area.x + area.width.saturating_sub(width(line)) / 2;
        put(buf, x, y, area.right() - x, line, ctx.style(Role::Dim));
    }
}

/// Breaks text into lines at spaces, and inside a word that is longer than a line.
pub fn wrap(text: &str, max: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for piece in text.split_word_bounds() {
        let wide = width(piece);
        if used + wide > max && used > 0 && wide <= max {
            lines.push(String::new());
            used = 0;
            if piece.trim().is_empty() {
                continue;
            }
        }
        for grapheme in piece.graphemes(true) {
            let wide = width(grapheme);
            if used + wide > max {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(grapheme);
            }
            used += wide;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_cells_not_by_characters() {
        assert_eq!(fit("commande", 8), "commande");
        assert_eq!(fit("commande", 5), "comm…");
        assert_eq!(fit("注文注文", 5), "注文…");
        assert_eq!(fit("注文注文", 4), "注…");
        assert_eq!(fit("abc", 0), "");
    }

    #[test]
    fn a_cut_in_the_middle_keeps_what_tells_names_apart() {
        assert_eq!(fit_middle("client-1@host", 13), "client-1@host");
        assert_eq!(fit_middle("vigie/0.1.0 me@vm@127.0.0.1-4f1c", 12), "vigie/…-4f1c");
        assert_eq!((fit_middle("注文注文", 5).as_ref(), fit_middle("abc", 0).as_ref()), ("注…文", ""));
    }

    #[test]
    fn lines_break_at_spaces_and_inside_long_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    }
}
