//! Long runs of a data plane under constant conditions, with confidence intervals from replications.

use sim_core::plane::{DataPlane, Interval, Outcome, RequestsPlane, ServiceModel};
use sim_core::random::Distribution;
use sim_core::stats::Welford;

/// A queue under constant load. Times in seconds.
#[derive(Clone, Debug)]
pub struct Station {
    /// Everything else about the service.
    pub model: ServiceModel,
    /// Requests in service at once: a multiple of the model's concurrency.
    pub servers: u32,
    pub rate_rps: f64,
    pub queue_limit: u32,
    pub timeout_s: f64,
    /// Latency thresholds, at most three.
    pub thresholds_s: Vec<f64>,
}

impl Station {
    /// A queue without limit and with patient clients.
    pub fn new(service: Distribution, servers: u32, rate_rps: f64) -> Self {
        Self {
            model: ServiceModel::new(service),
            servers,
            rate_rps,
            queue_limit: u32::MAX,
            timeout_s: f64::INFINITY,
            thresholds_s: Vec::new(),
        }
    }

    pub fn model(&self) -> ServiceModel {
        ServiceModel {
            timeout_s: self.timeout_s,
            thresholds_s: self.thresholds_s.clone(),
            ..self.model.clone()
        }
    }

    /// An interval in which `arrivals` requests are expected.
    pub fn interval(&self, arrivals: f64) -> Interval {
        Interval {
            length_s: arrivals / self.rate_rps,
            rate_rps: self.rate_rps,
            servers: self.servers,
            queue_limit: self.queue_limit,
            ..Interval::default()
        }
    }
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub seed: u64,
    pub replications: u32,
    /// Expected arrivals of each replication, after a tenth as many to forget the empty start.
    pub arrivals: f64,
}

/// The measured part of one replication.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    pub outcome: Outcome,
    pub length_s: f64,
    /// Requests waiting, on average over equally spaced moments.
    pub mean_queue: f64,
    pub servers: u32,
}

impl Run {
    pub fn mean_wait_s(&self) -> f64 {
        self.outcome.wait_sum_s / self.outcome.waits
    }

    pub fn share_waiting(&self) -> f64 {
        self.outcome.waited / self.outcome.waits
    }

    pub fn share_rejected(&self) -> f64 {
        self.outcome.rejected / self.outcome.arrivals
    }

    pub fn utilisation(&self) -> f64 {
        self.outcome.busy_server_s / (self.length_s * f64::from(self.servers))
    }
}

/// A figure read from a run.
pub type Figure = fn(&Run) -> f64;

/// Parts into which a replication is cut, so that the queue's length is seen at as many moments.
const PARTS: u32 = 1000;

/// Runs the requests plane and reads `figures` from every replication.
pub fn measure(station: &Station, effort: Effort, figures: &[Figure]) -> Vec<Welford> {
    let mut seen = vec![Welford::new(); figures.len()];
    for replication in 0..effort.replications {
        let mut plane = RequestsPlane::new(&station.model(), 0, effort.seed, replication, 0);
        plane.serve(&station.interval(effort.arrivals / 10.0));
        let part = station.interval(effort.arrivals / f64::from(PARTS));
        let mut run = Run {
            servers: station.servers,
            ..Run::default()
        };
        for _ in 0..PARTS {
            let outcome = plane.serve(&part);
            run.length_s += part.length_s;
            run.mean_queue += outcome.waiting_at_end / f64::from(PARTS);
            add(&mut run.outcome, &outcome);
        }
        for (welford, figure) in seen.iter_mut().zip(figures) {
            welford.push(figure(&run));
        }
    }
    seen
}

/// Adds the counts and sums of `part` to `total`.
pub fn add(total: &mut Outcome, part: &Outcome) {
    total.arrivals += part.arrivals;
    total.retries += part.retries;
    total.dropped += part.dropped;
    total.lost += part.lost;
    total.waits += part.waits;
    total.waits_high += part.waits_high;
    total.wait_sum_high_s += part.wait_sum_high_s;
    total.blocked += part.blocked;
    total.cancelled += part.cancelled;
    total.in_service_s += part.in_service_s;
    total.open_at_end = part.open_at_end;
    total.served += part.served;
    total.rejected += part.rejected;
    total.timed_out += part.timed_out;
    total.timed_out_in_service += part.timed_out_in_service;
    total.failed += part.failed;
    for k in 0..total.slow.len() {
        total.slow[k] += part.slow[k];
        total.slow_in_service[k] += part.slow_in_service[k];
    }
    total.wait_sum_s += part.wait_sum_s;
    total.waited += part.waited;
    total.latency_sum_s += part.latency_sum_s;
    total.busy_server_s += part.busy_server_s;
    total.waiting_at_end = part.waiting_at_end;
}
