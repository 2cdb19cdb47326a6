//! Closed forms of queueing theory: what the planes are built on and held against.
//!
//! Notation: `offered` = a = arrival rate × mean service time (erlangs), `servers` = c, `load` = ρ = a / c.
//! Sources: Kleinrock, *Queueing Systems* I (1975); Tijms, *A First Course in Stochastic Models* (2003).

/// Erlang B: the fraction of requests lost by c servers without a queue, for any service-time law.
///
/// `offered` ≥ 0 in erlangs. Computed as 1/B = Σₖ c!/(c−k)! a⁻ᵏ, whose terms are all positive; it is cut
/// where they no longer count, so the cost is of order √c around full load.
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    if offered <= 0.0 {
        return if servers == 0 { 1.0 } else { 0.0 };
    }
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut left = f64::from(servers);
    while left > 0.0 {
        term *= left / offered;
        sum += term;
        left -= 1.0;
        if sum > 1e300 {
            return 0.0;
        }
        if left < offered && term < sum * 1e-17 {
            break;
        }
    }
    1.0 / sum
}

/// Erlang C: the probability that a request has to wait in M/M/c. 1 from full load on, and without servers.
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    let c = f64::from(servers);
    if offered >= c {
        return 1.0;
    }
    let blocked = erlang_b(servers, offered);
    c * blocked / (c - offered * (1.0 - blocked))
}

/// Mean wait in M/M/c, in mean service times: C / (c (1 − ρ)). Infinite from full load on.
pub fn mmc_mean_wait(servers: u32, offered: f64) -> f64 {
    let spare = f64::from(servers) - offered;
    if spare <= 0.0 {
        return f64::INFINITY;
    }
    erlang_c(servers, offered) / spare
}

/// What arrivals meet in M/M/c with so many `sources`, each of which comes again `think` mean service times after its
/// answer (machine repair; Palm 1947): P(wait), and the mean wait in mean service times. An arrival sees what the others
/// leave in the long run (Lavenberg & Reiser 1980).
pub fn finite_sources(servers: u32, sources: u32, think: f64) -> (f64, f64) {
    let (c, others) = (f64::from(servers), sources.saturating_sub(1));
    let (mut weight, mut all, mut waiting, mut wait) = (1.0, 0.0, 0.0, 0.0);
    for present in 0..=others {
        let n = f64::from(present);
        all += weight;
        if present >= servers {
            waiting += weight;
            wait += weight * (n - c + 1.0) / c;
        }
        weight *= (f64::from(others) - n) / think / (n + 1.0).min(c);
        if all > 1e200 {
            for value in [&mut weight, &mut all, &mut waiting, &mut wait] {
                *value *= 1e-200;
            }
        }
    }
    (waiting / all, wait / all)
}

/// The mean wait of the same, in mean service times, where each request goes to a random one of so many `queues`, each with
/// so many `servers` of its own and a mean wait of `wait_elsewhere` at the others (in equilibrium the same).
///
/// One queue sees a source once in `queues` cycles, so its others are between two visits for that long. That the wait at
/// the others does not depend on who is here makes it too short: by 2 to 13 % of the wait of the closed network
/// (Gordon & Newell 1967) for 2 to 10 queues of 1 to 16 servers.
pub fn finite_sources_apart(
    queues: u32,
    servers: u32,
    sources: u32,
    think: f64,
    wait_elsewhere: f64,
) -> f64 {
    let queues = f64::from(queues);
    let away = queues * think + (queues - 1.0) * (1.0 + wait_elsewhere);
    finite_sources(servers, sources, away).1
}

/// P(wait + service > t) in M/M/c, `time` in mean service times: the wait is 0 or exponential of rate c − a,
/// the service exponential of rate 1, independent of each other.
pub fn mmc_latency_tail(servers: u32, offered: f64, time: f64) -> f64 {
    let spare = f64::from(servers) - offered;
    if spare <= 0.0 {
        return 1.0;
    }
    let waits = erlang_c(servers, offered);
    let service_tail = libm::exp(-time);
    let gap = spare - 1.0;
    let both = if gap.abs() < 1e-9 {
        (1.0 + time) * service_tail
    } else {
        service_tail + (service_tail - libm::exp(-spare * time)) / gap
    };
    (1.0 - waits) * service_tail + waits * both
}

/// The latency in M/M/c, in mean service times, that the fraction `q` of the requests stays below.
pub fn mmc_latency_quantile(servers: u32, offered: f64, q: f64) -> f64 {
    let mut high = 1.0;
    while high < 1e9 && mmc_latency_tail(servers, offered, high) > 1.0 - q {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if mmc_latency_tail(servers, offered, middle) > 1.0 - q {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Mean wait in M/G/1, in mean service times: ρ (1 + cv²) / (2 (1 − ρ)) (Pollaczek 1930, Khinchine 1932).
pub fn mg1_mean_wait(load: f64, cv: f64) -> f64 {
    if load >= 1.0 {
        return f64::INFINITY;
    }
    load * (1.0 + cv * cv) / (2.0 * (1.0 - load))
}

/// Second moment of the wait in M/G/1 (Takács 1962): 2 E[W]² + λ E[S³] / (3 (1 − ρ)), in squared mean
/// service times; `third_moment` is E[S³] in cubed mean service times.
pub fn mg1_second_moment_of_wait(load: f64, cv: f64, third_moment: f64) -> f64 {
    if load >= 1.0 {
        return f64::INFINITY;
    }
    let mean = mg1_mean_wait(load, cv);
    2.0 * mean * mean + load * third_moment / (3.0 * (1.0 - load))
}

/// The mean wait in M/D/c as a fraction of that in M/M/c (Cosmetatos 1975). Exact at c = 1: one half.
pub fn mdc_wait_ratio(servers: f64, load: f64) -> f64 {
    if load <= 0.0 || servers < 1.0 {
        return 1.0;
    }
    let slope = (servers - 1.0) * ((4.0 + 5.0 * servers).sqrt() - 2.0) / (16.0 * servers);
    // The fit leaves its range at light load, where the true ratio tends to c / (c + 1).
    (0.5 * (1.0 + slope * (1.0 - load) / load)).min(servers / (servers + 1.0))
}

/// The mean wait in M/G/c as a fraction of that in M/M/c (Kimura 1986): interpolates between M/M/c and
/// M/D/c by the service time's coefficient of variation. Exact for M/G/1, M/M/c.
pub fn mgc_wait_ratio(servers: f64, load: f64, cv: f64) -> f64 {
    let scv = cv * cv;
    let deterministic = mdc_wait_ratio(servers, load);
    (1.0 + scv) * deterministic / (2.0 * scv * deterministic + 1.0 - scv)
}

/// What becomes of arrivals at M/M/c with room for `queue` waiting requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiniteQueue {
    /// Fraction of the arrivals that find the queue full.
    pub blocked: f64,
    /// Fraction of the arrivals that wait.
    pub waits: f64,
    /// Mean wait of the admitted requests, in mean service times.
    pub mean_wait: f64,
}

/// M/M/c/(c + queue): the queue length above c busy servers is geometric with ratio ρ, cut at `queue`.
pub fn finite_queue(servers: u32, offered: f64, queue: u32) -> FiniteQueue {
    let blocked_without_queue = erlang_b(servers, offered);
    let load = offered / f64::from(servers.max(1));
    let (mut weight, mut sum, mut waiting) = (blocked_without_queue, 1.0, 0.0);
    let mut waits = 0.0;
    for length in 1..=queue {
        waits += weight;
        weight *= load;
        sum += weight;
        waiting += weight * f64::from(length);
    }
    let blocked = weight / sum;
    FiniteQueue {
        blocked,
        waits: waits / sum,
        mean_wait: waiting / sum / (offered * (1.0 - blocked)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One queue is that of [`finite_sources`]; two are nearly those of the product form, and never wait longer.
    #[test]
    fn finite_sources_apart_are_nearly_a_closed_network() {
        let equilibrium = |queues: u32, servers: u32, sources: u32, think: f64| {
            let apart = |wait| finite_sources_apart(queues, servers, sources, think, wait);
            (0..200).fold(0.0, |wait, _| 0.5 * (wait + apart(wait)))
        };
        for (servers, sources, think) in [(1, 5, 3.0), (4, 9, 2.0), (3, 30, 20.0)] {
            let wait = equilibrium(1, servers, sources, think);
            let exact = finite_sources(servers, sources, think).1;
            assert!((wait - exact).abs() < 1e-9, "{servers}: {wait} {exact}");
        }
        for (servers, sources, think) in [
            (1, 2, 3.0),
            (3, 12, 4.0),
            (4, 10, 0.3),
            (4, 80, 9.0),
            (16, 320, 9.0),
        ] {
            let wait = equilibrium(2, servers, sources, think);
            let exact = two_queues(servers, sources, think);
            let ratio = wait / exact;
            assert!((0.87..=1.0).contains(&ratio), "{servers}: {wait} {exact}");
        }
    }

    /// The mean wait before two queues from the product form of all states (Gordon & Newell 1967).
    fn two_queues(servers: u32, sources: u32, think: f64) -> f64 {
        let log_factorial = |n: u32| libm::lgamma(f64::from(n) + 1.0);
        // Logarithms of the weights of so many requests at a queue, at half the visits.
        let mut queue = vec![0.0];
        for n in 1..=sources {
            let before = queue[n as usize - 1];
            queue.push(before - libm::log(2.0 * f64::from(n.min(servers))));
        }
        let log_weight = |one: u32, other: u32| {
            let away = sources - one - other;
            f64::from(away) * libm::log(think) - log_factorial(away)
                + queue[one as usize]
                + queue[other as usize]
        };
        let states =
            || (0..=sources).flat_map(|one| (0..=sources - one).map(move |other| (one, other)));
        let most = states().map(|(one, other)| log_weight(one, other));
        let most = most.fold(f64::NEG_INFINITY, f64::max);
        let (mut there, mut served) = (0.0, 0.0);
        for (one, other) in states() {
            let weight = libm::exp(log_weight(one, other) - most);
            there += weight * f64::from(one);
            served += weight * f64::from(one.min(servers));
        }
        there / served - 1.0
    }

    /// Two sources and one server: an arrival meets the other one there with probability 1 / (1 + think). Many sources
    /// that come rarely are a Poisson stream.
    #[test]
    fn finite_sources_are_those_of_machine_repair() {
        for think in [0.2, 1.0, 5.0] {
            let (waits, wait) = finite_sources(1, 2, think);
            assert!((waits - 1.0 / (1.0 + think)).abs() < 1e-12);
            assert!((wait - waits).abs() < 1e-12);
        }
        let sources = 200_000;
        let think = f64::from(sources) / 3.0 - 1.5;
        let (waits, wait) = finite_sources(4, sources, think);
        assert!((waits - erlang_c(4, 3.0)).abs() < 1e-3, "{waits}");
        assert!((wait - mmc_mean_wait(4, 3.0)).abs() < 2e-3, "{wait}");
    }
}
