//! From the baseline's bill to the candidate's, resource by resource; and from error budget to error budget, cause by
//! cause.

use crate::cost::Resource;
use crate::slo::Cause;
use crate::stats::{Summary, paired_difference};
use crate::study::result::{ObjectiveResult, ReplicationResult};
use serde::{Deserialize, Serialize};

/// A step of a waterfall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaterfallStep {
    /// Key of the resource or cause.
    pub key: String,
    /// Words for people.
    pub label: String,
    /// Mean in the baseline.
    pub baseline: f64,
    /// Mean in the candidate.
    pub candidate: f64,
    /// Candidate minus baseline over the pairs, with the 95 % interval of its mean.
    pub difference: Summary,
}

/// From a total to another by the differences of their parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waterfall {
    /// Mean total of the baseline.
    pub from: f64,
    /// The parts that either has, in a fixed order.
    pub steps: Vec<WaterfallStep>,
    /// Mean total of the candidate: `from` and all steps, added up in their order.
    pub to: f64,
}

impl Waterfall {
    fn new(steps: Vec<WaterfallStep>) -> Self {
        let from = steps.iter().map(|step| step.baseline).sum();
        let to = steps
            .iter()
            .fold(from, |sum, step| sum + step.difference.mean);
        Self { from, steps, to }
    }
}

fn step(key: String, label: &str, baseline: &[f64], candidate: &[f64]) -> WaterfallStep {
    WaterfallStep {
        key,
        label: label.to_owned(),
        baseline: Summary::of(baseline).mean,
        candidate: Summary::of(candidate).mean,
        difference: paired_difference(candidate, baseline).unwrap_or_default(),
    }
}

/// The cost of a month by resource, US dollars. Node-hours are one resource where one of the two has no spot nodes or
/// commitments and calls them nodes.
pub(super) fn cost(baseline: &[ReplicationResult], candidate: &[ReplicationResult]) -> Waterfall {
    let sides = [baseline, candidate];
    let mut resources: Vec<Resource> = Vec::new();
    for result in sides.iter().filter_map(|results| results.first()) {
        for (resource, _) in result.costs() {
            let resource = one_name(resource);
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
    }
    let amounts = |results: &[ReplicationResult], wanted: Resource| -> Vec<f64> {
        let of = |result: &ReplicationResult| {
            let costs = result.costs().into_iter();
            let same = costs.filter(|(resource, _)| one_name(*resource) == wanted);
            same.map(|(_, usd)| usd).sum()
        };
        results.iter().map(of).collect()
    };
    let steps = resources.into_iter().map(|resource| {
        let (before, after) = (amounts(baseline, resource), amounts(candidate, resource));
        step(key(&resource), resource.label(), &before, &after)
    });
    Waterfall::new(steps.filter(is_paid).collect())
}

/// Nodes on demand are nodes.
fn one_name(resource: Resource) -> Resource {
    match resource {
        Resource::OnDemandNodes => Resource::Nodes,
        other => other,
    }
}

/// Whether either side has any of it.
fn is_paid(step: &WaterfallStep) -> bool {
    step.baseline != 0.0 || step.candidate != 0.0 || step.difference.sd != 0.0
}

/// The error budget of an objective by cause; 1 is the whole budget.
pub(super) fn budget(baseline: &[ObjectiveResult], candidate: &[ObjectiveResult]) -> Waterfall {
    let amounts = |results: &[ObjectiveResult], cause: Cause| -> Vec<f64> {
        let of = |objective: &ObjectiveResult| {
            let bad = objective.bad();
            if bad > 0.0 {
                objective.budget_consumed * (objective.bad_by_cause[cause as usize] / bad)
            } else {
                0.0
            }
        };
        results.iter().map(of).collect()
    };
    let steps = Cause::ALL.iter().map(|&cause| {
        let (before, after) = (amounts(baseline, cause), amounts(candidate, cause));
        step(key(&cause), cause.label(), &before, &after)
    });
    Waterfall::new(steps.filter(is_paid).collect())
}

/// The word that stands for it in JSON.
fn key(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref()
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
