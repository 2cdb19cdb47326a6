//! Speed of the data planes, one core. Throughput is in ticks (fluid) and requests.
#![allow(missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_core::plane::{DataPlane, FluidPlane, FluidTables, Interval, RequestsPlane, ServiceModel};
use sim_core::random::Distribution;
use std::hint::black_box;

/// Lognormal, 0.1 s, cv 1.5.
fn model() -> Option<ServiceModel> {
    Some(ServiceModel {
        timeout_s: 10.0,
        error_probability: 0.001,
        thresholds_s: vec![0.3, 1.0],
        ..ServiceModel::new(Distribution::log_normal(0.1, 1.5).ok()?)
    })
}

/// A day of 15-s ticks with a daily wave and a capacity that follows in steps.
fn day() -> Vec<Interval> {
    let tick = |index: u32| {
        let wave = libm::sin(f64::from(index) / 5760.0 * core::f64::consts::TAU);
        let servers = 20 + (index / 40) % 7;
        Interval {
            length_s: 15.0,
            rate_rps: 200.0 * (0.55 + 0.35 * wave),
            servers,
            queue_limit: 100 * servers,
            ..Interval::default()
        }
    };
    (0..5760).map(tick).collect()
}

fn fluid(criterion: &mut Criterion) {
    let Some(model) = model() else { return };
    let intervals = day();
    let tables = FluidTables::new(model);
    let mut group = criterion.benchmark_group("fluid");
    group.throughput(Throughput::Elements(intervals.len() as u64));
    let run = |quantiles: bool| {
        let mut plane = FluidPlane::new(&tables, 4, 1, 0, 0);
        let mut sum = 0.0;
        for interval in &intervals {
            sum += plane.serve(interval).served;
            if quantiles {
                sum += plane.recent_quantile(0.95, 4).unwrap_or(0.0);
            }
        }
        sum
    };
    group.bench_function("day of ticks", |bencher| {
        bencher.iter(|| black_box(run(false)))
    });
    group.bench_function(
        "day of ticks, each with a P95 of the last minute",
        |bencher| {
            bencher.iter(|| black_box(run(true)));
        },
    );
    group.finish();
}

fn requests(criterion: &mut Criterion) {
    let Some(model) = model() else { return };
    let mut group = criterion.benchmark_group("requests");
    for servers in [1, 10, 32, 100] {
        let rate_rps = 8.0 * f64::from(servers);
        let interval = Interval {
            length_s: 100_000.0 / rate_rps,
            rate_rps,
            servers,
            queue_limit: u32::MAX,
            ..Interval::default()
        };
        group.throughput(Throughput::Elements(100_000));
        let mut plane = RequestsPlane::new(&model, 0, 1, 0, 0);
        group.bench_function(format!("{servers} servers, load 0.8"), |bencher| {
            bencher.iter(|| black_box(plane.serve(&interval)));
        });
    }
    group.finish();
}

criterion_group!(benches, fluid, requests);
criterion_main!(benches);
