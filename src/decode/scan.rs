//! One pass over JSON bytes: checks all of it, copies nothing, and remembers where the values of the named keys lie.

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

    pub fn bytes(self, of: &[u8]) -> &[u8] {
        of.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// There, and not null.
    pub fn present(self) -> bool {
        !matches!(self.kind, Kind::Absent | Kind::Null)
    }
}

/// Where the text stops to be JSON, and what should stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub at: usize,
    pub expected: &'static str,
}

/// The text is not JSON; the scanner knows where ([`Scanner::broken`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// Objects and lists inside each other, below the first object: one bit each.
const DEEPEST: u32 = u128::BITS;

pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// What should have stood at `at`, once something else did.
    expected: &'static str,
}

impl<'a> Scanner<'a> {
    /// Over `bytes`, which are UTF-8, from `at` on.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, expected: "" }
    }

    /// The object that the whole text is: `wanted` is told each key (its bytes, and whether it has escapes) with its value.
    pub fn document(&mut self, wanted: impl FnMut(&'a [u8], bool, Token)) -> Result<(), Broken> {
        self.space();
        self.object(wanted)?;
        self.space();
        if self.at == self.bytes.len() { Ok(()) } else { self.fault("the end") }
    }

    pub fn object(&mut self, mut wanted: impl FnMut(&'a [u8], bool, Token)) -> Result<(), Broken> {
        self.take(b'{', "an object")?;
        self.space();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.key()?;
            let value = self.value()?;
            wanted(key.bytes(self.bytes), key.kind == Kind::EscapedText, value);
            self.space();
            match self.peek() {
                b',' => self.at += 1,
                b'}' => break,
                _ => return self.fault("`,` or `}`"),
            }
            self.space();
        }
        self.at += 1;
        Ok(())
    }

    /// Whether all of the bytes are one number.
    pub fn is_number(bytes: &'a [u8]) -> bool {
        let mut scanner = Self::new(bytes, 0);
        scanner.number().is_ok() && scanner.at == bytes.len()
    }

    /// Where the text broke and what was expected there, after a [`Broken`].
    pub fn broken(&self) -> Fault {
        Fault { at: self.at, expected: self.expected }
    }

    /// The byte here; 0, which no JSON has outside of texts, at the end.
    #[inline(always)]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[cold]
    fn fault<T>(&mut self, expected: &'static str) -> Result<T, Broken> {
        self.expected = expected;
        Err(Broken)
    }

    #[inline(always)]
    fn token(&self, kind: Kind, start: usize, end: usize) -> Token {
        Token { kind, start: start as u32, end: end as u32 }
    }

    #[inline(always)]
    fn take(&mut self, byte: u8, expected: &'static str) -> Result<(), Broken> {
        if self.bytes.get(self.at) != Some(&byte) {
            return self.fault(expected);
        }
        self.at += 1;
        Ok(())
    }

    #[inline(always)]
    fn space(&mut self) {
        while self.peek() <= b' ' && matches!(self.peek(), b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
    }

    /// A key with its colon; stands on the value afterwards.
    #[inline(always)]
    fn key(&mut self) -> Result<Token, Broken> {
        let key = self.text("a key in quotes")?;
        self.space();
        self.take(b':', "`:`")?;
        self.space();
        Ok(key)
    }

    #[inline(always)]
    fn value(&mut self) -> Result<Token, Broken> {
        match self.peek() {
            b'{' => self.nested(Kind::Object),
            b'[' => self.nested(Kind::Array),
            _ => self.scalar(),
        }
    }

    #[inline(always)]
    fn scalar(&mut self) -> Result<Token, Broken> {
        match self.peek() {
            b'"' => self.text("a value"),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true", Kind::Bool),
            b'f' => self.word(b"false", Kind::Bool),
            b'n' => self.word(b"null", Kind::Null),
            _ => self.fault("a value"),
        }
    }

    fn word(&mut self, word: &'static [u8], kind: Kind) -> Result<Token, Broken> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        if !rest.starts_with(word) {
            return self.fault("a value");
        }
        self.at += word.len();
        Ok(self.token(kind, start, self.at))
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { self.fault("a digit") } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Token, Broken> {
        let start = self.at;
        let mut kind = Kind::Integer;
        if self.peek() == b'-' {
            self.at += 1;
        }
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == b'.' {
            kind = Kind::Decimal;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            kind = Kind::Decimal;
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.token(kind, start, self.at))
    }

    #[inline(always)]
    fn text(&mut self, expected: &'static str) -> Result<Token, Broken> {
        self.take(b'"', expected)?;
        let start = self.at;
        let mut kind = Kind::Text;
        loop {
            self.at = plain_until(self.bytes, self.at);
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    let end = self.at;
                    self.at += 1;
                    return Ok(self.token(kind, start, end));
                }
                Some(b'\\') => {
                    kind = Kind::EscapedText;
                    self.escape()?;
                }
                Some(_) => return self.fault("no control character in a text"),
                None => return self.fault("the quote that ends a text"),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Broken> {
        self.at += 1;
        match self.peek() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_ascii_hexdigit() {
                        return self.fault("four hexadecimal digits");
                    }
                    self.at += 1;
                }
            }
            _ => return self.fault("an escape that JSON knows"),
        }
        Ok(())
    }

    /// An object or a list below the first object, with all that is in it, without recursion.
    fn nested(&mut self, kind: Kind) -> Result<Token, Broken> {
        let start = self.at;
        let mut open = Open { lists: 0, depth: 0 };
        loop {
            let opened = match self.peek() {
                b'{' => Some(false),
                b'[' => Some(true),
                _ => None,
            };
            match opened {
                Some(list) => {
                    if !open.push(list) {
                        return self.fault("fewer than 128 levels");
                    }
                    self.at += 1;
                    self.space();
                    if self.peek() != open.end() {
                        self.key_inside(&open)?;
                        continue;
                    }
                }
                None => drop(self.scalar()?),
            }
            if self.after_value(&mut open)? {
                return Ok(self.token(kind, start, self.at));
            }
        }
    }

    /// Closes what ends here. True when all is closed, else it stands on the next value.
    fn after_value(&mut self, open: &mut Open) -> Result<bool, Broken> {
        loop {
            self.space();
            let byte = self.peek();
            if byte == open.end() {
                self.at += 1;
                open.pop();
                if open.depth == 0 {
                    return Ok(true);
                }
            } else if byte == b',' {
                self.at += 1;
                self.space();
                self.key_inside(open)?;
                return Ok(false);
            } else {
                return self.fault(if open.in_list() { "`,` or `]`" } else { "`,` or `}`" });
            }
        }
    }

    fn key_inside(&mut self, open: &Open) -> Result<(), Broken> {
        if !open.in_list() {
            self.key()?;
        }
        Ok(())
    }
}

/// What is open, innermost in the lowest bit.
struct Open {
    lists: u128,
    depth: u32,
}

impl Open {
    fn push(&mut self, list: bool) -> bool {
        if self.depth == DEEPEST {
            return false;
        }
        self.lists = self.lists << 1 | u128::from(list);
        self.depth += 1;
        true
    }

    fn pop(&mut self) {
        self.lists >>= 1;
        self.depth -= 1;
    }

    fn in_list(&self) -> bool {
        self.lists & 1 == 1
    }

    fn end(&self) -> u8 {
        if self.in_list() { b']' } else { b'}' }
    }
}

/// The place of the next quote, backslash or control character, or the end. Eight bytes at a time.
#[inline(always)]
fn plain_until(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    // The lowest byte found is a true one: a borrow can only spoil those above it.
    let zero_bytes = |w: u64| w.wrapping_sub(ONES) & !w & HIGHS;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = zero_bytes(word ^ (ONES * u64::from(b'"'))) | zero_bytes(word ^ (ONES * u64::from(b'\\'))) | control;
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
