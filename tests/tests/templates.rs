//! The templates keep what they promise: a few whole windows of each.

#[path = "templates/money.rs"]
mod money;
#[path = "templates/networks.rs"]
mod networks;
#[path = "templates/scaling.rs"]
mod scaling;
#[path = "templates/serverless.rs"]
mod serverless;

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

/// The design of a template with some numbers set.
fn with(id: &str, knobs: &[(&str, f64)]) -> ScenarioDocument {
    let mut document = document(id);
    document.sweep.clear();
    for (path, value) in knobs {
        document = sim_core::scenario::apply_knob(&document, path, *value).expect("a knob");
    }
    document
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
