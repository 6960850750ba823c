//! Values of records without what is personal. JSON keeps its shape and the names of its members; what must not be seen stands as
//! dots, which tell whether it was short or long and nothing else.

/// Below this a text counts as short.
const SHORT: usize = 12;
/// Nested deeper than this, a value is not gone through any more.
const DEPTH: usize = 64;

/// What may be seen of a member of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Yes,
    No,
    /// An envelope: its members are asked for as those of the whole are.
    Within,
}

/// Dots in place of a text.
pub fn masked(text: &str) -> &'static str {
    match text.chars().count() {
        0 => "",
        n if n <= SHORT => "•••",
        _ => "••••••",
    }
}

/// Whether these bytes are dots in place of something.
pub fn is_masked(bytes: &[u8]) -> bool {
    bytes.starts_with("•••".as_bytes())
}

/// A JSON object with dots where `seen` forbids: it is asked for each member by its name, and whether that stands in the whole (or
/// in an envelope) or further inside. `cut`: the text may end anywhere, and what comes before is kept.
/// `None`: it is no JSON object, and nobody can say what of it is personal.
pub fn masked_json(json: &str, cut: bool, seen: &dyn Fn(&str, bool) -> Seen) -> Option<String> {
    let mut walk = Walk { rest: json, out: String::with_capacity(json.len()), seen };
    if !walk.blanks().starts_with('{') {
        return None;
    }
    match walk.value(Some(true), DEPTH) {
        Ok(()) if walk.blanks().is_empty() => Some(walk.out),
        Err(Stop::End) if cut => Some(walk.out),
        _ => None,
    }
}

enum Stop {
    End,
    Wrong,
}

struct Walk<'a> {
    rest: &'a str,
    out: String,
    seen: &'a dyn Fn(&str, bool) -> Seen,
}

impl<'a> Walk<'a> {
    fn blanks(&mut self) -> &'a str {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest
    }

    fn sign(&mut self, sign: char) -> Result<(), Stop> {
        match self.blanks().strip_prefix(sign) {
            Some(rest) => self.rest = rest,
            None if self.rest.is_empty() => return Err(Stop::End),
            None => return Err(Stop::Wrong),
        }
        Ok(())
    }

    /// One value. `seen`: it may be seen, and whether its members are asked for as those of the whole; `None`: it is passed over.
    fn value(&mut self, seen: Option<bool>, depth: usize) -> Result<(), Stop> {
        let depth = depth.checked_sub(1).ok_or(Stop::Wrong)?;
        match self.blanks().chars().next() {
            None => Err(Stop::End),
            Some('{') => self.members('{', '}', seen, depth),
            Some('[') => self.members('[', ']', seen, depth),
            Some('"') => {
                let (text, ended) = self.string()?;
                self.keep(seen, text);
                if ended { Ok(()) } else { Err(Stop::End) }
            }
            Some(_) => {
                let end = self.rest.find([',', '}', ']', ' ', '\t', '\n', '\r']).unwrap_or(self.rest.len());
                let (token, rest) = self.rest.split_at(end);
                if serde_json::from_str::<serde::de::IgnoredAny>(token).is_err() {
                    return Err(if rest.is_empty() { Stop::End } else { Stop::Wrong });
                }
                self.rest = rest;
                self.keep(seen, token);
                Ok(())
            }
        }
    }

    fn keep(&mut self, seen: Option<bool>, text: &str) {
        if seen.is_some() {
            self.out.push_str(text);
        }
    }

    /// An object's or a list's.
    fn members(&mut self, open: char, close: char, seen: Option<bool>, depth: usize) -> Result<(), Stop> {
        self.sign(open)?;
        self.keep(seen, if open == '{' { "{" } else { "[" });
        let mut first = true;
        loop {
            if let Some(rest) = self.blanks().strip_prefix(close) {
                self.rest = rest;
                self.keep(seen, if close == '}' { "}" } else { "]" });
                return Ok(());
            }
            if !first {
                self.sign(',')?;
                self.keep(seen, ",");
            }
            first = false;
            if open == '[' {
                self.value(seen.map(|_| false), depth)?;
            } else {
                self.member(seen, depth)?;
            }
        }
    }

    fn member(&mut self, seen: Option<bool>, depth: usize) -> Result<(), Stop> {
        if !self.blanks().starts_with('"') {
            return Err(if self.rest.is_empty() { Stop::End } else { Stop::Wrong });
        }
        let (text, ended) = self.string()?;
        if !ended {
            return Err(Stop::End);
        }
        let name: String = serde_json::from_str(text).map_err(|_| Stop::Wrong)?;
        self.keep(seen, text);
        self.sign(':')?;
        self.keep(seen, ":");
        let Some(whole) = seen else { return self.value(None, depth) };
        match (self.seen)(&name, whole) {
            Seen::Yes => self.value(Some(false), depth),
            Seen::Within => self.value(Some(true), depth),
            Seen::No => self.hidden(depth),
        }
    }

    fn hidden(&mut self, depth: usize) -> Result<(), Stop> {
        let before = self.blanks();
        self.out.push('"');
        let passed = self.value(None, depth);
        let length = before.len() - self.rest.len();
        self.out.push_str(masked(&before[..length]));
        self.out.push('"');
        passed
    }

    /// A string with its quotes, and whether it ended.
    fn string(&mut self) -> Result<(&'a str, bool), Stop> {
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let (text, rest) = self.rest.split_at(at + 1);
                    self.rest = rest;
                    // Its escapes count: a name that is told in another way must not pass.
                    return serde_json::from_str::<String>(text).map(|_| (text, true)).map_err(|_| Stop::Wrong);
                }
                _ => {}
            }
        }
        Ok((std::mem::take(&mut self.rest), false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(name: &str, whole: bool) -> Seen {
        match (name, whole) {
            ("data", true) => Seen::Within,
            ("name" | "phone", _) => Seen::No,
            ("id" | "items", true) | (_, false) => Seen::Yes,
            _ => Seen::No,
        }
    }

    fn mask(json: &str) -> Option<String> {
        masked_json(json, false, &seen)
    }

    #[test]
    fn what_is_not_allowed_stands_as_dots_and_the_rest_as_it_was() {
        let told = mask(r#" {"id": "o-1", "name":"Mariama", "items":[{"sku":"x","name":"y"}, 2 ], "other":{"a":["secret"]} } "#);
        assert_eq!(told.as_deref(), Some(r#"{"id":"o-1","name":"•••","items":[{"sku":"x","name":"•••"},2],"other":"••••••"}"#));
        assert_eq!(mask(r#"{"data":{"id":1,"x":2}}"#).as_deref(), Some(r#"{"data":{"id":1,"x":"•••"}}"#));
    }

    #[test]
    fn a_name_in_another_spelling_of_json_does_not_pass() {
        assert_eq!(mask("{\"n\\u0061me\":\"Mariama\"}").as_deref(), Some("{\"n\\u0061me\":\"•••\"}"));
    }

    #[test]
    fn what_is_no_json_object_is_not_told_at_all() {
        for other in
            ["", "Mariama", "[1]", "\"Mariama\"", "{\"id\":Mariama}", "{\"id\":1}{", "{\"id\" 1}", "{id:1}", "{\"id\":\"a\"", "{,}"]
        {
            assert_eq!(mask(other), None, "{other}");
        }
        let deep = format!("{}1{}", "{\"id\":".repeat(200), "}".repeat(200));
        assert_eq!(mask(&deep), None);
    }

    #[test]
    fn a_value_that_was_cut_never_ends_in_what_is_personal() {
        let whole =
            r#"{"id":"o-1","name":"Mariama Diallo","phone":"+224 620","items":[{"sku":"riz","name":"Fatou"}],"note":"Kipe"}"#;
        for end in 1..whole.len() {
            let told = masked_json(&whole[..end], true, &seen).unwrap_or_default();
            assert!(!["Mar", "Dia", "224", "Fat", "Kip"].iter().any(|part| told.contains(part)), "{end}: {told}");
        }
        assert_eq!(masked_json(&whole[..30], true, &seen).as_deref(), Some(r#"{"id":"o-1","name":"•••""#));
    }
}
