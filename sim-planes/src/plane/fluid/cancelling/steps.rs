//! The steps by which a wait rises: until the first of the requests in service ends.
//!
//! When an arrival finds all servers busy its service will be one of c, the others of which have been going on for a while:
//! P(step > z) = P(S > z) (1 − Fₑ(z))^(c−1), Fₑ being the residual law, with the mean E\[S\]/c. For one server it is S, for
//! exponential services exponential.

use super::density::CELLS;
use crate::bounds::Bounds;
use crate::plane::fluid::service_law::ServiceLaw;

/// Steps that are longer than others with this probability do not count.
const RARE: f64 = 1e-8;

/// Requests of a cell of the wait, whose steps are followed upwards.
pub(super) struct Source {
    pub(super) rps: f64,
    held_s: f64,
    longer: f64,
    /// Probability that all that are in service still are, as far as the steps have been followed.
    none: f64,
}

impl Source {
    pub(super) fn new(rps: f64, held_s: f64, longer: f64) -> Self {
        Self {
            rps,
            held_s,
            longer,
            none: 1.0,
        }
    }
}

/// The steps of a wait: until the first of all that are in service ends.
pub(super) struct Steps {
    servers: u32,
    /// ∫ P(S > z) dz up to so many half cells, seconds.
    upto_s: Vec<f64>,
    /// Cells that a step crosses at most.
    pub(super) most: usize,
}

impl Steps {
    /// On cells of a width, of services by this law; steps are made up to `longest` times as long.
    pub(super) fn new(law: &ServiceLaw, servers: u32, longest: f64, step_s: f64) -> Self {
        let mut place = 0;
        let upto_s: Vec<f64> = (0..=2 * CELLS)
            .map(|half| law.mean_s * law.residual_cdf(0.5 * half as f64 * step_s, &mut place))
            .collect();
        let is_rare = |&own_s: &f64| power((1.0 - own_s / law.mean_s).max(0.0), servers) < RARE;
        let rare = upto_s.iter().position(is_rare).unwrap_or(2 * CELLS);
        Self {
            servers,
            upto_s,
            most: (0.5 * rare as f64 * longest) as usize + 2,
        }
    }

    /// How much of the steps of a source lies between the last place and so many half cells above it, seconds. From the
    /// renewal of c services: c ∫ P(S > x) (1 − Fₑ(x))^(c−1) dx = E\[S\] (1 − (1 − Fₑ(z))^c).
    pub(super) fn rise(&self, source: &mut Source, halves: f64) -> f64 {
        let upto_s = between(&self.upto_s, halves / source.longer).unwrap_or(f64::INFINITY);
        let none = power((1.0 - upto_s / source.held_s).at_least(0.0), self.servers);
        let rise_s = source.held_s * (source.none - none) / f64::from(self.servers);
        source.none = none;
        rise_s
    }
}

/// xⁿ by squaring.
pub(super) fn power(x: f64, n: u32) -> f64 {
    let (mut result, mut square, mut left) = (1.0, x, n);
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    result
}

/// The value at a place between two others.
fn between(values: &[f64], place: f64) -> Option<f64> {
    let left = place as usize;
    let first = values.get(left)?;
    let part = place - left as f64;
    match values.get(left.saturating_add(1)) {
        Some(second) => Some(first + part * (second - first)),
        None => (part <= 0.0).then_some(*first),
    }
}
