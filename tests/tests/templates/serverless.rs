//! Functions: cold starts against money.

use super::*;

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
