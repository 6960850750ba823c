//! A table as CSV (RFC 4180): lines end in CR LF, the first has the columns' ids; what holds a comma, a quote or a line break is quoted.
//! What a spreadsheet would take for a formula has `'` before it, which it takes for text.

use std::borrow::Cow;

/// One record of fields.
pub fn line<'a>(out: &mut String, fields: impl Iterator<Item = &'a str>) {
    for (i, field) in fields.enumerate() {
        if i > 0 {
            out.push(',');
        }
        let field = harmless(field);
        if field.contains(['"', ',', '\r', '\n']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}

/// Keys and values come from anybody who may produce; a number may be negative.
fn harmless(field: &str) -> Cow<'_, str> {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']) && field.len() > 1 && field.parse::<f64>().is_err();
    if formula { Cow::Owned(format!("'{field}")) } else { Cow::Borrowed(field) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads CSV as the RFC has it.
    fn parse(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
        let (mut quoted, mut chars) = (false, text.chars().peekable());
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => field.push(chars.next().unwrap()),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut field)),
                '\r' if !quoted && chars.peek() == Some(&'\n') => {
                    chars.next();
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
                c => field.push(c),
            }
        }
        rows
    }

    #[test]
    fn only_what_must_be_is_quoted() {
        let mut out = String::new();
        line(&mut out, ["orders.created", "1,2", "say \"hi\"", ""].into_iter());
        assert_eq!(out, "orders.created,\"1,2\",\"say \"\"hi\"\"\",\r\n");
    }

    #[test]
    fn no_field_is_a_formula() {
        let mut out = String::new();
        let fields = ["=HYPERLINK(\"http://x\")", "+1+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "-2.5", "-", "a=b", "\t=1"];
        line(&mut out, fields.into_iter());
        let read = parse(&out).remove(0);
        let expected = ["'=HYPERLINK(\"http://x\")", "'+1+cmd|' /C calc'!A0", "'@SUM(A1)", "'-2+3", "-2.5", "-", "a=b", "'\t=1"];
        assert_eq!(read, expected);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(rows in prop::collection::vec(prop::collection::vec("([a-z,\" éà][a-z,\"\r\n éà]{0,7})?", 1..5), 1..6)) {
            let mut out = String::new();
            for row in &rows {
                line(&mut out, row.iter().map(String::as_str));
            }
            prop_assert_eq!(parse(&out), rows);
        }
    }
}
