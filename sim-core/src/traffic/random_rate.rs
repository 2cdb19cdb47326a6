//! The part of the rate that differs from one replication to the next.

use super::RateCurve;
use crate::random::{self, GammaFactor, Purpose, Rng, StreamKey};
use crate::scenario::document::{BurstsDocument, TrafficDocument};

/// Intensity of the arrival process, tick by tick, for one replication.
#[derive(Clone, Debug)]
pub struct RandomRate {
    bursts: Option<Bursts>,
    over_dispersion: GammaFactor,
    dispersion_rng: Rng,
}

impl RandomRate {
    /// The rate of one replication; `component` numbers the workload.
    pub fn new(traffic: &TrafficDocument, seed: u64, replication: u32, component: u32) -> Self {
        let stream = |purpose| {
            StreamKey {
                seed,
                replication,
                component,
                purpose,
            }
            .rng()
        };
        Self {
            bursts: traffic
                .bursts
                .as_ref()
                .map(|bursts| Bursts::new(bursts, stream(Purpose::Bursts))),
            over_dispersion: GammaFactor::new(traffic.over_dispersion),
            dispersion_rng: stream(Purpose::Overdispersion),
        }
    }

    /// Intensity of the next tick, in requests per second: the curve's rate times this replication's factors.
    #[inline]
    pub fn next_rps(&mut self, curve: &RateCurve, tick: u32, tick_s: f64) -> f64 {
        let mut rate_rps = curve.rate_rps(tick);
        if let Some(bursts) = &mut self.bursts {
            rate_rps *= bursts.mean_factor(tick_s);
        }
        rate_rps * self.over_dispersion.sample(&mut self.dispersion_rng)
    }
}

/// A two-state Markov process, started in its stationary law.
#[derive(Clone, Debug)]
struct Bursts {
    factor: f64,
    mean_gap_s: f64,
    mean_duration_s: f64,
    bursting: bool,
    remaining_s: f64,
    rng: Rng,
}

impl Bursts {
    fn new(document: &BurstsDocument, mut rng: Rng) -> Self {
        let mean_gap_s = document.mean_gap_hours * 3600.0;
        let mean_duration_s = document.mean_duration_minutes * 60.0;
        let bursting = random::uniform(&mut rng) < mean_duration_s / (mean_gap_s + mean_duration_s);
        let mut bursts = Self {
            factor: document.factor,
            mean_gap_s,
            mean_duration_s,
            bursting,
            remaining_s: 0.0,
            rng,
        };
        bursts.remaining_s = bursts.draw_sojourn_s();
        bursts
    }

    fn draw_sojourn_s(&mut self) -> f64 {
        let mean_s = if self.bursting {
            self.mean_duration_s
        } else {
            self.mean_gap_s
        };
        random::standard_exponential(&mut self.rng) * mean_s
    }

    /// Mean factor over the next `length_s` seconds; moves on by as much.
    fn mean_factor(&mut self, length_s: f64) -> f64 {
        let mut burst_s = 0.0;
        let mut left_s = length_s;
        while self.remaining_s < left_s {
            if self.bursting {
                burst_s += self.remaining_s;
            }
            left_s -= self.remaining_s;
            self.bursting = !self.bursting;
            self.remaining_s = self.draw_sojourn_s();
        }
        self.remaining_s -= left_s;
        if self.bursting {
            burst_s += left_s;
        }
        1.0 + (self.factor - 1.0) * (burst_s / length_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_take_their_share_of_time() {
        let document = BurstsDocument {
            factor: 3.0,
            mean_gap_hours: 1.0,
            mean_duration_minutes: 20.0,
        };
        let rng = StreamKey {
            seed: 7,
            replication: 0,
            component: 0,
            purpose: Purpose::Bursts,
        }
        .rng();
        let mut bursts = Bursts::new(&document, rng);
        let ticks = 2_000_000;
        let mean = (0..ticks).map(|_| bursts.mean_factor(15.0)).sum::<f64>() / f64::from(ticks);
        // A quarter of the time at 3: mean 1.5. 15 s × 2e6 = 6250 cycles; the standard error is about 0.01.
        assert!((mean - 1.5).abs() < 0.04, "{mean}");
    }
}
