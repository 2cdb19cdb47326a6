//! The service time as a piecewise uniform law: what makes every convolution with it a closed form.

use crate::random::Distribution;

/// Cells into which the service time is cut.
const CELLS: u32 = 128;
/// The cut points are the quantiles of logistic scores between −REACH and REACH: tails down to 6e-6.
const REACH: f64 = 12.0;

/// A stretch of service times, over which the probability is spread evenly; of width 0 it is an atom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) low_s: f64,
    pub(super) high_s: f64,
    pub(super) probability: f64,
    /// ∫₀^low Fₑ, where Fₑ is the law of the residual service time, and Fₑ(low) itself.
    residual_integral_s: f64,
    residual_cdf: f64,
    /// P(service time > low).
    tail: f64,
}

/// The service time in cells, in rising order.
#[derive(Clone, Debug)]
pub(super) struct ServiceLaw {
    pub(super) mean_s: f64,
    pub(super) cells: Vec<Cell>,
}

impl ServiceLaw {
    pub(super) fn new(service: &Distribution) -> Self {
        let mut law = Self {
            mean_s: service.mean(),
            cells: Vec::with_capacity(CELLS as usize + 2),
        };
        let (mut low_s, mut below) = (service.quantile(0.0), 0.0);
        for step in 0..=CELLS {
            let score = REACH * (2.0 * f64::from(step) / f64::from(CELLS) - 1.0);
            let p = 1.0 / (1.0 + libm::exp(-score));
            let high_s = service.quantile(p);
            // Cells far below the mean are all the same "no time": one is enough.
            if step < CELLS && high_s < 1e-6 * law.mean_s {
                continue;
            }
            // Even spreading from the lower end up to where the cell keeps its mean (Simpson's rule).
            let middle_s = service.quantile(0.5 * (below + p));
            let mean_s = (low_s + 4.0 * middle_s + high_s) / 6.0;
            law.push(low_s, (2.0 * mean_s - low_s).min(high_s), p - below);
            (low_s, below) = (high_s, p);
        }
        law.push_last(low_s, 1.0 - below);
        law.integrate_residual();
        law
    }

    fn push(&mut self, low_s: f64, high_s: f64, probability: f64) {
        self.cells.push(Cell {
            low_s,
            high_s: high_s.max(low_s),
            probability,
            residual_integral_s: 0.0,
            residual_cdf: 0.0,
            tail: 0.0,
        });
    }

    /// What remains above the last quantile, as wide as gives the whole law its mean.
    fn push_last(&mut self, low_s: f64, probability: f64) {
        let so_far: f64 = self
            .cells
            .iter()
            .map(|cell| 0.5 * (cell.low_s + cell.high_s) * cell.probability)
            .sum();
        let high_s = 2.0 * (self.mean_s - so_far) / probability - low_s;
        self.push(low_s, high_s, probability);
    }

    /// The residual service time has the density P(S > x) / E[S].
    fn integrate_residual(&mut self) {
        let (mut integral, mut cdf, mut tail, mut at) = (0.0, 0.0, 1.0, 0.0);
        for cell in &mut self.cells {
            let gap = cell.low_s - at;
            integral += cdf * gap + tail * gap * gap / (2.0 * self.mean_s);
            cdf += tail * gap / self.mean_s;
            cell.residual_integral_s = integral;
            cell.residual_cdf = cdf;
            cell.tail = tail;
            let width = cell.high_s - cell.low_s;
            integral +=
                cdf * width + (tail / 2.0 - cell.probability / 6.0) * width * width / self.mean_s;
            cdf += (tail - cell.probability / 2.0) * width / self.mean_s;
            tail -= cell.probability;
            at = cell.high_s;
        }
    }

    /// ∫₀^x Fₑ: the integral of the residual service time's distribution function. `place` as for
    /// [`residual_cdf`](Self::residual_cdf).
    pub(super) fn residual_integral(&self, x_s: f64, place: &mut usize) -> f64 {
        self.residual(x_s, place).1
    }

    /// P(service time > x) for x ≥ 0. `place` as for [`residual_cdf`](Self::residual_cdf).
    pub(super) fn survival(&self, x_s: f64, place: &mut usize) -> f64 {
        self.find(x_s, place);
        let Some(cell) = place.checked_sub(1).and_then(|index| self.cells.get(index)) else {
            return 1.0;
        };
        let width_s = cell.high_s - cell.low_s;
        let share = if width_s > 0.0 {
            ((x_s - cell.low_s) / width_s).min(1.0)
        } else {
            1.0
        };
        cell.tail - share * cell.probability
    }

    /// How many cells begin at x or before it.
    fn find(&self, x_s: f64, place: &mut usize) {
        let begins = |index: usize| self.cells.get(index).is_some_and(|cell| cell.low_s <= x_s);
        while *place > 0 && !begins(*place - 1) {
            *place -= 1;
        }
        while begins(*place) {
            *place += 1;
        }
    }

    /// Fₑ(x): P(residual service time ≤ x). `place` is where the search begins, and where it ended: the next x is
    /// mostly not far.
    pub(super) fn residual_cdf(&self, x_s: f64, place: &mut usize) -> f64 {
        self.residual(x_s, place).0
    }

    /// Where the last cell ends, seconds.
    pub(super) fn end_s(&self) -> f64 {
        self.cells.last().map_or(0.0, |cell| cell.high_s)
    }

    /// Moments of a service that ends after `limit_s` at the latest: of it, its square and its cube.
    pub(super) fn moments_until(&self, limit_s: f64) -> [f64; 3] {
        let mut moments = [0.0; 3];
        for cell in &self.cells {
            let (a, b) = (cell.low_s.min(limit_s), cell.high_s.min(limit_s));
            let width_s = cell.high_s - cell.low_s;
            let below = if width_s > 0.0 {
                (b - a) / width_s
            } else {
                1.0
            };
            let even = [
                (a + b) / 2.0,
                (a * a + a * b + b * b) / 3.0,
                (a + b) * (a * a + b * b) / 4.0,
            ];
            let mut power = 1.0;
            for (moment, even) in moments.iter_mut().zip(even) {
                power *= limit_s.min(1e100);
                *moment += cell.probability * (below * even + (1.0 - below) * power);
            }
        }
        moments
    }

    /// Fₑ and ∫₀ Fₑ at x ≥ 0.
    pub(super) fn residual(&self, x_s: f64, place: &mut usize) -> (f64, f64) {
        self.find(x_s, place);
        let Some(cell) = place.checked_sub(1).and_then(|index| self.cells.get(index)) else {
            return (x_s / self.mean_s, x_s * x_s / (2.0 * self.mean_s));
        };
        let inside = (x_s - cell.low_s).min(cell.high_s - cell.low_s);
        let share = if cell.high_s > cell.low_s {
            inside / (cell.high_s - cell.low_s)
        } else {
            1.0
        };
        let curve =
            (cell.tail / 2.0 - share * cell.probability / 6.0) * inside * inside / self.mean_s;
        let upto = cell.residual_integral_s + cell.residual_cdf * inside + curve;
        let cdf =
            cell.residual_cdf + (cell.tail - share * cell.probability / 2.0) * inside / self.mean_s;
        let beyond = x_s - cell.low_s - inside;
        let tail = cell.tail - share * cell.probability;
        (
            cdf + tail * beyond / self.mean_s,
            upto + cdf * beyond + tail * beyond * beyond / (2.0 * self.mean_s),
        )
    }

    /// Mean of the residual service time, E[S²] / (2 E[S]), seconds.
    pub(super) fn residual_mean(&self) -> f64 {
        let square = |cell: &Cell| {
            let (a, b) = (cell.low_s, cell.high_s);
            cell.probability * (a * a + a * b + b * b) / 3.0
        };
        self.cells.iter().map(square).sum::<f64>() / (2.0 * self.mean_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_moments() {
        for (service, tolerance) in [
            (Distribution::deterministic(0.3).unwrap(), 1e-12),
            (Distribution::exponential(2.0).unwrap(), 2e-3),
            (Distribution::log_normal(0.1, 0.5).unwrap(), 1e-3),
            (Distribution::log_normal(0.1, 2.0).unwrap(), 2e-2),
            (Distribution::gamma(5.0, 3.0).unwrap(), 5e-3),
        ] {
            let law = ServiceLaw::new(&service);
            let mean: f64 = law
                .cells
                .iter()
                .map(|c| c.probability * 0.5 * (c.low_s + c.high_s))
                .sum();
            assert!(
                (mean / service.mean() - 1.0).abs() < 1e-9,
                "{mean} {service:?}"
            );
            let expected = service.second_moment() / (2.0 * service.mean());
            let residual = law.residual_mean();
            assert!(
                (residual / expected - 1.0).abs() < tolerance,
                "{residual} {expected}"
            );
        }
    }

    /// Of an exponential law the residual is the law itself: ∫₀^x (1 − e^−t) dt = x − 1 + e^−x.
    #[test]
    fn integrates_the_residual() {
        let law = ServiceLaw::new(&Distribution::exponential(1.0).unwrap());
        let mut place = 0;
        for x in [1e-9, 0.01, 0.5, 1.0, 3.0, 0.7, 9.0, 100.0] {
            let expected = x - 1.0 + libm::exp(-x);
            assert!(
                (law.residual_integral(x, &mut place) - expected).abs() < 1e-3 * x.min(1.0),
                "{x}"
            );
        }
    }
}
