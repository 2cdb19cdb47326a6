//! Spot, batch jobs, storage, and a launch of unknown size.

use super::*;

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
