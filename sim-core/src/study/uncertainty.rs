//! What uncertain inputs do to a study: the values that were drawn, how cost and error budget follow them, and how much
//! of the spread is theirs.
//!
//! A replication and its twin ([`super::draw`]) share the values and differ in luck: the analysis of variance of the
//! pairs splits Var(cost) = Var(E[cost | inputs]) + E[Var(cost | inputs)] into what uncertain inputs and what chance
//! bring, and the same for whether the objectives are met.

use super::collection::Collection;
use super::plan::Plan;
use super::result::{Figure, ObjectiveResult, ReplicationResult};
use crate::stats::{Correlation, SharedVariance, Summary, shared_variance, spearman};
use serde::{Deserialize, Serialize};

/// One uncertain number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputReport {
    /// JSON Pointer of the number.
    pub path: String,
    /// The values drawn.
    pub drawn: Summary,
    /// Rank correlation with the cost; none where either does not vary.
    pub cost: Option<Correlation>,
    /// Rank correlation with the largest share of an error budget that was used.
    pub budget: Option<Correlation>,
}

/// What uncertain inputs do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UncertaintyReport {
    /// The uncertain numbers, in the document's order.
    pub inputs: Vec<InputReport>,
    /// Share of the variance of the monthly cost that is due to uncertain inputs; the rest is chance. None while too
    /// few pairs of runs are there, or where the cost does not vary.
    pub cost: Option<SharedVariance>,
    /// The same of whether all objectives are met.
    pub attainment: Option<SharedVariance>,
}

impl UncertaintyReport {
    pub(super) fn new(plan: &Plan, collection: &Collection) -> Option<Self> {
        if !plan.is_twin(1) {
            return None;
        }
        let (results, twins) = (collection.results(0), collection.results(1));
        let split = |value: fn(&ReplicationResult) -> f64| {
            let pairs = results.iter().zip(twins);
            let pairs: Vec<(f64, f64)> = pairs.map(|(a, b)| (value(a), value(b))).collect();
            shared_variance(&pairs)
        };
        let inputs = plan.document.uncertain.iter().enumerate();
        Some(Self {
            inputs: inputs
                .map(|(index, input)| input_report(input.path.clone(), index, results))
                .collect(),
            cost: split(cost),
            attainment: split(|result| f64::from(u8::from(result.met()))),
        })
    }
}

fn input_report(path: String, index: usize, results: &[ReplicationResult]) -> InputReport {
    let drawn: Vec<f64> = results
        .iter()
        .map(|result| {
            let values = result.inputs.as_ref();
            values
                .and_then(|values| values.get(index).copied())
                .unwrap_or(f64::NAN)
        })
        .collect();
    let of =
        |value: fn(&ReplicationResult) -> f64| -> Vec<f64> { results.iter().map(value).collect() };
    InputReport {
        path,
        cost: spearman(&drawn, &of(cost)),
        budget: spearman(&drawn, &of(worst_budget)),
        drawn: Summary::of(&drawn),
    }
}

fn cost(result: &ReplicationResult) -> f64 {
    result.figure(Figure::CostPerMonth)
}

fn worst_budget(result: &ReplicationResult) -> f64 {
    let used = |objective: &ObjectiveResult| objective.budget_consumed;
    result.objectives.iter().map(used).fold(0.0, f64::max)
}
