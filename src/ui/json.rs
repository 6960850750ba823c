//! A record's value as lines for people.

use crate::text::visible_bytes;

/// JSON with line breaks and indents; anything else as it is, its lines kept. Only white space outside strings changes: numbers,
/// escapes and the order of keys stay as they were sent, and broken JSON is shown as far as it goes.
pub fn pretty(bytes: &[u8]) -> Vec<String> {
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[')) {
        return bytes.split(|b| *b == b'\n').map(visible_bytes).collect();
    }
    let mut out = Indent::default();
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => {
                let end = string_end(rest);
                out.line.push(b'"');
                out.line.extend_from_slice(&rest[..end]);
                rest = &rest[end..];
            }
            b'{' | b'[' => {
                out.line.push(byte);
                let inner = rest.trim_ascii_start();
                if matches!(inner.first(), Some(b'}' | b']')) {
                    out.line.push(inner[0]);
                    rest = &inner[1..];
                } else {
                    out.depth += 1;
                    out.break_line();
                }
            }
            b'}' | b']' => {
                out.depth = out.depth.saturating_sub(1);
                out.break_line();
                out.line.push(byte);
            }
            b',' => {
                out.line.push(byte);
                out.break_line();
            }
            b':' => out.line.extend_from_slice(b": "),
            byte if byte.is_ascii_whitespace() => {}
            byte => out.line.push(byte),
        }
    }
    out.break_line();
    out.lines
}

/// Past the closing quote of a string whose opening one was read.
fn string_end(rest: &[u8]) -> usize {
    let mut escaped = false;
    for (i, byte) in rest.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    rest.len()
}

#[derive(Default)]
struct Indent {
    lines: Vec<String>,
    line: Vec<u8>,
    depth: usize,
}

impl Indent {
    fn break_line(&mut self) {
        let text = visible_bytes(&self.line);
        if !text.trim().is_empty() {
            self.lines.push(text);
        }
        self.line.clear();
        // Nesting without end is somebody's joke: the indent stops growing.
        self.line.resize(2 * self.depth.min(24), b' ');
    }
}

/// The value on one line: line breaks and runs of blanks become one blank. At most about `max` bytes are looked at.
pub fn one_line(bytes: &[u8], max: usize) -> String {
    let mut cut = bytes.len().min(max);
    while cut < bytes.len() && cut > 0 && bytes[cut] & 0xc0 == 0x80 {
        cut -= 1;
    }
    let mut out = Vec::with_capacity(cut);
    for byte in &bytes[..cut] {
        let blank = matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        if !(blank && out.last() == Some(&b' ')) {
            out.push(if blank { b' ' } else { *byte });
        }
    }
    visible_bytes(&out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_escapes_stay_as_they_were_sent() {
        let lines = pretty(br#"{"id":"o-\"1,{","total":1234567890123456789.10,"items":[],"a":[1,{"b":null}]}"#);
        let expected = [
            "{",
            r#"  "id": "o-\"1,{","#,
            r#"  "total": 1234567890123456789.10,"#,
            r#"  "items": [],"#,
            r#"  "a": ["#,
            "    1,",
            "    {",
            r#"      "b": null"#,
            "    }",
            "  ]",
            "}",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_is_not_json_keeps_its_lines_and_hides_nothing() {
        assert_eq!(pretty(b"<a>\n\x1b[2J</a>"), ["<a>", "\\x1b[2J</a>"]);
        assert_eq!(one_line(b"{\n  \"a\": 1,\r\n\t\"b\": 2 }", 99), r#"{ "a": 1, "b": 2 }"#);
    }

    proptest! {
        #[test]
        fn only_blanks_outside_strings_change(text in r#"[\{\[][\{\}\[\]a-z0-9,:"\\ ]{0,60}"#) {
            let squeeze = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let lines = pretty(text.as_bytes()).concat();
            prop_assert_eq!(squeeze(&lines), squeeze(&text));
        }

        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), max in 0_usize..300) {
            for line in pretty(&bytes) {
                prop_assert!(!line.contains(char::is_control));
            }
            prop_assert!(!one_line(&bytes, max).contains(char::is_control));
        }
    }
}
