//! Piecewise constant rates, through the traffic model and the requests plane.

use crate::plane::{DataPlane, Interval, RequestsPlane, ServiceModel};
use crate::random::Distribution;
use crate::scenario::document::{TrafficDocument, TrafficSource};
use crate::stats::Welford;
use crate::traffic::RateCurve;

/// Rates until given times, repeated twice.
#[derive(Clone, Debug)]
pub(in crate::validation) struct Steps {
    /// Rate, and ticks that it holds.
    steps: [(f64, u32); 3],
    tick_s: f64,
    service: Distribution,
}

/// Rounds of a sample; a round is the pattern twice.
const ROUNDS: u32 = 400;

impl Steps {
    /// Rates 5, 1.5 and 3 until 3.2, 7.9 and 10, as in Ciw's test.
    pub(super) fn of_ciw() -> Self {
        Self {
            steps: [(5.0, 32), (1.5, 47), (3.0, 21)],
            tick_s: 0.1,
            service: super::law(Distribution::deterministic(0.01)),
        }
    }

    fn ticks(&self) -> u32 {
        self.steps.iter().map(|(_, ticks)| ticks).sum()
    }

    /// Requests of one sample, about.
    pub(in crate::validation) fn requests(&self) -> f64 {
        let a_pattern: f64 = self
            .steps
            .iter()
            .map(|(rate, ticks)| rate * f64::from(*ticks) * self.tick_s)
            .sum();
        2.0 * f64::from(ROUNDS) * a_pattern
    }

    /// Mean count of each rate over a round, and variance over mean of the first.
    pub(in crate::validation) fn play(
        &self,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> [f64; 4] {
        let model = ServiceModel::new(self.service.clone());
        let mut plane = RequestsPlane::new(&model, 0, seed, replication, component);
        let curve = RateCurve::new(&self.traffic(), self.tick_s, 0, self.ticks());
        let mut counts = [Welford::new(); 3];
        for _ in 0..ROUNDS {
            let mut round = [0.0; 3];
            for _ in 0..2 {
                let mut tick = 0;
                for (count, (_, ticks)) in round.iter_mut().zip(self.steps) {
                    for _ in 0..ticks {
                        let interval = Interval {
                            length_s: self.tick_s,
                            rate_rps: curve.rate_rps(tick),
                            servers: 1,
                            queue_limit: u32::MAX,
                            ..Interval::default()
                        };
                        *count += plane.serve(&interval).arrivals;
                        tick += 1;
                    }
                }
            }
            for (seen, count) in counts.iter_mut().zip(round) {
                seen.push(count);
            }
        }
        let [first, second, third] = counts;
        let dispersion = first.variance() / first.mean();
        [first.mean(), second.mean(), third.mean(), dispersion]
    }

    /// The rates as a recording.
    fn traffic(&self) -> TrafficDocument {
        let count = |&(rate, ticks): &(f64, u32)| (0..ticks).map(move |_| Some(rate * self.tick_s));
        TrafficDocument {
            source: TrafficSource::Recorded {
                origin: String::new(),
                interval_s: self.tick_s,
                counts: self.steps.iter().flat_map(count).collect(),
                mean_rps: None,
                growth_percent_per_month: 0.0,
            },
            over_dispersion: 0.0,
            bursts: None,
            flash_crowds: Vec::new(),
        }
    }
}
