use super::group::Commit;
use super::topic::TopicState;
use crate::model::Timestamp;

/// For how long back the growth of a log is looked at, in ms.
const GROWTH_MS: i64 = 600_000;

/// Seconds until retention deletes the oldest unread record of a partition; 0 when it already did. `None`: nothing is unread,
/// nothing is deleted, or not known.
pub fn danger_s(topic: &TopicState, partition: i32, commit: &Commit, now: Timestamp) -> Option<f64> {
    if commit.lag.deleted_unread > 0 {
        return Some(0.0);
    }
    let config = topic.config.as_ref()?;
    let deletes = config.cleanup_policy.as_deref().is_none_or(|policy| policy.contains("delete"));
    let unread = commit.lag.records.filter(|r| *r > 0 && deletes && !commit.lag.only_markers)?;
    let by_time = config.retention_ms.filter(|ms| *ms >= 0).and_then(|ms| Some(commit.lag.oldest?.plus_ms(ms).since_s(now)));
    let by_size = config.retention_bytes.filter(|b| *b >= 0).and_then(|bytes| by_size(topic, partition, unread, bytes, now));
    [by_time, by_size].into_iter().flatten().reduce(f64::min).map(|s| s.max(0.0))
}

/// At the growth of the last ten minutes, when the unread part of the log alone fills what is kept.
fn by_size(topic: &TopicState, partition: i32, unread: u64, kept: i64, now: Timestamp) -> Option<f64> {
    let part = topic.partition(partition)?;
    let (high, size) = (part.high?, topic.bytes_per_offset()?);
    let oldest = part.ends.since()?;
    let from = now.plus_ms(-GROWTH_MS).max(oldest.plus_ms(1));
    let seconds = now.since_s(from);
    let growth = (high - part.ends.offset_at(from)?) as f64 * size / seconds.max(1.0);
    (growth > 0.0).then(|| (kept as f64 - unread as f64 * size) / growth)
}
