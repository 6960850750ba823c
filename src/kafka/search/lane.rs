//! One partition of a search: its log, and how far it was read in both directions.

use crate::model::{Start, Timestamp, TopicPartition, Way};

/// Where reading goes on in one direction.
#[derive(Clone, Copy, Debug, Default)]
pub struct Edge {
    /// Back: offsets below it are not read yet. Forward: this one and later ones.
    pub next: i64,
    /// The time of what was read last, never turning round.
    pub time: Option<Timestamp>,
    pub size: i64,
}

/// One partition.
#[derive(Debug)]
pub struct Lane {
    pub place: TopicPartition,
    pub leader: i32,
    pub topic: usize,
    pub tier: u8,
    /// Log start, end of what may be read, and where the search begins; `None`: asked for.
    pub low: Option<i64>,
    pub end: Option<i64>,
    pub start: Option<i64>,
    pub placed: bool,
    pub back: Edge,
    pub forward: Edge,
    pub busy: bool,
    pub failed: bool,
}

impl Lane {
    pub fn is_known(&self) -> bool {
        self.placed && self.low.is_some() && self.end.is_some()
    }

    /// Nothing of it is being read, which would go on behind what is given back; and it can be read again.
    pub fn may_give_back(&self) -> bool {
        !self.busy && !self.failed
    }

    /// Records at and behind `offset` that were read are not kept, the nearest of them of this time: what lies before that is known.
    pub fn give_back(&mut self, way: Way, offset: i64, time: Option<Timestamp>) {
        let edge = match way {
            Way::Back => &mut self.back,
            Way::Forward => &mut self.forward,
        };
        let times = edge.time.into_iter().chain(time);
        (edge.next, edge.time) = match way {
            Way::Back => (edge.next.max(offset + 1), times.max()),
            Way::Forward => (edge.next.min(offset), times.min()),
        };
    }

    /// The log had records before the place that was asked for, and has none of them any more.
    pub fn is_late(&self, asked: &Start) -> bool {
        let (Some(low), Some(end), Some(start)) = (self.low, self.end, self.start) else { return false };
        match asked {
            Start::End => false,
            // The first record of all is where it is.
            Start::Time(Timestamp(..=0)) => false,
            // The broker has the moment's first record, and that is the first of the log.
            Start::Time(_) => low > 0 && start <= low && start < end,
            Start::Offset { .. } => start < low,
        }
    }

    /// How much of what lies in this direction was read, 0..1.
    pub fn share(&self, way: Way, back_to: Option<Timestamp>, now: Timestamp) -> f64 {
        let (Some(low), Some(end), Some(start)) = (self.low, self.end, self.start) else { return 0.0 };
        let start = start.clamp(low, end.max(low));
        let of = |part: i64, whole: i64| if whole <= 0 { 1.0 } else { (part as f64 / whole as f64).clamp(0.0, 1.0) };
        match way {
            Way::Back => {
                let offsets = of(start - self.back.next, start - low);
                let by_time = back_to.zip(self.back.time).map(|(to, time)| of(now.since_ms(time), now.since_ms(to)));
                by_time.map_or(offsets, |t| t.max(offsets))
            }
            Way::Forward => of(self.forward.next - start, end - start),
        }
    }
}
