use std::fmt;

/// Whose memory belongs together: the partitions of one number, of topics with equally many. Records of one key lie in them, and one
/// member has them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    /// How many partitions the topics have.
    pub of: i32,
    pub partition: i32,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.partition, self.of)
    }
}

/// How the memory's keys begin: `worker:GROUP:PARTITION/OF:`, behind it the entity. The relay's keys, on the same topic, begin
/// otherwise.
pub fn prefix(group: &str, unit: Unit) -> String {
    format!("worker:{group}:{unit}:")
}

/// Where on the memory's topic a unit's memory lies.
pub fn home(unit: Unit, memory_partitions: i32) -> i32 {
    unit.partition.rem_euclid(memory_partitions.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_share_a_home_and_never_a_key() {
        let (a, b) = (Unit { of: 6, partition: 1 }, Unit { of: 3, partition: 1 });
        assert_eq!((home(a, 3), home(b, 3), home(Unit { of: 6, partition: 5 }, 3)), (1, 1, 2));
        assert_eq!(prefix("g-stock", a), "worker:g-stock:1/6:");
        assert!(!prefix("g-stock", b).starts_with(&prefix("g-stock", a)));
        let twelfth = Unit { of: 6, partition: 11 };
        assert!(!prefix("g", twelfth).starts_with(&prefix("g", a)));
    }
}
