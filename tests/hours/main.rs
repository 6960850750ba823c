//! Eight hours of engine and interface in virtual time: memory is flat once the rings of six hours are full.
//!
//! Bytes are counted by the allocator, so the figures are the same in every run, whatever else the machine does. What may grow is held
//! still: the town is as busy in the last hour as in the first (`steady`), and what ended is let go after ten minutes.
//!
//! Here a picture is taken every five seconds, to be quick; the live program takes one a second for its past:
//!
//! ```text
//! VIGIE_HOURS_EVERY=1 cargo test --release --test hours -- --nocapture      # some minutes
//! VIGIE_HOURS_ORDERS=600 VIGIE_HOURS_MIB=64                                 # another town (orders a minute), another --history-memory
//! ```

#[path = "../../benches/town/mod.rs"]
mod town;

mod counted;
mod shift;

use shift::{FRAME_S, Shift};
use std::time::Instant;
use vigie::model::ChartSpan;

#[global_allocator]
static COUNTED: counted::Counted = counted::Counted;

const HOURS: i64 = 8;
/// The longest curves and the oldest pictures reach back so far.
const REACH_H: i64 = 6;
const HOUR_S: i64 = 3_600;
/// The town's showers come so often, and slow its couriers: means are taken over a whole round.
const ROUND_S: i64 = 50 * 60;
/// What is compared: a round that ends half an hour after the rings are full, and the last one.
const FULL_S: i64 = REACH_H * HOUR_S + HOUR_S / 2;
/// Growth from there to the end that is still called flat: in the test's own town some 80 bytes a second. (The aim is 5 %.)
const FLAT: f64 = 0.02;
const MIB: f64 = 1_048_576.0;
const SCREENS: usize = 17;
/// What the engine knows of a small town beside its past, the town itself and the interface: more is held by a past that costs more than it counts.
const BESIDE_MIB: f64 = 16.0;
/// Orders a minute of a small town.
const SMALL: u32 = 12;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// Mean of the bytes that were held over the round that ends with this second.
fn mean(held: &[usize], end: i64) -> f64 {
    let (from, to) = ((end - ROUND_S) / FRAME_S, end / FRAME_S);
    let round = &held[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
    round.iter().sum::<usize>() as f64 / round.len() as f64
}

#[test]
fn eight_hours_leave_memory_as_it_was_when_the_rings_were_full() {
    let (begun, before) = (Instant::now(), counted::held());
    let orders = u32::try_from(setting("VIGIE_HOURS_ORDERS", SMALL as usize)).unwrap();
    let history_memory = setting("VIGIE_HOURS_MIB", 16) << 20;
    let every = i64::try_from(setting("VIGIE_HOURS_EVERY", 5)).unwrap();
    assert_eq!(FRAME_S % every.max(1), 0, "VIGIE_HOURS_EVERY is 1, 2, 5 or 10 seconds");
    let mut shift = Shift::begin(town::Plan { orders_per_minute: orders, steady: true, history_memory });
    let mut held = Vec::with_capacity(usize::try_from(HOURS * HOUR_S / FRAME_S).unwrap());
    while shift.seconds < HOURS * HOUR_S {
        shift.go_on(every);
        if shift.seconds % FRAME_S == 0 {
            held.push(counted::held() - before);
        }
        if shift.seconds % (HOUR_S / 2) == 0 {
            tell(&shift, &held, begun);
        }
    }
    let (full, last) = (mean(&held, FULL_S), mean(&held, HOURS * HOUR_S));
    let growth = last / full - 1.0;
    println!("a round's mean at {FULL_S} s {:.3} MiB, at the end {:.3} MiB: {:+.2} %", full / MIB, last / MIB, growth * 100.0);
    the_rings_turned_over(&shift);
    deliveries_were_late_in_the_rain_alone(&shift);
    assert_eq!(shift.screens.len(), SCREENS, "every screen was drawn: {:?}", shift.screens);
    assert!(shift.of_the_past > 100, "the past was looked at: {} frames", shift.of_the_past);
    let most = (history_memory as f64) / MIB + BESIDE_MIB;
    assert!(orders > SMALL || last / MIB < most, "{:.1} MiB held where --history-memory allows {most:.1}", last / MIB);
    assert!(growth < FLAT, "memory grew by {:.1} % in the last hour and a half", growth * 100.0);
}

fn tell(shift: &Shift, held: &[usize], begun: Instant) {
    let moments = &shift.newest.moments;
    let reach = moments.first().map_or(0, |first| shift.now().since_ms(first.at) / 60_000);
    println!(
        "{:.1} h: {:.2} MiB held, {} pictures back to {reach} min, {} records; {:.0} s",
        shift.seconds as f64 / HOUR_S as f64,
        held.last().map_or(0.0, |bytes| *bytes as f64 / MIB),
        moments.len(),
        shift.newest.snapshot.totals.records.seen,
        begun.elapsed().as_secs_f64(),
    );
}

/// The oldest pictures are those of six hours ago, none of them of the first hours any more; and every point of the longest curve is known.
fn the_rings_turned_over(shift: &Shift) {
    let moments = &shift.newest.moments;
    let reach = shift.now().since_ms(moments[0].at) as f64 / 3_600_000.0;
    assert!(reach > 5.0 && reach <= REACH_H as f64, "pictures reach back {reach:.2} h");
    let curve = &shift.newest.focus.totals.records_per_s;
    let span = curve.points.len() as i64 * i64::from(curve.step_s);
    assert_eq!(span, i64::from(ChartSpan::SixHours.seconds()), "the tour asks for the longest curves");
    // The oldest cell is the one that is being written anew.
    let unknown: Vec<_> = (1..curve.points.len()).filter(|i| curve.points[*i].is_nan()).collect();
    assert!(unknown.is_empty(), "points of the last six hours are not known: {unknown:?} of {}", curve.points.len());
}

/// Seven minutes of rain in fifty, from the twentieth minute on, and the story of the first minutes; and what follows each.
fn deliveries_were_late_in_the_rain_alone(shift: &Shift) {
    const DRIES_S: i64 = 180;
    let in_rain = |s: &i64| (200..290 + DRIES_S).contains(s) || *s > 1_200 && s % ROUND_S < 7 * 60 + DRIES_S;
    let dry: Vec<_> = shift.late.iter().filter(|s| !in_rain(s)).collect();
    assert!(dry.is_empty(), "late deliveries were told in dry weather: {dry:?}");
    let rounds: std::collections::BTreeSet<_> = shift.late.iter().map(|s| s / ROUND_S).collect();
    println!("late deliveries were told in the rounds {rounds:?}, in {} pictures", shift.late.len());
    assert!(rounds.len() >= 5, "the rain was told in {rounds:?} alone");
}
