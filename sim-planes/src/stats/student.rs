//! Student's t distribution, for confidence intervals of means.

use super::special::{incomplete_beta, normal_quantile};

/// Probability that a t variable with `freedom` > 0 degrees of freedom exceeds `t` ≥ 0.
pub fn student_t_upper_tail(t: f64, freedom: f64) -> f64 {
    let square = t * t;
    let sum = freedom + square;
    if sum == f64::INFINITY {
        return 0.0;
    }
    0.5 * incomplete_beta(0.5 * freedom, 0.5, freedom / sum, square / sum)
}

/// The value below which a t variable with `freedom` > 0 degrees of freedom falls with probability `p`;
/// −∞ at 0 and below, +∞ at 1 and above. Above 10⁷ degrees of freedom it is the normal quantile, which
/// then agrees to seven digits.
///
/// Newton's iteration on the logarithm of the upper tail over the logarithm of t. The logarithm of t has
/// a log-concave density, hence a log-concave tail, so that after one step the iteration falls
/// monotonically to the solution from any start.
pub fn student_t_quantile(p: f64, freedom: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p < 0.5 {
        return -upper_quantile(p, freedom);
    }
    upper_quantile(1.0 - p, freedom)
}

/// The value that a t variable exceeds with probability `tail`, 0..0.5.
fn upper_quantile(tail: f64, freedom: f64) -> f64 {
    if tail <= 0.0 {
        return f64::INFINITY;
    }
    let normal = -normal_quantile(tail);
    if normal <= 0.0 {
        return 0.0;
    }
    if freedom > 1e7 {
        return normal;
    }
    let half = 0.5 * freedom;
    // ln of the density's constant, Γ(ν/2 + ½) / (√(νπ) Γ(ν/2))
    let constant = libm::lgamma(half + 0.5)
        - libm::lgamma(half)
        - 0.5 * libm::log(core::f64::consts::PI * freedom);
    let mut t = normal;
    for _ in 0..60 {
        let current = student_t_upper_tail(t, freedom);
        let log_density = constant - (half + 0.5) * libm::log1p(t * t / freedom);
        let step = libm::log(current / tail) * current / (t * libm::exp(log_density));
        t *= libm::exp(step);
        // What remains is about the square of the last step.
        if step.abs() < 1e-8 {
            break;
        }
    }
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Closed forms: one degree of freedom is the Cauchy distribution; two has 2x/√(1 − x²)/√2, x = 2p − 1.
    #[test]
    fn closed_forms() {
        for p in [0.500_001, 0.6, 0.9, 0.975, 0.9999, 0.999_999_9] {
            let cauchy = 1.0 / libm::tan(core::f64::consts::PI * (1.0 - p));
            assert!(
                (student_t_quantile(p, 1.0) / cauchy - 1.0).abs() < 1e-9,
                "{p}"
            );
            let x = 2.0 * p - 1.0;
            let two = x * (2.0 / (4.0 * p * (1.0 - p))).sqrt();
            assert!((student_t_quantile(p, 2.0) / two - 1.0).abs() < 1e-9, "{p}");
            assert_eq!(
                student_t_quantile(1.0 - p, 5.0),
                -upper_quantile(1.0 - p, 5.0)
            );
        }
        // To the bit: not −0, which f64::max might give on one machine and not on another.
        assert_eq!(student_t_quantile(0.5, 3.0).to_bits(), 0);
        assert_eq!(student_t_quantile(1.0, 3.0), f64::INFINITY);
        assert_eq!(student_t_quantile(0.0, 3.0), f64::NEG_INFINITY);
    }
}
