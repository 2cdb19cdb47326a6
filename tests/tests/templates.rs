//! The templates keep what they promise: a few whole windows of each.

use sim_core::scenario::document::{
    AutoscalerDocument, CallDocument, ComponentDocument, DependencyDocument,
    FunctionComponentDocument, PlaneKind, ProvisionedDocument, QueueDocument, SavesDocument,
    ScenarioDocument, TriggerDocument, WarmerDocument,
};
use sim_core::scenario::templates::template;
use sim_core::slo::Cause;
use sim_core::study::{Collection, Figure, Plan, Prepared, ReplicationResult, Report, Shard};

const REPLICATIONS: u32 = 4;

fn document(id: &str) -> ScenarioDocument {
    serde_json::from_str(template(id).expect("in the gallery").json).expect("a document")
}

fn run(plan: Plan, design: u32) -> Vec<ReplicationResult> {
    let prepared = Prepared::new(plan).unwrap_or_else(|problems| panic!("{problems}"));
    let shard = Shard {
        first_design: design,
        designs: 1,
        first_replication: 0,
        replications: REPLICATIONS,
    };
    prepared.run_shard(shard).results
}

fn mean(results: &[ReplicationResult], value: impl Fn(&ReplicationResult) -> f64) -> f64 {
    results.iter().map(value).sum::<f64>() / results.len() as f64
}

fn cost(results: &[ReplicationResult]) -> f64 {
    mean(results, |result| result.figure(Figure::CostPerMonth))
}

fn met(results: &[ReplicationResult]) -> usize {
    results.iter().filter(|result| result.met()).count()
}

/// The most careful and the most daring design of a grid of CPU target × spare replicas.
fn extremes(id: &str) -> (Vec<ReplicationResult>, Vec<ReplicationResult>) {
    let plan = Plan::sweep(&document(id));
    let find = |target: f64, spare: f64| {
        let index = plan
            .designs
            .iter()
            .position(|design| design.values == [target, spare]);
        u32::try_from(index.expect("a corner of the grid")).expect("few designs")
    };
    let bound = |knob: usize, pick: fn(f64, f64) -> f64| {
        let values = plan.designs.iter().map(|design| design.values[knob]);
        values.reduce(pick).expect("there are designs")
    };
    let careful = find(bound(0, f64::min), bound(1, f64::max));
    let daring = find(bound(0, f64::max), bound(1, f64::min));
    (run(plan.clone(), careful), run(plan, daring))
}

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

/// S4: 40 % less for storage with 90 % of the queries in time; archived too soon, cheap and slow.
#[test]
fn data_lake_template_saves_storage_and_keeps_queries_fast() {
    use sim_core::storage::StorageResult;
    let document = document("data-lake-lifecycle");
    let run_with = |lifecycle: serde_json::Value, seed: u64| {
        let mut changed = document.clone();
        changed.run.seed = seed;
        // Its knob is a transition, which the variants may not have.
        changed.sweep.clear();
        let storage = changed.storage.as_mut().expect("a data lake");
        storage.datasets[0].lifecycle = serde_json::from_value(lifecycle).expect("a lifecycle");
        run(Plan::single(&changed), 0)
    };
    let storage = |result: &ReplicationResult| result.storage.clone().expect("a data lake");
    let usd = |results: &[ReplicationResult]| {
        mean(results, |result| storage(result).total_usd_per_month())
    };
    let within = |results: &[ReplicationResult]| {
        mean(results, |result| {
            StorageResult::within_share(&storage(result))
        })
    };
    let rules = &document.storage.as_ref().expect("a data lake").datasets[0].lifecycle;
    let rules = serde_json::to_value(rules).expect("JSON");
    let keep = serde_json::json!({"kind": "keep", "expire_after_days": 1095});
    let hasty = serde_json::json!({
        "kind": "by_age",
        "transitions": [{"after_days": 7, "tier": "glacier"}],
        "expire_after_days": 1095
    });
    for seed in [1, 2, 3] {
        let (tiered, hot) = (run_with(rules.clone(), seed), run_with(keep.clone(), seed));
        let cold = run_with(hasty.clone(), seed);
        assert_eq!(
            (met(&tiered), met(&hot), met(&cold)),
            (4, 4, 0),
            "seed {seed}"
        );
        let saved = 1.0 - usd(&tiered) / usd(&hot);
        assert!((0.4..0.8).contains(&saved), "seed {seed}: {saved}");
        assert!(usd(&cold) < usd(&tiered), "{} {}", usd(&cold), usd(&tiered));
        let (tiered, cold) = (within(&tiered), within(&cold));
        assert!(tiered > 0.9 && cold < 0.7, "{tiered} {cold}");
    }
    // The sweep's ends: archived after two months it misses, after four it meets.
    let plan = Plan::sweep(&document);
    let last = u32::try_from(plan.designs.len() - 1).expect("few designs");
    assert_eq!(met(&run(plan.clone(), 0)), 0);
    assert_eq!(met(&run(plan, last)), REPLICATIONS as usize);
}

/// B5: spot with a fallback saves a quarter and meets; over-eager, without one, it saves hardly more, and evictions spend the
/// budget.
#[test]
fn spot_template_needs_its_fallback() {
    let document = document("spot-with-fallback");
    let with = |share: f64, fallback: f64, seed: u64| {
        let mut changed = document.clone();
        changed.run.seed = seed;
        let spot = changed.fleet.spot.as_mut().expect("spot nodes");
        (spot.spot_share_percent, spot.fallback_percent) = (share, fallback);
        run(Plan::single(&changed), 0)
    };
    for seed in [1, 2, 3] {
        let own = with(100.0, 100.0, seed);
        let (on_demand, eager) = (with(0.0, 100.0, seed), with(100.0, 0.0, seed));
        assert_eq!(met(&own), REPLICATIONS as usize, "seed {seed}");
        assert_eq!(met(&on_demand), REPLICATIONS as usize, "seed {seed}");
        assert!(met(&eager) <= 2, "seed {seed}: {}", met(&eager));
        let saved = 1.0 - cost(&own) / cost(&on_demand);
        assert!((0.22..0.32).contains(&saved), "seed {seed}: {saved}");
        let more = 1.0 - cost(&eager) / cost(&on_demand) - saved;
        assert!((0.0..0.02).contains(&more), "seed {seed}: {more}");
        let of = |results: &[ReplicationResult], cause: Option<Cause>| {
            mean(results, |result| {
                let success = &result.objectives[0];
                cause.map_or(success.bad(), |cause| success.bad_by_cause[cause as usize])
            })
        };
        let evictions = of(&eager, Some(Cause::Eviction));
        assert!(
            evictions > 0.8 * of(&eager, None),
            "seed {seed}: {evictions}"
        );
        // Drained at the warning, no request ends with its node.
        assert!(own.iter().all(|result| result.fates[4] == 0.0));
    }
}

/// U8: the sweep is a front from cheap and late to dear and in time, with the best checkpoint interval where theory has
/// it; a policy that watches the deadline is in time at nearly the price of spot.
#[test]
fn nightly_batch_template_trades_money_for_time() {
    use sim_core::batch::JobResult;
    use sim_core::batch::checkpoint::young_interval_h;
    use sim_core::scenario::document::JobPolicyDocument;
    let document = document("nightly-batch-on-spot");
    let run_with = |policy: JobPolicyDocument, interval_minutes: f64, seed: u64| {
        let mut changed = document.clone();
        changed.run.seed = seed;
        // Its knob belongs to another policy.
        changed.sweep.clear();
        let job = &mut changed.batch.as_mut().expect("a batch").jobs[0];
        job.policy = policy;
        if let SavesDocument::Checkpoints(checkpoints) = &mut job.saves {
            checkpoints.interval_minutes = interval_minutes;
        }
        run(Plan::single(&changed), 0)
    };
    let job = |result: &ReplicationResult| result.batch.clone().expect("a batch").jobs.remove(0);
    let usd = |results: &[ReplicationResult]| mean(results, |result| job(result).usd);
    let in_time = |results: &[ReplicationResult]| {
        mean(results, |result| JobResult::on_time_share(&job(result)))
    };
    let base = |machines| JobPolicyDocument::OnDemandBase { machines };
    for seed in [1, 2, 3] {
        let all_spot = run_with(base(0), 50.0, seed);
        let some = run_with(base(6), 50.0, seed);
        let on_demand = run_with(JobPolicyDocument::OnDemand {}, 50.0, seed);
        assert!(usd(&all_spot) < 0.5 * usd(&on_demand), "seed {seed}");
        assert!(usd(&all_spot) < usd(&some) && usd(&some) < usd(&on_demand));
        let shares = [&all_spot, &some, &on_demand].map(|results| in_time(results));
        assert!((0.8..0.95).contains(&shares[0]), "seed {seed}: {shares:?}");
        assert!(
            shares[0] < shares[1] && shares[1] < shares[2],
            "seed {seed}: {shares:?}"
        );
        assert!(
            met(&all_spot) < met(&on_demand) && met(&on_demand) == 4,
            "seed {seed}"
        );
        // Saved too often and too rarely.
        let often = usd(&run_with(base(0), 10.0, seed));
        let rarely = usd(&run_with(base(0), 90.0, seed));
        assert!(often > 1.03 * usd(&all_spot), "{often} {}", usd(&all_spot));
        assert!(
            rarely > 1.02 * usd(&all_spot),
            "{rarely} {}",
            usd(&all_spot)
        );
        // A policy that watches the deadline and knows the work.
        let greedy = run_with(JobPolicyDocument::SpotGreedy {}, 50.0, seed);
        assert_eq!(met(&greedy), 4, "seed {seed}");
        assert!(usd(&greedy) < 0.55 * usd(&on_demand));
    }
    // 3 minutes to save, reclaimed every 4 to 6 hours: the sweep's 50 minutes are the nearest.
    for mtbf_h in [4.0, 6.0] {
        let best = 60.0 * young_interval_h(0.05, mtbf_h);
        assert!((30.0..60.0).contains(&best), "{best}");
    }
}

#[test]
fn online_shop_depends_on_its_database_and_its_checkout_on_the_provider() {
    let mut quick = document("online-shop");
    let outages = |document: &mut ScenarioDocument, hours: f64, minutes: f64| {
        let topology = document.topology.as_mut().expect("a topology");
        for component in &mut topology.components {
            if let ComponentDocument::Dependency(dependency) = component
                && let Some(outages) = &mut dependency.outages
                && dependency.name == "database"
            {
                outages.mean_hours_between = hours;
                outages.mean_duration_minutes = minutes;
            }
        }
    };
    outages(&mut quick, 500.0, 1.0);
    let mut slow = document("online-shop");
    outages(&mut slow, 60.0, 20.0);
    let (quick, slow) = (run(Plan::single(&quick), 0), run(Plan::single(&slow), 0));
    assert_eq!(met(&quick), REPLICATIONS as usize);
    assert!(met(&slow) <= 1, "{} met", met(&slow));
    for result in &slow {
        // Most of the success budget goes to dependencies.
        let success = &result.objectives[0];
        let share = success.bad_by_cause[Cause::Dependency as usize] / success.bad();
        assert!(share > 0.7, "{share}");
    }
    for result in &quick {
        // The whole is quick enough, the checkout is not.
        assert!(result.objectives[1].met);
        let network = result.network.as_ref().expect("a topology");
        assert!(network.routes[1].good[1] < 0.98, "{:?}", network.routes);
    }
}

/// The template with another first function.
fn serverless(change: impl Fn(&mut FunctionComponentDocument)) -> Vec<ReplicationResult> {
    let mut document = document("serverless-api");
    let topology = document.topology.as_mut().expect("a topology");
    if let Some(ComponentDocument::Function(function)) = topology.components.first_mut() {
        change(function);
    }
    run(Plan::single(&document), 0)
}

#[test]
fn serverless_template_starts_cold_unless_instances_are_kept() {
    let as_it_is = serverless(|_| {});
    let provisioned = serverless(|function| {
        function.provisioned = Some(ProvisionedDocument::Static { instances: 4 });
    });
    let warmed = serverless(|function| {
        function.warmer = Some(WarmerDocument {
            every_minutes: 5.0,
            calls: 5,
        });
    });
    let kept = serverless(|function| function.keep_alive_minutes = 45.0);
    let [all, none] = [REPLICATIONS as usize, 0];
    assert_eq!(met(&as_it_is), none);
    assert_eq!((met(&provisioned), met(&warmed)), (all, all));
    for result in &as_it_is {
        // Every success, and a latency budget that is spent by cold starts.
        assert!(result.objectives[0].met && !result.objectives[1].met);
        let latency = &result.objectives[1];
        let cold = latency.bad_by_cause[Cause::ColdStart as usize];
        assert!(cold > 0.7 * latency.bad(), "{latency:?}");
        assert!((1.2..2.5).contains(&latency.budget_consumed), "{latency:?}");
    }
    let of = |results: &[ReplicationResult],
              value: fn(&sim_core::functions::meter::FunctionResult) -> f64| {
        mean(results, |result| {
            let functions = result.functions.iter().flatten().flatten();
            functions.map(value).next().unwrap_or(f64::NAN)
        })
    };
    let usd = |results: &[ReplicationResult]| of(results, |function| function.bill.total());
    let ratio = usd(&provisioned) / usd(&as_it_is);
    assert!((8.0..14.0).contains(&ratio), "{ratio}");
    let ratio = usd(&warmed) / usd(&as_it_is);
    assert!((0.95..1.1).contains(&ratio), "{ratio}");
    let cold = |results: &[ReplicationResult]| of(results, |function| function.cold_share());
    assert!(
        (0.001..0.003).contains(&cold(&as_it_is)),
        "{}",
        cold(&as_it_is)
    );
    assert!(cold(&kept) < 0.5 * cold(&as_it_is), "{}", cold(&kept));
}

/// The document of the third-party template, its calls to the provider changed.
fn provider(edit: impl Fn(&mut CallDocument, &mut DependencyDocument)) -> ScenarioDocument {
    let mut document = document("third-party-risk");
    let topology = document.topology.as_mut().expect("a topology");
    let call = &mut topology.calls[1];
    let ComponentDocument::Dependency(dependency) = &mut topology.components[1] else {
        panic!("the provider is a dependency");
    };
    edit(call, dependency);
    document.sweep.clear();
    document
}

#[test]
fn third_party_risk_is_borne_by_a_breaker_and_degraded_answers() {
    let safe = document("third-party-risk");
    let without_breaker = provider(|call, _| {
        call.breaker = None;
        call.max_concurrent = None;
    });
    let naive = provider(|call, dependency| {
        call.breaker = None;
        call.max_concurrent = None;
        call.optional = false;
        dependency.timeout_ms = 10_000.0;
    });
    let results = run(Plan::single(&safe), 0);
    assert_eq!(met(&results), REPLICATIONS as usize);
    for result in &results {
        let guarded = &result.resilience.as_ref().expect("a breaker").calls[0];
        // Forty-five minutes of trouble in a day.
        let open_minutes = guarded.open * 24.0 * 60.0;
        assert!((30.0..60.0).contains(&open_minutes), "{open_minutes}");
        let turned_away = guarded.short_circuited / guarded.wanted;
        assert!((0.02..0.08).contains(&turned_away), "{turned_away}");
    }
    for result in run(Plan::single(&without_breaker), 0) {
        assert!(result.objectives[0].met && !result.objectives[1].met);
    }
    for result in run(Plan::single(&naive), 0) {
        assert!(!result.objectives[0].met && !result.objectives[1].met);
        let success = &result.objectives[0];
        let share = success.bad_by_cause[Cause::Dependency as usize] / success.bad();
        assert!(share > 0.8, "{share}");
    }
}

#[test]
fn a_retry_storm_ends_with_a_budget_or_the_newest_first() {
    let storm = document("retry-storm");
    for result in run(Plan::single(&storm), 0) {
        let good = result.objectives[0].good_fraction();
        assert!((0.15..0.35).contains(&good), "{good}");
    }
    let mut budgeted = storm.clone();
    let retries = budgeted.service.retries.as_mut().expect("retries");
    retries.budget_percent = Some(10.0);
    let mut newest_first = storm.clone();
    let topology = newest_first.topology.as_mut().expect("a topology");
    let ComponentDocument::Service(orders) = &mut topology.components[0] else {
        panic!("orders is a service");
    };
    orders.service.queue = Some(QueueDocument::Lifo);
    for (document, least) in [(budgeted, 0.95), (newest_first, 0.985)] {
        let results = run(Plan::single(&document), 0);
        assert_eq!(met(&results), REPLICATIONS as usize);
        for result in &results {
            let good = result.objectives[0].good_fraction();
            assert!(good > least, "{good}");
        }
    }
}

#[test]
fn news_template_trades_time_to_live_against_deploys() {
    let plan = Plan::sweep(&document("news-behind-cdn"));
    let of = |ttl_s: f64, spare: f64| {
        let mut designs = plan.designs.iter();
        let design = designs.position(|design| design.values == [ttl_s, spare]);
        run(
            plan.clone(),
            u32::try_from(design.expect("on the grid")).expect("few"),
        )
    };
    let (long, short) = (of(660.0, 6.0), of(60.0, 6.0));
    assert_eq!((met(&long), met(&short)), (0, REPLICATIONS as usize));
    let dearer = cost(&short) / cost(&long);
    assert!((1.03..1.12).contains(&dearer), "{dearer}");
    let at_services = |results: &[ReplicationResult]| {
        mean(results, |result| {
            let edge = result.edge.as_ref().expect("an edge");
            (edge.fills + edge.passed) / edge.requests()
        })
    };
    assert!(at_services(&short) > 2.0 * at_services(&long));
    // Without deploys the long time to live is met too: they are what spends the budget.
    let knobs = [
        ("/edge_cache/keeping/ttl_s", 660.0),
        ("/autoscaler/min_replicas", 6.0),
    ];
    let mut calm = with("news-behind-cdn", &knobs);
    calm.edge_cache.as_mut().expect("an edge").purge_every_hours = None;
    assert_eq!(met(&run(Plan::single(&calm), 0)), REPLICATIONS as usize);
}

/// The design of a template with some numbers set.
fn with(id: &str, knobs: &[(&str, f64)]) -> ScenarioDocument {
    let mut document = document(id);
    document.sweep.clear();
    for (path, value) in knobs {
        document = sim_core::scenario::apply_knob(&document, path, *value).expect("a knob");
    }
    document
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

#[test]
fn storage_template_is_too_cheap() {
    let of = |days| {
        let knobs = [(
            "/storage/datasets/0/lifecycle/transitions/0/after_days",
            days,
        )];
        run(Plan::single(&with("storage-too-cheap", &knobs)), 0)
    };
    let (cheap, later) = (of(14.0), of(134.0));
    assert_eq!(met(&cheap), 0);
    let saved = 1.0 - cost(&cheap) / cost(&later);
    assert!((0.15..0.3).contains(&saved), "{saved}");
    let in_time = |results: &[ReplicationResult]| {
        mean(results, |result| {
            let storage = result.storage.as_ref().expect("storage");
            storage.within / storage.queries
        })
    };
    assert!((0.5..0.7).contains(&in_time(&cheap)), "{}", in_time(&cheap));
    assert!(
        in_time(&later) > in_time(&cheap) + 0.2,
        "{}",
        in_time(&later)
    );
}

#[test]
fn launch_of_unknown_size_is_mostly_unknown_and_a_found_design_holds() {
    let worlds = |document: &ScenarioDocument| {
        let plan = Plan::single(document);
        let prepared = Prepared::new(plan.clone()).expect("sound");
        let mut collection = Collection::new(&plan);
        collection.add(prepared.run_shard(Shard {
            first_design: 0,
            designs: plan.designs.len() as u32,
            first_replication: 0,
            replications: 32,
        }));
        collection.report(&plan).expect("results")
    };
    let mut document = document("launch-of-unknown-size");
    let as_it_is = worlds(&document);
    let uncertainty = as_it_is
        .uncertainty
        .as_ref()
        .expect("numbers are uncertain");
    let share = uncertainty.cost.expect("it varies").share;
    assert!(share > 0.6, "{share}");
    let met = as_it_is.attainment.successes;
    assert!((20..=30).contains(&met), "{met} of 32");
    let AutoscalerDocument::Hpa(hpa) = &mut document.autoscaler else {
        panic!("an HPA");
    };
    (hpa.min_replicas, hpa.max_replicas) = (3, 35);
    let changed = [
        ("/autoscaler/metrics/0/target_percent", 44.into()),
        ("/fleet/node/instance_type", "c6i.xlarge".into()),
    ];
    let mut value = serde_json::to_value(&document).expect("plain");
    for (path, new) in changed {
        *value.pointer_mut(path).expect("exists") = new;
    }
    let found = worlds(&serde_json::from_value(value).expect("a document"));
    assert!(found.attainment.successes >= 31, "{:?}", found.attainment);
    let cost = |report: &Report| {
        report
            .figure("cost_per_month")
            .expect("a figure")
            .summary
            .mean
    };
    assert!(
        cost(&found) < 1.1 * cost(&as_it_is),
        "{} {}",
        cost(&found),
        cost(&as_it_is)
    );
}

/// The rows of the guide that a gallery must show; each of these templates has a test of its promise.
#[test]
fn the_gallery_shows_the_rows_that_it_must() {
    use sim_core::scenario::templates::TEMPLATES;
    let rows = [
        "S1", "S2", "S4", "U1", "U3", "U4", "U5", "U7", "U8", "B1", "B2", "B5",
    ];
    for row in rows {
        let shown = TEMPLATES
            .iter()
            .filter(|template| template.rows.contains(&row));
        assert!(shown.count() > 0, "{row}");
    }
}

/// As it was: every function has instances provisioned for the peak, all day, and the customer waits for all of them.
fn serverless_as_it_was(mut document: ScenarioDocument) -> ScenarioDocument {
    let topology = document.topology.as_mut().expect("a topology");
    for component in &mut topology.components {
        if let ComponentDocument::Function(function) = component {
            function.provisioned = Some(ProvisionedDocument::Static { instances: 6 });
        }
    }
    for call in &mut topology.calls {
        call.mode = sim_core::plane::network::CallMode::Sequential;
    }
    document
}

/// S2: a third off the bill, the latency SLA met before and after; without provisioned instances it is missed.
#[test]
fn serverless_for_a_third_less_keeps_its_sla() {
    let mut document = document("serverless-third-less");
    document.sweep.clear();
    let before = run(Plan::single(&serverless_as_it_was(document.clone())), 0);
    let after = run(Plan::single(&document), 0);
    let mut bare = document;
    for component in &mut bare.topology.as_mut().expect("a topology").components {
        if let ComponentDocument::Function(function) = component {
            function.provisioned = None;
        }
    }
    let bare = run(Plan::single(&bare), 0);
    let saved = 1.0 - cost(&after) / cost(&before);
    println!("{} {} {}", cost(&before), cost(&after), cost(&bare));
    for results in [&before, &after, &bare] {
        for result in results {
            println!(
                "{:?}",
                result
                    .objectives
                    .iter()
                    .map(|o| o.budget_consumed)
                    .collect::<Vec<_>>()
            );
        }
    }
    assert!((0.30..0.50).contains(&saved), "{saved}");
    assert_eq!(
        (met(&before), met(&after)),
        (REPLICATIONS as usize, REPLICATIONS as usize)
    );
    assert_eq!(met(&bare), 0);
    assert!(cost(&bare) < cost(&after));
    for (before, after) in before.iter().zip(&after) {
        // Under common random numbers: every window is cheaper by that much.
        let saved = 1.0 - after.figure(Figure::CostPerMonth) / before.figure(Figure::CostPerMonth);
        assert!(saved > 0.30, "{saved}");
    }
    for result in &bare {
        let latency = &result.objectives[1];
        let cold = latency.bad_by_cause[Cause::ColdStart as usize];
        assert!(cold > 0.7 * latency.bad(), "{latency:?}");
    }
}
