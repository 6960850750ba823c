//! A function for every screen and size, so that `benches/instructions` tells them apart by their names. None is inlined, and each
//! says its own name, so that the compiler does not make one of them.

use super::Sink;
use std::sync::Arc;
use vigie::snapshot::View;
use vigie::ui::Canvas;

/// A new view, its frame drawn and written.
pub type Painter = fn(&mut Canvas<Sink>, &Arc<View>) -> usize;

pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

#[inline(always)]
fn paint(canvas: &mut Canvas<Sink>, view: &Arc<View>, (width, height): (u16, u16)) -> usize {
    canvas.view(Arc::clone(view));
    canvas.frame(width, height).expect("a sink takes all")
}

macro_rules! painters {
    ($($screen:ident)*) => {
        $(mod $screen {
            use super::{Canvas, Sink, View, Arc, SIZES, paint};
            painters!(@sizes $screen at_80x24 0 at_120x40 1 at_200x60 2);
        })*
        /// Of this screen, by size.
        pub fn of(screen: &str) -> [Painter; 3] {
            match screen {
                $(stringify!($screen) => [$screen::at_80x24, $screen::at_120x40, $screen::at_200x60],)*
                other => panic!("no painter of {other}"),
            }
        }
    };
    (@sizes $screen:ident $($size:ident $place:literal)*) => {
        $(#[inline(never)]
        pub fn $size(canvas: &mut Canvas<Sink>, view: &Arc<View>) -> usize {
            std::hint::black_box(concat!(stringify!($screen), stringify!($size)));
            paint(canvas, view, SIZES[$place])
        })*
    };
}

painters! {
    overview topic compare groups group orders order deliveries delivery payments stock customers channels cluster log alerts follow couriers
}

/// `:` pressed, and the frame.
pub mod palette {
    use super::{Arc, Canvas, SIZES, Sink, View, paint};

    #[inline(never)]
    pub fn at_open(canvas: &mut Canvas<Sink>, view: &Arc<View>) -> usize {
        canvas.press(':');
        paint(canvas, view, SIZES[1])
    }

    /// A letter typed, and the frame.
    #[inline(never)]
    pub fn at_letter(canvas: &mut Canvas<Sink>, view: &Arc<View>, letter: char) -> usize {
        canvas.press(letter);
        paint(canvas, view, SIZES[1])
    }
}
