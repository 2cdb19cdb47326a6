//! Networks in closed form against networks played span by span.

use sim_core::plane::network::{
    Call, CallMode, Entry, FluidNetwork, NetworkOutcome, NetworkPlane, NetworkTables,
    RequestsNetwork, Station, StationInterval,
};
use sim_core::plane::{Interval, RetryModel, ServiceModel};
use sim_core::random::Distribution;
use sim_core::stats::LogHistogram;

fn lognormal(mean_ms: f64, cv: f64) -> Distribution {
    Distribution::log_normal(mean_ms / 1000.0, cv).unwrap()
}

fn service(mean_ms: f64, cv: f64, timeout_ms: f64) -> ServiceModel {
    ServiceModel {
        timeout_s: timeout_ms / 1000.0,
        error_probability: 0.0005,
        ..ServiceModel::new(lognormal(mean_ms, cv))
    }
}

fn call(to: usize, per_request: f64, mode: CallMode) -> Call {
    Call {
        to,
        per_request,
        mode,
        required: true,
        retries: RetryModel::NONE,
    }
}

/// Ticks that are looked at.
const TICKS: u32 = 480;

struct Case {
    name: &'static str,
    stations: Vec<Station>,
    servers: Vec<u32>,
    entries: Vec<Entry>,
    rate_rps: f64,
    /// Time factor of the last station in the second third of the time.
    brown_out: f64,
}

#[derive(Debug)]
struct Seen {
    good: f64,
    success: f64,
    p95_s: f64,
    blamed: Vec<f64>,
}

fn run(case: &Case, plane: &mut dyn NetworkPlane, ticks: u32) -> Seen {
    let mut outcome = NetworkOutcome::default();
    let (mut all, mut bad, mut failed) = (0.0, 0.0, 0.0);
    let mut blamed = vec![0.0; case.stations.len()];
    let mut latency = LogHistogram::new();
    for tick in 0..ticks + 40 {
        let given: Vec<StationInterval> = case
            .servers
            .iter()
            .enumerate()
            .map(|(index, &servers)| StationInterval {
                interval: Interval {
                    length_s: 15.0,
                    servers,
                    queue_limit: 200,
                    ..Interval::default()
                },
                time_factor: if index + 1 == case.servers.len()
                    && (ticks / 3..ticks * 2 / 3).contains(&tick)
                {
                    case.brown_out
                } else {
                    1.0
                },
                ..StationInterval::default()
            })
            .collect();
        plane.serve(case.rate_rps, &given, &mut outcome);
        if tick < 40 {
            for entry in 0..case.entries.len() {
                plane.drain_latency(entry, &mut LogHistogram::new());
            }
            continue;
        }
        for entry in &outcome.entries {
            let t = &entry.total;
            let nothing = t.rejected + t.timed_out + t.failed + t.lost;
            all += t.served + nothing;
            failed += nothing;
            bad += nothing + t.slow[0];
            for (sum, b) in blamed.iter_mut().zip(&entry.blamed) {
                *sum += b.rejected + b.timed_out + b.failed + b.lost + b.slow[0];
            }
        }
    }
    for entry in 0..case.entries.len() {
        plane.drain_latency(entry, &mut latency);
    }
    Seen {
        good: 1.0 - bad / all,
        success: 1.0 - failed / all,
        p95_s: latency.quantile(0.95).unwrap_or(f64::NAN),
        blamed: blamed.iter().map(|b| b / all).collect(),
    }
}

fn cases() -> Vec<Case> {
    let leaf = |mean_ms, cv, timeout| Station {
        service: service(mean_ms, cv, timeout),
        calls: Vec::new(),
    };
    let one = vec![Entry {
        station: 0,
        share: 1.0,
    }];
    let gateway = |calls| Station {
        service: service(10.0, 0.7, 2000.0),
        calls,
    };
    let seq = CallMode::Sequential;
    let chain = |servers: [u32; 3], rate_rps, brown_out, name| Case {
        name,
        stations: vec![
            gateway(vec![call(1, 1.0, seq)]),
            Station {
                service: service(40.0, 1.0, 1000.0),
                calls: vec![call(2, 2.0, seq)],
            },
            leaf(15.0, 1.5, 500.0),
        ],
        servers: servers.to_vec(),
        entries: one.clone(),
        rate_rps,
        brown_out,
    };
    let fan = |servers: [u32; 4], mode, name| Case {
        name,
        stations: vec![
            gateway(vec![
                call(1, 1.0, mode),
                call(2, 1.0, mode),
                call(3, 0.3, mode),
            ]),
            leaf(40.0, 1.0, 1000.0),
            leaf(30.0, 0.7, 1000.0),
            leaf(100.0, 1.5, 1500.0),
        ],
        servers: servers.to_vec(),
        entries: one.clone(),
        rate_rps: 100.0,
        brown_out: 1.0,
    };
    vec![
        chain([40, 20, 10], 100.0, 1.0, "chain, roomy"),
        chain([16, 10, 4], 100.0, 1.0, "chain, tight below"),
        chain([12, 12, 12], 100.0, 1.0, "chain, tight above"),
        chain([40, 20, 10], 100.0, 2.5, "chain, brown-out"),
        fan([40, 8, 8, 8], CallMode::Sequential, "fan, in turn"),
        fan([40, 6, 5, 6], CallMode::Sequential, "fan, in turn, tight"),
        fan([40, 8, 8, 8], CallMode::Parallel, "fan, together"),
        fan([40, 6, 5, 6], CallMode::Parallel, "fan, together, tight"),
        fan([40, 8, 8, 8], CallMode::Async, "fan, async"),
        Case {
            name: "two routes",
            stations: vec![
                gateway(vec![call(1, 1.0, seq), call(2, 1.0, seq)]),
                Station {
                    service: service(60.0, 1.0, 2000.0),
                    calls: vec![call(2, 3.0, seq)],
                },
                leaf(8.0, 1.5, 300.0),
            ],
            servers: vec![20, 16, 6],
            entries: vec![
                Entry {
                    station: 0,
                    share: 0.7,
                },
                Entry {
                    station: 1,
                    share: 0.3,
                },
            ],
            rate_rps: 100.0,
            brown_out: 1.0,
        },
    ]
}

/// End to end: P95 within 15 %, good requests within one point; and the component that spends most of the budget, where
/// one clearly does.
#[test]
fn fluid_networks_are_as_played_ones() {
    let thresholds_s = [0.3];
    for case in cases() {
        let tables = NetworkTables::new(&case.stations, &case.entries, &thresholds_s).unwrap();
        let mut fluid = FluidNetwork::new(&tables, 4, 1, 0);
        let mut played =
            RequestsNetwork::new(&case.stations, &case.entries, &thresholds_s, 4, 1, 0).unwrap();
        let seen = run(&case, &mut fluid, TICKS);
        let exact = run(&case, &mut played, TICKS);
        let words = format!("{}: {seen:?}, played: {exact:?}", case.name);
        println!("{words}");
        assert!((seen.p95_s / exact.p95_s - 1.0).abs() < 0.15, "{words}");
        assert!((seen.good - exact.good).abs() < 0.01, "{words}");
        assert!((seen.success - exact.success).abs() < 0.01, "{words}");
        for (fluid, played) in seen.blamed.iter().zip(&exact.blamed) {
            assert!((fluid - played).abs() < 0.01, "{words}");
        }
        // Nobody else spends anything.
        assert!(
            (seen.blamed.iter().sum::<f64>() - (1.0 - seen.good)).abs() < 1e-6,
            "{words}"
        );
    }
}

/// The outage of a dependency fails exactly those who call it.
#[test]
fn an_outage_fails_its_callers() {
    let mut case = cases().remove(0);
    case.stations[1].calls[0].per_request = 0.5;
    let thresholds_s = [0.3];
    let tables = NetworkTables::new(&case.stations, &case.entries, &thresholds_s).unwrap();
    let mut plane = FluidNetwork::new(&tables, 4, 1, 0);
    let given = |down: bool| -> Vec<StationInterval> {
        let servers = case.servers.iter().enumerate();
        servers
            .map(|(index, &servers)| StationInterval {
                interval: Interval {
                    length_s: 15.0,
                    servers,
                    queue_limit: 200,
                    ..Interval::default()
                },
                down: down && index == 2,
                ..StationInterval::default()
            })
            .collect()
    };
    let mut outcome = NetworkOutcome::default();
    for _ in 0..20 {
        plane.serve(case.rate_rps, &given(false), &mut outcome);
    }
    let (mut concluded, mut failed, mut blamed) = (0.0, 0.0, 0.0);
    for _ in 0..40 {
        plane.serve(case.rate_rps, &given(true), &mut outcome);
        let entry = &outcome.entries[0];
        concluded += entry.total.served + entry.total.failed + entry.total.timed_out;
        failed += entry.total.failed;
        blamed += entry.blamed[2].failed;
    }
    // Some 60,000 requests: half of them call it, give or take 0.2 %, and a few fail otherwise.
    assert!(
        (failed / concluded - 0.5005).abs() < 0.008,
        "{failed} of {concluded}"
    );
    assert!(blamed > 0.995 * failed, "{blamed} of {failed}");
}
