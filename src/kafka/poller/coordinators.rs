use crate::model::TopicReading;

/// Who coordinates which group: the leader of the group's partition of `__consumer_offsets`. Asking that broker at once saves the
/// look-up that librdkafka sends before each question for offsets (it remembers few), half of all requests.
#[derive(Default)]
pub struct Coordinators {
    /// By partition; −1: no leader.
    leaders: Vec<i32>,
}

impl Coordinators {
    /// `offsets`: the topic `__consumer_offsets`, where we see it.
    pub fn read(offsets: Option<&TopicReading>) -> Self {
        Self { leaders: offsets.map(|t| t.partitions.iter().map(|p| p.leader).collect()).unwrap_or_default() }
    }

    /// `None`: not known, or there is none now.
    pub fn of(&self, group: &str) -> Option<i32> {
        self.leader(group).filter(|leader| *leader >= 0)
    }

    /// Nobody coordinates the group now: there is nobody to ask, and librdkafka must not look for one (see [`Self::of`]). A look-up
    /// that a dying broker leaves open ends the process: an assertion in `rd_kafka_admin_coord_response_parse` of librdkafka 2.12.
    pub fn is_headless(&self, group: &str) -> bool {
        self.leader(group).is_some_and(|leader| leader < 0)
    }

    fn leader(&self, group: &str) -> Option<i32> {
        let count = i32::try_from(self.leaders.len()).ok().filter(|n| *n > 0)?;
        let partition = usize::try_from(java_hash(group).checked_abs().unwrap_or(0) % count).ok()?;
        self.leaders.get(partition).copied()
    }
}

/// Java's `String.hashCode`, by which Kafka spreads groups over partitions.
fn java_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PartitionReading;

    #[test]
    fn it_hashes_as_java_does() {
        assert_eq!(java_hash("hello"), 99_162_322);
        assert_eq!(java_hash("polygenelubricants"), i32::MIN);
        assert_eq!(java_hash(""), 0);
    }

    #[test]
    fn the_coordinator_leads_the_groups_partition() {
        let partition = |partition, leader| PartitionReading { partition, leader, ..PartitionReading::default() };
        let partitions = vec![partition(0, 7), partition(1, -1), partition(2, 9)];
        let of = Coordinators::read(Some(&TopicReading { partitions, ..TopicReading::default() }));
        assert_eq!(of.of("polygenelubricants"), Some(7));
        assert_eq!(of.of("hello"), None);
        assert!(of.is_headless("hello") && !of.is_headless("polygenelubricants"));
        assert_eq!(Coordinators::read(None).of("hello"), None);
        assert!(!Coordinators::read(None).is_headless("hello"), "not known is not headless");
    }
}
