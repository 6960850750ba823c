use std::borrow::Cow;

/// Text from outside (names, keys, values, hosts) with every character that could steer a terminal or deceive a reader made
/// visible: C0, DEL and C1 controls as `\xNN` (tab, newline and return as `\t \n \r`), Unicode format characters (bidi,
/// zero width, soft hyphen, tags) as `\u{NNNN}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 || (0x7f..0xa0).contains(&(c as u32)) => push_hex(&mut out, c as u32),
            c if is_hidden(c) => {
                out.push_str("\\u{");
                out.push_str(&format!("{:x}", c as u32));
                out.push('}');
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Bytes as text: what is UTF-8 as [`visible`], every other byte as `\xNN`.
pub fn visible_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&visible(chunk.valid()));
        for byte in chunk.invalid() {
            push_hex(&mut out, u32::from(*byte));
        }
    }
    out
}

/// JSON text whose strings hold no raw control or format character: each is written as JSON's `\uXXXX`, which means the same.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    // JSON itself already escapes C0; between tokens nothing hidden stands.
    if !json.chars().any(is_hidden) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn push_hex(out: &mut String, value: u32) {
    out.push_str(&format!("\\x{value:02x}"));
}

/// Controls (Cc) and format characters (Cf), line and paragraph separators, variation-free fillers: Unicode 16, the ranges that
/// render as nothing or reorder what stands beside them.
fn is_hidden(c: char) -> bool {
    matches!(u32::from(c),
        0x00..=0x1f | 0x7f..=0x9f | 0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2
        | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
        | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x110bd | 0x110cd | 0x13430..=0x1343f
        | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(visible("commande é № 12"), Cow::Borrowed(_)));
    }

    #[test]
    fn an_escape_sequence_cannot_reach_the_terminal() {
        assert_eq!(visible("\x1b[2J\u{9b}1m\u{7f}"), "\\x1b[2J\\x9b1m\\x7f");
    }

    #[test]
    fn bidi_and_zero_width_are_shown() {
        assert_eq!(visible("a\u{202e}b\u{200b}c"), "a\\u{202e}b\\u{200b}c");
    }

    #[test]
    fn json_keeps_its_value_and_loses_its_teeth() {
        let name = "a\u{202e}b\u{9b}c\u{e0001}";
        let json = serde_json::to_string(name).expect("a string");
        let safe = escaped_json(&json);
        assert!(safe.is_ascii(), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).expect("still JSON"), name);
    }

    #[test]
    fn bytes_that_are_not_text_are_shown_as_hex() {
        assert_eq!(visible_bytes(b"ok\xff\x00"), "ok\\xff\\x00");
    }
}
