//! Every row of the table.

use super::bare::{Heap, Queue, Servers, Sorted};
use super::clock::{Effort, Work, rates};
use super::components;
use super::networks;
use super::peers;
use super::row::{Row, Wanted};
use super::study;
use sim_core::functions::{ColdStart, FunctionModel, FunctionPool, NextInstance};
use sim_core::plane::{DataPlane, FreeTimes, Interval, RequestsPlane, RetryModel, ServiceModel};
use sim_core::random::Distribution;
use sim_core::scenario::document::Balancing;
use std::hint::black_box;

/// Busy share of the servers in every queue here.
const LOAD: f64 = 0.8;
/// From so many servers on, a sorted vector is no candidate for the limit.
const SORTED_UP_TO: u32 = 128;

/// A part of the table: what it is called, and how it is measured.
type Part = (&'static str, fn(Effort) -> Vec<Row>);

const PARTS: &[Part] = &[
    ("queues", queues),
    ("queues of 10 to 10,000 servers", sizes),
    ("function instances", functions),
    ("networks of services", networks::rows),
    ("many components", components::rows),
    ("replications and studies", study::rows),
    #[cfg(feature = "browser")]
    ("WebAssembly", super::wasm::rows),
];

/// Measures the parts whose name has `only` in it: everything, if that is empty; `progress` is told what comes next.
pub fn rows(effort: Effort, only: &str, mut progress: impl FnMut(&str)) -> Vec<Row> {
    let mut rows = Vec::new();
    for &(name, measure) in PARTS {
        if name.contains(only) {
            progress(name);
            rows.extend(measure(effort));
        }
    }
    rows
}

fn exponential() -> Distribution {
    Distribution::exponential(1.0).expect("a mean")
}

/// Requests per second of the plane, and of the fastest bare loop with its name.
fn plane_and_limit(
    effort: Effort,
    model: &ServiceModel,
    servers: u32,
) -> (f64, (&'static str, f64)) {
    let rate_rps = LOAD * f64::from(servers) / model.service_time_s.mean();
    let mut plane = RequestsPlane::new(model, 0, 1, 0, 0);
    let ours = move |requests: f64| {
        let interval = Interval {
            length_s: requests / rate_rps,
            rate_rps,
            servers,
            queue_limit: u32::MAX,
            ..Interval::default()
        };
        black_box(plane.serve(&interval)).arrivals
    };
    let service = &model.service_time_s;
    let mut works: Vec<Work<'_>> = vec![
        Box::new(ours),
        bare::<FreeTimes>(servers, rate_rps, service),
        bare::<Heap>(servers, rate_rps, service),
    ];
    let mut names = vec!["4-ary heap", "binary heap"];
    if servers <= SORTED_UP_TO {
        works.push(bare::<Sorted>(servers, rate_rps, service));
        names.push("sorted");
    }
    let seen = rates(effort, &mut works);
    let limits = names.into_iter().zip(seen[1..].iter().copied());
    let limit = limits
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .expect("there are bare loops");
    (seen[0], limit)
}

fn bare<S: Servers + 'static>(
    servers: u32,
    rate_rps: f64,
    service: &Distribution,
) -> Work<'static> {
    let mut queue = Queue::<S>::new(servers, rate_rps, service, 1);
    Box::new(move |requests| {
        queue.play(requests as u64);
        black_box(queue.wait_sum_s);
        requests
    })
}

/// The requests plane on single queues.
fn queues(effort: Effort) -> Vec<Row> {
    let lognormal = Distribution::log_normal(1.0, 1.5).expect("a lognormal");
    let plain = ServiceModel::new;
    let cases = [
        ("M/M/1", plain(exponential()), 1, Wanted::Nothing, &[][..]),
        (
            "M/M/10",
            plain(exponential()),
            10,
            Wanted::Share(0.6),
            peers::MM10,
        ),
        (
            "lognormal/100",
            plain(lognormal),
            100,
            Wanted::Share(0.6),
            &[],
        ),
        (EVERYTHING, everything(), 10, Wanted::Share(0.4), &[]),
    ];
    let row = |(case, model, servers, wanted, others)| {
        let (ours, limit) = plane_and_limit(effort, &model, servers);
        Row::new(case, "requests/s", ours)
            .beside(limit)
            .wanted(wanted)
            .peers(others)
    };
    cases.into_iter().map(row).collect()
}

const EVERYTHING: &str = "M/M/10 with timeouts, retries, balancing";

/// Replicas with a queue each, the better of two random ones takes a request; clients give up after six mean service
/// times and try again up to twice, within a budget.
fn everything() -> ServiceModel {
    ServiceModel {
        timeout_s: 6.0,
        error_probability: 0.001,
        thresholds_s: vec![3.0, 5.0],
        balancing: Balancing::PowerOfTwo,
        retries: RetryModel {
            max_attempts: 3,
            backoff_s: 0.5,
            multiplier: 2.0,
            full_jitter: true,
            budget: 0.2,
        },
        ..ServiceModel::new(exponential())
    }
}

/// What a request costs as the servers become more: M/M/c, and with everything on.
fn sizes(effort: Effort) -> Vec<Row> {
    let plain = ServiceModel::new(exponential());
    let mut rows = growth(effort, "M/M/c", &plain, &[10, 100, 1000, 10_000]);
    let words = "timeouts, retries, balancing";
    rows.extend(growth(effort, words, &everything(), &[10, 10_000]));
    rows
}

fn growth(effort: Effort, words: &str, model: &ServiceModel, sizes: &[u32]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut costs = Vec::new();
    for &servers in sizes {
        let (ours, (by, limit)) = plane_and_limit(effort, model, servers);
        let ns = 1e9 / ours;
        costs.push(ns);
        let mut row = Row::new(
            format!("cost per request, {words}, {servers} servers"),
            "ns",
            ns,
        );
        // Nanoseconds, not rates: the ratio is of speeds all the same.
        row.limit = Some(1e9 / limit);
        row.limit_by = Some(by);
        row.ratio = Some(ours / limit);
        rows.push(row);
    }
    if let [first, .., last] = costs[..] {
        let case = format!("growth of that cost from 10 to 10,000 servers, {words}");
        rows.push(Row::new(case, "×", last / first).wanted(Wanted::AtMost(2.0)));
    }
    rows
}

/// The keep-alive pool.
fn functions(effort: Effort) -> Vec<Row> {
    let exponential = |mean_s| Distribution::exponential(mean_s).expect("a mean");
    let readme = FunctionModel::new(
        exponential(1.991),
        ColdStart::Service(exponential(2.244)),
        Distribution::deterministic(600.0).expect("a constant"),
    );
    let thousand = FunctionModel {
        max_instances: 1000,
        ..FunctionModel::new(
            exponential(2.016),
            ColdStart::Service(exponential(2.016)),
            Distribution::deterministic(600.0).expect("a constant"),
        )
    };
    let going_round = FunctionModel {
        next_instance: NextInstance::RoundRobin,
        max_instances: u32::MAX,
        ..thousand.clone()
    };
    let cases = [
        (
            "functions: 0.9/s, kept 600 s (SimFaaS's example)",
            readme,
            0.9,
        ),
        (
            "functions: 1,000/s, at most 1,000 instances",
            thousand,
            1000.0,
        ),
        (
            "functions: 5,000/s on some 10,000 instances in turn",
            going_round,
            5000.0,
        ),
    ];
    let mut rows = Vec::new();
    for (case, model, rate_rps) in cases {
        let mut pool = FunctionPool::new(&model, 1, 0, 0);
        // Past the filling of the empty pool.
        pool.serve(rate_rps, 100.0);
        let invocations =
            |wanted: f64| black_box(pool.serve(rate_rps, wanted / rate_rps)).arrivals as f64;
        let seen = rates(effort, &mut [Box::new(invocations)]);
        let row = Row::new(case, "invocations/s", seen[0]).wanted(Wanted::AtLeast(5e6));
        let others = if rows.is_empty() { peers::FAAS } else { &[] };
        rows.push(row.peers(others));
    }
    rows
}
