//! Writes the flat objects of the town's services, field by field.

use std::fmt::{Display, Write};

pub(super) struct Json(String);

impl Json {
    pub fn new() -> Self {
        let mut out = String::with_capacity(256);
        out.push('{');
        Self(out)
    }

    fn key(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    #[must_use]
    pub fn text(mut self, name: &str, text: &str) -> Self {
        self.key(name);
        quote(&mut self.0, text);
        self
    }

    /// A number, `true`, `false`, or JSON that is ready.
    #[must_use]
    pub fn raw(mut self, name: &str, value: impl Display) -> Self {
        self.key(name);
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{value}");
        self
    }

    /// Degrees, to a tenth of a metre.
    #[must_use]
    pub fn place(self, place: super::places::Place) -> Self {
        self.raw("lat", format_args!("{:.6}", place.lat)).raw("lon", format_args!("{:.6}", place.lon))
    }

    pub fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted() {
        let json = Json::new().text("a", "M'Mah \"x\" \\ \u{1}").raw("b", 12).end();
        assert_eq!(json, "{\"a\":\"M'Mah \\\"x\\\" \\\\ \\u0001\",\"b\":12}");
    }
}
