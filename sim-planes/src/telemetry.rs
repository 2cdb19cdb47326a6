//! Telemetry: what a controller sees of the service. Sampled, averaged and late, never the truth of now.
//!
//! Each scrape averages over the last `window_s`; the sample becomes visible `lag_s` later. That is the path
//! kubelet → metrics server (or Prometheus → adapter) → controller. During an outage ([`Gaps`]) nothing is sampled and
//! nothing is to be had, not even what was sampled before; afterwards the next sample is the first.

mod gaps;

use crate::bounds::Bounds;
pub use gaps::Gaps;
use std::collections::VecDeque;

/// What happened in one tick, as far as telemetry measures it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TickMeasure {
    /// Requests that arrived.
    pub arrivals: f64,
    /// CPU-seconds used by all replicas.
    pub cpu_s: f64,
    /// Requests waiting at the end of the tick.
    pub waiting: f64,
    /// Mean number of requests in service.
    pub in_service: f64,
    /// Ready replicas.
    pub ready: u32,
    /// CPU that these request together, millicores.
    pub requested_millicores: f64,
    /// Memory that these use together at the end of the tick, MiB; 0 where it is not modelled.
    pub memory_mib: f64,
    /// Requests that got an outcome, good or bad.
    pub concluded: f64,
    /// Bad requests over the share of bad ones that the target allows, of the objective where that is most.
    pub budget_burnt: f64,
}

/// One scrape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When it was taken, seconds.
    pub taken_s: f64,
    /// Length of time it averages over, seconds.
    pub window_s: f64,
    /// Arrivals per second.
    pub requests_per_second: f64,
    /// Mean CPU use of a ready replica, cores.
    pub cpu_cores_per_replica: f64,
    /// Mean CPU request of a ready replica, millicores; 0 while there was none.
    pub cpu_request_millicores: f64,
    /// Memory use of a ready replica when it was taken, MiB; `None` when there was none, or nobody models it.
    pub memory_mib_per_replica: Option<f64>,
    /// Requests waiting.
    pub waiting: f64,
    /// Requests waiting or in service.
    pub in_flight: f64,
    /// 95th percentile of latency, seconds; `None` when nothing was answered, or nobody wants it.
    pub p95_s: Option<f64>,
    /// 99th percentile of latency, seconds; `None` as for the 95th.
    pub p99_s: Option<f64>,
    /// Burn rate of the error budget: share of bad requests over the share that the target allows, of the worst
    /// objective; `None` when no request got an outcome.
    pub burn_rate: Option<f64>,
    /// Ready replicas when it was taken.
    pub ready: u32,
}

/// Quantiles of latency in seconds, as far as they are wanted and known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Latencies {
    /// 95th percentile.
    pub p95_s: Option<f64>,
    /// 99th percentile.
    pub p99_s: Option<f64>,
}

/// How a service is watched, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// From one scrape to the next.
    pub scrape_interval_s: u32,
    /// What a sample averages over.
    pub window_s: u32,
    /// From a scrape until its sample is visible.
    pub lag_s: u32,
}

/// Takes samples and hands them out late.
#[derive(Clone, Debug)]
pub struct Telemetry {
    tick_s: f64,
    scrape_ticks: u32,
    lag_s: f64,
    window: Vec<Sums>,
    next: usize,
    filled: usize,
    sum: Sums,
    /// The visible sample, if there is one, then those on their way, oldest first; short, because lag over interval is.
    samples: VecDeque<Sample>,
    has_visible: bool,
    gaps: Option<Gaps>,
    is_missing: bool,
}

/// Of one tick, or of all ticks of the window.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    arrivals: f64,
    cpu_s: f64,
    in_service: f64,
    replica_ticks: f64,
    requested: f64,
    concluded: f64,
    budget_burnt: f64,
}

impl Telemetry {
    /// Nothing seen yet. Outages come from `gaps`.
    pub fn new(watch: Watch, tick_s: f64, gaps: Option<Gaps>) -> Self {
        let ticks = |seconds: u32| (f64::from(seconds) / tick_s).round().max(1.0) as u32;
        Self {
            tick_s,
            scrape_ticks: ticks(watch.scrape_interval_s),
            lag_s: f64::from(watch.lag_s),
            window: vec![Sums::default(); ticks(watch.window_s) as usize],
            next: 0,
            filled: 0,
            sum: Sums::default(),
            samples: VecDeque::new(),
            has_visible: false,
            gaps,
            is_missing: false,
        }
    }

    /// Ticks that one sample averages over.
    pub fn window_ticks(&self) -> u32 {
        self.window.len() as u32
    }

    /// Takes in a tick that ended at `now_s`; `latencies` are asked only when a scrape is due.
    #[inline(always)]
    pub fn observe(
        &mut self,
        tick: u32,
        now_s: f64,
        measure: &TickMeasure,
        latencies: impl FnOnce() -> Latencies,
    ) {
        if self.take_in(tick, now_s, measure) {
            self.scrape(now_s, measure, latencies());
        }
    }

    /// Adds a tick to the window; whether a scrape is due. If not, the tick is over.
    #[inline(never)]
    fn take_in(&mut self, tick: u32, now_s: f64, measure: &TickMeasure) -> bool {
        let full = self.filled == self.window.len();
        let slot = &mut self.window[self.next];
        if full {
            self.sum.arrivals -= slot.arrivals;
            self.sum.cpu_s -= slot.cpu_s;
            self.sum.in_service -= slot.in_service;
            self.sum.replica_ticks -= slot.replica_ticks;
            self.sum.requested -= slot.requested;
            self.sum.concluded -= slot.concluded;
            self.sum.budget_burnt -= slot.budget_burnt;
        } else {
            self.filled += 1;
        }
        *slot = Sums {
            arrivals: measure.arrivals,
            cpu_s: measure.cpu_s,
            in_service: measure.in_service,
            replica_ticks: f64::from(measure.ready),
            requested: measure.requested_millicores,
            concluded: measure.concluded,
            budget_burnt: measure.budget_burnt,
        };
        // No division: in WebAssembly it is slow.
        self.next += 1;
        if self.next == self.window.len() {
            self.next = 0;
        }
        self.sum.arrivals += measure.arrivals;
        self.sum.cpu_s += measure.cpu_s;
        self.sum.in_service += measure.in_service;
        self.sum.replica_ticks += f64::from(measure.ready);
        self.sum.requested += measure.requested_millicores;
        self.sum.concluded += measure.concluded;
        self.sum.budget_burnt += measure.budget_burnt;
        self.is_missing = self
            .gaps
            .as_mut()
            .is_some_and(|gaps| gaps.is_missing(now_s));
        let is_due = !self.is_missing && tick.is_multiple_of(self.scrape_ticks);
        if !is_due {
            self.hand_out(now_s);
        }
        is_due
    }

    /// Shows the newest sample that has arrived by `now_s`.
    #[inline]
    fn hand_out(&mut self, now_s: f64) {
        if self.is_missing {
            self.samples.clear();
            self.has_visible = false;
            return;
        }
        let lag_s = self.lag_s;
        let has_come = |sample: &Sample| sample.taken_s + lag_s <= now_s;
        while self
            .samples
            .get(usize::from(self.has_visible))
            .is_some_and(has_come)
        {
            if self.has_visible {
                self.samples.pop_front();
            }
            self.has_visible = true;
        }
    }

    #[inline(never)]
    fn scrape(&mut self, now_s: f64, last: &TickMeasure, latencies: Latencies) {
        let sample = self.sample(now_s, last, latencies);
        self.samples.push_back(sample);
        self.hand_out(now_s);
    }

    #[inline(always)]
    fn sample(&self, now_s: f64, last: &TickMeasure, latencies: Latencies) -> Sample {
        let window_s = self.filled as f64 * self.tick_s;
        let replica_s = self.sum.replica_ticks * self.tick_s;
        Sample {
            taken_s: now_s,
            window_s,
            requests_per_second: (self.sum.arrivals / window_s).at_least(0.0),
            cpu_cores_per_replica: if replica_s > 0.0 {
                (self.sum.cpu_s / replica_s).at_least(0.0)
            } else {
                0.0
            },
            // Sums of whole numbers: the mean of equal requests is that request, exactly.
            cpu_request_millicores: if replica_s > 0.0 {
                self.sum.requested / self.sum.replica_ticks
            } else {
                0.0
            },
            memory_mib_per_replica: (last.ready > 0 && last.memory_mib > 0.0)
                .then(|| last.memory_mib / f64::from(last.ready)),
            waiting: last.waiting,
            in_flight: last.waiting + (self.sum.in_service / self.filled as f64).at_least(0.0),
            p95_s: latencies.p95_s,
            p99_s: latencies.p99_s,
            // Less than one request is what rounding leaves of none.
            burn_rate: (self.sum.concluded > 0.5)
                .then(|| (self.sum.budget_burnt / self.sum.concluded).at_least(0.0)),
            ready: last.ready,
        }
    }

    /// Whether there is an outage.
    pub fn is_missing(&self) -> bool {
        self.is_missing
    }

    /// The newest sample that has arrived; `None` before the first, and in an outage.
    pub fn visible(&self) -> Option<&Sample> {
        self.samples.front().filter(|_| self.has_visible)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Rng, StreamKey};

    fn rng() -> Rng {
        let key = StreamKey {
            seed: 1,
            replication: 0,
            component: 0,
            purpose: Purpose::TelemetryGaps,
        };
        key.rng()
    }

    /// In an outage nothing is seen; after it, nothing that is older than it.
    #[test]
    fn an_outage_hides_everything_until_the_next_sample() {
        let watch = Watch {
            scrape_interval_s: 60,
            window_s: 60,
            lag_s: 30,
        };
        let gaps = Gaps::new(1800.0, 600.0, rng());
        let mut telemetry = Telemetry::new(watch, 15.0, Some(gaps));
        let (mut began_s, mut ended_s, mut outages) = (f64::NAN, 0.0, 0);
        let mut was_missing = false;
        for tick in 0..10_000u32 {
            let now_s = f64::from(tick + 1) * 15.0;
            telemetry.observe(tick, now_s, &TickMeasure::default(), Latencies::default);
            if telemetry.is_missing() {
                assert!(telemetry.visible().is_none());
                outages += u32::from(!was_missing);
                began_s = if was_missing { began_s } else { now_s };
                ended_s = now_s;
            } else if let Some(sample) = telemetry.visible() {
                assert!(
                    sample.taken_s > ended_s,
                    "{began_s} to {ended_s}: {sample:?}"
                );
            } else {
                assert!(now_s - ended_s < 60.0 + 30.0 + 15.0, "{now_s} {ended_s}");
            }
            was_missing = telemetry.is_missing();
        }
        // 150,000 s: some 62 outages of 10 minutes, 30 minutes apart.
        assert!((40..90).contains(&outages), "{outages}");
    }

    #[test]
    fn samples_are_averaged_and_late() {
        let watch = Watch {
            scrape_interval_s: 30,
            window_s: 60,
            lag_s: 20,
        };
        let mut telemetry = Telemetry::new(watch, 15.0, None);
        let mut seen = Vec::new();
        for tick in 0..12u32 {
            let now_s = f64::from(tick + 1) * 15.0;
            let measure = TickMeasure {
                arrivals: f64::from(tick) * 15.0,
                cpu_s: 15.0,
                ready: 2,
                ..Default::default()
            };
            telemetry.observe(tick, now_s, &measure, Latencies::default);
            seen.push(
                telemetry
                    .visible()
                    .map(|sample| (sample.taken_s, sample.requests_per_second)),
            );
        }
        assert_eq!(seen[0], None, "taken at 15 s, visible from 35 s");
        assert_eq!(seen[2], Some((15.0, 0.0)));
        // Taken at 165 s over ticks 7..=10, seen at 195 s or later; at 180 s the one of 135 s (ticks 5..=8) shows.
        assert_eq!(seen[11], Some((135.0, 6.5)));
        assert_eq!(
            telemetry
                .visible()
                .map(|sample| sample.cpu_cores_per_replica),
            Some(0.5)
        );
    }
}
