//! Figures with stable widths and units, in the language that is spoken: French has a decimal comma, octets (`Kio`) and days that
//! are `j`; a figure is as wide in both. Groups of three are parted by a space, as in French and ISO 31-0.

use super::language::{Language, spoken};
use super::words::{Word, word};

/// A figure as French writes it, where French is spoken.
pub fn local(figure: String) -> String {
    match spoken() {
        Language::English => figure,
        Language::French => figure.replacen('.', ",", 1),
    }
}

/// This unit, or the other one where French is spoken.
fn unit<T>(english: T, french: T) -> T {
    match spoken() {
        Language::English => english,
        Language::French => french,
    }
}

/// A number with this many decimals: `9.50`.
pub fn number(n: f64, decimals: usize) -> String {
    local(format!("{n:.decimals$}"))
}

/// A whole number in groups of three: `1 204`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// `last 500`, `les 500 derniers`: as one may also type it.
pub fn of_last(n: u64) -> String {
    let last = word(Word::PlaceLast);
    match spoken() {
        Language::English => format!("{last} {n}"),
        Language::French => format!("les {n} {last}"),
    }
}

/// An exact amount, its whole part in groups of three: `45 000.50 GNF`. What is no plain decimal stays as it is.
pub fn money(amount: &str, currency: Option<&str>) -> String {
    let (sign, digits) = amount.strip_prefix('-').map_or(("", amount), |digits| ("-", digits));
    let (whole, rest) = digits.split_at(digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    let currency = currency.map(|c| format!(" {c}")).unwrap_or_default();
    format!("{sign}{whole}{}{currency}", local(rest.to_owned()))
}

/// At most five cells: `999`, `12.3k`, `4.5M`.
pub fn short_count(n: u64) -> String {
    scaled(n as f64, 1_000.0, &["", "k", "M", "G", "T", "P", "E"], "")
}

/// Bytes in binary units: `412 KiB`.
pub fn bytes(n: f64) -> String {
    let units = unit(["B", "KiB", "MiB", "GiB", "TiB", "PiB"], ["o", "Kio", "Mio", "Gio", "Tio", "Pio"]);
    scaled(n, 1_024.0, &units, " ")
}

pub fn bytes_rate(n: f64) -> String {
    format!("{}/s", bytes(n))
}

/// A rate of records without its unit: `0.4`, `38.2`, `1 250`, `12.3k`.
pub fn rate(per_s: f64) -> String {
    match per_s {
        r if r < 99.95 => number(r, 1),
        r if r < 9_999.5 => count(r.round() as u64),
        r => short_count(r.round() as u64),
    }
}

/// 0..1 as a percentage: `0.01 %`. What is not 0 is never shown as 0.
pub fn percent(ratio: f64) -> String {
    let p = ratio * 100.0;
    match p {
        0.0 => "0 %".into(),
        p if p < 0.005 => format!("<{} %", number(0.01, 2)),
        p if p < 9.995 => format!("{} %", number(p, 2)),
        p if p < 99.95 => format!("{} %", number(p, 1)),
        p => format!("{p:.0} %"),
    }
}

/// Milliseconds: `4 ms`, `1.9 s`, `4 min`.
pub fn duration_ms(ms: f64) -> String {
    if ms < 999.5 { format!("{ms:.0} ms") } else { duration_s(ms / 1_000.0) }
}

/// Seconds in the unit that people would say: `0.5 s`, `92 s`, `4 min`, `2 h 05`, `3 d 4 h`.
pub fn duration_s(s: f64) -> String {
    match s {
        s if s < 0.05 => "0 s".into(),
        s if s < 9.95 => format!("{} s", number(s, 1)),
        s if s < 119.5 => format!("{s:.0} s"),
        s if s < 3_570.0 => format!("{:.0} min", s / 60.0),
        s if s < 86_400.0 => {
            let minutes = (s / 60.0).round() as u64;
            format!("{} h {:02}", minutes / 60, minutes % 60)
        }
        s => {
            let hours = (s / 3_600.0).round() as u64;
            let day = unit("d", "j");
            if hours.is_multiple_of(24) {
                format!("{} {day}", hours / 24)
            } else {
                format!("{} {day} {} h", hours / 24, hours % 24)
            }
        }
    }
}

/// How long something lasts, in at most six cells and without tenths, which would only flicker: `7 s`, `4 min`, `2h05`.
pub fn age_s(s: f64) -> String {
    if s < 119.5 { format!("{:.0} s", s.max(0.0).floor()) } else { short_duration_s(s) }
}

/// Seconds in at most six cells, for columns: `0.5 s`, `4 min`, `2h05`, `3d04h`, `120d`.
pub fn short_duration_s(s: f64) -> String {
    match s {
        s if s < 3_570.0 => duration_s(s),
        s if s < 86_370.0 => {
            let minutes = (s / 60.0).round() as u64;
            format!("{}h{:02}", minutes / 60, minutes % 60)
        }
        s if s < 100.0 * 86_400.0 => {
            let hours = (s / 3_600.0).round() as u64;
            format!("{}{}{:02}h", hours / 24, unit("d", "j"), hours % 24)
        }
        s if s < 9_999.0 * 86_400.0 => format!("{:.0}{}", s / 86_400.0, unit("d", "j")),
        s => format!("{:.0}{}", s / 31_556_952.0, unit("y", "a")),
    }
}

/// How late something is, in at most six cells: whole minutes from one on, for seconds would come and go: `40 s`, `1 min`, `2h05`.
pub fn lateness_s(s: f64) -> String {
    match s {
        s if s < 60.0 => age_s(s),
        s if s < 3_600.0 => format!("{:.0} min", (s / 60.0).floor()),
        s => short_duration_s(s),
    }
}

/// Milliseconds in at most six cells, for columns.
pub fn short_duration_ms(ms: f64) -> String {
    if ms < 999.5 { format!("{ms:.0} ms") } else { short_duration_s(ms / 1_000.0) }
}

/// 0..1 as a percentage without its sign, for a column that has it in its title: `0.01`, `12.5`.
pub fn percent_figure(ratio: f64) -> String {
    match ratio * 100.0 {
        p if p > 0.0 && p < 0.005 => format!("<{}", number(0.01, 2)),
        p if p < 9.995 => number(p, 2),
        p if p < 99.95 => number(p, 1),
        p => format!("{p:.0}"),
    }
}

/// A whole number in at most seven cells: in full below a million.
pub fn column_count(n: u64) -> String {
    if n < 1_000_000 { count(n) } else { short_count(n) }
}

fn scaled(n: f64, base: f64, units: &[&str], gap: &str) -> String {
    let mut value = n;
    let mut unit = 0;
    while value >= base - 0.5 && unit + 1 < units.len() {
        value /= base;
        unit += 1;
    }
    let decimals = usize::from(unit > 0 && value < 99.95);
    format!("{}{gap}{}", number(value, decimals), units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::speaking;

    #[test]
    fn amounts_keep_all_their_digits() {
        assert_eq!(money("45000.50", Some("GNF")), "45 000.50 GNF");
        assert_eq!(money("-1234567", None), "-1 234 567");
        assert_eq!(money("1e30", Some("X")), "1e30 X");
        assert_eq!(money("99999999999999999999999", None), "99999999999999999999999");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(count(1_204), "1 204");
        assert_eq!(count(104_210_000), "104 210 000");
        assert_eq!(short_count(999), "999");
        assert_eq!(short_count(12_345), "12.3k");
        assert_eq!(bytes(421_888.0), "412 KiB");
        assert_eq!(rate(38.24), "38.2");
        assert_eq!(rate(1_250.2), "1 250");
        assert_eq!(percent(0.0001), "0.01 %");
        assert_eq!((percent(0.0), percent(0.00002)), ("0 %".into(), "<0.01 %".into()));
        assert_eq!((percent_figure(0.0), percent_figure(0.00002)), ("0.00".into(), "<0.01".into()));
        assert_eq!(duration_ms(4.0), "4 ms");
        assert_eq!(duration_ms(1_900.0), "1.9 s");
        assert_eq!(duration_s(7_500.0), "2 h 05");
        assert_eq!(duration_s(240.0), "4 min");
        assert_eq!(percent_figure(0.0001), "0.01");
        assert_eq!(column_count(999_999), "999 999");
    }

    #[test]
    fn what_is_late_keeps_its_unit_from_a_minute_on() {
        let told = [59.0, 60.0, 118.0, 119.6, 121.0, 3_599.0, 3_600.0].map(lateness_s);
        assert_eq!(told, ["59 s", "1 min", "1 min", "1 min", "2 min", "59 min", "1h00"]);
    }

    #[test]
    fn french_writes_a_comma_octets_and_days_of_its_own() {
        speaking(Language::French, || {
            assert_eq!((count(1_204), rate(38.24), percent(0.0001)), ("1 204".into(), "38,2".into(), "0,01 %".into()));
            assert_eq!((bytes(421_888.0), bytes(12.0), short_count(12_345)), ("412 Kio".into(), "12 o".into(), "12,3k".into()));
            assert_eq!((duration_s(1.9), duration_s(273_600.0)), ("1,9 s".into(), "3 j 4 h".into()));
            assert_eq!((percent(0.00002), percent_figure(0.125)), ("<0,01 %".into(), "12,5".into()));
            assert_eq!(money("45000.50", Some("GNF")), "45 000,50 GNF");
        });
    }

    #[test]
    fn a_figure_is_as_wide_in_french_as_in_english() {
        let figures: [fn(f64) -> String; 6] =
            [rate, duration_s, short_duration_s, duration_ms, percent_figure, |n| short_count(n as u64)];
        for exponent in -4..14 {
            for digit in [1.0, 3.3, 9.99, 9.9999] {
                let n = digit * 10_f64.powi(exponent);
                for figure in figures {
                    let french = speaking(Language::French, || figure(n));
                    assert_eq!(french.chars().count(), figure(n).chars().count(), "{french}");
                    assert!(!french.contains('.'), "{french}");
                }
            }
        }
    }

    #[test]
    fn column_figures_never_outgrow_their_column() {
        for exponent in 0..14 {
            for digit in [1.0, 3.3, 9.99, 9.9999] {
                let n = digit * 10_f64.powi(exponent);
                assert!(short_duration_s(n / 1e4).len() <= 6, "{}", short_duration_s(n / 1e4));
                assert!(short_duration_ms(n / 1e4).len() <= 6, "{}", short_duration_ms(n / 1e4));
                assert!(column_count(n as u64).len() <= 7, "{}", column_count(n as u64));
                assert!(rate(n / 1e3).len() <= 6, "{}", rate(n / 1e3));
            }
        }
    }
}
