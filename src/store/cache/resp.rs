//! The protocol of Redis (RESP2): commands out, answers in.

use std::io::{self, BufRead, Read};

/// What a single text may have; a list as many items. More comes from no Redis that we ask.
const LONGEST: i64 = 64 << 20;
const DEEPEST: u8 = 8;
/// A line is a number, a status or an error.
const LONGEST_LINE: u64 = 64 << 10;

/// A command with its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    arguments: usize,
    bytes: Vec<u8>,
}

impl Command {
    pub fn new(name: &str) -> Self {
        Self::default().arg(name)
    }

    pub fn arg(mut self, argument: impl AsRef<[u8]>) -> Self {
        let argument = argument.as_ref();
        self.arguments += 1;
        self.bytes.extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
        self.bytes.extend_from_slice(argument);
        self.bytes.extend_from_slice(b"\r\n");
        self
    }

    pub fn number(self, number: i64) -> Self {
        self.arg(number.to_string())
    }

    pub fn args<A: AsRef<[u8]>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// This one with the other's arguments behind its own.
    pub fn and(mut self, other: &Self) -> Self {
        self.arguments += other.arguments;
        self.bytes.extend_from_slice(&other.bytes);
        self
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("*{}\r\n", self.arguments).as_bytes());
        out.extend_from_slice(&self.bytes);
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Nothing,
    Text(Vec<u8>),
    Number(i64),
    List(Vec<Reply>),
    Error(String),
}

impl Reply {
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Self::Number(n) => Some(n.to_string()),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(n) => Some(*n),
            other => other.text()?.parse().ok(),
        }
    }

    pub fn list(self) -> Vec<Self> {
        match self {
            Self::List(items) => items,
            _ => Vec::new(),
        }
    }
}

/// Reads one answer.
///
/// # Errors
/// Nothing came in time, the connection ended, or it is no answer.
pub fn read(from: &mut impl BufRead) -> io::Result<Reply> {
    read_at(from, 0)
}

fn read_at(from: &mut impl BufRead, depth: u8) -> io::Result<Reply> {
    let line = line(from)?;
    let (sign, rest) = line.split_at_checked(1).ok_or_else(|| odd("an empty line"))?;
    let number = || rest.parse::<i64>().map_err(|_| odd("a length that is no number"));
    match sign {
        "+" => Ok(Reply::Text(rest.as_bytes().to_vec())),
        "-" => Ok(Reply::Error(rest.to_owned())),
        ":" => Ok(Reply::Number(number()?)),
        "$" | "*" => match number()? {
            -1 => Ok(Reply::Nothing),
            length if !(0..=LONGEST).contains(&length) || depth > DEEPEST => Err(odd("too much at once")),
            length if sign == "$" => text(from, length.unsigned_abs()),
            length => (0..length).map(|_| read_at(from, depth + 1)).collect::<io::Result<_>>().map(Reply::List),
        },
        _ => Err(odd("no answer of Redis")),
    }
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    match bytes.strip_suffix(b"\r\n") {
        Some(line) => Ok(String::from_utf8_lossy(line).into_owned()),
        None => Err(odd("a line without an end")),
    }
}

fn text(from: &mut impl BufRead, length: u64) -> io::Result<Reply> {
    let mut bytes = Vec::new();
    from.by_ref().take(length + 2).read_to_end(&mut bytes)?;
    match bytes.strip_suffix(b"\r\n") {
        Some(text) if text.len() as u64 == length => Ok(Reply::Text(text.to_vec())),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(bytes: &[u8]) -> io::Result<Reply> {
        read(&mut io::BufReader::new(bytes))
    }

    #[test]
    fn commands_are_lists_of_texts_with_their_lengths() {
        let mut out = Vec::new();
        Command::new("SET").arg("é\r\n").number(-7).write(&mut out);
        assert_eq!(out, "*3\r\n$3\r\nSET\r\n$4\r\né\r\n\r\n$2\r\n-7\r\n".as_bytes());
    }

    #[test]
    fn answers_of_every_kind_are_read() {
        let text = |t: &str| Reply::Text(t.as_bytes().to_vec());
        assert_eq!(reply(b"+OK\r\n").unwrap(), text("OK"));
        assert_eq!(reply(b":-3\r\n").unwrap(), Reply::Number(-3));
        assert_eq!(reply(b"-ERR no\r\n").unwrap(), Reply::Error("ERR no".into()));
        assert_eq!(reply(b"$-1\r\n").unwrap(), Reply::Nothing);
        let list = Reply::List(vec![text("a\r\n"), Reply::List(vec![]), Reply::Number(1)]);
        assert_eq!(reply(b"*3\r\n$3\r\na\r\n\r\n*0\r\n:1\r\n").unwrap(), list);
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        for bytes in [
            &b""[..],
            b"\r\n",
            b"HTTP/1.1 400 Bad Request\r\n",
            b"$9999999999999\r\n",
            b"$5\r\nabc\r\n",
            b"+OK",
            b"*2\r\n:1\r\n",
            b"$x\r\n",
            b"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
        ] {
            assert!(reply(bytes).is_err(), "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
