//! The engine as a whole: conservation, attribution, cost by hand, determinism of shards.

use sim_core::cost::Resource;
use sim_core::scenario::document::{
    AutoscalerDocument, KnobDocument, ObjectiveDocument, PlaneKind, ScenarioDocument,
};
use sim_core::scenario::templates;
use sim_core::slo::Cause;
use sim_core::study::{
    Collection, Figure, Plan, Prepared, ReplicationResult, Rounds, Shard, SweepReport,
};
use tests::base::base;
use tests::runs::run;

/// The first template, without its sweep.
fn template() -> ScenarioDocument {
    let mut document: ScenarioDocument =
        serde_json::from_str(templates::TEMPLATES[0].json).expect("templates parse");
    document.sweep.clear();
    document
}

fn steady(plane: PlaneKind) -> ScenarioDocument {
    let mut document = base();
    document.run.plane = plane;
    document
}

fn assert_conserved(result: &ReplicationResult) {
    let arrivals = result.figure(Figure::Requests) + result.open_at_start;
    let fates: f64 = result.fates.iter().sum::<f64>() + result.figure(Figure::InFlightAtEnd);
    assert!(
        (arrivals - fates).abs() <= 1e-6 * arrivals.max(1.0),
        "arrivals {arrivals}, fates {fates}"
    );
    let cost: f64 = result.costs().iter().map(|(_, usd)| usd).sum();
    assert!((cost - result.figure(Figure::CostPerMonth)).abs() <= 1e-9 * cost.max(1.0));
    let [served, rejected, timed_out, failed, lost] = result.fates;
    for objective in &result.objectives {
        assert!(
            objective.bad_by_cause.iter().all(|bad| *bad >= 0.0),
            "{objective:?}"
        );
        assert!(
            objective.bad()
                >= rejected + timed_out + failed + lost - 1e-6 * objective.total.max(1.0)
        );
        assert!(
            (objective.total - (served + rejected + timed_out + failed + lost)).abs()
                <= 1e-6 * objective.total.max(1.0)
        );
        assert!(
            (0.0..=1.0).contains(&objective.good_fraction()),
            "{objective:?}"
        );
    }
}

#[test]
fn every_request_has_one_fate_every_dollar_one_resource() {
    for plane in [PlaneKind::Fluid, PlaneKind::Requests] {
        for template in templates::TEMPLATES {
            let mut document: ScenarioDocument =
                serde_json::from_str(template.json).expect("templates parse");
            if plane == PlaneKind::Fluid && document.run.plane == PlaneKind::Requests {
                // It has what fluid does not compute.
                continue;
            }
            document.run.plane = plane;
            document.slo.window_days = 0.5;
            run(&document, 2).iter().for_each(assert_conserved);
        }
    }
}

#[test]
fn static_cost_is_the_price_list_by_hand() {
    let document = steady(PlaneKind::Fluid);
    let result = &run(&document, 1)[0];
    let scenario = sim_core::scenario::check(&document).expect("valid");
    let nodes = f64::from(
        4_u32
            .div_ceil(sim_core::fleet::pods_per_node(&scenario))
            .max(document.fleet.min_nodes),
    );
    let prices = &document.prices;
    let discount = 1.0 - prices.node_discount_percent / 100.0;
    let by = |resource: Resource| result.cost_per_month[resource as usize];
    assert!(
        (by(Resource::Nodes) - nodes * scenario.node.usd_per_hour * discount * 730.0).abs() < 0.005
    );
    assert!((by(Resource::ControlPlane) - prices.cluster_usd_per_hour * 730.0).abs() < 0.005);
    let hours = document.slo.window_days * 24.0;
    let answers = result.fates[0] + result.fates[3];
    let gb = answers * 20.0 / (1024.0 * 1024.0);
    assert!((by(Resource::Egress) - gb * prices.egress_usd_per_gb * 730.0 / hours).abs() < 0.005);
    // 50 requests a second over keep-alive connections, 50 × 20 KiB × 3600 s = 3.43 GB an hour: bytes decide.
    let units = (50.0 / prices.requests_per_connection / 25.0_f64).max(gb / hours);
    let balancer =
        730.0 * (prices.load_balancer_usd_per_hour + units * prices.load_balancer_usd_per_lcu_hour);
    assert!(
        (by(Resource::LoadBalancer) - balancer).abs() < 0.01 * balancer,
        "{} {balancer}",
        by(Resource::LoadBalancer)
    );
}

#[test]
fn results_do_not_depend_on_shards() {
    let mut document = template();
    document.slo.window_days = 0.5;
    let plan = Plan::single(&document);
    let prepared = Prepared::new(plan.clone()).expect("valid");
    let shard = |first_replication, replications| Shard {
        first_design: 0,
        designs: 1,
        first_replication,
        replications,
    };
    let mut whole = Collection::new(&plan);
    whole.add(prepared.run_shard(shard(0, 6)));
    let mut pieces = Collection::new(&plan);
    for piece in [shard(4, 2), shard(1, 3), shard(0, 1), shard(1, 2)] {
        pieces.add(prepared.run_shard(piece));
    }
    assert_eq!(whole.digest(0), pieces.digest(0));
    assert_eq!(whole.replications(0), 6);
    let other_seed = Plan {
        document: {
            document.run.seed += 1;
            document
        },
        ..plan
    };
    let mut other = Collection::new(&other_seed);
    other.add(
        Prepared::new(other_seed.clone())
            .expect("valid")
            .run_shard(shard(0, 6)),
    );
    assert_ne!(whole.digest(0), other.digest(0));
}

#[test]
fn changing_the_design_does_not_change_the_traffic() {
    let mut document = template();
    document.slo.window_days = 1.0;
    let scaled = run(&document, 2);
    document.autoscaler = AutoscalerDocument::Static { replicas: 9 };
    let fixed = run(&document, 2);
    for (a, b) in scaled.iter().zip(&fixed) {
        assert_eq!(a.figure(Figure::Requests), b.figure(Figure::Requests));
    }
}

#[test]
fn idle_capacity_is_never_the_cause() {
    let mut document = steady(PlaneKind::Fluid);
    document.autoscaler = AutoscalerDocument::Static { replicas: 20 };
    document.service.error_percent = 0.5;
    document.slo.objectives = vec![
        ObjectiveDocument::Success {
            target_percent: 99.0,
        },
        ObjectiveDocument::Latency {
            threshold_ms: 300.0,
            target_percent: 90.0,
        },
    ];
    let result = &run(&document, 1)[0];
    let [success, latency] = [&result.objectives[0], &result.objectives[1]];
    let share = |objective: &sim_core::study::ObjectiveResult, cause: Cause| {
        objective.bad_by_cause[cause as usize] / objective.total
    };
    assert!((share(success, Cause::ServiceError) - 0.005).abs() < 1e-4);
    // Exponential service of 100 ms mean: e^−3 are slower than 300 ms; of the answered ones.
    assert!((share(latency, Cause::SlowService) - 0.995 * libm::exp(-3.0)).abs() < 1e-3);
    for cause in [
        Cause::Saturation,
        Cause::ScalingLag,
        Cause::ReplicaLimit,
        Cause::NodeLimit,
    ] {
        assert!(share(latency, cause) < 1e-6, "{cause:?}");
    }
    assert!(result.met());
}

#[test]
fn a_starved_service_blames_saturation() {
    let mut document = steady(PlaneKind::Fluid);
    document.autoscaler = AutoscalerDocument::Static { replicas: 1 };
    let result = &run(&document, 1)[0];
    let objective = &result.objectives[0];
    assert!(!result.met());
    // 40 of 50 requests a second can be served; the others are rejected.
    let saturated = objective.bad_by_cause[Cause::Saturation as usize] / objective.total;
    assert!((saturated - 0.2).abs() < 0.005, "{saturated}");
    let good = objective.good_fraction();
    assert!((0.0..=0.82).contains(&good), "{good}");
}

#[test]
fn rounds_stop_at_the_wanted_precision_or_the_cap() {
    let mut document = steady(PlaneKind::Fluid);
    document.slo.window_days = 0.1;
    document.run.min_replications = 4;
    document.run.max_replications = 32;
    document.run.attainment_precision_points = 50.0;
    document.run.cost_precision_percent = 50.0;
    let studied = |document: &ScenarioDocument| {
        let plan = Plan::single(document);
        let prepared = Prepared::new(plan.clone()).expect("valid");
        let (rounds, mut collection) = (Rounds::new(&plan), Collection::new(&plan));
        loop {
            let shards = rounds.next_round(&collection);
            if shards.is_empty() {
                break collection.replications(0);
            }
            for shard in shards.into_iter().rev() {
                collection.add(prepared.run_shard(shard));
            }
        }
    };
    assert_eq!(studied(&document), 4);
    document.run.attainment_precision_points = 0.5;
    assert_eq!(studied(&document), 32);
}

#[test]
fn a_sweep_names_only_designs_whose_lower_bound_clears() {
    let mut document = steady(PlaneKind::Fluid);
    document.slo.window_days = 0.1;
    document.slo.objectives = vec![ObjectiveDocument::Latency {
        threshold_ms: 400.0,
        target_percent: 95.0,
    }];
    document.slo.wanted_attainment_percent = 80.0;
    document.run.max_replications = 64;
    document.sweep = vec![KnobDocument {
        path: "/autoscaler/replicas".into(),
        from: 1.0,
        to: 7.0,
        steps: 7,
    }];
    let plan = Plan::sweep(&document);
    let prepared = Prepared::new(plan.clone()).expect("valid");
    let (rounds, mut collection) = (Rounds::new(&plan), Collection::new(&plan));
    loop {
        let shards = rounds.next_round(&collection);
        if shards.is_empty() {
            break;
        }
        for shard in shards {
            collection.add(prepared.run_shard(shard));
        }
    }
    let report = SweepReport::new(&plan, &collection);
    assert_eq!(report.points.len(), 7);
    for a in report.points.iter().filter(|point| point.on_front) {
        let dominated = report.points.iter().any(|b| {
            b.cost_per_month.mean <= a.cost_per_month.mean
                && b.attainment.estimate > a.attainment.estimate
        });
        assert!(!dominated, "{a:?}");
    }
    let recommended = report
        .recommended
        .and_then(|design| report.point(design))
        .expect("7 replicas are plenty");
    assert!(recommended.attainment.ci_low >= 0.8);
    let cheaper_clears = report.points.iter().any(|point| {
        point.attainment.ci_low >= 0.8
            && point.cost_per_month.mean < recommended.cost_per_month.mean
    });
    assert!(!cheaper_clears);
    assert!(
        report.points[0].attainment.ci_high < 0.8,
        "one replica is overloaded"
    );
    assert!(
        report.points[0].replications < 64,
        "hopeless designs are dropped early"
    );
}
