//! A search that is given its records: what it tells, and what it holds back.

use super::*;
use crate::model::{Ground, Keyed, RecordTime, Slot, TimestampKind};

const LOG: i64 = 10;
const LONG: Duration = Duration::from_secs(3_600);

/// Record `offset` of each of `partitions` is of its second, and a bit later in a partition of a greater number.
fn at(partition: i32, offset: i64) -> i64 {
    offset * 1_000 + i64::from(partition)
}

fn job(partitions: i32, start: Start) -> Job {
    let ground =
        vec![Ground { topic: "orders".into(), partitions: (0..partitions).map(|p| (p, 1)).collect(), keyed: Keyed::InValue }];
    let from = if start == Start::End { LOG } else { 0 };
    let wanted = Box::new(|_: &_, _: &Record<'_>| true);
    let hunt = Hunt { ground, start, key: None, known: Vec::new(), hints: Vec::new(), wanted };
    let mut job = Job::new(LookupId(1), hunt, 20);
    for lane in 0..usize::try_from(partitions).unwrap() {
        job.lanes.set_low(lane, 0);
        job.lanes.set_end(lane, LOG);
        job.lanes.set_start(lane, from);
    }
    job
}

/// Reads piece by piece, four at once, until it rests: the times of what it tells, and the most bytes of values that it held back.
fn read(job: &mut Job, way: Way, most: usize) -> (Vec<i64>, usize) {
    let now = Instant::now();
    job.begin(Extent { way, most, back_to: None, most_bytes: None }, now);
    let (mut told, mut held, mut rounds) = (Vec::new(), 0, 0);
    let why = loop {
        if let Some(why) = job.over(now, LONG) {
            break why;
        }
        while job.flights.len() < job.at_once(4)
            && let Some(piece) = job.lanes.next(way, None)
        {
            job.flights.push(Flight { piece, brought: Brought::default(), found: Vec::new(), probe: false, heard: now });
        }
        // None is the last to come.
        let flight = rounds % job.flights.len();
        let piece = job.flights[flight].piece;
        let partition = job.lanes.place(piece.lane).unwrap().partition;
        for offset in piece.from..piece.until {
            let time = Some(RecordTime { at: Timestamp(at(partition, offset)), kind: TimestampKind::Create });
            let value = Some(vec![b'x'; MOST_VALUE]);
            let record = OwnedRecord { slot: Slot(0), offset, time, key: None, value, headers: Vec::new() };
            job.take(flight, &record.borrow(), MOST_VALUE as u64, || record.clone());
        }
        job.close(flight);
        rounds += 1;
        assert!(rounds < 10_000, "{way:?} {most}: it comes to an end");
        held = held.max(job.held[side(way)].len() * MOST_VALUE);
        told.extend(job.tell(now).records.iter().map(|found| found.record.time.unwrap().at.0));
    };
    job.rest(why, now);
    told.extend(job.tell(now).records.iter().map(|found| found.record.time.unwrap().at.0));
    (told, held)
}

#[test]
fn what_is_held_back_has_a_bound_and_what_was_let_go_of_is_read_again() {
    const PARTITIONS: i32 = 150;
    let mut all: Vec<i64> = (0..PARTITIONS).flat_map(|partition| (0..LOG).map(move |offset| at(partition, offset))).collect();
    all.sort_unstable();
    for (way, start) in [(Way::Forward, Start::Offset { partition: None, offset: 0 }), (Way::Back, Start::End)] {
        if way == Way::Back {
            all.reverse();
        }
        let mut job = job(PARTITIONS, start);
        let mut rest = &all[..];
        for most in [1, 40, 600, 10_000] {
            let (mut told, held) = read(&mut job, way, most);
            let (wanted, others) = rest.split_at(most.min(rest.len()));
            told.sort_unstable_by_key(|time| if way == Way::Back { -time } else { *time });
            assert_eq!(told, wanted, "{way:?} {most}: none is left out, none comes twice");
            assert!(held < 10 << 20, "{way:?} {most}: {held} bytes are held back");
            rest = others;
        }
        assert!(job.tell(Instant::now()).progress.found == all.len() as u64 && job.held.iter().all(Vec::is_empty));
    }
}
