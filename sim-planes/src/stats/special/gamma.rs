//! The regularised incomplete gamma function, without loss of digits for large arguments.

/// ln(√(2π)).
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;

/// Terms after which a series or continued fraction is given up; √a-sized counts suffice, so this is
/// reached only beyond a = 10¹⁰.
const MOST_TERMS: u32 = 1_000_000;

/// Error of Stirling's formula, ln Γ(a + 1) − \[(a + ½) ln a − a + ln √(2π)\], for a > 0.
///
/// Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000.
pub fn stirling_error(a: f64) -> f64 {
    if a < 10.0 {
        return libm::lgamma(a + 1.0) - (a + 0.5) * libm::log(a) + a - LN_SQRT_2PI;
    }
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    const COEFFICIENTS: [f64; 6] = [
        -691.0 / 360_360.0,
        1.0 / 1_188.0,
        -1.0 / 1_680.0,
        1.0 / 1_260.0,
        -1.0 / 360.0,
        1.0 / 12.0,
    ];
    inverse * COEFFICIENTS.iter().fold(0.0, |sum, c| sum * square + c)
}

/// x ln(x / mean) + mean − x for x, mean > 0, without cancellation where they are close (Loader 2000).
pub fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    if difference.abs() >= 0.1 * (x + mean) {
        return x * libm::log(x / mean) - difference;
    }
    // x ln(x / mean) = 2 x (v + v³/3 + v⁵/5 + …); with |v| < 0.1 nine terms exhaust the digits.
    let v = difference / (x + mean);
    let square = v * v;
    const COEFFICIENTS: [f64; 9] = [
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
        1.0 / 3.0,
    ];
    let series = COEFFICIENTS.iter().fold(0.0, |sum, c| sum * square + c);
    v * (difference + 2.0 * x * square * series)
}

/// The regularised lower and upper incomplete gamma functions (P(a, x), Q(a, x)), P + Q = 1, for a > 0:
/// the probabilities that a gamma variable of shape `a` and scale 1 is at most x, and more than x.
///
/// Series below a + 1, continued fraction (Lentz) above, as in Press et al., "Numerical Recipes" §6.2,
/// with the leading factor by Loader's saddle-point form.
pub fn incomplete_gamma(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    // xᵃ e⁻ˣ / Γ(a + 1)
    let factor =
        libm::exp(-stirling_error(a) - deviance(a, x)) / (core::f64::consts::TAU * a).sqrt();
    if x < a + 1.0 {
        let lower = (factor * lower_series(a, x)).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (factor * a * upper_fraction(a, x)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// 1 + x/(a+1) + x²/((a+1)(a+2)) + …
fn lower_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut denominator = a;
    for _ in 0..MOST_TERMS {
        denominator += 1.0;
        term *= x / denominator;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// 1/(x+1−a− 1(1−a)/(x+3−a− 2(2−a)/(x+5−a− …))), by Lentz' method.
fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for i in 1..MOST_TERMS {
        let i = f64::from(i);
        let numerator = -i * (i - a);
        b += 2.0;
        d = away_from_zero(numerator * d + b, TINY);
        c = away_from_zero(b + numerator / c, TINY);
        d = 1.0 / d;
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

/// `x`, or `tiny` in place of a vanishing x.
pub(super) fn away_from_zero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stirling_error_meets_itself_at_the_switch() {
        // At 10 the series' first omitted term, 1/156 a⁻¹³, is 6e-16; lgamma's rounding is 1e-14.
        let below = libm::lgamma(11.0) - 10.5 * libm::log(10.0) + 10.0 - LN_SQRT_2PI;
        assert!((stirling_error(10.0) - below).abs() < 1e-14);
    }

    #[test]
    fn deviance_meets_itself_at_the_switch() {
        for (x, mean) in [(12.2, 10.0), (8.2, 10.0), (1e6, 0.9e6)] {
            let plain = x * libm::log(x / mean) + mean - x;
            assert!((deviance(x, mean) / plain - 1.0).abs() < 1e-12);
        }
    }

    /// P(1, x) = 1 − e⁻ˣ; Q(n, x) is a Poisson sum.
    #[test]
    fn closed_forms() {
        for x in [1e-9, 0.3, 1.0, 1.9, 2.1, 30.0, 600.0] {
            let (p, q) = incomplete_gamma(1.0, x);
            assert!((p / -libm::expm1(-x) - 1.0).abs() < 1e-14, "{x}");
            assert!((q / libm::exp(-x) - 1.0).abs() < 1e-12, "{x}");
            let q3 = libm::exp(-x) * (1.0 + x + 0.5 * x * x);
            assert!((incomplete_gamma(3.0, x).1 / q3 - 1.0).abs() < 1e-12, "{x}");
        }
    }

    /// Half the mass lies below the median, a − 1/3 + 8/(405 a) + 184/(25515 a²) (Choi 1994).
    #[test]
    fn median_of_large_shapes() {
        for a in [1e3, 1e5, 1e7] {
            let median = a - 1.0 / 3.0 + 8.0 / (405.0 * a) + 184.0 / (25_515.0 * a * a);
            assert!((incomplete_gamma(a, median).0 - 0.5).abs() < 1e-12, "{a}");
        }
    }
}
