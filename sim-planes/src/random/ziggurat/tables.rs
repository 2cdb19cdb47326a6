//! The layers of the two ziggurats, computed by the compiler from their defining equation.
//!
//! Layer i ≥ 1 is the rectangle 0..x\[i\] × f(x\[i\])..f(x\[i+1\]); layer 0 is the strip under f(x\[1\])
//! with the tail beyond it, laid out as a rectangle of width x\[0\]. All have the same area. Constant
//! evaluation is IEEE arithmetic, so the tables are the same bits on every machine.

/// Number of layers.
const LAYERS: usize = 256;

/// Where the tail of the normal density begins: the abscissa for which 256 layers close at the top
/// (solved with 40 digits; the tests check the closing).
pub const NORMAL_TAIL: f64 = 3.654_152_885_361_009;
/// Where the tail of the exponential density begins.
pub const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;
/// Area of a normal layer over f(x\[1\]): `NORMAL_TAIL` + (∫ of the density beyond it) / f(x\[1\]).
const NORMAL_BASE: f64 = 3.910_757_959_524_916;

/// Right ends of the layers and the density there; x falls to 0 and f rises to 1 with the index.
pub struct Ziggurat {
    pub x: [f64; LAYERS + 1],
    pub f: [f64; LAYERS + 1],
}

/// Half of the density exp(−x²/2), x ≥ 0.
pub static NORMAL: Ziggurat = normal();
/// The density exp(−x), x ≥ 0.
pub static EXPONENTIAL: Ziggurat = exponential();

const fn normal() -> Ziggurat {
    let mut table = Ziggurat {
        x: [0.0; LAYERS + 1],
        f: [1.0; LAYERS + 1],
    };
    table.x[0] = NORMAL_BASE;
    table.x[1] = NORMAL_TAIL;
    table.f[0] = exp_minus(0.5 * NORMAL_BASE * NORMAL_BASE);
    table.f[1] = exp_minus(0.5 * NORMAL_TAIL * NORMAL_TAIL);
    let area = NORMAL_BASE * table.f[1];
    let mut i = 2;
    while i < LAYERS {
        let f = table.f[i - 1] + area / table.x[i - 1];
        table.x[i] = square_root(2.0 * minus_log(f));
        table.f[i] = f;
        i += 1;
    }
    table
}

const fn exponential() -> Ziggurat {
    let mut table = Ziggurat {
        x: [0.0; LAYERS + 1],
        f: [1.0; LAYERS + 1],
    };
    // The area beyond the tail's beginning is the density there, hence the base is one longer.
    table.x[0] = EXPONENTIAL_TAIL + 1.0;
    table.x[1] = EXPONENTIAL_TAIL;
    table.f[0] = exp_minus(EXPONENTIAL_TAIL + 1.0);
    table.f[1] = exp_minus(EXPONENTIAL_TAIL);
    let area = table.x[0] * table.f[1];
    let mut i = 2;
    while i < LAYERS {
        let f = table.f[i - 1] + area / table.x[i - 1];
        table.x[i] = minus_log(f);
        table.f[i] = f;
        i += 1;
    }
    table
}

/// exp(−x) for 0 ≤ x < 100: powers of 1/e, and a Taylor series for the fraction. (`libm` is not `const`.)
const fn exp_minus(x: f64) -> f64 {
    const INVERSE_E: f64 = 0.367_879_441_171_442_33;
    let mut rest = x;
    let mut power = 1.0;
    while rest >= 1.0 {
        rest -= 1.0;
        power *= INVERSE_E;
    }
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut k = 1.0;
    while k < 20.0 {
        term *= -rest / k;
        sum += term;
        k += 1.0;
    }
    power * sum
}

/// −ln(y) for 0.0001 < y ≤ 1, by Newton's iteration on exp(−w) = y, which approaches from below.
const fn minus_log(y: f64) -> f64 {
    let mut w = 0.0;
    let mut step = 0;
    while step < 18 {
        w += 1.0 - y / exp_minus(w);
        step += 1;
    }
    w
}

/// √a for 0.01 < a < 100, by Newton's iteration.
const fn square_root(a: f64) -> f64 {
    let mut root = 0.5 * (1.0 + a);
    let mut step = 0;
    while step < 12 {
        root = 0.5 * (root + a / root);
        step += 1;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &Ziggurat, density: impl Fn(f64) -> f64, tail: f64) {
        let area = table.x[1] * density(table.x[1]) + tail;
        assert!((table.x[0] * table.f[1] / area - 1.0).abs() < 1e-13, "base");
        for i in 1..LAYERS {
            let layer = table.x[i] * (density(table.x[i + 1]) - density(table.x[i]));
            assert!(
                (layer / area - 1.0).abs() < 1e-9,
                "layer {i}: {layer} against {area}"
            );
            assert!(
                (table.f[i] / density(table.x[i]) - 1.0).abs() < 1e-13,
                "height {i}"
            );
            assert!(table.x[i] > table.x[i + 1]);
        }
        assert_eq!((table.x[LAYERS], table.f[LAYERS]), (0.0, 1.0));
    }

    #[test]
    fn normal_layers_have_equal_areas() {
        let tail = (core::f64::consts::PI / 2.0).sqrt() * libm::erfc(NORMAL_TAIL / 2f64.sqrt());
        check(&NORMAL, |x| libm::exp(-0.5 * x * x), tail);
    }

    #[test]
    fn exponential_layers_have_equal_areas() {
        check(
            &EXPONENTIAL,
            |x| libm::exp(-x),
            libm::exp(-EXPONENTIAL_TAIL),
        );
    }
}
