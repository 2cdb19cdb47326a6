//! When telemetry is missing: times with and without it take turns, both exponentially distributed.
//!
//! An alternating renewal process (Cox 1962): in the long run the share of time in gaps is their mean length over that
//! of a gap and a stretch between. It starts as it goes on: in a gap with that probability.

use crate::random::{Rng, standard_exponential, uniform};

/// Where the process stands.
#[derive(Clone, Debug)]
pub struct Gaps {
    rng: Rng,
    between_s: f64,
    length_s: f64,
    is_open: bool,
    next_change_s: f64,
}

impl Gaps {
    /// At time 0, with numbers of its own stream: mean time between gaps and mean length of one, seconds.
    pub fn new(between_s: f64, length_s: f64, mut rng: Rng) -> Self {
        let is_open = uniform(&mut rng) * (between_s + length_s) < length_s;
        let mut gaps = Self {
            rng,
            between_s,
            length_s,
            is_open,
            next_change_s: 0.0,
        };
        gaps.next_change_s = gaps.stretch_s();
        gaps
    }

    /// Whether telemetry is missing at `now_s`, seconds; times must not run back.
    pub fn is_missing(&mut self, now_s: f64) -> bool {
        while self.next_change_s <= now_s {
            self.is_open = !self.is_open;
            self.next_change_s += self.stretch_s();
        }
        self.is_open
    }

    /// Length of the present stretch.
    fn stretch_s(&mut self) -> f64 {
        let mean_s = if self.is_open {
            self.length_s
        } else {
            self.between_s
        };
        // At least a microsecond, so that time goes on.
        (mean_s * standard_exponential(&mut self.rng)).max(1e-6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey};

    fn share_missing(replication: u32, hours: u32) -> f64 {
        let key = StreamKey {
            seed: 1,
            replication,
            component: 0,
            purpose: Purpose::TelemetryGaps,
        };
        let mut gaps = Gaps::new(2.0 * 3600.0, 30.0 * 60.0, key.rng());
        let ticks = hours * 240;
        let missing = (1..=ticks).filter(|tick| gaps.is_missing(f64::from(*tick) * 15.0));
        missing.count() as f64 / f64::from(ticks)
    }

    /// The share of time in gaps lies in the 99 % interval of 400 short runs: also right from the start.
    #[test]
    fn the_share_of_time_is_that_of_the_means() {
        for hours in [1, 48] {
            let shares: Vec<f64> = (0..400)
                .map(|replication| share_missing(replication, hours))
                .collect();
            let mean = shares.iter().sum::<f64>() / 400.0;
            let variance = shares.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 399.0;
            let half_width = 2.59 * (variance / 400.0).sqrt();
            assert!(
                (mean - 0.2).abs() < half_width,
                "{hours} h: {mean} ± {half_width}"
            );
        }
    }
}
