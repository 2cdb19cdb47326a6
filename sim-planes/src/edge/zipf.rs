//! Which object a request is for, by Zipf's law.
//!
//! Rejection-inversion: W. Hörmann & G. Derflinger, *Rejection-inversion to generate variates from monotone discrete
//! distributions* (ACM TOMACS 6, 1996). Exact for every exponent and number of objects, without a table.

use crate::random::{Rng, uniform};

/// Draws ranks 1..=objects with probability in proportion to rank^-exponent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zipf {
    objects: f64,
    exponent: f64,
    /// Integral of the hat up to the first and past the last rank.
    first: f64,
    last: f64,
    /// Below this distance from the rank every point is accepted.
    squeeze: f64,
}

impl Zipf {
    pub(super) fn new(objects: u32, exponent: f64) -> Self {
        let mut zipf = Self {
            objects: f64::from(objects.max(1)),
            exponent,
            first: 0.0,
            last: 0.0,
            squeeze: 0.0,
        };
        zipf.first = zipf.integral(1.5) - 1.0;
        zipf.last = zipf.integral(zipf.objects + 0.5);
        zipf.squeeze = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.height(2.0));
        zipf
    }

    /// A rank, from 0 on.
    pub(super) fn draw(&self, rng: &mut Rng) -> usize {
        loop {
            let point = self.last + uniform(rng) * (self.first - self.last);
            let x = self.inverse(point);
            let rank = (x + 0.5).floor().clamp(1.0, self.objects);
            let accepted =
                rank - x <= self.squeeze || point >= self.integral(rank + 0.5) - self.height(rank);
            if accepted {
                return rank as usize - 1;
            }
        }
    }

    /// x^-exponent.
    fn height(&self, x: f64) -> f64 {
        libm::exp(-self.exponent * libm::log(x))
    }

    /// Integral of the height from 1 to x, without its poles at exponent 1.
    fn integral(&self, x: f64) -> f64 {
        let log = libm::log(x);
        expm1_over((1.0 - self.exponent) * log) * log
    }

    fn inverse(&self, y: f64) -> f64 {
        // Rounding may lead just below the range of the integral.
        let t = (y * (1.0 - self.exponent)).max(-1.0);
        libm::exp(log1p_over(t) * y)
    }
}

/// (e^x − 1) / x.
fn expm1_over(x: f64) -> f64 {
    if x.abs() > 1e-8 {
        libm::expm1(x) / x
    } else {
        1.0 + x * 0.5 * (1.0 + x / 3.0)
    }
}

/// ln(1 + x) / x.
fn log1p_over(x: f64) -> f64 {
    if x.abs() > 1e-8 {
        libm::log1p(x) / x
    } else {
        1.0 - x * (0.5 - x / 3.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey};

    #[test]
    fn ranks_are_drawn_in_their_proportions() {
        for exponent in [0.0, 0.8, 1.0, 1.3] {
            let zipf = Zipf::new(50, exponent);
            let mut rng = StreamKey {
                seed: 5,
                replication: 0,
                component: 0,
                purpose: Purpose::EdgeObjects,
            }
            .rng();
            let draws = 200_000;
            let mut counts = [0.0; 50];
            for _ in 0..draws {
                counts[zipf.draw(&mut rng)] += 1.0;
            }
            let weights: Vec<f64> = (1..=50)
                .map(|k| libm::pow(f64::from(k), -exponent))
                .collect();
            let total: f64 = weights.iter().sum();
            // Pearson's statistic of 50 classes: mean 49, standard deviation 9.9.
            let chi2: f64 = counts
                .iter()
                .zip(&weights)
                .map(|(count, weight)| {
                    let expected = f64::from(draws) * weight / total;
                    (count - expected) * (count - expected) / expected
                })
                .sum();
            assert!(chi2 < 85.0, "exponent {exponent}: {chi2}");
        }
    }
}
