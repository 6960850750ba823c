//! One pass over JSON bytes: checks all of it, copies nothing, and tells where the values of an object lie.
//!
//! The functions take a place and give the next one back, so that both stay in registers; what services write without spaces
//! goes the short way.

/// What stands at a place of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The key was not there.
    Absent,
    Null,
    Bool,
    /// Digits, perhaps with a sign.
    Integer,
    /// A number with a fraction or an exponent.
    Decimal,
    Text,
    /// Text with a backslash in it.
    EscapedText,
    Object,
    Array,
}

impl Kind {
    /// One bit for each kind.
    #[inline(always)]
    pub fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A value: its bytes are `start..end` (without the quotes of a text).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    /// Offsets are 32 bits wide, so that a token is returned in registers; Kafka's own records end at 2 GiB.
    pub start: u32,
    pub end: u32,
}

impl Token {
    pub const ABSENT: Self = Self { kind: Kind::Absent, start: 0, end: 0 };

    #[inline(always)]
    fn new(kind: Kind, start: usize, end: usize) -> Self {
        Self { kind, start: start as u32, end: end as u32 }
    }

    pub fn bytes(self, of: &[u8]) -> &[u8] {
        of.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// There, and not null.
    pub fn present(self) -> bool {
        !matches!(self.kind, Kind::Absent | Kind::Null)
    }

    /// The place behind it.
    #[inline(always)]
    fn after(self) -> usize {
        self.end as usize + usize::from(matches!(self.kind, Kind::Text | Kind::EscapedText))
    }
}

/// What should have stood where the text broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Utf8,
    Object,
    End,
    CommaOrBrace,
    CommaOrBracket,
    Key,
    Colon,
    Value,
    Digit,
    EndOfText,
    NoControl,
    Escape,
    HexDigits,
    FewerLevels,
}

impl Expected {
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Object => "an object",
            Self::End => "the end",
            Self::CommaOrBrace => "`,` or `}`",
            Self::CommaOrBracket => "`,` or `]`",
            Self::Key => "a key in quotes",
            Self::Colon => "`:`",
            Self::Value => "a value",
            Self::Digit => "a digit",
            Self::EndOfText => "the quote that ends a text",
            Self::NoControl => "no control character in a text",
            Self::Escape => "an escape that JSON knows",
            Self::HexDigits => "four hexadecimal digits",
            Self::FewerLevels => "at most 128 levels",
        }
    }
}

/// Where the text stops to be JSON, and what should stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub at: u32,
    pub expected: Expected,
}

impl Fault {
    #[cold]
    pub fn new(at: usize, expected: Expected) -> Self {
        Self { at: at as u32, expected }
    }
}

/// Objects and lists inside each other, the first object not counted.
const LEVELS: u32 = 128;

/// The object that all of the bytes (which are UTF-8) are: `wanted` is told each key with its value.
pub(super) fn document(bytes: &[u8], wanted: impl FnMut(Token, Token)) -> Result<(), Fault> {
    let start = past_space(bytes, 0);
    if bytes.get(start) != Some(&b'{') {
        return Err(Fault::new(start, Expected::Object));
    }
    let end = past_space(bytes, object(bytes, start, LEVELS, wanted)?);
    if end == bytes.len() { Ok(()) } else { Err(Fault::new(end, Expected::End)) }
}

/// The object that begins at `start`. Gives the place behind it.
pub(super) fn object_at(bytes: &[u8], start: usize, wanted: impl FnMut(Token, Token)) -> Result<usize, Fault> {
    object(bytes, start, LEVELS, wanted)
}

/// Whether all of the bytes are one number.
pub(super) fn is_number(bytes: &[u8]) -> bool {
    number(bytes, 0).is_ok_and(|n| n.after() == bytes.len())
}

/// The place of the next byte that is no white space.
#[inline(always)]
fn past_space(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(&b) if b <= b' ' => past_more_space(bytes, at),
        _ => at,
    }
}

#[inline(never)]
fn past_more_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

/// `at` stands on the brace; `levels` more may be inside.
#[inline(always)]
fn object(bytes: &[u8], at: usize, levels: u32, mut wanted: impl FnMut(Token, Token)) -> Result<usize, Fault> {
    let mut at = past_space(bytes, at + 1);
    if bytes.get(at) == Some(&b'}') {
        return Ok(at + 1);
    }
    loop {
        if bytes.get(at) != Some(&b'"') {
            return Err(Fault::new(at, Expected::Key));
        }
        let key = text(bytes, at + 1)?;
        at = past_space(bytes, key.after());
        if bytes.get(at) != Some(&b':') {
            return Err(Fault::new(at, Expected::Colon));
        }
        let value = value(bytes, past_space(bytes, at + 1), levels)?;
        wanted(key, value);
        at = past_space(bytes, value.after());
        match bytes.get(at) {
            Some(b',') => at = past_space(bytes, at + 1),
            Some(b'}') => return Ok(at + 1),
            _ => return Err(Fault::new(at, Expected::CommaOrBrace)),
        }
    }
}

/// An object that nobody wants to know about.
fn inner_object(bytes: &[u8], at: usize, levels: u32) -> Result<usize, Fault> {
    object(bytes, at, levels, |_, _| ())
}

fn list(bytes: &[u8], at: usize, levels: u32) -> Result<usize, Fault> {
    let mut at = past_space(bytes, at + 1);
    if bytes.get(at) == Some(&b']') {
        return Ok(at + 1);
    }
    loop {
        at = past_space(bytes, value(bytes, at, levels)?.after());
        match bytes.get(at) {
            Some(b',') => at = past_space(bytes, at + 1),
            Some(b']') => return Ok(at + 1),
            _ => return Err(Fault::new(at, Expected::CommaOrBracket)),
        }
    }
}

#[inline(always)]
fn value(bytes: &[u8], at: usize, levels: u32) -> Result<Token, Fault> {
    match bytes.get(at) {
        Some(b'"') => text(bytes, at + 1),
        Some(b'-' | b'0'..=b'9') => number(bytes, at),
        Some(b'{' | b'[') => nested(bytes, at, levels),
        _ => word(bytes, at),
    }
}

/// An object or a list, by recursion over at most [`LEVELS`].
#[inline(never)]
fn nested(bytes: &[u8], at: usize, levels: u32) -> Result<Token, Fault> {
    let Some(levels) = levels.checked_sub(1) else { return Err(Fault::new(at, Expected::FewerLevels)) };
    if bytes.get(at) == Some(&b'{') {
        Ok(Token::new(Kind::Object, at, inner_object(bytes, at, levels)?))
    } else {
        Ok(Token::new(Kind::Array, at, list(bytes, at, levels)?))
    }
}

#[inline(never)]
fn word(bytes: &[u8], at: usize) -> Result<Token, Fault> {
    let rest = bytes.get(at..).unwrap_or_default();
    for (word, kind) in [(&b"true"[..], Kind::Bool), (b"false", Kind::Bool), (b"null", Kind::Null)] {
        if rest.starts_with(word) {
            return Ok(Token::new(kind, at, at + word.len()));
        }
    }
    Err(Fault::new(at, Expected::Value))
}

#[inline(always)]
fn digits(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == start { Err(Fault::new(at, Expected::Digit)) } else { Ok(at) }
}

#[inline(never)]
fn number(bytes: &[u8], start: usize) -> Result<Token, Fault> {
    let first = start + usize::from(bytes.get(start) == Some(&b'-'));
    let mut at = if bytes.get(first) == Some(&b'0') { first + 1 } else { digits(bytes, first)? };
    let mut kind = Kind::Integer;
    if bytes.get(at) == Some(&b'.') {
        kind = Kind::Decimal;
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        kind = Kind::Decimal;
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(bytes, at + 1 + sign)?;
    }
    Ok(Token::new(kind, start, at))
}

/// `start` stands behind the quote that opens it.
#[inline(always)]
fn text(bytes: &[u8], start: usize) -> Result<Token, Fault> {
    let end = plain_until(bytes, start);
    if bytes.get(end) == Some(&b'"') {
        return Ok(Token::new(Kind::Text, start, end));
    }
    escaped_text(bytes, start, end)
}

/// Goes on at `at`, where something else than the closing quote stands.
#[inline(never)]
fn escaped_text(bytes: &[u8], start: usize, mut at: usize) -> Result<Token, Fault> {
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(Token::new(Kind::EscapedText, start, at)),
            Some(b'\\') => at = plain_until(bytes, escape(bytes, at + 1)?),
            Some(_) => return Err(Fault::new(at, Expected::NoControl)),
            None => return Err(Fault::new(at, Expected::EndOfText)),
        }
    }
}

/// `at` stands behind the backslash. Gives the place behind the escape.
fn escape(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => {
            let hex = bytes.get(at + 1..at + 5).is_some_and(|four| four.iter().all(u8::is_ascii_hexdigit));
            if hex { Ok(at + 5) } else { Err(Fault::new(at + 1, Expected::HexDigits)) }
        }
        _ => Err(Fault::new(at, Expected::Escape)),
    }
}

/// The place of the next quote, backslash or control character, or the end. Eight bytes at a time.
#[inline(always)]
fn plain_until(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        // With its second bit turned over the quote (0x22) comes to 0x20, right above the control characters: one comparison
        // finds both. The lowest byte found is a true one: a borrow can only spoil those above it.
        let low = word ^ (ONES * 0x02);
        let slash = word ^ (ONES * 0x5c);
        let found = (low.wrapping_sub(ONES * 0x21) & !low | slash.wrapping_sub(ONES) & !slash) & HIGHS;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&b| b >= 0x20 && b != b'"' && b != b'\\') {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests;
