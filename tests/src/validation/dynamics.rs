//! Load and capacity that change over time: `fluid` against `requests`, tick by tick.

use super::courses::Course;
use sim_core::plane::{DataPlane, FluidPlane, FluidTables, Outcome, RequestsPlane};
use sim_core::scenario::document::{ObjectiveDocument, SloDocument};
use sim_core::slo::budget::{self, BudgetMeter, Objectives};
use sim_core::stats::{LogHistogram, Welford};
use sim_core::validation::add;

/// Shares of the arrivals and latency over the whole course: mean over replications and, of the good share and the
/// minutes of violation, the half width of the 95 % interval.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Answered within the threshold.
    pub good: f64,
    pub good_ci: f64,
    /// Half width of the 99 % interval.
    pub good_open: f64,
    /// Minutes in slices of five minutes in which too few requests were good.
    pub violation: f64,
    pub violation_ci: f64,
    /// Half width of the 99 % interval.
    pub violation_open: f64,
    pub rejected: f64,
    pub timed_out: f64,
    pub mean_wait_s: f64,
    pub utilisation: f64,
    pub p95_s: f64,
}

/// Violation below one slice of five minutes is compared with that: relative to less, a single slice would be all.
const LEAST_VIOLATION: f64 = 5.0;

/// How far `fluid` is off, and what the comparison leaves open: half the width of its own 99 % interval.
#[derive(Clone, Copy, Debug)]
pub struct Off {
    pub good: f64,
    pub good_open: f64,
    /// Relative to the minutes of violation of `requests`.
    pub violation: f64,
    pub violation_open: f64,
}

/// What is acceptable: in share of requests, and relative.
pub const WANTED_GOOD: f64 = 0.01;
pub const WANTED_VIOLATION: f64 = 0.1;

impl Off {
    pub fn new(requests: &Figures, fluid: &Figures) -> Self {
        let minutes = requests.violation.max(LEAST_VIOLATION);
        Self {
            good: fluid.good - requests.good,
            good_open: fluid.good_open.hypot(requests.good_open),
            violation: (fluid.violation - requests.violation) / minutes,
            violation_open: fluid.violation_open.hypot(requests.violation_open) / minutes,
        }
    }

    /// Whether both differences are acceptable, give or take what is open.
    pub fn is_fine(&self) -> bool {
        self.good.abs() <= WANTED_GOOD + self.good_open
            && self.violation.abs() <= WANTED_VIOLATION + self.violation_open
    }
}

/// Plays a course on the requests plane.
pub fn by_requests(course: &Course, replications: u32) -> Figures {
    figures(course, replications, |replication| {
        Box::new(RequestsPlane::new(&course.model, 0, 5, replication, 0))
    })
}

/// Plays a course on the fluid plane.
pub fn by_fluid(course: &Course, replications: u32) -> Figures {
    let tables = FluidTables::new(course.model.clone());
    figures(course, replications, |replication| {
        Box::new(FluidPlane::new(&tables, 0, 5, replication, 0))
    })
}

/// The objective of a course.
fn objectives(course: &Course) -> Objectives {
    let threshold_s = course.model.thresholds_s.first().copied();
    budget::objectives(&SloDocument {
        window_days: 1.0,
        objectives: vec![ObjectiveDocument::Latency {
            threshold_ms: 1000.0 * threshold_s.expect("a course has a threshold"),
            target_percent: 100.0 * course.target,
        }],
        revenue_usd_per_1000_requests: None,
        wanted_attainment_percent: 50.0,
    })
}

fn figures<'a>(
    course: &Course,
    replications: u32,
    plane: impl Fn(u32) -> Box<dyn DataPlane + 'a>,
) -> Figures {
    let objectives = objectives(course);
    let (mut good, mut violation) = (Welford::new(), Welford::new());
    let (mut all, mut latencies) = (Outcome::default(), LogHistogram::new());
    for replication in 0..replications {
        let mut plane = plane(replication);
        let mut total = Outcome::default();
        let mut budget = BudgetMeter::new(course.tick_s);
        for interval in &course.intervals {
            let outcome = plane.serve(interval);
            let judged = objectives.judge(&outcome);
            let bad = judged.bad(&objectives);
            budget.count(&objectives, judged.concluded, bad);
            add(&mut total, &outcome);
        }
        budget.finish(&objectives);
        plane.drain_latency(&mut latencies);
        good.push((total.served - total.slow[0]) / total.arrivals);
        violation.push(budget.violation_minutes());
        add(&mut all, &total);
    }
    let half = |seen: &Welford, level: f64| {
        seen.mean_ci(level)
            .map_or(0.0, |(low, high)| 0.5 * (high - low))
    };
    let capacity_s: f64 = course
        .intervals
        .iter()
        .map(|i| f64::from(i.servers) * i.length_s)
        .sum();
    Figures {
        good: good.mean(),
        good_ci: half(&good, 0.95),
        good_open: half(&good, 0.99),
        violation: violation.mean(),
        violation_ci: half(&violation, 0.95),
        violation_open: half(&violation, 0.99),
        rejected: all.rejected / all.arrivals,
        timed_out: all.timed_out / all.arrivals,
        mean_wait_s: all.wait_sum_s / all.waits,
        utilisation: all.busy_server_s / (capacity_s * f64::from(replications)),
        p95_s: latencies.quantile(0.95).unwrap_or(0.0),
    }
}
