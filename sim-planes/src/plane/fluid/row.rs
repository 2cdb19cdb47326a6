//! One row of the latency library: what becomes of requests that all wait by the same law.

use super::super::MAX_THRESHOLDS;
use super::super::tally::LatencyLimits;
use super::service_law::ServiceLaw;
use super::sharing::Level;
use super::wait_law::WaitLaw;
use crate::random::Distribution;
use crate::stats::{BUCKETS, edges};

/// Number of edges between the latency histogram's slots.
pub(super) const EDGES: usize = BUCKETS + 1;

/// Shares and moments of the latency under one law of the wait; latencies above the timeout count as none.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Answered before the timeout.
    pub(super) in_time: f64,
    /// Would wait until the timeout, and so give up before they start.
    pub(super) impatient: f64,
    /// Answered in time, but later than threshold k.
    pub(super) slow: [f64; MAX_THRESHOLDS],
    /// Of these: the service alone lasted longer than threshold k.
    pub(super) slow_in_service: [f64; MAX_THRESHOLDS],
    /// Mean of the wait, which ends at the timeout at the latest, seconds.
    pub(super) wait_s: f64,
    /// Mean of the latency of those answered in time, times their share, seconds.
    pub(super) latency_s: f64,
    /// P(latency ≤ edge, in time) at the histogram's edges.
    pub(super) cdf: Box<[f64; EDGES]>,
}

/// The wait of all requests of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wait<'a> {
    /// Of fixed length, seconds.
    Fixed(f64),
    /// By a law, scaled to a mean in seconds.
    Random(&'a WaitLaw, f64),
    /// Of fixed length, seconds, before a service so many times as long as alone.
    Shared(f64, f64),
}

impl Row {
    pub(super) fn new(
        service: &Distribution,
        law: &ServiceLaw,
        limits: &LatencyLimits,
        wait: Wait<'_>,
    ) -> Self {
        let timeout_s = limits.timeout_s;
        let latency_cdf = |x_s: f64| match wait {
            Wait::Fixed(wait_s) => service.cdf(x_s - wait_s),
            Wait::Shared(wait_s, stretch) => service.cdf((x_s - wait_s) / stretch),
            Wait::Random(..) => cdf_of_sum(law, wait, x_s, f64::INFINITY),
        };
        let in_time = if timeout_s < f64::INFINITY {
            latency_cdf(timeout_s)
        } else {
            1.0
        };
        let slow = limits.thresholds_s.map(|t| {
            if t < timeout_s {
                (in_time - latency_cdf(t)).max(0.0)
            } else {
                0.0
            }
        });
        let slow_in_service = limits.thresholds_s.map(|t| {
            if t >= timeout_s {
                return 0.0;
            }
            let quick_in_time = match wait {
                Wait::Fixed(wait_s) => service.cdf(t.min(timeout_s - wait_s)),
                Wait::Shared(wait_s, stretch) => service.cdf(t.min((timeout_s - wait_s) / stretch)),
                Wait::Random(..) if timeout_s < f64::INFINITY => {
                    cdf_of_sum(law, wait, timeout_s, t)
                }
                Wait::Random(..) => service.cdf(t),
            };
            (in_time - quick_in_time).max(0.0)
        });
        let cdf = cdf_at_edges(latency_cdf, timeout_s, in_time);
        let full_mean_s = law.mean_s * wait.stretch() + wait.mean_until(f64::INFINITY);
        let latency_s = if in_time > 1.0 - 1e-9 {
            full_mean_s
        } else {
            mean_in_time(&cdf, timeout_s, in_time)
        };
        Self {
            in_time,
            impatient: wait.beyond(timeout_s),
            slow: array_min(slow, in_time),
            slow_in_service: std::array::from_fn(|k| slow_in_service[k].min(slow[k])),
            wait_s: wait.mean_until(timeout_s),
            latency_s,
            cdf,
        }
    }

    /// From what has been played of requests that share processors.
    pub(super) fn played(service: &Distribution, level: &Level, limits: &LatencyLimits) -> Self {
        let timeout_s = limits.timeout_s;
        let below = |x_s: f64| cdf_between(&level.cdf, x_s);
        let in_time = if timeout_s < f64::INFINITY {
            below(timeout_s)
        } else {
            1.0
        };
        let slow = limits.thresholds_s.map(|t| {
            if t < timeout_s {
                (in_time - below(t)).max(0.0)
            } else {
                0.0
            }
        });
        // The longest services are the first to be late.
        let slow_in_service = std::array::from_fn(|k| {
            (service.survival(limits.thresholds_s[k]) - (1.0 - in_time)).clamp(0.0, slow[k])
        });
        let cdf = cdf_at_edges(below, timeout_s, in_time);
        let latency_s = if in_time > 1.0 - 1e-9 {
            level.latency_s
        } else {
            mean_in_time(&cdf, timeout_s, in_time)
        };
        Self {
            in_time,
            impatient: 0.0,
            slow,
            slow_in_service,
            wait_s: level.wait_s.min(timeout_s),
            latency_s,
            cdf,
        }
    }

    /// The same of requests whose first attempt came `age_s` before this one: their latency is as much longer, and whether
    /// the attempt is in time is as before.
    pub(super) fn aged(&self, age_s: f64, limits: &LatencyLimits) -> Self {
        let below = |latency_s: f64| {
            let attempt_s = latency_s - age_s;
            if attempt_s >= limits.timeout_s {
                self.in_time
            } else {
                cdf_between(&self.cdf, attempt_s)
            }
        };
        let slow = limits
            .thresholds_s
            .map(|t| (self.in_time - below(t)).clamp(0.0, self.in_time));
        Self {
            slow,
            slow_in_service: std::array::from_fn(|k| self.slow_in_service[k].min(slow[k])),
            latency_s: self.latency_s + age_s * self.in_time,
            cdf: cdf_at_edges(below, limits.timeout_s + age_s, self.in_time),
            ..*self
        }
    }
}

/// The distribution function between two edges: straight.
fn cdf_between(cdf: &[f64; EDGES], x_s: f64) -> f64 {
    if x_s <= 0.0 {
        return 0.0;
    }
    let above = edges().partition_point(|&edge_s| edge_s <= x_s);
    let (low_s, low) = match above.checked_sub(1) {
        Some(at) => (edges()[at], cdf[at]),
        None => (0.0, 0.0),
    };
    let (Some(&high_s), Some(&high)) = (edges().get(above), cdf.get(above)) else {
        return low;
    };
    low + (high - low) * (x_s - low_s) / (high_s - low_s)
}

fn array_min(values: [f64; MAX_THRESHOLDS], most: f64) -> [f64; MAX_THRESHOLDS] {
    values.map(|value| value.min(most))
}

impl Wait<'_> {
    /// How many times as long as alone the service takes.
    fn stretch(&self) -> f64 {
        match *self {
            Wait::Fixed(_) | Wait::Random(..) => 1.0,
            Wait::Shared(_, stretch) => stretch,
        }
    }

    /// Probability of a wait of `limit_s` seconds and more; where processors are shared those who wait are served.
    fn beyond(&self, limit_s: f64) -> f64 {
        match *self {
            Wait::Fixed(wait_s) => f64::from(u8::from(wait_s >= limit_s)),
            Wait::Random(law, mean_s) => 1.0 - law.cdf(limit_s / mean_s),
            Wait::Shared(..) => 0.0,
        }
    }

    /// Mean of the wait cut at `limit_s`, seconds.
    pub(super) fn mean_until(&self, limit_s: f64) -> f64 {
        match *self {
            Wait::Fixed(wait_s) | Wait::Shared(wait_s, _) => wait_s.min(limit_s),
            Wait::Random(_, mean_s) if limit_s == f64::INFINITY => mean_s,
            Wait::Random(law, mean_s) => limit_s - mean_s * law.integral(limit_s / mean_s),
        }
    }
}

/// P(wait + service ≤ x, service ≤ at most), seconds. Over a cell of evenly spread service times the wait's
/// distribution function is averaged exactly, through its integral.
fn cdf_of_sum(service: &ServiceLaw, wait: Wait<'_>, x_s: f64, at_most_s: f64) -> f64 {
    let Wait::Random(law, mean_s) = wait else {
        return 0.0;
    };
    let mut sum = 0.0;
    for cell in &service.cells {
        let high_s = cell.high_s.min(at_most_s);
        if cell.low_s >= x_s || cell.low_s > high_s {
            break;
        }
        let width_s = cell.high_s - cell.low_s;
        // Narrow cells are atoms: the difference of the integrals would lose its digits.
        if width_s <= 1e-5 * mean_s {
            sum += cell.probability * law.cdf((x_s - 0.5 * (cell.low_s + high_s)) / mean_s);
        } else {
            let rise =
                law.integral((x_s - cell.low_s) / mean_s) - law.integral((x_s - high_s) / mean_s);
            sum += cell.probability * rise * mean_s / width_s;
        }
    }
    sum.clamp(0.0, 1.0)
}

/// The distribution function at the histogram's edges, cut at the timeout, never falling.
fn cdf_at_edges(cdf: impl Fn(f64) -> f64, timeout_s: f64, in_time: f64) -> Box<[f64; EDGES]> {
    let mut values = Box::new([in_time; EDGES]);
    let mut below = 0.0;
    for (value, &edge_s) in values.iter_mut().zip(edges()) {
        // Once everything is below, so it stays.
        if edge_s >= timeout_s || below > in_time - 1e-10 {
            break;
        }
        below = cdf(edge_s).clamp(below, in_time);
        *value = below;
    }
    values
}

/// ∫ x dF up to the timeout, from the distribution function at the edges: T F(T) − ∫₀ᵀ F.
fn mean_in_time(cdf: &[f64; EDGES], timeout_s: f64, in_time: f64) -> f64 {
    let (mut area, mut at_s, mut below) = (0.0, 0.0, 0.0);
    for (&edge_s, &value) in edges().iter().zip(cdf) {
        if edge_s >= timeout_s {
            break;
        }
        area += 0.5 * (below + value) * (edge_s - at_s);
        (at_s, below) = (edge_s, value);
    }
    if timeout_s == f64::INFINITY {
        return (at_s * in_time - area).max(0.0);
    }
    area += 0.5 * (below + in_time) * (timeout_s - at_s);
    (timeout_s * in_time - area).max(0.0)
}
