//! How many colours the terminal has, and a colour in fewer of them.

use ratatui::style::Color;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// `--color`. Auto looks at `NO_COLOR`, `COLORTERM` and `TERM`; `COLORTERM` does not pass through SSH, so it can be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorChoice {
    #[default]
    Auto,
    Truecolor,
    #[serde(rename = "256")]
    C256,
    #[serde(rename = "16")]
    C16,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    True,
    C256,
    C16,
    Mono,
}

impl FromStr for ColorChoice {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        Ok(match s {
            "auto" => Self::Auto,
            "truecolor" => Self::Truecolor,
            "256" => Self::C256,
            "16" => Self::C16,
            "none" => Self::None,
            other => return Err(format!("{other:?} is none of auto, truecolor, 256, 16, none")),
        })
    }
}

impl ColorChoice {
    /// `env` looks up a variable of the environment.
    pub fn depth(self, env: impl Fn(&str) -> Option<String>) -> Depth {
        match self {
            Self::Truecolor => Depth::True,
            Self::C256 => Depth::C256,
            Self::C16 => Depth::C16,
            Self::None => Depth::Mono,
            Self::Auto => guess(env),
        }
    }
}

fn guess(env: impl Fn(&str) -> Option<String>) -> Depth {
    let is_set = |name: &str| env(name).is_some_and(|v| !v.is_empty());
    let term = env("TERM").unwrap_or_default();
    let colorterm = env("COLORTERM").unwrap_or_default();
    let colourless = term == "dumb" || term.starts_with("vt") && !term.starts_with("vte");
    if is_set("NO_COLOR") || colourless {
        return Depth::Mono;
    }
    let true_terms = ["kitty", "alacritty", "ghostty", "foot", "wezterm", "direct"];
    if matches!(colorterm.as_str(), "truecolor" | "24bit") || true_terms.iter().any(|t| term.contains(t)) {
        return Depth::True;
    }
    if term.contains("256color") { Depth::C256 } else { Depth::C16 }
}

/// The nearest colour that the terminal has; `None` where it has none.
pub fn reduce(color: Color, depth: Depth) -> Option<Color> {
    match (depth, color) {
        (Depth::Mono, _) => None,
        (Depth::C256, Color::Rgb(r, g, b)) => Some(Color::Indexed(nearest_256(r, g, b))),
        (Depth::C16, Color::Rgb(r, g, b)) => Some(nearest_16(r, g, b)),
        (Depth::C16, Color::Indexed(n)) if n >= 16 => {
            let (r, g, b) = rgb_of_256(n);
            Some(nearest_16(r, g, b))
        }
        (_, color) => Some(color),
    }
}

/// What a colour looks like; `None`: as the terminal pleases.
pub fn rgb(color: Color) -> Option<(u8, u8, u8)> {
    match color {
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(n) => Some(rgb_of_256(n)),
        named => SIXTEEN.iter().find(|(c, _)| *c == named).map(|(_, rgb)| *rgb),
    }
}

const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn nearest_256(r: u8, g: u8, b: u8) -> u8 {
    let level = |v: u8| (0..6u8).min_by_key(|i| LEVELS[usize::from(*i)].abs_diff(v)).unwrap_or(0);
    let cube = 16 + 36 * level(r) + 6 * level(g) + level(b);
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    // A colour that is one stays one, although a grey may lie nearer.
    if r.max(g).max(b) - r.min(g).min(b) >= 40 {
        return cube;
    }
    let gray = 232 + u8::try_from(mean.saturating_sub(3) / 10).unwrap_or(23).min(23);
    if distance(rgb_of_256(gray), (r, g, b)) < distance(rgb_of_256(cube), (r, g, b)) { gray } else { cube }
}

fn rgb_of_256(n: u8) -> (u8, u8, u8) {
    match n {
        0..=15 => SIXTEEN[usize::from(n)].1,
        16..=231 => {
            let n = usize::from(n - 16);
            (LEVELS[n / 36], LEVELS[n / 6 % 6], LEVELS[n % 6])
        }
        _ => {
            let v = 8 + 10 * (n - 232);
            (v, v, v)
        }
    }
}

/// xterm's values for the sixteen; terminals differ, so this is a guess at what looks alike.
const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// By hue: a pale green is green, although its nearest of the sixteen is a grey.
fn nearest_16(r: u8, g: u8, b: u8) -> Color {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let chroma = most - least;
    if most < 64 || chroma < 40 {
        return match most {
            0..64 => Color::Black,
            64..160 => Color::DarkGray,
            160..232 => Color::Gray,
            _ => Color::White,
        };
    }
    let part = |x: u8, y: u8| (f32::from(x) - f32::from(y)) / f32::from(chroma);
    let hue = 60.0
        * match most {
            m if m == r => part(g, b).rem_euclid(6.0),
            m if m == g => part(b, r) + 2.0,
            _ => part(r, g) + 4.0,
        };
    let (plain, light) = match hue as u16 {
        28..75 => (Color::Yellow, Color::LightYellow),
        75..165 => (Color::Green, Color::LightGreen),
        165..205 => (Color::Cyan, Color::LightCyan),
        205..255 => (Color::Blue, Color::LightBlue),
        255..330 => (Color::Magenta, Color::LightMagenta),
        _ => (Color::Red, Color::LightRed),
    };
    if most >= 225 { light } else { plain }
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let d = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    d(a.0, b.0) + d(a.1, b.1) + d(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth_of(vars: &[(&str, &str)]) -> Depth {
        let find = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string());
        ColorChoice::Auto.depth(find)
    }

    #[test]
    fn the_environment_tells_the_depth() {
        assert_eq!(depth_of(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth_of(&[("TERM", "screen-256color")]), Depth::C256);
        assert_eq!(depth_of(&[("TERM", "linux")]), Depth::C16);
        assert_eq!(depth_of(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")]), Depth::Mono);
        assert_eq!(depth_of(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::C256);
    }

    #[test]
    fn colours_go_to_their_nearest() {
        assert_eq!(reduce(Color::Rgb(255, 0, 0), Depth::C256), Some(Color::Indexed(196)));
        assert_eq!(reduce(Color::Rgb(118, 118, 118), Depth::C256), Some(Color::Indexed(243)));
        assert_eq!(reduce(Color::Rgb(250, 5, 5), Depth::C16), Some(Color::LightRed));
        assert_eq!(reduce(Color::Rgb(127, 174, 122), Depth::C16), Some(Color::Green));
        assert_eq!(reduce(Color::Rgb(37, 51, 73), Depth::C16), Some(Color::DarkGray));
        assert_eq!(reduce(Color::Rgb(47, 122, 52), Depth::C256), Some(Color::Indexed(29)));
        assert_eq!(reduce(Color::Red, Depth::C256), Some(Color::Red));
    }
}
