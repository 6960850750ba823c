use crate::model::{Label, Meaning, Point, Stamp, Timestamp, Value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};
use smallvec::SmallVec;

/// Values by meaning. Of two for one meaning the one with the greater stamp wins: the order of arrival changes nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Registers {
    values: Vec<Register>,
    /// Each stamp once: the values of one event share it.
    stamps: SmallVec<[Stamp; 1]>,
}

#[derive(Clone, Debug, Deserialize)]
struct Register {
    meaning: Meaning,
    /// Its place among the stamps.
    stamp: u8,
    value: Value,
}

/// As it is kept: the same values are the same bytes, however they came.
#[derive(Serialize)]
struct Written<'a> {
    values: SmallVec<[WrittenRegister<'a>; 8]>,
    /// In the order in which the values name them.
    stamps: SmallVec<[Stamp; 4]>,
}

#[derive(Serialize)]
struct WrittenRegister<'a> {
    meaning: Meaning,
    stamp: u8,
    value: &'a Value,
}

impl Serialize for Registers {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut written = Written { values: SmallVec::new(), stamps: SmallVec::new() };
        for (meaning, stamp, value) in self.iter() {
            let Some(stamp) = stamp else { continue };
            let stamp = place_of(stamp, &mut written.stamps);
            written.values.push(WrittenRegister { meaning, stamp, value });
        }
        written.serialize(to)
    }
}

impl PartialEq for Registers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Registers {
    pub fn with_capacity(values: usize) -> Self {
        Self { values: Vec::with_capacity(values), stamps: SmallVec::new() }
    }

    /// Takes a value; returns whether it is the newest for its meaning.
    pub fn set(&mut self, meaning: Meaning, stamp: &Stamp, value: Value) -> bool {
        match self.place(meaning) {
            Ok(at) if self.stamp(at).is_some_and(|known| known >= stamp) => return false,
            Ok(at) => {
                let before = self.values[at].stamp;
                self.values[at] = Register { meaning, stamp: place_of(stamp, &mut self.stamps), value };
                self.release(before);
            }
            Err(at) => {
                let stamp = place_of(stamp, &mut self.stamps);
                self.values.insert(at, Register { meaning, stamp, value });
            }
        }
        true
    }

    fn place(&self, meaning: Meaning) -> Result<usize, usize> {
        // An event's values come in this order, mostly.
        if self.values.last().is_none_or(|last| last.meaning < meaning) {
            return Err(self.values.len());
        }
        self.values.binary_search_by_key(&meaning, |r| r.meaning)
    }

    fn stamp(&self, at: usize) -> Option<&Stamp> {
        self.stamps.get(usize::from(self.values.get(at)?.stamp))
    }

    /// A stamp that no value has any more goes.
    fn release(&mut self, stamp: u8) {
        if usize::from(stamp) >= self.stamps.len() || self.values.iter().any(|r| r.stamp == stamp) {
            return;
        }
        self.stamps.swap_remove(usize::from(stamp));
        let moved = self.stamps.len();
        self.values.iter_mut().filter(|r| usize::from(r.stamp) == moved).for_each(|r| r.stamp = stamp);
    }

    pub fn iter(&self) -> impl Iterator<Item = (Meaning, Option<&Stamp>, &Value)> {
        self.values.iter().map(|r| (r.meaning, self.stamps.get(usize::from(r.stamp)), &r.value))
    }

    /// Takes all of another's.
    pub fn merge(&mut self, other: &Self) {
        for (meaning, stamp, value) in other.iter() {
            if let Some(stamp) = stamp {
                self.set(meaning, stamp, value.clone());
            }
        }
    }

    pub fn get(&self, meaning: Meaning) -> Option<(&Value, &Stamp)> {
        let at = self.place(meaning).ok()?;
        Some((&self.values.get(at)?.value, self.stamp(at)?))
    }

    pub fn text(&self, meaning: Meaning) -> Option<&Label> {
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
        self.stamps.iter().max()
    }
}

/// The place of a stamp, put there where it is new. There are never more stamps than meanings, but for one.
fn place_of<A: smallvec::Array<Item = Stamp>>(stamp: &Stamp, stamps: &mut SmallVec<A>) -> u8 {
    let at = stamps.iter().rposition(|known| known == stamp).unwrap_or_else(|| {
        stamps.push(*stamp);
        stamps.len() - 1
    });
    u8::try_from(at).unwrap_or(u8::MAX)
}
