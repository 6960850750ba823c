//! What the terminal knows, told by its environment, so that no mode is set that it does not know.

use thiserror::Error;

/// Why no dashboard can be drawn here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unusable {
    #[error("TERM is not set, so nobody can say what this terminal knows: set it (`export TERM=xterm-256color`), or use --no-ui")]
    NoTerm,
    #[error(
        "TERM is \"{0}\", a terminal that cannot place text: set TERM to what yours is (`export TERM=xterm-256color`), or use --no-ui"
    )]
    Dumb(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// xterm and all that follow it.
    Xterm,
    /// The console of Linux: sixteen colours, a font of 256 or 512 signs, no second screen.
    Console,
    /// vt100 and its heirs: no colours, no second screen, attributes can only be put out together.
    Vt,
}

/// What stands between us and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    Nothing,
    Tmux,
    Screen,
    /// tmux or screen, both call themselves `screen`: their answer tells.
    TmuxOrScreen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub family: Family,
    pub around: Around,
    /// Whether it may be asked for its modes (DECRQM): Apple's Terminal prints a part of the question.
    pub asks: bool,
    /// A cursor that can be hidden.
    pub hides_cursor: bool,
}

impl Default for Kind {
    fn default() -> Self {
        Self { family: Family::Xterm, around: Around::Nothing, asks: true, hides_cursor: true }
    }
}

impl Kind {
    /// `env` looks up a variable of the environment.
    ///
    /// # Errors
    /// A terminal that cannot place text, or none that is named.
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Result<Self, Unusable> {
        let is_set = |name: &str| env(name).is_some_and(|v| !v.is_empty());
        let term = env("TERM").unwrap_or_default();
        let family = match term.as_str() {
            "" => return Err(Unusable::NoTerm),
            "dumb" | "unknown" | "emacs" | "network" | "dialup" => return Err(Unusable::Dumb(term)),
            "linux" => Family::Console,
            t if t.starts_with("linux-") || t.starts_with("cons25") => Family::Console,
            t if t.starts_with("vt") && !t.starts_with("vte") => Family::Vt,
            _ => Family::Xterm,
        };
        let around = match term.as_str() {
            t if t.starts_with("tmux") || t.starts_with("screen") && is_set("TMUX") => Around::Tmux,
            t if t.starts_with("screen") && is_set("STY") => Around::Screen,
            t if t.starts_with("screen") => Around::TmuxOrScreen,
            _ => Around::Nothing,
        };
        let apple = env("TERM_PROGRAM").is_some_and(|p| p == "Apple_Terminal");
        let asks = family == Family::Xterm && !apple && around != Around::Screen;
        let hides_cursor = !matches!(term.as_str(), "vt100" | "vt102" | "vt52");
        Ok(Self { family, around, asks, hides_cursor })
    }

    pub fn is_xterm(self) -> bool {
        self.family == Family::Xterm
    }

    /// Titles that can be set and taken back. GNU screen has none that it would give back.
    pub fn has_title(self) -> bool {
        self.is_xterm() && !matches!(self.around, Around::Screen | Around::TmuxOrScreen)
    }

    /// Each mode with what puts it back, in the order in which they are set.
    pub fn modes(self, mouse: bool, title: bool) -> Vec<(&'static str, &'static str)> {
        let mut modes = Vec::new();
        match self.family {
            // GNU screen has a second screen only with `altscreen on`, which is not its default.
            Family::Xterm if matches!(self.around, Around::Screen | Around::TmuxOrScreen) => {
                modes.push(("\x1b[?1049h", "\x1b[H\x1b[J\x1b[?1049l"));
            }
            Family::Xterm => modes.push(("\x1b[?1049h", "\x1b[?1049l")),
            // Without a second screen the last frame would stay under the prompt.
            Family::Console | Family::Vt => modes.push(("", "\x1b[H\x1b[J")),
        }
        if title && self.has_title() {
            modes.push(("\x1b[22;2t", "\x1b[23;2t"));
        }
        if self.hides_cursor {
            modes.push(("\x1b[?25l", "\x1b[?25h"));
        }
        // The last cell of a row must not scroll the screen.
        modes.push(("\x1b[?7l", "\x1b[?7h"));
        if self.is_xterm() {
            // A pasted `q` must not quit.
            modes.push(("\x1b[?2004h", "\x1b[?2004l"));
        }
        if mouse && self.is_xterm() {
            // Clicks, wheel and drags with coordinates past 223; not 1003, whose every motion would cost a draw.
            modes.push(("\x1b[?1000h\x1b[?1002h\x1b[?1006h", "\x1b[?1006l\x1b[?1002l\x1b[?1000l"));
        }
        modes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(vars: &[(&str, &str)]) -> Result<Kind, Unusable> {
        Kind::of(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string()))
    }

    #[test]
    fn the_environment_names_the_terminal() {
        assert_eq!(kind(&[("TERM", "xterm-256color")]), Ok(Kind::default()));
        assert_eq!(kind(&[("TERM", "screen-256color"), ("TMUX", "/tmp/t,1,0")]).unwrap().around, Around::Tmux);
        assert_eq!(kind(&[("TERM", "tmux-256color")]).unwrap().around, Around::Tmux, "over SSH, TMUX does not pass");
        assert_eq!(kind(&[("TERM", "screen"), ("STY", "1.pts")]).unwrap().around, Around::Screen);
        assert_eq!(kind(&[("TERM", "screen")]).unwrap().around, Around::TmuxOrScreen);
        assert!(!kind(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")]).unwrap().asks);
        assert!(kind(&[("TERM", "vte-256color")]).unwrap().is_xterm());
    }

    #[test]
    fn a_terminal_that_cannot_place_text_is_refused() {
        assert_eq!(kind(&[]), Err(Unusable::NoTerm));
        assert_eq!(kind(&[("TERM", "dumb")]), Err(Unusable::Dumb("dumb".into())));
        assert!(kind(&[("TERM", "dumb")]).unwrap_err().to_string().contains("--no-ui"));
    }

    #[test]
    fn only_known_modes_are_set() {
        let set = |term: &str, mouse: bool| -> String {
            kind(&[("TERM", term)]).unwrap().modes(mouse, true).iter().map(|(set, _)| *set).collect()
        };
        assert!(set("xterm", true).contains("?1000h"));
        assert!(!set("xterm", false).contains("?1000h"), "--no-mouse leaves the mouse to the terminal");
        assert_eq!(set("linux", true), "\x1b[?25l\x1b[?7l");
        assert_eq!(set("vt100", true), "\x1b[?7l");
        assert_eq!(set("vt220", true), "\x1b[?25l\x1b[?7l");
    }

    #[test]
    fn no_frame_stays_where_a_second_screen_is_not_certain() {
        let cleared = |vars: &[(&str, &str)]| {
            let modes = kind(vars).unwrap().modes(false, false);
            modes.iter().any(|(_, reset)| reset.starts_with("\x1b[H\x1b[J"))
        };
        assert!(cleared(&[("TERM", "screen.xterm-256color"), ("STY", "1.pts")]) && cleared(&[("TERM", "screen")]));
        assert!(cleared(&[("TERM", "linux")]) && !cleared(&[("TERM", "tmux-256color")]) && !cleared(&[("TERM", "xterm")]));
    }
}
