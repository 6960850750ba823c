//! The fields of the record judged last, by what they mean.

use super::Decoder;
use super::kinds;
use super::scan::{Kind, Token, is_number};
use crate::model::{Fields, Label, Meaning, Point, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::borrow::Cow;

pub(super) struct Read<'a> {
    pub decoder: &'a Decoder,
    pub value: &'a [u8],
}

impl Read<'_> {
    fn token(&self, meaning: Meaning) -> Token {
        let slots = self.decoder.meanings.iter().filter(|(m, _)| *m == meaning);
        slots.map(|(_, slot)| self.decoder.slot(*slot)).find(|t| t.present()).unwrap_or(Token::ABSENT)
    }

    fn number_text(&self, meaning: Meaning) -> Option<&str> {
        let token = self.token(meaning);
        match token.kind {
            Kind::Integer | Kind::Decimal => std::str::from_utf8(token.bytes(self.value)).ok(),
            // A string that holds a number will do.
            Kind::Text if is_number(token.bytes(self.value)) => std::str::from_utf8(token.bytes(self.value)).ok(),
            _ => None,
        }
    }
}

impl Fields for Read<'_> {
    fn text(&self, meaning: Meaning) -> Option<Cow<'_, str>> {
        let token = self.token(meaning);
        matches!(token.kind, Kind::Text | Kind::EscapedText).then(|| kinds::text(token, self.value)).flatten()
    }

    /// Exact, or nothing: what has more digits than an exact amount can keep is no amount.
    fn amount(&self, meaning: Meaning) -> Option<Decimal> {
        let text = self.number_text(meaning)?;
        if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { Decimal::from_str_exact(text).ok() }
    }

    fn number(&self, meaning: Meaning) -> Option<f64> {
        self.number_text(meaning)?.parse().ok().filter(|n: &f64| n.is_finite())
    }

    fn integer(&self, meaning: Meaning) -> Option<i64> {
        self.number_text(meaning)?.parse().ok()
    }

    fn time(&self, meaning: Meaning) -> Option<Timestamp> {
        kinds::time(self.token(meaning), self.value)
    }

    fn flag(&self, meaning: Meaning) -> Option<bool> {
        let token = self.token(meaning);
        (token.kind == Kind::Bool).then(|| token.bytes(self.value) == b"true")
    }

    fn point(&self, meaning: Meaning) -> Option<(Point, Option<Label>)> {
        let token = self.token(meaning);
        if token.kind != Kind::Object {
            return None;
        }
        let place: Place<'_> = serde_json::from_slice(token.bytes(self.value)).ok()?;
        Some((Point { lat: place.lat?, lon: place.lon? }, place.district.map(Label::from)))
    }
}

#[derive(Deserialize)]
struct Place<'a> {
    lat: Option<f64>,
    lon: Option<f64>,
    #[serde(borrow)]
    district: Option<Cow<'a, str>>,
}
