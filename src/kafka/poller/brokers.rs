use super::courier::{Courier, Party};
use crate::kafka::{BrokerSeen, Causes};
use crate::model::{BrokerReading, Code, Reason, Timestamp};
use rdkafka::metadata::{Metadata, MetadataTopic};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A broker that the metadata no longer names, and no partition as a replica, counts as down for so long, then as taken away.
const GONE: Duration = Duration::from_secs(60);
/// A leader that owes an answer for so long is not up, though its connection stands.
const PATIENCE: Duration = Duration::from_secs(2);
/// A connection that was up may be down for so long without a known cause: librdkafka is connecting again.
const RECONNECT: Duration = Duration::from_millis(2_500);

#[derive(Debug)]
struct Seen {
    host: Arc<str>,
    port: u16,
    /// Since when the metadata does not name it.
    missing: Option<Instant>,
    up: Option<Instant>,
    /// Since when it owes an answer, and when it was last seen to.
    late: Option<(Instant, Instant)>,
}

/// Every broker seen so far: Metadata drops a dead one after some seconds, but people must see it.
#[derive(Default, Debug)]
pub struct BrokerBook(BTreeMap<i32, Seen>);

impl BrokerBook {
    /// Notes the brokers that the metadata names now.
    pub fn seen(&mut self, metadata: &Metadata, now: Instant) -> Vec<BrokerSeen> {
        let named: Vec<_> = metadata
            .brokers()
            .iter()
            .map(|b| BrokerSeen { id: b.id(), host: b.host().to_owned(), port: u16::try_from(b.port()).unwrap_or_default() })
            .collect();
        self.note(&named, |id| holds(metadata, id), now);
        named
    }

    fn note(&mut self, named: &[BrokerSeen], holds: impl Fn(i32) -> bool, now: Instant) {
        for b in named {
            // An address that another broker has taken over: the old one is gone for good.
            self.0.retain(|id, s| *id == b.id || s.host.as_ref() != b.host || s.port != b.port);
            if self.0.get(&b.id).is_none_or(|s| s.host.as_ref() != b.host || s.port != b.port) {
                self.0.insert(b.id, Seen { host: b.host.as_str().into(), port: b.port, missing: None, up: None, late: None });
            }
        }
        self.0.retain(|id, seen| {
            let missing = named.iter().all(|b| b.id != *id);
            seen.missing = missing.then(|| seen.missing.unwrap_or(now));
            seen.missing.is_none_or(|since| now.duration_since(since) < GONE || holds(*id))
        });
    }

    /// Whether the last metadata named it.
    pub fn is_named(&self, id: i32) -> bool {
        self.0.get(&id).is_some_and(|s| s.missing.is_none())
    }

    pub fn read(&mut self, causes: &Causes, courier: &Courier, at: Timestamp, now: Instant) -> Vec<BrokerReading> {
        // Only an open call tells of silence, or one that ended a moment ago: who leads nothing is not asked any more.
        for (id, seen) in &mut self.0 {
            let party = Party::Leader(*id);
            let late = courier.late_since(&party);
            if late.is_none() || courier.is_open(&party) {
                seen.late = late.map(|since| (since, now));
            }
        }
        self.0.iter_mut().map(|(id, seen)| seen.read(*id, causes, at, now)).collect()
    }
}

/// A partition names the broker as a replica; or none is shown to us, so that nobody can say.
fn holds(metadata: &Metadata, id: i32) -> bool {
    let mut partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions).peekable();
    partitions.peek().is_none() || partitions.any(|p| p.replicas().contains(&id))
}

impl Seen {
    fn read(&mut self, id: i32, causes: &Causes, at: Timestamp, now: Instant) -> BrokerReading {
        let stat = causes.stat(&self.host, self.port);
        if stat.as_ref().is_some_and(|s| s.up) {
            self.up = Some(now);
        }
        let reason = self.against(causes, at, now);
        let up = reason.is_none();
        let stat = stat.filter(|s| s.up && up);
        BrokerReading {
            id,
            host: Arc::clone(&self.host),
            port: self.port,
            up,
            round_trip_ms: stat.as_ref().and_then(|s| s.round_trip_ms),
            throttle_ms: stat.map(|s| s.throttle_ms),
            reason,
        }
    }

    /// Why it is not up, if it is not.
    fn against(&self, causes: &Causes, at: Timestamp, now: Instant) -> Option<Reason> {
        let address = format!("{}:{}", self.host, self.port);
        let told = causes.broker(&self.host, self.port, at);
        if told.is_some() {
            return told;
        }
        let lost = self.up.is_some_and(|up| now.duration_since(up) > RECONNECT);
        if self.missing.is_some() || lost {
            return Some(Reason::new(Code::BrokerUnreachable).text("broker", address));
        }
        let silent = |(since, seen)| now.duration_since(since) > PATIENCE && now.duration_since(seen) <= PATIENCE;
        let silent = self.late.is_some_and(silent);
        silent.then(|| Reason::new(Code::TimedOut).text("broker", address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(ids: &[i32]) -> Vec<BrokerSeen> {
        ids.iter().map(|id| BrokerSeen { id: *id, host: format!("b{id}"), port: 9092 }).collect()
    }

    #[test]
    fn a_broker_is_gone_when_nothing_names_it_for_a_while() {
        let (mut book, start) = (BrokerBook::default(), Instant::now());
        let mut note = |ids: &[i32], holder: i32, at_s: u64| {
            book.note(&named(ids), |id| id == holder, start + Duration::from_secs(at_s));
            book.0.iter().map(|(id, s)| (*id, s.missing.is_none())).collect::<Vec<_>>()
        };
        assert_eq!(note(&[1, 2], 2, 0), [(1, true), (2, true)]);
        // Nobody answered for an hour: that does not count.
        assert_eq!(note(&[1], 2, 3_600), [(1, true), (2, false)]);
        assert_eq!(note(&[1], 1, 3_659), [(1, true), (2, false)]);
        assert_eq!(note(&[1], 2, 9_999), [(1, true), (2, false)], "a replica of something: dead, not taken away");
        assert_eq!(note(&[1, 2], 1, 10_000), [(1, true), (2, true)]);
        assert_eq!(note(&[1], 1, 10_100), [(1, true), (2, false)]);
        assert_eq!(note(&[1], 1, 10_160), [(1, true)]);
    }
}
