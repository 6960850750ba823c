//! The name of the cluster as a badge in the colour of its profile, readable on any colour.

use super::cluster::ClusterSign;
use super::color::{Depth, reduce, rgb};
use super::contrast::contrast;
use super::theme::{Role, Theme};
use crate::text::{Word, visible, word};
use ratatui::style::{Color, Modifier, Style};
use std::str::FromStr;

/// # Errors
/// What would be a colour.
pub fn parse_colour(text: &str) -> Result<Color, String> {
    Color::from_str(text)
        .map_err(|_| format!("`{text}` is no colour; write \"#rrggbb\", a number 0 to 255, or a name such as \"red\""))
}

/// What stands in the badge: the name, and the word where it is production.
pub fn text(sign: &ClusterSign) -> String {
    let name = super::widgets::ink::fit(&visible(&sign.name), 40).into_owned();
    if sign.production { format!(" {name} · {} ", word(Word::Production)) } else { format!(" {name} ") }
}

/// Letters in black or white, whichever is told apart better; without colours in reverse video.
pub fn style(sign: &ClusterSign, theme: &Theme, depth: Depth) -> Style {
    let base = Style::new().add_modifier(Modifier::BOLD);
    let Some(back) = sign.badge.and_then(|color| reduce(color, depth)) else {
        let alarm = theme.style(if sign.production { Role::Critical } else { Role::Header });
        return alarm.patch(base).add_modifier(Modifier::REVERSED);
    };
    match rgb(back) {
        Some(rgb) if contrast(rgb, (0, 0, 0)) >= contrast(rgb, (255, 255, 255)) => base.fg(Color::Black).bg(back),
        Some(_) => base.fg(if depth == Depth::True { Color::Rgb(255, 255, 255) } else { Color::White }).bg(back),
        None => base.fg(back).add_modifier(Modifier::REVERSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(badge: Option<&str>, production: bool) -> ClusterSign {
        ClusterSign::new("prod\x1b", badge, production).unwrap()
    }

    #[test]
    fn letters_are_told_apart_from_every_colour() {
        for value in (0..=255_u8).step_by(15) {
            for (r, g, b) in
                [(value, 0, 0), (0, value, 0), (0, 0, value), (value, value, value), (255, value, 0), (value, 255 - value, 128)]
            {
                let badge = format!("#{r:02x}{g:02x}{b:02x}");
                let theme = Theme::load("vigie", None).unwrap();
                let style = style(&sign(Some(&badge), false), &theme, Depth::True);
                let (fg, bg) = (rgb(style.fg.unwrap()).unwrap(), rgb(style.bg.unwrap()).unwrap());
                let ratio = contrast((0, 0, 0).max(fg), bg);
                assert!(ratio >= 4.5, "{badge}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn production_is_a_word_and_without_colours_the_badge_is_in_reverse_video() {
        assert_eq!(text(&sign(None, true)), " prod\\x1b · PRODUCTION ");
        let theme = Theme::load("vigie", None).unwrap().at(Depth::Mono);
        let mono = style(&sign(Some("red"), true), &theme, Depth::Mono);
        assert!(mono.add_modifier.contains(Modifier::REVERSED) && mono.bg.is_none(), "{mono:?}");
    }

    #[test]
    fn a_colour_is_a_name_a_number_or_six_digits() {
        for good in ["red", "#c01020", "208", "lightblue"] {
            assert!(parse_colour(good).is_ok(), "{good}");
        }
        assert!(parse_colour("reddish").unwrap_err().contains("#rrggbb"));
    }
}
