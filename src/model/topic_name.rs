use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// A topic's name as four bytes: equal names have the same number in this process. Sorted, told and kept by the name.
///
/// A name stays until the process ends: only topics of the catalogue, and what a store holds of them, come here.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TopicName(NonZeroU32);

#[derive(Default)]
struct Names {
    numbers: HashMap<&'static str, TopicName>,
    names: Vec<&'static Arc<str>>,
}

static NAMES: LazyLock<RwLock<Names>> = LazyLock::new(RwLock::default);

impl TopicName {
    pub fn new(name: &str) -> Self {
        if let Some(number) = NAMES.read().unwrap_or_else(PoisonError::into_inner).numbers.get(name) {
            return *number;
        }
        let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
        names.number(name)
    }

    /// The name, shared.
    pub fn shared(self) -> &'static Arc<str> {
        static NONE: LazyLock<Arc<str>> = LazyLock::new(|| "".into());
        let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
        // A number is made with its name.
        names.names.get(self.0.get() as usize - 1).copied().unwrap_or(&NONE)
    }
}

impl Names {
    fn number(&mut self, name: &str) -> TopicName {
        // Another thread may have come first.
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let name: &'static Arc<str> = Box::leak(Box::new(name.into()));
        self.names.push(name);
        let number = u32::try_from(self.names.len()).ok().and_then(NonZeroU32::new);
        let number = TopicName(number.unwrap_or(NonZeroU32::MAX));
        self.numbers.insert(name, number);
        number
    }
}

impl Deref for TopicName {
    type Target = str;

    fn deref(&self) -> &str {
        self.shared()
    }
}

impl AsRef<str> for TopicName {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Ord for TopicName {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0 == other.0 { Ordering::Equal } else { self.deref().cmp(other) }
    }
}

impl PartialOrd for TopicName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<Arc<str>> for TopicName {
    fn eq(&self, other: &Arc<str>) -> bool {
        self.deref() == other.as_ref()
    }
}

impl From<&str> for TopicName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<TopicName> for Arc<str> {
    fn from(name: TopicName) -> Self {
        name.shared().clone()
    }
}

impl fmt::Debug for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(f)
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for TopicName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for TopicName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(from).map(|name| Self::new(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_by_name_and_told_as_such() {
        let (b, a, again) = (TopicName::new("b.topic"), TopicName::new("a.topic"), TopicName::new("b.topic"));
        assert_eq!(b, again);
        assert!(a < b);
        assert!(b.cmp(&again).is_eq());
        assert_eq!(b, Arc::<str>::from("b.topic"));
        assert_eq!(serde_json::to_string(&b).unwrap(), r#""b.topic""#);
        assert_eq!(serde_json::from_str::<TopicName>(r#""a.topic""#).unwrap(), a);
        assert_eq!(size_of::<Option<crate::model::Stamp>>(), 24);
    }
}
