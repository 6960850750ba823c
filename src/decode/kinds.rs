//! Whether a value is of the kind that the catalogue says.

use super::scan::{Kind, Token, is_number};
use crate::catalogue::FieldKind;
use crate::model::Timestamp;
use std::borrow::Cow;

/// The kinds of values that will do for the field whatever they say, as bits.
pub(super) fn plain(kind: FieldKind) -> u16 {
    let bits = |kinds: &[Kind]| kinds.iter().fold(0, |bits, kind| bits | kind.bit());
    match kind {
        FieldKind::Text => bits(&[Kind::Text, Kind::EscapedText]),
        FieldKind::Integer => bits(&[Kind::Integer]),
        FieldKind::Number | FieldKind::Amount => bits(&[Kind::Integer, Kind::Decimal]),
        FieldKind::Bool => bits(&[Kind::Bool]),
        FieldKind::Time => 0,
        FieldKind::Any => !bits(&[Kind::Absent, Kind::Null]),
    }
}

/// Whether the value, which is there and not null, will do for the field.
pub(super) fn fits(kind: FieldKind, token: Token, of: &[u8]) -> bool {
    match kind {
        _ if token.kind.bit() & plain(kind) != 0 => true,
        FieldKind::Amount => token.kind == Kind::Text && is_number(token.bytes(of)),
        FieldKind::Time => time(token, of).is_some(),
        _ => false,
    }
}

/// As messages call what was found.
pub(super) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Absent => "nothing",
        Kind::Null => "null",
        Kind::Bool => "a bool",
        Kind::Integer => "an integer",
        Kind::Decimal => "a decimal number",
        Kind::Text | Kind::EscapedText => "a text",
        Kind::Object => "an object",
        Kind::Array => "a list",
    }
}

/// Epoch milliseconds, or ISO 8601 with a zone.
pub(super) fn time(token: Token, of: &[u8]) -> Option<Timestamp> {
    match token.kind {
        Kind::Integer => std::str::from_utf8(token.bytes(of)).ok()?.parse().ok().map(Timestamp),
        Kind::Text | Kind::EscapedText => iso(&text(token, of)?),
        _ => None,
    }
}

pub(super) fn iso(text: &str) -> Option<Timestamp> {
    plain_utc(text.as_bytes()).or_else(|| text.parse::<jiff::Timestamp>().ok().map(|t| Timestamp(t.as_millisecond())))
}

/// `2026-03-01T12:04:31.250Z`, which is what `toISOString` and most others write. Whatever is not exactly so is left to the library.
fn plain_utc(text: &[u8]) -> Option<Timestamp> {
    let (head, fraction) = text.split_first_chunk::<19>()?;
    let digits = |from: usize, to: usize| {
        head.get(from..to)?.iter().try_fold(0_i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| head.get(*at) != Some(mark)) {
        return None;
    }
    let ms = match fraction {
        b"Z" => 0,
        [b'.', a, b, c, b'Z'] if [a, b, c].iter().all(|d| d.is_ascii_digit()) => {
            i64::from(a - b'0') * 100 + i64::from(b - b'0') * 10 + i64::from(c - b'0')
        }
        _ => return None,
    };
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    // The last days of months, and years before the epoch, are the library's too.
    if year < 1970 || !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days of the civil calendar, counted from March so that a leap day is the last of its year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some(Timestamp((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + ms))
}

/// The text of a token without its escapes; copied only when it has some. `None` where an escape is half a surrogate pair.
pub(super) fn text(token: Token, of: &[u8]) -> Option<Cow<'_, str>> {
    match token.kind {
        Kind::EscapedText => unescaped(token.bytes(of)).map(Cow::Owned),
        _ => std::str::from_utf8(token.bytes(of)).ok().map(Cow::Borrowed),
    }
}

/// The text that stood between two quotes, with its escapes undone.
pub(super) fn unescaped(inner: &[u8]) -> Option<String> {
    let quoted = [b"\"", inner, b"\""].concat();
    serde_json::from_slice(&quoted).ok()
}
