use super::courier::{Courier, Party};
use crate::kafka::{BrokerSeen, Causes};
use crate::model::{BrokerReading, Code, Reason, Timestamp};
use rdkafka::metadata::Metadata;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A broker that the metadata no longer names counts as down for so long, then as taken away.
const MISSED: Duration = Duration::from_secs(3_600);
/// A leader that owes an answer for so long is not up, though its connection stands.
const PATIENCE: Duration = Duration::from_secs(2);
/// A connection that was up may be down for so long without a known cause: librdkafka is connecting again.
const RECONNECT: Duration = Duration::from_millis(2_500);

#[derive(Debug)]
struct Seen {
    host: Arc<str>,
    port: u16,
    named: Instant,
    up: Option<Instant>,
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
        self.note(&named, now);
        named
    }

    fn note(&mut self, named: &[BrokerSeen], now: Instant) {
        for b in named {
            // An address that another broker has taken over: the old one is gone for good.
            self.0.retain(|id, s| *id == b.id || s.host.as_ref() != b.host || s.port != b.port);
            match self.0.get_mut(&b.id).filter(|s| s.host.as_ref() == b.host && s.port == b.port) {
                Some(seen) => seen.named = now,
                None => {
                    let host = b.host.as_str().into();
                    self.0.insert(b.id, Seen { host, port: b.port, named: now, up: None });
                }
            }
        }
        self.0.retain(|_, s| now.duration_since(s.named) < MISSED);
    }

    /// Whether the last metadata named it.
    pub fn is_named(&self, id: i32) -> bool {
        let newest = self.0.values().map(|s| s.named).max();
        self.0.get(&id).is_some_and(|s| Some(s.named) == newest)
    }

    pub fn read(&mut self, causes: &Causes, courier: &Courier, at: Timestamp, now: Instant) -> Vec<BrokerReading> {
        let newest = self.0.values().map(|s| s.named).max();
        // Only a call that is still open tells of silence: who leads nothing is not asked any more.
        let late = |id| Some(Party::Leader(id)).filter(|p| courier.is_open(p)).and_then(|p| courier.late_since(&p));
        self.0.iter_mut().map(|(id, seen)| seen.read(*id, newest != Some(seen.named), late(*id), causes, at, now)).collect()
    }
}

impl Seen {
    fn read(&mut self, id: i32, gone: bool, late: Option<Instant>, causes: &Causes, at: Timestamp, now: Instant) -> BrokerReading {
        let stat = causes.stat(&self.host, self.port);
        if stat.as_ref().is_some_and(|s| s.up) {
            self.up = Some(now);
        }
        let reason = self.against(gone, late, causes, at, now);
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
    fn against(&self, gone: bool, late: Option<Instant>, causes: &Causes, at: Timestamp, now: Instant) -> Option<Reason> {
        let address = format!("{}:{}", self.host, self.port);
        let told = causes.broker(&self.host, self.port, at);
        if told.is_some() {
            return told;
        }
        let lost = self.up.is_some_and(|up| now.duration_since(up) > RECONNECT);
        if gone || lost {
            return Some(Reason::new(Code::BrokerUnreachable).text("broker", address));
        }
        let silent = late.is_some_and(|since| now.duration_since(since) > PATIENCE);
        silent.then(|| Reason::new(Code::TimedOut).text("broker", address))
    }
}
