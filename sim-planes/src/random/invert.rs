//! Quantiles of distributions without a closed form.

/// The smallest x ≥ 0 whose distribution function reaches `p` (0..1), to the last bit; +∞ when none does.
///
/// `probabilities` gives those of at most x and of more than x; the smaller is compared, so that tails
/// keep their digits. Bisection over the bit patterns of the non-negative numbers, which are ordered like
/// the numbers: at most 63 evaluations, no starting point, no failure to converge.
pub fn invert(p: f64, probabilities: impl Fn(f64) -> (f64, f64)) -> f64 {
    let reached = |x: f64| {
        let (below, above) = probabilities(x);
        if p < 0.5 {
            below >= p
        } else {
            above <= 1.0 - p
        }
    };
    let (mut low, mut high) = (0, f64::INFINITY.to_bits());
    while low < high {
        let middle = low + (high - low) / 2;
        if reached(f64::from_bits(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    f64::from_bits(high)
}
