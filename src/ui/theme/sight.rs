//! How colours look to eyes, for tests: contrast (WCAG 2), difference (CIE 1976), and what eyes without one kind of cone see.

use crate::ui::contrast::linear;
pub use crate::ui::contrast::{Rgb, contrast};

#[derive(Clone, Copy, Debug)]
pub enum Eyes {
    All,
    /// Without the cones for green.
    Deuteranopia,
    /// Without the cones for red.
    Protanopia,
}

/// Machado, Oliveira, Fernandes: "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.
fn seen(color: Rgb, eyes: Eyes) -> [f64; 3] {
    let [r, g, b] = linear(color);
    let rows = match eyes {
        Eyes::All => return [r, g, b],
        Eyes::Deuteranopia => {
            [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]]
        }
        Eyes::Protanopia => {
            [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]]
        }
    };
    rows.map(|[x, y, z]| (x * r + y * g + z * b).clamp(0.0, 1.0))
}

fn lab([r, g, b]: [f64; 3]) -> [f64; 3] {
    let x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.950_47;
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.088_83;
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    [116.0 * f(y) - 16.0, 500.0 * (f(x) - f(y)), 200.0 * (f(y) - f(z))]
}

/// How far apart two colours look; 2 is just seen side by side, 20 is another colour at a glance.
pub fn difference(a: Rgb, b: Rgb, eyes: Eyes) -> f64 {
    let (a, b) = (lab(seen(a, eyes)), lab(seen(b, eyes)));
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn known_values() {
    assert!((contrast((255, 255, 255), (0, 0, 0)) - 21.0).abs() < 1e-9);
    assert!((contrast((0x77, 0x77, 0x77), (255, 255, 255)) - 4.48).abs() < 0.01);
    let (red, green) = ((190, 40, 40), (70, 105, 30));
    let all = difference(red, green, Eyes::All);
    assert!(all > 80.0 && difference(red, green, Eyes::Deuteranopia) < all / 3.0);
}
