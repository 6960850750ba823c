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
    text.parse::<jiff::Timestamp>().ok().map(|t| Timestamp(t.as_millisecond()))
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
