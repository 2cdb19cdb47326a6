//! Memory as a resource: kills, pressure, their cause, and the HPA on memory.

use sim_core::replication::{ReplayRequest, Setup, replay};
use sim_core::scenario::check;
use sim_core::scenario::document::{
    AutoscalerDocument, FlashCrowdDocument, HpaDocument, MemoryDocument, MetricDocument,
    ScenarioDocument, TrafficSource,
};
use sim_core::slo::Cause;
use sim_core::study::{Figure, ReplicationResult};
use tests::base::base;
use tests::fixture;
use tests::runs::run;

fn replicas(document: &mut ScenarioDocument, replicas: u32) {
    document.autoscaler = AutoscalerDocument::Static { replicas };
}

fn rate(document: &mut ScenarioDocument, rps: f64) {
    if let TrafficSource::Model { base_rps, .. } = &mut document.traffic.source {
        *base_rps = rps;
    }
}

/// 100 MiB of a limit of 200 with a leak of 50 an hour: two hours to the kill.
///
/// A restart takes 20 s and ages are looked at every 15 s: killed at 0, ready at 20, above the limit from 7220 on,
/// killed at 7230. Serving again in the second tick after the kill, at the age of 10 s at its end.
fn leaking() -> ScenarioDocument {
    let mut document = base();
    replicas(&mut document, 20);
    document.service.memory = Some(MemoryDocument {
        base_mib: 100.0,
        mib_per_request: 0.0,
        leak_mib_per_hour: 50.0,
        limit_mib: 200,
    });
    document.service.pod.memory_request_mib = 150;
    document.slo.window_days = 1.0;
    document
}

const CYCLE_S: f64 = 7230.0;

#[test]
fn a_leak_kills_as_often_as_the_limit_allows() {
    let results = run(&leaking(), 20);
    let pods = 20.0 * results.len() as f64;
    let kills: f64 = results.iter().map(|r| r.figure(Figure::OomKills)).sum();
    // With a random phase each pod is killed 11 or 12 times a day, 86,400/7230 = 11.95 times in the mean.
    let expected = 86_400.0 / CYCLE_S;
    let share = expected.fract();
    let deviation = (share * (1.0 - share) / pods).sqrt();
    // The phases are even over 7200 s, the cycle is 30 s longer.
    let allowed = 2.58 * deviation + 30.0 / CYCLE_S;
    let mean = kills / pods;
    assert!((mean - expected).abs() < allowed, "{mean}, not {expected}");
}

#[test]
fn a_kill_costs_the_ticks_until_the_restart() {
    for result in run(&leaking(), 3) {
        let kills = result.figure(Figure::OomKills);
        let missing_ticks = (20.0 - result.figure(Figure::MeanReplicas)) * 5760.0;
        // One tick a kill; a kill in the first or last tick of the window costs one outside or none.
        assert!(
            (missing_ticks - kills).abs() <= 20.0,
            "{missing_ticks} {kills}"
        );
    }
}

#[test]
fn pressure_is_the_share_of_time_above_70_percent() {
    // Above 140 MiB from the age of 2880 s on: ages of 10, 25, … 7210 s at the ends of 481 ticks, 289 of them above.
    let results = run(&leaking(), 20);
    let mean = results
        .iter()
        .map(|r| r.figure(Figure::MemoryPressure))
        .sum::<f64>()
        / results.len() as f64;
    let expected = 100.0 * 289.0 / 481.0;
    // Per pod, the last cycle is incomplete: its share is off by at most a quarter (p(1-p)) of a twelfth; 400 pods.
    let allowed = 2.58 * 100.0 * 0.25 / 12.0 / 20.0;
    assert!((mean - expected).abs() < allowed, "{mean}, not {expected}");
}

/// Four replicas of four slots; for ten minutes five times what they can serve.
fn crowd(memory: Option<MemoryDocument>) -> ScenarioDocument {
    let mut document = base();
    document.service.memory = memory;
    document.traffic.flash_crowds = vec![FlashCrowdDocument {
        at_hour: 2.0,
        factor: 16.0,
        ramp_minutes: 0.0,
        hold_minutes: 10.0,
        fall_minutes: 0.0,
    }];
    document
}

/// 512 MiB hold 12 requests on top of the base; four slots and a queue of 100 are more.
fn memory() -> MemoryDocument {
    MemoryDocument {
        base_mib: 392.0,
        mib_per_request: 10.0,
        leak_mib_per_hour: 0.0,
        limit_mib: 512,
    }
}

#[test]
fn requests_in_flight_fill_the_memory_and_kills_are_to_blame() {
    let with = &run(&crowd(Some(memory())), 1)[0];
    let without = &run(&crowd(None), 1)[0];
    // Each round costs a tick of overload and a restart of 20 s: about ten rounds of four replicas or more.
    let kills = with.figure(Figure::OomKills);
    assert!((40.0..=160.0).contains(&kills), "{kills} kills");
    assert_eq!(
        kills % 4.0,
        0.0,
        "replicas under one load are killed together"
    );
    assert_eq!(without.figure(Figure::OomKills), 0.0);
    let blamed = |result: &ReplicationResult, cause: Cause| {
        result.objectives[0].bad_by_cause[cause as usize]
    };
    assert_eq!(blamed(without, Cause::OutOfMemory), 0.0);
    assert!(blamed(without, Cause::Saturation) > 1000.0);
    assert!(
        blamed(with, Cause::OutOfMemory) > 0.2 * with.objectives[0].bad(),
        "{:?}",
        with.objectives[0]
    );
    assert!(with.objectives[0].bad() > without.objectives[0].bad());
}

#[test]
fn every_replica_is_out_at_once_when_all_are_killed() {
    let document = crowd(Some(memory()));
    let setup = Setup::new(check(&document).expect("is sound"), false, None);
    let mut request = ReplayRequest {
        replication: 0,
        filter: sim_core::control::decision::LogFilter {
            from_s: 0.0,
            to_s: 6.0 * 3600.0,
            changes_only: true,
            most: 0,
        },
        most_ticks: 10_000,
    };
    let ready = |request: &ReplayRequest| -> Vec<u32> {
        let replay = replay(&setup, 1, request);
        replay.ticks.iter().map(|tick| tick.ready).collect()
    };
    let seen = ready(&request);
    assert!(seen.contains(&0) && seen.contains(&4));
    assert!(seen.iter().all(|ready| [0, 4].contains(ready)));
    // Before and after the crowd nothing happens.
    request.filter.to_s = 2.0 * 3600.0;
    assert!(ready(&request).iter().all(|ready| *ready == 4));
}

fn with_hpa(metrics: Vec<MetricDocument>) -> ScenarioDocument {
    let mut document = base();
    document.autoscaler = AutoscalerDocument::Hpa(HpaDocument {
        min_replicas: 2,
        max_replicas: 40,
        metrics,
        behavior: None,
        tolerance_percent: 10.0,
        sync_period_s: 15,
        cpu_initialization_period_s: 300,
        initial_readiness_delay_s: 30,
    });
    document.service.concurrency = 20;
    document.slo.window_days = 0.125;
    document
}

#[test]
fn the_hpa_on_memory_rests_where_the_formula_says() {
    // 300 requests a second of 100 ms are 30 in flight: a pod of n uses 100 + 600/n MiB. Against 200 MiB the
    // controller is content from 5 (220 MiB) to 7 pods (186 MiB), and comes from below.
    let memory = MemoryDocument {
        base_mib: 100.0,
        mib_per_request: 20.0,
        leak_mib_per_hour: 0.0,
        limit_mib: 1024,
    };
    for metric in [
        MetricDocument::MemoryAverage { target_mib: 200.0 },
        // The pods request 512 MiB.
        MetricDocument::MemoryUtilization { target_percent: 39 },
    ] {
        let mut document = with_hpa(vec![metric.clone()]);
        rate(&mut document, 300.0);
        document.service.memory = Some(memory.clone());
        let result = &run(&document, 1)[0];
        let (mean, peak) = (
            result.figure(Figure::MeanReplicas),
            result.figure(Figure::PeakReplicas),
        );
        assert!(
            (5.0..=7.0).contains(&mean) && peak <= 7.0,
            "{metric:?}: {mean}, {peak}"
        );
    }
}

#[test]
fn memory_metrics_are_passed_over_where_nothing_measures_memory() {
    let cpu = MetricDocument::CpuUtilization { target_percent: 60 };
    let memory = MetricDocument::MemoryUtilization { target_percent: 60 };
    let (alone, both) = (
        with_hpa(vec![cpu.clone()]),
        with_hpa(vec![cpu, memory.clone()]),
    );
    assert_eq!(run(&alone, 1), run(&both, 1));
    let warnings = check(&both).expect("is sound").warnings;
    let place = "/autoscaler/metrics/1";
    assert!(
        warnings
            .iter()
            .any(|w| w.path == place && w.message.contains("passed over"))
    );
    // Alone it has no value, and replicas stay as they are.
    let result = &run(&with_hpa(vec![memory]), 1)[0];
    assert_eq!(result.figure(Figure::PeakReplicas), 2.0);
}

#[test]
fn what_cannot_be_meant_is_said() {
    let memory = |base: f64, per_request: f64, limit: u32| {
        let value = serde_json::json!({
            "base_mib": base, "mib_per_request": per_request, "limit_mib": limit
        });
        fixture::problems(&fixture::with("/service/memory", value))
    };
    let request = fixture::document().service.pod.memory_request_mib;
    for (problems, path, words) in [
        (
            memory(10.0, 0.0, request - 1),
            "/service/memory/limit_mib",
            "below the pod's request",
        ),
        (
            memory(f64::from(request), 0.0, request),
            "/service/memory/base_mib",
            "not less than its limit",
        ),
        (
            memory(10.0, 1000.0, request),
            "/service/memory/limit_mib",
            "with all slots busy",
        ),
    ] {
        assert!(
            problems
                .iter()
                .any(|p| p.path == path && p.message.contains(words)),
            "{path}: {words}: {problems:?}"
        );
    }
    let sound = memory(1.0, 0.0, request);
    assert!(
        sound.iter().all(|p| !p.path.contains("memory")),
        "{sound:?}"
    );
    // More replicas do not bring down what each uses when idle.
    let mut document = fixture::with(
        "/service/memory",
        serde_json::json!({
            "base_mib": 0.7 * f64::from(request), "limit_mib": request
        }),
    );
    fixture::set(
        &mut document,
        "/autoscaler",
        serde_json::json!({
            "kind": "hpa", "min_replicas": 2, "max_replicas": 9,
            "metrics": [{ "kind": "memory_utilization", "target_percent": 60 }]
        }),
    );
    let problems = fixture::problems(&document);
    assert!(
        problems
            .iter()
            .any(|p| p.path == "/autoscaler/metrics/0"
                && p.message.contains("even without any request")),
        "{problems:?}"
    );
}
