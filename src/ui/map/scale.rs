//! The scale bar: a round length, and how long it is on this map.

/// The longest round length (1, 2 or 5 with noughts) that has room in `cells`: metres, and its cells.
pub fn bar(m_per_cell: f64, cells: u16) -> Option<(f64, u16)> {
    let most = m_per_cell * f64::from(cells);
    if cells < 3 || !(most >= 1.0 && most.is_finite()) {
        return None;
    }
    let power = 10_f64.powf(most.log10().floor());
    let length = [5.0, 2.0, 1.0].into_iter().map(|n| n * power).find(|length| *length <= most)?;
    Some((length, ((length / m_per_cell).round() as u16).clamp(2, cells)))
}

/// `200 m`, `5 km`.
pub fn length(m: f64) -> String {
    if m < 1_000.0 { format!("{m:.0} m") } else { format!("{:.0} km", m / 1_000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_round_and_fit() {
        assert_eq!(bar(100.0, 12), Some((1_000.0, 10)));
        assert_eq!(bar(90.0, 12), Some((1_000.0, 11)));
        assert_eq!(bar(340.0, 12), Some((2_000.0, 6)));
        assert_eq!(bar(0.01, 12), None);
        assert_eq!(length(200.0), "200 m");
        assert_eq!(length(5_000.0), "5 km");
        for cells in 3..40 {
            for scale in [0.7, 3.3, 41.0, 999.0, 12_345.0] {
                let (length, wide) = bar(scale, cells).unwrap();
                assert!(wide <= cells && length <= scale * f64::from(cells));
            }
        }
    }
}
