//! Values as files have them: plain figures with a point and without signs for thousands, whatever the language; times in RFC 3339.

use super::ink::Ctx;
use crate::model::{Level, Timestamp};

/// Up to six digits behind the point.
pub fn number(of: Option<f64>) -> Option<String> {
    of.filter(|n| n.is_finite()).map(|n| {
        let rounded = (n * 1e6).round() / 1e6;
        // No minus before nothing.
        format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
    })
}

pub fn whole<N: ToString>(of: Option<N>) -> Option<String> {
    of.map(|n| n.to_string())
}

pub fn flag(of: bool) -> Option<String> {
    Some(of.to_string())
}

pub fn moment(at: Option<Timestamp>) -> Option<String> {
    at.and_then(Timestamp::iso)
}

/// Seconds up to the picture's moment.
pub fn since(ctx: Ctx, at: Timestamp) -> Option<String> {
    number(Some(ctx.view.snapshot.taken_at.since_s(at).max(0.0)))
}

pub fn level(of: Level) -> Option<String> {
    let name = match of {
        Level::Healthy => "healthy",
        Level::Unknown => "unknown",
        Level::Silent => "silent",
        Level::Warning => "warning",
        Level::Critical => "critical",
    };
    Some(name.to_owned())
}

/// From outside: what could steer a terminal is written out.
pub fn text(of: Option<&str>) -> Option<String> {
    of.map(|text| crate::text::visible(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_plain_and_one_that_is_not_known_is_none() {
        let of = |n: f64| number(Some(n)).unwrap_or_default();
        assert_eq!([of(1_204_000.0), of(0.1 + 0.2), of(-0.0), of(1e-9), of(-2.5)], ["1204000", "0.3", "0", "0", "-2.5"]);
        assert_eq!((of(f64::NAN), of(f64::INFINITY), number(None)), (String::new(), String::new(), None));
        assert_eq!(moment(Some(Timestamp(1_795_701_737_031))).as_deref(), Some("2026-11-26T14:02:17.031Z"));
    }
}
