use super::meter::STALE_MS;
use super::past::second;
use super::topic::TopicState;
use super::topic_part::Reading;
use crate::model::{Code, Fact, Reason, Timestamp};
use std::sync::Arc;

/// Records and bytes a second of a curve's newest stretch.
type Drawn = (f32, f32);

impl TopicState {
    /// Writes the rates since the last reading into the curves and the sums into the windows.
    pub fn note_rates(&mut self, at: Timestamp, mode: Reading) {
        let late = self.partitions.iter().any(|p| p.known() && !p.fresh());
        let lost = self.partitions.is_empty() || self.partitions.iter().any(|p| !p.known());
        self.whole_since = self.whole_since.or(Some(at)).filter(|_| !lost);
        // One reading without a log end is no gap: the windows wait for the next, the curve goes on as it was.
        let rates = if late && !lost { self.newest_drawn() } else { self.newest_rates(at, mode) };
        self.draw(at, rates);
        if !late || lost {
            self.last = Some((at, self.sums));
            self.meter.push(at, self.sums.array());
        }
    }

    /// Without any reading for long, the partitions' rates are not known any more.
    pub fn age(&mut self, now: Timestamp) {
        let stale = self.last.is_some_and(|(at, _)| now.since_ms(at) > STALE_MS);
        if stale && self.offsets.iter().any(|o| o.records_per_s.is_some()) {
            self.offsets = Arc::new(self.partitions.iter().map(|p| p.offsets(true)).collect());
        }
    }

    fn draw(&mut self, at: Timestamp, rates: Option<Drawn>) {
        let (Some((from, _)), Some(curves)) = (self.last, self.curves.as_mut()) else { return };
        let (from, to) = (second(from), second(at));
        let (records, bytes) = rates.unwrap_or((f32::NAN, f32::NAN));
        curves.records.fill(from, to, records);
        curves.bytes.fill(from, to, bytes);
    }

    /// What the curves show at the newest reading that they have.
    fn newest_drawn(&self) -> Option<Drawn> {
        let (at, curves) = (second(self.last?.0), self.curves.as_ref()?);
        Some((curves.records.at(at), curves.bytes.at(at)))
    }

    fn newest_rates(&self, at: Timestamp, mode: Reading) -> Option<Drawn> {
        let (from, before) = self.last?;
        let rates = self.rates_since(from, &before, at, mode)?;
        Some((rates.records as f32, rates.bytes.map_or(f32::NAN, |b| b as f32)))
    }

    /// Why some of it is not known: log ends that the last readings did not bring.
    pub fn unread(&self) -> Option<Reason> {
        let lost = self.partitions.iter().filter(|p| !p.known()).count();
        if lost == 0 && !self.partitions.is_empty() {
            return None;
        }
        if self.last.is_none() {
            return Some(Code::TooFewReadings.into());
        }
        let counted = || {
            Reason::new(Code::LogEndUnknown)
                .with("partitions", Fact::Count(lost as u64))
                .with("of", Fact::Count(self.partitions.len() as u64))
        };
        Some(self.error.clone().unwrap_or_else(counted))
    }
}
