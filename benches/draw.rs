//! What a frame costs, drawn and written into nothing, while the town's topics live: `cargo bench --bench draw`, and for
//! instructions `benches/instructions draw`.
//!
//! Arguments: frames, and one size (`120x40`); without a size all three are drawn, then every screen. Views come from the real engine, four a second;
//! they are made before the clock runs.

mod town;

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;
use vigie::snapshot::View;
use vigie::text::Language;
use vigie::ui::{Canvas, ColorChoice, UiConfig};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];
const FRAME_MS: i64 = 250;

/// Counts what a terminal would get.
#[derive(Default)]
struct Sink {
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

fn views(town: &mut town::Town, canvas: &Canvas<Sink>, frames: usize) -> Vec<Arc<View>> {
    town.ask(canvas.wants());
    let mut later = || {
        town.advance(FRAME_MS);
        town.view()
    };
    (0..=frames).map(|_| later()).collect()
}

fn canvas(color: ColorChoice) -> Canvas<Sink> {
    let config = UiConfig { color, utc: true, language: Some(Language::English), ..UiConfig::default() };
    Canvas::new(&config, Sink::default()).expect("the shipped theme and keys")
}

/// A new view, its frame drawn and written. Not inlined: `benches/instructions` counts what happens in here.
#[inline(never)]
fn paint(canvas: &mut Canvas<Sink>, view: &Arc<View>, (width, height): (u16, u16)) -> usize {
    canvas.view(Arc::clone(view));
    canvas.frame(width, height).expect("a sink takes all")
}

/// Bytes of the first frame of a screen, mean bytes and time of the others.
fn frames(views: &[Arc<View>], mut canvas: Canvas<Sink>, screen: char, size: (u16, u16)) -> (usize, f64, f64) {
    let (first, others) = views.split_first().expect("at least one");
    canvas.view(Arc::clone(first));
    canvas.press(screen);
    let first = paint(&mut canvas, first, size);
    let begun = Instant::now();
    let bytes: usize = others.iter().map(|view| paint(&mut canvas, view, size)).sum();
    let count = others.len().max(1) as f64;
    (first, bytes as f64 / count, begun.elapsed().as_secs_f64() * 1e6 / count)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let count = args.first().and_then(|n| n.parse().ok()).unwrap_or(240);
    let size = args.get(1).and_then(|s| s.split_once('x')).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let mut town = town::Town::new();
    let views = views_of(&mut town, '1', count);
    if let Some(size) = size {
        frames(&views, canvas(ColorChoice::C256), '1', size);
        return;
    }
    let topics = views.last().map_or(0, |v| v.snapshot.topics.len());
    println!("{topics} topics, {count} frames, four a second");
    for (width, height) in SIZES {
        let (first, bytes, us) = frames(&views, canvas(ColorChoice::C256), '1', (width, height));
        println!("{width}x{height}: {us:.0} us a frame; first frame {first} B, then {:.0} B/s", bytes * 4.0);
    }
    for color in [ColorChoice::Truecolor, ColorChoice::C16, ColorChoice::None] {
        let (_, bytes, _) = frames(&views, canvas(color), '1', (120, 40));
        println!("120x40 {color:?}: {:.0} B/s", bytes * 4.0);
    }
    let seldom: Vec<_> = views.iter().step_by(4).cloned().collect();
    let (_, bytes, _) = frames(&seldom, canvas(ColorChoice::C256), '1', (120, 40));
    println!("120x40, one frame a second, as on a slow link with room: {bytes:.0} B/s");
    for screen in SCREENS {
        let views = views_of(&mut town, screen, count / 4);
        let (first, bytes, us) = frames(&views, canvas(ColorChoice::C256), screen, (120, 40));
        println!("120x40 screen {screen}: {us:.0} us a frame; first frame {first} B, then {:.0} B/s", bytes * 4.0);
    }
}

/// The keys that lead to each screen.
const SCREENS: [char; 10] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

/// Views as the engine makes them for this screen.
fn views_of(town: &mut town::Town, screen: char, count: usize) -> Vec<Arc<View>> {
    let mut canvas = canvas(ColorChoice::C256);
    canvas.view(town.view());
    canvas.press(screen);
    views(town, &canvas, count)
}
