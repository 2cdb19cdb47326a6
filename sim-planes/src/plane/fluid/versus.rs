//! For tests: the fluid plane against the requests plane, under constant load and over time.

use super::returning::join;
use crate::plane::{
    DataPlane, FluidPlane, FluidTables, Interval, Outcome, RequestsPlane, ServiceModel,
};
use crate::random::Distribution;
use crate::stats::LogHistogram;

/// What a plane says of a run.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "shown where a comparison fails")]
pub(super) struct Figures {
    /// Served, and below the first threshold, of all requests.
    pub(super) good: f64,
    pub(super) p95_s: f64,
    /// Retries to a request.
    pub(super) retries: f64,
    /// Shares of all requests.
    pub(super) served: f64,
    pub(super) rejected: f64,
    pub(super) timed_out: f64,
    pub(super) failed: f64,
    pub(super) lost: f64,
    pub(super) busy_s: f64,
    pub(super) mean_wait_s: f64,
    /// Share of the attempts that waited.
    pub(super) waited: f64,
    /// Open requests at the end, and what is missing in the balance.
    pub(super) gap: f64,
}

/// Plays intervals after a warm-up of `warm_up` of them.
fn play(plane: &mut dyn DataPlane, intervals: &[Interval], warm_up: usize) -> Figures {
    let mut latencies = LogHistogram::new();
    let mut open = 0.0;
    for interval in &intervals[..warm_up] {
        open = plane.serve(interval).open_at_end;
    }
    plane.drain_latency(&mut latencies);
    latencies.clear();
    let mut sum = Outcome::default();
    for interval in &intervals[warm_up..] {
        join(&mut sum, &plane.serve(interval));
    }
    plane.drain_latency(&mut latencies);
    let share = |count: f64| count / sum.arrivals;
    let fates = sum.served + sum.rejected + sum.timed_out + sum.failed + sum.lost;
    Figures {
        good: share(sum.served - sum.slow[0]),
        p95_s: latencies.quantile(0.95).unwrap_or(0.0),
        retries: share(sum.retries),
        served: share(sum.served),
        rejected: share(sum.rejected),
        timed_out: share(sum.timed_out),
        failed: share(sum.failed),
        lost: share(sum.lost),
        busy_s: sum.busy_server_s,
        mean_wait_s: sum.wait_sum_s / sum.waits,
        waited: sum.waited / sum.waits,
        gap: share(sum.arrivals - fates - (sum.open_at_end - open)),
    }
}

/// Both planes over the same intervals: requests, fluid.
pub(super) fn both(model: &ServiceModel, intervals: &[Interval], warm_up: usize) -> [Figures; 2] {
    let tables = FluidTables::new(model.clone());
    let requests = play(
        &mut RequestsPlane::new(model, 1, 5, 0, 0),
        intervals,
        warm_up,
    );
    let fluid = play(
        &mut FluidPlane::new(&tables, 1, 5, 0, 0),
        intervals,
        warm_up,
    );
    for figures in [&requests, &fluid] {
        assert!(figures.gap.abs() < 1e-6, "{model:?} {figures:?}");
    }
    [requests, fluid]
}

/// Constant load for so many arrivals, after a tenth of them; ticks of 15 s.
pub(super) fn steady(
    model: &ServiceModel,
    servers: u32,
    rate_rps: f64,
    queue_limit: u32,
    arrivals: f64,
) -> [Figures; 2] {
    let ticks = (arrivals / rate_rps / 15.0).ceil() as usize;
    let interval = Interval {
        length_s: 15.0,
        rate_rps,
        servers,
        queue_limit,
        ..Interval::default()
    };
    both(model, &vec![interval; ticks + ticks / 10], ticks / 10)
}

/// A service time with this mean, seconds, and coefficient of variation: exponential at 1, else log-normal.
pub(super) fn law(mean_s: f64, cv: f64) -> Distribution {
    let law = if cv == 1.0 {
        Distribution::exponential(mean_s)
    } else {
        Distribution::log_normal(mean_s, cv)
    };
    law.expect("a law")
}

/// Ticks of 15 s of 20 servers, twelve times: a minute at load 1.3, half a minute without servers, and hours below.
pub(super) fn with_overloads(mean_s: f64, queue_limit: u32) -> Vec<Interval> {
    let tick = |load: f64, servers: u32| Interval {
        length_s: 15.0,
        rate_rps: load * 20.0 / mean_s,
        servers,
        queue_limit,
        ..Interval::default()
    };
    let round = [
        (30, 0.6, 20),
        (4, 1.3, 20),
        (30, 0.6, 20),
        (10, 0.9, 20),
        (2, 0.7, 0),
        (30, 0.7, 20),
    ];
    let rounds = std::iter::repeat_n(round, 12).flatten();
    rounds
        .flat_map(|(count, load, servers)| std::iter::repeat_n(tick(load, servers), count))
        .collect()
}
