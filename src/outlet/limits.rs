use std::str::FromStr;

/// The figures that can be held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    Lag,
    LagSeconds,
    P99,
    ErrorRate,
    /// Alarms when it falls below.
    Rate,
}

impl Figure {
    const ALL: [(&'static str, Self); 5] = [
        ("lag", Self::Lag),
        ("lag_s", Self::LagSeconds),
        ("p99_ms", Self::P99),
        ("error_rate", Self::ErrorRate),
        ("per_s", Self::Rate),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, figure)| *figure == self).map_or("", |(name, _)| name)
    }

    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::LagSeconds => "s",
            Self::P99 => "ms",
            Self::Lag | Self::ErrorRate | Self::Rate => "",
        }
    }

    pub(super) fn alarms(self, value: f64, limit: f64) -> bool {
        if self == Self::Rate { value < limit } else { value >= limit }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LimitsError {
    #[error("`{0}` is not FIGURE=VALUE, such as lag=1000")]
    Shape(String),
    #[error("`{0}` is no figure; there are lag, lag_s, p99_ms, error_rate, per_s")]
    Figure(String),
    #[error("`{1}` is not a number for {0}")]
    Value(String, String),
}

/// Thresholds as given on the command line: `lag=5000,lag_s=60`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits(Vec<(Figure, f64)>);

impl FromStr for Limits {
    type Err = LimitsError;

    fn from_str(text: &str) -> Result<Self, LimitsError> {
        let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
        parts.map(limit).collect::<Result<_, _>>().map(Self)
    }
}

fn limit(part: &str) -> Result<(Figure, f64), LimitsError> {
    let (name, value) = part.split_once('=').ok_or_else(|| LimitsError::Shape(part.into()))?;
    let figure = Figure::ALL.iter().find(|(n, _)| *n == name.trim()).map(|(_, f)| *f);
    let figure = figure.ok_or_else(|| LimitsError::Figure(name.into()))?;
    match value.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok((figure, number)),
        _ => Err(LimitsError::Value(name.into(), value.into())),
    }
}

impl Limits {
    pub(super) fn of(&self, figure: Figure) -> Option<f64> {
        self.0.iter().find(|(f, _)| *f == figure).map(|(_, limit)| *limit)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether records must be read to judge: lag and rates come from offsets alone.
    pub fn needs_records(&self) -> bool {
        self.0.iter().any(|(f, _)| matches!(f, Figure::P99 | Figure::ErrorRate))
    }

    pub(super) fn figures(&self) -> impl Iterator<Item = Figure> {
        self.0.iter().map(|(figure, _)| *figure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_limits_say_what_would_be_right() {
        assert_eq!("lag".parse::<Limits>(), Err(LimitsError::Shape("lag".into())));
        assert!("lags=1".parse::<Limits>().unwrap_err().to_string().contains("lag_s"));
        assert!("lag=-1".parse::<Limits>().is_err());
    }
}
