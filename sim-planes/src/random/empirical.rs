//! A distribution given by quantiles, linear in between.

use super::distribution::{Moments, check};
use super::{DistributionError, Rng, uniform};

/// Most quantiles taken.
const MOST: usize = 10_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    /// By ascending probability; the last piece begins at probability 1 and is the largest value.
    pieces: Vec<Piece>,
    /// For each of 2ⁿ equal cells of probability: the piece in which it begins.
    guide: Vec<u32>,
}

/// A linear piece of the quantile function, up to the next piece's start.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    start: f64,
    value: f64,
    slope: f64,
}

impl Empirical {
    /// Checks the pairs (probability, value), as documented at `Distribution::empirical`.
    pub fn new(quantiles: &[(f64, f64)], largest: f64) -> Result<Empirical, DistributionError> {
        let count = quantiles.len();
        check(
            "quantiles",
            count as f64,
            2.0..=MOST as f64,
            "2 to 10000 in number",
        )?;
        let error = |parameter, value, requirement| {
            Err(DistributionError {
                parameter,
                value,
                requirement,
            })
        };
        let mut before = (-1.0, 0.0);
        for &(probability, value) in quantiles {
            check("value", value, 0.0..=largest, "between 0 and 1e15")?;
            if probability.is_nan() || probability <= before.0 {
                return error("probability", probability, "above the one before");
            }
            if value < before.1 {
                return error("value", value, "at least the one before");
            }
            before = (probability, value);
        }
        if let Some(&(first, _)) = quantiles.first() {
            check("probability", first, 0.0..=0.0, "0 for the first quantile")?;
        }
        check(
            "probability",
            before.0,
            1.0..=1.0,
            "1 for the last quantile",
        )?;
        Ok(Empirical::from_checked(quantiles))
    }

    fn from_checked(quantiles: &[(f64, f64)]) -> Empirical {
        let mut pieces: Vec<Piece> = quantiles
            .windows(2)
            .filter_map(|pair| match pair {
                [(p, x), (q, y)] => Some(Piece {
                    start: *p,
                    value: *x,
                    slope: (y - x) / (q - p),
                }),
                _ => None,
            })
            .collect();
        if let Some(&(start, value)) = quantiles.last() {
            pieces.push(Piece {
                start,
                value,
                slope: 0.0,
            });
        }
        let cells = (2 * pieces.len()).next_power_of_two();
        let guide = (0..cells)
            .map(|cell| {
                let start = cell as f64 / cells as f64;
                (pieces.partition_point(|piece| piece.start <= start) - 1) as u32
            })
            .collect();
        Empirical { pieces, guide }
    }

    /// Pieces with their ends: (probability of the piece, smallest value, largest value).
    fn spans(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.pieces
            .iter()
            .zip(self.pieces.iter().skip(1))
            .map(|(piece, next)| (next.start - piece.start, piece.value, next.value))
    }

    /// A value uniform between a and b has raw moments (a+b)/2, (a²+ab+b²)/3, (a³+a²b+ab²+b³)/4.
    pub fn moments(&self) -> Moments {
        let mean: f64 = self.spans().map(|(p, a, b)| p * 0.5 * (a + b)).sum();
        // About the mean, where nothing cancels.
        let variance: f64 = self
            .spans()
            .map(|(p, a, b)| {
                let (a, b) = (a - mean, b - mean);
                p * (a * a + a * b + b * b) / 3.0
            })
            .sum();
        let third = self
            .spans()
            .map(|(p, a, b)| p * (a + b) * (a * a + b * b) / 4.0)
            .sum();
        (mean, variance, third)
    }

    #[inline]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        self.at(uniform(rng))
    }

    /// The quantile function for 0 ≤ u < 1.
    #[inline]
    fn at(&self, u: f64) -> f64 {
        // The number of cells is a power of two, so the product is exact and below it.
        let mut index = self.guide[(u * self.guide.len() as f64) as usize] as usize;
        // Ends at the latest before the last piece, which starts at 1 > u.
        while self.pieces[index + 1].start <= u {
            index += 1;
        }
        let piece = self.pieces[index];
        piece.value + piece.slope * (u - piece.start)
    }

    pub fn cdf(&self, x: f64) -> f64 {
        // The last piece that begins at or below x: an atom counts whole.
        let after = self.pieces.partition_point(|piece| piece.value <= x);
        let Some(piece) = after
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index))
        else {
            return 0.0;
        };
        match self.pieces.get(after) {
            Some(next) => (piece.start + (x - piece.value) / piece.slope).min(next.start),
            None => 1.0,
        }
    }

    pub fn quantile(&self, p: f64) -> f64 {
        match self.pieces.last() {
            Some(last) if p >= 1.0 => last.value,
            _ => self.at(p),
        }
    }

    pub fn scale(&self, k: f64) -> Empirical {
        let scaled = |piece: &Piece| Piece {
            value: piece.value * k,
            slope: piece.slope * k,
            ..*piece
        };
        Empirical {
            pieces: self.pieces.iter().map(scaled).collect(),
            guide: self.guide.clone(),
        }
    }
}
