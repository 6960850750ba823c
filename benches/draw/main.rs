//! What a frame costs, drawn and written into nothing, while the town's topics live: `cargo bench --bench draw`, and for
//! instructions `benches/instructions draw`.
//!
//! Every screen at three sizes; the palette over 20,000 topics; the map with 10,000 couriers. Arguments: frames of each, and one of
//! `screens`, `palette`, `couriers`, `colours`; without it all. Views come from the real engine, four a second; they are made before the clock runs.

mod painters;
#[path = "../town/mod.rs"]
mod town;

use painters::{Painter, SIZES, palette};
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;
use town::Desk;
use vigie::snapshot::View;
use vigie::ui::{Canvas, ColorChoice};

const FRAME_MS: i64 = 250;
const MANY_TOPICS: usize = 20_000;
const MANY_COURIERS: usize = 10_000;

/// The keys that lead to each screen from any other, the painter's name and the screen's.
const SCREENS: [(&str, &str, &str); 17] = [
    ("1", "overview", "Overview"),
    ("1j\n", "topic", "Topic"),
    ("1jx1jx", "compare", "Compare"),
    ("3", "groups", "Groups"),
    ("3j\n", "group", "Group"),
    ("4", "orders", "Orders"),
    ("4\n", "order", "Order"),
    ("5", "deliveries", "Deliveries"),
    ("5\n", "delivery", "Delivery"),
    ("6", "payments", "Payments"),
    ("7", "stock", "Stock"),
    ("8", "customers", "Customers"),
    ("9", "channels", "Channels"),
    ("0", "cluster", "Cluster"),
    ("o", "log", "Log"),
    ("a", "alerts", "Alerts"),
    ("4f", "follow", "Follow"),
];

/// Counts what a terminal would get.
#[derive(Default)]
pub struct Sink {
    bytes: usize,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Of frames after the first: their mean bytes and time.
struct Cost {
    first: usize,
    bytes: f64,
    us: f64,
}

fn cost(views: &[Arc<View>], canvas: &mut Canvas<Sink>, size: (u16, u16), paint: Painter) -> Cost {
    let (first, others) = views.split_first().expect("at least one");
    canvas.view(Arc::clone(first));
    let first = canvas.frame(size.0, size.1).expect("a sink takes all");
    let begun = Instant::now();
    let bytes: usize = others.iter().map(|view| paint(canvas, view)).sum();
    let count = others.len().max(1) as f64;
    Cost { first, bytes: bytes as f64 / count, us: begun.elapsed().as_secs_f64() * 1e6 / count }
}

fn desk(color: ColorChoice) -> Desk<Sink> {
    Desk::new(color, Sink::default())
}

/// A desk a size where these keys were pressed, and the views that the screen has then.
fn opened(town: &mut town::Town, keys: &str, screen: &str, count: usize) -> (Vec<Desk<Sink>>, Vec<Arc<View>>) {
    let mut desks: Vec<_> = SIZES.iter().map(|_| desk(ColorChoice::C256)).collect();
    for key in std::iter::once(None).chain(keys.chars().map(Some)) {
        let view = desks[0].later(town, FRAME_MS);
        for (desk, (width, height)) in desks.iter_mut().zip(SIZES) {
            desk.canvas.view(Arc::clone(&view));
            desk.canvas.frame(width, height).expect("a sink takes all");
            key.into_iter().for_each(|key| desk.canvas.press(key));
        }
    }
    for desk in &desks {
        assert_eq!(desk.canvas.screen(), screen, "{keys:?} leads elsewhere");
    }
    let views = (0..=count).map(|_| desks[0].later(town, FRAME_MS)).collect();
    (desks, views)
}

fn screens(town: &mut town::Town, count: usize) {
    for (keys, painter, screen) in SCREENS {
        let (mut desks, views) = opened(town, keys, screen, count);
        for ((desk, size), paint) in desks.iter_mut().zip(SIZES).zip(painters::of(painter)) {
            let Cost { first, bytes, us } = cost(&views, &mut desk.canvas, size, paint);
            println!("{painter} {}x{}: {us:.0} us a frame; first frame {first} B, then {:.0} B/s", size.0, size.1, bytes * 4.0);
        }
    }
}

fn colours(town: &mut town::Town, count: usize) {
    let (_, views) = opened(town, "1", "Overview", count);
    let seldom: Vec<_> = views.iter().step_by(4).cloned().collect();
    let each = [ColorChoice::Truecolor, ColorChoice::C256, ColorChoice::C16, ColorChoice::None];
    for (what, views, a_second) in [("four frames", &views, 4.0), ("one frame", &seldom, 1.0)] {
        for color in each {
            let Cost { bytes, .. } = cost(views, &mut desk(color).canvas, SIZES[1], painters::of("overview")[1]);
            println!("overview 120x40 {color:?}, {what} a second: {:.0} B/s", bytes * a_second);
        }
    }
}

fn many_topics(count: usize) {
    let view = town::topics(MANY_TOPICS);
    let mut canvas = desk(ColorChoice::C256).canvas;
    canvas.view(Arc::clone(&view));
    canvas.frame(120, 40).expect("a sink takes all");
    let (mut opening, mut letters) = (0.0, [0.0; 3]);
    for _ in 0..count {
        let begun = Instant::now();
        palette::at_open(&mut canvas, &view);
        opening += begun.elapsed().as_secs_f64();
        for (letter, spent) in ['o', 'r', '7'].into_iter().zip(&mut letters) {
            let begun = Instant::now();
            palette::at_letter(&mut canvas, &view, letter);
            *spent += begun.elapsed().as_secs_f64();
        }
        canvas.press('\x1b');
    }
    let ms = |s: f64| s * 1e3 / count.max(1) as f64;
    println!("palette of {MANY_TOPICS} topics: {:.1} ms to open, {:.1?} ms a letter", ms(opening), letters.map(ms));
}

fn many_couriers(count: usize) {
    let views: Vec<_> = (0..=count as i64).map(|s| town::couriers(MANY_COURIERS, s)).collect();
    for (size, paint) in SIZES.into_iter().zip(painters::of("couriers")) {
        let mut canvas = desk(ColorChoice::C256).canvas;
        canvas.view(Arc::clone(&views[0]));
        canvas.press('5');
        let Cost { bytes, us, .. } = cost(&views, &mut canvas, size, paint);
        println!("{MANY_COURIERS} couriers {}x{}: {us:.0} us a frame; {bytes:.0} B a frame", size.0, size.1);
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let frames = args.first().and_then(|a| a.parse().ok()).unwrap_or(120);
    let only = args.get(1).map(String::as_str);
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    if wanted("palette") {
        many_topics(frames);
    }
    if wanted("couriers") {
        many_couriers(frames);
    }
    if wanted("screens") || wanted("colours") {
        let mut town = town::Town::new(town::Plan::default());
        println!("{} topics, {frames} frames of each", town.view().snapshot.topics.len());
        if wanted("screens") {
            screens(&mut town, frames);
        }
        if wanted("colours") {
            colours(&mut town, frames);
        }
    }
}
