//! Response times without any waiting: sums, maxima and mixtures of service times, as weighted values.
//!
//! A law is a list of values on a fine logarithmic grid (32 cells to a doubling). Each cell keeps the mean of what fell
//! into it, so that sums keep their means exactly.

use crate::bounds::Bounds;
use crate::random::Distribution;
use crate::stats::sort_by;
use core::ops::Range;

/// Cells of the grid to a doubling.
const CELLS_PER_OCTAVE: f64 = 32.0;
/// The grid starts at 2⁻³⁰ s; what is shorter is in its first cell.
const FIRST_LOG: f64 = -30.0;
/// It ends at 2²⁰ s; what is longer is in its last cell.
const CELLS: usize = 50 * 32;
/// Service times are cut into so many pieces between each two of their cut points.
const PIECES: u32 = 3;
/// Cut points of a service time: logistic scores between −REACH and REACH.
const CUTS: u32 = 128;
const REACH: f64 = 14.0;

/// A value and its probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Atom {
    value_s: f64,
    probability: f64,
    /// The range of what the atom stands for, seconds.
    low_s: f64,
    high_s: f64,
}

/// A law of non-negative times.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Law {
    /// By rising value.
    atoms: Vec<Atom>,
}

impl Law {
    /// No time at all.
    pub(super) fn zero() -> Self {
        Self {
            atoms: vec![Atom {
                probability: 1.0,
                ..Atom::default()
            }],
        }
    }

    /// Times with their probabilities.
    pub(super) fn of_times(times: &[(f64, f64)]) -> Self {
        let mut grid = Grid::new();
        for &(time_s, probability) in times {
            grid.add(time_s, probability, time_s, time_s);
        }
        grid.law()
    }

    /// Its times with their probabilities.
    pub(super) fn times_of(&self) -> impl Iterator<Item = (f64, f64)> {
        self.atoms
            .iter()
            .map(|atom| (atom.value_s, atom.probability))
    }

    /// A service time.
    pub(super) fn of(service: &Distribution) -> Self {
        let mut grid = Grid::new();
        let mut below = 0.0;
        let mut low_s = service.quantile(0.0);
        for cut in 0..=CUTS {
            let score = REACH * (2.0 * f64::from(cut) / f64::from(CUTS) - 1.0);
            let upto = 1.0 / (1.0 + libm::exp(-score));
            let step = (upto - below) / f64::from(PIECES);
            for piece in 0..PIECES {
                let end = below + f64::from(piece + 1) * step;
                let high_s = service.quantile(end);
                let middle_s = service.quantile(end - 0.5 * step);
                // Simpson's rule.
                grid.add((low_s + 4.0 * middle_s + high_s) / 6.0, step, low_s, high_s);
                low_s = high_s;
            }
            below = upto;
        }
        // What remains above has the mean that is missing.
        let rest = 1.0 - below;
        let missing_s = service.mean() - grid.mean_s();
        grid.add((missing_s / rest).max(low_s), rest, low_s, low_s);
        grid.law()
    }

    /// Mean, seconds.
    pub(super) fn mean_s(&self) -> f64 {
        let parts = self.atoms.iter();
        parts.map(|atom| atom.value_s * atom.probability).sum()
    }

    /// One after the other.
    pub(super) fn then(&self, other: &Self) -> Self {
        let mut grid = Grid::new();
        let edges = Edges::new();
        // Sums with the first atom rise, and so do those of each atom.
        let mut first = 0;
        for a in &self.atoms {
            let mut left = other.atoms.as_slice();
            let mut place = first;
            while let Some(b) = left.first() {
                place = edges.place_from(place, a.value_s + b.value_s);
                if left.len() == other.atoms.len() {
                    first = place;
                }
                let others = edges.inside(place);
                left = grid.add_sums(place, a, left, &others);
            }
        }
        grid.law()
    }

    /// So many times, one after the other: the whole ones, and one more with the probability that is left.
    pub(super) fn times(&self, count: f64) -> Self {
        let (whole, part) = (count.floor(), count - count.floor());
        let mut sum = if part > 0.0 {
            self.with_probability(part)
        } else {
            Self::zero()
        };
        // By doubling: log₂ of the count steps.
        let (mut left, mut power) = (whole as u64, self.clone());
        while left > 0 {
            if left % 2 == 1 {
                sum = sum.then(&power);
            }
            left /= 2;
            if left > 0 {
                power = power.then(&power);
            }
        }
        sum
    }

    /// So many times at once: as long as the longest of the whole ones, and one more with the probability that is left.
    pub(super) fn longest_of(&self, count: f64) -> Self {
        let (whole, part) = (count.floor(), count - count.floor());
        let all_below = |below: f64| libm::pow(below, whole) * (1.0 - part + part * below);
        let mut grid = Grid::new();
        let (mut below, mut so_far) = (0.0f64, all_below(0.0));
        grid.add(0.0, so_far, 0.0, 0.0);
        for atom in &self.atoms {
            below = (below + atom.probability).min(1.0);
            let upto = all_below(below);
            grid.add(atom.value_s, upto - so_far, atom.low_s, atom.high_s);
            so_far = upto;
        }
        grid.law()
    }

    /// Cut at a time: what would be longer is as long as that.
    pub(super) fn at_most(&self, most_s: f64) -> Self {
        let mut grid = Grid::new();
        for atom in &self.atoms {
            let cut = |value_s: f64| value_s.min(most_s);
            let value_s = cut(atom.value_s);
            grid.add(value_s, atom.probability, cut(atom.low_s), cut(atom.high_s));
        }
        grid.law()
    }

    /// Of those that are no longer than a time; cut at it, if none is.
    pub(super) fn up_to(&self, most_s: f64) -> Self {
        let kept: Vec<Atom> = self
            .atoms
            .iter()
            .copied()
            .filter(|atom| atom.value_s <= most_s)
            .collect();
        let all: f64 = kept.iter().map(|atom| atom.probability).sum();
        if all <= 0.0 {
            return self.at_most(most_s);
        }
        let atoms = kept.into_iter().map(|atom| Atom {
            probability: atom.probability / all,
            ..atom
        });
        Self {
            atoms: atoms.collect(),
        }
    }

    /// With this probability; otherwise no time.
    fn with_probability(&self, probability: f64) -> Self {
        let mut grid = Grid::new();
        grid.add(0.0, 1.0 - probability, 0.0, 0.0);
        for atom in &self.atoms {
            let p = atom.probability * probability;
            grid.add(atom.value_s, p, atom.low_s, atom.high_s);
        }
        grid.law()
    }

    /// All at once: as long as the longest; and the probability of each to be that.
    pub(super) fn longest(laws: &[Self]) -> (Self, Vec<f64>) {
        let mut all: Vec<(f64, f64, usize)> = Vec::new();
        for (index, law) in laws.iter().enumerate() {
            let atoms = law.atoms.iter();
            all.extend(atoms.map(|atom| (atom.value_s, atom.probability, index)));
        }
        sort_by(&mut all, |a, b| a.0.total_cmp(&b.0));
        let mut below = vec![0.0; laws.len()];
        let mut is_longest = vec![0.0; laws.len()];
        let mut grid = Grid::new();
        for (value_s, probability, index) in all {
            let others = below
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index);
            let p = probability * others.map(|(_, below)| *below).product::<f64>();
            grid.add(value_s, p, value_s, value_s);
            is_longest[index] += p;
            below[index] += probability;
        }
        (grid.law(), is_longest)
    }

    /// As a distribution to draw from and to compute with.
    pub(super) fn distribution(&self) -> Option<Distribution> {
        /// Probability of a step from one atom to the next.
        const STEP: f64 = 1e-13;
        let total: f64 = self.atoms.iter().map(|atom| atom.probability).sum();
        let mut quantiles: Vec<(f64, f64)> = Vec::with_capacity(2 * self.atoms.len());
        let mut below = 0.0;
        for atom in &self.atoms {
            // As wide as keeps the mean.
            let half_s = (atom.value_s - atom.low_s)
                .min(atom.high_s - atom.value_s)
                .max(0.0);
            let upto = below + atom.probability / total;
            if upto - below <= 2.0 * STEP {
                continue;
            }
            let start = if quantiles.is_empty() {
                0.0
            } else {
                below + STEP
            };
            let last_s = quantiles.last().map_or(0.0, |&(_, value_s)| value_s);
            quantiles.push((start, (atom.value_s - half_s).max(last_s)));
            quantiles.push((upto, (atom.value_s + half_s).max(last_s)));
            below = upto;
        }
        if let Some(last) = quantiles.last_mut() {
            last.0 = 1.0;
        }
        Distribution::empirical(&quantiles).ok()
    }
}

/// The cell of a value.
fn place_of(value_s: f64) -> usize {
    if value_s > 0.0 {
        let place = (libm::log2(value_s) - FIRST_LOG) * CELLS_PER_OCTAVE;
        (place.max(0.0) as usize).min(CELLS - 1)
    } else {
        0
    }
}

/// Where a cell begins, seconds.
fn edge_s(index: usize) -> f64 {
    libm::exp2(index as f64 / CELLS_PER_OCTAVE + FIRST_LOG)
}

/// Where the cells begin: values that rise find theirs without a logarithm each.
struct Edges {
    from_s: Vec<f64>,
}

impl Edges {
    fn new() -> Self {
        Self {
            from_s: (0..=CELLS).map(edge_s).collect(),
        }
    }

    /// The cell of a value, as [`place_of`] has it; `place` is that of a value not above it.
    fn place_from(&self, mut place: usize, value_s: f64) -> usize {
        /// So near to an edge, relatively, the logarithm decides: it is exact to 10⁻¹⁴.
        const NEAR: f64 = 1e-11;
        let from_s = |index: usize| self.from_s.get(index).copied().unwrap_or(f64::INFINITY);
        while place < CELLS - 1 && value_s >= from_s(place + 1) {
            place += 1;
        }
        let is_near = |edge_s: f64| (value_s - edge_s).abs() <= NEAR * edge_s;
        if is_near(from_s(place)) || is_near(from_s(place + 1)) {
            place_of(value_s)
        } else {
            place
        }
    }

    /// Values that are in a cell, and not near to its edges.
    fn inside(&self, place: usize) -> Range<f64> {
        const NEAR: f64 = 2e-11;
        match (self.from_s.get(place), self.from_s.get(place + 1)) {
            (Some(from_s), Some(to_s)) => from_s * (1.0 + NEAR)..to_s * (1.0 - NEAR),
            _ => 0.0..0.0,
        }
    }
}

/// Collects values.
struct Grid {
    cells: Vec<Atom>,
}

impl Grid {
    fn new() -> Self {
        Self {
            cells: vec![Atom::default(); CELLS],
        }
    }

    fn add(&mut self, value_s: f64, probability: f64, low_s: f64, high_s: f64) {
        if probability > 0.0 {
            self.add_at(place_of(value_s), value_s, probability, low_s, high_s);
        }
    }

    /// The same, where the value's cell is known.
    fn add_at(&mut self, place: usize, value_s: f64, probability: f64, low_s: f64, high_s: f64) {
        if probability <= 0.0 {
            return;
        }
        if let Some(cell) = self.cells.get_mut(place) {
            if cell.probability <= 0.0 {
                (cell.low_s, cell.high_s) = (low_s, high_s);
            }
            cell.low_s = cell.low_s.min(low_s);
            cell.high_s = cell.high_s.max(high_s);
            cell.value_s += value_s * probability;
            cell.probability += probability;
        }
    }

    /// Adds the sums of `a` with the first of others, and with those after it as long as their sums are inside: the same
    /// numbers as one by one. What is left of the others.
    #[inline]
    fn add_sums<'o>(
        &mut self,
        place: usize,
        a: &Atom,
        others: &'o [Atom],
        inside: &Range<f64>,
    ) -> &'o [Atom] {
        let Some(cell) = self.cells.get_mut(place) else {
            return &[];
        };
        let mut sum = *cell;
        let mut count = 0;
        for b in others {
            let value_s = a.value_s + b.value_s;
            if count > 0 && !inside.contains(&value_s) {
                break;
            }
            count += 1;
            let probability = a.probability * b.probability;
            if probability <= 0.0 {
                continue;
            }
            let (low_s, high_s) = (a.low_s + b.low_s, a.high_s + b.high_s);
            if sum.probability <= 0.0 {
                (sum.low_s, sum.high_s) = (low_s, high_s);
            }
            sum.low_s = sum.low_s.at_most(low_s);
            sum.high_s = sum.high_s.at_least(high_s);
            sum.value_s += value_s * probability;
            sum.probability += probability;
        }
        *cell = sum;
        others.get(count..).unwrap_or(&[])
    }

    fn mean_s(&self) -> f64 {
        self.cells.iter().map(|cell| cell.value_s).sum()
    }

    fn law(self) -> Law {
        /// What is rarer than this is left to its neighbour.
        const RARE: f64 = 1e-15;
        let mut atoms: Vec<Atom> = Vec::new();
        for (index, cell) in self.cells.into_iter().enumerate() {
            if cell.probability <= RARE {
                if let (Some(last), true) = (atoms.last_mut(), cell.probability > 0.0) {
                    let sum = last.value_s * last.probability + cell.value_s;
                    last.probability += cell.probability;
                    last.value_s = sum / last.probability;
                    last.high_s = last.high_s.max(last.value_s);
                }
                continue;
            }
            atoms.push(Atom {
                value_s: cell.value_s / cell.probability,
                low_s: cell.low_s.max(if index > 0 { edge_s(index) } else { 0.0 }),
                high_s: cell.high_s.min(edge_s(index + 1)),
                ..cell
            });
        }
        Law { atoms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, tolerance: f64) -> bool {
        (a / b - 1.0).abs() < tolerance
    }

    #[test]
    fn sums_keep_mean_and_variance() {
        let a = Distribution::log_normal(0.02, 1.5).expect("a law");
        let b = Distribution::exponential(0.05).expect("a law");
        let sum = Law::of(&a).then(&Law::of(&b).times(2.5));
        // Variance of a random number of terms: n·σ² plus that of the number, ¼, times the squared mean.
        let variance = a.variance() + 2.5 * b.variance() + 0.25 * 0.05 * 0.05;
        let law = sum.distribution().expect("a law");
        assert!(near(law.mean(), 0.02 + 2.5 * 0.05, 1e-6), "{}", law.mean());
        assert!(
            near(law.variance(), variance, 0.01),
            "{} {variance}",
            law.variance()
        );
        assert!(near(sum.mean_s(), law.mean(), 1e-6));
    }

    /// Of n equal exponential times the longest has n harmonic means, and each is it as often.
    #[test]
    fn the_longest_of_exponentials_is_harmonic() {
        let one = Law::of(&Distribution::exponential(1.0).expect("a law"));
        let (longest, which) = Law::longest(&[one.clone(), one.clone(), one]);
        assert!(near(longest.mean_s(), 1.0 + 0.5 + 1.0 / 3.0, 2e-3));
        assert!(
            which.iter().all(|share| near(*share, 1.0 / 3.0, 0.02)),
            "{which:?}"
        );
        assert!(near(which.iter().sum(), 1.0, 1e-9));
    }

    /// Calls made together: the longest of three exponentials, and of two and a half.
    #[test]
    fn calls_together_last_as_long_as_the_longest() {
        let one = Law::of(&Distribution::exponential(1.0).expect("a law"));
        let three = one.longest_of(3.0).mean_s();
        assert!(near(three, 1.0 + 0.5 + 1.0 / 3.0, 2e-3), "{three}");
        let half = one.longest_of(2.5).mean_s();
        assert!(near(half, 0.5 * (1.5 + three), 2e-3), "{half}");
        // Patience: ∫₀¹ e^(−x) dx, and the mean of those that are shorter than 1.
        let cut = one.at_most(1.0).mean_s();
        assert!(near(cut, 1.0 - libm::exp(-1.0), 5e-3), "{cut}");
        let kept = one.up_to(1.0).mean_s();
        let expected = (1.0 - 2.0 * libm::exp(-1.0)) / (1.0 - libm::exp(-1.0));
        assert!(near(kept, expected, 2e-2), "{kept} {expected}");
    }

    /// Walking finds the cells that logarithms find, at edges and everywhere else.
    #[test]
    fn walking_finds_the_cell() {
        let edges = Edges::new();
        let mut place = 0;
        let beside = |value: f64| [0.5, 1.0 - 1e-15, 1.0, 1.0 + 4e-16, 1.001].map(|x| x * value);
        let mut values: Vec<f64> = (0..CELLS).map(edge_s).flat_map(beside).collect();
        values.extend([0.0, 1e-12, 3e6]);
        values.sort_by(f64::total_cmp);
        for value_s in values {
            place = edges.place_from(place, value_s);
            assert_eq!(place, place_of(value_s), "{value_s}");
        }
    }

    #[test]
    fn a_constant_stays_one() {
        let law = Law::of(&Distribution::deterministic(0.01).expect("a law"));
        let sum = law.then(&law).distribution().expect("a law");
        assert!(near(sum.mean(), 0.02, 1e-9) && sum.variance() < 1e-12);
        assert!(near(sum.quantile(0.5), 0.02, 1e-9));
    }

    /// The hypoexponential law: P(sum ≤ x) = 1 − 2e^(−x) + e^(−2x) for means 1 and ½.
    #[test]
    fn sums_have_the_right_quantiles() {
        let slow = Law::of(&Distribution::exponential(1.0).expect("a law"));
        let quick = Law::of(&Distribution::exponential(0.5).expect("a law"));
        let sum = slow.then(&quick).distribution().expect("a law");
        for x in [0.2, 1.0, 3.0, 6.0] {
            let expected = 1.0 - 2.0 * libm::exp(-x) + libm::exp(-2.0 * x);
            assert!((sum.cdf(x) - expected).abs() < 1e-3, "{x}: {}", sum.cdf(x));
        }
    }
}
