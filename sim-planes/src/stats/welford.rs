//! Mean and variance of a stream of numbers, one pass, without cancellation.

use serde::{Deserialize, Serialize};

/// Running count, mean and sum of squared deviations (Welford 1962; merging by Chan, Golub & LeVeque 1979).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Welford {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Welford {
    /// Nothing seen yet.
    pub fn new() -> Welford {
        Welford::default()
    }

    /// Takes one number in.
    #[inline]
    pub fn push(&mut self, x: f64) {
        self.n += 1;
        let before = x - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (x - self.mean);
    }

    /// Takes in everything that `other` has seen. The last bits depend on the order of merging.
    pub fn merge(&mut self, other: &Welford) {
        if other.n == 0 {
            return;
        }
        if self.n == 0 {
            *self = *other;
            return;
        }
        let (own, theirs) = (self.n as f64, other.n as f64);
        let difference = other.mean - self.mean;
        self.n += other.n;
        let share = theirs / (own + theirs);
        self.mean += difference * share;
        self.squares += other.squares + difference * difference * own * share;
    }

    /// How many numbers were seen.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their mean; 0 when there were none.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Their sample variance (divisor n − 1); 0 below two numbers.
    pub fn variance(&self) -> f64 {
        if self.n < 2 {
            return 0.0;
        }
        self.squares / (self.n - 1) as f64
    }

    /// Their sample standard deviation; 0 below two numbers.
    pub fn sd(&self) -> f64 {
        self.variance().sqrt()
    }

    /// Student's confidence interval of the mean at `level` (0..1); `None` below two numbers.
    pub fn mean_ci(&self, level: f64) -> Option<(f64, f64)> {
        super::mean_ci(self.mean, self.sd(), self.n, level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Welford {
        let mut welford = Welford::new();
        values.iter().for_each(|&x| welford.push(x));
        welford
    }

    /// A large offset does not drown the spread (the textbook sum of squares loses all its digits here).
    #[test]
    fn keeps_the_digits_of_a_small_spread() {
        let seen = of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        assert_eq!(
            (seen.n(), seen.mean(), seen.variance()),
            (4, 1e9 + 10.0, 30.0)
        );
    }

    #[test]
    fn merging_is_seeing_both() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i * i % 37)).collect();
        let mut merged = of(&values[..30]);
        merged.merge(&Welford::new());
        merged.merge(&of(&values[30..]));
        let whole = of(&values);
        assert_eq!(merged.n(), whole.n());
        assert!((merged.mean() - whole.mean()).abs() < 1e-12);
        assert!((merged.variance() - whole.variance()).abs() < 1e-11);
        let mut from_nothing = Welford::new();
        from_nothing.merge(&whole);
        assert_eq!(from_nothing, whole);
    }

    #[test]
    fn few_numbers_have_no_spread() {
        assert_eq!(Welford::new().variance(), 0.0);
        assert_eq!(of(&[5.0]).mean_ci(0.95), None);
    }
}
