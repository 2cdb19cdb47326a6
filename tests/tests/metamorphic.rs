//! What must hold between two runs of any scenario, whatever its numbers are.
//!
//! 500 random scenarios a property; with `QEC_LONG=1` in the environment 10,000.

use proptest::prelude::*;
use sim_core::replication::{Setup, Simulation};
use sim_core::scenario::document::{
    AutoscalerDocument, ComponentDocument, Jitter, PlaneKind, RetryDocument, ScenarioDocument,
    TrafficSource,
};
use sim_core::stats::Welford;
use sim_core::study::{FIGURES, Figure, Plan, Prepared, ReplicationResult};
use tests::arbitrary;
use tests::runs::first;

fn config() -> ProptestConfig {
    let long = std::env::var_os("QEC_LONG").is_some();
    ProptestConfig {
        cases: if long { 10_000 } else { 500 },
        failure_persistence: None,
        max_global_rejects: 100_000,
        ..ProptestConfig::default()
    }
}

/// Cut to half an hour and to a rate that either plane serves in milliseconds.
fn short(mut document: ScenarioDocument) -> ScenarioDocument {
    document.sweep.clear();
    document.slo.window_days = 0.02;
    document.run.warm_up_minutes = document.run.warm_up_minutes.min(5);
    match &mut document.traffic.source {
        TrafficSource::Model { base_rps, .. } => *base_rps = base_rps.min(40.0),
        TrafficSource::Recorded { mean_rps, .. } => {
            *mean_rps = Some(mean_rps.unwrap_or(40.0).min(40.0));
        }
    }
    if let Some(bursts) = &mut document.traffic.bursts {
        bursts.factor = bursts.factor.min(3.0);
    }
    document.traffic.flash_crowds.clear();
    document
}

/// Whether a component takes whatever comes, but for its capacity.
fn is_unlimited(component: &ComponentDocument) -> bool {
    match component {
        ComponentDocument::Service(service) => service.service.rate_limit.is_none(),
        ComponentDocument::Function(_) => false,
        ComponentDocument::Dependency(dependency) => dependency.rate_limit.is_none(),
    }
}

fn run(document: &ScenarioDocument, replications: u32) -> Option<Vec<ReplicationResult>> {
    let prepared = Prepared::new(Plan::single(document)).ok()?;
    let shard = first(replications);
    Some(prepared.run_shard(shard).results)
}

fn bytes(document: &ScenarioDocument) -> Option<Vec<u8>> {
    let results = run(document, 1)?;
    postcard::to_allocvec(&results).ok()
}

/// Two scenarios give the same bytes; the message names the figures that differ.
fn same(one: &ScenarioDocument, two: &ScenarioDocument) -> Result<(), TestCaseError> {
    let (Some(before), Some(after)) = (run(one, 1), run(two, 1)) else {
        prop_assert!(run(one, 1).is_none() && run(two, 1).is_none());
        return Ok(());
    };
    for (info, (a, b)) in FIGURES
        .iter()
        .zip(before[0].figures.iter().zip(after[0].figures))
    {
        prop_assert!(a.to_bits() == b.to_bits(), "{}: {a} and {b}", info.key);
    }
    prop_assert!(
        bytes(one) == bytes(two),
        "the figures agree, other bytes do not"
    );
    Ok(())
}

/// As [`same`], up to the order in which an engine that is ready for retries adds up latencies: 1e-12 of a figure.
fn alike(one: &ScenarioDocument, two: &ScenarioDocument) -> Result<(), TestCaseError> {
    let (Some(before), Some(after)) = (run(one, 1), run(two, 1)) else {
        prop_assert!(run(one, 1).is_none() && run(two, 1).is_none());
        return Ok(());
    };
    prop_assert_eq!(before[0].fates, after[0].fates);
    for (info, (a, b)) in FIGURES
        .iter()
        .zip(before[0].figures.iter().zip(after[0].figures))
    {
        // Requests in service are open while they may still fail and be tried again.
        let close = (a - b).abs() <= 1e-12 * a.abs() || info.figure == Figure::InFlightAtEnd;
        prop_assert!(close, "{}: {a} and {b}", info.key);
    }
    Ok(())
}

/// Share of bad requests of the worst objective.
fn bad_share(result: &ReplicationResult) -> f64 {
    let shares = result.objectives.iter().map(|objective| {
        if objective.total > 0.0 {
            objective.bad() / objective.total
        } else {
            0.0
        }
    });
    shares.fold(0.0, f64::max)
}

/// A fixed number of replicas that none of its own nodes limits.
fn with_replicas(document: &ScenarioDocument, replicas: u32) -> ScenarioDocument {
    let mut document = document.clone();
    document.autoscaler = AutoscalerDocument::Static { replicas };
    document.shared_control = None;
    document.right_sizing = None;
    document.fleet.provisioner = None;
    // Nor does the spot market, which is no capacity that doubles with the replicas.
    document.fleet.spot = None;
    // More replicas push harder on the services that they call, which stay as they are.
    document.topology = None;
    document.fleet.max_nodes = document.fleet.max_nodes.max(200);
    document
}

/// Paired differences are at most zero, as far as their own scatter and `precision` can tell.
fn at_most_zero(
    differences: impl Iterator<Item = f64>,
    precision: f64,
) -> Result<(), TestCaseError> {
    let mut seen = Welford::new();
    differences.for_each(|difference| seen.push(difference));
    // With a dozen pairs five standard errors are passed by chance once in some thousands of cases.
    let error = (seen.variance() / f64::from(PAIRS)).sqrt();
    prop_assert!(
        seen.mean() <= 5.0 * error + precision,
        "worse by {} ± {error}",
        seen.mean()
    );
    Ok(())
}

const PAIRS: u32 = 12;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn more_replicas_never_worsen_attainment_in_expectation(
        document in arbitrary::document(), replicas in 1..12_u32, more in 1..4_u32
    ) {
        let document = short(document);
        // Retries feed back: less is lost, more comes again, and near saturation the difference is not one-sided.
        let mut document = ScenarioDocument { ..document };
        document.service.retries = None;
        // Queues that drop or turn round do not simply get shorter.
        document.service.queue = None;
        let (mut few, mut many) = (with_replicas(&document, replicas), with_replicas(&document, replicas + more));
        // The room to wait stays the same: in an overload the full room is what everybody waits for.
        few.service.queue_limit = document.service.queue_limit.min(300) * (replicas + more);
        many.service.queue_limit = document.service.queue_limit.min(300) * replicas;
        let (Some(few), Some(many)) = (run(&few, PAIRS), run(&many, PAIRS)) else {
            return Ok(());
        };
        // Where nothing is lost but by errors of the service, what differs is one request in some of the pairs, and parts of one
        // in all (`fluid` thins parts of requests in expectation, whole ones by luck): a dozen pairs may have none of the
        // former, and then seem to know to a hundredth of a request what is nil on average (0.003 % over 400 pairs).
        let requests = few.iter().map(|few| few.figure(Figure::Requests)).sum::<f64>() / few.len() as f64;
        let precision = 1e-6 + 0.5 / requests.max(1.0);
        at_most_zero(few.iter().zip(&many).map(|(few, many)| bad_share(many) - bad_share(few)), precision)?;
    }

    #[test]
    fn doubling_rate_and_capacity_keeps_utilisation(
        document in arbitrary::document(), replicas in 2..12_u32
    ) {
        let mut document = short(document);
        document.traffic.over_dispersion = 0.0;
        document.traffic.bursts = None;
        document.service.retries = None;
        // Luck weighs less in a bigger system, so fewer of its replicas reach their memory limit by it.
        document.service.memory = None;
        // A limit does not grow with the rate, and a cache hits more often at a higher one.
        document.service.rate_limit = None;
        document.edge_cache = None;
        // Neither do the limits of others.
        document.topology = document.topology.filter(|topology| topology.components.iter().all(is_unlimited));
        let one = with_replicas(&document, replicas);
        let mut two = with_replicas(&document, 2 * replicas);
        match &mut two.traffic.source {
            TrafficSource::Model { base_rps, .. } => *base_rps *= 2.0,
            TrafficSource::Recorded { mean_rps, .. } => *mean_rps = mean_rps.map(|mean| 2.0 * mean),
        }
        let (Some(one), Some(two)) = (run(&one, PAIRS), run(&two, PAIRS)) else {
            return Ok(());
        };
        // Where requests are lost, a bigger system loses fewer: economies of scale are not a mistake.
        let loses = |result: &ReplicationResult| {
            let [_, rejected, timed_out, _, lost] = result.fates;
            let arrivals = result.figure(Figure::Requests);
            rejected + timed_out + lost > 1e-4 * arrivals || result.figure(Figure::InFlightAtEnd) > 0.01 * arrivals
        };
        prop_assume!(!one.iter().chain(&two).any(loses));
        let mut difference = Welford::new();
        for (one, two) in one.iter().zip(&two) {
            difference.push(two.figure(Figure::CpuUtilization) - one.figure(Figure::CpuUtilization));
        }
        let scale = one[0].figure(Figure::CpuUtilization);
        let error = (difference.variance() / f64::from(PAIRS)).sqrt();
        prop_assert!(
            difference.mean().abs() <= 5.0 * error + 1e-3 * scale.max(1e-3),
            "{} ± {error} of {scale}", difference.mean()
        );
    }

    #[test]
    fn the_order_of_components_changes_nothing(document in arbitrary::document()) {
        let document = short(document);
        let mut turned = document.clone();
        turned.traffic.flash_crowds.reverse();
        if let Some(topology) = &mut turned.topology {
            topology.components.reverse();
        }
        if let AutoscalerDocument::Hpa(hpa) = &mut turned.autoscaler {
            hpa.metrics.reverse();
            let rules = hpa.behavior.as_mut().map(|b| [&mut b.scale_up, &mut b.scale_down]);
            for rules in rules.into_iter().flatten().flatten() {
                rules.policies.reverse();
            }
        }
        same(&document, &turned)?;
    }

    #[test]
    fn faults_of_probability_zero_change_no_byte(document in arbitrary::document()) {
        let mut document = short(document);
        document.service.retries = None;
        document.service.error_percent = 0.0;
        // The fates are those of the window: what is rejected in a warm-up is not among them.
        document.run.warm_up_minutes = 0;
        let Some(results) = run(&document, 1) else { return Ok(()) };
        let [_, rejected, timed_out, failed, lost] = results[0].fates;
        // Nothing fails, so that there is nothing to retry, to cancel, or to hold in a buffer.
        prop_assume!(rejected + timed_out + failed + lost == 0.0);
        prop_assume!(document.run.plane == PlaneKind::Requests);
        let mut ready = document.clone();
        ready.service.retries = Some(RetryDocument {
            max_attempts: 4,
            backoff_ms: 100.0,
            multiplier: 2.0,
            jitter: Jitter::Full,
            budget_percent: None,
        });
        alike(&document, &ready)?;
    }

    #[test]
    fn a_window_in_two_parts_is_the_window(document in arbitrary::document(), share in 0.0..1.0_f64) {
        let document = short(document);
        let Ok(scenario) = sim_core::scenario::check(&document) else { return Ok(()) };
        let setup = Setup::new(scenario, true, None);
        let seed = document.run.seed;
        let whole = sim_core::replication::run(&setup, seed, 3);
        let mut parts = Simulation::new(&setup, seed, 3);
        let first = (share * f64::from(setup.ticks())) as u32;
        prop_assert_eq!(parts.advance(first), first >= setup.ticks());
        while !parts.advance(1) {}
        prop_assert_eq!(postcard::to_allocvec(&whole), postcard::to_allocvec(&parts.finish()));
    }
}
