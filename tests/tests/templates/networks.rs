//! Several services: who spends the error budget.

use super::*;

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
