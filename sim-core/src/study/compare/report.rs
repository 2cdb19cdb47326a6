//! What a comparison found.

use super::difference::{Difference, PairedProportion};
use super::waterfall::{self, Waterfall};
use super::{Comparison, letter, words};
use crate::scenario::document::{ObjectiveDocument, ScenarioDocument};
use crate::stats::{Summary, paired_difference};
use crate::study::report::{Proportion, objective_label};
use crate::study::result::{FIGURES, Figure, ObjectiveResult, ReplicationResult};
use serde::{Deserialize, Serialize};

/// One of the scenarios.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparedScenario {
    /// A, B, C or D; A is the baseline.
    pub letter: String,
    /// Name of the scenario.
    pub name: String,
    /// Id of its plan.
    pub plan: String,
    /// Data plane.
    pub plane: String,
    /// Price book and its date.
    pub prices: String,
    /// Probability of meeting all objectives.
    pub attainment: Proportion,
}

/// An objective that both scenarios have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveDifference {
    /// Such as "99.9 % success".
    pub label: String,
    /// Probability of meeting it.
    pub attainment: PairedProportion,
    /// Share of good requests, 0..1.
    pub good_fraction: Difference,
    /// Bad requests over the bad requests that the target allows.
    pub budget_consumed: Difference,
    /// The budget from the baseline's to the candidate's, cause by cause.
    pub causes: Waterfall,
}

/// A candidate against the baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CandidateReport {
    /// B, C or D.
    pub letter: String,
    /// The comparison in words, by fixed thresholds.
    pub sentence: String,
    /// What to know about the pairing, such as that the two do not share their traffic.
    pub notes: Vec<String>,
    /// Variance that unpaired runs would have over the variance of the paired cost difference: so many times as many
    /// replications would be needed without common random numbers. None where the difference has no spread.
    pub pairing_gain: Option<f64>,
    /// Probability of meeting all objectives.
    pub attainment: PairedProportion,
    /// All figures, in the order of [`FIGURES`].
    pub figures: Vec<Difference>,
    /// The objectives that both have.
    pub objectives: Vec<ObjectiveDifference>,
    /// The cost of a month from the baseline's to the candidate's, resource by resource, US dollars.
    pub cost: Waterfall,
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompareReport {
    /// Version of the engine.
    pub engine_version: String,
    /// Seed of the random streams, the same for all.
    pub seed: u64,
    /// Replications of each.
    pub replications: u32,
    /// SHA-256 of plans and results: equal wherever the same comparison runs.
    pub digest: String,
    /// The scenarios, the baseline first.
    pub scenarios: Vec<ComparedScenario>,
    /// The candidates, each against the baseline.
    pub candidates: Vec<CandidateReport>,
}

pub(super) fn report(
    comparison: &Comparison,
    results: &[&[ReplicationResult]],
) -> Option<CompareReport> {
    let n = results.iter().map(|results| results.len()).min()?;
    if n == 0 || results.len() != comparison.plans.len() {
        return None;
    }
    let results: Vec<&[ReplicationResult]> = results.iter().map(|results| &results[..n]).collect();
    let plans = &comparison.plans;
    let (first, baseline) = (plans.first()?, results.first()?);
    let scenarios = plans.iter().zip(&results).enumerate();
    let candidates = plans.iter().zip(&results).enumerate().skip(1);
    Some(CompareReport {
        engine_version: first.engine_version.clone(),
        seed: first.document.run.seed,
        replications: n as u32,
        digest: comparison.digest(&results),
        scenarios: scenarios
            .map(|(index, (plan, results))| ComparedScenario {
                letter: letter(index).to_owned(),
                name: plan.document.name.clone(),
                plan: plan.id(),
                plane: crate::replication::plane_name(plan.document.run.plane).to_owned(),
                prices: crate::study::report::prices(&plan.document),
                attainment: Proportion::of(results.iter().map(ReplicationResult::met)),
            })
            .collect(),
        candidates: candidates
            .map(|(index, (plan, results))| {
                candidate(
                    letter(index),
                    (&first.document, baseline),
                    (&plan.document, results),
                )
            })
            .collect(),
    })
}

type Side<'a> = (&'a ScenarioDocument, &'a [ReplicationResult]);

fn candidate(letter: &str, baseline: Side<'_>, candidate: Side<'_>) -> CandidateReport {
    let (before, after) = (baseline.1, candidate.1);
    let values = |results: &[ReplicationResult], index: usize| -> Vec<f64> {
        results.iter().map(|result| result.figures[index]).collect()
    };
    let figures: Vec<Difference> = FIGURES
        .iter()
        .enumerate()
        .map(|(index, info)| {
            let name = (info.key, info.label, info.unit);
            Difference::of(name, &values(before, index), &values(after, index))
        })
        .collect();
    let attainment =
        PairedProportion::of(before.iter().zip(after).map(|(a, b)| (a.met(), b.met())));
    let cost = FIGURES.iter().zip(&figures);
    let cost = cost.filter(|(info, _)| info.figure == Figure::CostPerMonth);
    let cost = cost.map(|(_, difference)| difference).next();
    CandidateReport {
        letter: letter.to_owned(),
        sentence: words::sentence(letter, cost, &attainment),
        notes: notes(baseline.0, candidate.0),
        pairing_gain: pairing_gain(before, after),
        attainment,
        objectives: objectives(baseline, candidate),
        cost: waterfall::cost(before, after),
        figures,
    }
}

fn pairing_gain(before: &[ReplicationResult], after: &[ReplicationResult]) -> Option<f64> {
    let costs = |results: &[ReplicationResult]| -> Vec<f64> {
        let cost = |result: &ReplicationResult| result.figure(Figure::CostPerMonth);
        results.iter().map(cost).collect()
    };
    let (before, after) = (costs(before), costs(after));
    let variance = |summary: Summary| summary.sd * summary.sd;
    let paired = variance(paired_difference(&after, &before)?);
    let apart = variance(Summary::of(&before)) + variance(Summary::of(&after));
    (paired > 0.0).then(|| apart / paired)
}

/// Objectives are the same when they say the same: the same indicator, threshold and target.
fn objectives(baseline: Side<'_>, candidate: Side<'_>) -> Vec<ObjectiveDifference> {
    let (before, after) = (&baseline.0.slo.objectives, &candidate.0.slo.objectives);
    let shared = before.iter().enumerate().filter_map(|(index, objective)| {
        let other = after.iter().position(|other| other == objective)?;
        Some((objective, index, other))
    });
    shared
        .map(|(objective, index, other)| {
            let before = of_objective(baseline.1, index);
            let after = of_objective(candidate.1, other);
            objective_difference(objective, &before, &after)
        })
        .collect()
}

fn of_objective(results: &[ReplicationResult], index: usize) -> Vec<ObjectiveResult> {
    results
        .iter()
        .filter_map(|result| result.objectives.get(index).cloned())
        .collect()
}

fn objective_difference(
    objective: &ObjectiveDocument,
    before: &[ObjectiveResult],
    after: &[ObjectiveResult],
) -> ObjectiveDifference {
    let difference = |name, value: fn(&ObjectiveResult) -> f64| {
        let values = |results: &[ObjectiveResult]| results.iter().map(value).collect::<Vec<_>>();
        Difference::of(name, &values(before), &values(after))
    };
    ObjectiveDifference {
        label: objective_label(objective).0,
        attainment: PairedProportion::of(before.iter().zip(after).map(|(a, b)| (a.met, b.met))),
        good_fraction: difference(
            ("good_fraction", "Good requests", ""),
            ObjectiveResult::good_fraction,
        ),
        budget_consumed: difference(("budget_consumed", "Error budget used", ""), |objective| {
            objective.budget_consumed
        }),
        causes: waterfall::budget(before, after),
    }
}

/// What makes the pairs less alike than they look.
fn notes(baseline: &ScenarioDocument, candidate: &ScenarioDocument) -> Vec<String> {
    let mut notes = Vec::new();
    let (a, b) = (&baseline.run, &candidate.run);
    let same_time = baseline.slo.window_days == candidate.slo.window_days
        && (a.tick_s, a.warm_up_minutes) == (b.tick_s, b.warm_up_minutes);
    if baseline.traffic != candidate.traffic {
        notes.push("The two do not share their traffic: the difference holds that of the traffic, and pairs of runs cancel less chance".to_owned());
    }
    if !same_time {
        notes.push("Window, warm-up or tick differ: pairs of runs do not see the same hours, and figures of the whole window (requests, node-hours) are not of the same length".to_owned());
    }
    if a.plane != b.plane {
        notes.push("The two run on different data planes, which draw their random numbers differently: pairs of runs share the traffic at most".to_owned());
    }
    if baseline.slo.objectives != candidate.slo.objectives {
        notes.push(
            "The two have different objectives: each attainment is that of its own".to_owned(),
        );
    }
    if baseline.prices != candidate.prices {
        notes.push("The two are billed at different prices".to_owned());
    }
    notes
}
