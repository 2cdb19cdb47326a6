//! Requests that share the processors of their replica.
//!
//! With n in service each is served at the speed min(1, cores / n), and at most as many as there are slots are in service.
//! The number of requests is a queue like any other in this plane, of as many servers as there are processors: who is
//! in service beyond these is its queue. If all replicas were one and had slots for everybody, that queue would be M/M/c
//! whatever the service (Kelly 1979: insensitive), and a request that needs x would take x · E\[T\]/E\[S\] on average.
//!
//! What the balancer, the slots and the number of replicas make of it, and the law of the latency, have no closed form. So
//! this plane plays them: at some loads, when first asked for, as of queues at the replicas (`balanced`). Above the last of
//! these loads, in a backlog, and where luck decides, the number in service changes slowly against a service: a request
//! that meets n takes n / cores times as long as alone, up to the slots; who finds none waits before it (Reiman 1984's
//! snapshot).

use super::balanced;
use super::row::EDGES;
use super::service_law::{Cell, ServiceLaw};
use crate::plane::{Balancing, DataPlane, Discipline, Interval, RequestsPlane, ServiceModel};
use crate::stats::{LogHistogram, edges};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Loads that are played.
pub(super) const LOADS: [f64; 8] = [0.2, 0.4, 0.55, 0.7, 0.8, 0.87, 0.92, 0.96];
/// Numbers of replicas that are played; more are as good as the last.
pub(super) const COUNTS: [u32; 18] = [
    1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512,
];
/// Requests that are played at load 0, and at most.
const REQUESTS: f64 = 30_000.0;
const MOST_REQUESTS: f64 = 400_000.0;
/// Seed of what is played.
const SEED: u64 = 20_261_127;
/// Where fewer than this share wait for a slot there might as well be slots for everybody.
const RARELY: f64 = 2e-3;
/// Place of the last load whose mean is played well enough to be compared with a closed form.
const LAST_SURE: usize = 5;
/// What remains of services is taken to be at most so many times half their mean.
const MOST_UNEVEN: f64 = 100.0;
/// Below this load the rate of growth is that near full load.
const NEARLY_FULL: f64 = 1.05;
/// Less than this many requests beyond the processors, to one at work, is none.
const HARDLY_ANY: f64 = 1e-7;

/// How requests share a replica.
#[derive(Debug)]
pub(super) struct Sharing {
    /// Processors of a replica that can be of use.
    pub(super) cores: f64,
    pub(super) slots: u32,
    known: Known,
    /// What the mean of remaining services is to half their mean.
    residual: f64,
    /// Variance of the logarithm of the service time.
    log_variance: f64,
    /// Requests to a processor when all slots are taken.
    pub(super) fullest: f64,
    played: Mutex<BTreeMap<usize, Arc<[Level; LOADS.len()]>>>,
}

/// A load that has been played.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// Requests beyond those that are served at full speed, to one of these.
    pub(super) excess: f64,
    /// Share of the requests that waits for a slot, and the mean wait of all, seconds.
    pub(super) waits: f64,
    pub(super) wait_s: f64,
    /// Mean latency, seconds.
    pub(super) latency_s: f64,
    /// Variance of the logarithm of how much longer than alone a request takes.
    log_variance: f64,
    /// What the closed form lacks of the excess.
    lacking: f64,
    /// Its distribution function at the edges of the histogram.
    pub(super) cdf: Box<[f64; EDGES]>,
}

/// What a number of replicas has of those that have been played.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    /// Places in [`COUNTS`] of the next lower and higher number, and the part beyond the lower.
    pub(super) fewer: usize,
    pub(super) more: usize,
    pub(super) part: f64,
    /// By load: excess and share that waits for a slot.
    pub(super) excesses: [f64; LOADS.len()],
    pub(super) waits: [f64; LOADS.len()],
    /// By how much the excess that a request feels is nearer to its mean than the one that it meets.
    pub(super) shrinks: [f64; LOADS.len()],
    lacking: [f64; LOADS.len()],
    replicas: f64,
}

/// What is known of the number of requests in closed form.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    /// As if all replicas were one, but for a number that hardly grows with the load: the least loaded is chosen.
    Together,
    /// Each replica has a queue that has nothing to do with the others.
    Apart,
    /// It has some ratio to that, which is known at full load.
    InTurn,
    /// It has some ratio to that.
    Otherwise,
}

impl Sharing {
    /// `None` if each request in service has a processor of its own.
    pub(super) fn new(service: &ServiceModel) -> Option<Self> {
        let Discipline::ProcessorSharing { cores } = service.discipline else {
            return None;
        };
        let slots = service.concurrency.max(1);
        let fullest = f64::from(slots) / cores;
        let cv = service.service_time_s.cv();
        (fullest > 1.0).then(|| Self {
            cores,
            slots,
            known: match service.balancing {
                Balancing::Shared | Balancing::LeastOutstanding => Known::Together,
                Balancing::Random => Known::Apart,
                Balancing::RoundRobin => Known::InTurn,
                Balancing::PowerOfTwo => Known::Otherwise,
            },
            residual: (0.5 * (1.0 + cv * cv)).min(MOST_UNEVEN),
            log_variance: log_variance(|edge_s| service.service_time_s.cdf(edge_s)),
            fullest,
            played: Mutex::new(BTreeMap::new()),
        })
    }

    /// Requests in service beyond the processors, when all slots of `replicas` are taken.
    pub(super) fn beyond(&self, replicas: f64) -> f64 {
        replicas * (f64::from(self.slots) - self.cores)
    }

    /// How many times as long as alone a request takes that meets `delay` requests to a processor beyond the processors,
    /// and for how long it waits for a slot, in mean service times.
    pub(super) fn snapshot(&self, delay: f64) -> (f64, f64) {
        let stretch = (1.0 + delay).max(1.0 / self.cores);
        let fullest = self.fullest;
        (stretch.min(fullest), (stretch - fullest).max(0.0))
    }

    /// What a number of replicas has of those that are played.
    pub(super) fn shared(&self, service: &ServiceModel, replicas: u32) -> Shared {
        let last = COUNTS.len() - 1;
        let more = COUNTS.partition_point(|&count| count < replicas).min(last);
        let fewer = if COUNTS[more] <= replicas {
            more
        } else {
            more.saturating_sub(1)
        };
        let part = if fewer == more {
            0.0
        } else {
            let [a, n, b] = [COUNTS[fewer], replicas, COUNTS[more]].map(f64::from);
            libm::log(n / a) / libm::log(b / a)
        };
        let (few, many) = (self.levels(service, fewer), self.levels(service, more));
        let between = |of: fn(&Level) -> f64| {
            std::array::from_fn(|k| of(&few[k]) + part * (of(&many[k]) - of(&few[k])))
        };
        let excesses: [f64; LOADS.len()] = between(|level| level.excess);
        let log_variances: [f64; LOADS.len()] = between(|level| level.log_variance);
        let width = self.width(service.balancing, replicas);
        Shared {
            fewer,
            more,
            part,
            shrinks: std::array::from_fn(|k| {
                let waits = self.meets(width, LOADS[k], excesses[k]);
                shrink(excesses[k], waits, log_variances[k])
            }),
            excesses,
            waits: between(|level| level.waits),
            lacking: between(|level| level.lacking),
            replicas: f64::from(replicas),
        }
    }

    /// Processors of a queue that has nothing to do with others.
    pub(super) fn width(&self, balancing: Balancing, replicas: u32) -> f64 {
        if are_apart(balancing) {
            self.cores
        } else {
            f64::from(replicas) * self.cores
        }
    }

    /// Logarithm of the ratio of queues in turn to queues at random at full load: their arrivals are Erlang processes
    /// (Kingman 1962).
    fn limit_in_turn(&self, replicas: f64) -> f64 {
        let scv = 2.0 * self.residual - 1.0;
        libm::log((1.0 / replicas + scv) / (1.0 + scv))
    }

    /// What is known of the excess of `replicas` in closed form. Requests that wait for a slot are many in a long queue of
    /// long services: beyond the slots a queue goes by the mean of remaining services (Zhang, Dai & Zwart 2011).
    fn closed_excess(&self, replicas: f64, load: f64) -> f64 {
        let queues = if self.known == Known::Together {
            replicas
        } else {
            1.0
        };
        excess_of_one(queues * self.cores, load) * self.longer(queues, load)
    }

    /// By what factor the queue of so many replicas as one is longer than with slots for everybody.
    fn longer(&self, replicas: f64, load: f64) -> f64 {
        1.0 + (self.residual - 1.0) * libm::pow(load, self.beyond(replicas))
    }

    /// Work of a request beyond the processors of a queue of so many, in mean service times: what is left of a service while
    /// all share, a whole one where most wait for slots.
    pub(super) fn heft(&self, width: f64, load: f64) -> f64 {
        self.residual / self.longer(width / self.cores, load)
    }

    /// By what factor an excess in service grows more slowly at a load above 1 than requests come that cannot be served
    /// meanwhile: short ones end before long ones. It grows at the rate η at which a request that came at s is still there at
    /// t if it needs more than ln(t/s) processors/η: η = λ(1 − E\[exp(−ηS/c)\]) (Jean-Marie & Robert 1994). Below, and
    /// near 1, it goes by what is left of services.
    pub(super) fn slower(&self, law: &ServiceLaw, load: f64) -> f64 {
        if load < NEARLY_FULL {
            return self.residual;
        }
        let transform = |rate: f64| {
            let middle = |cell: &Cell| 0.5 * (cell.low_s + cell.high_s) / law.mean_s;
            let cells = law.cells.iter();
            cells
                .map(|cell| cell.probability * libm::exp(-rate * middle(cell)))
                .sum::<f64>()
        };
        // In units of what the processors can do; the solution 0 is not the one.
        let (mut low, mut high) = (1e-6, load);
        for _ in 0..30 {
            let middle = 0.5 * (low + high);
            if load * (1.0 - transform(middle)) > middle {
                low = middle;
            } else {
                high = middle;
            }
        }
        (load - 1.0) / low.max(1e-3 * (load - 1.0))
    }

    /// Share of the requests that meets a queue of so many processors, where the excess is `excess`. The queue as a whole is
    /// that of M/M/c near full load; what is left are queues that differ by chance.
    pub(super) fn meets(&self, width: f64, load: f64, excess: f64) -> f64 {
        let heavy = self.longer(width / self.cores, load);
        (excess * width * (1.0 - load) / heavy).clamp(f64::MIN_POSITIVE, 1.0)
    }

    /// What is played of the number of replicas at a place of [`COUNTS`].
    pub(super) fn levels(&self, service: &ServiceModel, place: usize) -> Arc<[Level; LOADS.len()]> {
        let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let of = played.entry(place).or_insert_with(|| {
            let replicas = COUNTS.get(place).copied().unwrap_or(1);
            Arc::new(LOADS.map(|load| self.play(service, replicas, load)))
        });
        Arc::clone(of)
    }

    fn play(&self, service: &ServiceModel, replicas: u32, load: f64) -> Level {
        let model = ServiceModel {
            concurrency: self.slots,
            balancing: service.balancing,
            discipline: service.discipline,
            ..ServiceModel::new(service.service_time_s.clone())
        };
        let rate_rps = load * f64::from(replicas) * self.cores / service.service_time_s.mean();
        // The number of requests remembers for some 1/(1 − ρ)² services.
        let heavy = 0.5 * (1.0 + service.service_time_s.cv() * service.service_time_s.cv());
        let requests = (REQUESTS * heavy.max(1.0) / (1.0 - load)).min(MOST_REQUESTS);
        let interval = |requests: f64| Interval {
            length_s: requests / rate_rps,
            rate_rps,
            servers: replicas.saturating_mul(self.slots),
            queue_limit: u32::MAX,
            ..Interval::default()
        };
        let mut plane = RequestsPlane::new(&model, 0, SEED, 0, 0);
        plane.serve(&interval(0.1 * requests));
        let mut latencies = LogHistogram::new();
        plane.drain_latency(&mut latencies);
        latencies.clear();
        let outcome = plane.serve(&interval(requests));
        plane.drain_latency(&mut latencies);
        let waits = outcome.waits.max(1.0);
        let there_s = outcome.in_service_s + outcome.wait_sum_s;
        let all = latencies.count().max(1.0);
        let mut below = 0.0;
        let mut cdf = Box::new([1.0; EDGES]);
        for (value, weight) in cdf.iter_mut().zip(latencies.weights()) {
            below += weight / all;
            *value = below.min(1.0);
        }
        let excess = (there_s / outcome.busy_server_s.max(1e-9) - 1.0).max(0.0);
        let closed = self.closed_excess(f64::from(replicas), load);
        let lacking = match self.known {
            Known::Otherwise | Known::InTurn => {
                libm::log(excess.max(HARDLY_ANY) / closed.max(HARDLY_ANY))
            }
            // Then it is exact, and what is played has chance in it.
            Known::Apart if outcome.waited < RARELY * waits => 0.0,
            Known::Together if replicas == 1 && outcome.waited < RARELY * waits => 0.0,
            Known::Apart | Known::Together => excess - closed,
        };
        let latency = log_variance(|edge_s| latencies.fraction_below(edge_s).unwrap_or(1.0));
        Level {
            excess,
            lacking,
            log_variance: (latency - self.log_variance).max(0.0),
            waits: outcome.waited / waits,
            wait_s: outcome.wait_sum_s / waits,
            latency_s: latencies.mean().unwrap_or(0.0),
            cdf,
        }
    }
}

impl Shared {
    /// Requests beyond those served at full speed, to one of these, at a load below 1.
    pub(super) fn excess(&self, sharing: &Sharing, load: f64) -> f64 {
        // Above, what is played of the mean has more chance in it than what changes.
        let last = match sharing.known {
            Known::Otherwise => LOADS.len() - 1,
            _ => LAST_SURE,
        };
        let right = LOADS.partition_point(|&known| known < load).clamp(1, last);
        let (low, high) = (LOADS[right - 1], LOADS[right]);
        let t = ((load - low) / (high - low)).clamp(0.0, 1.0);
        let lacking = self.lacking[right - 1] + t * (self.lacking[right] - self.lacking[right - 1]);
        let closed = sharing.closed_excess(self.replicas, load);
        match sharing.known {
            Known::InTurn if load > LOADS[LAST_SURE] => {
                let limit = sharing.limit_in_turn(self.replicas);
                let left = (1.0 - load) / (1.0 - LOADS[LAST_SURE]);
                closed * libm::exp(limit + left * (lacking - limit))
            }
            Known::Otherwise | Known::InTurn => closed * libm::exp(lacking),
            Known::Apart | Known::Together => (closed + lacking).max(0.0),
        }
    }

    /// The excess that a request feels which meets `delay`, in a state with so much on average.
    pub(super) fn felt(&self, delay: f64, excess: f64) -> f64 {
        let right = self.excesses.partition_point(|&known| known <= excess);
        let at = |place: usize| self.shrinks.get(place).copied();
        let shrink = match (right.checked_sub(1), at(right)) {
            (Some(left), Some(high)) => {
                let (a, b) = (self.excesses[left], self.excesses[right]);
                let low = self.shrinks[left];
                low + (excess - a) / (b - a).max(f64::MIN_POSITIVE) * (high - low)
            }
            (None, Some(high)) => high,
            (left, None) => {
                let left = left.unwrap_or(0);
                1.0 - (1.0 - self.shrinks[left]) * (self.excesses[left] / excess).min(1.0)
            }
        };
        excess + (delay - excess) * shrink.clamp(0.0, 1.0)
    }
}

/// By how much the excess that a request feels in its time in service is nearer to the mean than the one that it meets, so
/// that the logarithm of 1 + excess has a variance. The one that it meets is exponential for the share `waits`, and else 0.
fn shrink(excess: f64, waits: f64, variance: f64) -> f64 {
    if excess <= HARDLY_ANY || waits <= 0.0 {
        return 0.0;
    }
    let spread = |shrink: f64| {
        let felt = |met: f64| libm::log1p((excess + (met - excess) * shrink).max(0.0));
        let none = felt(0.0);
        let (mut mean, mut square) = ((1.0 - waits) * none, (1.0 - waits) * none * none);
        let part = waits / f64::from(balanced::PARTS);
        for point in balanced::points(1.0) {
            let log = felt(point * excess / waits);
            mean += part * log;
            square += part * log * log;
        }
        square - mean * mean
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..20 {
        let middle = 0.5 * (low + high);
        if spread(middle) > variance {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

/// Variance of the logarithm of a time, by the edges of the histogram of latencies.
fn log_variance(cdf: impl Fn(f64) -> f64) -> f64 {
    let (mut mean, mut square, mut all, mut below) = (0.0, 0.0, 0.0, 0.0);
    let mut low_s = 0.0;
    for &high_s in edges() {
        let upto = cdf(high_s).clamp(below, 1.0);
        let log = libm::log(if low_s > 0.0 {
            (low_s * high_s).sqrt()
        } else {
            high_s
        });
        mean += (upto - below) * log;
        square += (upto - below) * log * log;
        all += upto - below;
        (below, low_s) = (upto, high_s);
    }
    if all > 0.0 {
        square / all - (mean / all) * (mean / all)
    } else {
        0.0
    }
}

/// Whether replicas have queues that have nothing to do with each other.
pub(super) fn are_apart(balancing: Balancing) -> bool {
    matches!(balancing, Balancing::Random | Balancing::RoundRobin)
}

/// Of one replica with so many processors and slots for everybody: requests beyond those served at full speed, to one of these. The number of
/// requests is a birth-death process with the departure rate min(n, cores), whatever the service.
fn excess_of_one(cores: f64, load: f64) -> f64 {
    let offered = cores * load;
    let whole = cores.ceil();
    let (mut weight, mut sum, mut requests) = (1.0, 0.0, 0.0);
    let mut n = 0.0;
    while n < whole {
        sum += weight;
        requests += n * weight;
        n += 1.0;
        weight *= offered / n.min(cores);
    }
    // From there on a geometric tail.
    let spare = 1.0 - load;
    sum += weight / spare;
    requests += weight * (whole / spare + load / (spare * spare));
    if offered > 0.0 {
        (requests / sum / offered - 1.0).max(0.0)
    } else {
        (1.0 / cores - 1.0).max(0.0)
    }
}

#[cfg(test)]
mod tests;
