use super::answer::Answer;
use super::memory::Keeps;
use super::unit::Unit;
use crate::domain::Happening;
use crate::model::{EtaError, Label, Meaning, Point, Timestamp, Value};

/// An event that a worker takes.
pub struct Told<'a> {
    pub unit: Unit,
    pub happening: &'a Happening,
}

/// What a worker knows and decides. No clock, no Kafka: the same events in the same order give the same answers.
pub trait Core: Send {
    fn take(&mut self, told: &Told<'_>) -> Vec<Answer>;

    /// An event of the table, which every process holds whole.
    fn learn(&mut self, _: &Happening) {}

    fn memory(&mut self) -> &mut dyn Keeps;

    /// How far forecasts were off.
    fn error(&self) -> Option<EtaError> {
        None
    }
}

impl Told<'_> {
    pub fn id(&self) -> &Label {
        &self.happening.subject.id
    }

    pub fn at(&self) -> Timestamp {
        self.happening.stamp.at
    }
}

pub fn value_of(of: &Happening, meaning: Meaning) -> Option<&Value> {
    of.values.iter().find(|(m, _)| *m == meaning).map(|(_, value)| value)
}

pub fn text(of: &Happening, meaning: Meaning) -> Option<&Label> {
    match value_of(of, meaning)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

pub fn integer(of: &Happening, meaning: Meaning) -> Option<i64> {
    match value_of(of, meaning)? {
        Value::Integer(n) => Some(*n),
        _ => None,
    }
}

pub fn number(of: &Happening, meaning: Meaning) -> Option<f64> {
    match value_of(of, meaning)? {
        Value::Number(n) => Some(*n),
        Value::Integer(n) => Some(*n as f64),
        _ => None,
    }
}

pub fn time(of: &Happening, meaning: Meaning) -> Option<Timestamp> {
    match value_of(of, meaning)? {
        Value::Time(at) => Some(*at),
        _ => None,
    }
}

pub fn point(of: &Happening, meaning: Meaning) -> Option<Point> {
    match value_of(of, meaning)? {
        Value::Point(point) => Some(*point),
        _ => None,
    }
}
