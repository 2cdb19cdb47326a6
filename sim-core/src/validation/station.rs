//! A queue under constant load, played request by request.

use crate::plane::{DataPlane, Interval, Outcome, RequestsPlane, ServiceModel};
use crate::random::Distribution;

/// A queue under constant load. Times in seconds.
#[derive(Clone, Debug)]
pub struct Station {
    /// The service: its time, how its replicas serve, what its clients do.
    pub model: ServiceModel,
    /// Servers: replicas × the model's concurrency.
    pub servers: u32,
    /// Arrivals per second.
    pub rate_rps: f64,
    /// Requests that may wait.
    pub queue_limit: u32,
    /// Mean service times that at least pass before a run is measured.
    pub warm_up: f64,
    /// At how many equally spaced moments of a run the queue's length is looked at.
    pub looks: u32,
}

/// The usual least warm-up in mean service times: long enough for a thousand servers to fill up and
/// for their long requests to be as frequent among those in service as they will stay.
const WARM_UP: f64 = 30.0;

/// How a figure is read from a run.
pub type Reading = fn(&Run) -> f64;

impl Station {
    /// The plainest model, without limit and with patient clients, looked at once.
    pub fn new(service: Distribution, servers: u32, rate_rps: f64) -> Self {
        Self::of(ServiceModel::new(service), servers, rate_rps)
    }

    /// Any model, without limit to its queue, looked at once.
    pub fn of(model: ServiceModel, servers: u32, rate_rps: f64) -> Self {
        Self {
            model,
            servers,
            rate_rps,
            queue_limit: u32::MAX,
            warm_up: WARM_UP,
            looks: 1,
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

    /// Arrivals that pass before a run of so many is measured.
    fn warm_up(&self, arrivals: f64) -> f64 {
        (arrivals / 10.0).max(self.warm_up * self.model.service_time_s.mean() * self.rate_rps)
    }

    /// Requests that a run of so many arrivals simulates.
    pub(super) fn requests(&self, arrivals: f64) -> f64 {
        arrivals + self.warm_up(arrivals)
    }

    /// Plays about `arrivals` requests, after a tenth as many, or some service times if that is longer, to forget the
    /// empty start.
    pub fn play(&self, arrivals: f64, seed: u64, replication: u32, component: u32) -> Run {
        let mut plane = RequestsPlane::new(&self.model, 0, seed, replication, component);
        plane.serve(&self.interval(self.warm_up(arrivals)));
        let looks = self.looks.max(1);
        let part = self.interval(arrivals / f64::from(looks));
        let mut run = Run {
            servers: self.servers,
            ..Run::default()
        };
        for _ in 0..looks {
            let outcome = plane.serve(&part);
            run.length_s += part.length_s;
            run.mean_queue += outcome.waiting_at_end / f64::from(looks);
            add(&mut run.outcome, &outcome);
        }
        run
    }
}

/// The measured part of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// What became of its requests.
    pub outcome: Outcome,
    /// Its length, seconds.
    pub length_s: f64,
    /// Requests waiting, on average over equally spaced moments.
    pub mean_queue: f64,
    /// Servers.
    pub servers: u32,
}

impl Run {
    /// Mean wait of the attempts that started or gave up waiting, seconds.
    pub fn mean_wait_s(&self) -> f64 {
        self.outcome.wait_sum_s / self.outcome.waits
    }

    /// The same of those of high priority.
    pub fn mean_wait_high_s(&self) -> f64 {
        self.outcome.wait_sum_high_s / self.outcome.waits_high
    }

    /// The same of the others.
    pub fn mean_wait_low_s(&self) -> f64 {
        (self.outcome.wait_sum_s - self.outcome.wait_sum_high_s)
            / (self.outcome.waits - self.outcome.waits_high)
    }

    /// Share of these that waited at all.
    pub fn share_waiting(&self) -> f64 {
        self.outcome.waited / self.outcome.waits
    }

    /// Mean time from arrival to answer of the served, seconds.
    pub fn mean_latency_s(&self) -> f64 {
        self.outcome.latency_sum_s / self.outcome.served
    }

    /// Share of the arrivals that were turned away.
    pub fn share_rejected(&self) -> f64 {
        self.outcome.rejected / self.outcome.arrivals
    }

    /// Share of the arrivals let in whose client gave up.
    pub fn share_timed_out(&self) -> f64 {
        self.outcome.timed_out / (self.outcome.served + self.outcome.timed_out)
    }

    /// Share of the served that took longer than threshold `k`.
    pub fn share_slow(&self, k: usize) -> f64 {
        self.outcome
            .slow
            .get(k)
            .map_or(f64::NAN, |slow| slow / self.outcome.served)
    }

    /// Requests served per second.
    pub fn throughput_rps(&self) -> f64 {
        self.outcome.served / self.length_s
    }

    /// Share of the servers' time that they were busy.
    pub fn utilisation(&self) -> f64 {
        self.outcome.busy_server_s / (self.length_s * f64::from(self.servers))
    }
}

/// Adds the counts and sums of `part` to `total`.
pub fn add(total: &mut Outcome, part: &Outcome) {
    total.arrivals += part.arrivals;
    total.retries += part.retries;
    total.served += part.served;
    total.rejected += part.rejected;
    total.dropped += part.dropped;
    total.timed_out += part.timed_out;
    total.timed_out_in_service += part.timed_out_in_service;
    total.failed += part.failed;
    total.lost += part.lost;
    for (total, part) in total.slow.iter_mut().zip(part.slow) {
        *total += part;
    }
    for (total, part) in total.slow_in_service.iter_mut().zip(part.slow_in_service) {
        *total += part;
    }
    total.waits += part.waits;
    total.wait_sum_s += part.wait_sum_s;
    total.waited += part.waited;
    total.waits_high += part.waits_high;
    total.wait_sum_high_s += part.wait_sum_high_s;
    total.blocked += part.blocked;
    total.cancelled += part.cancelled;
    total.latency_sum_s += part.latency_sum_s;
    total.busy_server_s += part.busy_server_s;
    total.in_service_s += part.in_service_s;
    total.waiting_at_end = part.waiting_at_end;
    total.open_at_end = part.open_at_end;
}
