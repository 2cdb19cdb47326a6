//! The regularised incomplete beta function.

use super::gamma::away_from_zero;
use super::{deviance, stirling_error};

/// Terms after which the continued fraction is given up; √max(a, b)-sized counts suffice.
const MOST_TERMS: u32 = 100_000;

/// The regularised incomplete beta function I_x(a, b), the probability that a beta(a, b) variable is at
/// most x, for a, b > 0 and x in 0..1. `y` must be 1 − x; giving it apart keeps the digits of an x near 1.
///
/// Continued fraction (Lentz) of Press et al., "Numerical Recipes" §6.4, with the leading factor by
/// Loader's saddle-point form.
pub fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    let n = a + b;
    // xᵃ yᵇ / B(a, b) = (binomial density of a in a + b) · a b / (a + b)
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    let factor = libm::exp(exponent) * (a * b / (core::f64::consts::TAU * n)).sqrt();
    if x * (n + 2.0) < a + 1.0 {
        (factor * fraction(a, b, x) / a).min(1.0)
    } else {
        (1.0 - factor * fraction(b, a, y) / b).max(0.0)
    }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0), TINY);
    let mut value = d;
    for m in 1..MOST_TERMS {
        let m = f64::from(m);
        let at = a + 2.0 * m;
        let even = m * (b - m) * x / ((at - 1.0) * at);
        d = 1.0 / away_from_zero(1.0 + even * d, TINY);
        c = away_from_zero(1.0 + even / c, TINY);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / (at * (at + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d, TINY);
        c = away_from_zero(1.0 + odd / c, TINY);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I_x(1, b) = 1 − (1 − x)ᵇ, I_x(a, 1) = xᵃ, and the reflection I_x(a, b) = 1 − I_y(b, a).
    #[test]
    fn closed_forms() {
        for x in [1e-6, 0.2, 0.5, 0.83, 0.999] {
            let y = 1.0 - x;
            for s in [0.3, 1.0, 7.5, 400.0] {
                let low = -libm::expm1(s * libm::log1p(-x));
                assert!(
                    (incomplete_beta(1.0, s, x, y) / low - 1.0).abs() < 1e-12,
                    "{x} {s}"
                );
                let power = libm::pow(x, s);
                if power > 1e-290 {
                    assert!(
                        (incomplete_beta(s, 1.0, x, y) / power - 1.0).abs() < 1e-11,
                        "{x} {s}"
                    );
                }
                let sum = incomplete_beta(2.5, s, x, y) + incomplete_beta(s, 2.5, y, x);
                assert!((sum - 1.0).abs() < 1e-13, "{x} {s}");
            }
        }
    }
}
