//! The shape of the wait of a request that has to wait.
//!
//! In M/G/1 the wait of those who wait is a sum of N ≥ 1 residual service times with N geometric of ratio ρ
//! (Pollaczek & Khinchine; Beneš 1957). These laws, scaled to mean 1, run from the residual service time
//! itself (ρ = 0) to the exponential (ρ → 1): the right set of shapes for a given service, of which M/G/1
//! takes the one at its load and M/G/c the one that `calibration` names.

use super::service_law::ServiceLaw;

/// Cells of each of the two lattices on which the renewal equation is solved.
const CELLS: usize = 512;
/// Steps of the fine lattice per mean wait: it reaches 4 means.
const FINE_STEPS: f64 = 128.0;
/// Steps of the coarse lattice per mean wait: it reaches 64 means.
const COARSE_STEPS: f64 = 8.0;
/// Both, and the points of each.
const STEPS: [f64; 2] = [FINE_STEPS, COARSE_STEPS];
const POINTS: usize = CELLS + 2;
/// A probability that changes no sum.
const NOTHING: f64 = 1e-40;
const FINE_REACH: f64 = CELLS as f64 / FINE_STEPS;
const COARSE_REACH: f64 = CELLS as f64 / COARSE_STEPS;

/// A law on the non-negative numbers with mean 1, as the integral of its distribution function.
#[derive(Clone, Debug)]
pub(super) struct WaitLaw {
    fine: Lattice,
    coarse: Lattice,
    /// The number exceeded with probability e^−y, at y = 0, ¼, ½, …
    exceeded: Vec<f64>,
}

/// Steps of `exceeded` per e-fold of probability, and how many e-folds it reaches; beyond it is straight.
const RARITY_STEPS: f64 = 4.0;
const RARITIES: u32 = 12 * 4;

impl WaitLaw {
    /// The law of the M/G/1 wait of those who wait, at `load` 0..=1, divided by its mean.
    pub(super) fn new(service: &ServiceLaw, load: f64) -> Self {
        if load >= 1.0 {
            let [fine, coarse] = STEPS.map(Lattice::exponential);
            return Self::of(fine, coarse);
        }
        if load <= 0.0 {
            let [fine, coarse] = STEPS.map(|steps| Lattice::residual(service, steps));
            return Self::of(fine, coarse);
        }
        let [fine, coarse] = Lattice::geometric_sums(service, &[load]).swap_remove(0);
        Self::of(fine, coarse)
    }

    /// The same at several loads above 0 and below 1.
    pub(super) fn at_loads(service: &ServiceLaw, loads: &[f64]) -> impl Iterator<Item = Self> {
        let sums = Lattice::geometric_sums(service, loads).into_iter();
        sums.map(|[fine, coarse]| Self::of(fine, coarse))
    }

    fn of(fine: Lattice, coarse: Lattice) -> Self {
        let mut law = Self {
            fine,
            coarse,
            exceeded: Vec::new(),
        };
        let places = 0..=RARITIES;
        law.exceeded = places
            .map(|place| law.quantile(libm::exp(-f64::from(place) / RARITY_STEPS)))
            .collect();
        law
    }

    /// The number exceeded with probability `tail`, by bisection.
    fn quantile(&self, tail: f64) -> f64 {
        let (mut low, mut high) = (0.0, COARSE_REACH);
        while high - low > 1e-6 * high {
            let middle = 0.5 * (low + high);
            if 1.0 - self.cdf(middle) > tail {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// The number of means exceeded with probability e^−`rarity`.
    #[inline]
    pub(super) fn exceeded(&self, rarity: f64) -> f64 {
        let place = (rarity * RARITY_STEPS).max(0.0);
        let index = (place as usize).min(RARITIES as usize - 1);
        match (self.exceeded.get(index), self.exceeded.get(index + 1)) {
            (Some(a), Some(b)) => a + (place - index as f64) * (b - a),
            _ => 0.0,
        }
    }

    /// The law of the least of four residual service times: of the first departure while all of several
    /// servers are busy, which is what a wait at several servers begins with.
    pub(super) fn least_of_four(service: &ServiceLaw) -> Self {
        let mut place = 0;
        let mut all_above = |x_s: f64| {
            let above = (1.0 - service.residual_cdf(x_s, &mut place)).max(0.0);
            above * above * above * above
        };
        // The mean is below a residual's, and far above a thousandth of the mean service time.
        let step_s = 0.002 * service.mean_s;
        let steps = (64.0 * service.residual_mean() / step_s).min(100_000.0) as u32;
        let mut mean_s = 0.0;
        for k in 0..steps {
            let x_s = (f64::from(k) + 0.5) * step_s;
            let above = all_above(x_s);
            mean_s += step_s * above;
            // What the last cell leaves of the residual law is what rounding left.
            if above < NOTHING && x_s > service.end_s() {
                break;
            }
        }
        let mut cdf = |x: f64| 1.0 - all_above(x * mean_s);
        let fine = Lattice::of(&mut cdf, FINE_STEPS);
        Self::of(fine, Lattice::of(&mut cdf, COARSE_STEPS))
    }

    /// ∫₀^x F of the law's distribution function F, x in means; 0 for negative x.
    #[inline]
    pub(super) fn integral(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x < FINE_REACH {
            self.fine.integral(x * FINE_STEPS)
        } else if x < COARSE_REACH {
            self.coarse.integral(x * COARSE_STEPS)
        } else {
            x - 1.0
        }
    }

    /// Second moment: twice the integral of ∫ₓ^∞ (1 − F) = 1 − x + ∫₀ˣ F.
    pub(super) fn second_moment(&self) -> f64 {
        let left = |x: f64| (1.0 - x + self.integral(x)).max(0.0);
        let strip = |from: f64, to: f64, steps: u32| {
            let step = (to - from) / f64::from(steps);
            let at = |k: u32| left(from + f64::from(k) * step);
            let inner: f64 = (1..steps).map(at).sum();
            step * (inner + 0.5 * (left(from) + left(to)))
        };
        2.0 * (strip(0.0, FINE_REACH, 256) + strip(FINE_REACH, COARSE_REACH, 480))
    }

    /// The distribution function at x means.
    pub(super) fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x < FINE_REACH {
            self.fine.cdf(x * FINE_STEPS)
        } else if x < COARSE_REACH {
            self.coarse.cdf(x * COARSE_STEPS)
        } else {
            1.0
        }
    }
}

/// The residual service time on a lattice of so many steps of `step_s` seconds: its law there has its mean and its ∫F.
fn residual_masses(service: &ServiceLaw, step_s: f64, points: usize) -> Vec<f64> {
    let mut place = 0;
    let integral: Vec<f64> = (0..=points)
        .map(|k| service.residual_integral(k as f64 * step_s, &mut place) / step_s)
        .collect();
    let at = |k: usize| integral.get(k).copied().unwrap_or(0.0);
    (0..points)
        .map(|k| {
            if k == 0 {
                at(1)
            } else {
                (at(k + 1) - 2.0 * at(k) + at(k - 1)).max(0.0)
            }
        })
        .collect()
}

/// ∫F and F at equally spaced points.
#[derive(Clone, Debug)]
struct Lattice {
    step: f64,
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    integral: f64,
    cdf: f64,
}

impl Lattice {
    fn exponential(steps: f64) -> Self {
        let node = |index: usize| {
            let x = index as f64 / steps;
            let cdf = -libm::expm1(-x);
            Node {
                integral: x - cdf,
                cdf,
            }
        };
        Self {
            step: 1.0 / steps,
            nodes: (0..=CELLS + 1).map(node).collect(),
        }
    }

    /// From a distribution function, integrated by the midpoint rule.
    fn of(mut cdf: impl FnMut(f64) -> f64, steps: f64) -> Self {
        const PIECES: u32 = 8;
        let step = 1.0 / steps;
        let mut integral = 0.0;
        let nodes = (0..=CELLS + 1)
            .map(|index| {
                let x = index as f64 * step;
                let node = Node {
                    integral,
                    cdf: cdf(x),
                };
                let width = step / f64::from(PIECES);
                integral += (0..PIECES)
                    .map(|k| width * cdf(x + width * (f64::from(k) + 0.5)))
                    .sum::<f64>();
                node
            })
            .collect();
        Self { step, nodes }
    }

    /// The residual service time itself: the wait where hardly anybody comes.
    fn residual(service: &ServiceLaw, steps: f64) -> Self {
        let step = 1.0 / steps;
        let mass = residual_masses(service, service.residual_mean() * step, POINTS);
        Self::given_wait(&mass, 1.0, step)
    }

    /// Solves p₀ = (1−ρ)/(1−ρf₀), pₙ = ρ/(1−ρf₀) Σ fⱼ pₙ₋ⱼ (Panjer 1981) for the lattice law f of the
    /// residual service time that has its mean and its ∫F at the lattice points; for each load on the fine and the coarse
    /// lattice. All of them go side by side: each sum has to wait for its last addition, and so they wait together.
    fn geometric_sums(service: &ServiceLaw, loads: &[f64]) -> Vec<[Self; 2]> {
        let lattices: Vec<(f64, f64)> = loads
            .iter()
            .flat_map(|&load| STEPS.map(|steps| (load, steps)))
            .collect();
        let width = lattices.len();
        let mut masses = vec![0.0; POINTS * width];
        for (place, &(load, steps)) in lattices.iter().enumerate() {
            let mean_s = service.residual_mean() / (1.0 - load).max(f64::MIN_POSITIVE);
            let of_one = residual_masses(service, mean_s * (1.0 / steps), POINTS);
            let places = masses.iter_mut().skip(place).step_by(width);
            for (mass, one) in places.zip(of_one) {
                *mass = one;
            }
        }
        let mut waits = Vec::with_capacity(POINTS * width);
        let mut factors = Vec::with_capacity(width);
        for (&(load, _), mass) in lattices.iter().zip(&masses) {
            let first = 1.0 - load * mass;
            waits.push((1.0 - load) / first);
            factors.push(load / first);
        }
        let mut sums = vec![0.0; width];
        for _ in 1..POINTS {
            sums.fill(0.0);
            let rows = masses.chunks_exact(width).skip(1);
            for (mass, wait) in rows.zip(waits.chunks_exact(width).rev()) {
                for (sum, (mass, wait)) in sums.iter_mut().zip(mass.iter().zip(wait)) {
                    *sum += mass * wait;
                }
            }
            waits.extend(factors.iter().zip(&sums).map(|(factor, sum)| factor * sum));
        }
        let law = |place: usize, load: f64| {
            let wait: Vec<f64> = waits.iter().skip(place).step_by(width).copied().collect();
            Self::given_wait(&wait, load, 1.0 / STEPS[place % 2])
        };
        let pairs = loads.iter().enumerate();
        pairs
            .map(|(i, &load)| [law(2 * i, load), law(2 * i + 1, load)])
            .collect()
    }

    /// Takes the atom of those who need not wait out of the lattice law, and sums it up twice.
    fn given_wait(wait: &[f64], load: f64, step: f64) -> Self {
        let mut nodes = Vec::with_capacity(wait.len());
        let (mut below, mut integral) = (load - 1.0, 0.0);
        for &mass in wait {
            let before = below;
            below += mass;
            // The lattice law's ∫F at the points is the law's own; its F jumps there, from `before` to `below`.
            let cdf = if nodes.is_empty() {
                0.0
            } else {
                0.5 * (before + below) / load
            };
            nodes.push(Node { integral, cdf });
            integral += step * below / load;
        }
        Self { step, nodes }
    }

    /// ∫F at position `x` in steps: the cubic with the right values and slopes at both ends.
    #[inline]
    fn integral(&self, x: f64) -> f64 {
        let index = x as usize;
        let (Some(a), Some(b)) = (self.nodes.get(index), self.nodes.get(index + 1)) else {
            return x * self.step - 1.0;
        };
        let t = x - index as f64;
        let rise = b.integral - a.integral;
        let (start, end) = (a.cdf * self.step, b.cdf * self.step);
        a.integral
            + t * (start + t * (3.0 * rise - 2.0 * start - end + t * (start + end - 2.0 * rise)))
    }

    fn cdf(&self, x: f64) -> f64 {
        let index = x as usize;
        let (Some(a), Some(b)) = (self.nodes.get(index), self.nodes.get(index + 1)) else {
            return 1.0;
        };
        a.cdf + (x - index as f64) * (b.cdf - a.cdf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Distribution;

    /// M/M/1: exponential at every load.
    #[test]
    fn exponential_service_waits_exponentially() {
        let service = ServiceLaw::new(&Distribution::exponential(0.2).unwrap());
        for load in [0.0, 0.3, 0.9, 1.0] {
            let law = WaitLaw::new(&service, load);
            for x in [0.01, 0.1, 0.5, 1.0, 2.0, 3.99, 5.0, 10.0] {
                let expected = -libm::expm1(-x);
                assert!(
                    (law.cdf(x) - expected).abs() < 2e-3,
                    "{load} {x} {}",
                    law.cdf(x)
                );
                assert!(
                    (law.integral(x) - (x - expected)).abs() < 2e-3,
                    "{load} {x}"
                );
            }
        }
    }

    /// M/D/1 (Erlang 1909): P(W ≤ x) = (1−ρ) Σ (−ρ(x−k))ᵏ/k! e^ρ(x−k), here conditioned on waiting.
    #[test]
    fn constant_service_follows_erlang() {
        let service = ServiceLaw::new(&Distribution::deterministic(1.0).unwrap());
        for load in [0.3, 0.7, 0.9] {
            let law = WaitLaw::new(&service, load);
            let mean = 0.5 / (1.0 - load);
            for x in [0.1, 0.5, 0.9, 1.5, 2.7, 4.2] {
                let mut sum = 0.0;
                let mut k = 0.0;
                while k <= x {
                    let y: f64 = load * (x - k);
                    sum += libm::pow(-y, k) / libm::tgamma(k + 1.0) * libm::exp(y);
                    k += 1.0;
                }
                let expected = ((1.0 - load) * sum - (1.0 - load)) / load;
                assert!(
                    (law.cdf(x / mean) - expected).abs() < 4e-3,
                    "{load} {x} {} {expected}",
                    law.cdf(x / mean)
                );
            }
        }
    }
}
