//! The pieces that are being read.

use super::{AT_ONCE, PATIENCE, SearchDesk, TURN};
use crate::kafka::search::job::{Flight, Job};
use crate::kafka::search::lanes::{Brought, Piece};
use crate::model::{Code, Slot, Timestamp, TopicPartition, Way};
use rdkafka::types::RDKafkaErrorCode as E;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

impl SearchDesk {
    pub(super) fn begin_pieces(&mut self) {
        let Some(job) = self.jobs.last_mut() else { return };
        let Some(extent) = job.stretch.as_ref().map(|s| s.extent.clone()) else { return };
        let now = Instant::now();
        while job.flights.len() < job.at_once(AT_ONCE) {
            let probe = probe(job);
            let is_probe = probe.is_some();
            let Some(piece) = probe.or_else(|| job.lanes.next(extent.way, extent.back_to)) else { return };
            let Some(place) = job.lanes.place(piece.lane).cloned() else { return };
            if !self.reader.start(&place.topic, place.partition, piece.from) {
                job.lanes.fail(piece.lane, Code::TopicGone.into());
                continue;
            }
            job.flights.push(Flight { piece, brought: Brought::default(), found: Vec::new(), probe: is_probe, heard: now });
        }
    }

    pub(super) fn read(&mut self) {
        let Some(job) = self.jobs.last_mut() else { return };
        let now = Instant::now();
        let mut closed: Vec<TopicPartition> = Vec::new();
        let mut lost = false;
        let mut wrong = Vec::new();
        let mut spent = 0;
        self.reader.batch(TURN, |topic, partition, message| {
            let flying = |f: &Flight| job.lanes.place(f.piece.lane).is_some_and(|p| p.partition == partition && p.topic == *topic);
            let Some(at) = job.flights.iter().position(flying) else { return };
            let piece = job.flights[at].piece;
            job.flights[at].heard = now;
            let place = || TopicPartition { topic: Arc::clone(topic), partition };
            match message.event() {
                None => {
                    let (offset, bytes) = (message.offset(), (message.size() + message.header_bytes()) as u64);
                    spent += bytes;
                    if (piece.from..piece.until).contains(&offset) {
                        job.take(at, &message.record(Slot(0)), bytes, || message.owned());
                    }
                    if offset + 1 >= piece.until {
                        job.close(at);
                        closed.push(place());
                    }
                }
                Some(E::PartitionEOF) => {
                    job.close(at);
                    closed.push(place());
                }
                Some(E::AutoOffsetReset | E::OffsetOutOfRange) => {
                    job.flights.swap_remove(at);
                    job.lanes.lost(&piece);
                    job.removed();
                    lost = true;
                    closed.push(place());
                }
                // The leader is being changed or looked for: librdkafka goes on by itself.
                Some(E::NotLeaderForPartition | E::LeaderNotAvailable | E::BrokerTransportFailure | E::AllBrokersDown) => {}
                Some(code) => {
                    job.flights.swap_remove(at);
                    wrong.push((place(), code));
                    closed.push(place());
                }
            }
        });
        let id = job.id;
        for place in closed {
            self.reader.stop(&place.topic, place.partition);
        }
        self.pace.spend(spent);
        self.bytes.fetch_add(spent, Ordering::Relaxed);
        wrong.into_iter().for_each(|(place, code)| self.fail(id, &[place], code));
        if lost {
            self.ask_bounds(id);
        }
    }

    /// Partitions that say nothing.
    pub(super) fn expire(&mut self) {
        let Some(job) = self.jobs.last_mut() else { return };
        let now = Instant::now();
        let silent: Vec<usize> = (0..job.flights.len())
            .filter(|i| job.flights.get(*i).is_some_and(|f| now.saturating_duration_since(f.heard) > PATIENCE))
            .collect();
        for at in silent.into_iter().rev() {
            let flight = job.flights.swap_remove(at);
            let reason = self.causes.reason_of_code(E::OperationTimedOut, Timestamp::now());
            if let Some(place) = job.lanes.place(flight.piece.lane) {
                self.reader.stop(&place.topic, place.partition);
            }
            job.lanes.fail(flight.piece.lane, reason);
        }
    }
}

/// The next known record, as a piece of its own.
fn probe(job: &mut Job) -> Option<Piece> {
    let (place, offset) = job.known.front()?;
    let (lane, offset) = (job.lanes.of(&place.topic, place.partition), *offset);
    if lane.is_some_and(|lane| job.flights.iter().any(|f| f.piece.lane == lane)) {
        return None;
    }
    job.known.pop_front();
    job.lanes.hold(lane?);
    lane.map(|lane| Piece { lane, way: Way::Back, from: offset, until: offset + 1 })
}
