//! The first answer after an edit: rough, and near to the precise one.

use sim_core::plane::network::Precision;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::templates::TEMPLATES;
use sim_core::study::{Figure, Plan, Prepared, ReplicationResult, Shard, beginning};
use tests::runs::first;

const ONE: Shard = first(1);

fn month_of(id: &str) -> ScenarioDocument {
    let template = TEMPLATES.iter().find(|one| one.id == id).unwrap();
    let mut document: ScenarioDocument = serde_json::from_str(template.json).unwrap();
    document.slo.window_days = 28.0;
    document
}

/// So many services as the first of online-shop's, two called by each at once.
fn tree(services: usize) -> ScenarioDocument {
    let mut document = serde_json::to_value(month_of("online-shop")).unwrap();
    let one = document["topology"]["components"][0].clone();
    let name = |place: usize| {
        if place == 0 {
            "service".to_owned()
        } else {
            format!("service {place}")
        }
    };
    let components = (1..services).map(|place| {
        let mut component = one.clone();
        component["name"] = name(place).into();
        component
    });
    let calls = (1..services).map(|place| {
        serde_json::json!({ "from": name((place - 1) / 2), "to": name(place), "mode": "parallel", "per_request": 1.0 })
    });
    document["topology"] = serde_json::json!({
        "components": components.collect::<Vec<_>>(),
        "calls": calls.collect::<Vec<_>>(),
    });
    document.as_object_mut().unwrap().remove("sweep");
    serde_json::from_value(document).unwrap()
}

fn result(plan: Plan, former: Option<&Prepared>) -> (ReplicationResult, Prepared) {
    let prepared = Prepared::like(plan, former).unwrap();
    let result = prepared.run_shard(ONE).results.remove(0);
    (result, prepared)
}

/// Costs within 2 %, the mean latency within 5 %, good requests within half a point of those of the same days computed
/// precisely: a page that shows the first answer need not take it back.
#[test]
fn it_is_near_the_precise_answer() {
    let cases = [
        "kubernetes-slo-driven",
        "online-shop",
        "large-shop",
        "serverless-api",
    ];
    let documents = cases.map(|id| (id, month_of(id)));
    let documents = documents.into_iter().chain([("40 services", tree(40))]);
    for (id, document) in documents {
        let plan = beginning(&document).unwrap();
        let mut precise = document.clone();
        precise.slo.window_days = plan.document.slo.window_days;
        let (first, _) = result(plan, None);
        let (precise, _) = result(Plan::single(&precise), None);
        let ratio = |of| first.figure(of) / precise.figure(of);
        println!(
            "{id}: cost {:.4}, mean latency {:.4}, P95 {:.4}",
            ratio(Figure::CostPerMonth),
            ratio(Figure::MeanLatency),
            ratio(Figure::P95Latency)
        );
        assert!((ratio(Figure::CostPerMonth) - 1.0).abs() < 0.02, "{id}");
        assert!((ratio(Figure::MeanLatency) - 1.0).abs() < 0.05, "{id}");
        for (first, precise) in first.objectives.iter().zip(&precise.objectives) {
            let bad = |of: &sim_core::study::ObjectiveResult| of.bad() / of.total;
            println!("   bad {:.5} {:.5}", bad(first), bad(precise));
            assert!((bad(first) - bad(precise)).abs() < 0.005, "{id}");
        }
    }
}

/// What a first answer has computed roughly is in no precise answer, and a first answer is the same whatever was before.
#[test]
fn nothing_rough_stays() {
    let document = month_of("serverless-api");
    let plan = beginning(&document).unwrap();
    assert_eq!(plan.precision, Precision::Rough);
    let mut days = document;
    days.slo.window_days = 1.0;
    let (rough, first) = result(plan.clone(), None);
    let (alone, _) = result(Plan::single(&days), None);
    let (after, precise) = result(Plan::single(&days), Some(&first));
    assert_eq!(alone, after);
    let (again, _) = result(plan, Some(&precise));
    assert_eq!(rough, again);
    assert_ne!(rough.figures, alone.figures);
}
