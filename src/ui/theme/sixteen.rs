//! Among sixteen colours some cannot be read on some papers. What is taken instead goes by xterm's palette: terminals differ.

use super::Role;
use crate::ui::color::{Depth, reduce, rgb};
use crate::ui::contrast::{Rgb, contrast};
use ratatui::style::{Color, Style};

/// What WCAG asks of large letters and of signs.
const LEAST: f64 = 3.0;
const LEAST_BORDER: f64 = 1.5;
/// What is assumed where the terminal keeps its own paper.
pub const DARK: [Rgb; 2] = [(0, 0, 0), (0x18, 0x18, 0x18)];
const CHARTS: [Role; 3] = [Role::Chart1, Role::Chart2, Role::Chart3];
const FOR_CHARTS: [Color; 6] = [Color::Blue, Color::Red, Color::Magenta, Color::LightBlue, Color::LightMagenta, Color::LightRed];

/// What is drawn on.
pub fn papers(text: Style) -> Vec<Rgb> {
    text.bg.and_then(rgb).map_or_else(|| DARK.to_vec(), |own| vec![own])
}

/// The roles whose ink the theme chose among the terminal's own sixteen, which look as the person has set them. On the terminal's own
/// paper nobody knows better; on a paper of the theme's own they are read like any other.
pub fn own_inks(styles: &[Style]) -> Vec<Role> {
    let has_paper = styles[Role::Text as usize].bg.is_some();
    let is_own = |ink: Color| reduce(ink, Depth::C16) == Some(ink);
    Role::ALL.iter().copied().filter(|role| !has_paper && styles[*role as usize].fg.is_some_and(is_own)).collect()
}

/// Styles that were reduced to the sixteen, so that they can be read. Those of `own` stay.
pub fn make_legible(styles: &mut [Style], own: &[Role]) {
    let text = styles[Role::Text as usize];
    let papers = papers(text);
    let is_read = |ink: Color, least: f64| rgb(ink).is_none_or(|ink| papers.iter().all(|paper| contrast(ink, *paper) >= least));
    for role in Role::ALL.iter().filter(|role| !matches!(role, Role::Text | Role::Selection) && !own.contains(role)) {
        let least = if *role == Role::Border { LEAST_BORDER } else { LEAST };
        let style = &mut styles[*role as usize];
        let (Some(ink), None) = (style.fg, style.bg) else { continue };
        if is_read(ink, least) {
            continue;
        }
        match (others(ink).iter().find(|other| is_read(**other, least)), role) {
            (Some(other), _) => style.fg = Some(*other),
            // A level keeps its colour, under its letters.
            (None, Role::Warning | Role::Critical | Role::Silent) => (style.fg, style.bg) = (Some(letters_on(ink)), Some(ink)),
            (None, _) => style.fg = text.fg,
        }
    }
    // Three curves in one panel are told apart by nothing else.
    for (at, role) in CHARTS.iter().enumerate().filter(|(_, role)| !own.contains(role)) {
        let others = CHARTS.iter().enumerate().filter(|(i, other)| *i < at || own.contains(other));
        let taken: Vec<_> = others.map(|(_, other)| styles[*other as usize].fg).collect();
        let style = &mut styles[*role as usize];
        if taken.contains(&style.fg) {
            let free = FOR_CHARTS.iter().find(|color| is_read(**color, LEAST) && !taken.contains(&Some(**color)));
            style.fg = free.copied().or(style.fg);
        }
    }
}

fn letters_on(paper: Color) -> Color {
    let with = |ink: Color| rgb(ink).zip(rgb(paper)).map_or(0.0, |(ink, paper)| contrast(ink, paper));
    if with(Color::Black) >= with(Color::White) { Color::Black } else { Color::White }
}

/// Those that come nearest to a colour, the nearest first.
fn others(color: Color) -> &'static [Color] {
    match color {
        Color::Red => &[Color::LightRed],
        Color::LightRed => &[Color::Red],
        Color::Green => &[Color::LightGreen],
        Color::LightGreen => &[Color::Green],
        Color::Yellow => &[Color::LightYellow],
        Color::LightYellow => &[Color::Yellow],
        Color::Blue => &[Color::LightBlue, Color::Cyan],
        Color::LightBlue => &[Color::Blue, Color::Cyan],
        Color::Magenta => &[Color::LightMagenta],
        Color::LightMagenta => &[Color::Magenta],
        Color::Cyan => &[Color::LightCyan, Color::Blue],
        Color::LightCyan => &[Color::Cyan, Color::Blue],
        Color::Black | Color::DarkGray | Color::Gray | Color::White => &[Color::DarkGray, Color::Gray, Color::White, Color::Black],
        _ => &[],
    }
}
