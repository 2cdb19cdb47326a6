//! Closed forms that only the validation needs; those that the planes use too are in
//! [`crate::plane::queueing`]. Each function names its source.

use crate::plane::queueing::erlang_b;
use core::f64::consts::TAU;

/// Mean wait in M/D/c, in service times (Crommelin 1932): with a = λD and X of Poisson law with mean i a,
/// Σᵢ (P(X ≥ i c) − (c/a) P(X ≥ i c + 1)) over i ≥ 1. Infinite from full load on.
pub fn mdc_mean_wait(servers: u32, offered: f64) -> f64 {
    let c = f64::from(servers);
    if offered <= 0.0 {
        return 0.0;
    }
    if offered >= c {
        return f64::INFINITY;
    }
    let mut sum = 0.0;
    for i in 1..=MOST_TERMS {
        let mean = f64::from(i) * offered;
        let from = f64::from(i) * c;
        let equal = poisson(mean, from);
        let above = poisson_tail(mean, from + 1.0);
        let term = equal + above - c / offered * above;
        sum += term;
        if term.abs() < 1e-15 {
            break;
        }
    }
    sum
}

/// Terms of Crommelin's sum; at load 0.95 a few hundred count.
const MOST_TERMS: u32 = 20_000;

/// P(X = k) for X of Poisson law.
fn poisson(mean: f64, k: f64) -> f64 {
    libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0))
}

/// P(X ≥ k) for X of Poisson law and k above the mean, where the terms fall from the first on.
fn poisson_tail(mean: f64, k: f64) -> f64 {
    let mut term = poisson(mean, k);
    let (mut sum, mut next) = (0.0, k);
    while term > sum * 1e-17 {
        sum += term;
        next += 1.0;
        term *= mean / next;
    }
    sum
}

/// The mean wait in M/G/c as a fraction of that in M/M/c by the rule of Allen and Cunneen (Allen 1978): (1 + cv²)/2
/// for any number of servers. Exact for one server, and for exponential service.
pub fn allen_cunneen_wait_ratio(cv: f64) -> f64 {
    0.5 * (1.0 + cv * cv)
}

/// What becomes of requests at M/M/c whose clients leave the queue after waiting a constant time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impatient {
    /// Share of the arrivals that find all servers busy.
    pub waits: f64,
    /// Share that leaves the queue unserved.
    pub gives_up: f64,
    /// Mean time in the queue of all arrivals, in mean service times.
    pub mean_wait: f64,
    /// Busy share of the servers.
    pub utilisation: f64,
    /// Share without an answer within the patience, counted from the arrival: it gave up, or its service lasted too
    /// long.
    pub late: f64,
}

/// M/M/c + D (Gnedenko & Kovalenko 1968; Brandt & Brandt 1999). `offered` = λ/μ in erlangs, `patience` in mean
/// service times.
///
/// The time until a server is free for a new arrival has density λ p e^−(c−a)v up to the patience τ, and beyond
/// it λ p e^aτ e^−cv (nobody joins any more), with p the probability that c − 1 servers are busy.
pub fn impatient(servers: u32, offered: f64, patience: f64) -> Impatient {
    let c = f64::from(servers);
    let drain = c - offered;
    // ∫₀^τ e^−dv dv, also for d ≤ 0
    let integral = |d: f64| {
        if d.abs() < 1e-9 {
            patience
        } else {
            -libm::expm1(-d * patience) / d
        }
    };
    let at_patience = libm::exp(-drain * patience);
    let busy = integral(drain) + at_patience / c;
    // 1/B for c − 1 servers is Σ pⱼ / p over j ≤ c − 1.
    let below = 1.0 / erlang_b(servers.saturating_sub(1), offered);
    let density = offered / (below + offered * busy);
    let waits = density * busy;
    let gives_up = density * at_patience / c;
    let first_moment = if drain.abs() < 1e-9 {
        0.5 * patience * patience
    } else {
        (integral(drain) - patience * at_patience) / drain
    };
    let slow_after_wait = density * libm::exp(-patience) * integral(drain - 1.0);
    Impatient {
        waits,
        gives_up,
        mean_wait: density * first_moment + patience * gives_up,
        utilisation: offered * (1.0 - gives_up) / c,
        late: gives_up + (1.0 - waits) * libm::exp(-patience) + slow_after_wait,
    }
}

/// How the mean number in Mt/G/∞ follows a sinusoidal rate (Eick, Massey & Whitt 1993).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Follow {
    /// Amplitude of the number in service over amplitude of the rate, seconds.
    pub gain_s: f64,
    /// Time by which it lags behind the rate, seconds.
    pub lag_s: f64,
}

/// Exponential service times: a low-pass filter of first order, gain s/√(1 + (ωs)²), lag atan(ωs)/ω.
pub fn follow_exponential(mean_s: f64, period_s: f64) -> Follow {
    let pulse = TAU / period_s;
    let x = pulse * mean_s;
    Follow {
        gain_s: mean_s / (1.0 + x * x).sqrt(),
        lag_s: libm::atan(x) / pulse,
    }
}

/// Constant service times: a moving average, gain 2 sin(ωs/2)/ω, lag s/2.
pub fn follow_constant(service_s: f64, period_s: f64) -> Follow {
    let pulse = TAU / period_s;
    Follow {
        gain_s: 2.0 * libm::sin(0.5 * pulse * service_s) / pulse,
        lag_s: 0.5 * service_s,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plane::queueing::{mdc_wait_ratio, mg1_mean_wait, mmc_latency_tail, mmc_mean_wait};

    #[track_caller]
    fn near(a: f64, b: f64) {
        assert!((a / b - 1.0).abs() < 1e-9, "{a} instead of {b}");
    }

    #[test]
    fn crommelin_is_pollaczek_for_one_server() {
        for load in [0.1, 0.5, 0.8, 0.95] {
            near(mdc_mean_wait(1, load), mg1_mean_wait(load, 0.0));
        }
        // Cosmetatos's fit of the ratio to M/M/c is good to a per cent or two near full load.
        for (servers, load) in [(3, 0.9), (10, 0.95), (100, 0.97)] {
            let c = f64::from(servers);
            let exact = mdc_mean_wait(servers, load * c) / mmc_mean_wait(servers, load * c);
            let fit = mdc_wait_ratio(c, load);
            assert!((exact / fit - 1.0).abs() < 0.02, "{servers}: {exact} {fit}");
        }
    }

    #[test]
    fn endless_patience_is_erlang_c() {
        let queue = impatient(10, 8.0, 40.0);
        near(queue.mean_wait, mmc_mean_wait(10, 8.0));
        near(queue.utilisation, 0.8);
        // With patience so long that nobody leaves, lateness is the tail of the latency.
        let queue = impatient(10, 8.0, 10.0);
        let tail = mmc_latency_tail(10, 8.0, 10.0);
        assert!((queue.late - tail).abs() < 1e-8, "{queue:?} {tail}");
    }

    #[test]
    fn no_patience_is_erlang_b() {
        near(impatient(10, 12.0, 1e-12).gives_up, erlang_b(10, 12.0));
    }

    #[test]
    fn at_the_limits_the_formulas_are_continuous() {
        let near = |a: Impatient, b: Impatient| {
            assert!((a.waits - b.waits).abs() < 1e-6 && (a.late - b.late).abs() < 1e-6);
            assert!((a.mean_wait - b.mean_wait).abs() < 1e-6);
        };
        near(impatient(4, 4.0, 0.7), impatient(4, 4.0 + 1e-8, 0.7));
        near(impatient(4, 3.0, 0.7), impatient(4, 3.0 + 1e-8, 0.7));
    }

    /// Figures of peers' surveys: Mt/M/∞ with 100 + 50 sin(2πt/3600) and 60 s.
    #[test]
    fn waves_are_damped_and_late() {
        let follow = follow_exponential(60.0, 3600.0);
        assert!((50.0 * follow.gain_s - 2983.68).abs() < 0.01);
        assert!((follow.lag_s - 59.782).abs() < 0.001);
    }
}
