//! Priorities in closed form against priorities that are played, and requests that wait outside.

use crate::plane::fluid::versus::{Figures, both, law, steady};
use crate::plane::{
    DataPlane, FluidPlane, FluidTables, Interval, Outcome, Overflow, RequestsPlane, ServiceModel,
};

const MEAN_S: f64 = 0.1;

fn model(cv: f64, high: f64, after: f64) -> ServiceModel {
    ServiceModel {
        thresholds_s: vec![after * MEAN_S],
        high_priority_share: high,
        ..ServiceModel::new(law(MEAN_S, cv))
    }
}

/// What is wrong with a run of both planes.
fn wrong(what: &str, [r, f]: [Figures; 2], most_good: f64, most_p95: f64) -> Option<String> {
    let off = [
        f.good - r.good,
        f.timed_out - r.timed_out,
        f.rejected - r.rejected,
    ];
    let p95 = f.p95_s / r.p95_s - 1.0;
    let is_wrong = off.iter().any(|off| off.abs() > most_good) || p95.abs() > most_p95;
    is_wrong.then(|| format!("{what}: {r:?} {f:?}"))
}

#[test]
fn constant_load_on_a_grid() {
    let mut all = Vec::new();
    for servers in [4, 16] {
        for (cv, high, load) in [
            (0.5, 0.3, 0.8),
            (1.0, 0.1, 0.9),
            (1.0, 0.5, 0.7),
            (1.0, 0.8, 0.9),
            (1.5, 0.5, 0.85),
            (2.0, 0.3, 0.8),
            (2.0, 0.0, 0.8),
        ] {
            let after = if servers == 16 { 2.0 } else { 5.0 };
            let rate_rps = load * f64::from(servers) / MEAN_S;
            let of = model(cv, high, after);
            let figures = steady(&of, servers, rate_rps, 1_000_000, 400_000.0);
            let (good, p95) = if servers >= 8 {
                (0.005, 0.05)
            } else {
                (0.015, 0.08)
            };
            let what = format!("{servers} servers, cv {cv}, {high} high, load {load}");
            all.extend(wrong(&what, figures, good, p95));
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// Load above 1 for a minute, with room for all, room for a few, and clients that give up.
#[test]
fn over_time() {
    let mut all = Vec::new();
    for (cv, high) in [(1.0, 0.2), (1.0, 0.6), (2.0, 0.4), (1.0, 0.0)] {
        for (name, room, timeout_s) in [
            ("endless", 1_000_000, f64::INFINITY),
            ("room", 40, f64::INFINITY),
            ("patience", 1_000_000, 2.0),
        ] {
            let model = ServiceModel {
                timeout_s,
                ..model(cv, high, 5.0)
            };
            let tick = |load: f64| Interval {
                length_s: 15.0,
                rate_rps: load * 20.0 / MEAN_S,
                servers: 20,
                queue_limit: room,
                ..Interval::default()
            };
            let mut course = Vec::new();
            for _ in 0..12 {
                for (count, load) in [(30, 0.6), (4, 1.3), (30, 0.6), (10, 0.9)] {
                    course.extend(std::iter::repeat_n(tick(load), count));
                }
            }
            let figures = both(&model, &course, 20);
            all.extend(wrong(
                &format!("{name}, cv {cv}, {high} high"),
                figures,
                0.01,
                9.0,
            ));
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// Cobham 1954 for M/G/1: high ones wait for R/(1 − hρ), where R = ρ E[S] (1 + cv²)/2.
#[test]
fn high_ones_wait_as_cobham_says() {
    for (cv, high, load) in [(1.0, 0.3, 0.8), (2.0, 0.5, 0.6)] {
        let tables = FluidTables::new(model(cv, high, 5.0));
        let mut plane = FluidPlane::new(&tables, 0, 1, 0, 0);
        let (mut waits, mut wait_s) = (0.0, 0.0);
        for _ in 0..20_000 {
            let outcome = plane.serve(&Interval {
                length_s: 15.0,
                rate_rps: load / MEAN_S,
                servers: 1,
                queue_limit: 1_000_000,
                ..Interval::default()
            });
            waits += outcome.waits_high;
            wait_s += outcome.wait_sum_high_s;
        }
        let expected = load * MEAN_S * 0.5 * (1.0 + cv * cv) / (1.0 - high * load);
        let found = wait_s / waits;
        assert!(
            (found / expected - 1.0).abs() < 0.05,
            "{cv} {high} {load}: {found} {expected}"
        );
    }
}

/// Who finds no room waits outside: latencies as if there were room, and as many outside as are played.
#[test]
fn blocked_requests_wait_outside() {
    let model = ServiceModel {
        overflow: Overflow::Block,
        timeout_s: 4.0,
        ..model(1.0, 0.0, 5.0)
    };
    let mut intervals = Vec::new();
    for _ in 0..20 {
        for (count, load) in [(30, 0.9), (6, 1.2), (30, 0.7), (1, 0.0)] {
            let interval = Interval {
                length_s: 15.0,
                rate_rps: load * 10.0 / MEAN_S,
                servers: if load > 0.0 { 10 } else { 0 },
                queue_limit: 5,
                ..Interval::default()
            };
            intervals.extend(std::iter::repeat_n(interval, count));
        }
    }
    let figures = both(&model, &intervals, 10);
    assert_eq!(wrong("outside", figures, 0.01, 9.0), None);
    let tables = FluidTables::new(model.clone());
    let sum = |plane: &mut dyn DataPlane| {
        let mut sum = Outcome::default();
        for interval in &intervals {
            let outcome = plane.serve(interval);
            sum.blocked += outcome.blocked;
            sum.arrivals += outcome.arrivals;
        }
        sum.blocked / sum.arrivals
    };
    let played = sum(&mut RequestsPlane::new(&model, 0, 5, 0, 0));
    let computed = sum(&mut FluidPlane::new(&tables, 0, 5, 0, 0));
    assert!((played - computed).abs() < 0.02, "{played} {computed}");
}
