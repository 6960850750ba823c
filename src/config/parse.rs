//! Values that people write: sizes, durations, where reading begins.

use std::time::Duration;

/// `8MiB`, `512k`, `1048576`: binary units, with or without `iB`.
pub fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong(text, "a size such as 8MiB"))?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" | "kib" => 1024.0,
        "m" | "mb" | "mib" => 1024.0 * 1024.0,
        "g" | "gb" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong(text, "a size such as 8MiB")),
    };
    Ok((number * factor).round() as u64)
}

/// Bytes a second, `unlimited` (`None`) or 0.
pub fn budget(text: &str) -> Result<Option<u64>, String> {
    match text.trim() {
        "unlimited" => Ok(None),
        other => size(other).map(Some).map_err(|_| wrong(text, "a size such as 8MiB, unlimited, or 0")),
    }
}

/// `500ms`, `90s`, `5m`, `2h`, `1d`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong(text, "a duration such as 10s, 5m or 2h"))?;
    let seconds = match unit.trim() {
        "ms" => number / 1_000.0,
        "s" => number,
        "m" | "min" => number * 60.0,
        "h" => number * 3_600.0,
        "d" => number * 86_400.0,
        _ => return Err(wrong(text, "a duration such as 10s, 5m or 2h")),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong(text, "a duration such as 10s, 5m or 2h"))
}

/// Where reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Now,
    Ago(Duration),
    Beginning,
}

pub fn from(text: &str) -> Result<From, String> {
    match text.trim() {
        "now" => Ok(From::Now),
        "beginning" => Ok(From::Beginning),
        other => duration(other).map(From::Ago).map_err(|_| wrong(text, "now, a duration back such as 5m, or beginning")),
    }
}

pub fn boolean(text: &str) -> Result<bool, String> {
    match text.trim() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(wrong(text, "true or false")),
    }
}

fn wrong(given: &str, right: &str) -> String {
    format!("`{given}` is not {right}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_budgets() {
        assert_eq!(size("8MiB"), Ok(8 << 20));
        assert_eq!(size("1.5k"), Ok(1536));
        assert_eq!(budget("unlimited"), Ok(None));
        assert_eq!(budget("0"), Ok(Some(0)));
        assert!(budget("much").is_err_and(|e| e.contains("8MiB")));
    }

    #[test]
    fn durations_and_starts() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7_200)));
        assert_eq!(from("5m"), Ok(From::Ago(Duration::from_secs(300))));
        assert_eq!(from("beginning"), Ok(From::Beginning));
        assert!(duration("10").is_err(), "a number without a unit is ambiguous");
        assert!(duration("1e400s").is_err());
    }
}
