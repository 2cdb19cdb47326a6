//! Speed of the data planes, one core. Throughput is in ticks (fluid) and requests.
#![allow(missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_core::plane::{
    DataPlane, Discipline, FluidPlane, FluidTables, FreeTimes, Interval, RequestsPlane, RetryModel,
    ServiceModel,
};
use sim_core::random::{Distribution, Purpose, StreamKey, standard_exponential};
use sim_core::scenario::document::Balancing;
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

/// Requests of one iteration.
const REQUESTS: f64 = 100_000.0;

/// Plays an interval at load 0.8 again and again.
fn play(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: String,
    model: &ServiceModel,
    replicas: u32,
) {
    let cores = match model.discipline {
        Discipline::Slots => f64::from(model.concurrency),
        Discipline::ProcessorSharing { cores } => cores,
    };
    let rate_rps = 0.8 * f64::from(replicas) * cores / model.service_time_s.mean();
    let interval = Interval {
        length_s: REQUESTS / rate_rps,
        rate_rps,
        servers: replicas * model.concurrency,
        queue_limit: u32::MAX,
        ..Interval::default()
    };
    let mut plane = RequestsPlane::new(model, 0, 1, 0, 0);
    group.bench_function(name, |bencher| {
        bencher.iter(|| black_box(plane.serve(&interval)));
    });
}

/// The limit: Kiefer & Wolfowitz by hand, with the same samplers, counting nothing but the wait.
fn bare(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    service: &Distribution,
    servers: u32,
) {
    let stream = |purpose| {
        StreamKey {
            seed: 1,
            replication: 0,
            component: 0,
            purpose,
        }
        .rng()
    };
    let (mut gaps, mut services) = (stream(Purpose::Arrivals), stream(Purpose::ServiceTime));
    let gap_s = service.mean() / (0.8 * f64::from(servers));
    let (mut now_s, mut wait_s) = (0.0, 0.0);
    let mut few = vec![0.0_f64; servers as usize];
    let mut many = FreeTimes::idle(servers as usize);
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            for _ in 0..REQUESTS as u32 {
                now_s += gap_s * standard_exponential(&mut gaps);
                let service_s = service.sample(&mut services);
                let start_s = if servers <= 16 {
                    let mut first = 0;
                    for server in 1..few.len() {
                        if few[server] < few[first] {
                            first = server;
                        }
                    }
                    let start_s = few[first].max(now_s);
                    few[first] = start_s + service_s;
                    start_s
                } else {
                    let start_s = many.next().max(now_s);
                    many.occupy_next(start_s + service_s);
                    start_s
                };
                wait_s += start_s - now_s;
            }
            black_box(wait_s)
        });
    });
}

/// One queue, as most scenarios have it, against the limit.
fn requests(criterion: &mut Criterion) {
    let Some(model) = model() else { return };
    let Ok(exponential) = Distribution::exponential(0.1) else {
        return;
    };
    let mut group = criterion.benchmark_group("requests");
    group.throughput(Throughput::Elements(REQUESTS as u64));
    let markov = ServiceModel {
        service_time_s: exponential.clone(),
        ..model.clone()
    };
    bare(&mut group, "bare loop, M/M/10", &exponential, 10);
    play(&mut group, "M/M/10".into(), &markov, 10);
    bare(
        &mut group,
        "bare loop, lognormal, 100 servers",
        &model.service_time_s,
        100,
    );
    for servers in [1, 10, 100, 1000, 10_000] {
        play(
            &mut group,
            format!("lognormal, {servers} servers"),
            &model,
            servers,
        );
    }
    group.finish();
}

/// Timeouts, retries and errors, with each balancer; then what only events can play.
fn serving(criterion: &mut Criterion) {
    let Some(plain) = model() else { return };
    let Ok(exponential) = Distribution::exponential(0.1) else {
        return;
    };
    let model = ServiceModel {
        service_time_s: exponential,
        timeout_s: 2.0,
        error_probability: 0.01,
        retries: RetryModel {
            max_attempts: 3,
            backoff_s: 0.1,
            multiplier: 2.0,
            full_jitter: true,
            budget: 0.2,
        },
        ..plain
    };
    let mut group = criterion.benchmark_group("serving");
    group.throughput(Throughput::Elements(REQUESTS as u64));
    for (name, balancing) in [
        ("shared", Balancing::Shared),
        ("random", Balancing::Random),
        ("round robin", Balancing::RoundRobin),
        ("least outstanding", Balancing::LeastOutstanding),
        ("power of two", Balancing::PowerOfTwo),
    ] {
        for replicas in [10, 10_000] {
            let model = ServiceModel {
                balancing,
                ..model.clone()
            };
            let name = format!("{name}, timeouts, retries, {replicas} replicas");
            play(&mut group, name, &model, replicas);
        }
    }
    let priorities = ServiceModel {
        high_priority_share: 0.3,
        ..model.clone()
    };
    play(
        &mut group,
        "priorities, 10 replicas".into(),
        &priorities,
        10,
    );
    let sharing = ServiceModel {
        balancing: Balancing::LeastOutstanding,
        discipline: Discipline::ProcessorSharing { cores: 1.0 },
        concurrency: 100,
        ..model
    };
    play(
        &mut group,
        "processor sharing, 10 replicas".into(),
        &sharing,
        10,
    );
    group.finish();
}

criterion_group!(benches, fluid, requests, serving);
criterion_main!(benches);
