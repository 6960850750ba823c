//! Texts as PostgreSQL can hold them: it knows no NUL, and what it indexes may not be long.

use openssl::sha::sha256;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Bytes of a key that is kept as it is: far below what an index can hold, far above any real id.
pub const LONGEST: usize = 512;
const KEPT: usize = 400;

/// For columns that are only shown.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// For keys: one that cannot be held is shortened, with a hash of the whole that keeps it apart from every other.
pub fn key(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST && !text.contains('\0') {
        return text.into();
    }
    let mut short = plain(&text[..text.floor_char_boundary(KEPT)]).into_owned();
    short.push('#');
    for byte in &sha256(text.as_bytes())[..16] {
        let _ = write!(short, "{byte:02x}");
    }
    short.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_apart_and_short() {
        assert_eq!(key("CMD-1"), "CMD-1");
        assert_ne!(key("a\0b"), key("a\u{fffd}b"));
        assert!(!key("a\0b").contains('\0'));
        let long = "é".repeat(5_000);
        assert!(key(&long).len() < LONGEST);
        assert_ne!(key(&long), key(&format!("{long}x")));
        assert_eq!(plain("a\0b"), "a\u{fffd}b");
    }
}
