use crate::model::{Meaning, Point, Stamp, Timestamp, Value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Values by meaning. Of two for one meaning the one with the greater stamp wins: the order of arrival changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Registers(Vec<Register>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Register {
    meaning: Meaning,
    stamp: Stamp,
    value: Value,
}

impl Registers {
    pub fn with_capacity(values: usize) -> Self {
        Self(Vec::with_capacity(values))
    }

    /// Takes a value; returns whether it is the newest for its meaning.
    pub fn set(&mut self, meaning: Meaning, stamp: &Stamp, value: Value) -> bool {
        match self.0.binary_search_by_key(&meaning, |r| r.meaning) {
            Ok(at) if self.0[at].stamp >= *stamp => false,
            Ok(at) => {
                self.0[at] = Register { meaning, stamp: stamp.clone(), value };
                true
            }
            Err(at) => {
                self.0.insert(at, Register { meaning, stamp: stamp.clone(), value });
                true
            }
        }
    }

    /// Takes all of another's.
    pub fn merge(&mut self, other: &Self) {
        for register in &other.0 {
            self.set(register.meaning, &register.stamp, register.value.clone());
        }
    }

    pub fn get(&self, meaning: Meaning) -> Option<(&Value, &Stamp)> {
        self.0.binary_search_by_key(&meaning, |r| r.meaning).ok().and_then(|at| self.0.get(at)).map(|r| (&r.value, &r.stamp))
    }

    pub fn text(&self, meaning: Meaning) -> Option<&Arc<str>> {
        match self.get(meaning)?.0 {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn amount(&self, meaning: Meaning) -> Option<Decimal> {
        match self.get(meaning)?.0 {
            Value::Amount(amount) => Some(*amount),
            _ => None,
        }
    }

    pub fn integer(&self, meaning: Meaning) -> Option<i64> {
        match self.get(meaning)?.0 {
            Value::Integer(n) => Some(*n),
            _ => None,
        }
    }

    pub fn number(&self, meaning: Meaning) -> Option<f64> {
        match self.get(meaning)?.0 {
            Value::Number(n) => Some(*n),
            _ => None,
        }
    }

    pub fn time(&self, meaning: Meaning) -> Option<Timestamp> {
        match self.get(meaning)?.0 {
            Value::Time(at) => Some(*at),
            _ => None,
        }
    }

    pub fn flag(&self, meaning: Meaning) -> Option<bool> {
        match self.get(meaning)?.0 {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The point with the time of its event.
    pub fn point(&self, meaning: Meaning) -> Option<(Point, Timestamp)> {
        match self.get(meaning)? {
            (Value::Point(point), stamp) => Some((*point, stamp.at)),
            _ => None,
        }
    }

    /// The newest stamp of all.
    pub fn newest(&self) -> Option<&Stamp> {
        self.0.iter().map(|r| &r.stamp).max()
    }
}
