//! What a design that was not tried would be like, judged from those that were: a Gaussian process.
//!
//! Matérn kernel of smoothness 3/2, for costs climb in steps of nodes; a length for each knob, by the likelihood, so that
//! knobs that do not matter drop out. Rasmussen & Williams, "Gaussian Processes for Machine Learning", 2006, equations
//! 2.25, 2.26, 2.30 and 4.17. Cubic in the number of designs, so it looks at no more than [`MOST`].

use super::space::{Rungs, Space};

/// Most designs that it learns from.
pub(super) const MOST: usize = 72;
/// Lengths that are tried, in widths of a knob.
const LENGTHS: [f64; 7] = [0.15, 0.3, 0.6, 1.2, 2.5, 5.0, 20.0];

/// Lengths of the knobs, as places in the list of those that are tried.
pub(super) type Lengths = Vec<u8>;

/// The lengths that a search starts with.
pub(super) fn first_lengths(space: &Space) -> Lengths {
    vec![3; space.knobs.len()]
}

/// What was seen of one figure.
pub(super) struct Seen<'a> {
    pub(super) space: &'a Space,
    pub(super) designs: Vec<&'a Rungs>,
    pub(super) values: Vec<f64>,
    /// Variance of each value's error.
    pub(super) noise: Vec<f64>,
}

/// A fitted process.
pub(super) struct Surrogate<'a> {
    space: &'a Space,
    designs: Vec<&'a Rungs>,
    lengths: Vec<f64>,
    mean: f64,
    variance: f64,
    factor: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

impl<'a> Surrogate<'a> {
    /// Fits it, starting from these lengths, which become better ones.
    pub(super) fn fit(seen: Seen<'a>, lengths: &mut Lengths) -> Self {
        let mut best = Self::with(&seen, lengths);
        for knob in 0..lengths.len() {
            for longer in [true, false] {
                let mut other = lengths.clone();
                let step = &mut other[knob];
                *step = match longer {
                    true => (*step + 1).min(LENGTHS.len() as u8 - 1),
                    false => step.saturating_sub(1),
                };
                if other == *lengths {
                    continue;
                }
                let tried = Self::with(&seen, &other);
                if tried.1 > best.1 {
                    best = tried;
                    *lengths = other;
                    break;
                }
            }
        }
        best.0
    }

    /// The process of these lengths, and the logarithm of its likelihood.
    fn with(seen: &Seen<'a>, lengths: &[u8]) -> (Self, f64) {
        let n = seen.values.len();
        let mean = seen.values.iter().sum::<f64>() / n.max(1) as f64;
        let squares = seen
            .values
            .iter()
            .map(|value| (value - mean) * (value - mean));
        let variance = (squares.sum::<f64>() / n.max(1) as f64).max(1e-12);
        let lengths: Vec<f64> = lengths
            .iter()
            .map(|&length| LENGTHS.get(usize::from(length)).copied().unwrap_or(1.0))
            .collect();
        let mut this = Self {
            space: seen.space,
            designs: seen.designs.clone(),
            lengths,
            mean,
            variance,
            factor: Vec::new(),
            weights: Vec::new(),
        };
        let mut factor: Vec<Vec<f64>> = Vec::with_capacity(n);
        let mut determinant = 0.0;
        for row in 0..n {
            let mut line: Vec<f64> = Vec::with_capacity(row + 1);
            for column in 0..=row {
                let mut sum = variance * this.alike(seen.designs[row], seen.designs[column]);
                if row == column {
                    sum += seen.noise[row] + 1e-6 * variance;
                }
                let other = if row == column {
                    &line
                } else {
                    &factor[column]
                };
                sum -= dot(&line[..column], &other[..column]);
                line.push(if row == column {
                    sum.max(1e-12 * variance).sqrt()
                } else {
                    sum / factor[column][column]
                });
            }
            determinant += libm::log(line[row]);
            factor.push(line);
        }
        let centred: Vec<f64> = seen.values.iter().map(|value| value - mean).collect();
        let half = forward(&factor, &centred);
        let likelihood = -0.5 * dot(&half, &half) - determinant;
        this.weights = backward(&factor, &half);
        this.factor = factor;
        (this, likelihood)
    }

    /// How alike two designs are: 1 for the same.
    fn alike(&self, a: &[u16], b: &[u16]) -> f64 {
        let mut square = 0.0;
        for (knob, length) in self.lengths.iter().enumerate() {
            let apart = self.space.apart(knob, a, b) / length;
            square += apart * apart;
        }
        let far = (3.0 * square).sqrt();
        (1.0 + far) * libm::exp(-far)
    }

    /// Mean and standard deviation of what a design would show.
    pub(super) fn predict(&self, design: &[u16]) -> (f64, f64) {
        let likeness: Vec<f64> = self
            .designs
            .iter()
            .map(|known| self.variance * self.alike(known, design))
            .collect();
        let half = forward(&self.factor, &likeness);
        let left = (self.variance - dot(&half, &half)).max(0.0);
        (self.mean + dot(&likeness, &self.weights), left.sqrt())
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves L x = b.
fn forward(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut solved: Vec<f64> = Vec::with_capacity(right.len());
    for (line, value) in factor.iter().zip(right) {
        let row = solved.len();
        solved.push((value - dot(&line[..row], &solved)) / line[row]);
    }
    solved
}

/// Solves Lᵀ x = b.
fn backward(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut solved = right.to_vec();
    for row in (0..solved.len()).rev() {
        solved[row] /= factor[row][row];
        let value = solved[row];
        for (above, solved) in solved.iter_mut().enumerate().take(row) {
            *solved -= factor[row][above] * value;
        }
    }
    solved
}

#[cfg(test)]
mod tests {
    use super::super::space::Ladder;
    use super::*;
    use serde_json::Value;

    fn line(rungs: u16) -> Space {
        Space {
            knobs: vec![Ladder {
                path: "/a".into(),
                rungs: (0..rungs).map(Value::from).collect(),
                ordered: true,
            }],
        }
    }

    /// Against the two-point process by hand: with k = (1 + √3 d/ℓ) e^(−√3 d/ℓ) the mean at a third point is kᵀ K⁻¹ y.
    #[test]
    fn two_points_by_hand() {
        let space = line(11);
        let (low, high, middle) = (vec![0u16], vec![10u16], vec![5u16]);
        let seen = Seen {
            space: &space,
            designs: vec![&low, &high],
            values: vec![-1.0, 3.0],
            noise: vec![0.0, 0.0],
        };
        let (fitted, _) = Surrogate::with(&seen, &[3]);
        let k = |d: f64| {
            let far = 3f64.sqrt() * d / 1.2;
            (1.0 + far) * libm::exp(-far)
        };
        // Mean 1, variance 4; by symmetry the middle is the mean.
        let (mean, sd) = fitted.predict(&middle);
        assert!((mean - 1.0).abs() < 1e-9, "{mean}");
        let by_hand = 4.0 * (1.0 - 2.0 * k(0.5) * k(0.5) / (1.0 + k(1.0)));
        assert!((sd * sd - by_hand).abs() < 1e-4, "{} {by_hand}", sd * sd);
        let (mean, sd) = fitted.predict(&low);
        assert!((mean + 1.0).abs() < 1e-3 && sd < 0.01, "{mean} {sd}");
    }

    #[test]
    fn a_knob_that_does_not_matter_gets_a_long_length() {
        let mut space = line(11);
        space.knobs.push(Ladder {
            path: "/b".into(),
            ..space.knobs[0].clone()
        });
        let designs: Vec<Rungs> = (0..40)
            .map(|i: u16| vec![(i * 7) % 11, (i * 5) % 11])
            .collect();
        let values = designs.iter().map(|d| (f64::from(d[0]) - 4.0).abs());
        let seen = |space| Seen {
            space,
            designs: designs.iter().collect(),
            values: values.clone().collect(),
            noise: vec![1e-4; 40],
        };
        let mut lengths = first_lengths(&space);
        for _ in 0..5 {
            let _ = Surrogate::fit(seen(&space), &mut lengths);
        }
        assert!(lengths[1] > lengths[0], "{lengths:?}");
    }
}
