//! Confirming a design on fresh replications.
//!
//! The best of many looks better than it is (the winner's curse), so the replications that chose a design do not judge
//! it. A candidate gets replications that no choice has seen, and is recommended when an exact binomial test rejects
//! "its attainment is below what is wanted" and the lower bound of its 95 % interval clears too. There are at most
//! [`CANDIDATES`] candidates with [`LOOKS`] looks each; each look errs with a probability of at most 5 % over their
//! number, so all together err in at most 5 % of searches (Bonferroni), whatever was tried before.

use crate::stats::special::incomplete_beta;
use crate::stats::wilson;

/// Most candidates.
pub(super) const CANDIDATES: u32 = 4;
/// Looks at each.
pub(super) const LOOKS: u32 = 2;
/// The second look comes after so many times the replications of the first.
const SECOND: u32 = 3;
/// Error of all looks together.
const ERROR: f64 = 0.05;

/// Probability of at least `successes` of `n` at this chance: 1 − I(1 − p; n − k + 1, k).
pub fn at_least(successes: u32, n: u32, chance: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    if successes > n {
        return 0.0;
    }
    let (k, rest) = (f64::from(successes), f64::from(n - successes + 1));
    incomplete_beta(k, rest, chance, 1.0 - chance)
}

/// How a candidate is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    /// Wanted probability, 0..1.
    pub(super) wanted: f64,
    /// Replications at each look.
    pub(super) looks: [u32; LOOKS as usize],
    /// Misses that the last look lets pass.
    allowed: u32,
}

impl Plan {
    /// The first look is as early as a candidate that meets all can pass.
    pub(super) fn new(wanted: f64) -> Self {
        let error = ERROR / f64::from(CANDIDATES * LOOKS);
        let first = libm::log(error) / libm::log(wanted.clamp(1e-6, 1.0 - 1e-6));
        let first = (first.ceil().clamp(1.0, 1e6) as u32).max(8);
        let mut this = Self {
            wanted,
            looks: [first, first * SECOND],
            allowed: 0,
        };
        let last = first * SECOND;
        while this.allowed < last && this.passes(last - this.allowed - 1, last) {
            this.allowed += 1;
        }
        this
    }

    /// Whether so many successes pass a look.
    pub(super) fn passes(&self, successes: u32, n: u32) -> bool {
        let error = ERROR / f64::from(CANDIDATES * LOOKS);
        let (bound, _) = wilson(u64::from(successes), u64::from(n), 0.95);
        at_least(successes, n, self.wanted) <= error && bound >= self.wanted
    }

    /// Whether the last look could still be passed after so many misses.
    pub(super) fn hopeless(&self, misses: u32) -> bool {
        misses > self.allowed
    }

    /// Probability that a design of this attainment passes the last look.
    pub(super) fn power(&self, chance: f64) -> f64 {
        let last = self.looks[LOOKS as usize - 1];
        at_least(last - self.allowed, last, chance.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_by_hand() {
        // Three coins: P(at least 2 heads) = 4 / 8; nine tenths of 44: 0.9^44.
        assert!((at_least(2, 3, 0.5) - 0.5).abs() < 1e-12);
        assert!((at_least(44, 44, 0.9) - libm::pow(0.9, 44.0)).abs() < 1e-12);
        assert_eq!((at_least(0, 5, 0.1), at_least(6, 5, 0.1)), (1.0, 0.0));
    }

    #[test]
    fn the_first_look_is_as_early_as_can_be() {
        for wanted in [0.5, 0.8, 0.9, 0.95, 0.99] {
            let plan = Plan::new(wanted);
            let first = plan.looks[0];
            assert!(plan.passes(first, first), "{wanted}");
            assert!(first == 8 || !plan.passes(first - 1, first - 1), "{wanted}");
        }
        assert_eq!(Plan::new(0.9).looks, [49, 147]);
    }

    /// The chance that a design exactly at what is wanted is let through by any look is within its share.
    #[test]
    fn a_design_at_the_border_seldom_passes() {
        let plan = Plan::new(0.9);
        assert!(plan.power(0.9) <= 0.05 / 8.0);
        assert!(plan.power(0.99) > 0.95 && plan.power(0.95) < 0.5);
        assert!(plan.hopeless(40) && !plan.hopeless(2));
    }
}
