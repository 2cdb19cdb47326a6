//! ScaledJobs: a job for so many requests.

use super::*;

/// One request per job, each taking a minute; a poll every 30 s.
fn jobs(strategy: &str, counts: &[f64]) -> ScenarioDocument {
    let jobs = json!({
        "kind": "keda_scaled_job",
        "max_replicas": 30,
        "triggers": [{ "kind": "queue", "threshold": 1.0 }],
        "strategy": { "kind": strategy },
    });
    let mut document = scenario(jobs, "requests");
    document.service.concurrency = 1;
    document.service.service_time_ms =
        serde_json::from_value(json!({ "kind": "deterministic", "value": 60_000.0 }))
            .expect("is a distribution");
    document.service.timeout_ms = 600_000.0;
    document.fleet.min_nodes = 5;
    recorded(&mut document, counts);
    document
}

#[test]
fn a_job_for_every_request_and_none_when_they_are_done() {
    let mut document = jobs("accurate", &[0.0, 0.0, 0.0, 0.0]);
    // Half a minute of requests in an hour of silence.
    let mut counts = vec![0.0; 120];
    counts[1] = 12.0;
    let source = json!({ "kind": "recorded", "interval_s": 30.0, "counts": counts });
    document.traffic.source = serde_json::from_value(source).expect("is a source");
    document.slo.window_days = 1.0 / 24.0;
    let replay = look(&document);
    is_a_chain(&replay);
    let arrivals: f64 = replay.ticks.iter().map(|t| t.arrivals_rps * 15.0).sum();
    assert!(arrivals > 3.0, "{arrivals}");
    let created: u32 = by(&replay, OPERATOR).map(|d| d.to - d.from).sum();
    assert_eq!(f64::from(created), arrivals.round(), "a job each");
    let first = by(&replay, OPERATOR)
        .find(|d| d.is_change())
        .expect("creates");
    assert_eq!(first.rule, Rule::Activation);
    // The requests of 30 to 60 s are seen by the poll of 45 s or 75 s; jobs start within 20 s and work for a minute.
    assert!(first.at_s <= 75.0, "{first:#?}");
    let over = replay
        .ticks
        .iter()
        .find(|t| t.at_s > 100.0 && t.desired == 0);
    let over_s = over.expect("they end").at_s;
    assert!((135.0..=180.0).contains(&over_s), "{over_s}");
    let after = replay.ticks.iter().filter(|t| t.at_s > over_s);
    assert!(after.into_iter().all(|t| t.desired == 0 && t.ready == 0));
    let result = run_once(&document);
    assert_eq!(result.fates[0], arrivals.round(), "all are served");
}

#[test]
fn strategies_differ_in_what_jobs_at_work_count_for() {
    // 0.1 requests a second of a minute each: six at work on average. Work, jobs and wait, the latter in seconds.
    let mean = |strategy: &str| {
        let document = jobs(strategy, &[180.0; 8]);
        let replay = look(&document);
        is_a_chain(&replay);
        let result = run_once(&document);
        assert_eq!(result.fates[1] + result.fates[2], 0.0, "{strategy}");
        let work = result.fates[0] * 60.0 / (4.0 * 3600.0);
        let wait_s = result.figure(Figure::MeanLatency) / 1000.0 - 60.0;
        (work, result.figure(Figure::MeanReplicas), wait_s)
    };
    let (accurate, default) = (mean("accurate"), mean("default"));
    // Jobs end when there is nothing to do: there are hardly more than the work needs.
    assert!(
        (0.95..1.3).contains(&(accurate.1 / accurate.0)),
        "{accurate:?}"
    );
    // A job of its own would mean 15 s until the poll and 20 s to start; a job that falls free takes it before.
    assert!((5.0..35.0).contains(&accurate.2), "{accurate:?}");
    // The default takes jobs at work for work that still waits, so that requests wait longer.
    assert!(default.2 > 1.5 * accurate.2, "{default:?} {accurate:?}");
    // Eager does not see that jobs have been made for the same work already, while they start.
    let created = |strategy: &str| {
        let mut document = jobs(strategy, &[180.0; 8]);
        document.service.pod.startup_s =
            serde_json::from_value(json!({ "kind": "deterministic", "value": 40.0 }))
                .expect("is a distribution");
        if let AutoscalerDocument::KedaScaledJob(jobs) = &mut document.autoscaler {
            jobs.polling_interval_s = 15;
        }
        let replay = look(&document);
        by(&replay, OPERATOR).map(|d| d.to - d.from).sum::<u32>()
    };
    let (accurate, eager) = (created("accurate"), created("eager"));
    assert!(
        f64::from(eager) > 1.3 * f64::from(accurate),
        "{eager} {accurate}"
    );
}

#[test]
fn jobs_stop_at_the_maximum() {
    let document = jobs("eager", &[1800.0, 0.0]);
    let replay = look(&document);
    is_a_chain(&replay);
    assert!(replay.ticks.iter().all(|tick| tick.desired <= 30));
    assert!(by(&replay, OPERATOR).any(|d| d.rule == Rule::Maximum));
    let full = replay.ticks.iter().filter(|tick| tick.ready == 30).count();
    assert!(full > 80, "{full}");
}
