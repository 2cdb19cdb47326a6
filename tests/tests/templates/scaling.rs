//! How many replicas: autoscalers, and a service of fixed size.

use super::*;

#[test]
fn kubernetes_template_goes_from_hardly_ever_to_nearly_always() {
    let (careful, daring) = extremes("kubernetes-slo-driven");
    assert_eq!(met(&careful), REPLICATIONS as usize);
    assert!(met(&daring) <= 1, "{} met", met(&daring));
    assert!(
        cost(&careful) > 1.15 * cost(&daring),
        "{} {}",
        cost(&careful),
        cost(&daring)
    );
}

#[test]
fn recorded_template_depends_on_its_knobs() {
    let (careful, daring) = extremes("recorded-traffic");
    let budget = |results: &[ReplicationResult]| {
        mean(results, |result| result.objectives[0].budget_consumed)
    };
    assert!(budget(&daring) > 2.0 * budget(&careful));
    assert!(cost(&careful) > 1.1 * cost(&daring));
}

#[test]
fn recorded_template_peaks_at_five_times_its_mean() {
    use sim_core::traffic::RateCurve;
    let curve = RateCurve::new(&document("recorded-traffic").traffic, 60.0, 0, 14 * 1440);
    let mean = curve.rates_rps().iter().sum::<f64>() / curve.rates_rps().len() as f64;
    let peak = curve.rates_rps().iter().copied().fold(0.0, f64::max);
    assert!((mean - 120.0).abs() < 1e-6, "{mean}");
    assert!((5.0..6.0).contains(&(peak / mean)), "{}", peak / mean);
}

#[test]
fn workers_behind_a_queue_swing_less_with_more_of_them_ready() {
    let with = |ready: Option<u32>| {
        let mut document = document("queue-workers-keda");
        let AutoscalerDocument::Keda(keda) = &mut document.autoscaler else {
            panic!("under KEDA");
        };
        let timetable = keda.triggers.pop();
        if let (Some(ready), Some(mut timetable)) = (ready, timetable) {
            if let TriggerDocument::Cron {
                desired_replicas: replicas,
                ..
            } = &mut timetable
            {
                *replicas = ready;
            }
            keda.triggers.push(timetable);
        }
        document.sweep.clear();
        document
    };
    let design = |document: &ScenarioDocument| run(Plan::single(document), 0);
    let (alone, ready) = (design(&with(None)), design(&with(Some(28))));
    assert_eq!((met(&alone), met(&ready)), (0, REPLICATIONS as usize));
    let flips = |results: &[ReplicationResult]| {
        mean(results, |result| {
            result.figure(Figure::DirectionFlipsPerHour)
        })
    };
    assert!(
        flips(&alone) > 1.5 * flips(&ready),
        "{} {}",
        flips(&alone),
        flips(&ready)
    );
    let mut all_day = with(None);
    all_day.autoscaler = AutoscalerDocument::Static { replicas: 28 };
    let all_day = design(&all_day);
    assert!(
        cost(&ready) < 0.8 * cost(&alone),
        "{} {}",
        cost(&ready),
        cost(&alone)
    );
    assert!(
        cost(&ready) < 2.0 / 3.0 * cost(&all_day),
        "{} {}",
        cost(&ready),
        cost(&all_day)
    );
    // The plane that plays every request sees the same; while the workers swing, it is up to two points apart
    // (docs/MODELS.md: each swing begins with a few requests more or less in the queue).
    let late = |results: &[ReplicationResult]| {
        mean(results, |result| {
            100.0 - 100.0 * result.objectives[1].good_fraction()
        })
    };
    for (ready, computed, allowed) in [(None, &alone, 2.0), (Some(28), &ready, 0.3)] {
        let mut played = with(ready);
        played.run.plane = PlaneKind::Requests;
        let (fluid, requests) = (late(computed), late(&design(&played)));
        assert!(
            (fluid - requests).abs() < allowed,
            "{ready:?}: {fluid} {requests}"
        );
    }
}

#[test]
fn knative_template_sleeps_cheaply_and_wakes_up_late() {
    let plan = Plan::sweep(&document("knative-scale-to-zero"));
    let (asleep, awake) = (run(plan.clone(), 0), run(plan, 1));
    assert_eq!((met(&asleep), met(&awake)), (0, REPLICATIONS as usize));
    let (asleep_usd, awake_usd) = (cost(&asleep), cost(&awake));
    assert!(awake_usd > 1.2 * asleep_usd, "{asleep_usd} {awake_usd}");
    // It sleeps for nearly an hour, three times in six hours.
    let replicas = |results| mean(results, |result| result.figure(Figure::MeanReplicas));
    assert!(replicas(&awake) > replicas(&asleep) + 0.4);
    for result in &asleep {
        // They wait for a node and a pod, and then behind each other at the six replicas that may be.
        let [success, latency] = &result.objectives[..] else {
            panic!("two objectives");
        };
        let of = |cause| latency.bad_by_cause[cause as usize];
        let late = of(Cause::ScalingLag) + of(Cause::ReplicaLimit);
        assert!(late > 0.95 * latency.bad(), "{latency:?}");
        // Nobody is turned away: who comes while it sleeps waits, and is slow.
        assert!(success.met, "{success:?}");
    }
    // The plane that plays every request agrees on how many are slow, to four standard deviations of a Poisson
    // number.
    let mut played = document("knative-scale-to-zero");
    played.run.plane = PlaneKind::Requests;
    let slow = |results: &[ReplicationResult]| mean(results, |result| result.objectives[1].bad());
    let (fluid, requests) = (slow(&asleep), slow(&run(Plan::single(&played), 0)));
    let allowed = 4.0 * requests.sqrt();
    assert!(
        (fluid - requests).abs() < allowed,
        "{fluid} {requests} ± {allowed}"
    );
}

#[test]
fn misconfigured_template_never_scales_and_misses_by_saturation() {
    let results = run(Plan::single(&document("misconfigured-autoscaler")), 0);
    assert_eq!(met(&results), 0);
    for result in &results {
        assert_eq!(result.figure(Figure::ScaleEventsPerHour), 0.0);
        for objective in &result.objectives {
            let saturation = objective.bad_by_cause[Cause::Saturation as usize];
            assert!(saturation > 0.95 * objective.bad(), "{objective:?}");
        }
    }
    // The first target that CPU can cross mends it.
    let plan = Plan::sweep(&document("misconfigured-autoscaler"));
    assert_eq!(met(&run(plan, 0)), REPLICATIONS as usize);
}

#[test]
fn an_autoscaler_needs_fewer_pods_than_the_peak() {
    let id = "fewer-pods-than-peak";
    let of = |document: &ScenarioDocument| run(Plan::single(document), 0);
    let fixed = |replicas| {
        let mut document = with(id, &[]);
        document.autoscaler = AutoscalerDocument::Static { replicas };
        of(&document)
    };
    let scaled = |target, spare| {
        let knobs = [
            ("/autoscaler/metrics/0/target_percent", target),
            ("/autoscaler/min_replicas", spare),
        ];
        of(&with(id, &knobs))
    };
    let (seven, eight) = (fixed(7), fixed(8));
    let (scaled_well, daring) = (scaled(70.0, 2.0), scaled(80.0, 2.0));
    let all = REPLICATIONS as usize;
    assert_eq!(
        [met(&seven), met(&eight), met(&scaled_well), met(&daring)],
        [0, all, all, 0]
    );
    let pods = mean(&scaled_well, |result| result.figure(Figure::MeanReplicas));
    assert!((4.5..5.6).contains(&pods), "{pods}");
    assert!(cost(&scaled_well) < 0.9 * cost(&eight));
}

#[test]
fn thrashing_template_calms_down() {
    let id = "thrashing-autoscaler";
    let of = |stabilization, tolerance| {
        let knobs = [
            (
                "/autoscaler/behavior/scale_down/stabilization_window_s",
                stabilization,
            ),
            ("/autoscaler/tolerance_percent", tolerance),
        ];
        run(Plan::single(&with(id, &knobs)), 0)
    };
    let (thrashing, calm) = (of(0.0, 1.0), of(900.0, 10.0));
    assert_eq!((met(&thrashing), met(&calm)), (0, REPLICATIONS as usize));
    let events =
        |results: &[ReplicationResult]| mean(results, |r| r.figure(Figure::ScaleEventsPerHour));
    assert!(events(&thrashing) > 60.0 && events(&calm) < 0.1 * events(&thrashing));
    let p95 = |results: &[ReplicationResult]| mean(results, |r| r.figure(Figure::P95Latency));
    assert!(
        p95(&calm) < 0.36 * p95(&thrashing),
        "{} {}",
        p95(&calm),
        p95(&thrashing)
    );
    let dearer = cost(&calm) / cost(&thrashing);
    assert!((1.05..1.2).contains(&dearer), "{dearer}");
}

#[test]
fn database_template_has_a_right_size() {
    let of = |replicas| {
        let knobs = [("/topology/components/0/autoscaler/replicas", replicas)];
        run(Plan::single(&with("database-right-size", &knobs)), 0)
    };
    let (three, four, five, six) = (of(3.0), of(4.0), of(5.0), of(6.0));
    let all = REPLICATIONS as usize;
    assert_eq!([met(&three), met(&four), met(&five)], [0, all, all]);
    let good = |results: &[ReplicationResult]| mean(results, |r| r.objectives[1].good_fraction());
    assert!(good(&three) < 0.8, "{}", good(&three));
    assert!((good(&six) - good(&five)).abs() < 0.001);
    let dearer = (cost(&six) - cost(&five)) / cost(&four);
    assert!((0.1..0.2).contains(&dearer), "{dearer}");
}
