//! The Vertical Pod Autoscaler in the simulation: what it recommends, what it costs to follow it, what it saves.

use sim_core::control::decision::{LogFilter, Rule};
use sim_core::replication::{Replay, ReplayRequest, Setup, replay};
use sim_core::scenario::check;
use sim_core::scenario::document::{
    AutoscalerDocument, ControlledResources, HpaDocument, MemoryDocument, MetricDocument,
    ScenarioDocument, TrafficSource, UpdateMode, VpaDocument,
};
use sim_core::slo::Cause;
use sim_core::study::{Collection, Figure, Plan, Prepared, ReplicationResult, Shard};
use tests::base::base;
use tests::fixture;
use tests::runs::first;

const SHARD: Shard = first(1);

fn run(document: &ScenarioDocument) -> ReplicationResult {
    let prepared =
        Prepared::new(Plan::single(document)).unwrap_or_else(|problems| panic!("{problems}"));
    prepared.run_shard(SHARD).results.remove(0)
}

fn look(document: &ScenarioDocument, changes_only: bool) -> Replay {
    let setup = Setup::new(check(document).expect("is sound"), false, None);
    let request = ReplayRequest {
        replication: 0,
        filter: LogFilter {
            from_s: 0.001,
            to_s: 1e9,
            changes_only,
            most: 100_000,
        },
        most_ticks: 100_000,
    };
    replay(&setup, document.run.seed, &request)
}

fn vpa(update_mode: UpdateMode) -> VpaDocument {
    serde_json::from_value(serde_json::json!({ "update_mode": update_mode }))
        .expect("everything else has a default")
}

/// `replicas` fixed replicas of 125 requests a second each, which use 0.64375 cores and 12.5 requests in flight:
/// the middle of a bucket of the CPU histogram, five standard deviations of a minute's arrivals from its ends.
fn steady(replicas: u32) -> ScenarioDocument {
    let mut document = base();
    document.autoscaler = AutoscalerDocument::Static { replicas };
    if let TrafficSource::Model { base_rps, .. } = &mut document.traffic.source {
        *base_rps = 125.0 * f64::from(replicas);
    }
    document.service.cpu_ms_per_request = 5.15;
    document.service.concurrency = 20;
    document.service.queue_limit = 20;
    document.service.memory = Some(MemoryDocument {
        base_mib: 300.0,
        mib_per_request: 0.0,
        leak_mib_per_hour: 0.0,
        limit_mib: 1024,
    });
    document
}

/// Where the bucket of a value ends, in growing buckets of 5 %.
fn bucket_end(value: f64, first: f64) -> f64 {
    let mut end = first;
    let mut width = first;
    while end <= value {
        width *= 1.05;
        end += width;
    }
    end
}

#[test]
fn constant_use_leads_to_the_documented_recommendation() {
    let mut document = steady(4);
    document.right_sizing = Some(vpa(UpdateMode::Off));
    let sizes = run(&document).right_sizing.expect("there is one");
    // Target: the end of the bucket of what is used, plus 15 %. Bounds: closer the longer the history, here from
    // the first minute to seven hours.
    let days: f64 = (7.0 * 3600.0 - 60.0) / 86_400.0;
    let with_margin = |base: f64| base.floor() + (base.floor() * 0.15).floor();
    let cpu = with_margin(1000.0 * bucket_end(0.64375, 0.01));
    let memory = with_margin(bucket_end(300.0 * 1_048_576.0, 1e7));
    assert_eq!((cpu, memory), (763.0, 380_258_472.0), "worked by hand");
    for (size, factor) in [
        (sizes.target, 1.0),
        (sizes.lower, (1.0 + 0.001 / days).powi(-2)),
        (sizes.upper, 1.0 + 1.0 / days),
    ] {
        assert_eq!(size.cpu_millicores, (cpu * factor).floor());
        let bytes = size.memory_mib * 1_048_576.0;
        assert!((bytes - memory * factor).abs() <= 1.0, "{bytes} bytes");
    }
}

#[test]
fn who_only_recommends_changes_nothing_but_the_report() {
    let mut document = steady(4);
    let without = run(&document);
    document.right_sizing = Some(vpa(UpdateMode::Off));
    let with = run(&document);
    assert_eq!(with.figures, without.figures);
    assert_eq!(with.objectives, without.objectives);
    assert_eq!(without.right_sizing, None);
    // Every minute two entries, none of which is a change.
    let replay = look(&document, false);
    let entries = replay
        .decisions
        .iter()
        .filter(|d| d.controller.starts_with("VPA"));
    let entries: Vec<_> = entries.collect();
    assert_eq!(entries.len(), 2 * 360);
    assert!(
        entries
            .iter()
            .all(|d| !d.is_change() && d.why.ends_with("it only recommends."))
    );
}

#[test]
fn the_report_says_what_to_request() {
    let mut document = steady(4);
    document.right_sizing = Some(vpa(UpdateMode::Off));
    let plan = Plan::single(&document);
    let prepared = Prepared::new(plan.clone()).expect("is sound");
    let mut collection = Collection::new(&plan);
    assert!(collection.add(prepared.run_shard(SHARD)));
    let report = collection.report(&plan).expect("there are results");
    let found: Vec<_> = report
        .right_sizing
        .iter()
        .map(|r| (r.label.as_str(), r.requested, r.target.mean))
        .collect();
    assert_eq!(found[0], ("CPU", 500.0, 763.0));
    assert_eq!((found[1].0, found[1].1), ("Memory", 512.0));
    assert_eq!(found.len(), 2);
}

/// Eight pods of two cores that use a third of that, two to a node of four cores.
fn oversized(update_mode: UpdateMode) -> ScenarioDocument {
    let mut document = steady(8);
    document.service.concurrency = 16;
    document.service.pod.cpu_request_millicores = 2000;
    document.run.warm_up_minutes = 0;
    document.right_sizing = Some(vpa(update_mode));
    document
}

#[test]
fn smaller_pods_need_fewer_nodes_and_evictions_cost_capacity() {
    let (as_is, sized) = (
        run(&oversized(UpdateMode::Off)),
        run(&oversized(UpdateMode::Recreate)),
    );
    let hours = as_is.figure(Figure::NodeHours);
    assert!((hours - 24.0).abs() < 1e-9, "four nodes for six hours");
    // 763 millicores: five to a node, two nodes for eight pods, as soon as the others have been empty for ten minutes.
    let hours = sized.figure(Figure::NodeHours);
    assert!((12.0..13.5).contains(&hours), "{hours} node-hours");
    assert_eq!(sized.figure(Figure::PodsResized), 8.0, "each pod once");
    let blamed = |result: &ReplicationResult| -> f64 {
        let objectives = result.objectives.iter();
        objectives
            .map(|o| o.bad_by_cause[Cause::Eviction as usize])
            .sum()
    };
    assert_eq!(blamed(&as_is), 0.0);
    // Half of the replicas serve at most 640 of 1000 requests a second for a tick or two, and queue 80 of them.
    assert!(blamed(&sized) > 1000.0, "{}", blamed(&sized));
    let utilization = |result: &ReplicationResult| result.figure(Figure::CpuUtilization);
    assert!((utilization(&as_is) - 32.2).abs() < 0.2);
    // 0.64375 of 0.763 cores in four pods, and of 0.813 in those that came while the others carried the load.
    assert!(
        (utilization(&sized) - 81.7).abs() < 1.0,
        "{}",
        utilization(&sized)
    );
}

#[test]
fn half_of_the_replicas_are_missing_at_most() {
    let replay = look(&oversized(UpdateMode::Recreate), true);
    let fewest = replay.ticks.iter().map(|tick| tick.ready).min();
    assert_eq!(fewest, Some(4));
    let cpu: Vec<_> = replay
        .decisions
        .iter()
        .filter(|d| d.controller == "VPA, CPU (millicores)")
        .collect();
    let first = cpu.first().expect("there was a change");
    assert_eq!((first.from, first.rule), (2000, Rule::Metric), "{first:#?}");
    assert!(first.why.contains("4 pods evicted"), "{}", first.why);
    assert!(first.why.contains("4 more have to wait"), "{}", first.why);
    // While half of them carried the load of all, each used more; in the long run that is below the 90th percentile.
    let targets: Vec<u32> = cpu.iter().map(|d| d.to).collect();
    assert_eq!((targets.first(), targets.last()), (Some(&763), Some(&763)));
    assert!(
        targets.iter().all(|target| (763..900).contains(target)),
        "{targets:?}"
    );
}

#[test]
fn resizing_in_place_costs_no_capacity_and_empties_no_node() {
    let document = oversized(UpdateMode::InPlace);
    let result = run(&document);
    assert_eq!(result.figure(Figure::PodsResized), 8.0);
    let hours = result.figure(Figure::NodeHours);
    assert!((hours - 24.0).abs() < 1e-9, "two pods stay on each node");
    assert!(
        look(&document, true)
            .ticks
            .iter()
            .all(|tick| tick.ready == 8)
    );
}

#[test]
fn pods_that_cannot_grow_in_place_are_evicted_after_five_minutes() {
    let mut document = steady(8);
    // Eight pods of half a core fill their node; grown to 763 millicores they need two.
    document.run.warm_up_minutes = 0;
    document.right_sizing = Some(vpa(UpdateMode::InPlace));
    let replay = look(&document, true);
    let evicted = replay.decisions.iter().find(|d| d.why.contains("no room"));
    let at_s = evicted.expect("some are evicted").at_s;
    assert!((360.0..=480.0).contains(&at_s), "at {at_s} s");
    let last = replay.ticks.last().expect("there are ticks");
    assert_eq!((last.ready, last.nodes), (8, 2));
}

/// 200 MiB and 10 per request, 12.5 of them: 325 MiB of a limit of 300, a crash loop.
fn crash_loop(update_mode: Option<UpdateMode>) -> ScenarioDocument {
    let mut document = steady(4);
    document.service.queue_limit = 5;
    document.service.pod.memory_request_mib = 256;
    document.service.memory = Some(MemoryDocument {
        base_mib: 200.0,
        mib_per_request: 10.0,
        leak_mib_per_hour: 0.0,
        limit_mib: 300,
    });
    document.run.warm_up_minutes = 0;
    document.right_sizing = update_mode.map(vpa);
    document
}

#[test]
fn the_oom_bump_ends_a_crash_loop() {
    let without = run(&crash_loop(None)).figure(Figure::OomKills);
    // Killed after the tick in which it became ready, every 30 s: four replicas, six hours.
    assert!(without > 0.9 * 4.0 * 720.0, "{without}");
    for mode in [UpdateMode::Recreate, UpdateMode::InPlace] {
        let document = crash_loop(Some(mode));
        let with = run(&document);
        let kills = with.figure(Figure::OomKills);
        assert!((4.0..100.0).contains(&kills), "{mode:?}: {kills}");
        let settled = look(&document, false);
        let late = settled.ticks.iter().filter(|tick| tick.at_s > 1800.0);
        assert!(late.into_iter().all(|tick| tick.ready == 4), "{mode:?}");
        // At least what the bump asks for, 256 + 100 MiB; at most for the real peak of 25 requests a replica, while
        // some of them carried the load of all.
        let sized = |mib: f64| 1.15 * bucket_end(mib * 1_048_576.0, 1e7) / 1_048_576.0;
        let target = with.right_sizing.expect("there is one").target.memory_mib;
        let (least, most) = (sized(356.0), sized(450.0));
        assert!(
            (least - 0.1..=most + 0.1).contains(&target),
            "{mode:?}: {target} outside {least} to {most}"
        );
    }
}

fn hpa(target_percent: u32) -> AutoscalerDocument {
    AutoscalerDocument::Hpa(HpaDocument {
        min_replicas: 4,
        max_replicas: 40,
        metrics: vec![MetricDocument::CpuUtilization { target_percent }],
        behavior: None,
        tolerance_percent: 10.0,
        sync_period_s: 15,
        cpu_initialization_period_s: 0,
        initial_readiness_delay_s: 0,
    })
}

#[test]
fn two_autoscalers_on_cpu_chase_each_other() {
    let mut document = steady(8);
    document.autoscaler = hpa(50);
    document.service.pod.cpu_request_millicores = 1000;
    // 5.15 cores at half a core each: 10.3 pods.
    let alone = run(&document).figure(Figure::MeanReplicas);
    assert!((9.3..=12.0).contains(&alone), "{alone}");
    document.right_sizing = Some(VpaDocument {
        resources: ControlledResources::Memory,
        ..vpa(UpdateMode::Recreate)
    });
    let apart = run(&document).figure(Figure::MeanReplicas);
    assert!((9.3..=12.0).contains(&apart), "{apart}");
    // With CPU, requests follow the use down, and the HPA adds pods, which use less, … as fast as history fades.
    document.slo.window_days = 7.0;
    document.right_sizing = Some(vpa(UpdateMode::Recreate));
    let together = run(&document);
    let (mean, peak) = (
        together.figure(Figure::MeanReplicas),
        together.figure(Figure::PeakReplicas),
    );
    assert!(
        mean > 1.5 * alone && peak > 2.0 * alone,
        "{mean} and {peak} against {alone}"
    );
    let warnings = check(&document).expect("is sound").warnings;
    let place = "/right_sizing/resources";
    assert!(
        warnings
            .iter()
            .any(|w| w.path == place && w.message.contains("/autoscaler"))
    );
}

#[test]
fn what_cannot_be_meant_is_said() {
    let with = |fields: serde_json::Value| {
        let mut vpa = serde_json::json!({ "update_mode": "recreate", "resources": "cpu" });
        for (name, value) in fields.as_object().expect("fields") {
            vpa[name] = value.clone();
        }
        fixture::problems(&fixture::with("/right_sizing", vpa))
    };
    for (fields, path, words) in [
        (
            serde_json::json!({ "min_cpu_millicores": 500, "max_cpu_millicores": 400 }),
            "/right_sizing/min_cpu_millicores",
            "above the most",
        ),
        (
            serde_json::json!({ "target_percentile": 40 }),
            "/right_sizing/target_percentile",
            "50, 40 and 95",
        ),
        (
            serde_json::json!({ "resources": "memory" }),
            "/right_sizing/resources",
            "not modelled",
        ),
        (
            serde_json::json!({ "interval_s": 50 }),
            "/right_sizing/interval_s",
            "whole number of ticks",
        ),
        (
            serde_json::json!({ "min_replicas": 5000 }),
            "/right_sizing/min_replicas",
            "never that many",
        ),
    ] {
        let problems = with(fields);
        assert!(
            problems
                .iter()
                .any(|p| p.path == path && p.message.contains(words)),
            "{path}: {words}: {problems:?}"
        );
    }
}
