use super::*;
use crate::model::Code;

fn ground(topic: &str, partitions: i32, keyed: Keyed) -> Ground {
    Ground { topic: topic.into(), partitions: (0..partitions).map(|p| (p, 1)).collect(), keyed }
}

fn bounds(lanes: &mut Lanes, low: i64, end: i64, start: i64) {
    for lane in 0..lanes.lanes.len() {
        lanes.set_low(lane, low);
        lanes.set_end(lane, end);
        lanes.set_start(lane, start);
    }
}

fn key(bytes: &[u8]) -> FollowedKey {
    FollowedKey { bytes: bytes.into(), names: None, seen: None }
}

/// A key that the two partitioners do not put in one partition of twelve.
fn telling() -> String {
    let [java, c] = Partitioner::ALL;
    (0..).map(|n| format!("o-{n}")).find(|k| java.partition(k.as_bytes(), 12) != c.partition(k.as_bytes(), 12)).unwrap()
}

/// A record each millisecond and offset.
fn brought(piece: &Piece, found: u64) -> Brought {
    let read = u64::try_from(piece.until - piece.from).unwrap();
    let (oldest, newest) = (Some(Timestamp(piece.from)), Some(Timestamp(piece.until - 1)));
    Brought { read, bytes: read * 100, found, oldest, newest }
}

#[test]
fn back_it_reads_each_offset_once_and_never_runs_ahead_in_one_partition() {
    let mut lanes = Lanes::new(&[ground("t", 3, Keyed::InValue)], None, 50);
    assert!(lanes.next(Way::Back, None).is_none(), "nobody knows where the logs begin and end");
    assert_eq!((lanes.frontier(Way::Back), lanes.awaited().count()), (None, 3));
    bounds(&mut lanes, 100, 9_000, i64::MAX);
    let mut read = [9_000_i64; 3];
    while let Some(piece) = lanes.next(Way::Back, None) {
        assert_eq!(piece.until, read[piece.lane]);
        let newest = read.iter().max().unwrap();
        assert_eq!(piece.until, *newest, "the one that is least far back goes on");
        read[piece.lane] = piece.from;
        lanes.close(&piece, &brought(&piece, 0));
    }
    assert_eq!(read, [100; 3]);
    let reach = lanes.reach(Way::Back, None, Timestamp(9_000));
    assert_eq!((reach.whole, reach.share), (true, Some(1.0)));
}

#[test]
fn topics_are_left_until_they_are_read_through_as_far_as_was_asked() {
    let topics = [ground("orders", 12, Keyed::ByKey), ground("messages", 2, Keyed::InValue)];
    let mut lanes = Lanes::new(&topics, Some(&key(telling().as_bytes())), 1_000);
    let left = |lanes: &Lanes, back_to| {
        let (topics, left) = lanes.left(Way::Back, back_to);
        (topics, left.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(left(&lanes, None), (2, vec!["orders".to_owned(), "messages".to_owned()]), "nothing is known yet");
    bounds(&mut lanes, 0, 2_000, 2_000);
    let back_to = Some(Timestamp(1_500));
    let piece = lanes.next(Way::Back, back_to).unwrap();
    lanes.close(&piece, &brought(&piece, 1));
    assert_eq!(left(&lanes, back_to).1, ["messages"], "found where the key belongs, so far back");
    assert_eq!(left(&lanes, None).1, ["orders", "messages"], "further back there is more");
    while let Some(piece) = lanes.next(Way::Back, back_to) {
        lanes.close(&piece, &brought(&piece, 0));
    }
    assert!(lanes.is_over(Way::Back, back_to) && left(&lanes, back_to).1.is_empty());
}

#[test]
fn what_is_known_to_be_whole_ends_where_the_slowest_partition_is() {
    let mut lanes = Lanes::new(&[ground("t", 2, Keyed::InValue)], None, 100);
    bounds(&mut lanes, 0, 1_000, 1_000);
    let first = lanes.next(Way::Back, None).unwrap();
    let second = lanes.next(Way::Back, None).unwrap();
    lanes.close(&first, &brought(&first, 1));
    assert_eq!(lanes.frontier(Way::Back), None, "the other one may have a newer record");
    lanes.close(&second, &Brought { oldest: Some(Timestamp(950)), read: 100, ..Brought::default() });
    assert_eq!(lanes.frontier(Way::Back), Some(Timestamp(950)));
}

#[test]
fn it_goes_on_forward_from_where_it_began_and_back_no_further_than_asked() {
    let mut lanes = Lanes::new(&[ground("t", 1, Keyed::InValue)], None, 100);
    bounds(&mut lanes, 0, 1_000, 400);
    let piece = lanes.next(Way::Forward, None).unwrap();
    assert_eq!((piece.from, piece.until), (400, 500));
    lanes.close(&piece, &brought(&piece, 0));
    let to = Some(Timestamp(350));
    let piece = lanes.next(Way::Back, to).unwrap();
    assert_eq!((piece.from, piece.until), (300, 400));
    lanes.close(&piece, &brought(&piece, 0));
    assert!(lanes.next(Way::Back, to).is_none() && lanes.is_over(Way::Back, to) && !lanes.is_over(Way::Back, None));
}

#[test]
fn compacted_stretches_are_taken_in_larger_pieces_and_great_records_in_smaller() {
    let mut lanes = Lanes::new(&[ground("t", 1, Keyed::InValue)], None, 100);
    bounds(&mut lanes, 0, 1_000_000, 1_000_000);
    let piece = lanes.next(Way::Back, None).unwrap();
    lanes.close(&piece, &Brought { read: 1, bytes: 100, ..Brought::default() });
    let piece = lanes.next(Way::Back, None).unwrap();
    assert_eq!(piece.until - piece.from, 400);
    lanes.close(&piece, &Brought { read: 400, bytes: 400 << 20, ..Brought::default() });
    let piece = lanes.next(Way::Back, None).unwrap();
    assert_eq!(piece.until - piece.from, 100);
}

#[test]
fn pieces_bring_about_what_is_wanted_and_a_filter_may_read_more_for_it() {
    let mut lanes = Lanes::new(&[ground("t", 4, Keyed::InValue)], None, 500);
    bounds(&mut lanes, 0, 1_000_000, 1_000_000);
    lanes.aim(200);
    let all = lanes.next(Way::Back, None).unwrap();
    assert_eq!(all.until - all.from, 62);
    lanes.close(&all, &brought(&all, 62));
    let few = lanes.next(Way::Back, None).unwrap();
    lanes.close(&few, &brought(&few, 1));
    let mut sizes = Vec::new();
    for _ in 0..4 {
        sizes.extend(lanes.next(Way::Back, None).map(|p| (p.lane, p.until - p.from)));
    }
    let of = |lane| sizes.iter().find(|(l, _)| *l == lane).map(|(_, size)| *size);
    assert_eq!((of(all.lane), of(few.lane)), (Some(50), Some(248)));
}

#[test]
fn a_key_is_looked_for_where_it_likely_is_and_then_everywhere() {
    let bytes = telling();
    let bytes = bytes.as_bytes();
    let (java, c) = (Partitioner::Murmur2.partition(bytes, 12), Partitioner::Crc32.partition(bytes, 12));
    let mut lanes = Lanes::new(&[ground("t", 12, Keyed::ByKey)], Some(&key(bytes)), 100);
    bounds(&mut lanes, 0, 100, 100);
    let mut order = Vec::new();
    while let Some(piece) = lanes.next(Way::Back, None) {
        order.push(lanes.place(piece.lane).unwrap().partition);
        lanes.close(&piece, &brought(&piece, 0));
    }
    assert_eq!((order.len(), order[0], order[1]), (12, java, c));
    // Where it is found the rest is left alone.
    let mut lanes = Lanes::new(&[ground("t", 12, Keyed::ByKey)], Some(&key(bytes)), 100);
    bounds(&mut lanes, 0, 100, 100);
    let piece = lanes.next(Way::Back, None).unwrap();
    lanes.close(&piece, &brought(&piece, 1));
    assert!(lanes.next(Way::Back, None).is_none());
}

#[test]
fn a_record_that_was_seen_tells_the_partitioner() {
    let bytes = telling();
    let bytes = bytes.as_bytes();
    let c = Partitioner::Crc32.partition(bytes, 12);
    let seen = TopicPartition { topic: "t".into(), partition: c };
    let key = FollowedKey { seen: Some(seen), ..key(bytes) };
    let mut lanes = Lanes::new(&[ground("t", 12, Keyed::Perhaps), ground("u", 5, Keyed::InValue)], Some(&key), 100);
    bounds(&mut lanes, 0, 100, 100);
    let mut order = Vec::new();
    while let Some(piece) = lanes.next(Way::Back, None) {
        let place = lanes.place(piece.lane).unwrap();
        order.push((place.topic.to_string(), place.partition));
        lanes.close(&piece, &brought(&piece, 0));
    }
    assert_eq!(order[0], ("t".to_owned(), c));
    assert_eq!(order.iter().filter(|(t, _)| t == "t").count(), 2, "it is perhaps there: only where it would be");
    assert!(order[2..].iter().all(|(t, _)| t == "u"), "what must be read whole comes last: {order:?}");
}

#[test]
fn one_that_fails_holds_up_nobody_and_what_retention_removed_is_over() {
    let mut lanes = Lanes::new(&[ground("t", 2, Keyed::InValue)], None, 100);
    bounds(&mut lanes, 0, 1_000, 1_000);
    let piece = lanes.next(Way::Back, None).unwrap();
    lanes.fail(piece.lane, Code::TimedOut.into());
    let piece = lanes.next(Way::Back, None).unwrap();
    lanes.lost(&piece);
    assert!(lanes.next(Way::Back, None).is_none() && !lanes.is_over(Way::Back, None), "its start is asked for");
    lanes.set_low(piece.lane, 1_000);
    assert!(lanes.is_over(Way::Back, None));
    assert_eq!((lanes.failed, lanes.reason.as_ref().map(|r| r.code)), (1, Some(Code::TimedOut)));
}

#[test]
fn what_was_let_go_of_is_read_again() {
    let mut lanes = Lanes::new(&[ground("t", 1, Keyed::InValue)], None, 100);
    bounds(&mut lanes, 0, 1_000, 500);
    for way in [Way::Forward, Way::Back] {
        let piece = lanes.next(way, None).unwrap();
        lanes.close(&piece, &brought(&piece, 0));
    }
    lanes.resume(Way::Forward, 0, 550);
    lanes.resume(Way::Back, 0, 450);
    assert_eq!(lanes.next(Way::Forward, None).map(|p| p.from), Some(550));
    lanes.lanes[0].busy = false;
    assert_eq!(lanes.next(Way::Back, None).map(|p| p.until), Some(451));
}

#[test]
fn a_log_whose_beginning_was_removed_is_told_from_one_that_begins_there() {
    let mut lanes = Lanes::new(&[ground("t", 4, Keyed::InValue)], None, 100);
    let asked = Start::Time(Timestamp(5));
    assert_eq!(lanes.late(&asked), (0, 0), "nothing is known yet");
    // Removed up to 100, and the moment's first record is the log's; never had an earlier one; reaches further back; has none at all.
    for (lane, (low, end, start)) in [(100, 200, 100), (0, 200, 0), (100, 200, 150), (200, 200, i64::MAX)].into_iter().enumerate() {
        lanes.set_low(lane, low);
        lanes.set_end(lane, end);
        lanes.set_start(lane, start);
    }
    assert_eq!(lanes.late(&asked), (4, 1));
    assert_eq!(lanes.late(&Start::Time(Timestamp(0))).1, 0, "the first record of all is what was asked for");
    assert_eq!((lanes.late(&Start::End).1, lanes.late(&Start::Offset { partition: None, offset: 0 }).1), (0, 0));
    lanes.set_start(2, 99);
    assert_eq!(lanes.late(&Start::Offset { partition: None, offset: 99 }).1, 1);
    lanes.fail(0, Code::Offline.into());
    assert_eq!(lanes.late(&asked).0, 3);
}
