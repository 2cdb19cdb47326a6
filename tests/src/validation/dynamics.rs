//! Load and capacity that change over time: `fluid` against `requests`, tick by tick.

use sim_core::plane::{
    DataPlane, FluidPlane, FluidTables, Interval, Outcome, RequestsPlane, ServiceModel,
};
use sim_core::random::Distribution;
use sim_core::stats::{LogHistogram, Welford};
use sim_core::validation::add;

/// Length of an interval in all courses, seconds.
pub const TICK_S: f64 = 15.0;
const MEAN_S: f64 = 0.1;

/// A course of load and capacity.
pub struct Course {
    pub name: &'static str,
    pub model: ServiceModel,
    pub intervals: Vec<Interval>,
}

/// Shares of the arrivals and latency over the whole course: mean over replications and, of the good share,
/// the half width of its 95 % interval.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Answered within the threshold.
    pub good: f64,
    pub good_ci: f64,
    pub rejected: f64,
    pub timed_out: f64,
    pub mean_wait_s: f64,
    pub utilisation: f64,
    pub p95_s: f64,
}

/// All courses.
pub fn courses() -> Vec<Course> {
    let constant = |_: f64| 20;
    let patient = |cv| model(cv, f64::INFINITY);
    let day = |t: f64| 0.55 + 0.4 * (t / 7200.0 * std::f64::consts::TAU).sin();
    let step = |t: f64| if t < 1800.0 { 0.5 } else { 0.92 };
    let spike = |t: f64| {
        if (1200.0..1500.0).contains(&t) {
            1.4
        } else {
            0.7
        }
    };
    let brink = |t: f64| {
        if (600.0..2400.0).contains(&t) {
            1.02
        } else {
            0.8
        }
    };
    let scaled = |t: f64| if t < 1500.0 { 20 } else { 30 };
    let dip = |t: f64| if (1200.0..1320.0).contains(&t) { 0 } else { 20 };
    let plenty = 1_000_000;
    vec![
        course(
            "two-hour wave, load 0.15 to 0.95, 20 servers, cv 1",
            patient(1.0),
            day,
            constant,
            plenty,
            480,
        ),
        course(
            "the same with cv 2",
            patient(2.0),
            day,
            constant,
            plenty,
            480,
        ),
        course(
            "the same with 3 servers, cv 1",
            patient(1.0),
            day,
            |_| 3,
            plenty,
            480,
        ),
        course(
            "the same with 200 servers, cv 1.5",
            patient(1.5),
            day,
            |_| 200,
            plenty,
            480,
        ),
        course(
            "step from load 0.5 to 0.92, cv 1",
            patient(1.0),
            step,
            constant,
            plenty,
            240,
        ),
        course(
            "load 1.4 for 5 minutes, cv 1",
            patient(1.0),
            spike,
            constant,
            plenty,
            240,
        ),
        course(
            "the same, timeout 5 s",
            model(1.0, 5.0),
            spike,
            constant,
            plenty,
            240,
        ),
        course(
            "the same, room for 100 requests",
            patient(1.0),
            spike,
            constant,
            100,
            240,
        ),
        course(
            "the same, room for 100, timeout 5 s, cv 2",
            model(2.0, 5.0),
            spike,
            constant,
            100,
            240,
        ),
        course(
            "load 1.02 for half an hour, cv 1",
            patient(1.0),
            brink,
            constant,
            plenty,
            240,
        ),
        course(
            "load 1.2 until capacity grows by half",
            patient(1.0),
            |t| if t < 900.0 { 0.7 } else { 1.2 },
            scaled,
            plenty,
            240,
        ),
        course(
            "no servers for 2 minutes, timeout 5 s",
            model(1.0, 5.0),
            |_| 0.7,
            dip,
            plenty,
            240,
        ),
        course(
            "no servers for 2 minutes, room for 300",
            patient(1.0),
            |_| 0.7,
            dip,
            300,
            240,
        ),
    ]
}

fn model(cv: f64, timeout_s: f64) -> ServiceModel {
    ServiceModel {
        timeout_s,
        thresholds_s: vec![0.5],
        ..ServiceModel::new(Distribution::log_normal(MEAN_S, cv).expect("a positive cv"))
    }
}

/// `load` is relative to the servers at the start.
fn course(
    name: &'static str,
    model: ServiceModel,
    load: impl Fn(f64) -> f64,
    servers: impl Fn(f64) -> u32,
    queue_limit: u32,
    ticks: u32,
) -> Course {
    let capacity_rps = f64::from(servers(0.0)) / MEAN_S;
    let interval = |tick: u32| {
        let time_s = (f64::from(tick) + 0.5) * TICK_S;
        Interval {
            length_s: TICK_S,
            rate_rps: capacity_rps * load(time_s),
            servers: servers(time_s),
            queue_limit,
            ..Interval::default()
        }
    };
    Course {
        name,
        model,
        intervals: (0..ticks).map(interval).collect(),
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

fn figures<'a>(
    course: &Course,
    replications: u32,
    plane: impl Fn(u32) -> Box<dyn DataPlane + 'a>,
) -> Figures {
    let mut good = Welford::new();
    let (mut all, mut latencies) = (Outcome::default(), LogHistogram::new());
    for replication in 0..replications {
        let mut plane = plane(replication);
        let mut total = Outcome::default();
        for interval in &course.intervals {
            add(&mut total, &plane.serve(interval));
        }
        plane.drain_latency(&mut latencies);
        good.push((total.served - total.slow[0]) / total.arrivals);
        add(&mut all, &total);
    }
    let capacity_s: f64 = course
        .intervals
        .iter()
        .map(|i| f64::from(i.servers) * i.length_s)
        .sum();
    Figures {
        good: good.mean(),
        good_ci: good
            .mean_ci(0.95)
            .map_or(0.0, |(low, high)| 0.5 * (high - low)),
        rejected: all.rejected / all.arrivals,
        timed_out: all.timed_out / all.arrivals,
        mean_wait_s: all.wait_sum_s / (all.arrivals - all.rejected),
        utilisation: all.busy_server_s / (capacity_s * f64::from(replications)),
        p95_s: latencies.quantile(0.95).unwrap_or(0.0),
    }
}
