//! Not a promise: the real loop on a view that lives, to be looked at in a terminal, and what it costs.
//! `cargo test --release --lib -- --ignored --nocapture ui::tests::look::live`

use super::*;
use crate::model::{Ask, Timestamp};
use crate::snapshot::{Line, Snapshot};
use crate::ui::term::Screen;
use crate::ui::{ClusterPorts, UiPorts, fixture, run};
use arc_swap::ArcSwap;
use crossbeam_channel::bounded;
use std::time::Duration;

fn shift(line: &Line, at: Timestamp, value: f32) -> Line {
    let points = line.points.iter().copied().skip(1).chain([value]).collect();
    Line { step_s: 1, end: at, points }
}

fn rate_at(tick: i64, topic: usize) -> f64 {
    let wave = (tick as f64 / 13.0 + topic as f64).sin();
    let noise = ((tick * 7_919 + topic as i64 * 104_729) % 101) as f64 / 101.0;
    1.0 + 0.25 * wave + 0.1 * noise
}

/// The view a quarter of a second later: every topic moves.
fn moved(view: &View, tick: i64) -> View {
    let at = fixture::NOW.plus_ms(tick * 250);
    let base = fixture::topics();
    let topics: Vec<_> = base
        .iter()
        .enumerate()
        .map(|(i, topic)| {
            let mut topic = (**topic).clone();
            let factor = rate_at(tick, i);
            let t = &mut topic.throughput;
            t.records_per_s.s10 = t.records_per_s.s10.map(|r| r * factor);
            t.bytes_per_s.s10 = t.bytes_per_s.s10.map(|r| r * factor);
            topic.latency_ms.p99 = topic.latency_ms.p99.map(|ms| (ms as f64 * factor) as u64);
            topic.lag.records = topic.lag.records.map(|n| (n as f64 * factor) as u64);
            topic.lag.seconds = topic.lag.seconds.map(|s| s * factor);
            Arc::new(topic)
        })
        .collect();
    let mut focus = (*view.focus).clone();
    if tick % 4 == 0 {
        for (i, topic) in topics.iter().enumerate() {
            let value = topic.throughput.records_per_s.s10.unwrap_or(0.0) as f32;
            let line = shift(&focus.sparks[&topic.name], at, value);
            focus.sparks.insert(topic.name.clone(), line);
            if i == 0 {
                let totals = &mut focus.totals;
                totals.records_per_s = shift(&totals.records_per_s, at, 14_000.0 * rate_at(tick, 1) as f32);
                totals.p99_ms = shift(&totals.p99_ms, at, 15.0 * rate_at(tick, 2) as f32);
                totals.lag_records = shift(&totals.lag_records, at, 1_200.0 * rate_at(tick, 3) as f32);
            }
        }
    }
    let mut totals = (*view.snapshot.totals).clone();
    totals.throughput.records_per_s.s10 = Some(14_210.0 * rate_at(tick, 0));
    totals.throughput.bytes_per_s.s10 = Some(5.5e6 * rate_at(tick, 0));
    totals.lag.records = Some((1_204.0 * rate_at(tick, 3)) as u64);
    totals.records.seen += 3_500;
    let snapshot = Snapshot { taken_at: at, topics, totals: Arc::new(totals), ..(*view.snapshot).clone() };
    View { snapshot: Arc::new(snapshot), focus: Arc::new(focus), ..view.clone() }
}

fn bytes_per_s(color: ColorChoice) -> u64 {
    const SECONDS: i64 = 30;
    let mut view = fixture::rich();
    let mut ui = ui_with(UiConfig { color, ..UiConfig::default() }, view.clone());
    let mut screen = Screen::new(std::io::sink());
    screen.paint(&mut paint(&mut ui, 120, 40)).unwrap();
    let first = screen.writer().bytes;
    for tick in 1..=SECONDS * 4 {
        view = moved(&view, tick);
        ui.view(Arc::new(view.clone()));
        screen.paint(&mut paint(&mut ui, 120, 40)).unwrap();
    }
    (screen.writer().bytes - first) / SECONDS as u64
}

#[test]
fn twenty_four_live_topics_stay_below_ten_kilobytes_a_second() {
    for color in [ColorChoice::Truecolor, ColorChoice::C256, ColorChoice::C16, ColorChoice::None] {
        let bytes = bytes_per_s(color);
        println!("{color:?}: {bytes} B/s");
        assert!(bytes < 10_000, "{color:?}: {bytes} B/s");
    }
}

/// What one frame costs, drawn and painted, with every figure moving.
#[test]
#[ignore = "a measurement, for a quiet machine"]
fn cost() {
    let mut view = fixture::rich();
    let mut ui = ui_with(UiConfig { color: ColorChoice::C256, ..UiConfig::default() }, view.clone());
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut screen = Screen::new(std::io::sink());
        let mut spent = Duration::ZERO;
        for tick in 1..=400 {
            view = moved(&view, tick);
            let next = Arc::new(view.clone());
            let start = std::time::Instant::now();
            ui.view(next);
            screen.paint(&mut paint(&mut ui, width, height)).unwrap();
            spent += start.elapsed();
        }
        println!("{width}x{height}: {} us a frame", spent.as_micros() / 400);
    }
    let start = std::time::Instant::now();
    let mut ui = super::ui(fixture::empty());
    Screen::new(std::io::sink()).paint(&mut paint(&mut ui, 120, 40)).unwrap();
    println!("first frame: {} us", start.elapsed().as_micros());
}

#[test]
#[ignore = "needs a terminal and somebody who looks"]
fn live() {
    let view = Arc::new(ArcSwap::from_pointee(fixture::rich()));
    let (beat, beats) = bounded(1);
    let (asks, _asked) = bounded::<Ask>(16);
    let (_stop, stops) = bounded(1);
    let feed = view.clone();
    std::thread::spawn(move || {
        for tick in 1.. {
            std::thread::sleep(Duration::from_millis(250));
            let next = moved(&feed.load(), tick);
            feed.store(Arc::new(next));
            let _ = beat.try_send(());
        }
    });
    let color = std::env::var("VIGIE_COLOR").map_or(ColorChoice::Auto, |c| c.parse().unwrap());
    let theme = std::env::var("VIGIE_THEME").ok();
    let config = UiConfig { color, theme, ..UiConfig::default() };
    let clusters = ClusterPorts::only("test");
    let exit = run(config, UiPorts { view, beat: beats, asks, stop: stops, journal: Arc::default(), clusters }).unwrap();
    println!("{exit:?}");
}
