//! Copies to the clipboard of the terminal (OSC 52), which works over SSH too.

/// Many terminals drop a longer sequence without a word.
pub const MOST: usize = 74_994;

/// The sequence, or `None` when the text is too long for it.
pub fn osc52(text: &str) -> Option<Vec<u8>> {
    let coded = base64(text.as_bytes());
    (coded.len() <= MOST).then(|| [b"\x1b]52;c;", coded.as_bytes(), b"\x07"].concat())
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

    #[test]
    fn base64_of_the_rfc() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(osc52(&"x".repeat(60_000)).is_none());
        assert_eq!(osc52("f").unwrap(), b"\x1b]52;c;Zg==\x07");
    }
}
