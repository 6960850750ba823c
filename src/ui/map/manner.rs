use crate::snapshot::Delivery;
use crate::text::Word;
use crate::ui::theme::Role;

/// A courier that says nothing for so long is told of. Seconds.
const SILENT_S: f64 = 60.0;
/// Sooner than this nobody is late. Seconds.
const LATE_S: f64 = 60.0;

/// How a courier is doing, the worst last. Of a silent one nobody knows whether it is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// No time of arrival was told.
    Untold,
    InTime,
    Late,
    Silent,
}

impl Manner {
    pub const ALL: [Self; 4] = [Self::Untold, Self::InTime, Self::Late, Self::Silent];

    pub fn of(delivery: &Delivery) -> Self {
        if is_silent(delivery) {
            Self::Silent
        } else if is_late(delivery) {
            Self::Late
        } else if delivery.late_s.is_some() {
            Self::InTime
        } else {
            Self::Untold
        }
    }

    pub fn look(self) -> (&'static str, Role, Word) {
        match self {
            Self::Untold => ("•", Role::Text, Word::Untold),
            Self::InTime => ("●", Role::Ok, Word::InTime),
            Self::Late => ("▲", Role::Warning, Word::Late),
            Self::Silent => ("○", Role::Critical, Word::Silent),
        }
    }
}

pub fn is_late(of: &Delivery) -> bool {
    of.late_s.is_some_and(|s| s >= LATE_S)
}

pub fn is_silent(of: &Delivery) -> bool {
    of.position_age_s.is_some_and(|s| s >= SILENT_S)
}
