//! Copies to the clipboard of the terminal (OSC 52), which works over SSH too; inside tmux and screen, which stand between, in
//! their wrapping.

use super::term::{Around, Kind};

/// Many terminals drop a longer sequence without a word.
pub const MOST: usize = 74_994;
/// Screen takes no longer string.
const SCREEN_PIECE: usize = 240;

/// Why a text cannot be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCopy {
    TooLong,
    /// The terminal has no clipboard.
    NoClipboard,
}

/// What makes the terminal take the text.
///
/// # Errors
/// A text that is too long, or a terminal without a clipboard.
pub fn copy(text: &str, kind: Kind) -> Result<Vec<u8>, NoCopy> {
    if !kind.is_xterm() {
        return Err(NoCopy::NoClipboard);
    }
    let coded = base64(text.as_bytes());
    if coded.len() > MOST {
        return Err(NoCopy::TooLong);
    }
    let plain = [b"\x1b]52;c;", coded.as_bytes(), b"\x07"].concat();
    Ok(match kind.around {
        // tmux takes the plain one with `set-clipboard on`, the wrapped one with `allow-passthrough on`.
        Around::Tmux => [plain.clone(), through(plain, Around::Tmux)].concat(),
        around => through(plain, around),
    })
}

/// Wraps a sequence so that what stands between hands it to the terminal behind.
pub fn through(sequence: Vec<u8>, around: Around) -> Vec<u8> {
    match around {
        Around::Nothing | Around::TmuxOrScreen => sequence,
        Around::Tmux => {
            let mut out = b"\x1bPtmux;".to_vec();
            for byte in sequence {
                out.extend_from_slice(if byte == 0x1b { b"\x1b" } else { b"" });
                out.push(byte);
            }
            out.extend_from_slice(b"\x1b\\");
            out
        }
        Around::Screen => sequence.chunks(SCREEN_PIECE).flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat()).collect(),
    }
}

pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::term::Family;

    #[test]
    fn base64_of_the_rfc() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn what_cannot_be_copied_is_refused() {
        assert_eq!(copy(&"x".repeat(60_000), Kind::default()), Err(NoCopy::TooLong));
        let console = Kind { family: Family::Console, ..Kind::default() };
        assert_eq!(copy("f", console), Err(NoCopy::NoClipboard));
        assert_eq!(copy("f", Kind::default()).unwrap(), b"\x1b]52;c;Zg==\x07");
    }

    #[test]
    fn what_stands_between_hands_it_on() {
        let tmux = copy("f", Kind { around: Around::Tmux, ..Kind::default() }).unwrap();
        assert_eq!(tmux, b"\x1b]52;c;Zg==\x07\x1bPtmux;\x1b\x1b]52;c;Zg==\x07\x1b\\");
        let screen = copy(&"x".repeat(300), Kind { around: Around::Screen, ..Kind::default() }).unwrap();
        let pieces: Vec<_> = screen.split(|b| *b == 0x1b).filter(|p| p.starts_with(b"P")).collect();
        assert_eq!(pieces.len(), 2, "{screen:?}");
        assert!(pieces.iter().all(|p| p.len() <= SCREEN_PIECE + 1));
    }
}
