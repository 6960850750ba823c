//! Moments as people read them: in their own zone, in UTC on demand.

use super::state::UiState;
use crate::model::Timestamp;
use crate::text::{Language, Word, word};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

fn local(state: &UiState, at: Timestamp) -> Option<(DateTime, Offset)> {
    let moment = jiff::Timestamp::from_millisecond(at.0).ok()?;
    let offset = if state.look.utc { TimeZone::UTC } else { state.look.zone.clone() }.to_offset(moment);
    Some((offset.to_datetime(moment), offset))
}

/// `14:02:17`, with `Z` behind it in UTC; dashes before the first view.
pub fn clock(state: &UiState, at: Timestamp) -> String {
    let zulu = if state.look.utc { "Z" } else { "" };
    match local(state, at).filter(|_| at.0 > 0) {
        Some((t, _)) if state.slow => format!("{:02}:{:02}{zulu}", t.hour(), t.minute()),
        Some((t, _)) => format!("{:02}:{:02}:{:02}{zulu}", t.hour(), t.minute(), t.second()),
        None => format!("--:--:--{zulu}"),
    }
}

fn with_ms(state: &UiState, t: DateTime) -> String {
    let point = match state.look.language {
        Language::English => '.',
        Language::French => ',',
    };
    format!("{:02}:{:02}:{:02}{point}{:03}", t.hour(), t.minute(), t.second(), t.millisecond())
}

fn date(state: &UiState, t: DateTime) -> String {
    match state.look.language {
        Language::English => t.date().to_string(),
        Language::French => format!("{:02}/{:02}/{:04}", t.day(), t.month(), t.year()),
    }
}

/// `14:02:17.031`, in French `14:02:17,031`; as it was sent where it is no moment of the calendar.
pub fn clock_ms(state: &UiState, at: Timestamp) -> String {
    local(state, at).map_or_else(|| at.0.to_string(), |(t, _)| with_ms(state, t))
}

/// `2026-11-23 14:02:17.031 +00:00`, in French `23/11/2026 14:02:17,031 +00:00`
pub fn moment(state: &UiState, at: Timestamp) -> String {
    let Some((t, offset)) = local(state, at) else { return at.0.to_string() };
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60);
    format!("{} {} {sign}{hours:02}:{minutes:02}", date(state, t), with_ms(state, t))
}

/// `2026-11-23 14:02:17`, for what may be of another day.
pub fn date_clock(state: &UiState, at: Timestamp) -> String {
    local(state, at).map_or_else(|| at.0.to_string(), |(t, _)| format!("{} {}", date(state, t), clock(state, at)))
}

/// `20261126-140217`, for the name of a file.
pub fn file_stamp(state: &UiState, at: Timestamp) -> String {
    let Some((t, _)) = local(state, at) else { return at.0.to_string() };
    let date = t.date();
    format!("{:04}{:02}{:02}-{:02}{:02}{:02}", date.year(), date.month(), date.day(), t.hour(), t.minute(), t.second())
}

/// The zone's name, for the help page.
pub fn zone_name(state: &UiState) -> String {
    if state.look.utc { "UTC".into() } else { state.look.zone.iana_name().unwrap_or(word(Word::LocalZone)).to_owned() }
}
