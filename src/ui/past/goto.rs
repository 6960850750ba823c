//! What a person types to go to a place in the past of a topic.

use crate::model::{Start, Timestamp};
use crate::text::Language;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// As many records as a list keeps.
pub const MOST: usize = 2_000;

#[derive(Clone, Debug, PartialEq)]
pub enum Goto {
    Live,
    /// Reading goes back and forward from there.
    At(Start),
    /// So many, back from the end.
    Last(usize),
}

/// Reads `14:02`, `2026-11-26 10:00`, `-2h`, `3@1500`, `@1500`, `last 500`, `start`, `live`. Times are of `zone`; one without a date is the
/// last such time before `now`. Dates and milliseconds are also read as `language` writes them. `None`: none of these.
pub fn parse(text: &str, now: Timestamp, zone: &TimeZone, language: Language) -> Option<Goto> {
    let text = text.trim();
    let lower = text.to_lowercase();
    match lower.as_str() {
        "live" | "now" | "end" | "direct" | "maintenant" => return Some(Goto::Live),
        "start" | "beginning" | "début" | "debut" | "le début" => return Some(Goto::At(Start::Time(Timestamp(0)))),
        "last" | "derniers" => return Some(Goto::Last(500)),
        _ => {}
    }
    if let Some(count) = count_of_last(&lower) {
        let count: usize = count.trim().parse().ok().filter(|n| *n > 0)?;
        return Some(Goto::Last(count.min(MOST)));
    }
    if let Some((partition, offset)) = text.split_once('@') {
        let partition = partition.trim();
        let partition = if partition.is_empty() { None } else { Some(partition.parse().ok().filter(|p: &i32| *p >= 0)?) };
        let offset = offset.trim().parse().ok().filter(|o: &i64| *o >= 0)?;
        return Some(Goto::At(Start::Offset { partition, offset }));
    }
    let at = if let Some(ago) = text.strip_prefix('-') { before(now, ago)? } else { moment(&iso(text, language), now, zone)? };
    Some(Goto::At(Start::Time(at)))
}

/// What stands for the count in `last 500`, `500 derniers`, `les 500 derniers`.
fn count_of_last(text: &str) -> Option<&str> {
    let french = text.strip_prefix("les ").unwrap_or(text);
    text.strip_prefix("last ").or_else(|| french.strip_suffix(" derniers")).or_else(|| french.strip_prefix("derniers "))
}

/// `2h`, `90s`, `1h30m`, `3d` (`3j` is the same).
fn before(now: Timestamp, ago: &str) -> Option<Timestamp> {
    let mut seconds: i64 = 0;
    let mut digits = String::new();
    for c in ago.trim().chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' | 'j' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        let count: i64 = std::mem::take(&mut digits).parse().ok()?;
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
    }
    (digits.is_empty() && seconds > 0).then(|| now.plus_ms(seconds.saturating_mul(-1_000)))
}

/// `26/11/2026 14:02:17,031` as ISO has it.
fn iso(text: &str, language: Language) -> Cow<'_, str> {
    if language != Language::French {
        return Cow::Borrowed(text);
    }
    let text = text.replace(',', ".");
    let (date, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
    let mut parts = date.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(day), Some(month), Some(year), None) => Cow::Owned(format!("{year:0>4}-{month:0>2}-{day:0>2}{rest}")),
        _ => Cow::Owned(text),
    }
}

fn moment(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    // As vigie writes a moment, its zone stands apart.
    if let Ok(exact) = text.replace(" +", "+").replace(" -", "-").parse::<jiff::Timestamp>() {
        return Some(Timestamp(exact.as_millisecond()));
    }
    let in_zone = |at: DateTime| zone.to_timestamp(at).ok().map(|at| Timestamp(at.as_millisecond()));
    if text.contains('-') {
        let at = text.parse::<DateTime>().ok().or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
        return in_zone(at);
    }
    // An hour alone would be a number of anything.
    let time = text.contains(':').then(|| text.parse::<Time>().ok()).flatten()?;
    let today = zone.to_datetime(jiff::Timestamp::from_millisecond(now.0).ok()?).date();
    let at = in_zone(today.to_datetime(time))?;
    if at <= now { Some(at) } else { in_zone(today.yesterday().ok()?.to_datetime(time)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hostile::Spoiler;

    /// 2026-11-26 14:02:17 UTC
    const NOW: Timestamp = Timestamp(1_795_701_737_000);

    fn at(text: &str) -> Option<Goto> {
        parse(text, NOW, &TimeZone::UTC, Language::English)
    }

    fn iso(text: &str) -> String {
        match at(text) {
            Some(Goto::At(Start::Time(at))) => at.iso().unwrap(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(NOW.iso().unwrap(), "2026-11-26T14:02:17Z");
        for (text, when) in [
            ("14:02", "2026-11-26T14:02:00Z"),
            ("14:03", "2026-11-25T14:03:00Z"),
            ("09:30:05", "2026-11-26T09:30:05Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("2026-11-20 10:00", "2026-11-20T10:00:00Z"),
            ("2026-11-20T10:00:30+01:00", "2026-11-20T09:00:30Z"),
            ("2026-11-20 10:00:30.250 +01:00", "2026-11-20T09:00:30.25Z"),
            ("-2h", "2026-11-26T12:02:17Z"),
            ("-1h30m", "2026-11-26T12:32:17Z"),
            (" -3d ", "2026-11-23T14:02:17Z"),
            ("start", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(iso(text), when, "{text}");
        }
    }

    #[test]
    fn a_time_is_of_the_zone_that_is_shown() {
        let paris = TimeZone::fixed(jiff::tz::Offset::constant(1));
        let Some(Goto::At(Start::Time(at))) = parse("15:00", NOW, &paris, Language::English) else { panic!() };
        assert_eq!(at.iso().unwrap(), "2026-11-26T14:00:00Z");
    }

    #[test]
    fn french_dates_are_read_in_french() {
        let french = |text: &str| parse(text, NOW, &TimeZone::UTC, Language::French);
        for (text, when) in [
            ("20/11/2026", "2026-11-20T00:00:00Z"),
            ("2/3/2026 10:00", "2026-03-02T10:00:00Z"),
            ("20/11/2026 10:00:30,250 +01:00", "2026-11-20T09:00:30.25Z"),
            ("14:02:10,5", "2026-11-26T14:02:10.5Z"),
            ("2026-11-20 10:00", "2026-11-20T10:00:00Z"),
        ] {
            let Some(Goto::At(Start::Time(at))) = french(text) else { panic!("{text}") };
            assert_eq!(at.iso().unwrap(), when, "{text}");
        }
        assert_eq!((french("32/11/2026"), french("20/11"), french("1/2/3/4"), at("20/11/2026")), (None, None, None, None));
    }

    #[test]
    fn offsets_and_counts() {
        let offset = |partition, offset| Some(Goto::At(Start::Offset { partition, offset }));
        assert_eq!(at("3@1500"), offset(Some(3), 1_500));
        assert_eq!(at("@1500"), offset(None, 1_500));
        assert_eq!((at("last 500"), at("last"), at("LIVE")), (Some(Goto::Last(500)), Some(Goto::Last(500)), Some(Goto::Live)));
        assert_eq!(at("last 1000000"), Some(Goto::Last(MOST)));
        let told = |language| crate::text::speaking(language, || crate::text::of_last(50));
        for text in [told(Language::English).as_str(), &told(Language::French), "50 derniers", "Last 50"] {
            assert_eq!(at(text), Some(Goto::Last(50)), "{text}");
        }
        assert_eq!((at("direct"), at("le début"), at("-3j")), (at("live"), at("start"), at("-3d")));
        for wrong in [
            "",
            "14",
            "25:00",
            "x",
            "-",
            "-2",
            "-2x",
            "-h",
            "@",
            "-1@5",
            "3@-1",
            "last 0",
            "0 derniers",
            "last x",
            "2026-13-01",
            "@9999999999999999999",
        ] {
            assert_eq!(at(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn hostile_places_make_no_panic() {
        let mut texts = Spoiler::new(
            21,
            ["14:02", "2026-11-26 10:00", "26/11/2026 10:00:01,5", "-2h", "3@1500", "last 500", "-9999999999999d"],
        );
        let mut understood = 0;
        for _ in 0..20_000 {
            let text = texts.next_text();
            let french = parse(&text, NOW, &TimeZone::UTC, Language::French);
            understood += u32::from(at(&text).is_some() || french.is_some());
        }
        assert!(understood > 0);
    }
}
